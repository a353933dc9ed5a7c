"""Are maps kept with their versions, refused where they make no sense, and drafted from the workspace's own events?"""

from typing import Any

import pytest

from tests.journeys.reports.world import DAY, NOW, Act, Town, World, town
from tests.support.web import Clock, Program, operator_client
from uems.journeys.map.draft import Seen, filled
from uems.journeys.map.templates.api import TEMPLATES
from uems.profiles import api as profiles
from uems.web.app import create_app

__all__ = ["town"]

BUY: dict[str, Any] = {
    "key": "buy",
    "name": "Buy",
    "touchpoints": [{"key": "order", "name": "Order", "events": [{"event": "Order Completed"}]}],
}
LOOK: dict[str, Any] = {
    "key": "look",
    "name": "Look",
    "touchpoints": [{"key": "view", "name": "View", "events": [{"event": "Product Viewed"}]}],
}
DRAWING: dict[str, Any] = {"stages": [LOOK, BUY]}


@pytest.fixture(scope="module")
def shop(town: Town) -> World:
    world = town.world()
    for n in range(4):
        world.send(
            [
                Act(ms=n * DAY, anonymous=f"a{n}", path="/p"),
                Act(ms=n * DAY + 1, anonymous=f"a{n}", event="Product Viewed"),
                Act(ms=n * DAY + 2, anonymous=f"a{n}", event="Order Completed", properties={"revenue": 5, "currency": "USD"}),
                Act(ms=n * DAY + 3, anonymous=f"a{n}", event="Invite Sent"),
            ]
        )
    return world


@pytest.fixture(scope="module")
def api(shop: World) -> Program:
    house = shop.town.house
    return operator_client(create_app(house, clock=Clock(NOW)), house)


@pytest.fixture
def base(shop: World) -> str:
    return f"/api/workspaces/{shop.scope.slug}/maps"


def test_a_map_is_made_changed_and_kept_in_versions(api: Program, base: str) -> None:
    made = api.send("PUT", f"{base}/shop", json={"name": "Shop", "drawing": DRAWING, "base_version": 0})
    assert made.status_code == 200, made.text
    assert made.json()["version"] == 1
    assert made.json()["drawing"]["window_seconds"] == 604_800
    again = api.send("PUT", f"{base}/shop", json={"name": "Shop", "drawing": DRAWING, "base_version": 1})
    assert again.json()["version"] == 1, "the same again changes nothing"
    renamed = {**DRAWING, "stages": [{**LOOK, "name": "First look"}, BUY]}
    late = api.send("PUT", f"{base}/shop", json={"name": "Shop", "drawing": renamed, "base_version": 0})
    assert (late.status_code, late.json()["code"]) == (409, "map_changed")
    changed = api.send("PUT", f"{base}/shop", json={"name": "Shop", "drawing": renamed, "base_version": 1})
    assert changed.json()["version"] == 2
    assert changed.json()["drawing"]["stages"][0]["name"] == "First look"
    versions = api.get(f"{base}/shop/versions").json()["items"]
    assert [(one["version"], one["drawing"]["stages"][0]["name"]) for one in versions] == [(2, "First look"), (1, "Look")]
    assert [one["key"] for one in api.get(base).json()["items"]] == ["shop"]


def test_an_archived_map_is_out_of_use_until_it_is_restored(api: Program, base: str) -> None:
    api.send("PUT", f"{base}/old", json={"name": "Old", "drawing": DRAWING})
    assert api.delete(f"{base}/old").json()["archived"] is True
    assert "old" not in [one["key"] for one in api.get(base).json()["items"]]
    assert "old" in [one["key"] for one in api.get(f"{base}?archived=true").json()["items"]]
    assert api.post(f"{base}/old/restore").json()["archived"] is False
    assert api.get(f"{base}/none").status_code == 404
    assert api.delete(f"{base}/none").status_code == 404
    audit = api.get(base.replace("/maps", "/audit")).json()["items"]
    assert [one["action"] for one in audit if one["target"] == "map:old"] == ["map.restored", "map.archived", "map.created"]


@pytest.mark.parametrize("key", ["templates", "draft", "_map", "Map"])
def test_a_key_that_is_an_address_or_no_key_is_refused(api: Program, base: str, key: str) -> None:
    answer = api.send("PUT", f"{base}/{key}", json={"name": "Map", "drawing": DRAWING})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("drawing", "words"),
    [
        ({"stages": []}, "at least 1"),
        ({"stages": [BUY, BUY]}, "more than once"),
        ({"stages": [{**BUY, "key": "order"}]}, "more than once"),
        ({**DRAWING, "window_seconds": 0}, "must be 1 to"),
        ({"stages": [{**BUY, "touchpoints": [{"key": "x", "name": "X", "events": []}]}]}, "at least 1"),
        ({"stages": [{**BUY, "touchpoints": [{"key": "x", "name": "X", "events": [{"filter": {"nothing": 1}}]}]}]}, "filter"),
        (
            {"stages": [{"key": "s", "name": "S", "touchpoints": [{"key": f"p{n}", "name": "P", "events": [{}]} for n in range(25)]}]},
            "at most 24",
        ),
    ],
)
def test_a_drawing_that_makes_no_sense_is_refused(api: Program, base: str, drawing: Any, words: str) -> None:
    answer = api.send("PUT", f"{base}/bad", json={"name": "Bad", "drawing": drawing})
    assert answer.status_code == 422
    assert words in answer.text


def test_a_draft_is_filled_in_from_the_events_and_their_roles(api: Program, base: str) -> None:
    templates = api.get(f"{base}/templates").json()["items"]
    assert [one["key"] for one in templates] == ["ecommerce", "saas", "education", "content"]
    assert all(one["label_zh"] != one["label_en"] for one in templates)
    draft = api.post(f"{base}/draft", {"template": "ecommerce", "language": "zh"}).json()
    stages = {one["key"]: one for one in draft["drawing"]["stages"]}
    assert [one["name"] for one in stages.values()] == ["认知", "使用", "转化", "留存", "推荐"]
    bound = {point["key"]: [event["event"] for event in point["events"]] for one in stages.values() for point in one["touchpoints"]}
    assert bound == {"visit": ["Page Viewed"], "view": ["Product Viewed"], "purchase": ["Order Completed"], "invite": ["Invite Sent"]}
    assert "经广告访问" in draft["missing"], "nobody came by a campaign"
    saved = api.send("PUT", f"{base}/drafted", json={"name": draft["name"], "drawing": draft["drawing"]})
    assert saved.status_code == 200, saved.text
    assert api.post(f"{base}/draft", {"template": "none"}).status_code == 404


@pytest.mark.parametrize("key", list(TEMPLATES))
def test_every_template_gives_a_map_even_without_any_event_and_binds_an_event_once(key: str) -> None:
    template = TEMPLATES[key]
    empty = filled(template, [], profiles.Roles(), "en")
    assert sum(len(stage.touchpoints) for stage in empty.draft.drawing.stages) == 0
    assert len(empty.missing) == sum(len(stage.points) for stage in template.stages)
    names = ["Signed In", "Course Enrolled", "Lesson Started", "Video Played", "Trial Started", "Project Created", "课程打卡", "Followed"]
    found = filled(template, [Seen(name=name, page=False) for name in names], profiles.Roles(), "en").draft.drawing
    bound = [event.event for stage in found.stages for point in stage.touchpoints for event in point.events]
    assert len(bound) == len(set(bound)) > 0
    keys = [point.key for stage in template.stages for point in stage.points] + [stage.key for stage in template.stages]
    assert len(keys) == len(set(keys))
