"""What happened on each day, and who was there? The facts that metrics are made of: read once for a period, exact, people as known now.

``Facts`` reads and keeps; a ``View`` shows one part of a breakdown, or everything, to a metric. Sets of people are rows of bits, one
row a day of ``Frame.base``. Merged people count once, because every read goes by the person now.

Active is who did anything themselves: any named event but those that play the role ``sent``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from uems.identity import api as identity
from uems.journeys import api as journeys
from uems.kernel.clock import start_of_day
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql, ident, join
from uems.kpis.model import EVER, Cut, Frame, Spend, Value, Window
from uems.kpis.spending import spend_between
from uems.kpis.ties import Ties, ties_of
from uems.profiles import api as profiles
from uems.segments import api as segments

Ints = npt.NDArray[np.int64]
Sets = journeys.Words
Names = tuple[str, ...] | None
"""Names of events; None for anything that people do themselves."""

_EXPECTED: Final = "lifetime_value"
"""The tag of what everybody is expected to bring from now on."""
_ORDER: Final = ("ts", "log_offset", "log_index", "log_partition")
_SESSION_COLUMNS: Final = ("device", "country", "channel", "utm_source", "utm_medium", "utm_campaign", "referrer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Events of people by day, a row each. day: days since the start of ``Frame.base``. group: of the breakdown."""

    person: Ints
    day: Ints
    events: Ints
    revenue: Ints
    group: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One answer a row, 0 to 10. points: 100 of a 9 or 10, -100 of 0 to 6, else 0. day, group: as of ``Money``. Shape (n,) each."""

    person: Ints
    day: Ints
    points: Ints
    group: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """Day by day: seconds of all sessions, and people who had one."""

    seconds: npt.NDArray[np.float64]
    people: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """person: who is expected to bring anything; minor: how much, both of shape (n,)."""

    person: Ints
    minor: npt.NDArray[np.float64]


class Facts:
    """The facts of one workspace around one period, read when they are asked for and then kept."""

    def __init__(self, house: House, scope: Scope, now: datetime, frame: Frame, roles: profiles.Roles) -> None:
        self.house, self.scope, self.now, self.frame, self.roles = house, scope, now, frame, roles
        self.base = frame.base
        self.ask = journeys.Ask(house=house, scope=scope, spec=journeys.Asked(), now=now, first=self.base.first, last=self.base.last)
        self.kept: dict[Any, Any] = {}

    def view(self, cut: Cut | None = None, group: int = 0) -> "View":
        return View(self, cut, group)

    # -- sets of people ---------------------------------------------------------------------------------------------------------

    def days(self, names: Names, cut: Cut | None) -> list[Sets]:
        """Who did any of it on each day, group by group."""
        key = ("days", names, cut)
        if key not in self.kept:
            self.kept[key] = self._read_days(names, cut)
        found: list[Sets] = self.kept[key]
        return found

    def _read_days(self, names: Names, cut: Cut | None) -> list[Sets]:
        if cut is not None and cut.dimension is not None:
            return self._days_by_dimension(names, cut)
        if cut is not None:
            [whole] = self.days(names, None)
            return [whole & _fitted(members, whole.shape[1]) for members in self.members(cut)]
        found = self._bitmaps(names, self.base, journeys.place_sql(self.base.first, "day"))
        return [_rows(found, self.base.days)]

    def _bitmaps(self, names: Names, window: Window, place: Sql) -> dict[int, Sets]:
        """As the reports do: the daily bitmaps for everybody whom no override names, and the rollup for the others."""
        query = self.ask.query()
        days = Sql(f"day BETWEEN {query.bind(window.first, 'Date')} AND {query.bind(window.last, 'Date')}")
        where = Sql(f"{days} AND {self.these_sql(query, names)}")
        mine = Sql(f"FROM person_day_bitmaps WHERE workspace_id = {self.scope.workspace_id} AND {where}")
        if not identity.has_overrides(self.house.store, self.scope):
            return _states(
                query.run(Sql(f"SELECT {place} AS place, toString(groupBitmapMergeState(people)) AS state {mine} GROUP BY place"))
            )
        affected = identity.affected_people(self.scope)
        moved = Sql(f"{where} AND person_id GLOBAL IN {identity.affected_ids(self.scope)}")
        rows = identity.rows_of_people(self.house.store, self.scope, Sql("person_daily"), {"place": place}, moved)
        return _states(
            query.run(
                Sql(
                    "SELECT place, toString(groupBitmapMergeState(found)) AS state FROM ("
                    f"SELECT {place} AS place, bitmapAndnot(groupBitmapMergeState(people), {affected}) AS found {mine} GROUP BY place"
                    f" UNION ALL SELECT place, groupBitmapState(person) AS found FROM {rows} GROUP BY place"
                    ") GROUP BY place"
                )
            )
        )

    def these_sql(self, query: journeys.Query, names: Names) -> Sql:
        """The condition of these events on a table with a column ``event``."""
        if names is not None:
            return Sql(f"event IN {query.bind(sorted(names), 'Array(String)')}")
        sent = self.roles.events("sent")
        if not sent:
            return Sql("event != ''")
        return Sql(f"(event != '' AND event NOT IN {query.bind(sorted(sent), 'Array(String)')})")

    def code(self, query: journeys.Query, cut: Cut) -> Sql:
        """The group of an event by its dimension: the place of its value, or that behind the last for all others."""
        assert cut.dimension is not None
        place = Sql(f"indexOf({query.bind(list(cut.words), 'Array(String)')}, {query.text_sql(cut.dimension)})")
        return Sql(f"toUInt8(if({place} = 0, {len(cut.words)}, {place} - 1))")

    def _days_by_dimension(self, names: Names, cut: Cut) -> list[Sets]:
        query = self.ask.query()
        columns = {"place": journeys.place_sql(self.base.first, "day"), "part": self.code(query, cut)}
        rows = query.events_sql(columns, self.these_sql(query, names), *self._instants(self.base))
        found = query.run(Sql(f"SELECT place, part, toString(groupBitmapState(person)) AS state FROM {rows} GROUP BY place, part"))
        return self._by_part(found, cut)

    def _by_part(self, found: Any, cut: Cut) -> list[Sets]:
        parts = journeys.numbers(found, "part", np.int64)
        places = journeys.numbers(found, "place", np.int64)
        by_part: list[dict[int, Sets]] = [{} for _ in range(len(cut.words) + 1)]
        for part, place, state in zip(parts, places, journeys.states(found), strict=True):
            by_part[part][int(place)] = journeys.from_state(state)
        return [_rows(one, self.base.days) for one in by_part][: len(cut.groups)]

    def newcomers(self, cut: Cut | None) -> list[Sets]:
        """Who did anything for the first time ever on each day, group by group; of a dimension, by the value of that first event."""
        key = ("new", cut)
        if key not in self.kept:
            self.kept[key] = self._read_newcomers(cut)
        found: list[Sets] = self.kept[key]
        return found

    def _read_newcomers(self, cut: Cut | None) -> list[Sets]:
        if cut is None:
            [days] = self.days(None, None)
            past = Window(first=EVER, last=self.base.first - timedelta(days=1))
            seen = self._bitmaps(None, past, Sql("toUInt16(0)")) if past.days > 0 else {}
            whole = journeys.matrix([seen.get(0, _NONE), *days])
            known = np.bitwise_or.accumulate(whole, axis=0)
            return [np.asarray(whole[1:] & ~known[:-1])]
        [new] = self.newcomers(None)
        if cut.dimension is None:
            return [new & _fitted(members, new.shape[1]) for members in self.members(cut)]
        query = self.ask.query()
        columns = {"place": journeys.place_sql(self.base.first, "day"), "code": self.code(query, cut)}
        rows = query.events_sql(
            columns | {f"o_{name}": ident(name) for name in _ORDER}, self.these_sql(query, None), *self._instants(self.base)
        )
        by = join(Sql(", "), [ident(f"o_{name}") for name in _ORDER])
        first = Sql(f"SELECT person, place, argMin(code, ({by})) AS part FROM {rows} GROUP BY person, place")
        found = query.run(Sql(f"SELECT place, part, toString(groupBitmapState(person)) AS state FROM ({first}) GROUP BY place, part"))
        return [new & _fitted(part, new.shape[1]) for part in self._by_part(found, cut)]

    def members(self, cut: Cut) -> list[Sets]:
        """Who is in each segment of the breakdown now."""
        if ("members", cut) not in self.kept:
            found = []
            for segment in cut.segment_ids:
                rows = self.house.warehouse.query(Sql(f"SELECT person_id FROM {segments.members_sql(self.scope, segment)}"))
                people = journeys.numbers(rows, "person_id", np.int64)
                chosen = np.zeros(int(people.max()) + 1 if len(people) else 0, np.bool_)
                chosen[people] = True
                found.append(journeys.from_flags(chosen))
            self.kept["members", cut] = found
        kept: list[Sets] = self.kept["members", cut]
        return kept

    # -- money, time, spend -----------------------------------------------------------------------------------------------------

    def money(self, names: tuple[str, ...], window: Window, cut: Cut | None) -> Money:
        """Events of these names in ``window`` by person and day, with their revenue in the workspace's currency."""
        key = ("money", names, window, None if cut is None or cut.dimension is None else cut)
        if key not in self.kept:
            self.kept[key] = self._read_money(names, window, cut if cut is not None and cut.dimension is not None else None)
        found: Money = self.kept[key]
        return found

    def _read_money(self, names: tuple[str, ...], window: Window, cut: Cut | None) -> Money:
        query = self.ask.query()
        day = Sql("toInt32(toUInt16(day))")
        if cut is None:
            currency = query.bind(self.scope.currency, "String")
            days = Sql(f"day BETWEEN {query.bind(window.first, 'Date')} AND {query.bind(window.last, 'Date')}")
            columns = {
                "d": day,
                "n": Sql("events"),
                "money": Sql(f"if(currency = {currency}, revenue_minor, 0)"),
                "part": Sql("toUInt8(0)"),
            }
            where = Sql(f"{days} AND {self.these_sql(query, names)}")
            rows = identity.rows_of_people(self.house.store, self.scope, Sql("person_daily"), columns, where)
        else:
            columns = {"d": day, "n": Sql("toUInt64(1)"), "money": query.revenue_sql(), "part": self.code(query, cut)}
            rows = query.events_sql(columns, self.these_sql(query, names), *self._instants(window))
        found = query.run(
            Sql(f"SELECT person, d, part, toInt64(sum(n)) AS events, toInt64(sum(money)) AS revenue FROM {rows} GROUP BY person, d, part")
        )
        return Money(
            person=journeys.numbers(found, "person", np.int64),
            day=journeys.numbers(found, "d", np.int64) - (self.base.first - EVER).days,
            events=journeys.numbers(found, "events", np.int64),
            revenue=journeys.numbers(found, "revenue", np.int64),
            group=journeys.numbers(found, "part", np.int64),
        )

    def answers(self, cut: Cut | None) -> Answers:
        """What plays the role ``nps`` in the days of ``base``. cut: by a dimension, or none."""
        key = ("answers", cut)
        if key not in self.kept:
            query = self.ask.query()
            score = query.number_sql(self.roles.property("nps_score"))
            columns = {
                "d": Sql("toInt32(toUInt16(day))"),
                "points": Sql(f"toInt64(multiIf({score} >= 9, 100, {score} <= 6, -100, 0))"),
                "part": Sql("toUInt8(0)") if cut is None else self.code(query, cut),
            }
            where = Sql(f"{self.these_sql(query, self.roles.events('nps'))} AND {score} BETWEEN 0 AND 10")
            rows = query.events_sql(columns, where, *self._instants(self.base))
            found = query.run(Sql(f"SELECT person, d, points, part FROM {rows}"))
            self.kept[key] = Answers(
                person=journeys.numbers(found, "person", np.int64),
                day=journeys.numbers(found, "d", np.int64) - (self.base.first - EVER).days,
                points=journeys.numbers(found, "points", np.int64),
                group=journeys.numbers(found, "part", np.int64),
            )
        kept: Answers = self.kept[key]
        return kept

    def time(self, cut: Cut | None, group: int) -> Time | None:
        """The time in sessions; None by a dimension that sessions do not have."""
        query = self.ask.query()
        parts = [Sql(f"workspace_id = {self.scope.workspace_id} AND NOT gone")]
        low, high = (query.bind(at, "DateTime64(3, 'UTC')") for at in self._instants(self.base))
        parts.append(Sql(f"started_at >= {low} AND started_at < {high}"))
        if cut is not None and cut.dimension is not None:
            if cut.dimension.column not in _SESSION_COLUMNS:
                return None
            word = ident(cut.dimension.column, _SESSION_COLUMNS)
            if cut.groups[group].other:
                parts.append(Sql(f"{word} NOT IN {query.bind(list(cut.words), 'Array(String)')}"))
            else:
                parts.append(Sql(f"{word} = {query.bind(cut.words[group], 'String')}"))
        elif cut is not None:
            parts.append(Sql(f"person_id GLOBAL IN {segments.members_sql(self.scope, cut.segment_ids[group])}"))
        where = join(Sql(" AND "), parts)
        found = query.run(
            Sql(
                "SELECT toInt32(toUInt16(day)) AS d, toInt64(uniqExact(person_id)) AS people,"
                " sum(toUnixTimestamp64Milli(ended_at) - toUnixTimestamp64Milli(started_at)) AS ms"
                f" FROM sessions FINAL WHERE {where} GROUP BY d"
            )
        )
        day = journeys.numbers(found, "d", np.int64) - (self.base.first - EVER).days
        seconds, people = np.zeros(self.base.days), np.zeros(self.base.days, np.int64)
        seconds[day] = journeys.numbers(found, "ms", np.int64) / 1000
        people[day] = journeys.numbers(found, "people", np.int64)
        return Time(seconds=seconds, people=people)

    def ties(self) -> Ties | None:
        """How strong ties are and were; None while nobody's was scored."""
        if "ties" not in self.kept:
            self.kept["ties"] = ties_of(self.house, self.scope)
        found: Ties | None = self.kept["ties"]
        return found

    def expected(self) -> Expected | None:
        """Who is expected to bring how much from now on, by the lifetime value of everybody; None while nothing is known of it."""
        if "expected" not in self.kept:
            self.kept["expected"] = profiles.scores_of(self.house, self.scope, _EXPECTED)
        people, worth = self.kept["expected"]
        return Expected(person=people.astype(np.int64), minor=worth) if len(people) else None

    def spend(self) -> list[Spend]:
        """What was spent in the period."""
        if "spend" not in self.kept:
            self.kept["spend"] = spend_between(self.house.store, self.scope, self.frame.first, min(self.frame.last, self.frame.today))
        kept: list[Spend] = self.kept["spend"]
        return kept

    def instants_of_period(self) -> tuple[datetime, datetime]:
        """The first instant of the period and the first behind it."""
        return self._instants(Window(first=self.frame.first, last=self.frame.last))

    def _instants(self, window: Window) -> tuple[datetime, datetime]:
        return start_of_day(window.first, self.scope.zone), start_of_day(window.last + timedelta(days=1), self.scope.zone)


