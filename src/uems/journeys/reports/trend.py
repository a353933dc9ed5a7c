"""How much, and how does it change? Up to ten series over time, broken down, combined by formulas, beside an earlier period.

data: ``unit``; ``buckets`` the first day of each (for hours: its first instant); ``complete`` whether each has passed;
``series`` one entry a series: ``name``, ``event``, ``measure`` and ``lines``; ``formulas`` the same with ``expression`` and ``unit``,
"money" or "number": they reckon with whole units of money, and what comes to money is told in minor units like all other money;
``previous`` the same for the earlier period, with its days; ``currency``. A line has its ``group`` (null: everything), ``values``
one a bucket, and the ``total`` over the period, for which everybody counts once. Counts and sums are 0 of nothing, all other
measures null. The earlier period has the same groups: what is frequent is found in the period asked for. revenue is in minor units of
``currency``. Cell: ``series`` by its place, ``bucket`` as in ``buckets`` (left out: the whole period), ``previous``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, Field, model_validator

from uems.journeys.registry import Answer
from uems.journeys.reports._ask import NOBODY, Ask, People, answer, ask, no_answer, top_values
from uems.journeys.reports._buckets import Unit, buckets, days_before, is_over, last_day_of
from uems.journeys.reports._formula import MAX_TEXT, is_money, read_formula
from uems.journeys.reports._hours import hours, instant
from uems.journeys.reports._measures import Line, Lines, Series, TrendUnit, lines_of, people_of_line
from uems.journeys.reports._spec import FIRST_YEAR, Asked, Breakdown, Cell, Spec
from uems.kernel.clock import zone_of
from uems.kernel.edge import Name
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.money import exponents
from uems.kernel.scope import Scope

MAX_HOUR_DAYS: Final = 62
LETTERS: Final = "ABCDEFGHIJ"


class Formula(Spec):
    """A value out of series: A is the first, B the second, ..."""

    expression: str = Field(min_length=1, max_length=MAX_TEXT)
    name: Name | None = None


class Config(Asked):
    """Series are called A, B, C, ... in formulas."""

    series: list[Series] = Field(min_length=1, max_length=len(LETTERS))
    unit: TrendUnit = "day"
    breakdown: Breakdown | None = None
    formulas: list[Formula] = Field([], max_length=len(LETTERS))
    compare: Literal["previous_period", "previous_year"] | None = None

    @model_validator(mode="after")
    def _readable(self) -> "Config":
        for formula in self.formulas:
            read_formula(formula.expression, LETTERS[: len(self.series)])
        return self


class TrendCell(Cell):
    """The people whose events one value of one line counts."""

    series: int = Field(0, strict=True, ge=0, lt=len(LETTERS))
    bucket: str | None = Field(None, max_length=40)
    previous: bool = False


class Trend:
    """Series over time."""

    key = "trend"
    label_zh = "趋势"
    label_en = "Trend"
    Config = Config
    sample = Config(series=[Series(measure="people")], last_days=30)
    Cell = TrendCell
    sample_cell = TrendCell()

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """Every line of every series, for the period and for the one before."""
        assert isinstance(spec, Config)
        asked = ask(house, scope, spec, now)
        if asked is None:
            empty: list[dict[str, Any]] = []
            data: dict[str, Any] = {"unit": spec.unit, "buckets": [], "complete": [], "series": empty, "formulas": empty, "previous": None}
            return no_answer(house, scope, spec, {**data, "currency": scope.currency}, spec.series)
        words = top_values(asked, spec.breakdown, spec.series)
        before = _previous(asked)
        earlier = None
        if before is not None:
            earlier = {"first_day": before.first.isoformat(), "last_day": before.last.isoformat(), **_data(before, words)}
        data = {"unit": spec.unit, **_data(asked, words), "previous": earlier, "currency": scope.currency}
        return answer(asked, data, spec.series)

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Everybody with an event that the value counts."""
        assert isinstance(spec, Config)
        assert isinstance(cell, TrendCell)
        if cell.series >= len(spec.series):
            raise invalid("cell.series", cell.series, f"must be below {len(spec.series)}, the number of series.")
        asked = ask(house, scope, spec, now)
        if asked is None:
            return NOBODY
        words = top_values(asked, spec.breakdown, spec.series)
        if cell.previous:
            before = _previous(asked)
            if before is None:
                raise invalid("cell.previous", True, "needs compare in the spec.")
            asked = before
        labels = _labels(asked)
        if cell.bucket is not None and cell.bucket not in labels:
            raise invalid("cell.bucket", cell.bucket, "must be one of the buckets of the answer.")
        place = None if cell.bucket is None else labels.index(cell.bucket)
        return people_of_line(asked, spec.series[cell.series], spec.unit, spec.breakdown, words, place, cell.group)


