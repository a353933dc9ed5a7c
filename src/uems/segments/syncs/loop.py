"""Who sends? One loop in all processes together, a batch of each sync at a time, so that a busy one does not hold up the others."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select

from uems.access.api import Workspaces
from uems.kernel import leases
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.outbound import Outbound
from uems.segments.settled import settled_ever
from uems.segments.syncs.model import Sync, sync_of
from uems.segments.syncs.sending import SECONDS, deliver
from uems.segments.tables import segment_syncs

PAUSE_SECONDS: Final = 1.0
LEASE_SECONDS: Final = 4 * SECONDS
_Y = segment_syncs.c


class Syncer:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand."""

    def __init__(self, house: House, holder: str, clock: Callable[[], datetime]) -> None:
        self._house, self._clock = house, clock
        self._workspaces = Workspaces(house.store)
        self._outbound = Outbound(house.settings)
        self._hold = leases.Hold(house.store, "segment_syncs", holder, LEASE_SECONDS, clock)
        self._settled = -1
        # Sync → what was settled when it had nothing more to send.
        self._quiet: dict[str, int] = {}
        self._loop = Loop(
            "syncs", self.step, store=house.store, pause=lambda worked, took: 0.0 if worked else PAUSE_SECONDS, close=self.close
        )

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the call under way; returns when the thread has ended."""
        self._loop.stop()

    def close(self) -> None:
        """Give the lease back and let the connections go."""
        try:
            self._hold.release()
        finally:
            self._outbound.close()

    def step(self) -> bool:
        """A batch of every sync that has something to send; False when none had."""
        now = self._clock()
        syncs = self._due(now)
        if not syncs or self._hold.take() is None:
            return False
        worked = False
        for sync in syncs:
            lease = self._hold.take()
            if self._loop.ending.is_set() or lease is None:
                break
            scope = self._workspaces.look(sync.workspace_id)
            if scope is None:
                continue
            if deliver(self._outbound, self._house, scope, sync, lease, self._clock()):
                worked = True
            else:
                self._quiet[sync.sync_id] = self._settled
        return worked

    def _due(self, now: datetime) -> list[Sync]:
        """Those that may be sent to now, but for those that have been told of every change there is. Two short reads of the store."""
        with self._house.store.read() as conn:
            self._settled = settled_ever(conn)
            mine = (_Y.state == "active", _Y.deleted_at.is_(None), or_(_Y.next_at.is_(None), _Y.next_at <= now))
            rows = conn.execute(select(segment_syncs).where(*mine).order_by(_Y.workspace_id, _Y.sync_id)).mappings().all()
        # What is on its way does not wait for a change.
        syncs = [sync_of(row) for row in rows]
        return [sync for sync in syncs if sync.pending is not None or self._quiet.get(sync.sync_id) != self._settled]
