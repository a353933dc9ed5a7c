"""Which jobs are there, how far are they, and who calls one off?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, not_found
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.segments.jobs.model import LIVE, Job, Kind
from uems.segments.tables import segment_jobs

_C = segment_jobs.c
MAX_WAITING: Final = 20
"""Jobs of one kind in one workspace that wait or run at once; most hold a file."""


def add_job(conn: Connection, access: Access, kind: Kind, subject: int, spec: Mapping[str, Any], *, job_id: str | None = None) -> Job:
    """Ask for a job. Raises ``too_many_jobs`` (409) while as many as may are waiting."""
    workspace_id = access.scope.workspace_id
    waiting = select(func.count()).where(_C.workspace_id == workspace_id, _C.kind == kind, _C.state.in_(LIVE)).select_from(segment_jobs)
    if conn.execute(waiting).scalar_one() >= MAX_WAITING:
        message = f"{MAX_WAITING} {kind}s are waiting already. Wait for one to end, or cancel it."
        raise UemsError("too_many_jobs", message, status=409)
    row: dict[str, Any] = {
        "workspace_id": workspace_id,
        "job_id": job_id or new_id(kind),
        "kind": kind,
        "subject": subject,
        "spec": dict(spec),
        "state": "queued",
        "attempts": 0,
        "progress": 0.0,
        "result": None,
        "error": None,
        "created_at": access.now,
        "created_by": access.actor.label[:300],
        "started_at": None,
        "updated_at": access.now,
        "finished_at": None,
    }
    conn.execute(insert(segment_jobs).values(**row))
    return Job(**row)


def job_of(row: RowMapping) -> Job:
    return Job(**dict(row))


def get_job(store: Store, scope: Scope, kind: Kind, job_id: str) -> Job:
    """Raises ``not_found``."""
    with store.read() as conn:
        return read_job(conn, scope.workspace_id, kind, job_id)


def read_job(conn: Connection, workspace_id: int, kind: Kind, job_id: str) -> Job:
    """As ``get_job``, within a transaction."""
    query = select(segment_jobs).where(_C.workspace_id == workspace_id, _C.kind == kind, _C.job_id == job_id)
    row = conn.execute(query).mappings().first()
    if row is None:
        raise not_found(kind, job_id)
    return job_of(row)


def list_jobs(
    store: Store, scope: Scope, kind: Kind, *, subject: int | None = None, before: tuple[datetime, str] | None = None, limit: int
) -> list[Job]:
    """The newest first; of one list or segment, or of all."""
    query = select(segment_jobs).where(_C.workspace_id == scope.workspace_id, _C.kind == kind)
    if subject is not None:
        query = query.where(_C.subject == subject)
    if before is not None:
        query = query.where((_C.created_at < before[0]) | ((_C.created_at == before[0]) & (_C.job_id < before[1])))
    with store.read() as conn:
        rows = conn.execute(query.order_by(_C.created_at.desc(), _C.job_id.desc()).limit(limit)).mappings()
        return [job_of(row) for row in rows]


def cancel(store: Store, access: Access, kind: Kind, job_id: str) -> Job:
    """Call it off; nothing of it stays. Audited. Raises ``not_found``, and ``job_over`` (409) when it has ended."""
    with store.write() as conn:
        found = read_job(conn, access.scope.workspace_id, kind, job_id)
        mine = (_C.workspace_id == access.scope.workspace_id, _C.job_id == job_id, _C.state.in_(LIVE))
        values = {"state": "cancelled", "updated_at": access.now, "finished_at": access.now}
        if not conn.execute(update(segment_jobs).where(*mine).values(**values)).rowcount:
            raise UemsError("job_over", f"The {kind} is {found.state} already; there is nothing to cancel.", status=409)
        audit(conn, access, f"{kind}.cancelled", f"{kind}:{job_id}", None, None)
        return read_job(conn, access.scope.workspace_id, kind, job_id)


def forget_jobs(store: Store, kind: Kind, before: datetime) -> int:
    """Delete what ended before then, of all workspaces; how many."""
    gone = delete(segment_jobs).where(_C.kind == kind, _C.state.not_in(LIVE), _C.finished_at < before)
    with store.write() as conn:
        return conn.execute(gone).rowcount
