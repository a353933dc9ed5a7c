"""What do clients get at the door: the payload, only with a key of its kind, and remote evaluation by the protocol?"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.experiments.world import NOW, World, a_world, boolean, forced, number, split
from tests.support.feed import Happened
from uems.access import api as access
from uems.collect.records import decode
from uems.experiments.flags.evaluator import compile_payload
from uems.experiments.flags.loaded import LOOK_SECONDS
from uems.experiments.flags.splitting import Subject
from uems.kernel.settings import Settings
from uems.segments import api as segments


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(Settings(home=tmp_path_factory.mktemp("door") / "home")) as made:
        yield made


@pytest.fixture(autouse=True)
def _looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LOOK_SECONDS == 1
    monkeypatch.setattr("uems.experiments.flags.loaded.LOOK_SECONDS", 0)


def test_the_payload_holds_the_flags_that_are_on_and_answers_304_to_who_has_it(world: World) -> None:
    world.on("shown", boolean(forced(percent=25)))
    world.save("hidden", boolean())
    path = f"/api/features/{world.key}"
    first = world.stranger("GET", path)
    assert first.status_code == 200
    assert first.headers["x-sse-support"] == "enabled"
    assert first.headers["access-control-allow-origin"] == "*"
    rule = {"id": "all", "force": True, "range": [0, 0.25], "hashAttribute": "id", "seed": "shown/all", "hashVersion": 2}
    assert first.json()["features"] == {"shown": {"defaultValue": False, "rules": [rule]}}
    again = world.stranger("GET", path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    world.save("shown", boolean(forced(percent=30)))
    changed = world.stranger("GET", path, headers={"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]
    head = world.stranger("HEAD", path)
    assert (head.status_code, head.content, int(head.headers["content-length"]) > 0) == (200, b"", True)
    world.ask("POST", "/flags/shown/state", {"state": "off"})
    assert world.payload() == {}


def test_a_large_payload_comes_packed_to_who_takes_it(world: World) -> None:
    world.on("large", {"value_type": "string", "default": "x" * 5_000})
    path = f"/api/features/{world.key}"
    plain = world.stranger("GET", path, headers={"accept-encoding": "identity"})
    packed = world.stranger("GET", path, headers={"accept-encoding": "gzip"})
    assert (plain.headers.get("content-encoding"), packed.headers["content-encoding"]) == (None, "gzip")
    assert plain.json() == packed.json()
    assert int(packed.headers["content-length"]) < len(plain.content) / 10
    world.ask("POST", "/flags/large/state", {"state": "archived"})


def test_only_a_flags_key_opens_the_door_and_it_opens_nothing_else(world: World) -> None:
    writing = access.create_key(world.house.store, world.inside, kind="write", name="events").token
    reading = access.create_key(world.house.store, world.inside, kind="api", name="bi", permissions=["experiments:read"]).token
    for key in (writing, reading, "ufk_unknown", "x", ""):
        for path in (f"/api/features/{key}", f"/sub/{key}"):
            answer = world.stranger("GET", path)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        answer = world.stranger("POST", "/ofrep/v1/evaluate/flags", json={}, headers={"x-api-key": key})
        assert answer.status_code == 401
    refused = world.stranger("GET", "/api/workspaces/shop/flags", headers={"authorization": f"Bearer {world.key}"})
    assert (refused.status_code, refused.json()["code"]) == (401, "flags_key_only")
    assert access.write_key(world.house.store, world.key) is None


def test_a_page_may_ask_from_anywhere(world: World) -> None:
    asked = world.stranger("OPTIONS", f"/api/features/{world.key}", headers={"origin": "https://shop.example"})
    assert asked.status_code == 204
    assert "if-none-match" in asked.headers["access-control-allow-headers"]
    assert world.stranger("POST", f"/api/features/{world.key}").status_code == 405
    assert world.stranger("GET", "/ofrep/v1/evaluate/flags").status_code == 405
    assert world.stranger("GET", "/ofrep/v2").status_code == 404


def test_remote_evaluation_answers_by_the_protocol(world: World) -> None:
    world.on("remote", number(split("remote-test"), prerequisites=[]))
    world.on("needs", number(prerequisites=[{"flag": "remote", "values": [5]}]))
    expected = compile_payload(world.payload()).evaluate("remote", Subject(attributes={"id": "u1"}))
    one = world.evaluate({"targetingKey": "u1"}, "remote").json()
    assert expected.assignment is not None
    assert one == {
        "key": "remote",
        "reason": "SPLIT",
        "variant": expected.assignment.key,
        "value": expected.value,
        "metadata": {"experiment": "remote-test", "rule": "split"},
    }
    assert world.evaluate({"targetingKey": "u1"}, "needs").json() == {"key": "needs", "reason": "DISABLED"}
    missing = world.evaluate({}, "nowhere")
    assert (missing.status_code, missing.json()["errorCode"], missing.json()["key"]) == (404, "FLAG_NOT_FOUND", "nowhere")
    for body in (b"{", b"[]", b'{"context": 1}', b'{"context": {"targetingKey": [1]}}', b'{"context": {"a": NaN}}'):
        answer = world.stranger("POST", "/ofrep/v1/evaluate/flags", content=body, headers={"x-api-key": world.key})
        assert answer.status_code == 400
        assert answer.json()["errorCode"] in ("PARSE_ERROR", "INVALID_CONTEXT")
    whole = world.evaluate({"targetingKey": "u1"})
    assert {flag["key"] for flag in whole.json()["flags"]} == {"remote", "needs"}
    same = world.evaluate({"targetingKey": "u1"}, **{"if-none-match": whole.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    large = world.stranger("POST", "/ofrep/v1/evaluate/flags", content=b" " * 300_000, headers={"x-api-key": world.key})
    assert large.status_code == 413
    for key in ("needs", "remote"):
        world.ask("POST", f"/flags/{key}/state", {"state": "archived"})


def test_the_server_knows_the_segments_of_a_user_and_believes_no_claim(world: World) -> None:
    world.feed.take([Happened(user="mei", ts=NOW - timedelta(hours=1)), Happened(user="tom", ts=NOW, event="Order Completed")], NOW)
    world.ask("PUT", "/segments/buyers", {"name": "Buyers", "condition": {"did": {"events": ["Order Completed"]}}})
    _compute_segments(world)
    world.on("vip", boolean(forced(condition={"segment": {"key": "buyers"}})))
    told = [world.evaluate({"targetingKey": who, "segments": ["buyers"]}, "vip").json()["value"] for who in ("tom", "mei", "stranger")]
    assert told == [True, False, False]
    assert world.ask("GET", "/flag-segments?user_id=tom") == {"segments": ["buyers"], "known": True}
    assert world.ask("GET", "/flag-segments?user_id=nobody") == {"segments": [], "known": False}
    assert world.ask("POST", "/flag-trials", {"key": "vip", "user_id": "tom"})["segments"] == ["buyers"]
    world.ask("POST", "/flags/vip/state", {"state": "archived"})


def test_an_exposure_is_told_once_with_an_id_of_its_own(world: World) -> None:
    world.on("told", number(split("told-test")))
    before = _told(world)
    for _ in range(3):
        world.evaluate({"targetingKey": "u7"}, "told")
        world.evaluate({"targetingKey": "u7"})
    world.evaluate({"targetingKey": "a9", "anonymousId": "a9"}, "told")
    world.evaluate({"targetingKey": "u8"}, "told", **{"x-exposures": "off"})
    world.evaluate({}, "told")
    told = _told(world)[len(before) :]
    assert [(one.get("userId"), one.get("anonymousId")) for one in told] == [("u7", None), (None, "a9")]
    assert told[0]["event"] == "experiment.exposed"
    assert told[0]["properties"]["experiment_id"] == "told-test"
    assert told[0]["properties"]["variation_id"] in ("arm0", "arm1")
    assert len({one["messageId"] for one in told}) == 2
    # Another process, or this one after a start, tells it under the same id.
    world.app.flags._remote._exposures._told = set()
    world.evaluate({"targetingKey": "u7"}, "told")
    assert _told(world)[-1]["messageId"] == told[0]["messageId"]


def _told(world: World) -> list[dict[str, Any]]:
    """Every event in the log, in order."""
    found: list[dict[str, Any]] = []
    for record in world.house.log.read(0, 0, 1_000_000):
        entries = decode(record.body)
        assert isinstance(entries, list)
        found += [item for entry in entries for item in json.loads(entry.body)["batch"]]
    return found


def _compute_segments(world: World) -> None:
    keeper = segments.Keeper(world.house, access.Workspaces(world.house.store), "test", world.clock)
    while keeper.step():
        continue
    keeper.close()
