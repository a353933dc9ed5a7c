"""How did the effect come about? Day by day with a band that may be looked at daily, for each kind of people, and whether it wears off."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from uems.experiments.statistics.difference import Conclusion, Contrast, Scale, contrast
from uems.experiments.statistics.estimates import Estimate, NoAnswer
from uems.experiments.statistics.heterogeneity import Heterogeneity, heterogeneity
from uems.experiments.statistics.moments import Moments
from uems.experiments.statistics.novelty import Novelty, novelty
from uems.experiments.statistics.sequential import always_valid
from uems.experiments.trials.definitions import Experiment
from uems.experiments.trials.judging import estimates
from uems.experiments.trials.parts import Cell
from uems.experiments.trials.results import TRAITS, world_of
from uems.experiments.trials.spec import TrialMetric
from uems.experiments.trials.sums import Asking, Taken, World, take
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope

MOST_DAYS: Final = 31
MOST_GROUPS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEffect:
    """The effect of everything up to the end of a day. effect: None while nothing can be said."""

    day: date
    arm: str
    people: int
    effect: Conclusion | None
    scale: Scale


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmGroups:
    """An arm in every group of a trait; without those who have too few people to say anything."""

    arm: str
    found: Heterogeneity
    left_out: Sequence[str]


def metric_of(trial: Experiment, key: str) -> TrialMetric:
    """Raises ``invalid``."""
    found = next((metric for metric in trial.spec.metrics if metric.key == key), None)
    if found is None:
        raise invalid("metric", key, f"must be one of: {', '.join(metric.key for metric in trial.spec.metrics)}.")
    return found


def daily(house: House, scope: Scope, trial: Experiment, key: str, now: datetime) -> list[DayEffect]:
    """The cumulative effect at the end of each day, with always-valid intervals; of many days about thirty, the last among them.

    After changed weights every day is judged stretch by stretch, as the result is, so that the last day is the result.
    """
    metric = metric_of(trial, key)
    world = world_of(house, scope, trial, now)
    ends = _ends(world)
    taken = take(world, [Asking(metric=metric, until=end) for end in ends])
    found = []
    for end, one in zip(ends, taken, strict=True):
        arms, _ = estimates(trial.spec, one)
        control = arms[trial.spec.control]
        for arm in trial.spec.arm_keys:
            if arm != trial.spec.control:
                apart = _apart(control, arms[arm])
                effect = None if apart is None else always_valid(apart, trial.spec.alpha, trial.spec.tuned_for)
                day = day_of(end - timedelta(milliseconds=1), scope.zone)
                scale: Scale = "absolute" if apart is None else apart.scale
                found.append(DayEffect(day=day, arm=arm, people=0 if apart is None else apart.count, effect=effect, scale=scale))
    return found


def _ends(world: World) -> list[datetime]:
    """Ends of business days since the start, at most ``MOST_DAYS``; the last one is now, or the end."""
    zone, start, end = world.scope.zone, world.exposures.start, world.exposures.end
    first = day_of(start, zone)
    days = [start_of_day(first + timedelta(days=n), zone) for n in range(1, (day_of(end, zone) - first).days + 1)]
    ends = [*(day for day in days if day < end), end]
    if len(ends) <= MOST_DAYS:
        return ends
    step = (len(ends) - 1) / (MOST_DAYS - 1)
    return [ends[round(n * step)] for n in range(MOST_DAYS)]


def _apart(control: Estimate | NoAnswer, treatment: Estimate | NoAnswer) -> Contrast | None:
    if isinstance(control, NoAnswer) or isinstance(treatment, NoAnswer):
        return None
    found = contrast(control, treatment, "relative" if control.value > 0 else "absolute")
    return found if isinstance(found, Contrast) else None


def by_trait(house: House, scope: Scope, trial: Experiment, key: str, trait: str, now: datetime) -> list[ArmGroups]:
    """The effect in each value of a trait of the first exposure, corrected for how many are looked at. Absolute, so that groups add up."""
    if trait not in TRAITS:
        raise invalid("trait", trait, f"must be one of: {', '.join(TRAITS)}.")
    metric = metric_of(trial, key)
    world = world_of(house, scope, trial, now, group=trait)
    [taken] = take(world, [Asking(metric=metric, until=world.exposures.end)])
    sizes: dict[str, int] = {}
    for cell in taken.cells:
        value = world.trait_of(cell[1])
        sizes[value] = sizes.get(value, 0) + _size(taken, cell)
    wanted = sorted(sizes, key=lambda group: (-sizes[group], group))[:MOST_GROUPS]
    found = []
    for arm in trial.spec.arm_keys:
        if arm == trial.spec.control:
            continue
        effects: dict[str, Contrast] = {}
        for group in wanted:
            mine = replace(
                taken,
                moments={cell: one for cell, one in taken.moments.items() if world.trait_of(cell[1]) == group},
                quantiles={cell: one for cell, one in taken.quantiles.items() if world.trait_of(cell[1]) == group},
                spread={cell: one for cell, one in taken.spread.items() if world.trait_of(cell[1]) == group},
            )
            arms, _ = estimates(trial.spec, mine)
            control, treatment = arms[trial.spec.control], arms[arm]
            apart = contrast(control, treatment) if isinstance(control, Estimate) and isinstance(treatment, Estimate) else None
            if isinstance(apart, Contrast):
                effects[group] = apart
        left = [group for group in sizes if group not in effects]
        found.append(ArmGroups(arm=arm, found=heterogeneity(effects), left_out=sorted(left)))
    return found


def _size(taken: Taken, cell: Cell) -> int:
    """People of an arm and group."""
    if taken.measured.shape == "drawn":
        return sum(taken.spread[cell].values())
    one = taken.quantiles[cell] if taken.measured.shape == "quantile" else taken.moments[cell]
    return 0 if isinstance(one, NoAnswer) else one.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Wear:
    """days: how many early ones, and how many late ones. found: by arm; a reason where nothing can be said."""

    days: int
    found: dict[str, Novelty | NoAnswer]


def wear(house: House, scope: Scope, trial: Experiment, key: str, now: datetime) -> Wear:
    """Whether the effect wears off, among those who have had all the days: a week and another one, or half of what there is.

    Raises ``invalid`` for metrics of which no day can be told from another.
    """
    metric = metric_of(trial, key)
    world = world_of(house, scope, trial, now)
    whole = int((world.exposures.end - world.exposures.start) / timedelta(days=1))
    days = max(1, min(7, whole // 3))
    [taken] = take(world, [Asking(metric=metric, until=world.exposures.end, halves=days)])
    keys = trial.spec.arm_keys
    sides: list[dict[str, Moments]] = [
        {group: one for (arm, group), one in taken.moments.items() if arm == place} for place in range(len(keys))
    ]
    control = sides[keys.index(trial.spec.control)]
    found: dict[str, Novelty | NoAnswer] = {}
    for arm, treatment in zip(keys, sides, strict=True):
        if arm != trial.spec.control:
            # With changed weights stretch by stretch, as the result.
            found[arm] = novelty(control, treatment, trial.spec.alpha) if control and treatment else NoAnswer(reason="nobody")
    return Wear(days=days, found=found)
