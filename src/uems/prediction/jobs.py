"""Who trains the models and scores everybody at night? One loop in each worker; a run is done by one at a time, and taken over.

A training that was killed goes on with the snapshots it has; a scoring is done again and ends in the same scores. A workspace with
events gets its standard models by itself.
"""

import logging
import shutil
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update

from uems.access.api import Workspaces
from uems.kernel import leases
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import lock
from uems.prediction.forecast_making import make
from uems.prediction.forecasts import FORECASTS, RUNS, ForecastKey, add_forecast, keep_result, queue_due
from uems.prediction.model import Model, Run
from uems.prediction.models import create_model, get_model, list_versions, next_training, plan, refit, spec_of
from uems.prediction.registry import TEMPLATES, Template
from uems.prediction.runs import put_in_queue, run_of
from uems.prediction.scoring import score
from uems.prediction.snapshots import no_events
from uems.prediction.tables import forecasts, model_runs, models
from uems.prediction.training import folder_of, train
from uems.prediction.uplift_trials import Reader, no_trials

_logger = logging.getLogger("uems.models")

LEASE_SECONDS: Final = 45.0
NIGHT: Final = timedelta(hours=3)
"""How long after midnight of the workspace everybody is scored."""
AGAIN: Final = timedelta(days=1)
"""When a training that was refused, for want of data, is tried again at the latest."""
_SOON: Final = timedelta(minutes=5)
_SETTLED: Final = 1.02
"""How much more events a workspace may have than at the look before, and count as settled."""
_IDLE_SECONDS, _LOOK_SECONDS = 2.0, 30.0
_BROKEN: Final = {
    "code": "internal",
    "message": "The work broke on our side; the server's log says where. Start it again when that is put right.",
}
_r, _m, _f = model_runs.c, models.c, forecasts.c


class _Interrupted(Exception):
    """The run is not to go on here: the process stops, or somebody cancelled it."""


