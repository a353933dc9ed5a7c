"""How does a room forget one person? Each says which of its columns hold people and how their rows go; one job asks all of them.

A person is a set of numbers (see ``identity``). Every step can be repeated without harm: a job that was killed does it again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol, TypeAlias

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select, update

from uems.kernel.binds import placeholders
from uems.kernel.house import House
from uems.kernel.schema import change_rows
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, ident, join

Fate: TypeAlias = Literal["deleted", "emptied", "kept"]
"""What becomes of a row: it goes; it stays without what tells of the person; it stays as it is, and the reason is said."""
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who is erased. numbers: every node of theirs. stored: every person number under which their rows may stand, the numbers among
    them. ids: (kind, value) of each node, empty once the ids themselves have been forgotten."""

    scope: Scope
    numbers: tuple[int, ...]
    stored: tuple[int, ...]
    ids: tuple[tuple[str, str], ...]


class Eraser(Protocol):
    """One room's part. key: the room. columns: ``table.column`` → what becomes of it, for every column that holds a person."""

    @property
    def key(self) -> str: ...
    @property
    def columns(self) -> Mapping[str, Fate]: ...

    def count(self, house: House, subject: Subject) -> Mapping[str, int]:
        """What would go, by kind of thing; kinds of which there is nothing are left out."""
        ...

    def rows(self, house: House, subject: Subject) -> Iterator[tuple[str, list[dict[str, object]]]]:
        """(table, its rows of the person, as they are kept), for whoever asks what is held about them."""
        ...

    def erase(self, house: House, subject: Subject, now: datetime) -> bool:
        """Let it go. False while something has to end by itself first (a message that is under way); it is asked again then."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRows:
    """Rows of a store table. what: the word of the preview; "" where they are no thing of their own.

    columns: any of which names the person. values: what is written instead of deleting; the named columns stay.
    """

    table: Table
    what: str = ""
    columns: tuple[str, ...] = ("person_id",)
    values: Mapping[str, object] | None = None

    def matches(self, subject: Subject, numbers: Sequence[int]) -> ColumnElement[bool]:
        named = or_(*(self.table.c[column].in_(numbers) for column in self.columns))
        return (self.table.c.workspace_id == subject.scope.workspace_id) & named

    def count(self, conn: Connection, subject: Subject) -> int:
        return sum(
            conn.execute(select(func.count()).select_from(self.table).where(self.matches(subject, part))).scalar_one()
            for part in _parts(subject.numbers)
        )

    def rows(self, conn: Connection, subject: Subject) -> list[dict[str, object]]:
        found = [conn.execute(select(self.table).where(self.matches(subject, part))).mappings() for part in _parts(subject.numbers)]
        return [{name: value for name, value in row.items() if name != "workspace_id"} for rows in found for row in rows]

    def erase(self, conn: Connection, subject: Subject) -> None:
        for part in _parts(subject.numbers):
            mine = self.matches(subject, part)
            change = delete(self.table) if self.values is None else update(self.table).values(**self.values)
            conn.execute(change.where(mine))


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseRows:
    """Rows of a warehouse table. columns: ``node_id`` where rows bear it, else whichever may name the person. instead: an assignment in
    place of deleting. handed_out: whether a copy of what is held shows it; not where it only says again what another table
    does. has_person: whether rows found by their node bear the number of the person too."""

    table: str
    what: str = ""
    columns: tuple[str, ...] = ("person_id",)
    instead: Sql | None = None
    handed_out: bool = True
    has_person: bool = True

    def condition(self) -> Sql:
        """Which rows are of the person."""
        named = [Sql(f"{ident(column)} IN {{numbers:Array(UInt64)}}") for column in self.columns]
        sorted_by = (
            Sql(" AND person_id IN {stored:Array(UInt64)}") if self.columns == ("node_id",) and self.table in _BY_PERSON else Sql("")
        )
        return Sql(f"workspace_id = {{workspace:UInt32}}{sorted_by} AND ({join(Sql(' OR '), named)})")

    def count(self, house: House, subject: Subject) -> int:
        query = join(Sql(" WHERE "), [Sql(f"SELECT count() AS n FROM {ident(self.table)}"), self.condition()])
        rows = house.warehouse.query(query, params_of(subject, query))
        return int(rows.column("n")[0].as_py())

    def rows(self, house: House, subject: Subject) -> list[dict[str, object]]:
        query = join(Sql(" WHERE "), [Sql(f"SELECT * EXCEPT (workspace_id) FROM {ident(self.table)}"), self.condition()])
        return list(house.warehouse.query(query, params_of(subject, query)).to_pylist())

    def erase(self, house: House, subject: Subject) -> None:
        if not self.count(house, subject):
            return  # a mutation without rows still costs a look at every part
        what = Sql("DELETE") if self.instead is None else join(Sql(" "), [Sql("UPDATE"), self.instead])
        change = join(Sql(" WHERE "), [what, self.condition()])
        change_rows(house.warehouse, house.settings, self.table, change, params_of(subject, change))


_BY_PERSON: Final = frozenset({"events", "person_daily", "traits"})
"""Tables in the order of persons: naming those too reads a few ranges and not the whole table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseBits:
    """A column of bitmaps of people: their bits go, and rows in which nobody is left."""

    table: str
    column: str = "people"

    def erase(self, house: House, subject: Subject) -> None:
        bits, numbers = ident(self.column), Sql("bitmapBuild({numbers:Array(UInt64)})")
        mine = Sql("workspace_id = {workspace:UInt32}")
        found = Sql(f"SELECT count() AS n FROM {ident(self.table)} WHERE {mine} AND bitmapHasAny({bits}, {numbers})")
        if house.warehouse.query(found, params_of(subject, found)).column("n")[0].as_py():
            less = Sql(f"UPDATE {bits} = bitmapAndnot({bits}, {numbers}) WHERE {mine} AND bitmapHasAny({bits}, {numbers})")
            change_rows(house.warehouse, house.settings, self.table, less, params_of(subject, less))
        empty = Sql(f"SELECT count() AS n FROM {ident(self.table)} WHERE {mine} AND bitmapCardinality({bits}) = 0")
        if house.warehouse.query(empty, params_of(subject, empty)).column("n")[0].as_py():
            none = Sql(f"DELETE WHERE {mine} AND bitmapCardinality({bits}) = 0")
            change_rows(house.warehouse, house.settings, self.table, none, {"workspace": subject.scope.workspace_id})


