"""Which trainings and scorings are there, how far are they, and may they start or stop?"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, not_found
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.prediction.model import LIVE, Run, RunKind
from uems.prediction.models import get_model
from uems.prediction.tables import model_runs

_r = model_runs.c


def run_of(row: RowMapping) -> Run:
    return Run(**row)


def queue_run(store: Store, access: Access, key: str, kind: RunKind) -> Run:
    """Have a worker train or score the model. One that is under way already is given back. Raises ``not_found``."""
    model = get_model(store, access.scope, key)
    with store.write() as conn:
        lock(conn, f"models:{access.scope.workspace_id}")
        run, fresh = put_in_queue(conn, access.scope.workspace_id, model.key, kind, access.actor.label, access.now)
        if fresh:
            audit(conn, access, f"model.{kind}_started", f"model:{key}", None, {"run_id": run.run_id})
    return run


def put_in_queue(conn: Connection, workspace_id: int, key: str, kind: RunKind, by: str, now: datetime) -> tuple[Run, bool]:
    """(the run that waits or is under way, whether it was made now)."""
    mine = (_r.workspace_id == workspace_id) & (_r.key == key) & (_r.kind == kind) & _r.state.in_(LIVE)
    row = conn.execute(select(model_runs).where(mine).limit(1)).mappings().first()
    if row is not None:
        return run_of(row), False
    values = {
        "run_id": new_id("run"),
        "workspace_id": workspace_id,
        "key": key,
        "kind": kind,
        "state": "queued",
        "step": "wait",
        "progress": 0.0,
        "result": None,
        "error": None,
        "created_by": by[:300],
        "created_at": now,
        "started_at": None,
        "updated_at": now,
        "finished_at": None,
    }
    conn.execute(insert(model_runs).values(values))
    return Run(**values), True  # type: ignore[arg-type]  # the values are those of the fields


def get_run(store: Store, scope: Scope, run_id: str) -> Run:
    """Raises ``not_found``."""
    with store.read() as conn:
        return _load(conn, scope, run_id)


def _load(conn: Connection, scope: Scope, run_id: str) -> Run:
    row = conn.execute(select(model_runs).where(_r.workspace_id == scope.workspace_id, _r.run_id == run_id)).mappings().first()
    if row is None:
        raise not_found("run", run_id)
    return run_of(row)


def list_runs(store: Store, scope: Scope, *, key: str | None, before: tuple[datetime, str] | None, limit: int) -> list[Run]:
    """The newest first."""
    query = select(model_runs).where(_r.workspace_id == scope.workspace_id)
    if key is not None:
        query = query.where(_r.key == key)
    if before is not None:
        query = query.where((_r.created_at < before[0]) | ((_r.created_at == before[0]) & (_r.run_id < before[1])))
    with store.read() as conn:
        return [run_of(row) for row in conn.execute(query.order_by(_r.created_at.desc(), _r.run_id.desc()).limit(limit)).mappings()]


def latest_runs(store: Store, scope: Scope, keys: list[str], kind: RunKind) -> dict[str, Run]:
    """Model → its newest run of that kind that is done."""
    found: dict[str, Run] = {}
    query = select(model_runs).where(_r.workspace_id == scope.workspace_id, _r.key.in_(keys), _r.kind == kind, _r.state == "done")
    with store.read() as conn:
        for row in conn.execute(query.order_by(_r.created_at, _r.run_id)).mappings():
            found[row["key"]] = run_of(row)
    return found


def cancel_run(store: Store, access: Access, run_id: str) -> Run:
    """Stop it; one under way ends within a second or so. What was written before stays. Raises ``bad_state`` (409)."""
    with store.write() as conn:
        run = _load(conn, access.scope, run_id)
        if run.state == "cancelled":
            return run
        if run.state not in LIVE:
            raise UemsError("bad_state", f"The run is {run.state}; only one that waits or runs can be cancelled.", status=409)
        values: dict[str, Any] = {"state": "cancelled", "updated_at": access.now, "finished_at": access.now}
        conn.execute(update(model_runs).where(_r.run_id == run_id).values(values))
        audit(conn, access, "model.run_cancelled", f"model:{run.key}", {"state": run.state}, {"run_id": run_id})
        return _load(conn, access.scope, run_id)