class View:
    """Everything, or one group of a breakdown, as a metric sees it."""

    def __init__(self, facts: Facts, cut: Cut | None, group: int) -> None:
        self.facts, self.cut, self.group = facts, cut, group
        self.frame = facts.frame
        self.roles = facts.roles

    @property
    def windows(self) -> list[Window]:
        return self.frame.windows

    def kept(self, name: tuple[str, ...], work: Callable[[], list[Value]]) -> list[Value]:
        """What ``work`` gives for this part, worked out once."""
        key = (name, self.cut, self.group)
        if key not in self.facts.kept:
            self.facts.kept[key] = work()
        found: list[Value] = self.facts.kept[key]
        return found

    def at(self, day: date) -> int:
        """The row of a day."""
        return (day - self.facts.base.first).days

    def span(self, window: Window, last: date | None = None) -> slice:
        """The rows of a window, as far as it has begun. last: until this day instead."""
        end = min(last or window.last, self.frame.today)
        return slice(max(0, self.at(window.first)), max(0, self.at(end) + 1))

    def active(self) -> Sets:
        return self.facts.days(None, self.cut)[self.group]

    def active_anyhow(self) -> Sets:
        """Active with any value of the dimension: whoever came by phone has also come back when it is by computer."""
        cut = None if self.cut is not None and self.cut.dimension is not None else self.cut
        return self.facts.days(None, cut)[self.group if cut is not None else 0]

    def did(self, names: Sequence[str]) -> Sets:
        """Who did any of these events on each day."""
        return self.facts.days(tuple(sorted(names)), self.cut)[self.group]

    def did_anyhow(self, names: Sequence[str]) -> Sets:
        """The same whatever the value of the dimension."""
        cut = None if self.cut is not None and self.cut.dimension is not None else self.cut
        return self.facts.days(tuple(sorted(names)), cut)[self.group if cut is not None else 0]

    def newcomers(self) -> Sets:
        return self.facts.newcomers(self.cut)[self.group]

    def people(self, days: Sets, window: Window) -> Sets:
        """Everybody of a window; shape (words,)."""
        return np.asarray(np.bitwise_or.reduce(days[self.span(window)], axis=0))

    def trailing(self, days: Sets, window: Window, length: int) -> Sets:
        """Everybody of the ``length`` days up to the last day of a window that has begun."""
        end = min(window.last, self.frame.today)
        return np.asarray(np.bitwise_or.reduce(days[max(0, self.at(end) + 1 - length) : self.at(end) + 1], axis=0))

    def money(self, names: Sequence[str], first: date | None = None, last: date | None = None, *, anyhow: bool = False) -> Money:
        """Events with their money, of the period unless other days are said; of the group. anyhow: whatever the dimension's value."""
        end = min(last or self.frame.last, self.frame.today)
        start = first or self.frame.first
        cut = None if anyhow and self.cut is not None and self.cut.dimension is not None else self.cut
        found = self.facts.money(tuple(sorted(names)), Window(first=start, last=end), cut)
        if cut is None:
            return found
        mine = self._of_group(found.person, found.group, cut)
        return Money(
            person=found.person[mine], day=found.day[mine], events=found.events[mine], revenue=found.revenue[mine], group=found.group[mine]
        )

    def _of_group(self, person: Ints, group: Ints, cut: Cut) -> npt.NDArray[np.bool_]:
        """Which rows are of this part: by their group of a dimension, or by who is in the segment now."""
        if cut.dimension is not None:
            return np.asarray(group == self.group, np.bool_)
        flags = journeys.flags(self.facts.members(cut)[self.group])
        mine = np.zeros(len(person), np.bool_)
        inside = person < len(flags)
        mine[inside] = flags[person[inside]]
        return mine

    def answers(self) -> Answers:
        """Answers to the question whether people would recommend us, of the group."""
        cut = self.cut
        found = self.facts.answers(cut if cut is not None and cut.dimension is not None else None)
        if cut is None:
            return found
        mine = self._of_group(found.person, found.group, cut)
        return Answers(person=found.person[mine], day=found.day[mine], points=found.points[mine], group=found.group[mine])

    def by_day(self, rows: Money, what: Ints) -> Ints:
        """The sum of ``what`` on each row of days."""
        found = np.zeros(self.facts.base.days, np.int64)
        inside = (rows.day >= 0) & (rows.day < len(found))
        np.add.at(found, rows.day[inside], what[inside])
        return found

    def time(self) -> Time | None:
        return self.facts.time(self.cut, self.group)

    @property
    def revenue_events(self) -> tuple[str, ...]:
        """Purchases, and refunds that take off again."""
        return self.roles.events("purchase", "refund")


_NONE: Final[Sets] = np.zeros(1024, np.uint64)


def _states(found: Any) -> dict[int, Sets]:
    places = journeys.numbers(found, "place", np.int64)
    return {int(place): journeys.from_state(state) for place, state in zip(places, journeys.states(found), strict=True)}


def _rows(found: dict[int, Sets], days: int) -> Sets:
    return journeys.matrix([found.get(place, _NONE) for place in range(days)])


def _fitted(sets: Sets, width: int) -> Sets:
    """The same sets, ``width`` words long: cut off where nobody is meant, or filled up."""
    if sets.shape[-1] >= width:
        return sets[..., :width]
    return np.concatenate([sets, np.zeros((*sets.shape[:-1], width - sets.shape[-1]), np.uint64)], axis=-1)


def together(*sets: Sets) -> list[Sets]:
    """The same sets with rows of one length, for algebra."""
    width = max(one.shape[-1] for one in sets)
    return [_fitted(one, width) for one in sets]
