"""Who is in a segment, in which segments is a person, and how was that over time?"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from uems.identity import api as identity
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.segments.model import Membership, Move, Size


def members(house: House, scope: Scope, segment_id: int, *, after: int = 0, limit: int, on: datetime | None = None) -> list[int]:
    """Numbers of members above ``after``, ascending. on: as of that instant; None is now.

    People who were merged later are those they were then.
    """
    where = Sql("workspace_id = {workspace:UInt32} AND segment_id = {segment:UInt32} AND person_id > {after:UInt64}")
    params = {"workspace": scope.workspace_id, "segment": segment_id, "after": after, "limit": limit}
    if on is None:
        query = Sql(f"SELECT person_id FROM segment_members FINAL WHERE {where} AND entered ORDER BY person_id LIMIT {{limit:UInt32}}")
        return list(house.warehouse.query(query, params).column("person_id").to_pylist())
    query = Sql(
        f"SELECT person_id FROM segment_changes WHERE {where} AND at <= {{on:DateTime64(3, 'UTC')}}"
        " GROUP BY person_id HAVING argMax(entered, version) ORDER BY person_id LIMIT {limit:UInt32}"
    )
    return list(house.warehouse.query(query, {**params, "on": on}).column("person_id").to_pylist())


def members_sql(scope: Scope, segment_id: int) -> Sql:
    """A subquery of rows: whoever is in the segment now."""
    return Sql(
        f"(SELECT person_id FROM segment_members FINAL WHERE workspace_id = {scope.workspace_id} AND segment_id = {segment_id} AND entered)"
    )


def moved_between(
    house: House, scope: Scope, segment_id: int, entered: bool, first: datetime, last: datetime
) -> Iterator[tuple[datetime, list[int]]]:
    """(when, who) came in, or with ``entered`` false left, from ``first`` to just before ``last``.

    Not those who only came because the segment was made or changed. People are those they were then.
    """
    query = Sql(
        "SELECT at, groupArray(person_id) AS people FROM (SELECT at, person_id FROM segment_changes WHERE workspace_id = {w:UInt32}"
        " AND segment_id = {segment:UInt32} AND entered = {entered:Bool} AND cause != 'built'"
        " AND at >= {first:DateTime64(3, 'UTC')} AND at < {last:DateTime64(3, 'UTC')} ORDER BY at, person_id) GROUP BY at ORDER BY at"
    )
    params: dict[str, Param] = {"w": scope.workspace_id, "segment": segment_id, "entered": entered, "first": first, "last": last}
    for row in house.warehouse.query(query, params).to_pylist():
        yield row["at"].astimezone(UTC), row["people"]


def known_since(house: House, scope: Scope, segment_id: int) -> datetime | None:
    """When the segment was built first; None before that."""
    query = Sql("SELECT min(at) AS at, count() AS n FROM segment_changes WHERE workspace_id = {w:UInt32} AND segment_id = {segment:UInt32}")
    row = house.warehouse.query(query, {"w": scope.workspace_id, "segment": segment_id}).to_pylist()[0]
    return row["at"].astimezone(UTC) if row["n"] else None


def segments_of(house: House, scope: Scope, person_id: int) -> list[Membership]:
    """The segments that a person is in now, the latest entered first."""
    found = identity.person(house.store, scope, person_id)
    rows = house.warehouse.query(
        Sql(
            "SELECT segment_id, at, cause FROM person_segments FINAL WHERE workspace_id = {workspace:UInt32}"
            " AND person_id = {person:UInt64} AND entered ORDER BY at DESC, segment_id"
        ),
        {"workspace": scope.workspace_id, "person": found.person_id},
    ).to_pylist()
    return [Membership(segment_id=r["segment_id"], since=r["at"].astimezone(UTC), cause=r["cause"]) for r in rows]


def moves_of(house: House, scope: Scope, person_id: int, limit: int, *, before: int | None = None) -> tuple[list[Move], int]:
    """When a person came into segments and left them, the latest first: at most ``limit``, and how many are older.

    before: only the oldest so many; None is all of them.

    A merged person is in while any of those they were made of is: that one number gives way to another is no coming and going.
    """
    found = identity.person(house.store, scope, person_id)
    rows = house.warehouse.query(
        Sql(
            "SELECT segment_id, person_id, entered, at, cause FROM segment_changes WHERE workspace_id = {workspace:UInt32}"
            " AND person_id IN {people:Array(UInt64)} AND segment_id IN (SELECT segment_id FROM person_segments"
            " WHERE workspace_id = {workspace:UInt32} AND person_id IN {people:Array(UInt64)})"
            " ORDER BY version, entered DESC, segment_id, person_id"
        ),
        {"workspace": scope.workspace_id, "people": sorted(found.stored_ids)},
    ).to_pylist()
    inside: dict[int, set[int]] = {}
    moves: list[Move] = []
    for row in rows:
        numbers = inside.setdefault(row["segment_id"], set())
        was_in = bool(numbers)
        numbers ^= {row["person_id"]} if row["entered"] != (row["person_id"] in numbers) else set()
        if bool(numbers) != was_in:
            moves.append(Move(segment_id=row["segment_id"], entered=row["entered"], at=row["at"].astimezone(UTC), cause=row["cause"]))
    older = moves[: len(moves) if before is None else before]
    return older[::-1][:limit], max(0, len(older) - limit)


def is_member(house: House, scope: Scope, segment_id: int, person_id: int) -> bool:
    """Whether a person is in a segment now, as the keeper wrote it last."""
    found = identity.person(house.store, scope, person_id)
    [row] = house.warehouse.query(
        Sql(
            "SELECT argMax(entered, version) AS entered FROM person_segments WHERE workspace_id = {workspace:UInt32}"
            " AND person_id = {person:UInt64} AND segment_id = {segment:UInt32}"
        ),
        {"workspace": scope.workspace_id, "person": found.person_id, "segment": segment_id},
    ).to_pylist()
    return bool(row["entered"])


def sizes(house: House, scope: Scope, segment_id: int, first: date, last: date) -> list[Size]:
    """The size at the end of each business day, with who came and went during it."""
    start, end = start_of_day(first, scope.zone), start_of_day(last + timedelta(days=1), scope.zone)
    rows = house.warehouse.query(
        Sql(
            "SELECT at, countIf(entered) AS came, countIf(NOT entered) AS went FROM segment_changes"
            " WHERE workspace_id = {workspace:UInt32} AND segment_id = {segment:UInt32} AND at < {end:DateTime64(3, 'UTC')}"
            " GROUP BY at ORDER BY at"
        ),
        {"workspace": scope.workspace_id, "segment": segment_id, "end": end},
    ).to_pylist()
    size = sum(row["came"] - row["went"] for row in rows if row["at"] < start)
    came: dict[date, int] = {}
    went: dict[date, int] = {}
    for row in rows:
        if row["at"] >= start:
            day = day_of(row["at"], scope.zone)
            came[day] = came.get(day, 0) + row["came"]
            went[day] = went.get(day, 0) + row["went"]
    found = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        size += came.get(day, 0) - went.get(day, 0)
        found.append(Size(day=day.isoformat(), size=size, entered=came.get(day, 0), left=went.get(day, 0)))
    return found
