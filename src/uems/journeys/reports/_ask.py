"""How does a report read events? Always through one place, which adds the workspace, the days, the filter and the people as known now.

``Ask`` is one question in its place and time. A ``Query`` collects the values of one statement; its ``events_sql`` are the events
of a stretch of time, each with ``person``, the person now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from uems.collect import api as collect
from uems.identity import api as identity
from uems.journeys.registry import Answer, Notice
from uems.journeys.reports._people_words import OUT, usable, who_sql, word_rows
from uems.journeys.reports._span import Span, span_of_events
from uems.journeys.reports._spec import MAX_DAYS, Asked, Breakdown, Dimension, EventBreakdown, Group, PersonKind, Step
from uems.kernel import filters
from uems.kernel.clock import Period, day_of
from uems.kernel.errors import invalid
from uems.kernel.filters import At, Params, Scalars
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, ident, join
from uems.kernel.warehouse import Limits
from uems.segments import api as segments

People = npt.NDArray[np.uint64]
"""People as they are now, sorted, each once."""

NOBODY: Final[People] = np.zeros(0, np.uint64)
NAMED: Final = Sql("event != ''")
"""Any event: calls of track, page and screen. The others only tell who it is."""
NOTHING: Final = Sql("")
MS: Final = Sql("toUnixTimestamp64Milli(ts)")
"""The instant of an event in milliseconds."""
_SAMPLE: Final = 11_400_714_819_323_198_485
"""The golden ratio of 2^64 (Knuth, Fibonacci hashing): spreads dense numbers evenly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question: what, of whom, about which days (both included), and when it is asked. among: only who is in it now. span: where
    the days are those of all time, what these are."""

    house: House
    scope: Scope
    spec: Asked
    now: datetime
    first: date
    last: date
    among: segments.Segment | None = None
    span: Span | None = None

    @property
    def period(self) -> Period:
        return Period.of_days(self.first, self.last, self.scope.zone)

    def query(self) -> "Query":
        return Query(self)


def ask(house: House, scope: Scope, spec: Asked, now: datetime) -> Ask | None:
    """The question with its days; None when an end is open and there is no event to take it from."""
    among = None if spec.segment is None else usable(segments.segment(house.store, scope, spec.segment))
    whole = spec.last_days is None and spec.first_day is None and spec.last_day is None
    span = span_of_events(house, scope) if whole else None
    days = _days(house, scope, spec, now) if not whole else None if span is None else (span.first, span.last)
    if days is None:
        return None
    first, last = days
    if (last - first).days >= MAX_DAYS:
        wanted = f"must be at most {MAX_DAYS} days before last_day ({last}). Give first_day, or last_days."
        raise invalid("first_day", first.isoformat(), wanted)
    return Ask(house=house, scope=scope, spec=spec, now=now, first=first, last=last, among=among, span=span)


def of_days(house: House, scope: Scope, spec: Asked, now: datetime, first: date, last: date) -> Ask:
    """The question for days that are known already."""
    among = None if spec.segment is None else usable(segments.segment(house.store, scope, spec.segment))
    return Ask(house=house, scope=scope, spec=spec, now=now, first=first, last=last, among=among)


def _days(house: House, scope: Scope, spec: Asked, now: datetime) -> tuple[date, date] | None:
    if spec.last_days is not None:
        last = spec.last_day or day_of(now, scope.zone)
        return last - timedelta(days=spec.last_days - 1), last
    if spec.first_day is not None and spec.last_day is not None:
        return spec.first_day, spec.last_day
    span = span_of_events(house, scope, None)
    if span is None:
        return None
    ends = (*(span.others or ()), span.first, span.last)
    first, last = spec.first_day or min(ends), spec.last_day or max(ends)
    return (first, last) if first <= last else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What is known of people now. rows: (person, word). word: what it is called beside their events."""

    rows_sql: Sql
    word_sql: Sql


