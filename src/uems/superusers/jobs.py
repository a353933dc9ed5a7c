"""Who does the work of this room? One loop a process: each piece under a lease, written only while it is still held."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update

from uems.access.api import Workspaces
from uems.kernel import leases
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.prediction import api as prediction
from uems.superusers.cocreation.tagging import refresh_groups
from uems.superusers.ladder.criteria import LadderSettings
from uems.superusers.ladder.making import make_ladder
from uems.superusers.ties.making import make_ties
from uems.superusers.ties.settings import TieSettings
from uems.superusers.ties.tables import superuser_jobs
from uems.superusers.work import WORK, Work, add_work, is_work, queue_due, queue_next, work_from

_logger = logging.getLogger("uems.superusers")

LEASE_SECONDS: Final = 45.0
_IDLE_SECONDS, _LOOK_SECONDS = 2.0, 30.0
_SETTLED: Final = 1.02
"""How much more events a workspace may have than at the look before, and count as settled."""
_BROKEN: Final = {
    "code": "internal",
    "message": "The work broke on our side; the server's log says where. Start it again when that is put right.",
}
_J = superuser_jobs.c
Tick = Callable[[str, float], None]


class _Interrupted(Exception):
    """The process stops, or another one has the work now."""


def do_work(house: House, scope: Scope, work: Work, now: datetime, tick: Tick) -> dict[str, Any]:
    """One piece of work from its beginning; gives the result, JSON-ready. Raises as the work of the key."""
    if work.key == "ladder":
        refresh_groups(house, scope, now)  # who was merged is one person in them, too
        return make_ladder(house, scope, LadderSettings.model_validate(dict(work.settings)), now, tick)
    return make_ties(house, scope, TieSettings.model_validate(dict(work.settings)), work.result, now, tick)


class Tender:
    """The loop of one process. ``start`` and ``stop`` once each; ``step`` does one piece by hand. holder: unique for the process."""

    def __init__(self, house: House, workspaces: Workspaces, holder: str, clock: Callable[[], datetime]) -> None:
        self._house, self._workspaces, self._holder, self._clock = house, workspaces, holder, clock
        self._loop = Loop("superusers", self.step, store=house.store, pause=lambda worked, took: 0.0 if worked else _IDLE_SECONDS)
        self._looked: datetime | None = None
        self._seen: Mapping[int, int] = {}

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End the work under way; returns when the thread has ended. It is begun anew by the next process."""
        self._loop.stop()

    def step(self) -> bool:
        """Queue what is due, and do one piece to its end; False when there was none. Raises what store and warehouse raise."""
        now = self._clock()
        if self._looked is None or now >= self._looked + timedelta(seconds=_LOOK_SECONDS):
            self._looked = now
            self._begin(now)
        queue_due(self._house.store, now, {scope.workspace_id: prediction.next_night(now, scope) for scope in self._workspaces.with_data()})
        claimed = self._claim(now)
        if claimed is None:
            return False
        work, lease = claimed
        try:
            with leases.keeping(self._house.store, lease, LEASE_SECONDS, self._clock):
                self._do(work, lease)
        except _Interrupted:
            pass
        finally:
            leases.release(self._house.store, lease, self._clock())
        return True

    def _begin(self, now: datetime) -> None:
        """The work of every workspace whose events have settled, and that never had it."""
        with self._house.store.read() as conn:
            known = {(row.workspace_id, row.key) for row in conn.execute(select(_J.workspace_id, _J.key))}
        missing = [(scope, key) for scope in self._workspaces.with_data() for key in WORK if (scope.workspace_id, key) not in known]
        if not missing:
            return
        rows = self._house.warehouse.query(Sql("SELECT workspace_id, toInt64(sum(events)) AS n FROM event_daily GROUP BY workspace_id"))
        counts = {row["workspace_id"]: row["n"] for row in rows.to_pylist()}
        for scope, key in missing:
            # While an import runs, what is there is not yet what there will be.
            if counts.get(scope.workspace_id, 0) <= self._seen.get(scope.workspace_id, -1) * _SETTLED:
                add_work(self._house.store, scope, key, now)
        self._seen = counts

    def _claim(self, now: datetime) -> tuple[Work, leases.Lease] | None:
        """The first piece that waits, or whose worker is gone."""
        store = self._house.store
        query = (
            select(_J.workspace_id, _J.key).where(_J.state.in_(("queued", "running"))).order_by(_J.updated_at, _J.workspace_id).limit(50)
        )
        with store.read() as conn:
            waiting = conn.execute(query).all()
        for one in waiting:
            lease = leases.acquire(store, f"superusers:{one.workspace_id}:{one.key}", self._holder, LEASE_SECONDS, now)
            if lease is None:
                continue
            with store.write() as conn:
                leases.check(conn, lease)
                mine = is_work(one.workspace_id, one.key) & _J.state.in_(("queued", "running"))
                if conn.execute(update(superuser_jobs).where(mine).values(state="running", started_at=now, updated_at=now)).rowcount:
                    row = conn.execute(select(superuser_jobs).where(is_work(one.workspace_id, one.key))).mappings().one()
                    return work_from(row), lease
            leases.release(store, lease, now)
        return None

    def _do(self, work: Work, lease: leases.Lease) -> None:
        now = self._clock()
        try:
            scope = next((one for one in self._workspaces.with_data() if one.workspace_id == work.workspace_id), None)
            if scope is None:
                raise UemsError("no_events", "This workspace has no events yet. Send or import some first.", status=409)
            result = do_work(self._house, scope, work, now, _Ticker(self._house, work, self._loop.ending, self._clock))
            self._finish(work, lease, {"state": "idle", "step": "", "progress": 1.0, "error": None, "result": result, "result_at": now})
        except UemsError as error:
            if error.code == "lease_lost":
                raise _Interrupted from error
            if error.status in (429, 503):
                raise  # the store or the warehouse is not there now; the work goes on when it is
            self._finish(work, lease, {"state": "failed", "error": error.as_json()})
        except _Interrupted:
            raise
        except Exception:
            _logger.exception("superusers: %s of workspace %s failed", work.key, work.workspace_id)
            self._finish(work, lease, {"state": "failed", "error": _BROKEN})

    def _finish(self, work: Work, lease: leases.Lease, values: dict[str, Any]) -> None:
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            conn.execute(update(superuser_jobs).where(is_work(work.workspace_id, work.key)).values(**values, updated_at=self._clock()))
            if values["state"] == "idle":
                queue_next(conn, work.workspace_id, work.key, self._clock())


class _Ticker:
    """Writes down how far the work is, and ends it when the process stops."""

    def __init__(self, house: House, work: Work, stop: threading.Event, clock: Callable[[], datetime]) -> None:
        self._house, self._work, self._stop, self._clock = house, work, stop, clock

    def __call__(self, step: str, progress: float) -> None:
        if self._stop.is_set():
            raise _Interrupted
        with self._house.store.write() as conn:
            values = {"step": step, "progress": progress, "updated_at": self._clock()}
            conn.execute(update(superuser_jobs).where(is_work(self._work.workspace_id, self._work.key)).values(values))
