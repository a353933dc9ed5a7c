"""Do the people pages get over HTTP what they show, and do merges made there change them?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.profiles.conftest import START
from tests.profiles.test_profiles import identify
from tests.support import houses
from tests.support.feed import Feed, Happened
from tests.support.web import Clock, Program, make_workspace, operator_client
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.web.app import create_app

BASE = "/api/workspaces/shop"


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """Everything, as it is built at the start."""
    built = houses.build(settings)
    yield built
    built.close()


@pytest.fixture
def feed(house: House) -> Feed:
    return Feed(house, make_workspace(house.store, "shop", START)[0].scope)


@pytest.fixture
def api(house: House) -> Program:
    return operator_client(create_app(house, clock=Clock(START + timedelta(days=9))), house)


def test_a_person_is_found_shown_and_told(api: Program, feed: Feed) -> None:
    odd: dict[str, Any] = {"a/b": 1, "big": 10**400}
    feed.take([identify("ann", 1, email="ann@x.cn", firstName="Ann", last_name="Li", **odd)], START)
    order = Happened(
        user="ann", anonymous="laptop", ts=START + timedelta(hours=2), event="Order Completed", revenue_minor=500, currency="CNY"
    )
    feed.take([order], START)
    [row] = api.get(f"{BASE}/people?search=ann").json()["items"]
    assert (row["name"], row["email"], row["totals"]["revenue_minor"]) == ("Ann Li", None, 500)
    assert [(i["kind"], i["value"]) for i in row["ids"]] == [("user_id", "ann"), ("email", "ann@x.cn"), ("anonymous_id", "laptop")]
    person = api.get(f"{BASE}/people/{row['person_id']}").json()
    assert {t["trait"]: t["value"] for t in person["traits"]}["a/b"] == 1
    assert len(api.get(f"{BASE}/people/{row['person_id']}/ids").json()["items"]) == 3
    history = api.get(f"{BASE}/people/{row['person_id']}/traits/{quote('a/b', safe='')}/history").json()
    assert [t["value"] for t in history["items"]] == [1]
    page = api.get(f"{BASE}/people/{row['person_id']}/timeline?limit=1").json()
    assert [(i["event"], i["revenue_minor"]) for i in page["items"]] == [("Order Completed", 500)]
    rest = api.get(f"{BASE}/people/{row['person_id']}/timeline?limit=1&cursor={page['next_cursor']}").json()
    assert ([i["type"] for i in rest["items"]], rest["next_cursor"]) == (["identify"], None)


def test_pages_of_people_follow_each_other(api: Program, feed: Feed) -> None:
    feed.take([identify(f"user{n}", 1, city="Wuhan") for n in range(5)], START)
    for query in ("", "search=user", "search=wuhan", "search=uha"):
        seen: list[int] = []
        cursor = ""
        while True:
            page = api.get(f"{BASE}/people?{query}&limit=2{cursor}").json()
            seen += [row["person_id"] for row in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert sorted(seen) == [1, 2, 3, 4, 5], query


def test_two_people_are_previewed_merged_undone_and_merged_again(api: Program, feed: Feed) -> None:
    feed.take([Happened(user=user, ts=START, revenue_minor=100, currency="CNY") for user in ("ann", "bob")], START)
    body = {"a": {"kind": "user_id", "value": "ann"}, "b": {"kind": "user_id", "value": "bob"}}
    preview = api.post(f"{BASE}/merges/preview", body).json()
    assert ([p["totals"]["revenue_minor"] for p in preview["profiles"]], preview["refused"]) == ([100, 100], "")
    made = api.post(f"{BASE}/merges", body).json()
    assert api.get(f"{BASE}/people/2").json()["person_id"] == made["person_id"] == 1
    assert api.get(f"{BASE}/people/1").json()["totals"]["revenue_minor"] == 200
    assert api.post(f"{BASE}/reports/overview", {}).json()["data"]["people"] == 1
    undone = api.post(f"{BASE}/merges/{made['merge_id']}/undo").json()
    assert undone["people"] == [1, 2]
    assert api.post(f"{BASE}/reports/overview", {}).json()["data"]["people"] == 2
    [link] = api.get(f"{BASE}/merges?state=undone").json()["items"]
    assert (link["undo_id"], link["cause"]) == (undone["undo_id"], "manual")
    [again] = api.post(f"{BASE}/merges/{undone['undo_id']}/redo").json()["links"]
    assert again["state"] == "active"
    assert [m["merge_id"] for m in api.get(f"{BASE}/merges?person_id=2").json()["items"]] == ["1-2"]
    assert {"merge.made", "merge.undone", "merge.redone"} <= {e["action"] for e in api.get(f"{BASE}/audit").json()["items"]}


def test_an_unknown_id_and_a_foreign_cursor_are_refused(api: Program, feed: Feed) -> None:
    body = {"a": {"kind": "user_id", "value": "nobody"}, "b": {"kind": "user_id", "value": "null"}}
    assert api.post(f"{BASE}/merges/preview", body).status_code == 404
    assert api.get(f"{BASE}/people/77").json()["code"] == "not_found"
    merges = api.get(f"{BASE}/merges").json()
    assert merges == {"items": [], "next_cursor": None}
    for path in ("people", "people?search=x", "merges"):
        mark = "&" if "?" in path else "?"
        assert api.get(f"{BASE}/{path}{mark}cursor=WzEsMiwzLDRd").json()["code"] == "invalid"


def test_rules_are_read_and_changed(api: Program, feed: Feed) -> None:
    rules = api.get(f"{BASE}/identity-rules").json()
    assert rules["limits"] == {"user_id": 1, "anonymous_id": 1000}
    assert "null" in api.get(f"{BASE}/identity-rules/junk").json()["items"]
    changed = api.send("PUT", f"{BASE}/identity-rules", json={**rules, "blocked": ["Kiosk"], "phone_region": "CN"}).json()
    assert (changed["blocked"], changed["phone_region"]) == (["kiosk"], "CN")
    assert api.get(f"{BASE}/identity-rules").json() == changed
    assert api.send("PUT", f"{BASE}/identity-rules", json={**rules, "max_ids": 0}).status_code == 422


def test_a_change_of_rules_tells_beforehand_how_many_people_it_touches(api: Program, feed: Feed) -> None:
    feed.take([Happened(user=user, anonymous="kiosk", ts=START) for user in ("ann", "bob")], START)
    feed.take([Happened(user="cid", ts=START)], START)
    rules = api.get(f"{BASE}/identity-rules").json()
    preview = f"{BASE}/identity-rules/preview"
    assert api.post(preview, rules).json() == {"people": 0}
    assert api.post(preview, {**rules, "blocked": [" KIOSK "]}).json() == {"people": 1}
    # The claim of the second user was refused, and would be heard again under other limits.
    assert api.post(preview, {**rules, "limits": {**rules["limits"], "user_id": 2}}).json() == {"people": 2}
    assert api.get(f"{BASE}/identity-rules").json() == rules
    assert api.post(preview, {**rules, "max_ids": 0}).status_code == 422
