"""Which lists are there, what are they of, and may one go?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from uems.access.api import Access, audit
from uems.identity import api as identity
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.filters import Node
from uems.kernel.scope import Scope
from uems.kernel.store import Store, allocate, lock
from uems.profiles import api as profiles
from uems.segments.definitions import naming
from uems.segments.jobs.model import LIVE
from uems.segments.lists.naming import lists_in
from uems.segments.tables import list_parts, people_lists, segment_jobs

MAX_LISTS: Final = 1_000
_L = people_lists.c


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleList:
    """kind: of the ids in it. people: how many were matched when it was filled last; None of ``filled_at``: it is empty still."""

    list_id: int
    name: str
    description: str
    kind: str
    people: int
    filled_at: datetime | None
    created_at: datetime
    changed_at: datetime
    changed_by: str


def list_lists(store: Store, scope: Scope) -> list[PeopleList]:
    """All lists by name."""
    query = select(people_lists).where(_L.workspace_id == scope.workspace_id, _L.deleted_at.is_(None)).order_by(_L.name, _L.list_id)
    with store.read() as conn:
        return [_list(row) for row in conn.execute(query).mappings()]


def people_list(store: Store, scope: Scope, list_id: int) -> PeopleList:
    """One list; raises ``not_found``."""
    with store.read() as conn:
        return read_list(conn, scope.workspace_id, list_id)


def read_list(conn: Connection, workspace_id: int, list_id: int) -> PeopleList:
    """As ``people_list``, within a transaction."""
    query = select(people_lists).where(_L.workspace_id == workspace_id, _L.list_id == list_id, _L.deleted_at.is_(None))
    row = conn.execute(query).mappings().first()
    if row is None:
        raise not_found("list", str(list_id))
    return _list(row)


def create_list(store: Store, access: Access, *, name: str, description: str, kind: str) -> PeopleList:
    """An empty list of ids of a kind. Audited. Raises ``invalid``, and ``too_many_lists`` (409)."""
    workspace_id = access.scope.workspace_id
    if identity.normal_kind(kind) != kind:
        raise invalid("kind", kind[:60], "must be user_id, email, phone, anonymous_id, or the name of a kind of your own.")
    with store.write() as conn:
        lock(conn, f"lists:{workspace_id}")
        mine = (_L.workspace_id == workspace_id, _L.deleted_at.is_(None))
        if conn.execute(select(func.count()).select_from(people_lists).where(*mine)).scalar_one() >= MAX_LISTS:
            raise UemsError("too_many_lists", f"There are {MAX_LISTS} lists already; delete some first.", status=409)
        list_id = allocate(conn, f"lists:{workspace_id}")
        row = {
            "workspace_id": workspace_id,
            "list_id": list_id,
            "name": name,
            "description": description,
            "kind": kind,
            "created_at": access.now,
            "changed_at": access.now,
            "changed_by": access.actor.label[:300],
        }
        conn.execute(insert(people_lists).values(**row))
        audit(conn, access, "list.created", f"list:{list_id}", None, {"name": name, "kind": kind})
        return read_list(conn, workspace_id, list_id)


def rename_list(store: Store, access: Access, list_id: int, *, name: str, description: str) -> PeopleList:
    """Another name or description; who is on it stays. Audited. Raises ``not_found``."""
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        before = read_list(conn, workspace_id, list_id)
        mine = (_L.workspace_id == workspace_id, _L.list_id == list_id)
        values = {"name": name, "description": description}
        conn.execute(update(people_lists).where(*mine).values(**values, changed_at=access.now, changed_by=access.actor.label[:300]))
        audit(conn, access, "list.changed", f"list:{list_id}", {"name": before.name, "description": before.description}, values)
        return read_list(conn, workspace_id, list_id)


def delete_list(store: Store, access: Access, list_id: int) -> None:
    """Take the list away, and whoever is on it from it. Audited.

    Raises ``not_found``, and ``list_in_use`` (409) while a segment or a tag names it or an upload to it is under way.
    """
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"segments:{workspace_id}")  # nobody saves a segment that names it meanwhile
        lock(conn, f"lists:{workspace_id}")
        before = read_list(conn, workspace_id, list_id)
        users = [f"segment {key}" for key in naming(conn, workspace_id, names(list_id))]
        users += [f"tag {key}" for key in _tags_naming(conn, workspace_id, list_id)]
        if users:
            raise UemsError("list_in_use", f"List {list_id} is named by {', '.join(users[:10])}; change those first.", status=409)
        j = segment_jobs.c
        live = select(j.job_id).where(j.workspace_id == workspace_id, j.kind == "upload", j.subject == list_id, j.state.in_(LIVE))
        if conn.execute(live.limit(1)).first() is not None:
            raise UemsError("list_in_use", f"An upload to list {list_id} is under way; wait for it, or cancel it.", status=409)
        conn.execute(update(people_lists).where(_L.workspace_id == workspace_id, _L.list_id == list_id).values(deleted_at=access.now))
        conn.execute(delete(list_parts).where(list_parts.c.workspace_id == workspace_id, list_parts.c.list_id == list_id))
        audit(conn, access, "list.deleted", f"list:{list_id}", {"name": before.name, "people": before.people}, None)


def names(list_id: int) -> Callable[[Node], bool]:
    """Whether a condition names the list."""
    return lambda node: list_id in lists_in(node)


def _tags_naming(conn: Connection, workspace_id: int, list_id: int) -> list[str]:
    found = []
    for key, saved in profiles.read_definitions(conn, workspace_id).items():
        try:
            conditions = profiles.conditions_of_tag(saved.tag)
        except UemsError:
            continue  # it cannot be computed, so it does not read the list either
        if any(list_id in lists_in(node) for node in conditions):
            found.append(key)
    return sorted(found)


def _list(row: RowMapping) -> PeopleList:
    return PeopleList(**{name: row[name] for name in PeopleList.__dataclass_fields__})
