"""Who does the imports? One loop in each worker; a run is done by one at a time, and taken over where it stands when that one dies.

A step is: append its events to the log, durably; then record the new position. If the process is killed in between, the step
is done again, with the same message ids, and the pipeline recognises every one of them.
"""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select, update

from uems.access.api import Workspaces
from uems.collect.files.grouping import remove_leftovers
from uems.collect.files.model import KEPT_PROBLEMS
from uems.collect.imports.append import append
from uems.collect.imports.model import LIVE, Run
from uems.collect.imports.problem_file import write_problems
from uems.collect.imports.runs import check_age, run_of
from uems.collect.imports.tables import import_runs
from uems.collect.imports.vault import clean, make_folder
from uems.collect.imports.work import Piece, file_pieces
from uems.collect.sources.due import queue_due
from uems.collect.sources.reading import source_pieces
from uems.kernel import leases
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop

_logger = logging.getLogger("uems.imports")

LEASE_SECONDS = 45.0
_IDLE_SECONDS = 0.5
_TIDY = timedelta(hours=1)
_BROKEN = {"code": "internal", "message": "The import broke on our side; the server's log says where. Resume it when that is put right."}
_c = import_runs.c


class _Interrupted(Exception):
    """The run is not to go on here: the process stops, or somebody cancelled or paused it."""


