"""How far are we towards what was wished for the month, week or day that runs?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from uems.journeys import api as journeys
from uems.kernel.clock import day_of
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kpis.frames import frame_of
from uems.kpis.measuring import Question, measure_all
from uems.kpis.model import Unit, Value
from uems.kpis.registry import Metric
from uems.kpis.targets import targets_of

_UNITS: Final[tuple[Unit, ...]] = ("month", "week", "day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A target beside the value that its day, week or month has so far. last: its last day. through: the last that is counted."""

    unit: Unit
    bucket: date
    last: date
    through: date
    target: float
    value: Value
    complete: bool


def goals_of(
    house: House, scope: Scope, metrics: Sequence[tuple[Metric, Mapping[str, Any]]], unit: Unit, day: date, now: datetime
) -> dict[str, Goal]:
    """Metric → the target that holds on ``day``, of those metrics that have one: that of ``unit`` first, else of the longest unit."""
    today = day_of(now, scope.zone)
    wanted: dict[Unit, list[tuple[Metric, Mapping[str, Any]]]] = {}
    targets: dict[str, float] = {}
    for metric, given in metrics:
        mine = targets_of(house.store, scope, metric.key)
        units = (one for one in (unit, *_UNITS) if (one, journeys.bucket_of(day, one)) in mine)
        if (found := next(units, None)) is not None:
            wanted.setdefault(found, []).append((metric, given))
            targets[metric.key] = mine[found, journeys.bucket_of(day, found)]
    goals: dict[str, Goal] = {}
    for one, those in wanted.items():
        bucket = journeys.bucket_of(day, one)
        last = journeys.last_day_of(bucket, one)
        through = max(bucket, min(last, today))
        answers = measure_all(
            house, scope, those, Question(metric="", unit=one, compare=False), frame_of(bucket, through, None, one, today), now
        )
        goals |= {
            answer.metric.key: Goal(
                unit=one,
                bucket=bucket,
                last=last,
                through=through,
                target=targets[answer.metric.key],
                value=answer.value,
                complete=answer.complete and through == last,
            )
            for answer in answers
        }
    return goals
