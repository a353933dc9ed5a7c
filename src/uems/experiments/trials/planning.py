"""How long will it take, and what can be found? From the workspace's own days: who came, what they did, and how much it varies.

For every day of history the same sums are taken as for results, so that the variance is that of the metric as it will be judged: with
its window, its cap and its covariate. ``smallest`` is what an experiment of so many days would find with the wanted power.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from uems.experiments.statistics.estimates import Estimate, NoAnswer, estimate
from uems.experiments.statistics.moments import columns
from uems.experiments.statistics.power import Plan, days_needed, people_needed, smallest_effect
from uems.experiments.trials.history import History, history_of
from uems.experiments.trials.judging import within
from uems.experiments.trials.spec import TrialSpec
from uems.experiments.trials.sums import Asking, Taken, take, tally
from uems.journeys import api as journeys
from uems.kernel.clock import day_of
from uems.kernel.house import House
from uems.kernel.scope import Scope

POINTS: Final = 15
ARM: Final = "history"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPoint:
    """After so many days: people, and the smallest relative effect with and without what was before; None where nothing can be said."""

    day: int
    people: int
    smallest: float | None
    smallest_without: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMetric:
    """What each metric is now, and the smallest relative effect at the end. kept: the share of variance that is left."""

    key: str
    value: float | None
    kept: float
    smallest: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPlan:
    """days: of history that were looked at. arrivals: new people on each of them.

    people_needed, days_needed: for the effect that the design wants to find, in the experiment as a whole; None where it would take
    more than a year, or nothing can be said.
    """

    days: int
    arrivals: Sequence[int]
    points: Sequence[PlanPoint]
    metrics: Sequence[PlanMetric]
    people_needed: int | None
    days_needed: int | None


def plan_trial(house: House, scope: Scope, spec: TrialSpec, entry: journeys.Step, traffic: float, now: datetime) -> TrialPlan:
    """entry: what would expose somebody. traffic: the share of them that takes part, 0.1 for a tenth.

    Raises ``too_little_history`` (409), and what ``Warehouse.query`` raises.
    """
    history = history_of(house, scope, spec, entry, now)
    days = _days(history.days)
    asked = [Asking(metric=spec.primary, until=history.end_of(day)) for day in days]
    asked += [Asking(metric=metric, until=history.end_of(history.days)) for metric in spec.metrics]
    taken = take(history.world, asked)
    points = [_point(spec, day, one, traffic) for day, one in zip(days, taken, strict=False)]
    metrics = [_metric(spec, metric.key, one, traffic) for metric, one in zip(spec.metrics, taken[len(days) :], strict=True)]
    arrivals = _arrivals(history, traffic)
    needed = _needed(spec, taken[len(days) - 1])
    long = None if needed is None else days_needed(arrivals, needed)
    return TrialPlan(days=history.days, arrivals=arrivals, points=points, metrics=metrics, people_needed=needed, days_needed=long)


def _days(most: int) -> list[int]:
    """At most ``POINTS`` days from the first to the last."""
    if most <= POINTS:
        return list(range(1, most + 1))
    return sorted({round(1 + n * (most - 1) / (POINTS - 1)) for n in range(POINTS)})


def _arrivals(history: History, traffic: float) -> list[int]:
    counted = tally(history.world).days
    by_day = {day: people for (day, _), people in counted.items()}
    days = [history.end_of(day) for day in range(history.days)]
    zone = history.world.scope.zone
    return [round(by_day.get(str(day_of(at, zone)), 0) * traffic) for at in days]


def _plan(spec: TrialSpec, found: Estimate, kept: float) -> Plan:
    """The comparison with the smallest arm, since it is the hardest."""
    weights = spec.weights
    control = weights[spec.control]
    treatment = min(weight for arm, weight in weights.items() if arm != spec.control)
    return Plan(
        variance=found.variance,
        kept=kept,
        shares=(control / 100, treatment / 100),
        alpha=spec.alpha,
        method="sequential" if spec.method == "sequential" else "once",
        tuned_for=spec.tuned_for,
        comparisons=1 if spec.correction == "none" else len(spec.arms) - 1,
    )


def _found(taken: Taken) -> tuple[Estimate | NoAnswer, float]:
    """(the metric of everybody without adjustment, the share of variance that adjustment leaves)."""
    shape = taken.measured.shape
    if shape == "quantile" or shape == "drawn":
        return within([ARM], taken, "")[0][ARM], 1.0
    moments = taken.moments.get((0, ""))
    if moments is None:
        return NoAnswer(reason="nobody"), 1.0
    plain = estimate(columns(moments, range(len(taken.measured.values))), shape)
    _, kept = within([ARM], taken, "")
    return plain, kept


def _point(spec: TrialSpec, day: int, taken: Taken, traffic: float) -> PlanPoint:
    found, kept = _found(taken)
    if isinstance(found, NoAnswer):
        return PlanPoint(day=day, people=0, smallest=None, smallest_without=None)
    people = round(found.count * traffic)
    plan = _plan(spec, found, kept)
    with_past, without = (_relative(one, found, people, spec.power) for one in (plan, replace(plan, kept=1.0)))
    return PlanPoint(day=day, people=people, smallest=with_past, smallest_without=without)


def _relative(plan: Plan, found: Estimate, people: int, power: float) -> float | None:
    if people < 4 or found.value == 0 or found.variance == 0:
        return None
    effect = smallest_effect(plan, people, power) / abs(found.value)
    return effect if math.isfinite(effect) else None


def _metric(spec: TrialSpec, key: str, taken: Taken, traffic: float) -> PlanMetric:
    found, kept = _found(taken)
    if isinstance(found, NoAnswer):
        return PlanMetric(key=key, value=None, kept=1.0, smallest=None, reason=found.reason)
    smallest = _relative(_plan(spec, found, kept), found, round(found.count * traffic), spec.power)
    reason = "" if smallest is not None else "no_variance" if found.variance == 0 else "zero_control" if found.value == 0 else "too_few"
    return PlanMetric(key=key, value=found.value, kept=kept, smallest=smallest, reason=reason)


def _needed(spec: TrialSpec, taken: Taken) -> int | None:
    found, kept = _found(taken)
    if isinstance(found, NoAnswer) or found.value == 0 or found.variance == 0:
        return None
    return people_needed(_plan(spec, found, kept), spec.smallest_effect * abs(found.value), spec.power)