def _previous(asked: Ask) -> Ask | None:
    """The earlier period: as many days, or as many whole months, right before; or the same days of the year before."""
    spec = asked.spec
    assert isinstance(spec, Config)
    if spec.compare is None:
        return None
    if spec.compare == "previous_year":
        first, last = _year_before(asked.first), _year_before(asked.last)
    else:
        first, last = days_before(asked.first, asked.last)
    if first.year < FIRST_YEAR:
        raise invalid("compare", spec.compare, f"would begin on {first}, and days are kept from {FIRST_YEAR} on. Ask for a later period.")
    return replace(asked, first=first, last=last)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _labels(asked: Ask) -> list[str]:
    spec = asked.spec
    assert isinstance(spec, Config)
    if spec.unit == "hour":
        if (asked.last - asked.first).days >= MAX_HOUR_DAYS:
            raise invalid("unit", "hour", f"takes at most {MAX_HOUR_DAYS} days. Use day, or a shorter period.")
        zone = zone_of(asked.scope.zone)
        return [instant(ms).astimezone(zone).isoformat() for ms in hours(asked.period, asked.scope.zone)]
    return [day.isoformat() for day in buckets(asked.first, asked.last, spec.unit)]


def _complete(asked: Ask) -> list[bool]:
    spec = asked.spec
    assert isinstance(spec, Config)
    if spec.unit == "hour":
        starts = [instant(ms) for ms in hours(asked.period, asked.scope.zone)]
        return [end <= asked.now for end in [*starts[1:], asked.period.end]]
    unit: Unit = spec.unit
    first, last = asked.first, asked.last
    return [
        is_over(one, unit, asked.scope.zone, asked.now) and first <= one and last_day_of(one, unit) <= last
        for one in buckets(first, last, unit)
    ]


def _data(asked: Ask, words: list[str]) -> dict[str, Any]:
    spec = asked.spec
    assert isinstance(spec, Config)
    labels = _labels(asked)
    found = [lines_of(asked, series, spec.unit, spec.breakdown, words) for series in spec.series]
    series = [
        {"name": one.title, "event": one.event, "measure": one.measure, "lines": _shown(lines)}
        for one, lines in zip(spec.series, found, strict=True)
    ]
    return {
        "buckets": labels,
        "complete": _complete(asked),
        "series": series,
        "formulas": [_worked(asked, one, found) for one in spec.formulas],
    }


def _worked(asked: Ask, formula: Formula, found: Sequence[Lines]) -> dict[str, Any]:
    """A formula as JSON. Money goes in as whole units of the currency, so that 5 is five of them."""
    spec = asked.spec
    assert isinstance(spec, Config)
    money = {letter for letter, one in zip(LETTERS, spec.series, strict=False) if one.measure == "revenue"}
    unit = 10 ** exponents().get(asked.scope.currency, 0)
    whole = [
        [_scaled(line, 1 / unit) for line in lines] if letter in money else lines for letter, lines in zip(LETTERS, found, strict=False)
    ]
    lines = _combined(formula, whole)
    amount = is_money(formula.expression, money)
    return {
        "name": formula.name or formula.expression,
        "expression": formula.expression,
        "unit": "money" if amount else "number",
        "lines": _shown([_scaled(line, unit) for line in lines] if amount else lines),
    }


def _scaled(line: Line, factor: float) -> Line:
    """The line times a power of ten, without what doubles leave behind."""

    def told(value: float | None) -> float | None:
        return None if value is None else round(value * factor, 9)

    return replace(line, values=[told(value) for value in line.values], total=told(line.total))


def _combined(formula: Formula, series: Sequence[Lines]) -> Lines:
    """The formula line by line, bucket by bucket, and of the totals."""
    worked = read_formula(formula.expression, LETTERS[: len(series)])
    combined: Lines = []
    for lines in zip(*series, strict=True):
        rows: list[Mapping[str, float | None]] = [
            dict(zip(LETTERS, values, strict=False)) for values in zip(*(line.values for line in lines), strict=True)
        ]
        totals = dict(zip(LETTERS, (line.total for line in lines), strict=False))
        seen = any(line.seen for line in lines)
        combined.append(replace(lines[0], values=[worked(row) for row in rows], total=worked(totals), seen=seen))
    return combined


def _shown(lines: Lines) -> list[dict[str, Any]]:
    """The lines as JSON; the one of all other values only where there is something in it."""
    return [
        {"group": None if line.group is None else line.group.model_dump(), "values": line.values, "total": line.total}
        for line in lines
        if line.group is None or not line.group.other or line.seen
    ]


ITEM = Trend()
