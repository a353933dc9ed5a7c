"""Does every route say who may call it?"""

import pytest

from tests.web.routes import ROUTES, SAMPLES, WORKSPACE_ROUTES, Route, routes_of
from tests.web.world import CANARY, World
from uems.access.guards import Guard, PublicMark
from uems.kernel.store import metadata
from uems.web.app import App

OUTSIDE = {"/healthz", "/api/openapi.json", "/{path:path}"}
"""What is no route of a room: readiness, the document of the API, and the files of the UI."""
PUBLIC = {
    "POST /api/login",
    "GET /api/shared/{token}",
    "GET /api/shared/{token}/tiles/{tile_id}",
    *(f"GET /api/letters/{{token}}{more}" for more in ("", "/go", "/seen.gif", "/unsubscribe", "/confirm")),
    *(f"POST /api/letters/{{token}}{more}" for more in ("", "/unsubscribe", "/confirm")),
    "POST /api/receipts/{token}",
    "POST /api/push",
    "POST /api/inbox",
    "GET /api/inbox/{token}/stream",
    "POST /api/inbox/{token}/messages/{number}",
    "POST /api/inbox/{token}/messages/{number}/answer",
    "GET /api/inbox/{token}/scenes",
    "GET /api/r/{token}",
}
"""The only things that a stranger may do: to log in, to look at a dashboard whose link they were given, to use the links of a letter that
they got, to read the messages of their own browser, to ask for notes in it, to tell of a
message by a door that only its provider knows, and to follow the link of somebody who recommends us."""


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_route_has_exactly_one_guard(route: Route) -> None:
    assert len(route.marks) == 1, f"{route} needs guard(...), account_guard(), operator_guard() or public() of uems.access.api, once."


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_route_asks_for_a_permission_exactly_when_it_lies_in_a_workspace(route: Route) -> None:
    assert isinstance(route.marks[0], Guard) == ("{workspace}" in route.path)


def test_only_the_login_shared_dashboards_and_links_of_letters_are_public() -> None:
    assert {str(r) for r in ROUTES if isinstance(r.marks[0], PublicMark)} == PUBLIC


@pytest.mark.parametrize("route", WORKSPACE_ROUTES, ids=str)
def test_what_changes_things_asks_for_more_than_reading(route: Route) -> None:
    if route.method in ("PUT", "PATCH", "DELETE"):
        assert not route.permission.endswith(":read")


def test_the_application_has_no_routes_beside_those_of_the_rooms(app: App) -> None:
    assert {r.path for r in routes_of(app)} - {r.path for r in ROUTES} == OUTSIDE
    assert {r.path for r in routes_of(app) if not r.is_api_route} == {"/api/openapi.json"}


def test_the_walk_meets_routes_of_several_rooms() -> None:
    assert len(WORKSPACE_ROUTES) >= 15


def test_the_world_holds_something_to_steal(world: World) -> None:
    held = world.snapshot()
    assert not [table for table, rows in held.items() if not rows or rows == ["0"]]
    everything = repr(held)
    for name, sample in SAMPLES.items():
        assert not sample.startswith("known_") or sample == "known_trait" or sample.removeprefix("known_") in _columns(), name
    assert CANARY in everything


def _columns() -> set[str]:
    return {column.name for table in metadata.sorted_tables for column in table.c} | {"message_id"}
