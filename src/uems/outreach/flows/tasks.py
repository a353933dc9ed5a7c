"""What are people of the team to do for flows, and how does their answer move the run that waits?

An outcome moves the run once ``UNDO`` has passed; until then it can be taken back. A task is over when nobody waits for it any more:
time ran out, or the person has left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection, RowMapping, Select, and_, func, or_, select, update

from uems.access.api import Access, audit
from uems.identity import api as identity
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, to_microseconds
from uems.outreach.flows.runs import write_signals
from uems.outreach.flows.steps import Run
from uems.outreach.flows.tables import flow_runs, flow_tasks, flows
from uems.outreach.flows.waking import waiting_run, wake

TaskState: TypeAlias = Literal["open", "done", "over"]
UNDO: Final = timedelta(seconds=20)
_SWEPT: Final = 2_000
_T, _R, _F = flow_tasks.c, flow_runs.c, flows.c


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTask:
    """person_id: the number that they had when it was made. undo_until: until when an outcome can be taken back; None for no outcome."""

    task_id: int
    flow: str
    flow_name: str
    node: str
    person_id: int
    title: str
    instructions: str
    outcomes: Sequence[str]
    assignee: str
    state: TaskState
    outcome: str
    note: str
    due_at: datetime
    created_at: datetime
    changed_at: datetime
    changed_by: str
    undo_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which tasks: empty fields ask for all."""

    state: str = ""
    assignee: str = ""
    flow: str = ""


def list_tasks(store: Store, scope: Scope, asked: Asked, *, after: tuple[datetime, int] | None, limit: int) -> list[FlowTask]:
    """The most urgent first, behind a place (when it is due, its number)."""
    query = _joined(scope).order_by(_T.due_at, _T.task_id).limit(limit)
    for column, value in ((_T.state, asked.state), (_T.assignee, asked.assignee), (_F.key, asked.flow)):
        query = query.where(column == value) if value else query
    if after is not None:
        query = query.where(or_(_T.due_at > after[0], and_(_T.due_at == after[0], _T.task_id > after[1])))
    with store.read() as conn:
        return [_task(row) for row in conn.execute(query).mappings()]


def count_tasks(store: Store, scope: Scope) -> dict[str, int]:
    """State → how many."""
    query = select(_T.state, func.count()).where(_T.workspace_id == scope.workspace_id).group_by(_T.state)
    with store.read() as conn:
        return {row[0]: row[1] for row in conn.execute(query)}


def get_task(store: Store, scope: Scope, task_id: int) -> FlowTask:
    """Raises ``not_found``."""
    with store.read() as conn:
        return _read(conn, scope, task_id)


def assign_task(store: Store, access: Access, task_id: int, assignee: str) -> FlowTask:
    """Give an open task to somebody, or with "" to whoever takes it. Audited. Raises ``task_not_open`` (409)."""
    with store.write() as conn:
        old = _open(conn, access, task_id)
        _set(conn, access, task_id, assignee=assignee)
        audit(conn, access, "task.assigned", f"task:{task_id}", {"assignee": old.assignee}, {"assignee": assignee})
        return _read(conn, access.scope, task_id)


def finish_task(store: Store, access: Access, task_id: int, outcome: str, note: str) -> FlowTask:
    """Say how it went; the person goes on that way once it can no longer be taken back. Audited.

    Raises ``task_not_open`` (409) for one that is done, or that nobody waits for any more, and ``invalid`` for an unknown outcome.
    """
    with store.write() as conn:
        old = _open(conn, access, task_id)
        if outcome not in old.outcomes:
            raise invalid("outcome", outcome[:100], f"must be one of: {', '.join(old.outcomes)}.")
        run = _run(conn, store, access.scope, task_id)
        if run is None or run.signal not in ("", "parked"):
            raise UemsError("task_not_open", f"Nobody waits for task {task_id} any more; the person has gone on or left.", status=409)
        told = {"kind": "task", "task": task_id, "outcome": outcome}
        wake(conn, run, told, to_microseconds(access.now + UNDO))
        _set(conn, access, task_id, state="done", outcome=outcome, note=note)
        audit(conn, access, "task.done", f"task:{task_id}", {"state": "open"}, {"state": "done", "outcome": outcome})
        return _read(conn, access.scope, task_id)


