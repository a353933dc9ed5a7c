"""Which arms of experiments are actions too? Product changes behind flags, coupons and slots, against the control that chance drew.

Flows and campaigns are judged by those held out of them; experiments between two of their ways are not judged again here.
"""

from datetime import datetime
from typing import Final

from uems.evaluation.model import Action, ActionKind, Arms
from uems.experiments import api as experiments
from uems.kernel.house import House
from uems.kernel.scope import Scope

KINDS: Final[dict[str, ActionKind]] = {"flag": "change", "other": "change", "coupon": "coupon", "slot": "slot"}
"""What shares people out → what kind of action an arm of it is."""
MOST: Final = 50
"""Experiments that are judged, the latest; each is a statement of its own."""


def trials(house: House, scope: Scope, now: datetime) -> list[tuple[Action, Arms]]:
    """Every arm but the control of experiments that were started, beside the people of the control."""
    found = []
    started = [
        one
        for one in experiments.list_trials(house.store, scope)
        if one.started_at is not None and one.started_at < now and one.spec.source in KINDS
    ]
    for trial in started[:MOST]:
        who = experiments.assigned(house, scope, trial, now)
        control = trial.spec.arm_keys.index(trial.spec.control)
        for place, arm in enumerate(trial.spec.arms):
            if place == control:
                continue
            mine = (who.arm == place) | (who.arm == control)
            action = Action(
                kind=KINDS[trial.spec.source], key=f"{trial.key}:{arm.key}", name=f"{trial.name}: {arm.name}", state=trial.state
            )
            arms = Arms(
                person=who.person[mine],
                since_ms=who.since_ms[mine],
                treated=who.arm[mine] == place,
                evidence="holdout",
                both=who.several,
            )
            found.append((action, arms))
    return found
