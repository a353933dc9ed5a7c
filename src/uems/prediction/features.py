"""What is known of each person at a cut, as numbers? Features that the system derives by itself from the events before it.

Everything is one statement over the events before the cut, by the people as they are known now, so that merged people are one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from uems.kernel.house import House
from uems.kernel.money import exponent
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.prediction.past import Past
from uems.prediction.vocabulary import Vocabulary, texts_of, theirs_sql
from uems.profiles.api import Chosen, People, Source, Value

Matrix: TypeAlias = npt.NDArray[np.float64]
Family: TypeAlias = Literal[
    "last", "tenure", "events", "days", "gap", "rhythm", "trend", "revenue", "orders", "order_last", "order_gap", "basket",
    "event", "event_last", "hours", "weekend", "column", "category", "variety",
]  # fmt: skip
WINDOWS: Final = (7, 30, 90)
_HOURS: Final[Mapping[str, tuple[int, int]]] = {"night": (0, 6), "morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}
# A person with few visits has the rhythm of the others, until their own is known: worth this many gaps.
PRIOR_GAPS: Final = 2.0
PATIENCE: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One number. family: what it means; about: of which event, column or property; value: of which value; days: within how many."""

    key: str
    family: Family
    about: str = ""
    value: str = ""
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """people: sorted, shape (n,). matrix: shape (n, len(features)), nan where there is nothing to measure."""

    people: People
    features: tuple[Feature, ...]
    matrix: Matrix

    def column(self, key: str) -> Matrix:
        return self.matrix[:, self.keys.index(key)]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(feature.key for feature in self.features)


def features_at(house: House, scope: Scope, cut: date, words: Vocabulary, chosen: Chosen | None = None) -> Features:
    """The features of everybody (or the chosen) who had an event before the first instant of ``cut``, from those events alone.

    Raises what ``Warehouse.query`` raises.
    """
    past = Past(house, scope, end=cut, chosen=chosen)
    asked = _asked(past, words)
    people = past.people()
    answers = past.run([value for _, value in asked.found], people=people)
    columns = [_numbers(answers.column(value)) for _, value in asked.found]
    features = [feature for feature, _ in asked.found]
    derived = _derived(dict(zip((f.key for f in features), columns, strict=True)), words.usual_days)
    return Features(people=people, features=(*features, *DERIVED), matrix=np.column_stack([*columns, *derived]))


def features_of(house: House, scope: Scope, words: Vocabulary) -> tuple[Feature, ...]:
    """Which features there are with these words, in the order of ``features_at``; nobody is asked."""
    return (*(feature for feature, _ in _asked(Past(house, scope, end=date(1971, 1, 1)), words).found), *DERIVED)


def _asked(past: Past, words: Vocabulary) -> "_Asked":
    asked = _Asked(past, words)
    for ask in (_rhythm, _counts, _money, _by_event, _when, _columns, _categories):
        ask(asked, words)
    return asked


def _numbers(column: object) -> Matrix:
    found: Matrix = pc.fill_null(column, float("nan")).to_numpy(zero_copy_only=False)
    return found


class _Asked:
    """The questions so far, over events before the cut.

    own_sql: whether the person did it, and not we to them; ts_sql: milliseconds of a row; day_sql: its business day; end_sql:
    milliseconds of the cut.
    """

    own_sql: Sql
    ts_sql: Sql
    day_sql: Sql
    end_sql: Sql

    def __init__(self, past: Past, words: Vocabulary) -> None:
        self.past = past
        self.found: list[tuple[Feature, Value]] = []
        self.source: Source = past.source("events")
        self.source.need(Sql("type IN ('track', 'page', 'screen') AND active"))
        self.own_sql = self.source.named(theirs_sql(past, words.done_to))
        self.ts_sql = self.source.named(Sql("toUnixTimestamp64Milli(ts)"))
        self.day_sql = self.source.named(Sql("day"))
        self.end_sql = past.params.bind(round(past.cut.timestamp() * 1000), "Int64")

    def add(self, feature: Feature, sql: Sql) -> None:
        self.found.append((feature, Value(source=self.source, sql=Sql(f"toNullable(toFloat64({sql}))"), kind="number")))

    def within(self, days: int | None) -> Sql:
        """The person's own rows of the last ``days`` times 24 hours before the cut."""
        return self.own_sql if days is None else Sql(f"{self.own_sql} AND {self.within_last(days)}")

    def within_last(self, days: int) -> Sql:
        """All rows of that time."""
        return Sql(f"{self.ts_sql} >= {self.end_sql} - {int(days)} * 86400000")

    def row(self, expression: Sql) -> Sql:
        return self.source.named(expression)


