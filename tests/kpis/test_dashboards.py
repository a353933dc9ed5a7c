"""Are dashboards kept as they were made, and do their tiles show exactly what the pages of metrics and reports show?"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.kpis.shop import Shop, a_shop
from uems.journeys.api import REPORTS
from uems.kernel.settings import Settings

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
TREND = {"report": "trend", "name": "Looks", "spec": {"last_days": 14, "series": [{"event": "Looked"}]}}
TILES: list[dict[str, Any]] = [
    {"id": "a", "kind": "metric", "metric": "dau", "period": {"last_days": 7}, "dimension": {"column": "device"}},
    {"id": "b", "kind": "report", "report": "looks", "width": "half"},
    {"id": "c", "kind": "text", "text": "Read this\nfirst.", "width": "full", "title": "Note"},
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_shop(Settings(home=tmp_path_factory.mktemp("shop") / "home"), NOW) as found:
        assert found.put("/saved-reports/looks", TREND).status_code == 200
        yield found


def save(shop: Shop, key: str = "daily", tiles: list[dict[str, Any]] = TILES, **more: Any) -> Any:
    return shop.put(f"/dashboards/{key}", {"name": "Daily", "tiles": tiles, **more})


def test_a_dashboard_is_kept_as_it_was_made_and_changed_by_whoever_saw_it_last(shop: Shop) -> None:
    made = save(shop, if_version=0)
    assert made.status_code == 200, made.text
    kept = shop.get("/dashboards/daily").json()
    assert [tile["id"] for tile in kept["tiles"]] == ["a", "b", "c"]
    assert (kept["version"], kept["tiles"][2]["text"], kept["tiles"][0]["width"]) == (1, "Read this\nfirst.", "third")
    assert save(shop, if_version=1).json()["version"] == 1  # nothing was changed
    assert save(shop, tiles=TILES[::-1], if_version=1).json()["version"] == 2
    late = save(shop, if_version=1)
    assert (late.status_code, late.json()["code"]) == (409, "dashboard_changed")
    assert [one["key"] for one in shop.get("/dashboards").json()["items"]] == ["daily"]
    assert shop.delete("/dashboards/daily").status_code == 204
    assert shop.get("/dashboards/daily").status_code == 404
    actions = [one["action"] for one in shop.get("/audit").json()["items"]]
    assert actions[:3] == ["dashboard.deleted", "dashboard.changed", "dashboard.created"]


@pytest.mark.parametrize(
    ("tile", "status", "said"),
    [
        ({"kind": "metric", "metric": "no_such"}, 404, "no_such"),
        ({"kind": "report", "report": "no_such"}, 404, "no_such"),
        ({"kind": "metric", "metric": "dau", "segments": ["no_such"]}, 404, "no_such"),
        ({"kind": "metric", "metric": "dau", "period": {"last_days": 900}}, 422, "longer unit"),
        ({"kind": "metric", "metric": "dau", "period": {"last_days": 7, "first_day": "2025-11-01"}}, 422, "exclude"),
        ({"kind": "text", "text": ""}, 422, "text"),
        ({"kind": "picture"}, 422, "kind"),
    ],
)
def test_a_tile_that_cannot_be_answered_is_refused_when_it_is_saved(shop: Shop, tile: dict[str, Any], status: int, said: str) -> None:
    refused = save(shop, "broken", [{"id": "a", **tile}])
    assert (refused.status_code, said in refused.text) == (status, True), refused.text
    assert shop.get("/dashboards/broken").status_code == 404


def test_two_tiles_must_not_bear_one_id(shop: Shop) -> None:
    refused = save(shop, "broken", [TILES[2], TILES[2]])
    assert (refused.status_code, refused.json()["details"]) == (422, {"field": "id"})


def test_a_tile_shows_what_the_pages_show(shop: Shop) -> None:
    tile = shop.post("/dashboard-tiles", {"tile": TILES[0]}).json()
    assert tile["label_zh"] == "日活跃用户"
    assert tile["metric"] == shop.post("/kpis/dau", {"last_days": 7, "unit": "day", "dimension": {"column": "device"}}).json()
    tile = shop.post("/dashboard-tiles", {"tile": TILES[1]}).json()
    page = shop.post("/reports/trend", TREND["spec"]).json()
    assert {name: tile["report"][name] for name in page} == page
    assert shop.post("/dashboard-tiles", {"tile": TILES[2]}).json()["kind"] == "text"


def test_one_period_can_stand_for_those_of_all_tiles(shop: Shop) -> None:
    period = {"first_day": "2025-11-03", "last_day": "2025-11-09"}
    tile = shop.post("/dashboard-tiles", {"tile": TILES[0], "period": {**period, "unit": "week"}}).json()["metric"]
    assert (tile["first_day"], tile["last_day"], len(tile["points"])) == ("2025-11-03", "2025-11-09", 1)
    report = shop.post("/dashboard-tiles", {"tile": TILES[1], "period": period}).json()["report"]
    assert (report["first_day"], report["last_day"], report["spec"]["series"]) == ("2025-11-03", "2025-11-09", [{"event": "Looked"}])


def test_a_tile_keeps_to_the_sample_that_it_was_given(shop: Shop) -> None:
    tiles = [{**TILES[1], "sample_percent": 40}, TILES[2]]
    assert save(shop, "sampled", tiles).status_code == 200
    kept = shop.get("/dashboards/sampled").json()["tiles"][0]
    assert kept["sample_percent"] == 40
    found = shop.post("/dashboard-tiles", {"tile": kept}).json()["report"]
    spec: dict[str, Any] = {**TREND["spec"], "sample_percent": 40}  # type: ignore[dict-item]
    page = shop.post("/reports/trend", spec).json()
    assert ({name: found[name] for name in page}, found["exact"], found["data"]["sample_percent"]) == (page, False, 40)
    for percent in (0, 100, -1):
        assert save(shop, "sampled", [{**TILES[1], "sample_percent": percent}]).status_code == 422


@pytest.mark.parametrize("report", list(REPORTS), ids=lambda report: report.key)
def test_every_report_can_be_a_tile_and_is_summed_up_by_its_own_numbers(report: Any, shop: Shop) -> None:
    spec = json.dumps(report.sample.model_dump(mode="json", exclude_none=True)).replace("Product Viewed", "Looked")
    body = {"report": report.key, "name": report.key, "spec": json.loads(spec.replace("Order Completed", "Paid"))}
    if report.key == "journey_map":
        body["spec"].pop("map", None)
    assert shop.put(f"/saved-reports/x_{report.key}", body).status_code == 200
    tile = {"id": "a", "kind": "report", "report": f"x_{report.key}", "period": {"last_days": 10}}
    answer = shop.post("/dashboard-tiles", {"tile": tile})
    assert answer.status_code == 200, answer.text
    found = answer.json()["report"]
    assert (found["first_day"], found["last_day"]) == ("2025-11-11", "2025-11-20")
    summary = found["summary"]
    columns = summary["grid"]["columns"] if summary["grid"] else []
    assert all(len(row) == len(columns) for row in summary["grid"]["rows"]) if summary["grid"] else True
    picture = summary["picture"]
    assert all(len(line["values"]) == len(picture["ticks"]) for line in picture["lines"]) if picture else True
    firsts = {"trend": 2, "overview": 2, "rfm": 1, "lifecycle": 2, "stickiness": 1.0, "distribution": 1}
    if firsts.get(report.key) is not None:
        assert summary["figures"][0]["value"] == firsts[report.key]