class Query:
    """One statement in the making: conditions and values written with it belong to it alone."""

    def __init__(self, ask: Ask) -> None:
        self.ask: Final = ask
        self.params: Final = Params("p")
        self._at = At(now=ask.now, zone=ask.scope.zone)
        self._fields = collect.event_fields()
        self._words: dict[tuple[PersonKind, str], _Words] = {}

    def bind(self, value: Param, type_: str) -> Sql:
        return self.params.bind(value, type_)

    def step_sql(self, step: Step) -> Sql:
        """The condition of one kind of event."""
        name = NAMED if step.event is None else Sql(f"event = {self.bind(step.event, 'String')}")
        return name if step.filter is None else Sql(f"({name} AND {self._matches(step.filter)})")

    def any_sql(self, steps: Iterable[Step]) -> Sql:
        """The condition of at least one of several kinds; first by name, which is cheap to read."""
        wanted = list(steps)
        names = sorted({step.event for step in wanted if step.event is not None})
        if any(step.event is None and step.filter is None for step in wanted):
            return NAMED
        # Names without conditions are one look into the dictionary of names, whatever their number.
        plain = sorted({step.event for step in wanted if step.event is not None and step.filter is None})
        if all(step.filter is None for step in wanted):
            return Sql(f"event IN {self.bind(names, 'Array(String)')}")
        kinds = [Sql(f"event IN {self.bind(plain, 'Array(String)')}")] if plain else []
        kinds += dict.fromkeys(self.step_sql(step) for step in wanted if step.filter is not None)
        parts = join(Sql(" OR "), kinds)
        if any(step.event is None for step in wanted):
            return Sql(f"(event != '' AND ({parts}))")
        return Sql(f"(event IN {self.bind(names, 'Array(String)')} AND ({parts}))")

    def mask_sql(self, kinds: Sequence[tuple[Step, int]]) -> Sql:
        """The sum of the bits (powers of two) of the kinds that a named event is; UInt32."""
        by_name: dict[str, int] = {}
        parts: list[Sql] = []
        for step, bit in kinds:
            if step.filter is not None:
                parts.append(Sql(f"toUInt32({self.step_sql(step)}) * {self.bind(bit, 'UInt32')}"))
            elif step.event is None:
                parts.append(Sql(f"toUInt32({NAMED}) * {self.bind(bit, 'UInt32')}"))
            else:
                by_name[step.event] = by_name.get(step.event, 0) | bit
        if by_name:
            # The name is kept as a number with a dictionary, and this is worked out once for each word of the dictionary.
            names, bits = self.bind(list(by_name), "Array(String)"), self.bind(list(by_name.values()), "Array(UInt32)")
            parts.append(Sql(f"transform(event, {names}, {bits}, toUInt32(0))"))
        # Each kind has bits of its own, unless one name stands for several; either way no bit is there twice.
        return Sql(f"toUInt32({join(Sql(' + '), parts)})")

    def _matches(self, tree: Mapping[str, Any]) -> Sql:
        return filters.to_sql(filters.parse(tree), self._fields, self.params, self._at)

    def text_sql(self, dimension: Dimension) -> Sql:
        """The value of a dimension as text; '' where there is none. Of a person it is for the columns of ``events_sql`` only."""
        if isinstance(dimension, Breakdown) and dimension.of_person is not None:
            return self._person_text(*dimension.of_person)
        if dimension.column is not None:
            return self._column_text(dimension.column)
        assert dimension.property is not None
        assert self._fields.properties is not None
        value = self._fields.properties.value(dimension.property, self.params)
        return _text_of(value.together, value.is_set)

    def _person_text(self, kind: PersonKind, name: str) -> Sql:
        known = self._words.get((kind, name))
        if known is None:
            rows = word_rows(self.ask.house, self.ask.scope, kind, name, self._at, self.params)
            known = self._words[kind, name] = _Words(rows_sql=rows, word_sql=ident(f"word_of_person_{len(self._words)}"))
        return known.word_sql if kind != "segment" else Sql(f"if({known.word_sql} = '', {self.bind(OUT, 'String')}, {known.word_sql})")

    def _column_text(self, name: str) -> Sql:
        column = self._fields.columns.get(name)
        allowed = sorted(n for n, f in self._fields.columns.items() if f.type not in ("time", "day"))
        if column is None or column.type in ("time", "day"):
            raise invalid("column", name, f"must be one of: {', '.join(allowed)}.")
        if column.type == "text":
            return column.sql
        if column.type == "boolean":
            return Sql(f"if({column.sql}, 'true', 'false')")
        return Sql(f"ifNull(toString({column.sql}), '')")

    def number_sql(self, name: str) -> Sql:
        """The value of a property as a double; NULL where it is no number."""
        assert self._fields.properties is not None
        return _number_of(self._fields.properties.value(name, self.params).together)

    def revenue_sql(self) -> Sql:
        """Minor units in the currency of the workspace; 0 for other money and for none."""
        return Sql(f"if(currency = {self.bind(self.ask.scope.currency, 'String')}, ifNull(revenue_minor, 0), 0)")

    def events_sql(self, columns: Mapping[str, Sql], where: Sql, start: datetime | None = None, end: datetime | None = None) -> Sql:
        """A subquery of events in [start, end), by default the days asked for: ``person`` and ``columns``.

        A column must not bear the name of a column of the table. The filter and the sample of the spec are added.
        """
        low = self.bind(start or self.ask.period.start, "DateTime64(3, 'UTC')")
        high = self.bind(end or self.ask.period.end, "DateTime64(3, 'UTC')")
        parts = [Sql(f"ts >= {low} AND ts < {high}"), where]
        if self.ask.spec.filter is not None:
            parts.append(self._matches(self.ask.spec.filter))
        return self._sampled(Sql("events"), columns, join(Sql(" AND "), parts))

    def _sampled(self, table: Sql, columns: Mapping[str, Sql], where: Sql) -> Sql:
        # What goes by a word of the person can be worked out only once it is known who that is now.
        used = [one for one in self._words.values() if any(one.word_sql in sql for sql in columns.values())]
        later: dict[str, Sql] = {name: sql for name, sql in columns.items() if any(one.word_sql in sql for one in used)}
        own = {name: sql for name, sql in columns.items() if name not in later}
        rows = identity.rows_of_people(self.ask.house.store, self.ask.scope, table, own, where)
        counts = self.counts(Sql("person"))
        if counts:
            rows = Sql(f"(SELECT * FROM {rows} WHERE {join(Sql(' AND '), counts)})")
        for one in used:
            rows = Sql(
                f"(SELECT l.*, w.word AS {one.word_sql} FROM {rows} AS l GLOBAL ANY LEFT JOIN {one.rows_sql} AS w ON l.person = w.person)"
            )
        if not used:
            return rows
        picked = [Sql("person"), *(ident(name) for name in own), *(Sql(f"{later[name]} AS {ident(name)}") for name in later)]
        return Sql(f"(SELECT {join(Sql(', '), picked)} FROM {rows})")

    def counts(self, person: Sql) -> list[Sql]:
        """The conditions under which a person counts: in the sample, in the segment, and as the condition on people says."""
        spec, found = self.ask.spec, []
        if spec.sample_percent is not None:
            found.append(self.in_sample(person))
        if self.ask.among is not None:
            found.append(Sql(f"{person} GLOBAL IN {segments.members_sql(self.ask.scope, self.ask.among.segment_id)}"))
        if spec.people is not None:
            found.append(who_sql(self.ask.house, self.ask.scope, spec.people, person, self._at, self.params))
        return found

    def in_sample(self, person: Sql) -> Sql:
        share = self.bind(round((self.ask.spec.sample_percent or 100) * 10_000), "UInt64")
        return Sql(f"bitShiftRight(bitShiftRight(toUInt64({person} * {_SAMPLE}), 32) * 1000000, 32) < {share}")

    def run(self, sql: Sql, limits: Limits | None = None) -> pa.Table:
        """The rows. limits: left out, those of the settings."""
        return self.ask.house.warehouse.query(sql, self.params.values, limits=limits)


