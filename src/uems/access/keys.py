"""Which programs may come in? API keys that read and change what their maker allows; write keys that only send events; flags keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, insert, select, update

from uems.access.audit import audit
from uems.access.model import Access, Actor, Caller, Key, KeyKind
from uems.access.permissions import known
from uems.access.tables import access_keys
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.ids import new_id, new_token, token_hash
from uems.kernel.store import Store

PREFIX: dict[KeyKind, str] = {"api": "uak", "write": "uwk", "flags": "ufk"}
_TOUCH = timedelta(minutes=1)  # last_used_at is this coarse, so that reading does not become writing


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """token: the key itself; of an API key only this once."""

    key: Key
    token: str


def _key(row: RowMapping) -> Key:
    fields = (
        "key_id", "workspace_id", "kind", "name", "hint", "token", "created_by", "created_at", "expires_at", "last_used_at",
    )  # fmt: skip
    return Key(permissions=tuple(row["permissions"]), **{name: row[name] for name in fields})


def list_keys(store: Store, access: Access) -> list[Key]:
    """The keys that work or have expired; revoked ones are gone. Newest first."""
    query = select(access_keys).where(access_keys.c.workspace_id == access.scope.workspace_id, access_keys.c.revoked_at.is_(None))
    with store.read() as conn:
        return [_key(row) for row in conn.execute(query.order_by(access_keys.c.key_id.desc())).mappings()]


def create_key(
    store: Store, access: Access, *, kind: KeyKind, name: str, permissions: Sequence[str] = (), expires_at: datetime | None = None
) -> NewKey:
    """A new key. permissions: what an API key may do, at least one and never more than its maker; empty for the other kinds.

    Raises ``unknown_permission``, ``forbidden``, ``invalid``.
    """
    granted = tuple(sorted({known(p) for p in permissions}))
    if kind == "api":
        if not granted:
            raise invalid("permissions", list(permissions), "must name at least one. Use reports:read.")
        for permission in granted:
            access.require(permission)
    elif granted:
        raise invalid("permissions", list(permissions), f"must be empty: a {kind} key does one thing only.")
    if expires_at is not None and expires_at <= access.now:
        raise invalid("expires_at", expires_at.isoformat(), "must be in the future.")
    token = new_token(PREFIX[kind])
    key = Key(
        key_id=new_id("key"),
        workspace_id=access.scope.workspace_id,
        kind=kind,
        name=name,
        hint=token[:9],
        token=None if kind == "api" else token,
        permissions=granted,
        created_by=access.actor.account_id,
        created_at=access.now,
        expires_at=expires_at,
        last_used_at=None,
    )
    values = {c.name: getattr(key, c.name) for c in access_keys.c if c.name not in ("token_hash", "revoked_at")}
    with store.write() as conn:
        conn.execute(insert(access_keys).values(**{**values, "permissions": list(granted)}, token_hash=token_hash(token)))
        audit(conn, access, "key.created", f"key:{key.key_id}", None, _facts(key))
    return NewKey(key=key, token=token)


def revoke_key(store: Store, access: Access, key_id: str) -> None:
    """The key stops working: an API key at once, the others within seconds. Raises ``not_found``."""
    mine = (access_keys.c.workspace_id == access.scope.workspace_id) & (access_keys.c.key_id == key_id) & access_keys.c.revoked_at.is_(None)
    with store.write() as conn:
        row = conn.execute(update(access_keys).where(mine).values(revoked_at=access.now).returning(access_keys)).mappings().first()
        if row is None:
            raise not_found("key", key_id)
        audit(conn, access, "key.revoked", f"key:{key_id}", _facts(_key(row)), None)


def caller_of_key(store: Store, token: str, *, address: str, now: datetime) -> Caller | None:
    """Whoever holds this API key, or None when it is unknown, expired or revoked.

    Raises ``write_key_only`` and ``flags_key_only`` (401) for the keys that may stand in a public page.
    """
    query = select(access_keys).where(access_keys.c.token_hash == token_hash(token), access_keys.c.revoked_at.is_(None))
    with store.read() as conn:
        row = conn.execute(query).mappings().first()
    if row is None or (row["expires_at"] is not None and row["expires_at"] <= now):
        return None
    key = _key(row)
    if key.kind == "write":
        raise UemsError("write_key_only", "A write key only sends events to /v1. Use an API key here.", status=401)
    if key.kind == "flags":
        message = "A flags key only reads feature flags, at /api/features and /ofrep. Use an API key here."
        raise UemsError("flags_key_only", message, status=401)
    if key.last_used_at is None or now - key.last_used_at >= _TOUCH:
        with store.write() as conn:
            conn.execute(update(access_keys).where(access_keys.c.key_id == key.key_id).values(last_used_at=now))
    actor = Actor(kind="key", actor_id=key.key_id, label=f"{key.name} ({key.hint}…)", account_id=key.created_by, address=address)
    return Caller(actor=actor, now=now, workspace_id=key.workspace_id, key_permissions=frozenset(key.permissions))


def _facts(key: Key) -> dict[str, object]:
    expires = key.expires_at.isoformat() if key.expires_at else None
    return {"kind": key.kind, "name": key.name, "hint": key.hint, "permissions": list(key.permissions), "expires_at": expires}
