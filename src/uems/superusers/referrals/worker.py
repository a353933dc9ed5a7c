"""Who keeps referrals going? One loop in all processes together: tells what happened, judges orders, makes the tree anew."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from uems.access.api import Workspaces
from uems.kernel import leases
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.sql import Sql
from uems.superusers.referrals.codes import forget_clicks
from uems.superusers.referrals.judging import judge
from uems.superusers.referrals.news import tell
from uems.superusers.referrals.redeeming import take_up
from uems.superusers.referrals.tables import referral_trees, referrals
from uems.superusers.referrals.tree_making import refresh_tree

_logger = logging.getLogger("uems.referrals")
LEASE_SECONDS: Final = 45.0
TREES: Final = timedelta(minutes=5)
FIRST_TREES: Final = timedelta(seconds=30)
"""How soon a workspace that has no tree yet is looked at again: whoever has just loaded their events does not wait for it."""
_BUSY_SECONDS, _IDLE_SECONDS = 0.2, 3.0


class Referrer:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand. holder: unique for the process."""

    def __init__(self, house: House, workspaces: Workspaces, holder: str, clock: Callable[[], datetime]) -> None:
        self._house, self._workspaces, self._clock = house, workspaces, clock
        self._hold = leases.Hold(house.store, "referrals", holder, LEASE_SECONDS, clock)
        self._trees_at: datetime | None = None
        self._first_at: datetime | None = None
        self._loop = Loop("referrals", self.step, store=house.store, pause=_pause, close=self._hold.release)

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the round under way; returns when the thread has ended."""
        self._loop.stop()

    def step(self) -> bool:
        """One round; whether anything was done. Raises what store, log and warehouse raise."""
        now = self._clock()
        lease = self._hold.take()
        if lease is None:
            return False
        with leases.keeping(self._house.store, lease, LEASE_SECONDS, self._clock):
            return self._round(now)

    def _round(self, now: datetime) -> bool:
        done = take_up(self._house, self._workspaces, now)
        done += judge(self._house, self._workspaces, now)
        done += tell(self._house, self._workspaces, now)
        if self._trees_at is None or now >= self._trees_at + TREES:
            self._trees_at = self._first_at = now
            forget_clicks(self._house.store, now)
            done += self._trees(now)
        elif self._first_at is None or now >= self._first_at + FIRST_TREES:
            self._first_at = now
            done += self._trees(now, first=True)
        return done > 0

    def _trees(self, now: datetime, *, first: bool = False) -> int:
        """The trees of all workspaces that have any; one that cannot be made holds up no other. first: only those never made."""
        told = self._house.warehouse.query(Sql("SELECT DISTINCT workspace_id FROM relations"), {}).column("workspace_id").to_pylist()
        with self._house.store.read() as conn:
            coded = conn.execute(select(referrals.c.workspace_id).distinct()).scalars().all()
            standing = conn.execute(select(referral_trees.c.workspace_id)).scalars().all() if first else []
        made = 0
        for workspace_id in sorted({*told, *coded} - set(standing)):
            scope = self._workspaces.look(workspace_id)
            if scope is None:
                continue
            try:
                made += refresh_tree(self._house, scope, now)
            except UemsError as error:
                if error.passes:
                    raise
                _logger.error("the tree of %s could not be made: %s", scope.slug, error.message)
        return made


def _pause(worked: bool, took: float) -> float:
    return max(took, _BUSY_SECONDS if worked else _IDLE_SECONDS)