def _text_of(scalars: Scalars, is_set: Sql) -> Sql:
    """A scalar as text: numbers in plain digits, booleans as true and false; '' for anything else."""
    others = join(Sql(", "), [Sql(f"toString({part})") for part in (*scalars.integers, *scalars.floats)])
    others = Sql(f"{others}, toString({scalars.boolean})")
    # Not one coalesce, which works out every type for every row: the other types only where there is a value that is no text.
    return Sql(f"if(isNull({scalars.text}) AND {is_set}, ifNull(coalesce({others}), ''), ifNull({scalars.text}, ''))")


def _number_of(scalars: Scalars) -> Sql:
    parts = [Sql(f"toFloat64({part})") for part in (*scalars.integers, *scalars.floats)]
    return Sql(f"coalesce({join(Sql(', '), parts)})")


def in_sample(people: People, percent: float | None) -> npt.NDArray[np.bool_]:
    """Who of ``people`` is in the sample; as ``Query.in_sample``."""
    if percent is None:
        return np.ones(len(people), np.bool_)
    with np.errstate(over="ignore"):
        place = people * np.uint64(_SAMPLE) >> np.uint64(32)
        # A product, as the remainder of a power of two would draw some places more often than others.
        return place * np.uint64(1_000_000) >> np.uint64(32) < np.uint64(round(percent * 10_000))


