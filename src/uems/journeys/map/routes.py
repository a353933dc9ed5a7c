"""How are maps listed, drawn, changed and put aside over HTTP? Their numbers are asked by the report ``journey_map``."""

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Path, Query, Request
from starlette.responses import Response

from uems.access.api import Access, Workspaces, guard, house_of
from uems.journeys.map import definitions
from uems.journeys.map.bodies import (
    DraftBody,
    DraftQuestion,
    MapBody,
    MapChange,
    MapList,
    MapTemplateBody,
    MapTemplateList,
    MapVersionBody,
    MapVersionList,
)
from uems.journeys.map.draft import fill_in
from uems.journeys.map.templates.api import TEMPLATES
from uems.kernel.edge import Key
from uems.kernel.routing import Routes

router = Routes()
_BASE = "/workspaces/{workspace}/maps"
_PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
MapKey = Annotated[Key, Path(description="Key of the map.")]


@router.get(_BASE)
def list_maps(
    request: Request,
    access: Annotated[Access, guard("reports:read")],
    archived: Annotated[bool, Query(description="Also those that were archived.")] = False,
) -> MapList:
    """Every map by name."""
    found = definitions.list_maps(house_of(request).store, access.scope, archived=archived)
    return MapList(items=[MapBody.of(one) for one in found])


@router.get(f"{_BASE}/templates")
def list_map_templates(access: Annotated[Access, guard("reports:read")]) -> MapTemplateList:
    """The templates that a map can begin with."""
    return MapTemplateList(items=[MapTemplateBody.of(one) for one in TEMPLATES.values()])


@router.post(f"{_BASE}/draft")
def draft_map(request: Request, access: Annotated[Access, guard("maps:write")], question: DraftQuestion) -> DraftBody:
    """A template, filled in from the workspace's own events and their roles. Saves no map."""
    return DraftBody.of(fill_in(house_of(request), access.scope, question.template, question.language, access))


@router.get(f"{_BASE}/{{key}}")
def get_map(request: Request, access: Annotated[Access, guard("reports:read")], key: MapKey) -> MapBody:
    """One map."""
    return MapBody.of(definitions.journey_map(house_of(request).store, access.scope, key))


@router.put(f"{_BASE}/{{key}}")
def put_map(request: Request, access: Annotated[Access, guard("maps:write")], key: MapKey, body: MapChange) -> MapBody:
    """Make or change a map."""
    return MapBody.of(definitions.save_map(house_of(request).store, access, key, body.draft, base_version=body.base_version))


@router.delete(f"{_BASE}/{{key}}")
def archive_map(request: Request, access: Annotated[Access, guard("maps:write")], key: MapKey) -> MapBody:
    """Take a map out of use; its versions stay, and it can be restored."""
    return MapBody.of(definitions.archive_map(house_of(request).store, access, key))


@router.post(f"{_BASE}/{{key}}/restore")
def restore_map(request: Request, access: Annotated[Access, guard("maps:write")], key: MapKey) -> MapBody:
    """Put an archived map back into use."""
    return MapBody.of(definitions.archive_map(house_of(request).store, access, key, archived=False))


@router.get(f"{_BASE}/{{key}}/versions")
def list_map_versions(request: Request, access: Annotated[Access, guard("reports:read")], key: MapKey) -> MapVersionList:
    """How the map was drawn over time, the latest first."""
    return MapVersionList(items=[MapVersionBody.of(one) for one in definitions.map_versions(house_of(request).store, access.scope, key)])


@router.post(f"{_BASE}/{{key}}/pdf", response_class=Response, responses={200: {"content": _PDF, "description": "The paper."}})
def make_map_pdf(
    request: Request,
    access: Annotated[Access, guard("reports:read")],
    key: MapKey,
    spec: dict[str, Any],
    language: Annotated[Literal["zh", "en"], Query(description="Of the words on it.")] = "zh",
) -> Response:
    """The map as a PDF with its numbers, on pages that lie on their side. The body is a spec of the report journey_map, without its map."""
    from uems.journeys.map.paper.pages import make_map_paper  # what draws takes a while to load: not before the first paper

    house, scope = house_of(request), access.scope
    found = definitions.journey_map(house.store, scope, key)
    name = Workspaces(house.store).name(scope.workspace_id)
    made = make_map_paper(house, scope, found, spec, name, language, access.now)
    kept = "".join(char if char.isalnum() or char in "-_ " else " " for char in found.name)
    called = quote("-".join(kept.split())[:80] or "map")
    return Response(made, media_type="application/pdf", headers={"Content-Disposition": f"attachment; filename*=UTF-8''{called}.pdf"})
