"""Can every recipe be tried on history over HTTP, and what is said of what is not there?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.feed import Feed, Happened
from tests.support.houses import build
from tests.support.web import Clock, Program, make_workspace, operator_client
from uems.kernel.settings import Settings
from uems.web.app import create_app

NOW = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
BASE = "/api/workspaces/shop"
EVENTS = ("Signed Up", "Product Viewed", "Product Added", "Order Completed", "Product Reviewed")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    house = build(Settings(home=Path(tmp_path_factory.mktemp("routes")) / "home"))
    inside = make_workspace(house.store, "shop", NOW - timedelta(days=40))[1]
    told = [Happened(user=f"u{n}", event=EVENTS[n % 5], ts=NOW - timedelta(hours=5 * n + 1)) for n in range(60)]
    Feed(house, inside.scope).take(sorted(told, key=lambda call: call.ts), NOW)
    found = operator_client(create_app(house, clock=Clock(NOW)), house)
    assert found.send("PUT", f"{BASE}/topics/care", json={"name_zh": "心意", "name_en": "Care", "default": "subscribed"}).status_code == 200
    yield found
    house.close()


def recipes(api: Program) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api.get(f"{BASE}/flow-recipes").json()["items"]
    for one in items:
        for node in one["graph"]["nodes"]:
            if node["type"] == "send":
                node["config"]["topic"] = "care"
    return items


def test_every_recipe_can_be_tried(api: Program) -> None:
    came = {}
    for one in recipes(api):
        body = {"name": one["key"], "graph": one["graph"], "recipe": one["key"]}
        assert api.send("PUT", f"{BASE}/flows/{one['key']}", json=body).status_code == 200
        answer = api.post(f"{BASE}/flows/{one['key']}/simulate", {"days": 14})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert found["report"]["entries"]["entered"] == sum(day["entered"] for day in found["days"]), one["key"]
        assert found["sent"] == sum(sum(day["messages"].values()) for day in found["days"])
        assert found["sent"] + sum(lost["messages"] for lost in found["lost"] if lost["verdict"] != "hold") <= found["asked"]
        came[one["key"]] = found["report"]["entries"]["arrived"]
    assert came["welcome"] > 0
    assert came["cart_abandoned"] > 0


def test_what_is_not_there_is_not_found(api: Program) -> None:
    assert api.post(f"{BASE}/flows/nothing/simulate", {"days": 7}).status_code == 404
    graph = recipes(api)[0]["graph"]
    assert api.send("PUT", f"{BASE}/flows/unpublished", json={"name": "x", "graph": graph}).status_code == 200
    assert api.get(f"{BASE}/flows/unpublished/report").json()["version"] == 0
    answer = api.get(f"{BASE}/flows/unpublished/report?version=99")
    assert (answer.status_code, answer.json()["details"]) == (404, {"kind": "flow version"})
    assert api.post(f"{BASE}/flows/unpublished/simulate", {"days": 0}).status_code == 422
