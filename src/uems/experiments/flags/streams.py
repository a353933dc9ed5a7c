"""How does a client hear at once that a flag changed? It listens; one look a second into the store serves all who listen to a process.

Each hears the payload when it comes and whenever it changed. One that is too large for a line of a simple client is only told to ask.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Final

from uems.experiments.flags.loaded import Loaded, Payloads
from uems.kernel.errors import UemsError

MOST: Final = 1_000
MOST_EACH: Final = 100
"""From one network address, behind which a whole office may sit."""
HEARTBEAT_SECONDS: Final = 15.0
_LONGEST_LINE: Final = 32_000
_logger = logging.getLogger("uems.flags")


class Streams:
    """Who listens to this process. ``close`` ends all of them; afterwards nobody is let in. Used on the event loop."""

    def __init__(self, payloads: Payloads, *, look_seconds: float = 1.0, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        self._payloads = payloads
        self._look_seconds, self._heartbeat_seconds = look_seconds, heartbeat_seconds
        self._bells: dict[int, set[asyncio.Event]] = {}
        self._origins = Counter[str]()
        self._watch: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def listening(self) -> int:
        return self._origins.total()

    def close(self) -> None:
        """End every stream; called on the event loop."""
        self._closed = True
        self._ring(list(self._bells))

    async def changes(self, workspace_id: int, origin: str) -> AsyncGenerator[bytes]:
        """What one client is sent: the payload now, then whenever it changed, and a sign of life between.

        Raises ``too_many_streams`` (503) where nobody else can be served.
        """
        if self._closed or self.listening >= MOST or self._origins[origin] >= MOST_EACH:
            message = "Too many clients listen to this server. Ask for the flags again in a minute."
            raise UemsError("too_many_streams", message, status=503, details={"retry_after_seconds": 60})
        bell = asyncio.Event()
        self._bells.setdefault(workspace_id, set()).add(bell)
        self._origins[origin] += 1
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look())
        told: bytes | None = None
        try:
            yield b"retry: 3000\n\n"
            while not self._closed:
                bell.clear()
                found = await self._payloads.of(workspace_id)
                if found.etag != told:
                    told = found.etag
                    yield _said(found)
                with suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), self._heartbeat_seconds)
                if not bell.is_set():
                    yield b": still here\n\n"
        finally:
            self._bells[workspace_id].discard(bell)
            if not self._bells[workspace_id]:
                del self._bells[workspace_id]
            self._origins[origin] -= 1
            self._origins += Counter()  # forgets those of whom nobody is left

    def _ring(self, workspace_ids: list[int]) -> None:
        for workspace_id in workspace_ids:
            for bell in self._bells.get(workspace_id, ()):
                bell.set()

    async def _look(self) -> None:
        """Wake those whose flags changed, until nobody listens."""
        known: dict[int, int] = {}
        while self._bells and not self._closed:
            try:
                found = await self._payloads.revisions(list(self._bells))
            except Exception:  # a store that is away for a moment must not end what everybody waits for
                _logger.exception("the flags could not be read; trying again")
            else:
                self._ring([workspace_id for workspace_id, revision in found.items() if known.get(workspace_id) != revision])
                known = dict(found)
            await asyncio.sleep(self._look_seconds)


def _said(found: Loaded) -> bytes:
    if len(found.body) > _LONGEST_LINE:
        return b"event: features-updated\nid: %d\ndata: {}\n\n" % found.revision
    return b"event: features\nid: %d\ndata: %s\n\n" % (found.revision, found.body)
