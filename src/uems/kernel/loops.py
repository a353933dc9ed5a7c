"""How does work go on beside the requests? One step again and again in a thread of its own, whatever goes wrong in it."""

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from uems.kernel.errors import UemsError
from uems.kernel.store import Store

_logger = logging.getLogger("uems.loops")

_NICENESS = 10
_STILL_SECONDS = 5.0


def give_way() -> None:
    """Let this thread, and those that it starts, have the processor only when nobody who waits for an answer wants it.

    Does something on Linux, where threads have a priority of their own; elsewhere it is a kindness that is not shown.
    """
    if hasattr(os, "setpriority") and threading.get_native_id() != os.getpid():
        with suppress(OSError):
            mine = threading.get_native_id()
            # Whoever runs the whole program as a background task has it give way further than that already.
            os.setpriority(os.PRIO_PROCESS, mine, max(_NICENESS, os.getpriority(os.PRIO_PROCESS, mine)))


class Loop:
    """Repeats ``step`` until it is stopped. ``start`` and ``stop`` once each.

    step: one round; whether anything was done. What it raises is logged (the first time, the fifth, then every fiftieth in a row), and
    it is tried again, after up to 30 seconds. pause: (whether anything was done, how many seconds the round took) → how many seconds
    to rest. store: where its work comes from, but for what time brings; while nothing is written there, a round that found nothing is
    followed by the next one only after ``still`` seconds. close: gives back what the rounds hold; called once, when no round runs any more.
    ending: set when rounds are to end.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], bool],
        *,
        pause: Callable[[bool, float], float],
        store: Store | None = None,
        still: float = _STILL_SECONDS,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.ending = threading.Event()
        self._name, self._step, self._pause, self._store, self._close = name, step, pause, store, close
        self._still = still
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after what is under way; returns when the thread has ended. Never raises what ``close`` raises."""
        self.ending.set()
        if self._thread.ident is not None:
            self._thread.join()
        try:
            self._close()
        except UemsError as error:
            _logger.warning("%s: not everything could be given back (%s)", self._name, error)

    def _run(self) -> None:
        give_way()
        failures = 0
        while not self.ending.is_set():
            begun, known = time.perf_counter(), self._changes()
            worked = False
            try:
                worked = self._step()
                failures = 0
            except Exception as error:
                failures += 1
                if failures in (1, 5) or failures % 50 == 0:
                    expected = isinstance(error, UemsError)
                    _logger.error("%s: %s (failure %d in a row; trying again)", self._name, error, failures, exc_info=not expected)
            rest = max(self._pause(worked, time.perf_counter() - begun), min(failures, 30))
            if rest > 0:
                self.ending.wait(rest)
            if not (worked or failures):
                self._while_still(rest, known)

    def _changes(self) -> int | None:
        return None if self._store is None else self._store.changes

    def _while_still(self, pause: float, known: int | None) -> None:
        """Until something was written since ``known``: a look at that costs a hundredth of a round. Not for long, for time goes on."""
        until = time.monotonic() + self._still - pause
        while known is not None and pause > 0 and self._changes() == known and time.monotonic() < until and not self.ending.is_set():
            self.ending.wait(pause)