class Runner:
    """The loop of one process. ``start`` and ``stop`` once each. instance: unique for the process."""

    def __init__(self, house: House, instance: str, clock: Callable[[], datetime]) -> None:
        self._house = house
        self._workspaces = Workspaces(house.store)
        self._instance = instance
        self._clock = clock
        self._loop = Loop("imports", self.step, store=house.store, pause=lambda worked, took: 0.0 if worked else _IDLE_SECONDS)
        self._tidied: datetime | None = None

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the step under way; returns when the thread has ended. The run goes on in the next process."""
        self._loop.stop()

    def step(self) -> bool:
        """Take up one run and do it to its end, or until it is interrupted; False when there was none."""
        now = self._clock()
        queue_due(self._house.store, now)
        self._tidy(now)
        claimed = self._claim(now)
        if claimed is None:
            return False
        run, lease = claimed
        try:
            with leases.keeping(self._house.store, lease, LEASE_SECONDS, self._clock):
                self._do(run, lease)
        except _Interrupted:
            pass
        finally:
            leases.release(self._house.store, lease, self._clock())
        return True

    def _tidy(self, now: datetime) -> None:
        if self._tidied is not None and now < self._tidied + _TIDY:
            return
        self._tidied = now
        with self._house.store.read() as conn:
            live = {row[0] for row in conn.execute(select(_c.run_id).where(_c.state.in_(LIVE)))}
        remove_leftovers(make_folder(self._house.settings) / "scratch", live)
        clean(self._house.settings, self._house.store, now)

    def _claim(self, now: datetime) -> tuple[Run, leases.Lease] | None:
        """The oldest run that waits, or whose worker is gone."""
        store = self._house.store
        with store.read() as conn:
            waiting = list(
                conn.execute(select(_c.run_id).where(_c.state.in_(("queued", "running"))).order_by(_c.created_at).limit(50)).scalars()
            )
        for run_id in waiting:
            lease = leases.acquire(store, f"import:{run_id}", self._instance, LEASE_SECONDS, now)
            if lease is None:
                continue
            run = self._begin(run_id, lease, now)
            if run is not None:
                return run, lease
            leases.release(store, lease, now)
        return None

    def _begin(self, run_id: str, lease: leases.Lease, now: datetime) -> Run | None:
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            run = run_of(conn.execute(select(import_runs).where(_c.run_id == run_id)).mappings().one())
            if run.state not in ("queued", "running"):
                return None
            try:
                check_age(run, now, self._house.settings)
            except UemsError as error:
                values = {"state": "failed", "error": error.as_json(), "finished_at": now}
                conn.execute(update(import_runs).where(_c.run_id == run_id).values(values))
                return None
            started = run.started_at or now
            conn.execute(update(import_runs).where(_c.run_id == run_id).values(state="running", started_at=started, updated_at=now))
        return run

    def _do(self, run: Run, lease: leases.Lease) -> None:
        try:
            scope = self._workspaces.scope(run.workspace_id)
            if scope is None:
                raise UemsError("not_found", "The workspace of this import is gone.", status=404)
            wait = self._waiter(run)
            pieces = (
                file_pieces(self._house, scope, run, lambda: wait(0)) if run.source_id is None else source_pieces(self._house, scope, run)
            )
            progress = _Progress(run)
            for piece in pieces:
                self._append(piece, run, progress)
                self._record(piece, run, lease, progress)
            self._finish(run, lease, {"state": "done", "rows_total": progress.read})
        except _Interrupted:
            raise
        except UemsError as error:
            if error.code == "lease_lost":
                raise _Interrupted from error
            if error.status in (429, 503):
                raise  # the store or the log is not there now; the run goes on when it is
            self._finish(run, lease, {"state": "failed", "error": error.as_json()})
        except Exception:
            _logger.exception("imports: %s failed", run.run_id)
            self._finish(run, lease, {"state": "failed", "error": _BROKEN})

    def _append(self, piece: Piece, run: Run, progress: "_Progress") -> None:
        if self._loop.ending.is_set():
            raise _Interrupted
        if piece.table is None or not piece.table.num_rows:
            return
        source = "import" if run.source_id is None else "source"
        progress.marks |= append(
            self._house, run.workspace_id, source=source, run_id=run.run_id, table=piece.table, now=self._clock(), wait=self._waiter(run)
        )
        progress.events += piece.table.num_rows

    def _waiter(self, run: Run) -> Callable[[float], None]:
        def wait(seconds: float) -> None:
            if self._loop.ending.wait(seconds):
                raise _Interrupted
            with self._house.store.read() as conn:
                if conn.execute(select(_c.state).where(_c.run_id == run.run_id)).scalar() != "running":
                    raise _Interrupted

        return wait

    def _record(self, piece: Piece, run: Run, lease: leases.Lease, progress: "_Progress") -> None:
        progress.take(piece)
        room = max(0, KEPT_PROBLEMS - progress.listed)
        listed = piece.problems.listed[:room]
        progress.problem_bytes = write_problems(self._house.settings, run.run_id, progress.problem_bytes, listed)
        progress.listed += len(listed)
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            if piece.also is not None:
                piece.also(conn)
            conn.execute(
                update(import_runs).where(_c.run_id == run.run_id).values(**progress.values(piece.position), updated_at=self._clock())
            )
            state = conn.execute(select(_c.state).where(_c.run_id == run.run_id)).scalar()
        if state != "running":
            raise _Interrupted

    def _finish(self, run: Run, lease: leases.Lease, values: dict[str, object]) -> None:
        now = self._clock()
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            # What was cancelled or paused meanwhile stays so.
            ours = update(import_runs).where(_c.run_id == run.run_id, _c.state == "running")
            conn.execute(ours.values(**values, updated_at=now, finished_at=now))


class _Progress:
    """How far the run has come, with what it had done before it was taken up."""

    def __init__(self, run: Run) -> None:
        self.read, self.ok, self.bad, self.events = run.rows_read, run.rows_ok, run.rows_bad, run.events
        self.counts = Counter({(column, what): count for column, what, count in run.problems})
        self.listed = min(KEPT_PROBLEMS, sum(self.counts.values()))
        self.problem_bytes = run.problem_bytes
        self.marks = dict(run.marks)

    def take(self, piece: Piece) -> None:
        self.read = max(self.read, piece.rows_read)
        self.ok += piece.rows_ok
        self.bad += piece.rows_bad
        self.counts.update(piece.problems.counts)

    def values(self, position: int) -> dict[str, object]:
        return {
            "position": position,
            "rows_read": self.read,
            "rows_ok": self.ok,
            "rows_bad": self.bad,
            "events": self.events,
            "problems": [[column, what, count] for (column, what), count in sorted(self.counts.items())],
            "problem_bytes": self.problem_bytes,
            "marks": {str(partition): offset for partition, offset in self.marks.items()},
        }
