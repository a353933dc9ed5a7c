"""How are links made and taken back, and what does whoever has one get to see? Its dashboard, and nothing else."""

from typing import Annotated

from fastapi import Path, Request

from uems.access.api import Access, Visitor, Workspaces, guard, house_of, public
from uems.kernel.edge import Key
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.kernel.scope import Scope
from uems.kpis.dashboards import links
from uems.kpis.dashboards.answering import answer_tile
from uems.kpis.dashboards.bodies import LinkBody, LinkDraft, LinkList, LinkMade, SharedDashboard, TileAnswer

router = Routes()
_BASE = "/workspaces/{workspace}/dashboards/{key}/links"
DashboardKey = Annotated[Key, Path(description="Key of the dashboard.")]
Token = Annotated[Key, Path(description="The token of a link.")]


@router.get(_BASE)
def list_links(request: Request, access: Annotated[Access, guard("dashboards:write")], key: DashboardKey) -> LinkList:
    """Every link of a dashboard, the latest first, also those that are over."""
    return LinkList(items=[LinkBody.of(one, access.now) for one in links.links_of(house_of(request).store, access.scope, key)])


@router.post(_BASE, status_code=201)
def create_link(request: Request, access: Annotated[Access, guard("dashboards:write")], key: DashboardKey, body: LinkDraft) -> LinkMade:
    """Let whoever has the link look at the dashboard without a login. The answer carries the token, this once."""
    made, token = links.create_link(house_of(request).store, access, key, body.name, body.days)
    return LinkMade(**LinkBody.of(made, access.now).model_dump(), token=token)


@router.delete(f"{_BASE}/{{link_id}}")
def revoke_link(
    request: Request,
    access: Annotated[Access, guard("dashboards:write")],
    key: DashboardKey,
    link_id: Annotated[Key, Path(description="Id of the link.")],
) -> LinkBody:
    """Take a link back; it opens nothing any more."""
    return LinkBody.of(links.revoke_link(house_of(request).store, access, key, link_id), access.now)


@router.get("/shared/{token}")
def open_shared(request: Request, visitor: Annotated[Visitor, public()], token: Token) -> SharedDashboard:
    """The dashboard that a link opens, without a login."""
    house = house_of(request)
    link, dashboard = links.open_link(house.store, visitor, token, looks=True)
    scope = _scope(house, link.workspace_id)
    return SharedDashboard(
        name=dashboard.name,
        description=dashboard.description,
        workspace_name=Workspaces(house.store).name(link.workspace_id),
        zone=scope.zone,
        currency=scope.currency,
        tiles=list(dashboard.tiles),
        expires_at=link.expires_at,
    )


@router.get("/shared/{token}/tiles/{tile_id}")
def ask_shared_tile(
    request: Request, visitor: Annotated[Visitor, public()], token: Token, tile_id: Annotated[Key, Path(description="Id of the tile.")]
) -> TileAnswer:
    """What one tile of the dashboard shows, over the days that its makers chose."""
    house = house_of(request)
    link, dashboard = links.open_link(house.store, visitor, token, looks=False)
    tile = next((one for one in dashboard.tiles if one.id == tile_id), None)
    if tile is None:
        raise UemsError("nothing_here", "The dashboard has no such tile. Load it again.", status=404)
    try:
        answer = answer_tile(house, _scope(house, link.workspace_id), tile, visitor.now)
    except UemsError as error:
        if error.passes:
            raise
        # What is wrong may name other things of the workspace; strangers are not told.
        raise UemsError("tile_unavailable", "This tile cannot be shown. Ask whoever sent the link.", status=422) from error
    report = None if answer.report is None else answer.report.model_copy(update={"workspace": ""})
    return answer.model_copy(update={"report": report})


def _scope(house: House, workspace_id: int) -> Scope:
    found = Workspaces(house.store).look(workspace_id)
    assert found is not None  # its dashboards would be gone with it
    return found