def undo_task(store: Store, access: Access, task_id: int) -> FlowTask:
    """Take an outcome back while the person has not gone on. Audited. Raises ``task_gone_on`` (409)."""
    with store.write() as conn:
        old = _read(conn, access.scope, task_id, lock=True)
        run = _run(conn, store, access.scope, task_id)
        told = run.signal.removeprefix("parked") if run is not None else ""
        if run is None or old.state != "done" or not told.startswith(f'{{"kind":"task","task":{task_id},'):
            raise UemsError("task_gone_on", f"Task {task_id} cannot be taken back: the person has gone on.", status=409)
        write_signals(conn, [(run, "", to_microseconds(old.due_at), None)])
        _set(conn, access, task_id, state="open", outcome="", note="")
        audit(conn, access, "task.undone", f"task:{task_id}", {"state": "done", "outcome": old.outcome}, {"state": "open"})
        return _read(conn, access.scope, task_id)


def end_tasks(store: Store, scope: Scope, now: datetime) -> bool:
    """Close open tasks that nobody waits for any more; whether there were any. Looks at those of runs that moved on or ended."""
    mine = (_T.workspace_id == scope.workspace_id, _T.state == "open")
    standing = select(_R.person_id).where(
        _R.workspace_id == _T.workspace_id, _R.flow_id == _T.flow_id, _R.node == _T.node, _R.state == "active", _R.person_id == _T.person_id
    )
    with store.read() as conn:
        gone = conn.execute(select(_T.task_id).where(*mine, ~standing.exists()).limit(_SWEPT)).scalars().all()
    if not gone:
        return False
    ended = 0
    with store.write() as conn:
        for task_id in gone:
            # Merged people have other numbers: look for the run itself.
            if _run(conn, store, scope, task_id) is None:
                values = {"state": "over", "changed_at": now}
                done = conn.execute(update(flow_tasks).where(*mine, _T.task_id == task_id).values(**values))
                ended += done.rowcount
    return ended > 0


def _run(conn: Connection, store: Store, scope: Scope, task_id: int) -> Run | None:
    """The run that waits for it, locked."""
    row = conn.execute(select(flow_tasks).where(_T.workspace_id == scope.workspace_id, _T.task_id == task_id)).mappings().one()
    owners = identity.people_of(store, scope, [row["person_id"]])
    people = {row["person_id"], *(person.person_id for person in owners.values())}
    return waiting_run(conn, scope.workspace_id, row["flow_id"], people, row["node"], row["visit"])


def _open(conn: Connection, access: Access, task_id: int) -> FlowTask:
    found = _read(conn, access.scope, task_id, lock=True)
    if found.state != "open":
        raise UemsError("task_not_open", f"Task {task_id} is {found.state}, not open; look at the list again.", status=409)
    return found


def _set(conn: Connection, access: Access, task_id: int, **values: object) -> None:
    mine = (_T.workspace_id == access.scope.workspace_id, _T.task_id == task_id)
    by = {"changed_at": access.now, "changed_by": access.actor.label[:300]}
    conn.execute(update(flow_tasks).where(*mine).values(**values, **by))


def _read(conn: Connection, scope: Scope, task_id: int, *, lock: bool = False) -> FlowTask:
    query = _joined(scope).where(_T.task_id == task_id)
    if lock and conn.dialect.name == "postgresql":
        query = query.with_for_update(of=flow_tasks)
    row = conn.execute(query).mappings().first()
    if row is None:
        raise not_found("task", str(task_id))
    return _task(row)


def _joined(scope: Scope) -> Select[Any]:
    query = select(flow_tasks, _F.key.label("flow"), _F.name.label("flow_name"))
    both = (_F.workspace_id == _T.workspace_id) & (_F.flow_id == _T.flow_id)
    return query.join(flows, both).where(_T.workspace_id == scope.workspace_id)


def _task(row: RowMapping) -> FlowTask:
    names = [name for name in FlowTask.__slots__ if name != "undo_until"]
    until = row["changed_at"] + UNDO if row["state"] == "done" else None
    return FlowTask(**{name: row[name] for name in names}, undo_until=until)
