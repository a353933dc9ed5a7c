"""Can segments be tried out, saved, opened and explained over HTTP, and is rubbish refused with its place?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.profiles.conditions.world import NOW
from tests.segments.shop import Shop
from tests.support import houses
from tests.support.feed import Happened
from tests.support.web import Clock, Program, operator_client
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.web.app import create_app

BASE = "/api/workspaces/w1/segments"
BUYERS: dict[str, Any] = {"did": {"events": ["Order Completed"], "within": {"op": "after", "value": {"ago": 30, "unit": "day"}}}}
VIEWERS: dict[str, Any] = {"did": {"events": ["Viewed"], "op": "gte", "value": 2}}


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    built = houses.build(settings)
    yield built
    built.close()


@pytest.fixture
def shop(house: House) -> Shop:
    found = Shop(house, 1)
    calls = [Happened(user=f"u{n}", ts=NOW - timedelta(hours=n), event="Viewed") for n in range(4)]
    calls += [Happened(user=f"u{n}", ts=NOW - timedelta(minutes=n), event="Viewed") for n in range(2)]
    calls += [Happened(user=f"u{n}", ts=NOW - timedelta(days=1), event="Order Completed") for n in (1, 2)]
    found.take(calls)
    return found


@pytest.fixture
def api(house: House, shop: Shop) -> Program:
    return operator_client(create_app(house, clock=Clock(NOW)), house)


def put(api: Program, key: str, condition: Any, **more: Any) -> Any:
    return api.send("PUT", f"{BASE}/{key}", json={"name": key.title(), "condition": condition, **more})


def test_a_preview_counts_every_part_and_what_it_decides(api: Program) -> None:
    found = api.post(f"{BASE}/preview", {"condition": {"and": [BUYERS, {"not": VIEWERS}]}}).json()
    # u0 and u1 viewed twice; u1 and u2 ordered: only u2 is left.
    assert (found["count"], found["total"]) == (1, 4)
    assert [[i["value"] for i in person["ids"]] for person in found["sample"]] == [["u2"]]
    parts = {part["path"]: part for part in found["parts"]}
    assert [parts[p]["count"] for p in ("", "and[0]", "and[1]", "and[1].not")] == [1, 2, 2, 2]
    assert [parts[p]["removes"] for p in ("and[0]", "and[1]")] == [1, 1]
    assert parts["and[0]"]["en"] == "did “Order Completed” in the last 30 days"
    assert parts["and[0]"]["zh"] == "最近 30 天内做过 “Order Completed”"
    found = api.post(f"{BASE}/preview", {"condition": {"or": [BUYERS, VIEWERS]}}).json()
    assert (found["count"], [part["adds"] for part in found["parts"]]) == (3, [None, 1, 1])


def test_a_segment_is_saved_built_opened_and_explained(api: Program, shop: Shop) -> None:
    made = put(api, "buyers", BUYERS, base_version=0).json()
    assert (made["state"], made["version"], made["en"]) == ("building", 1, "did “Order Completed” in the last 30 days")
    shop.catch_up()
    assert [(one["key"], one["state"], one["size"]) for one in api.get(BASE).json()["items"]] == [("buyers", "live", 2)]
    page = api.get(f"{BASE}/buyers/members?limit=1").json()
    rest = api.get(f"{BASE}/buyers/members?limit=1&cursor={page['next_cursor']}").json()
    assert [row["ids"][0]["value"] for row in page["items"] + rest["items"]] == ["u1", "u2"]
    number = page["items"][0]["person_id"]
    assert api.get(f"{BASE}/buyers/members/{number}").json() == {"member": True}
    why = api.get(f"{BASE}/buyers/members/{number}/why").json()
    assert (why["holds"], why["reasons"][0]["found"]) == (True, "1")
    [mine] = api.get(f"/api/workspaces/w1/people/{number}/segments").json()["items"]
    assert (mine["key"], mine["cause"]) == ("buyers", "built")
    before = (NOW - timedelta(seconds=1)).isoformat()
    assert api.get(f"{BASE}/buyers/members", params={"on": before}).json()["items"] == []
    history = api.get(f"{BASE}/buyers/history?first_day=2026-03-29").json()["items"]
    assert [(h["day"], h["size"], h["entered"]) for h in history] == [("2026-03-29", 0, 0), ("2026-03-30", 2, 2)]


def test_two_people_who_edit_the_same_segment_do_not_overwrite_each_other(api: Program) -> None:
    put(api, "buyers", BUYERS, base_version=0)
    assert put(api, "buyers", VIEWERS, base_version=1).json()["version"] == 2
    refused = put(api, "buyers", BUYERS, base_version=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "segment_changed")
    versions = api.get(f"{BASE}/buyers/versions").json()["items"]
    assert [v["condition"] for v in versions] == [VIEWERS, BUYERS]


def test_segments_that_lead_back_to_themselves_or_nowhere_are_refused_and_nothing_is_saved(api: Program) -> None:
    put(api, "a", BUYERS)
    put(api, "b", {"segment": {"key": "a"}})
    refused = put(api, "a", {"not": {"segment": {"key": "b"}}})
    assert (refused.status_code, refused.json()["message"]) == (422, "segment: a → b → a leads back to itself; take one of them out.")
    assert "no segment 'c'" in put(api, "d", {"segment": {"key": "c"}}).json()["message"]
    assert [one["key"] for one in api.get(BASE).json()["items"]] == ["a", "b"]
    assert api.get(f"{BASE}/a").json()["version"] == 1
    in_use = api.delete(f"{BASE}/a")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "segment_in_use")


@pytest.mark.parametrize("key", ["passes", "preview", "why"])
def test_a_key_that_is_an_address_of_something_else_is_refused(api: Program, key: str) -> None:
    refused = put(api, key, BUYERS)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


def test_an_archived_segment_comes_back_with_its_members(api: Program, shop: Shop) -> None:
    put(api, "buyers", BUYERS)
    shop.catch_up()
    assert api.delete(f"{BASE}/buyers").json()["state"] == "archived"
    assert api.get(BASE).json()["items"] == []
    assert [one["key"] for one in api.get(f"{BASE}?archived=true").json()["items"]] == ["buyers"]
    assert api.post(f"{BASE}/buyers/restore").json()["state"] == "building"
    shop.catch_up()
    assert api.get(f"{BASE}/buyers").json()["size"] == 2


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"did": {"events": [], "where": {"trait": {"name": "x", "op": "is_set"}}}}, "did.where.trait: cannot be asked here"),
        ({"did": {"events": [], "where": {"column": {"name": "evnt", "op": "is_set"}}}}, "unknown column 'evnt'"),
        ({"did": {"events": [], "measure": "sum", "op": "gte", "value": 1}}, "did.property: sum needs the name of a property"),
        ({"did": {"events": [], "op": "gte", "value": "3"}}, "did.value: gte compares numbers"),
        ({"did": {"evnts": []}}, "did: unknown key 'evnts'"),
        ({"did": {"events": [], "where": {"property": {"name": "x", "op": "regex", "value": "((a{1,1000}){1,1000})"}}}}, "RE2"),
        ({"regular": {"events": [], "unit": "week", "at_least": 5, "out_of": 4}}, "at_least: must be a whole number from 1 to 4"),
        ({"sequence": {"steps": [{"events": []}], "amount": 1, "unit": "day"}}, "sequence.steps: must be a list of 2 to 8"),
        ({"sample": {"percent": 0}}, "sample.percent: must be a number above 0"),
        ({"column": {"name": "event", "op": "is_set"}}, "unknown condition 'column'"),
        ({"and": []}, "and: must be a list of at least one condition"),
        ({"top": {"tag": "x", "percent": "9"}}, "top.percent"),
        ({"person": {"name": "age", "op": "gt", "value": 5}}, "unknown 'age'"),
        ({"person": {"name": "first_seen", "op": "gt", "value": 5}}, "first_seen cannot be tested by gt"),
        ({"related": {"kind": "knows"}}, "related.kind: must be invited or invited_by"),
        ({}, "must be an object with exactly one key"),
        ({"tag": {"name": "ghost", "op": "is_set"}}, "tag.name: there is no tag 'ghost'; there are none yet."),
        ({"not": {"top": {"tag": "ghost", "percent": 9}}}, "not.top.tag: there is no tag 'ghost'"),
    ],
)
def test_a_condition_that_means_nothing_is_refused_with_its_place(api: Program, condition: Any, said: str) -> None:
    refused = put(api, "x", condition)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_filter")
    assert said in refused.json()["message"]
    assert api.get(f"{BASE}/x").status_code == 404
    for question in ("preview", "why/1"):
        assert api.post(f"{BASE}/{question}", {"condition": condition}).json()["message"] == refused.json()["message"]


def test_a_preview_of_a_segment_that_is_not_there_names_those_that_are(api: Program) -> None:
    asked = {"condition": {"segment": {"key": "ghost"}}}
    assert api.post(f"{BASE}/preview", asked).json()["message"].endswith("there are none yet.")
    put(api, "buyers", BUYERS)
    assert api.post(f"{BASE}/preview", asked).json()["message"].endswith("there are buyers.")
    assert put(api, "other", asked["condition"]).json()["message"].endswith("there are buyers.")
    assert "no list 999" in api.post(f"{BASE}/preview", {"condition": {"list": {"id": 999}}}).json()["message"]