Step: TypeAlias = Callable[[House, Subject, datetime], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomEraser:
    """The eraser of a room, made of its tables. steps: what has to be done before its rows go; False of one: not yet.

    held: store tables of which the steps take care; like ``store`` and ``warehouse`` they are counted and handed out. more: other columns
    that the steps take care of, or that stay, and the room's README says why. counts: what the preview says beside.
    """

    key: str
    store: Sequence[StoreRows] = ()
    held: Sequence[StoreRows] = ()
    warehouse: Sequence[WarehouseRows] = ()
    bits: Sequence[WarehouseBits] = ()
    steps: Sequence[Step] = ()
    more: Mapping[str, Fate] = field(default_factory=dict)
    counts: Callable[[House, Subject], Mapping[str, int]] | None = None

    @property
    def columns(self) -> Mapping[str, Fate]:
        found: dict[str, Fate] = {}
        for rows in (*self.store, *self.held):
            found |= {f"{rows.table.name}.{column}": "deleted" if rows.values is None else "emptied" for column in rows.columns}
        for one in self.warehouse:
            found |= {f"{one.table}.{column}": "deleted" if one.instead is None else "emptied" for column in one.columns}
            if one.columns == ("node_id",) and one.has_person:
                found.setdefault(f"{one.table}.person_id", "deleted")
        return found | {f"{one.table}.{one.column}": "deleted" for one in self.bits} | dict(self.more)

    def count(self, house: House, subject: Subject) -> Mapping[str, int]:
        found = dict(self.counts(house, subject)) if self.counts is not None else {}
        with house.store.read() as conn:
            for rows in (*self.store, *self.held):
                if rows.what:
                    found[rows.what] = found.get(rows.what, 0) + rows.count(conn, subject)
        for one in self.warehouse:
            if one.what:
                found[one.what] = found.get(one.what, 0) + one.count(house, subject)
        return {what: number for what, number in found.items() if number}

    def rows(self, house: House, subject: Subject) -> Iterator[tuple[str, list[dict[str, object]]]]:
        for rows in (*self.store, *self.held):
            with house.store.read() as conn:
                told = rows.rows(conn, subject)
            if told:
                yield rows.table.name, told
        for one in self.warehouse:
            if one.handed_out and (told := one.rows(house, subject)):
                yield one.table, told

    def erase(self, house: House, subject: Subject, now: datetime) -> bool:
        if not all(step(house, subject, now) for step in self.steps):
            return False
        with house.store.write() as conn:
            for rows in self.store:
                rows.erase(conn, subject)
        for one in self.warehouse:
            one.erase(house, subject)
        for bits in self.bits:
            bits.erase(house, subject)
        return True


def params_of(subject: Subject, statement: Sql) -> dict[str, Param]:
    """Those of workspace, numbers and stored that the statement names."""
    every: dict[str, Param] = {"workspace": subject.scope.workspace_id, "numbers": list(subject.numbers), "stored": list(subject.stored)}
    return {name: every[name] for name in placeholders(statement) if name in every}


def _parts(numbers: Sequence[int]) -> list[Sequence[int]]:
    return [numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE)]
