"""Do documents of flags change exactly what they say, come out as they went in, and get refused where the API would refuse them?"""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import yaml

from tests.experiments.world import boolean, forced, number, split
from tests.outreach.flows.world import FlowShop
from tests.outreach.test_documents import Desk, actions, fields
from tests.profiles.conditions.world import NOW
from tests.support import houses
from tests.support.web import Clock, operator_client
from uems.experiments.flags.definitions import get_flag, list_flags, write_flag
from uems.experiments.flags.spec import FlagDraft, FlagSpec
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.web.app import create_app

_numbers = itertools.count(1)
FRESH = {"kind": "segment", "key": "fresh", "name": "Fresh", "condition": {"did": {"events": ["Order Completed"]}}}


def flag(key: str, spec: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": "flag", "key": key, "name": key.title(), "spec": spec, **more}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("flagdocs") / "home"))
    yield found
    found.close()


class FlagDesk(Desk):
    """A desk in a house of its own, whose workspaces are counted anew."""

    def __init__(self, house: House) -> None:
        self.shop = FlowShop(house, next(_numbers), NOW)
        self.api = operator_client(create_app(house, clock=Clock(NOW)), house)
        self.base = f"/api/workspaces/{self.shop.scope.slug}"


@pytest.fixture
def desk(house: House) -> Desk:
    return FlagDesk(house)


def codes(found: Any) -> list[tuple[str, str]]:
    return [(one["path"], one["code"]) for one in found["problems"]]


def test_flags_are_made_with_what_they_need_in_any_order_and_a_second_time_nothing_changes(desk: Desk) -> None:
    asks = flag(
        "asks", boolean(forced(condition={"segment": {"key": "fresh"}}), prerequisites=[{"flag": "zoo", "values": [True]}]), state="on"
    )
    documents = [asks, flag("zoo", boolean(), owner="growth"), FRESH]
    planned = desk.plan(*documents)
    assert planned["problems"] == []
    assert actions(planned) == [("create", "segment", "fresh"), ("create", "flag", "asks"), ("create", "flag", "zoo")]
    desk.apply(*documents, fingerprint=planned["fingerprint"])
    assert [(one["key"], one["state"], one["version"]) for one in desk.get("flags")["items"]] == [("asks", "on", 1), ("zoo", "off", 1)]
    for same in (documents, desk.documents(), list(yaml.safe_load_all(yaml.safe_dump_all(desk.documents())))):
        assert {one["action"] for one in desk.plan(*same)["changes"]} == {"keep"}
    changed = desk.plan(flag("zoo", boolean(default=True), owner="growth", state="on"))
    assert fields(changed) == {"state": ("off", "on"), "spec.default": (False, True)}
    desk.apply(flag("zoo", boolean(default=True), owner="growth", state="on"))
    assert (desk.get("flags/zoo")["state"], desk.get("flags/zoo")["version"]) == ("on", 2)
    # One that says nothing of its state leaves it.
    desk.apply(flag("zoo", boolean(default=True)))
    assert (desk.get("flags/zoo")["state"], desk.get("flags/zoo")["owner"]) == ("on", "")


def test_what_the_api_would_refuse_is_a_problem_and_nothing_is_changed(desk: Desk) -> None:
    desk.apply(flag("test", number(split("one", (50, 50))), state="on"), flag("kind", boolean()))
    wrong = [
        flag("test", number(split("one", (60, 40)))),
        flag("kind", number()),
        flag("late", boolean(forced(condition={"segment": {"key": "nowhere"}}))),
        flag("turn", boolean(prerequisites=[{"flag": "turned", "values": [True]}])),
        flag("turned", boolean(prerequisites=[{"flag": "turn", "values": [True]}])),
        flag("left", number(split("left", namespace={"key": "home", "start": 0, "end": 50}))),
        flag("right", number(split("right", namespace={"key": "home", "start": 40, "end": 100}))),
    ]
    found = dict(codes(desk.plan(wrong[0])))
    assert found == {"spec": "people_would_move"}
    assert codes(desk.plan(wrong[1])) == [("spec.value_type", "flag_type_fixed")]
    assert codes(desk.plan(wrong[2])) == [("spec.rules[0].condition", "bad_filter")]
    assert codes(desk.plan(*wrong[3:5])) == [("spec", "flag_circle")] * 2
    assert codes(desk.plan(*wrong[5:7])) == [("spec", "namespace_overlap")] * 2
    refused = desk.api.post(f"{desk.base}/config/apply", {"documents": wrong})
    assert refused.status_code == 422
    assert [(one["key"], one["version"]) for one in desk.get("flags")["items"]] == [("kind", 1), ("test", 1)]
    desk.apply({**wrong[0], "accept_moves": True})
    assert desk.get("flags/test")["version"] == 2


def test_a_roll_out_goes_on_from_where_it_is_while_its_steps_are_the_same(desk: Desk, house: House) -> None:
    steps = [{"at": (NOW + timedelta(days=n)).isoformat(), "percent": percent} for n, percent in ((1, 20), (2, 60), (3, 100))]
    ramp = {"steps": steps, "state": "running"}
    document = flag("wide", boolean(forced(percent=5, ramp=ramp)), state="on")
    assert actions(desk.apply(document)) == [("create", "flag", "wide")]
    access = desk.shop.access()
    stood = get_flag(house.store, access.scope, "wide")
    grown = stood.spec.model_dump(mode="json")
    grown["rules"][0] |= {"percent": 60, "ramp": {**grown["rules"][0]["ramp"], "done": 2}}
    with house.store.write() as conn:
        write_flag(conn, access, "wide", FlagDraft(name="Wide", spec=FlagSpec.model_validate(grown)))
    assert [one["action"] for one in desk.plan(document)["changes"]] == ["keep"]
    other = flag("wide", boolean(forced(percent=5, ramp={"steps": steps[:2], "state": "running"})))
    [percent] = [change for name, change in fields(desk.plan(other)).items() if name.endswith(".percent")]
    assert percent == (60, 5)


def test_archiving_says_that_it_was_on_and_one_that_is_needed_stays(desk: Desk, house: House) -> None:
    desk.apply(flag("base", boolean(), state="on"), flag("over", boolean(prerequisites=[{"flag": "base", "values": [True]}])))
    gone = {"kind": "flag", "key": "base", "archived": True}
    planned = desk.plan(gone)
    assert (actions(planned), fields(planned)) == ([("archive", "flag", "base")], {"state": ("on", "archived")})
    refused = desk.api.post(f"{desk.base}/config/apply", {"documents": [gone]})
    assert (refused.status_code, refused.json()["code"]) == (409, "flag_in_use")
    assert len(list_flags(house.store, desk.shop.scope)) == 2
    desk.apply({"kind": "flag", "key": "over", "archived": True})
    desk.apply(gone)
    assert list_flags(house.store, desk.shop.scope) == []
    desk.apply(flag("base", boolean()))
    assert desk.get("flags/base")["state"] == "off"
