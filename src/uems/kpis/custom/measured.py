"""What is the value of a metric by formula? Its letters are measured over the same windows, and the formula does the rest."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Final

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kernel.clock import start_of_day
from uems.kernel.money import exponents
from uems.kernel.sql import Sql, join
from uems.kpis.custom.model import LETTERS, CustomSpec, Letter
from uems.kpis.facts import View
from uems.kpis.model import Column, Good, Horizon, Measured, Value, Words, nothing, number
from uems.kpis.registry import MONEY, Metric, NoConfig
from uems.kpis.setup import read_config
from uems.segments import api as segments

_MEASURES: Final = {
    "events": ("事件数", "number of events"),
    "people": ("人数", "number of people"),
    "per_person": ("人均次数", "events a person"),
    "revenue": ("收入", "revenue"),
    "sum": ("总和", "sum"),
    "average": ("平均值", "average"),
    "minimum": ("最小值", "smallest value"),
    "maximum": ("最大值", "largest value"),
    "median": ("中位数", "median"),
    "p90": ("90 分位数", "90th percentile"),
    "p95": ("95 分位数", "95th percentile"),
    "p99": ("99 分位数", "99th percentile"),
}
Values = Callable[[Metric, View, Any], Sequence[Value]]


class CustomMetric:
    """A metric of the workspace. parts: letter → the metric that it stands for. values: how those are measured."""

    Config: ClassVar[type[BaseModel]] = NoConfig
    sample: ClassVar[BaseModel] = NoConfig()

    def __init__(self, key: str, spec: CustomSpec, parts: Mapping[str, Metric], values: Values) -> None:
        self.key = key
        self._spec, self._parts, self._values = spec, parts, values
        # Once: of metrics within metrics each would ask all of its parts again and again.
        self.needs = tuple(dict.fromkeys(role for part in parts.values() for role in part.needs))
        self.ripens_days = max((part.ripens_days for part in parts.values()), default=0)
        letters = dict(zip(LETTERS, spec.letters, strict=False))
        self._amounts = {letter for letter, one in letters.items() if _is_amount(one, parts.get(letter))}
        amount = journeys.is_money(spec.formula, self._amounts)
        self.unit: Measured = spec.unit if spec.unit is not None else "money" if amount else "ratio"

    @property
    def label_zh(self) -> str:
        return self._spec.name

    @property
    def label_en(self) -> str:
        return self._spec.name

    @property
    def formula(self) -> Words:
        zh = "；".join(f"{letter} = {self._said(letter, one).zh}" for letter, one in zip(LETTERS, self._spec.letters, strict=False))
        en = "; ".join(f"{letter} = {self._said(letter, one).en}" for letter, one in zip(LETTERS, self._spec.letters, strict=False))
        return Words(zh=f"{self._spec.formula}，其中 {zh}", en=f"{self._spec.formula}, where {en}")

    @property
    def good(self) -> Good:
        return self._spec.good

    @property
    def horizon(self) -> Horizon:
        return self._spec.horizon

    @property
    def whom(self) -> None:
        return None

    @property
    def back_days(self) -> int:
        return 0

    @property
    def money(self) -> tuple[Column, ...]:
        return MONEY if self.unit == "money" else ()

    @property
    def adds_up(self) -> bool:
        """Whether it is one count or sum, so that the values of parts say what each brought."""
        first = self._spec.letters[0].series
        return self._spec.formula.strip() == LETTERS[0] and first is not None and first.measure in journeys.SUMS

    def check(self, view: View) -> None:
        """Writes the statement of every series, without asking it. Raises ``bad_filter`` and whatever else writing it raises."""
        for one in self._spec.letters:
            if one.series is not None:
                series_sql(view, one.series)

    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        """Money goes in as whole units of the currency, so that 5 is five of them, and comes out in minor ones."""
        return view.kept(("formula", self.key), lambda: self._measured(view))

    def _measured(self, view: View) -> list[Value]:
        whole = 10 ** exponents().get(view.facts.scope.currency, 0)
        rows = {letter: self._letter(view, letter, one) for letter, one in zip(LETTERS, self._spec.letters, strict=False)}
        worked = journeys.read_formula(self._spec.formula, LETTERS[: len(rows)])
        found = []
        for place in range(len(view.windows)):
            values = {letter: row[place] for letter, row in rows.items()}
            result = worked({letter: self._whole(letter, value.value, whole) for letter, value in values.items()})
            reasons = [value.reason for value in values.values() if value.value is None and value.reason is not None]
            if result is not None:
                found.append(number(round(result * whole, 9) if self.unit == "money" else result))
            else:
                found.append(Value(value=None, reason=reasons[0]) if reasons else nothing("no_value"))
        return found

    def _whole(self, letter: str, value: float | None, whole: int) -> float | None:
        return value if value is None or letter not in self._amounts else round(value / whole, 9)

    def _letter(self, view: View, letter: str, one: Letter) -> Sequence[Value]:
        if one.series is not None:
            return series_values(view, one.series)
        metric = self._parts[letter]
        return self._values(metric, view, read_config(metric, one.config))

    def _said(self, letter: str, one: Letter) -> Words:
        if one.series is None:
            return Words(zh=self._parts[letter].label_zh, en=self._parts[letter].label_en)
        events, of = one.series.title, one.series.property
        zh, en = _MEASURES[one.series.measure]
        if of is not None:
            zh, en = f"{of} 的{zh}", f"{en} of {of}"
        return Words(zh=f"{events or '任意事件'} · {zh}", en=f"{events or 'Any event'} · {en}")


def _is_amount(letter: Letter, part: Metric | None) -> bool:
    if letter.series is not None:
        return letter.series.measure == "revenue"
    return part is not None and "value" in part.money


def series_sql(view: View, series: journeys.Series) -> tuple[journeys.Query, Sql]:
    """(the question with its values, its statement). Raises ``bad_filter``."""
    frame, facts = view.frame, view.facts
    query = facts.ask.query()
    last = min(frame.last, frame.today)
    columns = {"place": journeys.place_sql(journeys.bucket_of(frame.first, frame.unit), frame.unit)}
    if series.measure == "revenue":
        columns["amount"] = query.revenue_sql()
    elif series.property is not None:
        columns["amount"] = query.number_sql(series.property)
    where = [Sql("1")]
    if view.cut is not None and view.cut.dimension is not None:
        columns["part"] = facts.code(query, view.cut)
        where.append(Sql(f"part = {query.bind(view.group, 'UInt8')}"))
    elif view.cut is not None:
        where.append(Sql(f"person GLOBAL IN {segments.members_sql(facts.scope, view.cut.segment_ids[view.group])}"))
    start, end = (start_of_day(day, facts.scope.zone) for day in (frame.first, last + timedelta(days=1)))
    rows = query.events_sql(columns, query.step_sql(series), start, end)
    value: Sql = journeys.AGGREGATES[series.measure]
    kept = join(Sql(" AND "), where)
    picked = Sql(f"toInt64(place) AS at, grouping(place) AS whole, {value} AS value")
    return query, Sql(f"SELECT {picked} FROM {rows} WHERE {kept} GROUP BY GROUPING SETS ((place), ())")


def series_values(view: View, series: journeys.Series) -> list[Value]:
    """The series in each window, as the trend report counts it."""
    query, statement = series_sql(view, series)
    found = query.run(statement)
    cells = {None if row["whole"] else int(row["at"]): row["value"] for row in found.to_pylist()}
    empty = 0 if series.measure in journeys.SUMS else None
    return [_value(cells.get(place), empty) for place in [None, *range(len(view.frame.names))]]


def _value(found: Any, empty: float | None) -> Value:
    """NaN is what the engine makes of a quotient of nothing."""
    value = empty if found is None or found != found else found
    return nothing("nobody") if value is None else number(value)
