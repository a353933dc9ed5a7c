"""What is true of each person? Many questions at once, each table read once, and merged people counted once.

A question is a ``Value``: an aggregate over one person's rows in one ``Source``. Those of one source go into one statement,
whose rows are named expressions over the table, so that only the columns and JSON paths that somebody asks for are read.
The answers come as arrays over the same sorted people, so that and, or and not are a few array operations, and a pass over
everybody, over those whom a batch touched, and over one person are the same code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Final, Literal, TypeAlias, cast
from zoneinfo import available_timezones

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from uems.identity import api as identity
from uems.kernel.filters import At, Params
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, ident, join
from uems.kernel.warehouse import Limits

SourceName: TypeAlias = Literal[
    "events", "person_daily", "traits", "tag_values", "tag_given", "list_members", "relations", "relations_back"
]
People: TypeAlias = npt.NDArray[np.uint64]
Flags: TypeAlias = npt.NDArray[np.bool_]

_NEEDS: Final = 12
_MOST: Final = 250
"""Questions in one statement at most; a statement with more takes longer to analyse than to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Some people: as they are now, and every number under which rows of theirs may be stored. Both sorted."""

    people: People
    stored: People

    @staticmethod
    def of(house: House, scope: Scope, people: Sequence[int]) -> "Chosen":
        """Those of the numbers that are a person now or ever were, as they are now."""
        found = identity.people_of(house.store, scope, people)
        now = {one.person_id for one in found.values()}
        stored = {number for one in found.values() for number in one.stored_ids}
        return Chosen(people=np.array(sorted(now), np.uint64), stored=np.array(sorted(stored), np.uint64))


@dataclass(slots=True, kw_only=True, eq=False)
class Source:
    """The rows of one table. final: they name the person as known now, and newer ones replace them. zoned: with the person's zone."""

    name: SourceName
    table: Sql
    final: bool = False
    zoned: bool = False
    _rows: dict[str, Sql] = field(default_factory=dict)
    _needs: dict[Sql, None] = field(default_factory=dict)
    _parts: dict[str, "Source"] = field(default_factory=dict)

    def part(self, name: str) -> "Source":
        """The same table for a statement of its own: for values to which few rows matter, beside others to which nearly all do.

        In one statement what is named over a row would be worked out for all of those.
        """
        found = self._parts.get(name)
        if found is None:
            found = self._parts[name] = replace(self, _rows={}, _needs={}, _parts={})
        return found

    def named(self, expression: Sql) -> Sql:
        """The name of ``expression``, over a row of the table, to use in the ``sql`` of a value."""
        for name, known in self._rows.items():
            if known == expression:
                return ident(name)
        name = f"r{len(self._rows)}"
        self._rows[name] = expression
        return ident(name)

    def need(self, where: Sql) -> None:
        """These rows matter; rows that matter to nobody are not read."""
        self._needs[where] = None

    def rows(self) -> Mapping[str, Sql]:
        return self._rows

    def where(self) -> Sql:
        # Beyond some, asking every row whether anybody needs it costs more than reading it for nothing.
        return Sql(f"({join(Sql(') OR ('), self._needs)})") if 0 < len(self._needs) <= _NEEDS else Sql("1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One question. sql: an aggregate over named rows of the source. empty: the answer for somebody without rows that matter.

    kind "flag": 0 or 1, never NULL. "number": Nullable(Float64). "text": Nullable(String). quote: what an explanation shows.
    """

    source: Source
    sql: Sql
    kind: Literal["flag", "number", "text"] = "flag"
    empty: bool = False
    quote: Sql | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """people: sorted, shape (n,). flags: value → shape (n,). columns: value → Arrow array of n, null where there is nothing."""

    people: People
    flags: dict[int, Flags]
    columns: dict[int, pa.Array]

    def flag(self, value: Value) -> Flags:
        return self.flags[id(value)]

    def column(self, value: Value) -> pa.Array:
        return self.columns[id(value)]


class Asking:
    """The questions of one evaluation. chosen: only these people; None is everybody. Not for several threads.

    beside: another evaluation that this one belongs to; both know the same time zones, also when somebody names a new one meanwhile.
    present: those of the chosen who ever had an event, sorted, where that was found out a moment ago.
    """

    def __init__(
        self,
        house: House,
        scope: Scope,
        at: At,
        chosen: Chosen | None = None,
        *,
        prefix: str = "q",
        beside: "Asking | None" = None,
        present: People | None = None,
    ) -> None:
        self.house: Final = house
        self.scope: Final = scope
        self.at: Final = at
        self.chosen: Final = chosen
        self.params: Final = Params(prefix)
        self._sources: dict[tuple[str, bool], Source] = {}
        self._zones: list[str] | None = None
        self._beside = beside
        self._present = present

    def source(self, name: SourceName, *, zoned: bool = False) -> Source:
        """The table of that name, read once for all values of this evaluation. zoned: with each person's ``zone`` beside the rows."""
        found = self._sources.get((name, zoned))
        if found is None:
            found = Source(name=name, table=_TABLES[name], final=name in _FINAL, zoned=zoned)
            self._sources[name, zoned] = found
        return found

    def people(self, limits: Limits | None = None) -> People:
        """Whom the answers are about: everybody who ever had an event, or those of the chosen who had. Sorted."""
        if self._present is not None:
            return self._present
        store, query = self.house.store, self.house.warehouse.query
        if self.chosen is None:
            found = query(Sql(f"SELECT person FROM {identity.everybody(store, self.scope)} ORDER BY person"), limits=limits)
            return np.asarray(found.column("person").to_numpy(), np.uint64)
        rows = identity.rows_of_people(store, self.scope, Sql("person_daily"), {}, Sql("person_id IN {stored:Array(UInt64)}"))
        found = query(Sql(f"SELECT DISTINCT person FROM {rows} ORDER BY person"), {"stored": self.chosen.stored.tolist()}, limits=limits)
        people = np.asarray(found.column("person").to_numpy(), np.uint64)
        return np.intersect1d(people, self.chosen.people, assume_unique=True)

    def run(self, values: Sequence[Value], *, limits: Limits | None = None, people: People | None = None) -> Answers:
        """Ask everything. Raises ``warehouse_timeout``, ``warehouse_memory`` and the others of ``Warehouse.query``."""
        everybody = self.people(limits) if people is None else people
        flags: dict[int, Flags] = {}
        columns: dict[int, pa.Array] = {}
        by_source: dict[int, list[Value]] = {}
        for value in values:
            by_source.setdefault(id(value.source), []).append(value)
        for mine in by_source.values():
            for start in range(0, len(mine), _MOST):
                part = mine[start : start + _MOST]
                found = self._ask(part[0].source, part, limits)
                _align(everybody, found, part, flags, columns)
        return Answers(people=everybody, flags=flags, columns=columns)

    def subquery(self, value: Value) -> Sql:
        """``(SELECT person ...)`` of everybody for whom a flag was found to hold; those without rows are never among them."""
        return Sql(f"(SELECT person FROM {self._rows_of(value.source)} GROUP BY person HAVING {value.sql})")

    def texts(self, source: Source, sql: Sql) -> Sql:
        """``(SELECT person, word ...)`` of everybody with rows in the source. sql: an aggregate over named rows of it, a String."""
        return Sql(f"(SELECT person, {sql} AS word FROM {self._rows_of(source)} GROUP BY person)")

    def zones(self) -> list[str]:
        """Every time zone that somebody's trait ``timezone`` names and that exists."""
        if self._zones is None:
            self._zones = self._beside.zones() if self._beside else known_zones(self.house, self.scope)
        return self._zones

    def oldest_day(self) -> date:
        """The day of the first event of all."""
        query = Sql("SELECT min(day) AS day FROM event_daily WHERE workspace_id = {workspace:UInt32}")
        [found] = self.house.warehouse.query(query, {"workspace": self.scope.workspace_id}).column("day").to_pylist()
        return cast(date, found)

    def _ask(self, source: Source, values: Sequence[Value], limits: Limits | None) -> pa.Table:
        wanted = join(Sql(""), [Sql(f", {value.sql} AS {ident(f'v{n}')}") for n, value in enumerate(values)])
        query = Sql(f"SELECT person{wanted} FROM {self._rows_of(source)} GROUP BY person ORDER BY person{_IN_ORDER.get(source.name, '')}")
        return self.house.warehouse.query(query, self.values_of(query), limits=limits)

    def _rows_of(self, source: Source) -> Sql:
        where = source.where()
        if source.final:
            names = join(Sql(""), [named_sql(name, made) for name, made in source.rows().items()])
            mine = Sql(f" AND person_id IN {self.params.bind(self.chosen.people.tolist(), 'Array(UInt64)')}") if self.chosen else Sql("")
            rows = Sql(
                f"(SELECT person_id AS person{names} FROM {source.table} FINAL"
                f" WHERE workspace_id = {self.scope.workspace_id} AND ({where}){mine})"
            )
        else:
            if self.chosen is not None:
                where = Sql(f"person_id IN {self.params.bind(self.chosen.stored.tolist(), 'Array(UInt64)')} AND ({where})")
            rows = identity.rows_of_people(self.house.store, self.scope, source.table, source.rows(), where)
            if self.chosen is not None:
                rows = Sql(f"(SELECT * FROM {rows} WHERE person IN {self.params.bind(self.chosen.people.tolist(), 'Array(UInt64)')})")
        if source.zoned:
            rows = Sql(
                f"(SELECT l.*, z.zone AS zone FROM {rows} AS l GLOBAL ANY LEFT JOIN {self._zone_rows()} AS z ON l.person = z.person)"
            )
        return rows

    def _zone_rows(self) -> Sql:
        rows = identity.rows_of_people(
            self.house.store, self.scope, Sql("traits"), ("value", "ts", "log_offset", "log_index"), Sql("trait = 'timezone'")
        )
        latest = Sql("argMax(value, (ts, log_offset, log_index))")
        return Sql(f"(SELECT person, JSONExtractString({latest}) AS zone FROM {rows} GROUP BY person)")

    def values_of(self, query: Sql) -> dict[str, Param]:
        """The values of ``params`` that a query has placeholders for."""
        return {name: value for name, value in self.params.values.items() if f"{{{name}:" in query}


def named_sql(name: str, expression: Sql) -> Sql:
    """``, expression AS name``."""
    return Sql(f", {expression} AS {ident(name)}")


_TABLES: Final[Mapping[SourceName, Sql]] = {
    "events": Sql("events"),
    "person_daily": Sql("person_daily"),
    "traits": Sql("traits"),
    "tag_values": Sql("tag_values"),
    "tag_given": Sql("tag_given"),
    "list_members": Sql("list_members"),
    "relations": Sql("relations"),
    "relations_back": Sql("relations_back"),
}
_FINAL: Final = frozenset({"tag_values"})
# Each person's rows stand together, and nearly all of them are read: going through them in order takes a third of the time.
_IN_ORDER: Final[Mapping[SourceName, Sql]] = {"traits": Sql(" SETTINGS optimize_aggregation_in_order = 1")}


def _align(everybody: People, found: pa.Table, values: Sequence[Value], flags: dict[int, Flags], columns: dict[int, pa.Array]) -> None:
    """Put the answers of those who were found in the places of everybody; the others have the empty answer."""
    who = np.asarray(found.column("person").to_numpy(), np.uint64)
    at = np.searchsorted(everybody, who)
    at[at == len(everybody)] = 0
    known = (everybody[at] == who) if len(everybody) else np.zeros(len(who), np.bool_)
    for n, value in enumerate(values):
        column = found.column(f"v{n}")
        if value.kind == "flag":
            flag = np.full(len(everybody), value.empty, np.bool_)
            flag[at[known]] = column.to_numpy()[known].astype(np.bool_)
            flags[id(value)] = flag
        else:
            # Take by position with null for those who were not found.
            place = np.full(len(everybody), -1, np.int64)
            place[at[known]] = np.flatnonzero(known)
            index = pa.array(place, mask=place < 0)
            columns[id(value)] = pc.take(column.combine_chunks(), index)


@cache
def _existing_zones() -> list[str]:
    return sorted(available_timezones())


def known_zones(house: House, scope: Scope) -> list[str]:
    """Time zones that exist and that a trait ``timezone`` names. Whatever else clients sent there is passed over where it lies."""
    rows = house.warehouse.query(
        Sql(
            "SELECT DISTINCT JSONExtractString(value) AS zone FROM traits"
            " WHERE workspace_id = {workspace:UInt32} AND trait = 'timezone' AND zone IN {zones:Array(String)} ORDER BY zone"
        ),
        {"workspace": scope.workspace_id, "zones": _existing_zones()},
    )
    return [str(zone) for zone in rows.column("zone").to_pylist()]
