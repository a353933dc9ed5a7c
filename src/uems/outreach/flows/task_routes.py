"""How does the team see what flows ask of it, and say how it went?"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path, Query, Request
from pydantic import Field

from uems.access.api import Access, guard, house_of
from uems.kernel.edge import Body, Clean, Count, Cursor, Id, Limit, decode_cursor, encode_cursor
from uems.kernel.routing import Routes
from uems.kernel.store import to_microseconds
from uems.outreach.flows import tasks
from uems.outreach.flows.steps import instant
from uems.outreach.flows.tasks import FlowTask

router = Routes()

_BASE = "/workspaces/{workspace}/tasks"
_READ = guard("tasks:read")
_WRITE = guard("tasks:write")
TaskNumber = Annotated[Id, Path(description="Number of the task.")]


class TaskLine(Body):
    """Something to do for one person. undo_until: until when the outcome can be taken back; null for no outcome."""

    task_id: Count
    flow: str
    flow_name: str
    node: str
    person_id: Count
    title: str
    instructions: str
    outcomes: list[str]
    assignee: str
    state: Literal["open", "done", "over"]
    outcome: str
    note: str
    due_at: datetime
    created_at: datetime
    changed_at: datetime
    changed_by: str
    undo_until: datetime | None

    @staticmethod
    def of(one: FlowTask) -> "TaskLine":
        return TaskLine(**{name: getattr(one, name) for name in TaskLine.model_fields})


class TaskPage(Body):
    """counts: by state, of all tasks."""

    items: list[TaskLine]
    counts: dict[str, Count]
    next_cursor: str | None


class TaskAssign(Body):
    """assignee: who does it, an e-mail usually; empty for whoever takes it."""

    assignee: Annotated[str, Field(max_length=300), Clean] = ""


class TaskDone(Body):
    """outcome: one of those of the task; the person goes on that way."""

    outcome: Annotated[str, Field(min_length=1, max_length=40), Clean]
    note: Annotated[str, Field(max_length=5_000), Clean] = ""


@router.get(_BASE)
def list_tasks(
    request: Request,
    access: Annotated[Access, _READ],
    state: Annotated[Literal["open", "done", "over"] | None, Query(description="All when left out.")] = None,
    assignee: Annotated[str, Query(max_length=300)] = "",
    flow: Annotated[str, Query(max_length=100)] = "",
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> TaskPage:
    """What flows ask the team to do, the most urgent first."""
    store = house_of(request).store
    asked = tasks.Asked(state=state or "", assignee=assignee, flow=flow)
    place = decode_cursor(cursor, int, int) if cursor else None
    after = (instant(place[0]), place[1]) if place else None
    found = tasks.list_tasks(store, access.scope, asked, after=after, limit=limit + 1)
    page = found[:limit]
    following = encode_cursor(to_microseconds(page[-1].due_at), page[-1].task_id) if len(found) > limit else None
    return TaskPage(items=[TaskLine.of(one) for one in page], counts=tasks.count_tasks(store, access.scope), next_cursor=following)


@router.put(_BASE + "/{task_id}/assignee")
def assign_task(request: Request, access: Annotated[Access, _WRITE], task_id: TaskNumber, body: TaskAssign) -> TaskLine:
    """Give an open task to somebody."""
    return TaskLine.of(tasks.assign_task(house_of(request).store, access, task_id, body.assignee))


@router.post(_BASE + "/{task_id}/done")
def finish_task(request: Request, access: Annotated[Access, _WRITE], task_id: TaskNumber, body: TaskDone) -> TaskLine:
    """Say how it went; it can be taken back for some seconds."""
    return TaskLine.of(tasks.finish_task(house_of(request).store, access, task_id, body.outcome, body.note))


@router.post(_BASE + "/{task_id}/undo")
def undo_task(request: Request, access: Annotated[Access, _WRITE], task_id: TaskNumber) -> TaskLine:
    """Take the outcome back while the person has not gone on."""
    return TaskLine.of(tasks.undo_task(house_of(request).store, access, task_id))
