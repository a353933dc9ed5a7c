"""Can anything of one workspace be read or written from another, or by a role that may not? Every route is tried."""

import json

import httpx
import pytest
from sqlalchemy import select, update

from tests.support.web import Program, bearer, browser
from tests.web.routes import ROUTES, SAMPLES, WORKSPACE_ROUTES, Route, body_for
from tests.web.world import CANARY, World
from uems.access.api import PERMISSIONS, ROLES, Role
from uems.access.guards import PublicMark
from uems.access.tables import workspaces
from uems.kernel.sql import Sql


def call(program: Program, route: Route, world: World, workspace: str, **ids: str) -> httpx.Response:
    """The request as a caller would send it who knows the ids of alpha."""
    known = {**world.ids, **ids}
    return program.send(route.method, route.address(workspace, known), json=body_for(world.document, route, known))


def shape(answer: httpx.Response, workspace: str) -> tuple[int, str]:
    """The answer without what differs from request to request."""
    body = answer.json()
    body.pop("request_id")
    return answer.status_code, json.dumps(body).replace(workspace, "<workspace>")


class Untouched:
    """alpha as it was seen last: what a test leaves is what the next one starts from, and is read once for both."""

    def __init__(self, world: World) -> None:
        self._world, self._seen = world, world.snapshot()

    def check(self) -> None:
        before, self._seen = self._seen, self._world.snapshot()
        assert self._seen == before


@pytest.fixture(scope="module")
def untouched(world: World) -> Untouched:
    return Untouched(world)


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_stranger_gets_nothing(route: Route, world: World) -> None:
    if isinstance(route.marks[0], PublicMark):
        pytest.skip("this is the door")
    for workspace in ("alpha", "nowhere"):
        answer = call(browser(world.app), route, world, workspace)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize("route", WORKSPACE_ROUTES, ids=str)
def test_a_workspace_of_others_answers_like_one_that_does_not_exist(route: Route, world: World, untouched: Untouched) -> None:
    for program in (world.rival, world.rival_key):
        others = call(program, route, world, "alpha")
        nothing = call(program, route, world, "nowhere")
        assert shape(others, "alpha") == shape(nothing, "nowhere")
        assert (others.status_code, others.json()["code"], others.json()["details"]) == (404, "not_found", {"kind": "workspace"})
    untouched.check()


@pytest.mark.parametrize("route", WORKSPACE_ROUTES, ids=str)
def test_ids_of_others_open_nothing_in_ones_own_workspace(route: Route, world: World, untouched: Untouched) -> None:
    for program in (world.rival, world.rival_key):
        answer = call(program, route, world, "beta")
        assert answer.status_code < 500, answer.text
        assert CANARY not in answer.text
    untouched.check()


@pytest.mark.parametrize("route", WORKSPACE_ROUTES, ids=str)
def test_a_key_of_a_public_page_opens_no_route(route: Route, world: World) -> None:
    for key, code in ((world.alpha_write_key, "write_key_only"), (world.alpha_flags_key, "flags_key_only")):
        answer = call(bearer(world.app, key), route, world, "alpha")
        assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_the_token_of_a_link_opens_its_dashboard_and_nothing_else(world: World) -> None:
    owner = world.members["owner"]
    tiles = [{"id": "a", "kind": "text", "text": "Hello"}]
    for key in ("seen", "unseen"):
        assert owner.send("PUT", f"/api/workspaces/gamma/dashboards/{key}", json={"name": key, "tiles": tiles}).status_code == 200
    token = owner.post("/api/workspaces/gamma/dashboards/seen/links", {"name": "Board"}).json()["token"]
    stranger = browser(world.app)
    seen = stranger.get(f"/api/shared/{token}")
    assert (seen.json()["name"], seen.json()["tiles"][0]["text"]) == ("seen", "Hello")
    assert "unseen" not in seen.text
    for route in ROUTES:
        if isinstance(route.marks[0], PublicMark):
            continue
        for workspace in ("gamma", "alpha"):
            for program in (bearer(world.app, token), stranger):
                answer = call(program, route, world, workspace, key="seen", token=token)
                assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), str(route)
    for key in ("seen", "unseen"):
        assert owner.delete(f"/api/workspaces/gamma/dashboards/{key}").status_code == 204
    assert stranger.get(f"/api/shared/{token}").status_code == 404


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", WORKSPACE_ROUTES, ids=str)
def test_a_role_can_do_what_the_table_says_and_nothing_else(route: Route, role: Role, world: World) -> None:
    missing = {name: "999999" if value.isdecimal() else "missing" for name, value in SAMPLES.items()}
    answer = world.members[role].send(route.method, route.address("gamma", missing), json={} if route.method != "GET" else None)
    if route.permission in PERMISSIONS[role]:
        assert answer.status_code not in (401, 403), answer.text
        assert answer.status_code < 500, answer.text
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert answer.json()["details"] == {"permission": route.permission}


@pytest.mark.parametrize("route", [r for r in WORKSPACE_ROUTES if r.method not in ("GET", "HEAD")], ids=str)
def test_an_unsafe_request_without_csrf_token_is_refused_everywhere(route: Route, world: World) -> None:
    owner = Program(world.members["owner"].http)
    answer = call(owner, route, world, "gamma")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


def test_a_change_in_either_store_would_be_seen(world: World) -> None:
    seen = world.snapshot()
    of_alpha = workspaces.c.workspace_id == world.alpha_id
    with world.house.store.write() as conn:
        name = conn.execute(select(workspaces.c.name).where(of_alpha)).scalar_one()
        conn.execute(update(workspaces).where(of_alpha).values(name=f"not {name}"))
    assert world.snapshot() != seen
    with world.house.store.write() as conn:
        conn.execute(update(workspaces).where(of_alpha).values(name=name))
    assert world.snapshot() == seen
    world.house.warehouse.execute(Sql(f"INSERT INTO events SELECT * FROM events WHERE workspace_id = {world.alpha_id} LIMIT 1"))
    assert world.snapshot() != seen