def _rhythm(asked: _Asked, words: Vocabulary) -> None:
    own = asked.own_sql
    last, first = Sql(f"maxIf({asked.ts_sql}, {own})"), Sql(f"minIf({asked.ts_sql}, {own})")
    asked.add(Feature(key="days_since_last", family="last"), Sql(f"if(countIf({own}) > 0, ({asked.end_sql} - {last}) / 86400000, NULL)"))
    asked.add(Feature(key="tenure_days", family="tenure"), Sql(f"if(countIf({own}) > 0, ({asked.end_sql} - {first}) / 86400000, NULL)"))
    days = Sql(f"uniqExactIf({asked.day_sql}, {own})")
    between = Sql(f"dateDiff('day', minIf({asked.day_sql}, {own}), maxIf({asked.day_sql}, {own}))")
    asked.add(Feature(key="usual_gap", family="gap"), Sql(f"if({days} > 1, {between} / ({days} - 1), NULL)"))


def _counts(asked: _Asked, words: Vocabulary) -> None:
    for days in (*WINDOWS, 60, None):
        name = "all" if days is None else str(days)
        asked.add(Feature(key=f"events_{name}", family="events", days=days), Sql(f"countIf({asked.within(days)})"))
        if days != 60:
            asked.add(Feature(key=f"days_{name}", family="days", days=days), Sql(f"uniqExactIf({asked.day_sql}, {asked.within(days)})"))


def _money(asked: _Asked, words: Vocabulary) -> None:
    mine = asked.past.params.bind(asked.past.scope.currency, "String")
    unit = Sql(f"{int(10 ** exponent(asked.past.scope.currency))}")
    paid = asked.row(Sql(f"if(currency = {mine}, ifNull(revenue_minor, 0), 0)"))
    order = asked.row(Sql(f"currency = {mine} AND ifNull(revenue_minor, 0) > 0"))
    for days in (30, 90, None):
        name = "all" if days is None else str(days)
        asked.add(Feature(key=f"revenue_{name}", family="revenue", days=days), Sql(f"sumIf({paid}, {asked.within(days)}) / {unit}"))
        asked.add(Feature(key=f"orders_{name}", family="orders", days=days), Sql(f"countIf({order} AND {asked.within(days)})"))
    ordered = Sql(f"countIf({order})")
    last = Sql(f"({asked.end_sql} - maxIf({asked.ts_sql}, {order})) / 86400000")
    asked.add(Feature(key="days_since_order", family="order_last"), Sql(f"if({ordered} > 0, {last}, NULL)"))
    gap = Sql(f"(maxIf({asked.ts_sql}, {order}) - minIf({asked.ts_sql}, {order})) / 86400000 / ({ordered} - 1)")
    asked.add(Feature(key="order_gap", family="order_gap"), Sql(f"if({ordered} > 1, {gap}, NULL)"))
    asked.add(Feature(key="average_order", family="basket"), Sql(f"avgOrNullIf({paid}, {order}) / {unit}"))


def _by_event(asked: _Asked, words: Vocabulary) -> None:
    for n, name in enumerate(words.events):
        did = asked.row(Sql(f"event = {asked.past.params.bind(name, 'String')}"))
        for days in WINDOWS:
            key = f"event{n}_{days}"
            asked.add(Feature(key=key, family="event", about=name, days=days), Sql(f"countIf({did} AND {asked.within_last(days)})"))
        last = Sql(f"if(countIf({did}) > 0, ({asked.end_sql} - maxIf({asked.ts_sql}, {did})) / 86400000, NULL)")
        asked.add(Feature(key=f"event{n}_last", family="event_last", about=name), last)


