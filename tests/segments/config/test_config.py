"""Do documents change exactly what they say, all of it or nothing, and is every mistake in them told with its place?"""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert

from tests.profiles.conditions.world import NOW
from tests.segments.shop import Shop
from tests.support import houses
from tests.support.web import Clock, Program, add_person, log_in, operator, operator_client
from uems.access import api as access
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.prediction.tables import models
from uems.web.app import create_app

_numbers = itertools.count(1)
BUYERS = {"did": {"events": ["Order Completed"], "within": {"op": "after", "value": {"ago": 30, "unit": "day"}}}}


def segment(key: str, condition: Any = BUYERS, **more: Any) -> dict[str, Any]:
    return {"kind": "segment", "key": key, "name": key.title(), "condition": condition, **more}


def inside(*keys: str) -> Any:
    return {"and": [BUYERS, *({"segment": {"key": key}} for key in keys)]}


def tag(key: str, when: Any = BUYERS, **more: Any) -> dict[str, Any]:
    return {
        "kind": "tag",
        "key": key,
        "tag_kind": "rule",
        "family": "behaviour",
        "label": {"en": key.title(), "zh": "标签"},
        "value_type": "boolean",
        "config": {"values": [{"value": True, "when": when}], "default": None},
        **more,
    }


PLAN = {
    "kind": "tracking_plan",
    "mode": "warn",
    "events": [{"name": "Order Completed", "properties": [{"name": "total", "type": "number", "required": True}]}],
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("config") / "home"))
    yield found
    found.close()


