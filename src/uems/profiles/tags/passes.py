"""Whose tags were changed by somebody else than the loop? Passes that a person or a model began, for the loop to follow.

What the loop computes itself it knows. A tag that is set by hand, imported, scored or computed anew on demand is announced here
after it was written, and whatever asks tags is then computed for those people.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.kernel.store import Store, allocate, lock
from uems.profiles.tables import tag_passes as t

_KEPT: Final = 1_000
"""So many passes behind the newest nobody looks any more."""
NOBODY: Final = 0
"""A number that no person has. Announced, it has the loop look at the workspace, whose tags wait to be computed of everybody."""


def announce(store: Store, workspace_id: int, version: int = 0, people: Sequence[int] = ()) -> None:
    """The rows of this version are written, or these people have to be looked at. Passes become visible in the order of their numbers."""
    with store.write() as conn:
        announce_in(conn, workspace_id, version, people)


def announce_in(conn: Connection, workspace_id: int, version: int = 0, people: Sequence[int] = ()) -> None:
    """As ``announce``, within a transaction that changes more."""
    lock(conn, f"tag_passes:{workspace_id}")
    number = allocate(conn, f"tag_passes:{workspace_id}")
    conn.execute(insert(t).values({"workspace_id": workspace_id, "pass": number, "version": version, "people": list(people)}))
    conn.execute(delete(t).where(t.c.workspace_id == workspace_id, t.c["pass"] <= number - _KEPT))


def last_passes(store: Store) -> dict[int, int]:
    """workspace → the number of its last pass."""
    query = select(t.c.workspace_id, func.max(t.c["pass"]).label("last")).group_by(t.c.workspace_id)
    with store.read() as conn:
        return {row.workspace_id: row.last for row in conn.execute(query)}


def retagged(house: House, workspace_id: int, after: int, through: int) -> set[int]:
    """Everybody whose tags the passes behind ``after`` changed, up to ``through``."""
    query = select(t.c.version, t.c.people).where(t.c.workspace_id == workspace_id, t.c["pass"] > after, t.c["pass"] <= through)
    with house.store.read() as conn:
        passes = conn.execute(query).all()
    versions = sorted({one.version for one in passes if one.version})
    named = {int(person) for one in passes for person in one.people}
    if not versions:
        return named
    rows = house.warehouse.query(
        Sql("SELECT DISTINCT person_id FROM tag_values WHERE workspace_id = {workspace:UInt32} AND version IN {versions:Array(UInt64)}"),
        {"workspace": workspace_id, "versions": versions},
    )
    return named | set(rows.column("person_id").to_pylist())


def retagged_since(house: House, marks: Mapping[str, int]) -> tuple[dict[int, set[int]], dict[str, int]]:
    """(workspace → people, marks): as ``follow.touched_since``, under marks ``tags:<workspace>``."""
    people: dict[int, set[int]] = {}
    moved: dict[str, int] = {}
    for workspace_id, last in last_passes(house.store).items():
        name = f"tags:{workspace_id}"
        after = marks.get(name, 0)
        if last > after:
            people[workspace_id] = retagged(house, workspace_id, after, last)
            moved[name] = last
    return people, moved
