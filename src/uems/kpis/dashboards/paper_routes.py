"""How is a paper of a dashboard had at once over HTTP, and how is it sent again and again?"""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import Path, Query, Request
from starlette.responses import Response

from uems.access.api import Access, Workspaces, guard, house_of
from uems.kernel.edge import Cursor, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.routing import Routes
from uems.kpis.dashboards import schedules
from uems.kpis.dashboards.definitions import get_dashboard
from uems.kpis.dashboards.mailer import file_name
from uems.kpis.dashboards.model import PeriodForAll
from uems.kpis.dashboards.schedule_bodies import MailingBody, ScheduleBody, ScheduleChange, ScheduleList
from uems.kpis.dashboards.schedules import ScheduleSpec

router = Routes()
_BASE = "/workspaces/{workspace}/dashboards/{key}"
DashboardKey = Annotated[Key, Path(description="Key of the dashboard.")]
ScheduleId = Annotated[Key, Path(description="Id of the schedule.")]
_PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}


@router.post(f"{_BASE}/pdf", response_class=Response, responses={200: {"content": _PDF, "description": "The paper."}})
def make_pdf(
    request: Request,
    access: Annotated[Access, guard("dashboards:read")],
    key: DashboardKey,
    language: Annotated[Literal["zh", "en"], Query(description="Of the words on it.")] = "zh",
    period: PeriodForAll | None = None,
) -> Response:
    """The dashboard as a PDF, made as scheduled ones are. The body is a period in place of those of the tiles."""
    from uems.kpis.dashboards.paper.pages import make_paper  # what draws takes a while to load: not before the first paper

    house, scope = house_of(request), access.scope
    dashboard = get_dashboard(house.store, scope, key)
    name = Workspaces(house.store).name(scope.workspace_id)
    made = make_paper(house, scope, dashboard, name, language, access.now, period=period)
    called = quote(f"{file_name(dashboard.name)}.pdf")
    return Response(made, media_type="application/pdf", headers={"Content-Disposition": f"attachment; filename*=UTF-8''{called}"})


@router.get(f"{_BASE}/schedules")
def list_schedules(request: Request, access: Annotated[Access, guard("dashboards:write")], key: DashboardKey) -> ScheduleList:
    """Every schedule of a dashboard, with its next time."""
    found = schedules.schedules_of(house_of(request).store, access.scope, key)
    return ScheduleList(items=[ScheduleBody.of(one, access.scope.zone, access.now) for one in found])


@router.post(f"{_BASE}/schedules", status_code=201)
def create_schedule(
    request: Request, access: Annotated[Access, guard("dashboards:write")], key: DashboardKey, body: ScheduleSpec
) -> ScheduleBody:
    """Send the dashboard as a PDF by e-mail, from the next such hour on."""
    return ScheduleBody.of(schedules.create_schedule(house_of(request), access, key, body), access.scope.zone, access.now)


@router.patch(f"{_BASE}/schedules/{{schedule_id}}")
def change_schedule(
    request: Request, access: Annotated[Access, guard("dashboards:write")], key: DashboardKey, schedule_id: ScheduleId, body: ScheduleChange
) -> ScheduleBody:
    """Change a schedule, pause it, or let it go on; what it missed is not made up for."""
    house = house_of(request)
    changed = schedules.change_schedule(house, access, key, schedule_id, spec=body.spec, enabled=body.enabled, if_saved_at=body.if_saved_at)
    return ScheduleBody.of(changed, access.scope.zone, access.now)


@router.delete(f"{_BASE}/schedules/{{schedule_id}}", status_code=204)
def delete_schedule(
    request: Request, access: Annotated[Access, guard("dashboards:write")], key: DashboardKey, schedule_id: ScheduleId
) -> None:
    """End a schedule and forget what it sent."""
    schedules.delete_schedule(house_of(request).store, access, key, schedule_id)


@router.get(f"{_BASE}/schedules/{{schedule_id}}/mailings")
def list_mailings(
    request: Request,
    access: Annotated[Access, guard("dashboards:write")],
    key: DashboardKey,
    schedule_id: ScheduleId,
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 20,
) -> Page[MailingBody]:
    """What was sent when, and whom it reached; the latest first."""
    before = str(decode_cursor(cursor, str)[0]) if cursor else None
    found = schedules.mailings_of(house_of(request).store, access.scope, key, schedule_id, before=before, limit=limit + 1)
    page = found[:limit]
    return Page(items=[MailingBody.of(one) for one in page], next_cursor=encode_cursor(page[-1].slot) if len(found) > limit else None)