class Desk:
    def __init__(self, house: House) -> None:
        self.house = house
        self.shop = Shop(house, next(_numbers))
        self.application = create_app(house, clock=Clock(NOW))
        self.api: Program = operator_client(self.application, house)
        self.base = f"/api/workspaces/{self.shop.scope.slug}"

    def plan(self, *documents: Any, **more: Any) -> Any:
        answer = self.api.post(f"{self.base}/config/plan", {"documents": list(documents), **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def apply(self, *documents: Any, **more: Any) -> Any:
        return self.api.post(f"{self.base}/config/apply", {"documents": list(documents), **more})

    def actions(self, found: Any) -> list[tuple[str, str, str]]:
        return [(one["action"], one["kind"], one["key"]) for one in found["changes"]]

    def documents(self) -> list[Any]:
        found: list[Any] = self.api.get(f"{self.base}/config").json()["documents"]
        return found


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def test_everything_is_made_in_the_order_in_which_it_asks_each_other_and_a_second_time_nothing_changes(desk: Desk) -> None:
    # As bad as it gets: what is asked stands behind what asks it.
    documents = [segment("a", inside("c")), segment("c"), tag("b", {"tag": {"name": "z", "op": "is_set"}}), tag("z"), PLAN]
    planned = desk.plan(*documents)
    assert desk.actions(planned) == [
        ("create", "tracking_plan", ""),
        ("create", "tag", "b"),
        ("create", "tag", "z"),
        ("create", "segment", "c"),
        ("create", "segment", "a"),
    ]
    assert desk.documents() == []
    applied = desk.apply(*documents, fingerprint=planned["fingerprint"], note="first")
    assert applied.status_code == 200, applied.text
    assert desk.actions(applied.json()) == desk.actions(planned)
    again = desk.plan(*documents)
    assert {one["action"] for one in again["changes"]} == {"keep"}
    written = desk.documents()
    assert [(one["kind"], one.get("key")) for one in written] == [
        ("tracking_plan", None),
        ("tag", "b"),
        ("tag", "z"),
        ("segment", "a"),
        ("segment", "c"),
    ]
    assert {one["action"] for one in desk.plan(*written)["changes"]} == {"keep"}
    assert desk.apply(*written).json()["changes"] == desk.plan(*written)["changes"]
    assert desk.api.get(f"{desk.base}/segments/a").json()["version"] == 1
    other = Desk(desk.house)
    assert other.apply(*written).status_code == 200
    assert other.documents() == written


def test_a_change_is_shown_field_by_field_and_conditions_in_words(desk: Desk) -> None:
    desk.apply(segment("a"), tag("t"), PLAN)
    fewer = {**PLAN, "mode": "block", "events": [{"name": "Order Completed"}]}
    changed = desk.plan(segment("a", {"not": BUYERS}, name="Quiet"), tag("t", {"not": BUYERS}, refresh="live"), fewer)
    fields = {(one["kind"], f["field"]): f for one in changed["changes"] for f in one["fields"]}
    assert (fields["segment", "name"]["before"], fields["segment", "name"]["after"]) == ("A", "Quiet")
    condition = fields["segment", "condition"]
    assert condition["en_before"] == "did “Order Completed” in the last 30 days"
    assert condition["en_after"] == "not: did “Order Completed” in the last 30 days"
    assert condition["zh_after"].startswith("不满足：最近 30 天内")
    assert fields["tag", "config"]["en_after"] == "true: not: did “Order Completed” in the last 30 days"
    assert (fields["tag", "refresh"]["before"], fields["tag", "refresh"]["after"]) == (None, "live")
    assert (fields["tracking_plan", "mode"]["before"], fields["tracking_plan", "mode"]["after"]) == ("warn", "block")
    gone = fields["tracking_plan", "Order Completed · total"]
    assert (gone["before"]["type"], gone["after"]) == ("number", None)


def test_what_goes_is_archived_in_the_order_that_allows_it(desk: Desk) -> None:
    desk.apply(
        segment("a"), segment("b", inside("a")), segment("c", inside("b")), tag("x"), tag("y", {"tag": {"name": "x", "op": "is_set"}})
    )
    broken = desk.plan({"kind": "segment", "key": "a", "archived": True})
    assert [p["document"] for p in broken["problems"]] == [0, 0]
    assert "b would break" in broken["problems"][0]["message"]
    gone = [{"kind": kind, "key": key, "archived": True} for kind, key in (("segment", "a"), ("segment", "b"), ("tag", "x"), ("tag", "y"))]
    documents = [*gone, segment("c")]
    assert desk.actions(desk.plan(*documents)) == [
        ("archive", "tag", "x"),
        ("archive", "tag", "y"),
        ("change", "segment", "c"),
        ("archive", "segment", "b"),
        ("archive", "segment", "a"),
    ]
    assert desk.apply(*documents).status_code == 200
    assert [(one["kind"], one["key"]) for one in desk.documents()] == [("segment", "c")]
    assert {one["action"] for one in desk.plan(*documents)["changes"]} == {"keep"}
    back = desk.plan(segment("a"))
    assert desk.actions(back) == [("restore", "segment", "a")]
    assert desk.apply(segment("a")).status_code == 200
    assert desk.api.get(f"{desk.base}/segments/a").json()["state"] == "building"


def test_pruning_takes_away_what_stands_in_no_document_of_its_kind(desk: Desk) -> None:
    desk.apply(segment("a"), segment("b"), tag("x"), tag("y"))
    pruned = desk.plan(segment("a"), prune=True)
    assert desk.actions(pruned) == [("keep", "segment", "a"), ("archive", "segment", "b")]
    assert desk.apply(segment("a"), tag("x"), prune=True).status_code == 200
    assert [(one["kind"], one["key"]) for one in desk.documents()] == [("tag", "x"), ("segment", "a")]


def asks(key: str, op: str = "is_set", **more: Any) -> Any:
    return {"and": [BUYERS, {"tag": {"name": key, "op": op, **more}}]}


def test_a_tag_that_something_asks_is_not_taken_away_by_documents(desk: Desk) -> None:
    assert desk.apply(segment("a", asks("x")), tag("x"), tag("z")).status_code == 200
    spec = {"label_zh": "z", "label_en": "z", "target": {"kind": "seed", "who": asks("z")}}
    with desk.house.store.write() as conn:  # rather than the room above, which this one does not know
        conn.execute(insert(models).values(**_model(desk.shop.scope.workspace_id, spec)))
    for documents, prune in (
        ([{"kind": "tag", "key": key, "archived": True} for key in ("x", "z")], False),
        ([tag("other")], True),
    ):
        planned = desk.plan(*documents, prune=prune)
        said = "; ".join(one["message"] for one in planned["problems"])
        assert ("segment a would break" in said, "model churn would break" in said) == (True, True), said
        refused = desk.apply(*documents, prune=prune)
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_config")
    assert [(one["kind"], one["key"]) for one in desk.documents()] == [("tag", "x"), ("tag", "z"), ("segment", "a")]
    # With what asks it, it goes.
    gone = [{"kind": kind, "key": key, "archived": True} for kind, key in (("tag", "x"), ("segment", "a"))]
    assert desk.plan(*gone)["problems"] == []
    assert desk.apply(*gone).status_code == 200
    back = desk.api.post(f"{desk.base}/segments/a/restore")
    assert (back.status_code, back.json()["code"]) == (422, "bad_filter")


def test_documents_are_told_which_tags_are_not_there_or_cannot_answer(desk: Desk) -> None:
    desk.apply(tag("loyal"))
    planned = desk.plan(segment("a", asks("loyl")), segment("b", asks("loyal", "gt", value=1)), segment("c", asks("fresh")), tag("fresh"))
    assert [(one["document"], one["path"], one["code"]) for one in planned["problems"]] == [
        (0, "condition.and[1].tag.name", "bad_filter"),
        (1, "condition.and[1].tag", "bad_filter"),
    ]
    assert "did you mean loyal?" in planned["problems"][0]["message"]
    assert "gt does not fit the tag 'loyal', which is a boolean" in planned["problems"][1]["message"]
    # A tag that changes its type is asked in another way with the same documents, or not at all.
    desk.apply(segment("a", asks("loyal", "equals", value=True)))
    text = tag("loyal", value_type="text", config={"values": [{"value": "yes", "when": BUYERS}], "default": None})
    assert "segment a would break" in desk.plan(text)["problems"][0]["message"]
    assert desk.apply(text).status_code == 422
    assert desk.apply(text, segment("a", asks("loyal", "equals", value="yes"))).status_code == 200


def _model(workspace_id: int, definition: Any) -> dict[str, Any]:
    made = {"workspace_id": workspace_id, "key": "churn", "definition": definition, "version": None, "template": None, "created_by": ""}
    return {**made, "created_at": NOW, "updated_at": NOW, "train_at": None, "score_at": None, "deleted_at": None}


def test_a_plan_that_was_overtaken_is_not_applied(desk: Desk) -> None:
    planned = desk.plan(segment("a"))
    desk.shop.save("a", BUYERS)
    refused = desk.apply(segment("a"), fingerprint=planned["fingerprint"])
    assert (refused.status_code, refused.json()["code"]) == (409, "config_changed")


@pytest.mark.parametrize(
    ("document", "path", "said"),
    [
        ({}, "kind", "kind is missing"),
        ({"kind": "dashboard"}, "kind", "must be one of tracking_plan, tag, segment"),
        (segment("a", colour="red"), "colour", "is not a key that is known here"),
        ({"kind": "segment", "key": "a", "name": "A"}, "condition", "Field required"),
        (segment("A b"), "key", "pattern"),
        (segment("a", {"and": [BUYERS, {"did": {"evnts": []}}]}), "condition.and[1].did", "unknown key 'evnts'"),
        (segment("a", {"segment": {"key": "ghost"}}), "condition", "there is no segment 'ghost'"),
        (segment("a", {"list": {"id": 77}}), "condition", "there is no list 77"),
        (segment("a", archived="yes"), "archived", "must be true or false"),
        ({"kind": "tracking_plan", "events": [{"name": "x", "colour": 1}]}, "events[0].colour", "is not a key that is known here"),
        ({"kind": "tracking_plan", "events": [{"name": "x", "properties": [{"name": "p", "pattern": "("}]}]}, "events[0]", "pattern"),
        ({**tag("t"), "colour": 1}, "colour", "Extra inputs"),
        ({"kind": "tag", "key": "t"}, "", "tag_kind is missing"),
        (tag("t", {"did": {"evnts": []}}), "", "unknown key 'evnts'"),
        (tag("t", {"tag": {"name": "ghost", "op": "is_set"}}), "", "ghost"),
    ],
)
def test_a_mistake_is_told_with_its_document_and_place_and_nothing_is_changed(desk: Desk, document: Any, path: str, said: str) -> None:
    planned = desk.plan(segment("fine"), document)
    [problem] = planned["problems"]
    assert (problem["document"], problem["path"].startswith(path)) == (1, True), problem
    assert said in problem["message"]
    refused = desk.apply(segment("fine"), document)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_config")
    assert said in refused.json()["message"]
    assert desk.documents() == []


def test_all_mistakes_of_all_documents_are_told_at_once(desk: Desk) -> None:
    circle = segment("a", inside("b")), segment("b", inside("a"))
    found = desk.plan(*circle, segment("c", colour=1), segment("d"), segment("d"))
    assert [(p["document"], p["code"]) for p in found["problems"]] == [
        (2, "bad_document"),
        (4, "bad_document"),
        (0, "bad_filter"),
        (1, "bad_filter"),
    ]
    assert "a → b → a" in found["problems"][2]["message"]


def test_whoever_may_not_change_a_kind_otherwise_may_not_by_documents(desk: Desk) -> None:
    entered = access.enter(desk.house.store, operator(NOW), desk.shop.scope.slug)
    analyst = log_in(desk.application, "ana@x", add_person(desk.house.store, entered, "ana@x", "analyst"))
    assert analyst.post(f"{desk.base}/config/plan", {"documents": [segment("a")]}).status_code == 200
    assert analyst.post(f"{desk.base}/config/apply", {"documents": [segment("a")]}).status_code == 403
    key = access.create_key(desk.house.store, entered, kind="api", name="k", permissions=["segments:write", "segments:read"])
    headers = {"Authorization": f"Bearer {key.token}"}
    for document in (tag("t"), PLAN, {"kind": "tag", "key": "t", "archived": True}):
        refused = desk.api.send("POST", f"{desk.base}/config/apply", json={"documents": [document]}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert desk.documents() == []
