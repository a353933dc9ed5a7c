"""What did a change do that came to a whole group at once, with nobody held out? The group against the others, before and after.

This is weaker than a lot: whatever else came to the group alone at that time is taken for the change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, TypeAlias

import numpy as np

from uems.evaluation.reading import Reading
from uems.evaluation.synthetic import NoControl, synthetic_control
from uems.journeys import api as journeys
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql

Counted: TypeAlias = Literal["revenue", "purchases", "people"]
MAX_GROUPS: Final = 30
"""The largest ones; more would only be noise to fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """value: the group, of the dimension. day: the first day with the change. counted: revenue (minor units), purchases, or people."""

    dimension: journeys.Dimension
    value: str
    day: date
    counted: Counted
    before_days: int
    after_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What was found, day by day; ``reason`` where nothing can be said. after: days that were there already. See ``Synthetic``."""

    days: Sequence[date]
    actual: Sequence[float]
    after: int
    groups: int
    reason: NoControl | None
    expected: Sequence[float] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    total: float | None = None
    by_difference: float | None = None
    fit: float | None = None
    p_value: float | None = None


def change_of(house: House, scope: Scope, now: datetime, change: Change) -> Changed:
    """Raises ``invalid`` for a day of which nothing after is known yet."""
    reading = Reading(house, scope, now)
    first = change.day - timedelta(days=change.before_days)
    over, told_until = day_of(now, scope.zone) - timedelta(days=1), _last_known(reading)
    whole = min(over, told_until, change.day + timedelta(days=change.after_days - 1))
    if over < change.day:
        raise invalid("day", change.day.isoformat(), "must be before today: of the days since, at least one has to be over.")
    if whole < change.day:
        raise invalid("day", change.day.isoformat(), f"must be {told_until.isoformat()} or before: nothing is known of the days since.")
    days = [first + timedelta(days=n) for n in range((whole - first).days + 1)]
    told = _series(reading, change, days)
    sizes = {word: sum(values[: change.before_days]) for word, values in told.items()}
    others = sorted((word for word in told if word not in ("", change.value)), key=lambda word: (-sizes[word], word))[:MAX_GROUPS]
    actual = told.get(change.value, [0.0] * len(days))
    found = synthetic_control(np.array(actual), np.array([told[word] for word in others]).reshape(-1, len(days)), change.before_days)
    after = len(days) - change.before_days
    if isinstance(found, str):
        return Changed(days=days, actual=actual, after=after, groups=len(others) + 1, reason=found)
    return Changed(
        days=days,
        actual=actual,
        expected=found.expected.tolist(),
        after=after,
        weights={word: float(weight) for word, weight in zip(others, found.weights, strict=True) if weight > 0.0005},
        total=found.total,
        by_difference=found.by_difference,
        fit=found.fit,
        p_value=found.p_value,
        groups=found.groups,
        reason=None,
    )


def _last_known(reading: Reading) -> date:
    """The last day of which anything is known. Data that ended say nothing of the days since, rather than that nothing happened."""
    return day_of(datetime.fromtimestamp((reading.known().last_ms - 1) / 1000, UTC), reading.zone)


def _series(reading: Reading, change: Change, days: Sequence[date]) -> dict[str, list[float]]:
    """value of the dimension → what was counted on each day."""
    zone = reading.zone
    start, end = start_of_day(days[0], zone), start_of_day(days[-1] + timedelta(days=1), zone)
    query = reading.query(start, end - timedelta(seconds=1))
    where = Sql("active")
    if change.counted != "people":
        where = Sql(f"event IN {query.bind(sorted(reading.roles.events('purchase')), 'Array(String)')}")
    columns = {"word": query.text_sql(change.dimension), "on_day": Sql("day"), "amount": query.revenue_sql()}
    rows = query.events_sql(columns, where, start, end)
    value = {
        "revenue": Sql("toFloat64(sum(amount))"),
        "purchases": Sql("toFloat64(count())"),
        "people": Sql("toFloat64(uniqExact(person))"),
    }
    found = query.run(Sql(f"SELECT word, on_day, {value[change.counted]} AS value FROM {rows} GROUP BY word, on_day")).to_pylist()
    told: dict[str, list[float]] = {}
    for row in found:
        place = (row["on_day"] - days[0]).days
        if 0 <= place < len(days):
            told.setdefault(str(row["word"]), [0.0] * len(days))[place] = float(row["value"])
    return told
