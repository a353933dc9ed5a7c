"""Which maps are there, what do they show, and who changed that?"""

import re
from typing import Final

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from uems.access.api import Access, audit
from uems.journeys.map.model import JourneyMap, MapDraft, MapVersion, document_of, drawing_of
from uems.journeys.tables import journey_map_versions as versions
from uems.journeys.tables import journey_maps as maps
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock

MAX_MAPS: Final = 200
"""Maps in use of one workspace."""
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,99}")
_TAKEN: Final = frozenset({"draft", "templates"})
"""Keys that are addresses of something else."""
_M = maps.c


def list_maps(store: Store, scope: Scope, *, archived: bool = False) -> list[JourneyMap]:
    """All maps by name, the archived ones only when asked for."""
    query = select(maps).where(_M.workspace_id == scope.workspace_id)
    if not archived:
        query = query.where(_M.archived.is_(False))
    with store.read() as conn:
        return [_map(row) for row in conn.execute(query.order_by(_M.name, _M.key)).mappings()]


def journey_map(store: Store, scope: Scope, key: str) -> JourneyMap:
    """One map by its key, archived or not; raises ``not_found``."""
    with store.read() as conn:
        found = _read(conn, scope.workspace_id, key)
    if found is None:
        raise not_found("map", key)
    return found


def map_versions(store: Store, scope: Scope, key: str) -> list[MapVersion]:
    """How the map was drawn over time, the latest first; raises ``not_found``."""
    journey_map(store, scope, key)
    v = versions.c
    query = select(versions).where(v.workspace_id == scope.workspace_id, v.key == key).order_by(v.version.desc()).limit(200)
    with store.read() as conn:
        rows = conn.execute(query).mappings().all()
    return [
        MapVersion(
            version=row["version"],
            name=row["name"],
            description=row["description"],
            drawing=drawing_of(row["drawing"]),
            at=row["at"],
            by=row["by"],
        )
        for row in rows
    ]


def save_map(store: Store, access: Access, key: str, draft: MapDraft, *, base_version: int | None = None) -> JourneyMap:
    """Make the map, or change the one with this key; the same again changes nothing. Audited.

    base_version: the version that the caller edited, 0 for none; raises ``map_changed`` (409) when another one stands. None
    overwrites. A map that was archived is in use again. Raises ``invalid``, and ``too_many_maps`` (409).
    """
    _check(key, draft)
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"maps:{workspace_id}")
        old = _read(conn, workspace_id, key)
        _check_base(old, base_version, key)
        if (old is None or old.archived) and _in_use(conn, workspace_id) >= MAX_MAPS:
            raise UemsError("too_many_maps", f"There are {MAX_MAPS} maps already; archive some first.", status=409)
        same = old is not None and (old.name, old.description, old.drawing) == (draft.name, draft.description, draft.drawing)
        if old is not None and same and not old.archived:
            return old
        _write(conn, access, key, draft, 1 if old is None else old.version + 1, new=old is None)
        audit(conn, access, "map.changed" if old else "map.created", f"map:{key}", _facts(old) if old else None, _facts(draft))
        saved = _read(conn, workspace_id, key)
    assert saved is not None
    return saved


def archive_map(store: Store, access: Access, key: str, *, archived: bool = True) -> JourneyMap:
    """Take the map out of use, or back into it; its versions stay. Audited. Raises ``not_found``, and ``too_many_maps`` (409)."""
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"maps:{workspace_id}")
        old = _read(conn, workspace_id, key)
        if old is None:
            raise not_found("map", key)
        if old.archived != archived:
            if not archived and _in_use(conn, workspace_id) >= MAX_MAPS:
                raise UemsError("too_many_maps", f"There are {MAX_MAPS} maps already; archive some first.", status=409)
            change = update(maps).where(_M.workspace_id == workspace_id, _M.key == key)
            conn.execute(change.values(archived=archived, changed_at=access.now, changed_by=access.actor.label[:300]))
            audit(conn, access, "map.archived" if archived else "map.restored", f"map:{key}", None, None)
        saved = _read(conn, workspace_id, key)
    assert saved is not None
    return saved


def _in_use(conn: Connection, workspace_id: int) -> int:
    query = select(func.count()).select_from(maps).where(_M.workspace_id == workspace_id, _M.archived.is_(False))
    return int(conn.execute(query).scalar_one())


def _check(key: str, draft: MapDraft) -> None:
    if not _KEY.fullmatch(key):
        raise invalid("key", key[:100], "must be 1 to 100 of a-z, 0-9 and _, and not begin with _.")
    if key in _TAKEN:
        raise invalid("key", key, "is an address of the API; choose another one.")
    if not draft.name.strip() or len(draft.name) > 200:
        raise invalid("name", draft.name[:60], "must be a text of 1 to 200 characters.")
    if len(draft.description) > 5_000:
        raise invalid("description", draft.description[:60], "must have at most 5,000 characters.")


def _check_base(old: JourneyMap | None, base_version: int | None, key: str) -> None:
    standing = old.version if old is not None and not old.archived else 0
    if base_version is not None and base_version != standing:
        raise UemsError(
            "map_changed",
            f"{key} stands at version {standing}, and this change was made to version {base_version}. Load it again and repeat the change.",
            status=409,
        )


def _write(conn: Connection, access: Access, key: str, draft: MapDraft, version: int, *, new: bool) -> None:
    workspace_id, now, by = access.scope.workspace_id, access.now, access.actor.label[:300]
    said = {"name": draft.name, "description": draft.description, "drawing": document_of(draft.drawing)}
    standing = {**said, "version": version, "archived": False, "changed_at": now, "changed_by": by}
    if new:
        conn.execute(insert(maps).values(workspace_id=workspace_id, key=key, created_at=now, **standing))
    else:
        conn.execute(update(maps).where(_M.workspace_id == workspace_id, _M.key == key).values(**standing))
    conn.execute(insert(versions).values(workspace_id=workspace_id, key=key, version=version, at=now, by=by, **said))


def _facts(one: JourneyMap | MapDraft) -> dict[str, object]:
    return {"name": one.name, "description": one.description, "drawing": document_of(one.drawing)}


def _read(conn: Connection, workspace_id: int, key: str) -> JourneyMap | None:
    row = conn.execute(select(maps).where(_M.workspace_id == workspace_id, _M.key == key)).mappings().one_or_none()
    return None if row is None else _map(row)


def _map(row: RowMapping) -> JourneyMap:
    return JourneyMap(
        key=row["key"],
        name=row["name"],
        description=row["description"],
        drawing=drawing_of(row["drawing"]),
        version=row["version"],
        archived=row["archived"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
    )
