"""Who keeps the sessions up to date? One loop in all processes together, a few seconds behind the pipeline.

A round takes what was stored since the last one, computes the sessions of everybody concerned anew, and then moves its marks.
A round that is killed is done again and ends in the same sessions. After each round it rests as long as that took, on one
thread, so that it never takes more than half a core from the rest of the house.

It follows the receipts: of an installation that collected for longer than receipts are kept without this loop, the oldest
events come into sessions only when their person is active again or merged.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from uems.access.api import Workspaces
from uems.journeys.dirty import work_since
from uems.journeys.marks import move_marks, read_marks
from uems.journeys.rebuild import STATEMENT_SECONDS, rebuild
from uems.kernel import leases
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.store import allocate

PEOPLE: Final = 10_000
"""Whose sessions one statement writes at most."""
PAUSE_SECONDS: Final = 2.0
BUSY_EVENTS: Final = 100_000
"""While more events than this wait for the pipeline, as in an import, rounds keep at least ``BUSY_PAUSE_SECONDS`` apart: whoever
is in many batches has their sessions computed once and not once a batch, and the pipeline has the processor."""
BUSY_PAUSE_SECONDS: Final = 30.0
# A statement that is begun ends before the lease does, so that what it writes is never older than what a successor wrote.
LEASE_SECONDS: Final = 2.0 * STATEMENT_SECONDS + 20.0


class Sessioniser:
    """The loop of one process; ``start`` and ``stop`` once each. holder: unique for the process.

    ``step`` does one round by hand.
    """

    def __init__(self, house: House, workspaces: Workspaces, holder: str, clock: Callable[[], datetime]) -> None:
        self._house = house
        self._workspaces = workspaces
        self._hold = leases.Hold(house.store, "sessions", holder, LEASE_SECONDS, clock)
        self._ended = time.perf_counter()
        self._loop = Loop("sessions", self._turn, store=house.store, pause=lambda worked, took: max(PAUSE_SECONDS, took), close=self.close)

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the statement under way; returns when the thread has ended."""
        self._loop.stop()

    def step(self) -> bool:
        """One round; False when there was nothing to do, or another process does it. Raises what store and warehouse raise."""
        if self._hold.take() is None:
            return False
        work = work_since(self._house, self._workspaces, read_marks(self._house.store))
        if work is None:
            return False
        with self._house.store.write() as conn:
            version = allocate(conn, "sessions")
        for scope, dirty in work.dirty.items():
            for part in _parts(dirty):
                if self._loop.ending.is_set() or self._hold.take() is None:
                    return False
                rebuild(self._house, scope, part, version)
        lease = self._hold.take()
        if lease is not None:
            move_marks(self._house.store, lease, work.marks)
        return lease is not None

    def close(self) -> None:
        """Give the lease back."""
        self._hold.release()

    def _turn(self) -> bool:
        """A round, unless the pipeline has much to do and the last one was not long ago."""
        if time.perf_counter() - self._ended < BUSY_PAUSE_SECONDS and self._house.log.backlog().events > BUSY_EVENTS:
            return False
        try:
            return self.step()
        finally:
            self._ended = time.perf_counter()


def _parts(dirty: dict[int, int]) -> Iterator[dict[int, int]]:
    # By number, so that a statement reads people who lie near each other.
    people = sorted(dirty)
    for start in range(0, len(people), PEOPLE):
        yield {person: dirty[person] for person in people[start : start + PEOPLE]}