def members_of(ask: Ask) -> People | None:
    """Everybody whom the segment and the condition on people let count; None is everybody."""
    if ask.among is None and ask.spec.people is None:
        return None
    query = ask.query()
    counts = join(Sql(" AND "), query.counts(Sql("person")))
    found = query.run(Sql(f"SELECT person FROM {identity.everybody(ask.house.store, ask.scope)} WHERE {counts} ORDER BY person"))
    return np.asarray(found.column("person").to_numpy(), np.uint64)


def numbers(table: pa.Table, name: str, type_: npt.DTypeLike) -> npt.NDArray[Any]:
    """A column without nulls as an array."""
    return np.asarray(table.column(name).to_numpy(), type_)


# -- breakdowns ---------------------------------------------------------------------------------------------------------------------


def top_values(ask: Ask, breakdown: Breakdown | None, steps: Iterable[Step]) -> list[str]:
    """The values with a group of their own, '' for none: those with the most events of ``steps`` in the period."""
    if breakdown is None:
        return []
    return top_values_of(ask, [breakdown], steps)[0]


def top_values_of(ask: Ask, breakdowns: Sequence[EventBreakdown], steps: Iterable[Step]) -> list[list[str]]:
    """The same for several breakdowns, from one look at the events."""
    found = ranked_values(ask, breakdowns, steps, max(one.limit for one in breakdowns))
    return [values[: one.limit] for one, values in zip(breakdowns, found, strict=True)]


def ranked_values(
    ask: Ask, breakdowns: Sequence[EventBreakdown], steps: Iterable[Step], limit: int, people: range | None = None
) -> list[list[str]]:
    """For each breakdown its values, those with the most events of ``steps`` in the period first. people: only those numbers."""
    query = ask.query()
    names = [f"word_{n}" for n in range(len(breakdowns))]
    columns = {name: query.text_sql(one) for name, one in zip(names, breakdowns, strict=True)}
    rows = query.events_sql(columns, query.any_sql(steps))
    among = NOTHING
    if people is not None:
        among = Sql(f" WHERE person >= {query.bind(people.start, 'UInt64')} AND person < {query.bind(people.stop, 'UInt64')}")
    sets = join(Sql(", "), [Sql(f"({ident(name)})") for name in names])
    place = Sql(f"indexOf([{join(Sql(', '), [Sql(f'grouping({ident(name)})') for name in names])}], 0)")
    words = join(Sql(", "), [Sql(f"toString({ident(name)})") for name in names])
    most = query.bind(limit, "UInt32")
    found = query.run(
        Sql(
            f"SELECT {place} AS place, [{words}][place] AS word, count() AS n FROM {rows}{among} GROUP BY GROUPING SETS ({sets})"
            f" ORDER BY place, n DESC, word LIMIT {most} BY place"
        )
    )
    told: list[list[str]] = [[] for _ in breakdowns]
    for number, word in zip(found.column("place").to_pylist(), found.column("word").to_pylist(), strict=True):
        told[number - 1].append(str(word))
    return told


