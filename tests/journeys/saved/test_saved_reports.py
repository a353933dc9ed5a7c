"""Are reports saved under a name, checked, guarded against the changes of others, found, removed and brought back?"""

from typing import Any

import pytest

from tests.journeys.reports.world import NOW, Act, Town, World, town
from tests.support.web import Clock, Program, operator_client
from uems.journeys import api as journeys
from uems.journeys.saved import definitions
from uems.web.app import create_app

__all__ = ["town"]

SPEC: dict[str, Any] = {"series": [{"event": "Order Completed", "measure": "people"}], "last_days": 30}


@pytest.fixture(scope="module")
def shop(town: Town) -> World:
    world = town.world()
    world.send([Act(ms=n, anonymous=f"a{n}", event="Order Completed") for n in range(3)])
    return world


@pytest.fixture(scope="module")
def api(shop: World) -> Program:
    house = shop.town.house
    return operator_client(create_app(house, clock=Clock(NOW)), house)


@pytest.fixture
def base(shop: World) -> str:
    return f"/api/workspaces/{shop.scope.slug}/saved-reports"


def save(api: Program, address: str, name: str, **more: Any) -> Any:
    return api.send("PUT", address, json={"name": name, "report": "trend", "spec": SPEC, **more})


def test_a_report_is_saved_as_it_was_given_changed_by_who_saw_it_and_answered_by_the_rooms_above(
    api: Program, base: str, shop: World
) -> None:
    made = save(api, f"{base}/buyers", "Buyers", if_version=0)
    assert made.status_code == 200, made.text
    assert (made.json()["version"], made.json()["spec"]) == (1, SPEC)
    assert save(api, f"{base}/buyers", "Buyers", if_version=1).json()["version"] == 1, "the same again changes nothing"
    late = save(api, f"{base}/buyers", "Buyers a month", if_version=0)
    assert (late.status_code, late.json()["code"]) == (409, "saved_report_changed")
    assert save(api, f"{base}/buyers", "Buyers a month", if_version=1).json()["version"] == 2
    house, scope = shop.town.house, shop.scope
    one = journeys.saved_report(house, scope, "buyers")
    assert journeys.run_report(house, scope, one.report, {**one.spec, "last_days": 1_100}, NOW).data["series"][0]["lines"][0]["total"] == 3
    assert "buyers" in [each.key for each in journeys.saved_reports(house, scope)]


def test_a_removed_report_comes_back_by_saving_it_again_and_its_versions_go_on(api: Program, base: str) -> None:
    save(api, f"{base}/old", "Old")
    was = api.delete(f"{base}/old").json()
    assert (was["name"], was["version"]) == ("Old", 1)
    assert api.get(f"{base}/old").status_code == 404
    assert api.delete(f"{base}/old").status_code == 404
    assert "old" not in [one["key"] for one in api.get(base).json()["items"]]
    assert save(api, f"{base}/old", "Old", if_version=1).json()["code"] == "saved_report_changed"
    back = save(api, f"{base}/old", "Old", if_version=0).json()
    assert (back["version"], back["created_at"]) == (2, was["created_at"])
    audit = api.get(f"{base.removesuffix('saved-reports')}audit").json()["items"]
    assert [one["action"] for one in audit if one["target"] == "report:old"] == ["report.saved", "report.removed", "report.saved"]


def test_reports_are_found_by_words_kind_and_page(api: Program, base: str) -> None:
    for number, name in enumerate(("Æther weekly", "周报 付费", "zebra Weekly")):
        save(api, f"{base}/find_{number}", name, description="findable")
    api.send("PUT", f"{base}/find_3", json={"name": "Last", "description": "findable", "report": "overview", "spec": {}})

    def keys(query: str) -> list[str]:
        return [one["key"] for one in api.get(f"{base}?{query}").json()["items"]]

    assert keys("search=WEEKLY") == ["find_2", "find_0"]
    assert keys("search=付费") == ["find_1"]
    assert keys("search=findable&report=overview") == ["find_3"]
    first = api.get(f"{base}?search=findable&limit=3").json()
    rest = api.get(f"{base}?search=findable&limit=3&cursor={first['next_cursor']}").json()
    assert [one["key"] for one in first["items"] + rest["items"]] == keys("search=findable")
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("key", "change", "status", "code"),
    [
        ("bad", {"spec": {"series": []}}, 422, "invalid_spec"),
        ("bad", {"spec": {"serie": 1}}, 422, "invalid_spec"),
        ("bad", {"report": "nosuch"}, 404, "not_found"),
        ("Bad", {}, 422, "invalid"),
        ("bad", {"name": " "}, 422, "invalid"),
    ],
)
def test_what_cannot_be_answered_is_not_saved(api: Program, base: str, key: str, change: dict[str, Any], status: int, code: str) -> None:
    answer = save(api, f"{base}/{key}", **{"name": "Bad", **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert api.get(f"{base}/{key}").status_code == 404


def test_there_are_not_more_than_so_many(api: Program, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "MAX_SAVED", 0)
    assert save(api, f"{base}/one_more", "One more").json()["code"] == "too_many_saved_reports"
