"""Are scenes made, changed, started and put away by the API, and refused where they make no sense?"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.outreach.world import World, a_world
from uems.kernel.settings import Settings
from uems.outreach.scenes.spec import SceneHours

SPEC: dict[str, Any] = {
    "condition": {"did": {"events": ["Look"], "within": {"op": "after", "value": {"ago": 30, "unit": "minute"}}}},
    "stays_minutes": 20,
    "cool_down_minutes": 60,
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(Settings(home=tmp_path_factory.mktemp("scene_routes") / "home")) as made:
        yield made


def put(world: World, key: str, expected: int = 200, **more: Any) -> dict[str, Any]:
    answer = world.ask("PUT", f"/scenes/{key}", {"name": key.title(), "spec": SPEC, **more})
    assert answer.status_code == expected, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_scene_has_versions_a_state_and_an_audit(world: World) -> None:
    made = put(world, "looks", base_version=0)
    assert (made["state"], made["version"], made["inside"]) == ("paused", 1, 0)
    assert put(world, "looks", base_version=1)["version"] == 1, "the same again changes nothing"
    changed = put(world, "looks", spec={**SPEC, "cool_down_minutes": 90}, base_version=1)
    assert [one["version"] for one in changed["versions"]] == [2, 1]
    assert changed["versions"][1]["spec"]["cool_down_minutes"] == 60
    assert "30" in changed["said_en"]
    assert "30" in changed["said_zh"]
    assert put(world, "looks", 409, base_version=1)["code"] == "scene_changed"
    assert world.ask("POST", "/scenes/looks/state", {"state": "live"}).json()["state"] == "live"
    listed = world.ask("GET", "/scenes").json()["items"]
    assert [(one["key"], one["state"]) for one in listed] == [("looks", "live")]
    actions = [one["action"] for one in world.ask("GET", "/audit").json()["items"]]
    assert [one for one in actions if one.startswith("scene.")] == ["scene.turned", "scene.changed", "scene.created"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"cool_down_minutes": 10}, "invalid"),
        ({"slot": "home"}, "invalid"),
        ({"content": [{"language": "en", "title": "Hello"}]}, "invalid"),
        ({"slot": "home", "content": [{"language": "en", "title": "a"}, {"language": "en", "title": "b"}]}, "invalid"),
        ({"slot": "home", "content": [{"language": "en", "link": "http://shop.example"}]}, "invalid"),
        ({"hours": {"since": "22:00", "until": "22:00"}}, "invalid"),
        ({"condition": {"did": {"event": "Look"}}}, "bad_filter"),
        ({"condition": {"segment": {"key": "nowhere"}}}, "bad_filter"),
        ({"condition": {"tag": {"name": "nowhere", "op": "is_set"}}}, "bad_filter"),
        ({"condition": {"list": {"id": 9}}}, "bad_filter"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, wrong: dict[str, Any], code: str) -> None:
    assert put(world, "wrong", 422, spec={**SPEC, **wrong})["code"] == code
    assert world.ask("GET", "/scenes/wrong").status_code == 404


def test_a_scene_that_begins_a_flow_stays_and_a_flow_needs_one_that_is_there(world: World) -> None:
    graph = {
        "entry": {"type": "scene", "scene": "begins"},
        "start": "end",
        "nodes": [{"id": "end", "type": "exit"}],
        "edges": [],
    }
    problems = world.ask("POST", "/flow-checks", {"graph": graph}).json()["problems"]
    assert [one["code"] for one in problems] == ["bad_entry"]
    put(world, "begins")
    assert world.ask("POST", "/flow-checks", {"graph": graph}).json()["problems"] == []
    assert world.ask("PUT", "/flows/begun", {"name": "Begun", "graph": graph}).status_code == 200
    assert world.ask("GET", "/scenes/begins").json()["flows"] == ["begun"]
    refused = world.ask("POST", "/scenes/begins/state", {"state": "archived"})
    assert (refused.status_code, refused.json()["code"]) == (409, "scene_in_use")
    assert world.ask("DELETE", "/flows/begun").status_code == 204
    assert world.ask("POST", "/scenes/begins/state", {"state": "archived"}).json()["state"] == "archived"
    assert world.ask("POST", "/scenes/begins/state", {"state": "live"}).json()["code"] == "scene_archived"
    assert put(world, "begins")["state"] == "paused", "saving brings it back"


def test_the_examples_can_be_saved_tried_and_started(world: World) -> None:
    examples = world.ask("GET", "/scene-examples").json()["items"]
    assert [one["key"] for one in examples] == ["late_night_skin", "looks_again"]
    for one in examples:
        put(world, one["key"], spec=one["spec"])
        trial = world.ask("POST", "/scene-trials", {"spec": one["spec"]})
        assert (trial.status_code, trial.json()["people"]) == (200, 0)
        assert world.ask("POST", f"/scenes/{one['key']}/state", {"state": "live"}).status_code == 200
        assert world.ask("GET", f"/scenes/{one['key']}/matches").json() == {"items": [], "next_cursor": None}


def test_history_is_not_asked_what_is_known_only_as_it_is_now(world: World) -> None:
    spec = {**SPEC, "condition": {"person": {"name": "identified", "op": "equals", "value": True}}}
    answer = world.ask("POST", "/scene-trials", {"spec": spec})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_past")


def test_hours_reach_over_midnight_by_the_clock_of_the_person(world: World) -> None:
    night = SceneHours(since="22:00", until="02:00")
    now = world.clock.now.replace(hour=16, minute=30)  # half past midnight in Shanghai, half past eleven in the morning in New York
    assert (night.open_at(now, "Asia/Shanghai"), night.open_at(now, "America/New_York")) == (True, False)
    assert not night.open_at(now.replace(hour=18, minute=0), "Asia/Shanghai"), "two o'clock is over"
    assert night.open_at(now.replace(hour=14, minute=0), "Asia/Shanghai"), "ten o'clock is in"
