"""How does a browser hear of a message at once? It listens, and is woken by what changed in the store, whichever process wrote it.

One look a second serves all who listen to a process; whoever comes when there are too many asks again and again instead.
"""

import asyncio
import logging
from collections import Counter
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
"""For one id."""
MOST_FROM: Final = 50
"""For one network address, behind which a whole office may sit."""
_logger = logging.getLogger("uems.outreach")
_Key: TypeAlias = tuple[int, str]


class Place:
    """Somebody's place among those who listen, from ``Streams.enter`` until ``leave``; leaving twice does no harm.

    keys: where something must change so that they are woken. origin: the network address that they came from.
    """

    def __init__(self, ticket: Ticket, origin: str, left: Callable[["Place"], None]) -> None:
        self.ticket, self.origin, self.bell = ticket, origin, asyncio.Event()
        self.keys: Sequence[_Key] = [(ticket.workspace_id, one) for one in ticket.addresses]
        self._left: Callable[[Place], None] | None = left

    def leave(self) -> None:
        left, self._left = self._left, None
        if left is not None:
            left(self)


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
        self._places = Counter[str]()
        self._watch: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def listening(self) -> int:
        return self._places.total()

    def close(self) -> None:
        """End every stream; called on the event loop."""
        self._closed = True
        for bells in self._bells.values():
            for bell in bells:
                bell.set()

    def enter(self, ticket: Ticket, origin: str) -> Place:
        """A place; give it back with ``leave``. origin: the network address. Called on the event loop.

        Raises ``too_many_streams`` (503) where nobody else can be served, ``nothing_to_hear`` (409) for a ticket without an id.
        """
        if not ticket.addresses:
            message = "This ticket opens the inbox of nobody: it was asked for without an id. Open the inbox with an anonymous id."
            raise UemsError("nothing_to_hear", message, status=409)
        place = Place(ticket, origin, self._leave)
        each = max(len(self._bells.get(key, ())) for key in place.keys)
        if self._closed or self._places.total() >= self._most or each >= MOST_EACH or self._places[origin] >= MOST_FROM:
            message = "Too many browsers listen to this server. Ask for the messages again in a minute."
            raise UemsError("too_many_streams", message, status=503, details={"retry_after_seconds": 60})
        for key in place.keys:
            self._bells.setdefault(key, set()).add(place.bell)
        self._places[origin] += 1
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look())
        return place

    def _leave(self, place: Place) -> None:
        self._places[place.origin] -= 1
        self._places += Counter()  # forgets those of whom nobody is left
        for key in place.keys:
            self._bells[key].discard(place.bell)
            if not self._bells[key]:
                del self._bells[key]

    async def changes(self, place: Place, since: datetime | None) -> AsyncGenerator[Item | None]:
        """What lies there, then what changes, as it does; None for a sign of life. Ends with the ticket, and gives the place back.

        since: as in ``shelf.items``.
        """
        ticket, bell = place.ticket, place.bell
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
            place.leave()

    async def _rung(self, bell: asyncio.Event) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), self._heartbeat_seconds)
        return bell.is_set()

    async def _look(self) -> None:
        """Wake whoever something changed for, until nobody listens."""
        told: set[tuple[int, datetime]] = set()
        while self.listening and not self._closed:
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
