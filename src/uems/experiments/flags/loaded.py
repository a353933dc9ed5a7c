"""What are clients of a workspace given at this moment? Made once a change, kept as bytes, and looked at again each second.

Whichever process changed a flag, all others give out the new payload a second later at the latest.
"""

import asyncio
import gzip
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from uems.experiments.flags.definitions import Head, current, heads
from uems.experiments.flags.evaluator import Flags, compile_payload
from uems.experiments.flags.payload import asks_segments, features_of
from uems.kernel.store import Store

LOOK_SECONDS: Final = 1.0
_WORTH_PACKING: Final = 1_000


@dataclass(slots=True, kw_only=True)
class Loaded:
    """body: the payload in JSON; packed: the same in gzip, None where that saves nothing. etag: quoted. versions: flag → its version.

    until: when it is looked at again, by the monotonic clock.
    """

    revision: int
    body: bytes
    packed: bytes | None
    etag: bytes
    flags: Flags
    asks_segments: bool
    until: float = 0.0


@dataclass(slots=True)
class _Place:
    loaded: Loaded | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Payloads:
    """One a process, used on its event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._places: dict[int, _Place] = {}

    async def of(self, workspace_id: int) -> Loaded:
        """What clients of the workspace are given; never older than a second."""
        place = self._places.get(workspace_id)
        if place is None:
            place = self._places.setdefault(workspace_id, _Place())
        found = place.loaded
        if found is not None and found.until > time.monotonic():
            return found
        async with place.lock:  # one of those who ask at once looks, the others wait for it
            found = place.loaded
            if found is None or found.until <= time.monotonic():
                begun = time.monotonic()
                found = await asyncio.to_thread(_look, self._store, workspace_id, found)
                found.until = begun + LOOK_SECONDS
                place.loaded = found
        return found

    async def revisions(self, workspace_ids: list[int]) -> Mapping[int, int]:
        """Workspace → how often its payload has changed, as the store says now; what is kept of an older one counts no more."""
        found = await asyncio.to_thread(_revisions, self._store, workspace_ids)
        for workspace_id, revision in found.items():
            place = self._places.get(workspace_id)
            if place is not None and place.loaded is not None and place.loaded.revision < revision:
                place.loaded.until = 0.0
        return found


def _revisions(store: Store, workspace_ids: list[int]) -> dict[int, int]:
    with store.read() as conn:
        return {workspace_id: head.revision for workspace_id, head in heads(conn, workspace_ids).items()}


def _look(store: Store, workspace_id: int, known: Loaded | None) -> Loaded:
    if known is not None and _revisions(store, [workspace_id]).get(workspace_id, 0) == known.revision:
        return known
    head, specs = current(store, workspace_id)
    return make(head, features_of(specs))


def make(head: Head, features: Mapping[str, dict[str, object]]) -> Loaded:
    """The payload of these features."""
    at = head.changed_at.isoformat().replace("+00:00", "Z") if head.changed_at else None
    body = msgspec.json.encode({"status": 200, "features": features, "dateUpdated": at})
    packed = gzip.compress(body, 6, mtime=0) if len(body) > _WORTH_PACKING else None
    return Loaded(
        revision=head.revision,
        body=body,
        packed=packed,
        etag=b'"%s"' % hashlib.blake2b(body, digest_size=12).hexdigest().encode(),
        flags=compile_payload(features),
        asks_segments=asks_segments(features),
    )
