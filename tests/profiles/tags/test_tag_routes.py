"""Are tags defined, tried, computed, given and opened over HTTP as a browser does it, by those who may?"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.profiles.conftest import START
from tests.support import houses
from tests.support.feed import Feed, Happened
from tests.support.web import Clock, Program, make_workspace, operator_client
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.web.app import create_app

BASE = "/api/workspaces/shop"
WORDS = {"label": {"zh": "订单数", "en": "Orders"}, "description": {"zh": "多少单", "en": "How many"}}
ORDERS = {"family": "behaviour", "kind": "computed", "value_type": "number", **WORDS, "config": {"measure": "count", "roles": ["purchase"]}}
VIP = {"family": "attribute", "kind": "manual", "value_type": "text", "label": {"zh": "贵宾", "en": "VIP"}, "allowed": ["gold", "silver"]}


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    built = houses.build(settings)
    yield built
    built.close()


@pytest.fixture
def feed(house: House) -> Feed:
    feed = Feed(house, make_workspace(house.store, "shop", START)[0].scope)
    lines = json.dumps({"products": [{"product_id": "p", "category": "tea", "price": 3}]})
    calls = [
        Happened(user=f"u{n}", ts=START + timedelta(days=m), event="Order Completed", revenue_minor=300, currency="CNY", properties=lines)
        for n in range(4)
        for m in range(n)
    ]
    feed.take([*calls, Happened(user="u0", ts=START, event="Looked")], START)
    return feed


@pytest.fixture
def api(house: House, feed: Feed) -> Program:
    return operator_client(create_app(house, clock=Clock(START + timedelta(days=9))), house)


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if status != 204 else None


def person_of(api: Program, user: str) -> int:
    return int(ok(api.get(f"{BASE}/people?search={user}"))["items"][0]["person_id"])


def test_a_tag_is_tried_defined_computed_and_opened(api: Program) -> None:
    roles = {one["role"]: one for one in ok(api.post(f"{BASE}/roles/guess"))["items"]}
    assert roles["purchase"]["events"] == ["Order Completed"]
    assert roles["purchase"]["reason"]["zh"]
    assert [one["event"] for one in ok(api.get(f"{BASE}/roles/candidates"))["items"]] == ["Order Completed", "Looked"]
    trial = ok(api.post(f"{BASE}/tag-trials", ORDERS))
    assert (trial["people"], trial["everybody"], {one["value"]: one["people"] for one in trial["values"]}) == (
        4,
        4,
        {0: 1, 1: 1, 2: 1, 3: 1},
    )
    made = ok(api.send("PUT", f"{BASE}/tags/orders", json={**ORDERS, "base_version": 0}))
    assert (made["version"], made["health"], made["coverage"]) == (1, "new", None)
    assert ok(api.post(f"{BASE}/tags/orders/refresh")) == {"people": 4, "changed": 4, "failed": ""}
    listed = ok(api.get(f"{BASE}/tags"))["items"]
    assert [(one["key"], one["health"], one["coverage"], one["lineage"]["events"]) for one in listed] == [
        ("orders", "ok", 1.0, ["Order Completed"])
    ]
    spread = ok(api.get(f"{BASE}/tags/orders/distribution"))
    assert (spread["people"], spread["mean"], spread["median"], sum(one["people"] for one in spread["bins"])) == (4, 1.5, 1.5, 4)
    page = ok(api.get(f"{BASE}/tags/orders/people?low=1&limit=2"))
    rest = ok(api.get(f"{BASE}/tags/orders/people?low=1&limit=2&cursor={page['next_cursor']}"))
    assert [len(page["items"]), len(rest["items"]), rest["next_cursor"]] == [2, 1, None]
    assert [one["ids"][0]["value"] for one in ok(api.get(f"{BASE}/tags/orders/people?value=2"))["items"]] == ["u2"]
    mine = ok(api.get(f"{BASE}/people/{person_of(api, 'u3')}/tags"))["items"]
    assert [(one["tag"], one["value"], one["label"]) for one in mine] == [("orders", 3, WORDS["label"])]
    assert api.send("PUT", f"{BASE}/tags/orders", json={**ORDERS, "base_version": 0}).status_code == 409
    assert [one["version"] for one in ok(api.get(f"{BASE}/tags/orders/versions"))["items"]] == [1]
    ok(api.delete(f"{BASE}/tags/orders"), 204)
    assert ok(api.get(f"{BASE}/tags"))["items"] == []
    assert api.get(f"{BASE}/tags/orders").status_code == 404


def test_a_tag_is_given_by_hand_and_by_file_and_taken_back(api: Program) -> None:
    ok(api.send("PUT", f"{BASE}/tags/vip", json=VIP))
    person = person_of(api, "u1")
    given = ok(api.post(f"{BASE}/tags/vip/people", {"people": [person], "value": "gold", "note": "met at the fair"}))
    assert [(one["tag"], one["value"]) for one in ok(api.get(f"{BASE}/people/{person}/tags"))["items"]] == [("vip", "gold")]
    assert api.post(f"{BASE}/tags/vip/people", {"people": [person], "value": "tin"}).status_code == 422
    assert ok(api.post(f"{BASE}/tag-actions/{given['action']}/undo"))["undone_at"]
    assert ok(api.get(f"{BASE}/people/{person}/tags"))["items"] == []
    ok(api.post(f"{BASE}/tag-actions/{given['action']}/redo"))
    ok(api.send("PUT", f"{BASE}/tags/score", json={**VIP, "kind": "imported", "value_type": "number", "allowed": None}))
    taken = ok(api.send("POST", f"{BASE}/tags/score/import", content=b"id,value\nu1,5\nu2,6\nghost,1\n"))
    assert (taken["people"], taken["unknown"]) == (2, 1)
    wrong = api.send("POST", f"{BASE}/tags/score/import", content=b"u1,5\nu2,many\n")
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["details"]) == (422, "bad_file", {"row": 2})
    for content, row in ((b"id,value\nu1,NaN\n", 2), (b"id,value\nu1,1\nu2,1e999\n", 3)):
        assert api.send("POST", f"{BASE}/tags/score/import", content=content).json()["details"] == {"row": row}
    assert {one["tag"]: one["value"] for one in ok(api.get(f"{BASE}/people/{person}/tags"))["items"]} == {"vip": "gold", "score": 5}
    actions = ok(api.get(f"{BASE}/tag-actions"))["items"]
    assert [(one["tag"], one["kind"], one["people"]) for one in actions] == [("score", "imported", 2), ("vip", "manual", 1)]
    assert [one["tag"] for one in ok(api.get(f"{BASE}/tag-actions?tag=vip"))["items"]] == ["vip"]


def test_a_file_of_a_chinese_spreadsheet_is_taken_too(api: Program) -> None:
    ok(api.send("PUT", f"{BASE}/tags/city", json={**VIP, "kind": "imported", "allowed": None}))
    taken = ok(api.send("POST", f"{BASE}/tags/city/import", content="编号;标签值\nu1;上海\n".encode("gbk")))
    assert (taken["people"], taken["unknown"]) == (1, 0)
    person = person_of(api, "u1")
    assert [(one["tag"], one["value"]) for one in ok(api.get(f"{BASE}/people/{person}/tags"))["items"]] == [("city", "上海")]


def test_roles_are_confirmed_and_forgotten(api: Program) -> None:
    role = ok(api.send("PUT", f"{BASE}/roles/purchase", json={"events": ["Looked"]}))
    assert (role["state"], role["events"], role["confidence"]) == ("confirmed", ["Looked"], 1.0)
    assert ok(api.post(f"{BASE}/roles/guess"))["items"][2]["events"] == ["Looked"]
    ok(api.delete(f"{BASE}/roles/purchase"), 204)
    found = {one["role"]: one["state"] for one in ok(api.get(f"{BASE}/roles"))["items"]}
    assert (found["purchase"], len(found)) == (None, 31)
    assert api.send("PUT", f"{BASE}/roles/nonsense", json={}).status_code == 404


def test_ready_made_rules_say_what_can_be_set(api: Program) -> None:
    rules = {one["key"]: one for one in ok(api.get(f"{BASE}/tag-rules"))["items"]}
    assert set(rules["lifecycle_stage"]["settings"]["properties"]) >= {"active_days", "silent_days", "lost_days"}
    assert rules["lifecycle_stage"]["value_labels"]["lost"] == {"zh": "流失", "en": "Lost"}
    assert rules["rfm"]["needs"] == ["purchase"]


def test_a_workspace_of_history_stands_still(api: Program) -> None:
    assert ok(api.get(f"{BASE}/tag-clock")) == {"as_of": None}
    then = (START + timedelta(days=1, hours=1)).isoformat().replace("+00:00", "Z")
    ok(api.send("PUT", f"{BASE}/tag-clock", json={"as_of": then}))
    assert ok(api.get(f"{BASE}/tag-clock")) == {"as_of": then}
    for never in ("2026-01-01T00:00:00", "1900-01-01T00:00:00Z", "2999-01-01T00:00:00Z", 5):
        assert api.send("PUT", f"{BASE}/tag-clock", json={"as_of": never}).status_code == 422
    config = {"rule": "lifecycle_stage", "settings": {}}
    draft = {**VIP, "kind": "rule", "allowed": None, "config": config}
    ok(api.send("PUT", f"{BASE}/tags/stage", json=draft))
    ok(api.post(f"{BASE}/tags/stage/refresh"))
    assert ok(api.get(f"{BASE}/tags/stage/distribution"))["people"] == 4
