"""Is anybody still waiting for the answer? The queries of a question that nobody waits for any more are stopped.

Whoever answers a request keeps a ``Waiting`` in ``current`` meanwhile, and calls ``left`` when the one who asked went away. What
changes something is never stopped half way: only a request that was marked as a mere question is.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from uems.kernel.errors import UemsError
from uems.kernel.ids import new_id


class Waiting:
    """One request and its queries. May be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[str] = set()
        self._only_asks = False
        self._gone = False

    def only_asks(self) -> None:
        """Nothing is changed for this request."""
        self._only_asks = True

    def left(self) -> frozenset[str]:
        """Nobody waits any more: no query of this question begins from now on. Gives the ids of those that run."""
        with self._lock:
            self._gone = self._only_asks
            return frozenset(self._running) if self._gone else frozenset()

    @contextmanager
    def running(self, given: str | None) -> Iterator[str | None]:
        """The id under which a query is to run; raises ``warehouse_cancelled`` when nobody waits for it."""
        if not self._only_asks:
            yield given
            return
        query_id = given or new_id("ask")
        with self._lock:
            if self._gone:
                raise UemsError("warehouse_cancelled", "Whoever asked went away before the answer; ask again.", status=409)
            self._running.add(query_id)
        try:
            yield query_id
        finally:
            with self._lock:
                self._running.discard(query_id)


current: Final[ContextVar[Waiting | None]] = ContextVar("waiting", default=None)
"""The request that is being answered by this task or thread; None in the background."""


@contextmanager
def asked_as(given: str | None) -> Iterator[str | None]:
    """The id of a query that is about to run for whoever waits."""
    waiting = current.get()
    if waiting is None:
        yield given
        return
    with waiting.running(given) as query_id:
        yield query_id
