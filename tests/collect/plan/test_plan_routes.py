"""Can the plan be read, changed, compared and drafted over HTTP, and are violations listed with words?"""

from typing import Any

import pytest

from tests.collect.plan.conftest import Send
from tests.support.events import NOW, track
from tests.support.web import Clock, Program, operator_client
from uems.access.api import Access
from uems.kernel.house import House
from uems.web.app import create_app

PATH = "/api/workspaces/shop/plan"
PLAN: dict[str, Any] = {
    "mode": "warn",
    "unknown_events": "block",
    "unknown_properties": "warn",
    "events": [
        {
            "name": "Order Completed",
            "owner": "growth",
            "description": {"zh": "已付款", "en": "Paid"},
            "properties": [
                {"name": "revenue", "type": "number", "required": True, "minimum": 0},
                {"name": "渠道", "type": "text", "allowed": ["门店", "app"]},
            ],
        }
    ],
    "traits": [{"name": "email", "type": "text", "pattern": "@"}],
}


@pytest.fixture
def operator(house: House, shop: Access) -> Program:
    return operator_client(create_app(house, clock=Clock(NOW)), house)


def test_a_plan_is_put_read_and_compared(operator: Program) -> None:
    empty = operator.get(PATH).json()
    assert (empty["version"], empty["mode"], empty["events"], empty["saved_at"]) == (0, "allow", [], None)
    saved = operator.send("PUT", PATH, json={**PLAN, "base_version": 0, "note": "first"}).json()
    assert saved == operator.get(PATH).json()
    assert (saved["version"], saved["note"], saved["events"][0]["properties"][1]["allowed"]) == (1, "first", ["门店", "app"])
    assert operator.send("PUT", PATH, json={**PLAN, "mode": "block", "base_version": 1}).json()["version"] == 2
    again = operator.send("PUT", PATH, json={**PLAN, "base_version": 1})
    assert (again.status_code, again.json()["code"], again.json()["details"]) == (409, "plan_changed", {"version": 2})
    versions = operator.get(PATH + "/versions?limit=1").json()
    assert [(v["version"], v["events"], v["properties"]) for v in versions["items"]] == [(2, 1, 3)]
    older = operator.get(PATH + f"/versions?limit=1&cursor={versions['next_cursor']}").json()
    assert [v["version"] for v in older["items"]] == [1]
    assert operator.get(PATH + "/versions/1").json()["mode"] == "warn"
    assert operator.get(PATH + "/versions/9").status_code == 404
    changes = operator.get(PATH + "/changes?before=1&after=2").json()["items"]
    assert changes == [{"event": "", "property": "", "is_trait": False, "field": "mode", "before": "warn", "after": "block"}]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mode": "shout"}, "mode"),
        ({"evnts": []}, "evnts"),
        ({"events": [{"name": "a", "properties": [{"name": "x", "type": "string"}]}]}, "type"),
        ({"events": [{"name": "a"}, {"name": "a"}]}, "events[1].name: 'a' is defined twice"),
        ({"traits": [{"name": "x", "type": "text", "pattern": "(?=x)"}]}, "traits[0].pattern: not a regular expression that RE2 can run"),
        ({"traits": [{"name": "x", "allowed": [None]}]}, "allowed"),
        ({"traits": [{"name": "\u0000"}]}, "NUL"),
    ],
)
def test_a_wrong_plan_is_refused_with_its_place(operator: Program, change: dict[str, object], message: str) -> None:
    answer = operator.send("PUT", PATH, json={**PLAN, **change})
    assert answer.status_code == 422
    assert message in answer.text
    assert operator.get(PATH).json()["version"] == 0


def test_violations_are_counted_and_said_in_both_languages(operator: Program, send: Send) -> None:
    operator.send("PUT", PATH, json=PLAN)
    send([track(f"u{n}", "Order Completed", properties={"revenue": -1, "x": n}) for n in range(3)])
    send([track("u9", "Order Completed", properties={"渠道": "?"}), track("u1", "Odrer Completed")])
    send([{"type": "identify", "userId": "u1", "messageId": "i1", "traits": {"email": "nobody"}}])
    found = operator.get(PATH + "/violations").json()
    assert [(v["type"], v["event"], v["code"], v["property"], v["events"], v["blocked"]) for v in found["items"]] == [
        ("track", "Order Completed", "too_small", "revenue", 3, 0),
        ("track", "Order Completed", "unknown_property", "x", 3, 0),
        ("identify", "", "pattern", "email", 1, 0),
        ("track", "Odrer Completed", "unknown_event", "", 1, 1),
        ("track", "Order Completed", "missing", "revenue", 1, 0),
        ("track", "Order Completed", "not_allowed", "渠道", 1, 0),
    ]
    assert found["items"][0]["words"] == {"zh": "属性 “revenue” 的值过小或过短", "en": "the value of “revenue” is too small or too short"}
    page = operator.get(PATH + "/violations?limit=4").json()
    rest = operator.get(PATH + f"/violations?limit=4&cursor={page['next_cursor']}").json()
    assert page["items"] + rest["items"] == found["items"]
    assert rest["next_cursor"] is None
    assert len(operator.get(PATH + "/violations?event=Odrer Completed").json()["items"]) == 1


def test_a_draft_can_be_put_as_it_is(operator: Program, send: Send) -> None:
    send([track(f"u{n}", "Order Completed", properties={"revenue": n, "渠道": "门店"}) for n in range(120)])
    draft = operator.post(PATH + "/draft", {"days": 7}).json()
    assert [(e["definition"]["name"], e["is_planned"], e["events"], e["sampled"]) for e in draft["events"]] == [
        ("Order Completed", False, 120, 120)
    ]
    channel = next(p for p in draft["events"][0]["properties"] if p["definition"]["name"] == "渠道")
    assert (channel["present"], channel["examples"], channel["definition"]["allowed"]) == (1.0, ["门店"], ["门店"])
    body = {"mode": "block", "events": [e["definition"] for e in draft["events"]], "traits": [t["definition"] for t in draft["traits"]]}
    assert operator.send("PUT", PATH, json=body).status_code == 200
    assert operator.post(PATH + "/draft", {}).json()["events"][0]["is_planned"] is True
    assert operator.post(PATH + "/draft", {"days": 0}).status_code == 422
