"""How are dashboards made, changed and answered over HTTP?"""

from typing import Annotated

from fastapi import Path, Request
from fastapi.responses import StreamingResponse

from uems.access.api import Access, guard, house_of
from uems.kernel.edge import Key
from uems.kernel.followed import FOLLOWED, followed
from uems.kernel.routing import Routes
from uems.kpis.dashboards import definitions
from uems.kpis.dashboards.answering import answer_tile
from uems.kpis.dashboards.bodies import DashboardBody, DashboardChange, DashboardList, TileAnswer, TileQuestion
from uems.kpis.dashboards.model import MetricTile, ReportTile

router = Routes()
_BASE = "/workspaces/{workspace}/dashboards"
DashboardKey = Annotated[Key, Path(description="Key of the dashboard.")]


@router.get(_BASE)
def list_dashboards(request: Request, access: Annotated[Access, guard("dashboards:read")]) -> DashboardList:
    """Every dashboard by name."""
    return DashboardList(items=[DashboardBody.of(one) for one in definitions.list_dashboards(house_of(request).store, access.scope)])


@router.get(f"{_BASE}/{{key}}")
def get_dashboard(request: Request, access: Annotated[Access, guard("dashboards:read")], key: DashboardKey) -> DashboardBody:
    """One dashboard with its tiles; their answers are asked one by one."""
    return DashboardBody.of(definitions.get_dashboard(house_of(request).store, access.scope, key))


@router.put(f"{_BASE}/{{key}}")
def put_dashboard(
    request: Request, access: Annotated[Access, guard("dashboards:write")], key: DashboardKey, body: DashboardChange
) -> DashboardBody:
    """Make or change a dashboard; every tile is checked."""
    return DashboardBody.of(definitions.save_dashboard(house_of(request), access, key, body.draft, if_version=body.if_version))


@router.delete(f"{_BASE}/{{key}}", status_code=204)
def delete_dashboard(request: Request, access: Annotated[Access, guard("dashboards:write")], key: DashboardKey) -> None:
    """Take a dashboard away; its links open nothing any more, and its schedules end."""
    definitions.delete_dashboard(house_of(request).store, access, key)


@router.post("/workspaces/{workspace}/dashboard-tiles")
def ask_tile(request: Request, access: Annotated[Access, guard("dashboards:read")], body: TileQuestion) -> TileAnswer:
    """What a tile shows, whether it is saved or not."""
    _may_ask(access, body)
    return answer_tile(house_of(request), access.scope, body.tile, access.now, period=body.period)


@router.post("/workspaces/{workspace}/dashboard-tiles/progress", response_class=StreamingResponse, responses=FOLLOWED)
async def follow_tile(request: Request, access: Annotated[Access, guard("dashboards:read")], body: TileQuestion) -> StreamingResponse:
    """What a tile shows, and meanwhile how far it is: events ``progress``, then ``answer`` or ``error``."""
    _may_ask(access, body)
    house = house_of(request)
    return followed(house, lambda: answer_tile(house, access.scope, body.tile, access.now, period=body.period))


def _may_ask(access: Access, body: TileQuestion) -> None:
    if isinstance(body.tile, MetricTile):
        access.require("kpis:read")
    elif isinstance(body.tile, ReportTile):
        access.require("reports:read")
