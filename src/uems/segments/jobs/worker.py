"""Who does the jobs? One loop in each worker; a job is done by one at a time, and begun anew when that one died.

Nothing of a job can be seen before its last transaction, so beginning anew is safe, and so is giving up at any step.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import Connection, select, update

from uems.access.api import Workspaces
from uems.kernel import leases
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope
from uems.segments.jobs.model import LIVE, Job, Kind
from uems.segments.jobs.queue import job_of
from uems.segments.tables import segment_jobs

_logger = logging.getLogger("uems.segments.jobs")

LEASE_SECONDS: Final = 45.0
ATTEMPTS: Final = 3
"""A job that was begun so often and never ended takes its process with it; it is given up."""
_IDLE_SECONDS: Final = 0.5
_TIDY: Final = timedelta(hours=1)
_SAY_SECONDS: Final = 0.5
_BROKEN: Final = {"code": "internal", "message": "The work broke on our side; the server's log says where. Ask for it again."}
_GIVEN_UP: Final = {"code": "given_up", "message": f"It was begun {ATTEMPTS} times, and each time the process ended before it did."}
_C = segment_jobs.c


class Interrupted(Exception):
    """The job is not to go on here: the process stops, somebody cancelled it, or another process has taken it over."""


class Turn:
    """What a job has of the loop while it runs. ``tick`` often; ``finish`` once, at the end."""

    def __init__(self, house: House, job: Job, lease: leases.Lease, stop: threading.Event, clock: Callable[[], datetime]) -> None:
        self._house, self._job, self._lease, self._stop, self._clock = house, job, lease, stop, clock
        self._said: datetime | None = None
        self.finished = False

    @property
    def now(self) -> datetime:
        return self._clock()

    def tick(self, progress: float) -> None:
        """Say how far it is; raises ``Interrupted`` when it is not to go on."""
        if self._stop.is_set():
            raise Interrupted
        now = self._clock()
        if self._said is not None and 0 <= (now - self._said).total_seconds() < _SAY_SECONDS:
            return
        self._said = now
        self._change({"progress": min(max(progress, 0.0), 1.0)})

    def note(self, result: Mapping[str, Any]) -> None:
        """Keep what a later attempt has to know; raises ``Interrupted``."""
        self._change({"result": dict(result)})

    def _change(self, values: dict[str, Any]) -> None:
        with self._house.store.write() as conn:
            if not self._write(conn, values):
                raise Interrupted

    def _write(self, conn: Connection, values: dict[str, Any]) -> bool:
        leases.check(conn, self._lease)
        mine = (_C.workspace_id == self._job.workspace_id, _C.job_id == self._job.job_id, _C.state == "running")
        return bool(conn.execute(update(segment_jobs).where(*mine).values(**values, updated_at=self._clock())).rowcount)

    @contextmanager
    def finish(self, result: Mapping[str, Any]) -> Iterator[Connection]:
        """The transaction in which everything that the job made comes into force; raises ``Interrupted`` if it was cancelled."""
        with self._house.store.write() as conn:
            done = {"state": "done", "progress": 1.0, "result": dict(result), "error": None, "finished_at": self._clock()}
            if not self._write(conn, done):
                raise Interrupted
            yield conn
        self.finished = True

    def fail(self, error: Mapping[str, Any]) -> None:
        """End it with an error, unless it was cancelled meanwhile."""
        with self._house.store.write() as conn:
            self._write(conn, {"state": "failed", "error": dict(error), "finished_at": self._clock()})


class Doer(Protocol):
    """How one kind of job is done."""

    def do(self, house: House, scope: Scope, job: Job, turn: Turn) -> None:
        """Do it and call ``turn.finish``; what it raises fails the job."""
        ...

    def forget(self, house: House, job: Job) -> None:
        """Remove what a job left behind that failed or was cancelled, or that is about to begin anew. Repeatable."""
        ...

    def tidy(self, house: House, now: datetime) -> None:
        """Once an hour: remove what is kept no longer."""
        ...


class Worker:
    """The loop of one process for some kinds; ``start`` and ``stop`` once each. ``step`` does one job by hand."""

    def __init__(
        self, house: House, holder: str, clock: Callable[[], datetime], doers: Mapping[Kind, Doer], name: str = "segment-jobs"
    ) -> None:
        self._house, self._holder, self._clock, self._doers = house, holder, clock, doers
        self._workspaces = Workspaces(house.store)
        self._loop = Loop(name, self.step, store=house.store, pause=lambda worked, took: 0.0 if worked else _IDLE_SECONDS)
        self._tidied: datetime | None = None

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End within a step; returns when the thread has ended. The job begins anew in the next process."""
        self._loop.stop()

    def step(self) -> bool:
        """Take up one job and do it; False when there was none."""
        now = self._clock()
        if self._tidied is None or now >= self._tidied + _TIDY:
            self._tidied = now
            for doer in self._doers.values():
                doer.tidy(self._house, now)
        claimed = self._claim(now)
        if claimed is None:
            return False
        job, lease = claimed
        turn = Turn(self._house, job, lease, self._loop.ending, self._clock)
        try:
            with leases.keeping(self._house.store, lease, LEASE_SECONDS, self._clock):
                self._do(job, turn)
        finally:
            leases.release(self._house.store, lease, self._clock())
        return True

    def _claim(self, now: datetime) -> tuple[Job, leases.Lease] | None:
        """The oldest job that waits, or whose worker is gone."""
        with self._house.store.read() as conn:
            query = (
                select(_C.workspace_id, _C.job_id)
                .where(_C.state.in_(LIVE), _C.kind.in_(list(self._doers)))
                .order_by(_C.created_at)
                .limit(50)
            )
            waiting = conn.execute(query).all()
        for workspace_id, job_id in waiting:
            lease = leases.acquire(self._house.store, f"job:{job_id}", self._holder, LEASE_SECONDS, now)
            if lease is None:
                continue
            job = self._begin(workspace_id, job_id, lease, now)
            if job is not None:
                return job, lease
            leases.release(self._house.store, lease, now)
        return None

    def _begin(self, workspace_id: int, job_id: str, lease: leases.Lease, now: datetime) -> Job | None:
        mine = (_C.workspace_id == workspace_id, _C.job_id == job_id)
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            job = job_of(conn.execute(select(segment_jobs).where(*mine)).mappings().one())
            if job.state not in LIVE:
                return None
            given_up = job.attempts >= ATTEMPTS
            values: dict[str, Any] = {
                "state": "running",
                "attempts": job.attempts + 1,
                "started_at": now,
                "updated_at": now,
                "progress": 0.0,
            }
            if given_up:
                values = {"state": "failed", "error": _GIVEN_UP, "updated_at": now, "finished_at": now}
            conn.execute(update(segment_jobs).where(*mine).values(**values))
        if given_up:
            self._doers[job.kind].forget(self._house, job)
        return None if given_up else job

    def _do(self, job: Job, turn: Turn) -> None:
        doer = self._doers[job.kind]
        try:
            scope = self._workspaces.look(job.workspace_id)
            if scope is None:
                raise UemsError("not_found", "The workspace is gone.", status=404)
            if job.attempts:
                doer.forget(self._house, job)
            doer.do(self._house, scope, job, turn)
            return
        except Interrupted:
            if not self._loop.ending.is_set():
                doer.forget(self._house, self._now(job))
            return
        except UemsError as error:
            if error.code == "lease_lost":
                return
            if error.status in (429, 503):
                self._uncount(job)
                raise  # store or warehouse are not there now; the job begins anew when they are
            turn.fail(error.as_json())
        except Exception:
            _logger.exception("jobs: %s failed", job.job_id)
            turn.fail(_BROKEN)
        doer.forget(self._house, self._now(job))

    def _uncount(self, job: Job) -> None:
        """An attempt that failed for reasons of the house does not count."""
        with suppress(UemsError), self._house.store.write() as conn:
            mine = (_C.workspace_id == job.workspace_id, _C.job_id == job.job_id)
            conn.execute(update(segment_jobs).where(*mine).values(attempts=job.attempts))

    def _now(self, job: Job) -> Job:
        """The job with what was noted since it was claimed."""
        with self._house.store.read() as conn:
            query = select(segment_jobs).where(_C.workspace_id == job.workspace_id, _C.job_id == job.job_id)
            return job_of(conn.execute(query).mappings().one())
