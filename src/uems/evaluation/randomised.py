"""Which of our actions were given by lot, and to whom? Flows and campaigns with a holdout, and experiments by their exposures.

This room reads both, and lies above the one that learns who changes because of them, so it answers what that one asks.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from uems.evaluation.model import Action, Arms
from uems.evaluation.reading import Reading
from uems.evaluation.terms import ActionCost, costs_of
from uems.experiments import api as experiments
from uems.kernel.house import House
from uems.kernel.money import exponent
from uems.kernel.scope import Scope
from uems.outreach import api as outreach
from uems.prediction import api as prediction


def randomised(house: House, scope: Scope, now: datetime) -> prediction.Evidence:
    """What the workspace knows as of ``now``."""
    return _Randomised(house, scope, now)


class _Randomised:
    def __init__(self, house: House, scope: Scope, now: datetime) -> None:
        self._house, self._scope, self._now = house, scope, now
        self._reading = Reading(house, scope, now)

    def trials(self) -> Sequence[prediction.Trial]:
        """Every flow and campaign that somebody came to, then every arm of an experiment beside its control."""
        return [*self._acts(), *self._experiments()]

    def purchases(self, first: datetime) -> prediction.Bought | None:
        if not self._reading.roles.events("purchase"):
            return None
        found = self._reading.purchases(first)
        return prediction.Bought(person=found.person, at_ms=found.at_ms, amount=found.amount)

    def last_ms(self) -> int:
        return self._reading.known().last_ms

    def _acts(self) -> list[prediction.Trial]:
        store, scope = self._house.store, self._scope
        known = {(one.kind, one.key): one for one in outreach.acts(store, scope)}
        messages, told = outreach.costs_of_acts(store, scope), costs_of(store, scope)
        per_minor = 10 ** (6 - exponent(scope.currency))
        found = []
        for action, arms in self._reading.acts():
            if action.kind not in ("flow", "campaign") or not len(arms.person):
                continue
            act = known[action.kind, action.key]
            treated = max(1, int(arms.treated.sum()))
            extra = told.get((action.kind, action.key), ActionCost()).per_person_minor
            sent = outreach.cost_micros(messages, act) / per_minor / treated
            found.append(_trial(action, arms, str(act.number) if act.kind == "flow" else act.key, sent + extra))
        return found

    def _experiments(self) -> list[prediction.Trial]:
        found = []
        for trial in experiments.list_trials(self._house.store, self._scope):
            if trial.started_at is None or trial.started_at >= self._now:
                continue
            seen = experiments.assigned(self._house, self._scope, trial, self._now)
            arms = trial.spec.arm_keys
            control = arms.index(trial.spec.control)
            for place, arm in enumerate(arms):
                if place == control:
                    continue
                rows = np.isin(seen.arm, (place, control))
                if not rows.any():
                    continue
                two = len(arms) == 2
                names = {one.key: one.name for one in trial.spec.arms}
                found.append(
                    prediction.Trial(
                        kind="experiment",
                        key=trial.key if two else f"{trial.key}.{arm}",
                        name=trial.name if two else f"{trial.name}: {names[arm]}",
                        origin="",
                        person=seen.person[rows],
                        since_ms=seen.since_ms[rows],
                        treated=seen.arm[rows] == place,
                    )
                )
        return found


def _trial(action: Action, arms: Arms, origin: str, cost: float) -> prediction.Trial:
    kind: prediction.TrialKind = "flow" if action.kind == "flow" else "campaign"
    return prediction.Trial(
        kind=kind, key=action.key, name=action.name, origin=origin,
        person=arms.person, since_ms=arms.since_ms, treated=arms.treated, cost_minor=cost,
    )  # fmt: skip
