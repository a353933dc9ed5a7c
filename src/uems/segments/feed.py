"""Who came into which segment, and who went, since somebody looked last? The feed that other rooms follow.

The order is total and only grows: rounds of the keeper are numbered, one process at a time writes them, and a round is read once all
of it is written. ``follow`` moves a
reader's place in the same transaction in which the reader stores what it made of the changes, so that each counts exactly once,
whenever a process ends and however many processes try.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

from sqlalchemy import Connection, select

from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import lock, upsert_many
from uems.kernel.warehouse import Limits
from uems.segments.model import Cause
from uems.segments.settled import settled
from uems.segments.tables import segment_marks

MAX_NAME: Final = 20
_PARTS: Final = ("version", "segment", "person")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where a reader is: behind the change of this number, segment and person. The first place is before all of them."""

    version: int = 0
    segment_id: int = 0
    person_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Somebody entered a segment or left it. person_id: the number that they had then."""

    place: Place
    segment_id: int
    person_id: int
    entered: bool
    at: datetime
    cause: Cause


def changes_since(house: House, scope: Scope, place: Place, limit: int) -> list[Change]:
    """At most ``limit`` changes behind ``place``, in order; the place of the last one is where to go on."""
    query = Sql(
        "SELECT version, segment_id, person_id, entered, at, cause FROM segment_changes WHERE workspace_id = {workspace:UInt32}"
        " AND version >= {version:UInt64} AND version <= {settled:UInt64}"
        " AND (version, segment_id, person_id) > ({version:UInt64}, {segment:UInt32}, {person:UInt64})"
        " ORDER BY version, segment_id, person_id LIMIT {limit:UInt32}"
    )
    params = {"settled": _settled(house, scope), "version": place.version, "segment": place.segment_id, "person": place.person_id}
    rows = house.warehouse.query(query, {"workspace": scope.workspace_id, **params, "limit": limit}, limits=Limits()).to_pylist()
    return [
        Change(
            place=Place(version=row["version"], segment_id=row["segment_id"], person_id=row["person_id"]),
            segment_id=row["segment_id"],
            person_id=row["person_id"],
            entered=row["entered"],
            at=row["at"].astimezone(UTC),
            cause=cast(Cause, row["cause"]),
        )
        for row in rows
    ]


def head(house: House, scope: Scope) -> Place:
    """The place behind the latest change: where a reader begins who wants only what comes."""
    query = Sql(
        "SELECT version, segment_id, person_id FROM segment_changes WHERE workspace_id = {workspace:UInt32}"
        " AND version <= {settled:UInt64} ORDER BY version DESC, segment_id DESC, person_id DESC LIMIT 1"
    )
    rows = house.warehouse.query(query, {"workspace": scope.workspace_id, "settled": _settled(house, scope)}).to_pylist()
    return Place(**rows[0]) if rows else Place()


def place_of(house: House, scope: Scope, reader: str) -> Place:
    """Where a reader is."""
    with house.store.read() as conn:
        return _read(conn, _marks(scope, reader))


def start_at(house: House, scope: Scope, reader: str, place: Place) -> None:
    """Put a reader somewhere, as at ``head`` before it follows for the first time."""
    with house.store.write() as conn:
        _write(conn, _marks(scope, reader), place)


def follow(
    house: House,
    scope: Scope,
    reader: str,
    handle: Callable[[Connection, list[Change]], None],
    limit: int = 1_000,
    prepare: Callable[[list[Change]], None] = lambda changes: None,
) -> int:
    """Give the next changes to ``handle`` and move the reader behind them, in one transaction; how many there were.

    reader: a name of its own, at most 20 characters. What ``handle`` stores by its connection is stored exactly once for each change;
    if it raises, nothing is, and the same changes come again. prepare: what takes long, before the transaction; perhaps more than once.
    Call until it gives 0.
    """
    marks = _marks(scope, reader)
    before = place_of(house, scope, reader)
    changes = changes_since(house, scope, before, limit)
    if not changes:
        return 0
    prepare(changes)
    with house.store.write() as conn:
        lock(conn, marks["version"])
        if _read(conn, marks) != before:
            return len(changes)  # another process was quicker: what comes now is behind these
        handle(conn, changes)
        _write(conn, marks, changes[-1].place)
    return len(changes)


def _settled(house: House, scope: Scope) -> int:
    with house.store.read() as conn:
        return settled(conn, scope.workspace_id)


def _marks(scope: Scope, reader: str) -> Mapping[str, str]:
    """Part of the place → name of its mark."""
    if not 1 <= len(reader) <= MAX_NAME:
        raise invalid("reader", reader[:60], f"must be a name of 1 to {MAX_NAME} characters.")
    return {part: f"feed:{scope.workspace_id}:{reader}:{part}" for part in _PARTS}


def _read(conn: Connection, marks: Mapping[str, str]) -> Place:
    c = segment_marks.c
    known = {row.name: row.value for row in conn.execute(select(c.name, c.value).where(c.name.in_(marks.values())))}
    version, segment, person = (known.get(marks[part], 0) for part in _PARTS)
    return Place(version=version, segment_id=segment, person_id=person)


def _write(conn: Connection, marks: Mapping[str, str], place: Place) -> None:
    values = dict(zip(_PARTS, (place.version, place.segment_id, place.person_id), strict=True))
    upsert_many(conn, segment_marks, [{"name": marks[part], "value": value} for part, value in values.items()], ["name"])
