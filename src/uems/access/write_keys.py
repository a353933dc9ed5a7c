"""To which workspace does a key of a public page belong? Asked with every request of the hot path, so the answer is remembered briefly.

A write key only sends events, a flags key only reads feature flags.
"""

import asyncio
from threading import Lock
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import or_, select

from uems.access.keys import PREFIX
from uems.access.model import KeyKind
from uems.access.tables import access_keys, workspaces
from uems.kernel.clock import utc_now
from uems.kernel.ids import token_hash
from uems.kernel.scope import Scope
from uems.kernel.store import Store

SECONDS = 3.0
"""How long an answer is believed: a revoked key dies within this time in every process."""
_MOST = 10_000  # answers kept; unknown keys count too, so that guessing does not reach the database each time

_Answer = tuple[float, Scope | None]
_caches: "WeakKeyDictionary[Store, dict[str, _Answer]]" = WeakKeyDictionary()
_guard = Lock()


def write_key(store: Store, key: str) -> Scope | None:
    """The workspace of a write key, or None when it is unknown, expired, revoked or of another kind.

    Remembered for three seconds, so the common case costs a dictionary access and the rare one a read by unique index.
    """
    return _scope_of(store, key, "write")


def flags_key(store: Store, key: str) -> Scope | None:
    """As ``write_key``, of a flags key."""
    return _scope_of(store, key, "flags")


def _scope_of(store: Store, key: str, kind: KeyKind) -> Scope | None:
    if not key.startswith(f"{PREFIX[kind]}_") or len(key) > 100 or not key.isascii():
        return None
    cache = _caches.get(store)
    if cache is None:
        with _guard:
            cache = _caches.setdefault(store, {})
    clock = monotonic()
    answer = cache.get(key)
    if answer is not None and answer[0] > clock:
        return answer[1]
    scope = _look_up(store, key, kind)
    if len(cache) >= _MOST:
        cache.clear()
    cache[key] = (clock + SECONDS, scope)
    return scope


async def write_key_async(store: Store, key: str) -> Scope | None:
    """As ``write_key``, for the event loop: only an answer that is not remembered goes to a thread."""
    return await _soon(store, key, "write")


async def flags_key_async(store: Store, key: str) -> Scope | None:
    """As ``flags_key``, for the event loop."""
    return await _soon(store, key, "flags")


async def _soon(store: Store, key: str, kind: KeyKind) -> Scope | None:
    answer = _caches.get(store, {}).get(key)
    # Another kind of key may be remembered here too: its first letters tell.
    if answer is not None and answer[0] > monotonic() and key.startswith(PREFIX[kind]):
        return answer[1]
    return await asyncio.to_thread(_scope_of, store, key, kind)


def _look_up(store: Store, key: str, kind: KeyKind) -> Scope | None:
    query = (
        select(workspaces.c.workspace_id, workspaces.c.slug, workspaces.c.zone, workspaces.c.currency)
        .join(access_keys, access_keys.c.workspace_id == workspaces.c.workspace_id)
        .where(
            access_keys.c.token_hash == token_hash(key),
            access_keys.c.kind == kind,
            access_keys.c.revoked_at.is_(None),
            or_(access_keys.c.expires_at.is_(None), access_keys.c.expires_at > utc_now()),
        )
    )
    with store.read() as conn:
        row = conn.execute(query).mappings().first()
    return Scope(**row) if row else None
