"""What is there to say at the monthly review? Goals and results, what was tried, what worked, what ended, what comes next, who decided.

Made anew each time that it is asked for, from the numbers of that moment: what is watched longer may change since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

from uems.evaluation.decisions import Decision, decisions_of
from uems.evaluation.league import league
from uems.evaluation.model import SUMMARIES, Worth
from uems.experiments import api as experiments
from uems.kernel.clock import day_of
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kpis import api as kpis

Topic: TypeAlias = Literal["goals", "together", "tried", "worked", "retired", "feedback", "proposals", "decisions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalReached:
    """A metric with a target for the month. value: so far; None where it cannot be said. reached: None where either is unknown."""

    metric: kpis.Metric
    value: float | None
    target: float
    reached: bool | None
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A calendar month of a workspace. trials: experiments that were started, or decided, in it."""

    month: date
    last: date
    over: bool
    goals: Sequence[GoalReached]
    worths: Sequence[Worth]
    tried: Sequence[Worth]
    trials_started: Sequence[experiments.Experiment]
    trials_decided: Sequence[experiments.Experiment]
    decisions: Sequence[Decision]
    undecided: Sequence[Worth]


def review_of(house: House, scope: Scope, now: datetime, month: date) -> Review:
    """Raises ``invalid`` for what is no first day of a month, or one that has not begun."""
    today = day_of(now, scope.zone)
    if month.day != 1 or month > today:
        raise invalid("month", month.isoformat(), f"must be the first day of a month, {today.replace(day=1)} at the latest.")
    last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)

    def inside(at: datetime | None) -> bool:
        return at is not None and month <= day_of(at, scope.zone) <= last

    worths = league(house, scope, now).worths
    decisions = decisions_of(house.store, scope)
    standing = {(one.kind, one.action) for one in decisions if one.undone_at is None}
    trials = experiments.list_trials(house.store, scope)
    return Review(
        month=month,
        last=last,
        over=last < today,
        goals=_goals(house, scope, now, month, min(last, today)),
        worths=worths,
        tried=[one for one in worths if one.action.kind not in SUMMARIES and inside(one.first_at)],
        trials_started=[one for one in trials if inside(one.started_at)],
        trials_decided=[one for one in trials if one.decision is not None and inside(one.decision.at)],
        decisions=[one for one in decisions if inside(one.at)],
        undecided=[
            one for one in worths if one.proposal in ("scale", "fix", "retire") and (one.action.kind, one.action.key) not in standing
        ],
    )


def _goals(house: House, scope: Scope, now: datetime, month: date, through: date) -> list[GoalReached]:
    found = []
    for metric in kpis.METRICS:
        target = kpis.targets_of(house.store, scope, metric.key).get(("month", month))
        if target is None:
            continue
        answer = kpis.measure(house, scope, kpis.Question(metric=metric.key, first=month, last=through, unit="month", compare=False), now)
        value = answer.value.value
        reached = None
        if value is not None and metric.good in ("up", "down"):
            reached = value >= target if metric.good == "up" else value <= target
        found.append(GoalReached(metric=metric, value=value, target=target, reached=reached, complete=answer.complete))
    return found
