"""Are flags made, changed, switched, tried and restored by the API, and refused where they make no sense?"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.experiments.world import World, a_world, boolean, forced, number, split
from uems.kernel.settings import Settings

US = {"trait": {"name": "country", "op": "equals", "value": "US"}}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(Settings(home=tmp_path_factory.mktemp("flags") / "home")) as made:
        yield made


def test_a_flag_has_versions_a_state_an_audit_and_a_way_back(world: World) -> None:
    made = world.save("checkout", boolean(forced(condition=US)), base_version=0, owner="pay team")
    assert (made["state"], made["version"], made["owner"]) == ("off", 1, "pay team")
    assert "country" in made["words"][0]["en"]
    assert world.save("checkout", boolean(forced(condition=US)), base_version=1, owner="pay team")["version"] == 1, (
        "the same changes nothing"
    )
    assert world.ask("POST", "/flags/checkout/state", {"state": "on"})["state"] == "on"
    assert world.save("checkout", boolean(), base_version=1)["version"] == 2
    late = world.save("checkout", boolean(forced()), 409, base_version=1)
    assert (late["code"], late["details"]) == ("flag_changed", {"version": 2})
    back = world.ask("POST", "/flags/checkout/restore", {"version": 1, "base_version": 2})
    assert (back["version"], back["spec"]["rules"][0]["condition"]) == (3, US)
    assert [one["version"] for one in back["versions"]] == [3, 2, 1]
    world.ask("POST", "/flags/checkout/restore", {"version": 9}, 404)
    actions = [one["action"] for one in world.ask("GET", "/audit")["items"] if one["target"] == "flag:checkout"]
    assert actions == ["flag.changed", "flag.changed", "flag.turned", "flag.created"]


@pytest.mark.parametrize(
    ("spec", "code", "said"),
    [
        (number(split(weights=(50, 40))), "invalid", "add up to 90"),
        (number(split(weights=(33.333, 66.667))), "invalid", "two decimals"),
        (boolean(forced("yes")), "invalid", "no boolean"),
        (boolean(default=1), "invalid", "no boolean"),
        ({"value_type": "number", "default": True}, "invalid", "no number"),
        (boolean(forced(), forced()), "invalid", "same id"),
        (number(split(arms=[])), "invalid", "at least 2"),
        (number(split(namespace={"key": "n", "start": 50, "end": 50})), "invalid", "end must be larger"),
        (boolean(forced(percent=50.001)), "invalid", "two decimals"),
        (boolean(forced(condition={"did": {"events": ["Look"]}})), "flag_condition", "rules"),
        (boolean(forced(condition={"trait": {"name": "a"}})), "bad_filter", "operator"),
        (boolean(forced(condition={"segment": {"key": "nowhere"}})), "bad_filter", "nowhere"),
        (boolean(prerequisites=[{"flag": "nowhere", "values": [True]}]), "flag_unknown", "does not exist"),
        (boolean(prerequisites=[{"flag": "wrong", "values": [True]}]), "flag_circle", "itself"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, spec: dict[str, Any], code: str, said: str) -> None:
    refused = world.save("wrong", spec, 422)
    assert refused["code"] == code
    assert said in refused["message"] or code == "flag_condition"
    world.ask("GET", "/flags/wrong", expected=404)


def test_prerequisites_in_a_circle_are_refused_with_the_way(world: World) -> None:
    world.save("one", boolean())
    world.save("two", boolean(prerequisites=[{"flag": "one", "values": [True]}]))
    world.save("three", number(split("three", prerequisites=[{"flag": "two", "values": [True]}])))
    refused = world.save("one", boolean(forced(prerequisites=[{"flag": "three", "values": [1]}])), 422)
    assert (refused["code"], "one needs three needs two needs one" in refused["message"]) == ("flag_circle", True)
    assert world.save("four", boolean(prerequisites=[{"flag": "three", "values": ["1"]}]), 422)["code"] == "flag_prerequisite"
    assert world.ask("POST", "/flags/two/state", {"state": "archived"}, 409)["code"] == "flag_in_use"
    assert world.ask("GET", "/flags/one")["users"] == ["two"]


def test_namespaces_that_overlap_and_experiments_with_one_name_are_refused(world: World) -> None:
    world.save("left", number(split("left-test", namespace={"key": "home", "start": 0, "end": 40})))
    overlap = world.save("right", number(split("right-test", namespace={"key": "home", "start": 39.99, "end": 100})), 422)
    assert overlap["code"] == "namespace_overlap"
    assert "0 to 40%" in overlap["message"]
    hashed = split("right-test", namespace={"key": "home", "start": 40, "end": 100}, hash_attribute="company")
    assert world.save("right", number(hashed), 422)["code"] == "namespace_attribute"
    world.save("right", number(split("right-test", namespace={"key": "home", "start": 40, "end": 100})))
    assert world.save("other", number(split("left-test")), 422)["code"] == "experiment_taken"
    parts = [one for one in world.ask("GET", "/flag-namespaces")["items"] if one["namespace"] == "home"]
    assert [(one["experiment"], one["start"], one["end"]) for one in parts] == [("left-test", 0, 40), ("right-test", 40, 100)]


def test_a_change_that_moves_people_says_how_many_and_waits_for_a_yes(world: World) -> None:
    world.on("moving", number(split("moving-test", (50, 50))))
    # 0-50 and 50-100 become 0-60 and 60-100: the buckets from 50 to 60 change arms.
    refused = world.save("moving", number(split("moving-test", (60, 40))), 409)
    assert refused["code"] == "people_would_move"
    assert "10% of those in moving-test get another arm" in refused["message"]
    shown = world.ask("POST", "/flag-previews", {"key": "moving", "spec": number(split("moving-test", (60, 40)))})["moves"]
    assert shown == [{"experiment": "moving-test", "moved": 10, "left": 0, "joined": 0, "again": False, "targeting": False}]
    assert world.save("moving", number(split("moving-test", (60, 40))), accept_moves=True)["version"] == 2
    assert world.save("moving", number(split("moving-test", (60, 40), percent=80)), 409)["code"] == "people_would_move"


def test_the_kind_of_a_flag_stays_and_an_archived_one_is_taken_up_again(world: World) -> None:
    world.save("kind", boolean())
    assert world.save("kind", number(), 409)["code"] == "flag_type_fixed"
    world.ask("POST", "/flags/kind/state", {"state": "archived"})
    assert world.ask("POST", "/flags/kind/state", {"state": "on"}, 409)["code"] == "flag_archived"
    assert "kind" not in [one["key"] for one in world.ask("GET", "/flags")["items"]]
    assert "kind" in [one["key"] for one in world.ask("GET", "/flags?archived=true")["items"]]
    assert world.save("kind", number())["state"] == "off"


def test_a_draft_is_tried_with_the_fate_of_every_rule(world: World) -> None:
    world.on("gate", boolean(forced(condition=US)))
    spec = number(
        {"kind": "force", "id": "us", "value": 7, "condition": {"trait": {"name": "plan", "op": "equals", "value": "pro"}}},
        {"kind": "force", "id": "gated", "value": 8, "prerequisites": [{"flag": "gate", "values": [True]}]},
        {"kind": "force", "id": "nobody", "value": 9, "percent": 0},
        split("tried"),
        {"kind": "force", "id": "rest", "value": 10},
    )
    told = world.ask("POST", "/flag-trials", {"key": "draft", "spec": spec, "attributes": {"id": "user-1", "country": "DE"}})
    assert [step["why"] for step in told["steps"]] == ["condition", "prerequisite", "percent", "decided", "not_reached"]
    assert (told["source"], told["rule_id"]) == ("experiment", "split")
    assert told["value"] == (0 if told["steps"][3]["place"] < 50 else 1)
    assert told["arm"] == f"arm{told['value']}"
    nobody = world.ask("POST", "/flag-trials", {"key": "draft", "spec": spec, "attributes": {"country": "US"}})
    assert [step["why"] for step in nobody["steps"]] == ["condition", "decided", "not_reached", "not_reached", "not_reached"]
    assert nobody["value"] == 8
    world.ask("POST", "/flag-trials", {"key": "never", "attributes": {}}, 404)


def test_a_flag_that_gives_everybody_one_value_for_long_is_called_stale(world: World) -> None:
    world.on("old", boolean(forced()))
    world.on("split", number(split("split-test")))
    world.save("unused", boolean())
    before = {one["key"]: one["stale"] for one in world.ask("GET", "/flags")["items"]}
    assert {before["old"], before["split"], before["unused"]} == {None}
    world.clock.advance(days=61)
    after = {one["key"]: one["stale"] for one in world.ask("GET", "/flags")["items"]}
    assert (after["old"], after["split"], after["unused"]) == ("one_value", None, "off")
    world.clock.advance(days=-61)
