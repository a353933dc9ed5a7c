"""Whose browsers asked for notes, and which of them are gone?"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select

from uems.kernel.scope import Scope
from uems.kernel.store import Store, upsert_many
from uems.outreach.push.tables import outreach_subscriptions as table

MOST_EACH: Final = 10
"""Browsers of one person; the one that asked longest ago gives way."""
_C = table.c
_KEY: Final = ("workspace_id", "endpoint_hash")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A browser: where its push service is, and with what a note for it is sealed (base64url)."""

    endpoint: str
    p256dh: str
    auth: str


def subscribe(store: Store, scope: Scope, address: str, one: Subscription, now: datetime) -> None:
    """Write a browser down, or whose it is now: it belongs to one id at a time."""
    row = {"workspace_id": scope.workspace_id, "endpoint_hash": _hash(one.endpoint), "address": address, "endpoint": one.endpoint}
    with store.write() as conn:
        upsert_many(conn, table, [{**row, "p256dh": one.p256dh, "auth": one.auth, "at": now}], [*_KEY])
        mine = select(_C.endpoint_hash).where(_C.workspace_id == scope.workspace_id, _C.address == address)
        old = conn.execute(mine.order_by(_C.at.desc(), _C.endpoint_hash).offset(MOST_EACH).limit(100)).scalars().all()
        if old:
            conn.execute(delete(table).where(_C.workspace_id == scope.workspace_id, _C.endpoint_hash.in_(old)))


def subscriptions(store: Store, scope: Scope, address: str) -> list[Subscription]:
    """The browsers of whoever has this id, the one that asked last first."""
    query = select(_C.endpoint, _C.p256dh, _C.auth).where(_C.workspace_id == scope.workspace_id, _C.address == address)
    with store.read() as conn:
        rows = conn.execute(query.order_by(_C.at.desc(), _C.endpoint_hash)).all()
    return [Subscription(endpoint=row.endpoint, p256dh=row.p256dh, auth=row.auth) for row in rows]


def forget(store: Store, scope: Scope, endpoint: str) -> None:
    """A browser that does not want any more, or is gone."""
    with store.write() as conn:
        conn.execute(delete(table).where(_C.workspace_id == scope.workspace_id, _C.endpoint_hash == _hash(endpoint)))


def subscribed(store: Store, scope: Scope, addresses: Collection[str]) -> set[str]:
    """Those of the addresses that have a browser."""
    found: set[str] = set()
    wanted = sorted(set(addresses))
    with store.read() as conn:
        for start in range(0, len(wanted), 500):
            some = _C.address.in_(wanted[start : start + 500])
            found.update(conn.execute(select(_C.address).where(_C.workspace_id == scope.workspace_id, some).distinct()).scalars())
    return found


def _hash(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()