def _when(asked: _Asked, words: Vocabulary) -> None:
    zone = asked.past.params.bind(asked.past.scope.zone, "String")
    hour = asked.row(Sql(f"toHour(toTimeZone(ts, {zone}))"))
    for name, (start, end) in _HOURS.items():
        asked.add(
            Feature(key=f"hours_{name}", family="hours", about=name),
            Sql(f"avgOrNullIf({hour} >= {int(start)} AND {hour} < {int(end)}, {asked.own_sql})"),
        )
    asked.add(Feature(key="weekend", family="weekend"), Sql(f"avgOrNullIf(toDayOfWeek({asked.day_sql}) >= 6, {asked.own_sql})"))


def _columns(asked: _Asked, words: Vocabulary) -> None:
    for column in _COLUMNS:
        for n, value in enumerate(words.columns.get(column, ())):
            is_it = asked.row(Sql(f"{_COLUMNS[column]} = {asked.past.params.bind(value, 'String')}"))
            asked.add(
                Feature(key=f"{column}{n}", family="column", about=column, value=value), Sql(f"avgOrNullIf({is_it}, {asked.own_sql})")
            )


_COLUMNS: Final[Mapping[str, Sql]] = {
    "device": Sql("device"),
    "channel": Sql("channel"),
    "utm_source": Sql("utm_source"),
    "country": Sql("country"),
}


def _categories(asked: _Asked, words: Vocabulary) -> None:
    for n, category in enumerate(words.categories):
        texts = asked.row(Sql(f"arrayFilter(text -> text != '', {texts_of(category)})"))
        about = f"{category.inside}.{category.name}" if category.inside else category.name
        all_of = Sql(f"sum(length({texts}))")
        asked.add(Feature(key=f"variety{n}", family="variety", about=about), Sql(f"uniqExactArray({texts})"))
        for m, value in enumerate(category.values):
            is_it = Sql(f"sum(countEqual({texts}, {asked.past.params.bind(value, 'String')}))")
            share = Sql(f"if({all_of} > 0, {is_it} / {all_of}, NULL)")
            asked.add(Feature(key=f"category{n}_{m}", family="category", about=about, value=value), share)


DERIVED: Final = (Feature(key="trend", family="trend"), Feature(key="own_gap", family="gap"), Feature(key="rhythm", family="rhythm"))
"""Features made of others."""


def _derived(columns: Mapping[str, Matrix], usual_days: float) -> tuple[Matrix, Matrix, Matrix]:
    """The columns of ``DERIVED``."""
    month, before = columns["events_30"], columns["events_60"] - columns["events_30"]
    gap = own_gap(columns["days_all"], columns["usual_gap"], usual_days)
    return np.log((month + 1) / (before + 1)), gap, columns["days_since_last"] / gap


def own_gap(days: Matrix, seen: Matrix, usual_days: float) -> Matrix:
    """A person's own days between two active days: the mean of those ``seen`` and of ``PRIOR_GAPS`` more of ``usual_days`` each.

    So two visits on two days are not yet a habit: it is the posterior mean of an exponential gap under a conjugate prior.
    """
    span = np.where(days > 1, np.nan_to_num(seen) * (days - 1), 0.0)
    found: Matrix = (PRIOR_GAPS * usual_days + span) / (PRIOR_GAPS + np.maximum(days - 1, 0))
    return found


def silence(since_last: Matrix, gap: Matrix, days: int) -> Matrix:
    """How likely the person's own rhythm makes it that nothing comes for ``days`` more: a rule, not a model.

    Somebody who comes every ``gap`` days stays away for ``days`` with chance exp(-days / gap); and whoever has been silent for
    more than ``PATIENCE`` usual gaps may have left, the more likely the longer.
    """
    still_here = np.exp(-np.maximum(since_last / gap - PATIENCE, 0.0) / PATIENCE)
    found: Matrix = 1 - still_here * (1 - np.exp(-days / gap))
    return found


def select(found: Features, keys: Sequence[str]) -> Matrix:
    """The columns of ``keys`` in their order; nan for one that is not there."""
    place: Callable[[str], int | None] = {key: n for n, key in enumerate(found.keys)}.get
    empty = np.full(len(found.people), np.nan)
    picked = [empty if (n := place(key)) is None else found.matrix[:, n] for key in keys]
    return np.column_stack(picked) if picked else np.zeros((len(found.people), 0))
