"""Does an arm also win where a few large values do not decide? Ranks, and an interval by drawing, beside the comparison of means.

Both are made of how many people have which value, to three digits; nothing is adjusted for what was before, and p-values are not
corrected, since they decide nothing here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

import numpy as np

from uems.experiments.statistics.bootstrap import Resampled, bootstrap, mean, top_share
from uems.experiments.statistics.estimates import NoAnswer
from uems.experiments.statistics.ranks import Ranked, mann_whitney
from uems.experiments.trials.closer import metric_of
from uems.experiments.trials.definitions import Experiment
from uems.experiments.trials.judging import Reason
from uems.experiments.trials.results import world_of
from uems.experiments.trials.sums import Asking, take
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope

HEAVY: Final = 0.2
"""Where a hundredth of the people bring so much of the whole, a mean is that of a few."""
KINDS: Final = ("mean", "proportion", "retention", "revenue", "trimmed", "top_share")
"""Kinds with one number for each person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRanks:
    """ranked: by Mann and Whitney. drawn: the difference of means, by drawing people. None with a reason."""

    arm: str
    ranked: Ranked | None
    drawn: Resampled | None
    reason: Reason | Literal["weights_changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """top: what the highest hundredth of all people has of the whole; None where nobody has anything. heavy: that is much."""

    arms: list[ArmRanks]
    top: float | None

    @property
    def heavy(self) -> bool:
        return self.top is not None and self.top >= HEAVY


def ranks(house: House, scope: Scope, trial: Experiment, key: str, now: datetime) -> Ranks:
    """Every arm beside the control. Raises ``invalid`` for kinds that are no number of a person, and what ``world_of`` raises.

    While weights were different, people of different times would be compared; then there is no answer.
    """
    metric = metric_of(trial, key)
    if metric.kind not in KINDS:
        raise invalid("metric", key, f"is of the kind {metric.kind}; people can be ranked by these kinds: {', '.join(KINDS)}.")
    world = world_of(house, scope, trial, now)
    keys = trial.spec.arm_keys
    treatments = [arm for arm in keys if arm != trial.spec.control]
    if world.cuts:
        return Ranks(arms=[ArmRanks(arm=arm, ranked=None, drawn=None, reason="weights_changed") for arm in treatments], top=None)
    [taken] = take(replace(world, cuts=()), [Asking(metric=metric, until=world.exposures.end, spread=True)])
    by_arm = {keys[place]: counts for (place, _), counts in taken.spread.items()}
    control = by_arm.get(trial.spec.control, {})
    found = [_beside(trial, arm, control, by_arm.get(arm, {})) for arm in treatments]
    return Ranks(arms=found, top=_top(by_arm))


def _beside(trial: Experiment, arm: str, control: Mapping[float, int], treatment: Mapping[float, int]) -> ArmRanks:
    ranked = mann_whitney(control, treatment, trial.spec.alpha)
    drawn = bootstrap(control, treatment, mean, alpha=trial.spec.alpha, seed=trial.trial_id)
    if isinstance(ranked, NoAnswer) or isinstance(drawn, NoAnswer):
        why = ranked if isinstance(ranked, NoAnswer) else drawn
        return ArmRanks(arm=arm, ranked=None, drawn=None, reason=why.reason if isinstance(why, NoAnswer) else "")
    return ArmRanks(arm=arm, ranked=ranked, drawn=drawn, reason="")


def _top(by_arm: Mapping[str, Mapping[float, int]]) -> float | None:
    together: dict[float, int] = {}
    for counts in by_arm.values():
        for value, people in counts.items():
            together[value] = together.get(value, 0) + people
    if not any(value > 0 for value in together):
        return None
    values = np.asarray(sorted(together), np.float64)
    often = np.asarray([[together[value] for value in values.tolist()]], np.float64)
    found = float(top_share(0.01)(values, often)[0])
    return found if np.isfinite(found) else None
