"""Can every recipe be tried on history over HTTP, and what is said of what is not there?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.feed import Feed, Happened
from tests.support.houses import build
from tests.support.web import Clock, Program, make_workspace, operator_client
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.outreach.api import simulator
from uems.outreach.simulation.jobs import Simulations
from uems.segments.api import Turn, Worker
from uems.web.app import create_app

NOW = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
BASE = "/api/workspaces/shop"
EVENTS = ("Signed Up", "Product Viewed", "Product Added", "Order Completed", "Product Reviewed")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, House]]:
    house = build(Settings(home=Path(tmp_path_factory.mktemp("routes")) / "home"))
    inside = make_workspace(house.store, "shop", NOW - timedelta(days=40))[1]
    told = [Happened(user=f"u{n}", event=EVENTS[n % 5], ts=NOW - timedelta(hours=5 * n + 1)) for n in range(60)]
    Feed(house, inside.scope).take(sorted(told, key=lambda call: call.ts), NOW)
    found = operator_client(create_app(house, clock=Clock(NOW)), house)
    assert found.send("PUT", f"{BASE}/topics/care", json={"name_zh": "心意", "name_en": "Care", "default": "subscribed"}).status_code == 200
    yield found, house
    house.close()


@pytest.fixture
def api(world: tuple[Program, House]) -> Program:
    return world[0]


@pytest.fixture
def work(world: tuple[Program, House]) -> Worker:
    """The loop that tries flows, stepped by hand."""
    return simulator(world[1], "test", lambda: NOW)


def recipes(api: Program) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api.get(f"{BASE}/flow-recipes").json()["items"]
    for one in items:
        for node in one["graph"]["nodes"]:
            if node["type"] == "send":
                node["config"]["topic"] = "care"
    return items


def ask(api: Program, key: str, days: int) -> str:
    """The address of a simulation that waits."""
    asked = api.post(f"{BASE}/flows/{key}/simulations", {"days": days})
    assert asked.status_code == 201, asked.text
    assert (asked.json()["state"], asked.json()["result"]) == ("queued", None)
    return f"{BASE}/flows/{key}/simulations/{asked.json()['simulation_id']}"


def tried(api: Program, work: Worker, key: str, days: int) -> dict[str, Any]:
    address = ask(api, key, days)
    while work.step():
        continue
    found: dict[str, Any] = api.get(address).json()
    return found


def test_every_recipe_can_be_tried(api: Program, work: Worker) -> None:
    came = {}
    for one in recipes(api):
        body = {"name": one["key"], "graph": one["graph"], "recipe": one["key"]}
        assert api.send("PUT", f"{BASE}/flows/{one['key']}", json=body).status_code == 200
        job = tried(api, work, one["key"], 14)
        assert (job["state"], job["error"], job["progress"]) == ("done", None, 1.0)
        found = job["result"]
        assert found["report"]["entries"]["entered"] == sum(day["entered"] for day in found["days"]), one["key"]
        assert found["sent"] == sum(sum(day["messages"].values()) for day in found["days"])
        assert found["sent"] + sum(lost["messages"] for lost in found["lost"] if lost["verdict"] != "hold") <= found["asked"]
        came[one["key"]] = found["report"]["entries"]["arrived"]
    assert came["welcome"] > 0
    assert came["cart_abandoned"] > 0


def test_what_is_not_there_is_not_found(api: Program) -> None:
    assert api.post(f"{BASE}/flows/nothing/simulations", {"days": 7}).status_code == 404
    graph = recipes(api)[0]["graph"]
    assert api.send("PUT", f"{BASE}/flows/unpublished", json={"name": "x", "graph": graph}).status_code == 200
    assert api.get(f"{BASE}/flows/unpublished/report").json()["version"] == 0
    answer = api.get(f"{BASE}/flows/unpublished/report?version=99")
    assert (answer.status_code, answer.json()["details"]) == (404, {"kind": "flow version"})
    assert api.post(f"{BASE}/flows/unpublished/simulations", {"days": 0}).status_code == 422


def a_flow(api: Program, key: str, **graph: Any) -> dict[str, Any]:
    """Its graph; the welcoming one, with its letters."""
    given = {**next(one for one in recipes(api) if one["key"] == "welcome")["graph"], **graph}
    saved = api.send("PUT", f"{BASE}/flows/{key}", json={"name": key, "graph": given, "recipe": "welcome"})
    assert saved.status_code == 200, saved.text
    return given


def test_results_are_kept_with_what_was_tried_and_listed_the_newest_first(api: Program, work: Worker) -> None:
    a_flow(api, "kept")
    first = tried(api, work, "kept", 7)
    a_flow(api, "kept", holdout_percent=50)
    second = tried(api, work, "kept", 14)
    path = f"{BASE}/flows/kept/simulations"
    again = api.get(f"{path}/{first['simulation_id']}").json()
    assert again == first
    assert (again["graph"]["holdout_percent"], second["graph"]["holdout_percent"]) == (10, 50)
    assert (again["revision"], second["revision"]) == (1, 2)
    page = api.get(f"{path}?limit=1").json()
    rest = api.get(f"{path}?limit=1&cursor={page['next_cursor']}").json()
    assert {one["simulation_id"] for one in (*page["items"], *rest["items"])} == {first["simulation_id"], second["simulation_id"]}
    assert rest["next_cursor"] is None
    a_flow(api, "stranger")
    assert api.get(f"{BASE}/flows/stranger/simulations/{first['simulation_id']}").status_code == 404


def test_it_says_how_far_it_is_and_ends_at_once_when_it_is_called_off(api: Program, work: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    a_flow(api, "called_off")
    address = ask(api, "called_off", 14)
    shares: list[float] = []
    real = Turn.tick

    def tick(self: Turn, share: float) -> None:
        shares.append(share)
        if len(shares) == 3:
            assert api.post(f"{address}/cancel").json()["state"] == "cancelled"
        self._said = None  # each step is looked at, however quickly they follow one another
        real(self, share)

    monkeypatch.setattr(Turn, "tick", tick)
    assert work.step()
    assert len(shares) == 3
    assert shares == sorted(shares)
    assert all(0 < share <= 1 for share in shares)
    found = api.get(address).json()
    assert (found["state"], found["result"]) == ("cancelled", None)
    assert not work.step()
    over = api.post(f"{address}/cancel")
    assert (over.status_code, over.json()["code"]) == (409, "job_over")


def test_one_whose_process_ended_begins_anew_and_says_so(world: tuple[Program, House], monkeypatch: pytest.MonkeyPatch) -> None:
    api, house = world
    a_flow(api, "interrupted")
    address = ask(api, "interrupted", 7)
    later = [NOW]
    dying, heir = (simulator(house, name, lambda: later[0]) for name in ("dying", "heir"))

    def die(self: Simulations, *args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Simulations, "do", die)
        with pytest.raises(KeyboardInterrupt):
            dying.step()
    assert api.get(address).json()["state"] == "running"
    later[0] += timedelta(minutes=2)
    while heir.step():
        continue
    found = api.get(address).json()
    assert (found["state"], found["attempts"], found["result"] is not None) == ("done", 2, True)


def test_a_draft_that_could_not_be_published_is_refused_when_it_is_asked_for(api: Program) -> None:
    a_flow(api, "unsound", start="nowhere")
    refused = api.post(f"{BASE}/flows/unsound/simulations", {"days": 7})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_flow")


def test_one_that_comes_to_nothing_says_why(api: Program, work: Worker) -> None:
    a_flow(api, "by_api", entry={"type": "api"})
    found = tried(api, work, "by_api", 7)
    assert (found["state"], found["error"]["code"]) == ("failed", "no_history")


def test_results_go_after_ninety_days(world: tuple[Program, House], work: Worker) -> None:
    api, house = world
    a_flow(api, "old")
    address = f"{BASE}/flows/old/simulations/{tried(api, work, 'old', 7)['simulation_id']}"
    Simulations().tidy(house, NOW + timedelta(days=89))
    assert api.get(address).status_code == 200
    Simulations().tidy(house, NOW + timedelta(days=91))
    assert api.get(address).status_code == 404