class Modeller:
    """The loop of one process. ``start`` and ``stop`` once each; ``step`` does one run by hand.

    holder: unique for the process. trials: reads what was given to some people by lot.
    """

    def __init__(
        self, house: House, workspaces: Workspaces, holder: str, clock: Callable[[], datetime], trials: Reader = no_trials
    ) -> None:
        self._house = house
        self._workspaces = workspaces
        self._holder = holder
        self._clock = clock
        self._trials = trials
        self._loop = Loop("models", self.step, store=house.store, pause=lambda worked, took: 0.0 if worked else _IDLE_SECONDS)
        self._looked: datetime | None = None
        # workspace → its events at the last look; standard models that a workspace cannot have.
        self._seen: dict[int, int] = {}
        self._refused: set[tuple[int, str]] = set()

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End the run under way; returns when the thread has ended. The run goes on in the next process."""
        self._loop.stop()

    def step(self) -> bool:
        """Queue what is due, take up one run and do it to its end; False when there was none. Raises what store and warehouse raise."""
        now = self._clock()
        if self._looked is None or now >= self._looked + timedelta(seconds=_LOOK_SECONDS):
            self._looked = now
            self._make_standard(now)
        self._queue_due(now)
        claimed = self._claim(now)
        if claimed is None:
            return False
        run, lease = claimed
        try:
            with leases.keeping(self._house.store, lease, LEASE_SECONDS, self._clock):
                self._do(run, lease)
        except _Interrupted:
            if not self._loop.ending.is_set():  # cancelled, or another process has it now and begins anew what is missing
                shutil.rmtree(folder_of(self._house.settings, run.run_id), ignore_errors=True)
        finally:
            leases.release(self._house.store, lease, self._clock())
        return True

    def _make_standard(self, now: datetime) -> None:
        """The standard models of every workspace whose events have settled, and that never had them."""
        wanted: list[Template | ForecastKey] = [*(one for one in TEMPLATES if one.standard), *FORECASTS]
        with self._house.store.read() as conn:
            known = {(row.workspace_id, name) for row in conn.execute(select(_m.workspace_id, _m.key, _m.template)) for name in row[1:]}
            known |= {(row.workspace_id, row.key) for row in conn.execute(select(_f.workspace_id, _f.key))}
        missing = {
            scope.workspace_id: (scope, [one for one in wanted if (scope.workspace_id, _key_of(one)) not in known | self._refused])
            for scope in self._workspaces.with_data()
        }
        if not any(templates for _, templates in missing.values()):
            return
        counts = self._counts()
        for number, (scope, templates) in missing.items():
            # While an import runs, what is there is not yet what there will be.
            settled = counts.get(number, 0) <= self._seen.get(number, -1) * _SETTLED
            for template in templates if settled else ():
                if isinstance(template, str):
                    add_forecast(self._house.store, scope, template, now)
                else:
                    self._make(scope, template, now)
        self._seen = counts

    def _counts(self) -> dict[int, int]:
        rows = self._house.warehouse.query(Sql("SELECT workspace_id, toInt64(sum(events)) AS n FROM event_daily GROUP BY workspace_id"))
        return {row["workspace_id"]: row["n"] for row in rows.to_pylist()}

    def _make(self, scope: Scope, template: Template, now: datetime) -> None:
        try:
            spec = template.spec(self._house, scope, template.Config(), now)
            create_model(self._house.store, None, scope, template.key, spec, now, template=template.key)
        except UemsError as error:
            if error.status >= 500:
                raise
            self._refused.add((scope.workspace_id, template.key))
            _logger.info("models: %s of workspace %s is not made: %s", template.key, scope.slug, error)

    def _queue_due(self, now: datetime) -> None:
        queue_due(self._house.store, now, {scope.workspace_id: next_night(now, scope) for scope in self._workspaces.with_data()})
        due = select(_m.workspace_id, _m.key, _m.train_at, _m.score_at).where(
            _m.deleted_at.is_(None), (_m.train_at <= now) | (_m.score_at <= now)
        )
        with self._house.store.read() as conn:
            rows = conn.execute(due.order_by(_m.workspace_id, _m.key).limit(200)).all()
        for row in rows:
            scope = self._scope(row.workspace_id)
            with self._house.store.write() as conn:
                lock(conn, f"models:{row.workspace_id}")
                model = (_m.workspace_id == row.workspace_id) & (_m.key == row.key)
                if row.train_at is not None and row.train_at <= now:
                    put_in_queue(conn, row.workspace_id, row.key, "train", "", now)
                    conn.execute(update(models).where(model).values(train_at=now + AGAIN))
                if row.score_at is not None and row.score_at <= now:
                    put_in_queue(conn, row.workspace_id, row.key, "score", "", now)
                    conn.execute(update(models).where(model).values(score_at=next_night(now, scope) if scope else None))

    def _scope(self, workspace_id: int) -> Scope | None:
        """None for a workspace without events. ``Workspaces.scope`` would fix its zone, which is not ours to do."""
        return next((scope for scope in self._workspaces.with_data() if scope.workspace_id == workspace_id), None)

    def _claim(self, now: datetime) -> tuple[Run, leases.Lease] | None:
        """The oldest run that waits, or whose worker is gone."""
        store = self._house.store
        query = select(_r.run_id).where(_r.state.in_(("queued", "running"))).order_by(_r.created_at, _r.run_id).limit(50)
        with store.read() as conn:
            waiting = list(conn.execute(query).scalars())
        for run_id in waiting:
            lease = leases.acquire(store, f"model:{run_id}", self._holder, LEASE_SECONDS, now)
            if lease is None:
                continue
            with store.write() as conn:
                leases.check(conn, lease)
                run = run_of(conn.execute(select(model_runs).where(_r.run_id == run_id)).mappings().one())
                if run.state in ("queued", "running"):
                    values = {"state": "running", "started_at": run.started_at or now, "updated_at": now}
                    conn.execute(update(model_runs).where(_r.run_id == run_id).values(values))
                    return run, lease
            leases.release(store, lease, now)
        return None

    def _do(self, run: Run, lease: leases.Lease) -> None:
        try:
            scope = self._scope(run.workspace_id)
            if scope is None:
                raise no_events()
            result = (
                self._forecast(run, scope, lease)
                if run.kind in RUNS
                else self._work(run, scope, get_model(self._house.store, scope, run.key), lease)
            )
            self._finish(run, lease, {"state": "done", "step": "done", "progress": 1.0, "result": result})
        except _Interrupted:
            raise
        except UemsError as error:
            if error.code == "lease_lost":
                raise _Interrupted from error
            if error.status in (429, 503):
                raise  # the store or the warehouse is not there now; the run goes on when it is
            self._finish(run, lease, {"state": "failed", "error": error.as_json()})
        except Exception:
            _logger.exception("models: %s failed", run.run_id)
            self._finish(run, lease, {"state": "failed", "error": _BROKEN})

    def _work(self, run: Run, scope: Scope, model: Model, lease: leases.Lease) -> dict[str, Any]:
        now = self._clock()
        tick = _Ticker(self._house, run, self._loop.ending, self._clock)
        if run.kind == "score":
            result = score(self._house, scope, model, now, tick)
            with self._house.store.write() as conn:
                plan(conn, scope, model.key, score_at=next_night(now, scope))
            return result
        try:
            return train(self._house, scope, self._fitted(scope, model, now), run.run_id, lease, now, tick)
        except UemsError as error:
            if error.status == 409 and error.code != "lease_lost":
                self._fall_back(scope, model, now)
            raise

    def _forecast(self, run: Run, scope: Scope, lease: leases.Lease) -> dict[str, Any]:
        """What was found goes into the forecast; the run keeps its main numbers."""
        now, tick = self._clock(), _Ticker(self._house, run, self._loop.ending, self._clock)
        found = make(self._house, scope, RUNS[run.kind], run.run_id, now, tick, self._trials)
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            keep_result(conn, scope, RUNS[run.kind], found, now)
        return {name: found[name] for name in ("as_of", "people", "way", "beats", "told") if name in found}

    def _fitted(self, scope: Scope, model: Model, now: datetime) -> Model:
        """A standard model fits itself to the workspace anew until its first version, unless somebody has changed it."""
        if model.template is None or model.created_by or model.updated_at != model.created_at:
            return model
        if list_versions(self._house.store, scope, model.key):
            return model
        template = TEMPLATES.get(model.template)
        return refit(self._house.store, scope, model.key, template.spec(self._house, scope, template.Config(), now))

    def _fall_back(self, scope: Scope, model: Model, now: datetime) -> None:
        """Too little to learn from yet: the rule speaks meanwhile, and it is tried again, soon while the model is young."""
        spec = spec_of(model)
        with self._house.store.write() as conn:
            soon = now + min(AGAIN, max(_SOON, now - model.created_at))
            again = soon if model.version is None else next_training(spec, now)
            plan(conn, scope, model.key, train_at=again, score_at=now if spec.fallback and model.version is None else None)

    def _finish(self, run: Run, lease: leases.Lease, values: dict[str, Any]) -> None:
        now = self._clock()
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            # What was cancelled meanwhile stays so.
            ours = update(model_runs).where(_r.run_id == run.run_id, _r.state == "running")
            conn.execute(ours.values(**values, updated_at=now, finished_at=now))
        if run.kind != "score":
            shutil.rmtree(folder_of(self._house.settings, run.run_id), ignore_errors=True)


def _key_of(wanted: Template | ForecastKey) -> str:
    return wanted if isinstance(wanted, str) else wanted.key


class _Ticker:
    """Writes down how far a run is, and ends it when it was cancelled or the process stops."""

    def __init__(self, house: House, run: Run, stop: threading.Event, clock: Callable[[], datetime]) -> None:
        self._house, self._run, self._stop, self._clock = house, run, stop, clock
        self._told: tuple[str, float] = ("", -1.0)

    def __call__(self, step: str, progress: float) -> None:
        if self._stop.is_set():
            raise _Interrupted
        mine = _r.run_id == self._run.run_id
        if (step, round(progress, 2)) == self._told:
            with self._house.store.read() as conn:
                state = conn.execute(select(_r.state).where(mine)).scalar()
        else:
            self._told = (step, round(progress, 2))
            with self._house.store.write() as conn:
                values = {"step": step, "progress": progress, "updated_at": self._clock()}
                conn.execute(update(model_runs).where(mine, _r.state == "running").values(values))
                state = conn.execute(select(_r.state).where(mine)).scalar()
        if state != "running":
            raise _Interrupted


def next_night(now: datetime, scope: Scope) -> datetime:
    """The next time after ``now`` at which it is three hours past midnight in the workspace."""
    day = day_of(now, scope.zone)
    tonight = start_of_day(day, scope.zone) + NIGHT
    return tonight if tonight > now else start_of_day(day + timedelta(days=1), scope.zone) + NIGHT
