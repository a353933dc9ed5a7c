"""How does a browser hear of a message at once? It listens, and is woken by what changed in the store, whichever process wrote it.

One look a second serves all who listen to a process; whoever comes when there are too many asks again and again instead.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, TypeAlias

from uems.kernel.errors import UemsError
from uems.kernel.store import Store
from uems.outreach.inbox import shelf
from uems.outreach.inbox.proof import Ticket
from uems.outreach.inbox.shelf import OVERLAP, Item

MOST: Final = 500
MOST_EACH: Final = 10
_logger = logging.getLogger("uems.outreach")
_Key: TypeAlias = tuple[int, str]


class Streams:
    """Who listens to this process. ``close`` ends all of them; afterwards nobody is let in.

    look_seconds: between two looks into the store. heartbeat_seconds: after which somebody who hears nothing is told that we are here.
    """

    def __init__(
        self, store: Store, clock: Callable[[], datetime], *, most: int = MOST, look_seconds: float = 1.0, heartbeat_seconds: float = 15.0
    ) -> None:
        self._store, self._clock = store, clock
        self._most, self._look_seconds, self._heartbeat_seconds = most, look_seconds, heartbeat_seconds
        self._bells: dict[_Key, set[asyncio.Event]] = {}
        self._listening = 0
        self._watch: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def listening(self) -> int:
        return self._listening

    def close(self) -> None:
        """End every stream; called on the event loop."""
        self._closed = True
        for bells in self._bells.values():
            for bell in bells:
                bell.set()

    def check(self, ticket: Ticket) -> None:
        """Raises ``too_many_streams`` (503) where nobody else can be served."""
        each = max((len(self._bells.get((ticket.workspace_id, one), ())) for one in ticket.addresses), default=0)
        if self._closed or self._listening >= self._most or each >= MOST_EACH:
            message = "Too many browsers listen to this server. Ask for the messages again in a minute."
            raise UemsError("too_many_streams", message, status=503, details={"retry_after_seconds": 60})

    async def changes(self, ticket: Ticket, since: datetime | None) -> AsyncGenerator[Item | None]:
        """What lies there, then what changes, as it does; None for a sign of life. Ends with the ticket. since: as in ``shelf.items``."""
        self.check(ticket)
        bell = asyncio.Event()
        keys = [(ticket.workspace_id, one) for one in ticket.addresses]
        for key in keys:
            self._bells.setdefault(key, set()).add(bell)
        self._listening += 1
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look())
        known: dict[int, datetime] = {}
        try:
            while not self._closed and self._clock() < ticket.until:
                bell.clear()
                begun = self._clock()
                found = await asyncio.to_thread(shelf.items, self._store, ticket.workspace_id, ticket.addresses, begun, since)
                for item in reversed(found):
                    if known.get(item.message_id) != item.changed_at:
                        known[item.message_id] = item.changed_at
                        yield item
                since = begun
                while not await self._rung(bell) and self._clock() < ticket.until:
                    yield None
        finally:
            self._listening -= 1
            for key in keys:
                self._bells[key].discard(bell)
                if not self._bells[key]:
                    del self._bells[key]

    async def _rung(self, bell: asyncio.Event) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), self._heartbeat_seconds)
        return bell.is_set()

    async def _look(self) -> None:
        """Wake whoever something changed for, until nobody listens."""
        told: set[tuple[int, datetime]] = set()
        while self._listening and not self._closed:
            await asyncio.sleep(self._look_seconds)
            try:
                rows = await asyncio.to_thread(shelf.lately, self._store, self._clock() - OVERLAP)
            except Exception:  # a store that is away for a moment must not end what everybody waits for
                _logger.exception("the inbox could not be read; trying again")
                continue
            self._wake([(row[0], row[1]) for row in rows if (row[2], row[3]) not in told])
            told = {(row[2], row[3]) for row in rows}

    def _wake(self, keys: Sequence[_Key]) -> None:
        for key in set(keys):
            for bell in self._bells.get(key, ()):
                bell.set()