def group_code(query: Query, breakdown: EventBreakdown | None, values: list[str]) -> Sql:
    """The place of an event's value among ``values``; the place after the last for all others."""
    if breakdown is None:
        return Sql("toUInt8(0)")
    if not values:
        return Sql("toUInt8(0)")
    # A column with a dictionary is looked up once for each word of the dictionary, and not once an event.
    names, codes = query.bind(values, "Array(String)"), query.bind(list(range(len(values))), "Array(UInt8)")
    return Sql(f"transform({query.text_sql(breakdown)}, {names}, {codes}, toUInt8({len(values)}))")


def groups(breakdown: EventBreakdown | None, values: list[str]) -> list[Group | None]:
    """The groups by their code; ``[None]`` without a breakdown."""
    if breakdown is None:
        return [None]
    return [*(Group(value=value or None) for value in values), Group(other=True)]


def group_place(breakdown: EventBreakdown | None, values: list[str], group: Group | None) -> int | None:
    """The code of the group that a cell names; None for all groups."""
    if group is None:
        return None
    known = groups(breakdown, values)
    if group not in known:
        named = ", ".join(str(g.value) for g in known if g and not g.other)
        raise invalid("cell.group", group.value, f"must be a group of the chart: {named or 'there is no breakdown'}.")
    return known.index(group)


# -- warnings -----------------------------------------------------------------------------------------------------------------------

_NAMES: Final = Sql("SELECT DISTINCT event FROM event_daily WHERE workspace_id = {workspace:UInt32} AND event != ''")


def unknown_events(house: House, scope: Scope, steps: Iterable[Step]) -> tuple[Notice, ...]:
    """A warning for each name that no event ever had, with names that look like it."""
    wanted = dict.fromkeys(step.event for step in steps if step.event is not None)
    if not wanted:
        return ()
    known = {str(name) for name in house.warehouse.query(_NAMES, {"workspace": scope.workspace_id}).column("event").to_pylist()}
    return tuple(Notice(code="unknown_event", subject=name, near=_near(name, known)) for name in wanted if name not in known)


def _near(name: str, known: set[str]) -> tuple[str, ...]:
    """At most five names: first those that differ in case or blanks only, then the most alike."""
    folded: dict[str, list[str]] = {}
    for one in sorted(known):
        folded.setdefault(_folded(one), []).append(one)
    alike = get_close_matches(_folded(name), folded, n=5, cutoff=0.6)
    return tuple(one for fold in alike for one in folded[fold])[:5]


def _folded(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum()) or name


def answer(asked: Ask, data: Mapping[str, Any], steps: Iterable[Step]) -> Answer:
    """What a report found, with what is to be said of any: whether it is exact, and names that nobody knows."""
    notices = (*(asked.span.notices if asked.span else ()), *unknown_events(asked.house, asked.scope, steps))
    percent = asked.spec.sample_percent
    sampled = {} if percent is None else {"sample_percent": percent}
    return Answer(first_day=asked.first, last_day=asked.last, exact=percent is None, data={**data, **sampled}, warnings=notices)


def no_answer(house: House, scope: Scope, spec: Asked, data: Mapping[str, Any], steps: Iterable[Step]) -> Answer:
    """The answer where there are no days to count: there is no event at all, or none on the open side of the one day given."""
    notices = unknown_events(house, scope, steps)
    return Answer(first_day=spec.first_day, last_day=spec.last_day, exact=True, data=data, warnings=notices)
