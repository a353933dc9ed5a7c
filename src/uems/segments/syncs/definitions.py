"""Which syncs are there, who makes, changes, pauses and deletes them?"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from uems.access.api import Access, audit
from uems.collect import api as collect
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.house import House
from uems.kernel.ids import new_id, new_token
from uems.kernel.outbound import host_of
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.store import Store, lock
from uems.segments.exports.columns import Wanted
from uems.segments.model import archived_error
from uems.segments.settled import settled
from uems.segments.syncs.model import BATCH, BOTH, MAX_BATCH, Delivery, Sync, What, sync_of
from uems.segments.tables import segment_syncs, segments, sync_deliveries
from uems.segments.understanding.overlap import in_use

MAX_SYNCS: Final = 100
_Y, _D = segment_syncs.c, sync_deliveries.c


def list_syncs(store: Store, scope: Scope, *, segment_id: int | None = None) -> list[Sync]:
    """All syncs of the workspace, or of one segment, the oldest first."""
    query = select(segment_syncs).where(_Y.workspace_id == scope.workspace_id, _Y.deleted_at.is_(None))
    if segment_id is not None:
        query = query.where(_Y.segment_id == segment_id)
    with store.read() as conn:
        return [sync_of(row) for row in conn.execute(query.order_by(_Y.created_at, _Y.sync_id)).mappings()]


def get_sync(store: Store, scope: Scope, sync_id: str) -> Sync:
    """Raises ``not_found``."""
    with store.read() as conn:
        return read_sync(conn, scope.workspace_id, sync_id)


def read_sync(conn: Connection, workspace_id: int, sync_id: str) -> Sync:
    """As ``get_sync``, within a transaction."""
    query = select(segment_syncs).where(_Y.workspace_id == workspace_id, _Y.sync_id == sync_id, _Y.deleted_at.is_(None))
    row = conn.execute(query).mappings().first()
    if row is None:
        raise not_found("sync", sync_id)
    return sync_of(row)


def segment_keys(store: Store, scope: Scope) -> dict[int, str]:
    """Number → key of every segment, archived ones too."""
    c = segments.c
    with store.read() as conn:
        return {row.segment_id: row.key for row in conn.execute(select(c.segment_id, c.key).where(c.workspace_id == scope.workspace_id))}


def create_sync(
    house: House,
    access: Access,
    key: str,
    *,
    name: str,
    url: str,
    what: Sequence[What] = BOTH,
    wanted: Wanted,
    batch: int = BATCH,
    members_first: bool = False,
) -> tuple[Sync, str]:
    """(the sync, the secret that signs what is sent). Audited. members_first: begin with everybody who is in now.

    Raises ``not_found``, ``segment_archived``, ``invalid``, ``too_many_syncs`` (409).
    """
    if not what or not 1 <= batch <= MAX_BATCH:
        raise invalid(
            "batch" if what else "events", batch if what else "none", f"take 1 to {MAX_BATCH} people at once, and at least one event."
        )
    segment = in_use(house, access.scope, key)
    host = host_of(url, private=house.settings.allow_private_outbound)
    # Whatever is written from now on has a higher version.
    version = head_of(house, access.scope, segment.segment_id)
    secret = new_secret()
    row: dict[str, Any] = {
        "workspace_id": access.scope.workspace_id,
        "sync_id": new_id("sync"),
        "segment_id": segment.segment_id,
        "name": name,
        "sealed": _sealed(house.settings, url, secret),
        "host": host,
        "spec": {"what": [one for one in BOTH if one in what], "batch": batch, **wanted.as_json()},
        "state": "active",
        "reason": "",
        "phase": "members" if members_first else "changes",
        "version": version,
        "person_id": 0 if members_first else LAST,
        "created_at": access.now,
        "created_by": access.actor.label[:300],
    }
    with house.store.write() as conn:
        lock(conn, f"syncs:{access.scope.workspace_id}")
        mine = (_Y.workspace_id == access.scope.workspace_id, _Y.deleted_at.is_(None))
        if conn.execute(select(func.count()).select_from(segment_syncs).where(*mine)).scalar_one() >= MAX_SYNCS:
            raise UemsError("too_many_syncs", f"There are {MAX_SYNCS} syncs already; delete some first.", status=409)
        conn.execute(insert(segment_syncs).values(**row))
        audit(conn, access, "sync.created", f"sync:{row['sync_id']}", None, {"segment": key, "name": name, "host": host, **row["spec"]})
        return read_sync(conn, access.scope.workspace_id, row["sync_id"]), secret


def change_sync(house: House, access: Access, sync_id: str, *, name: str | None = None, url: str | None = None) -> Sync:
    """Another name or address; the secret stays. Audited. Raises ``not_found`` and ``invalid``."""
    with house.store.write() as conn:
        before = read_sync(conn, access.scope.workspace_id, sync_id)
        values: dict[str, Any] = {"name": name} if name is not None else {}
        if url is not None:
            _, secret = address_of(house.settings, before)
            host = host_of(url, private=house.settings.allow_private_outbound)
            values |= {"sealed": _sealed(house.settings, url, secret), "host": host}
        if values:
            _set(conn, before, values)
            facts = {"name": values.get("name", before.name), "host": values.get("host", before.host)}
            audit(conn, access, "sync.changed", f"sync:{sync_id}", {"name": before.name, "host": before.host}, facts)
        return read_sync(conn, access.scope.workspace_id, sync_id)


def new_secret_of(house: House, access: Access, sync_id: str) -> str:
    """A new secret in place of the old one, which signs nothing from now on. Audited."""
    secret = new_secret()
    with house.store.write() as conn:
        before = read_sync(conn, access.scope.workspace_id, sync_id)
        url, _ = address_of(house.settings, before)
        _set(conn, before, {"sealed": _sealed(house.settings, url, secret)})
        audit(conn, access, "sync.secret_changed", f"sync:{sync_id}", None, None)
    return secret


def pause_sync(store: Store, access: Access, sync_id: str) -> Sync:
    """Hold it; what happens meanwhile is told when it goes on. Audited."""
    return _turn(store, access, sync_id, "paused", f"Paused by {access.actor.label}."[:500])


def resume_sync(store: Store, access: Access, sync_id: str) -> Sync:
    """Let it go on where it stopped, at once. Audited. Raises ``segment_archived`` (409)."""
    return _turn(store, access, sync_id, "active", "")


def delete_sync(store: Store, access: Access, sync_id: str) -> None:
    """Take it away; nobody is told any more. Audited."""
    with store.write() as conn:
        before = read_sync(conn, access.scope.workspace_id, sync_id)
        _set(conn, before, {"deleted_at": access.now, "sealed": b"", "pending": None})
        audit(conn, access, "sync.deleted", f"sync:{sync_id}", {"name": before.name, "host": before.host}, None)


def deliveries(store: Store, scope: Scope, sync_id: str, *, before: int | None = None, limit: int) -> list[Delivery]:
    """The latest attempts, the newest first. Raises ``not_found``."""
    get_sync(store, scope, sync_id)
    query = select(sync_deliveries).where(_D.workspace_id == scope.workspace_id, _D.sync_id == sync_id)
    if before is not None:
        query = query.where(_D.number < before)
    with store.read() as conn:
        rows = conn.execute(query.order_by(_D.number.desc()).limit(limit)).mappings()
        return [Delivery(**{name: row[name] for name in Delivery.__dataclass_fields__}) for row in rows]


LAST: Final = 2**62
"""Behind every person of a version."""


def head_of(house: House, scope: Scope, segment_id: int) -> int:
    """The version of the last change of a segment that can be read in order; 0 before the first."""
    with house.store.read() as conn:
        last = settled(conn, scope.workspace_id)
    found = house.warehouse.query(
        Sql(
            "SELECT max(version) AS head FROM segment_changes"
            " WHERE workspace_id = {workspace:UInt32} AND segment_id = {segment:UInt32} AND version <= {last:UInt64}"
        ),
        {"workspace": scope.workspace_id, "segment": segment_id, "last": last},
    )
    head: int = found.column("head")[0].as_py() or 0
    return head


def new_secret() -> str:
    return new_token("whsec")


def address_of(settings: Settings, sync: Sync) -> tuple[str, str]:
    """(address, secret). Raises ``secret_unreadable`` (422) when they were sealed with another key."""
    opened = collect.unseal(settings, sync.sealed)
    return opened["url"], opened["secret"]


def _sealed(settings: Settings, url: str, secret: str) -> bytes:
    return collect.seal(settings, {"url": url, "secret": secret})


def _turn(store: Store, access: Access, sync_id: str, state: str, reason: str) -> Sync:
    with store.write() as conn:
        before = read_sync(conn, access.scope.workspace_id, sync_id)
        if state == "active":
            _check_in_use(conn, before)
        values = {"state": state, "reason": reason, "failures": 0, "failing_since": None, "next_at": None}
        _set(conn, before, values)
        if before.state != state:
            audit(conn, access, f"sync.{'paused' if state == 'paused' else 'resumed'}", f"sync:{sync_id}", None, None)
        return read_sync(conn, access.scope.workspace_id, sync_id)


def _check_in_use(conn: Connection, sync: Sync) -> None:
    mine = (segments.c.workspace_id == sync.workspace_id, segments.c.segment_id == sync.segment_id)
    row = conn.execute(select(segments.c.key, segments.c.archived).where(*mine)).one()
    if row.archived:
        raise archived_error(row.key)


def _set(conn: Connection, sync: Sync, values: dict[str, Any]) -> None:
    conn.execute(update(segment_syncs).where(_Y.workspace_id == sync.workspace_id, _Y.sync_id == sync.sync_id).values(**values))
