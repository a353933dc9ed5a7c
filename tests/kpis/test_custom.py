"""Do metrics by formula count as their parts do, and refuse what cannot be worked out?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.kpis.shop import Shop, a_shop
from uems.journeys import api as journeys
from uems.kernel.settings import Settings
from uems.kpis.custom import definitions
from uems.kpis.custom.definitions import as_metric
from uems.kpis.custom.measured import _MEASURES
from uems.kpis.custom.model import CustomSpec, Letter, Saved
from uems.kpis.measuring import values_of

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
PERIOD = {"first_day": "2025-11-01", "last_day": "2025-11-04"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_shop(Settings(home=tmp_path_factory.mktemp("shop") / "home"), NOW) as found:
        yield found


def spec(formula: str, *letters: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"spec": {"name": "Own", "letters": list(letters), "formula": formula, **more}}


PAID = {"series": {"event": "Paid", "measure": "revenue"}}
LOOKED = {"series": {"event": "Looked"}}


def save(shop: Shop, key: str, body: dict[str, Any]) -> Any:
    return shop.put(f"/custom-metrics/{key}", body).json()


def test_a_formula_over_events_and_metrics(shop: Shop) -> None:
    assert save(shop, "per_look", spec("A / B / C", PAID, LOOKED, {"metric": "dau"}))["version"] == 1
    found = shop.post("/kpis/per_look", PERIOD).json()
    # 1000 cents a day, one look a day, two people a day.
    assert [point["value"]["value"] for point in found["points"]] == [500.0] * 4
    assert found["value"]["value"] == 500.0
    listed = {one["key"]: one for one in shop.get("/kpis").json()["items"]}["per_look"]
    assert listed["custom"]
    assert listed["formula_en"] == "A / B / C, where A = Paid · revenue; B = Looked · number of events; C = Daily active users"
    assert listed["formula_zh"] == "A / B / C，其中 A = Paid · 收入；B = Looked · 事件数；C = 日活跃用户"


def test_a_part_of_a_breakdown_counts_its_own_events(shop: Shop) -> None:
    save(shop, "looks", spec("A", LOOKED))
    found = shop.post("/kpis/looks", {**PERIOD, "dimension": {"column": "device"}}).json()
    assert [(part["group"]["value"], part["value"]["value"]) for part in found["parts"]] == [("phone", 4.0)]


def test_dividing_by_nothing_gives_no_value_and_says_why(shop: Shop) -> None:
    save(shop, "by_nothing", spec("A / B", LOOKED, {"series": {"event": "Never"}}))
    assert shop.post("/kpis/by_nothing", PERIOD).json()["value"]["reason"]["code"] == "no_value"
    beyond = shop.post("/custom-metrics/try", {**PERIOD, **spec(" * ".join(["A", *["1e15"] * 25]), LOOKED)}).json()["value"]
    assert (beyond["value"], beyond["reason"]["code"]) == (None, "no_value")
    save(shop, "of_costs", spec("A * 2", {"metric": "cac"}))
    assert shop.post("/kpis/of_costs", PERIOD).json()["value"]["reason"]["code"] == "no_spend"


def test_a_formula_can_be_tried_without_saving_it(shop: Shop) -> None:
    before = len(shop.get("/kpis").json()["items"])
    tried = shop.post("/custom-metrics/try", {**spec("A / B", PAID, LOOKED), **PERIOD}).json()
    assert [point["value"]["value"] for point in tried["points"]] == [1000.0] * 4
    assert len(shop.get("/kpis").json()["items"]) == before
    save(shop, "tried", spec("A", LOOKED))
    circle = shop.post("/custom-metrics/try", {**spec("A", {"metric": "tried"}), **PERIOD, "key": "tried"})
    assert circle.json()["code"] == "kpi_cycle"
    assert shop.post("/custom-metrics/try", {**spec("A +", LOOKED), **PERIOD}).status_code == 422
    assert shop.delete("/custom-metrics/tried").status_code == 204


def test_a_metric_never_leads_back_to_itself(shop: Shop) -> None:
    save(shop, "one", spec("A", LOOKED))
    save(shop, "two", spec("A + 1", {"metric": "one"}))
    assert save(shop, "one", spec("A", {"metric": "two"}))["code"] == "kpi_cycle"
    assert save(shop, "three", spec("A", {"metric": "three"}))["code"] == "kpi_cycle"
    assert shop.delete("/custom-metrics/one").json()["code"] == "metric_in_use"
    assert shop.delete("/custom-metrics/two").status_code == 204
    assert shop.delete("/custom-metrics/one").status_code == 204
    assert shop.post("/kpis/one", PERIOD).status_code == 404


def test_what_a_letter_counts_is_said_in_the_language_of_the_reader(shop: Shop) -> None:
    save(
        shop,
        "said",
        spec("A / B", {"series": {"measure": "per_person"}}, {"series": {"event": "Paid", "measure": "p90", "property": "revenue"}}),
    )
    listed = {one["key"]: one for one in shop.get("/kpis").json()["items"]}["said"]
    assert listed["formula_zh"] == "A / B，其中 A = 任意事件 · 人均次数；B = Paid · revenue 的90 分位数"
    assert listed["formula_en"] == "A / B, where A = Any event · events a person; B = Paid · 90th percentile of revenue"
    assert set(_MEASURES) == set(journeys.AGGREGATES)


def test_metrics_of_metrics_are_built_once_each_and_only_so_deep(shop: Shop) -> None:
    letters = {"floor0": [Letter(series=journeys.Series(event="Looked"))]}
    letters |= {f"floor{n}": [Letter(metric=f"floor{n - 1}")] * 10 for n in range(1, 41)}
    now = datetime(2025, 1, 1, tzinfo=UTC)
    tower = {
        key: Saved(key=key, version=1, spec=CustomSpec(name=key, letters=some, formula="A"), archived=False, saved_at=now, saved_by="")
        for key, some in letters.items()
    }
    assert as_metric("floor40", tower, values_of).label_en == "floor40"  # built anew each time: 10 to the power of 40

    for n in range(1, 6):
        assert "version" in save(shop, f"deep{n}", spec("A", {"metric": f"deep{n - 1}"} if n > 1 else LOOKED))
    too_deep = spec("A", {"metric": "deep5"})
    assert save(shop, "deep6", too_deep)["code"] == "kpi_too_deep"
    assert shop.post("/custom-metrics/try", {**too_deep, **PERIOD}).json()["code"] == "kpi_too_deep"
    # Nor from below, where the metric itself is shallow.
    assert "version" in save(shop, "deep0", spec("A", LOOKED))
    assert save(shop, "deep1", spec("A", {"metric": "deep0"}))["code"] == "kpi_too_deep"
    assert shop.post("/kpis/deep5", PERIOD).json()["value"]["value"] == 4.0


def test_archived_metrics_make_room_for_others(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    in_use = sum(one["custom"] for one in shop.get("/kpis").json()["items"])
    monkeypatch.setattr(definitions, "MAX_METRICS", in_use + 1)
    assert save(shop, "last", spec("A", LOOKED))["version"] == 1
    assert save(shop, "beyond", spec("A", LOOKED))["code"] == "too_many_metrics"
    assert shop.delete("/custom-metrics/last").status_code == 204
    assert save(shop, "beyond", spec("A", LOOKED))["version"] == 1
    assert save(shop, "last", spec("A", LOOKED))["code"] == "too_many_metrics"  # back into use: one too many
    assert shop.delete("/custom-metrics/beyond").status_code == 204


@pytest.mark.parametrize(
    ("key", "body", "code"),
    [
        ("dau", spec("A", LOOKED), "invalid"),
        ("Bad Key", spec("A", LOOKED), "invalid"),
        ("x", spec("A +", LOOKED), "invalid_spec"),
        ("x", spec("B", LOOKED), "invalid_spec"),
        ("x", spec("A", {"metric": "no_such"}), "not_found"),
        ("x", spec("A", {"metric": "dau", "config": {"x": 1}}), "invalid_config"),
        ("x", spec("A", {"metric": "dau", **LOOKED}), "invalid_spec"),
    ],
)
def test_what_cannot_be_worked_out_is_refused(shop: Shop, key: str, body: dict[str, Any], code: str) -> None:
    answer = shop.put(f"/custom-metrics/{key}", body)
    assert answer.status_code in (404, 422)
    assert code in (answer.json()["code"], "invalid_spec")


def test_changes_are_kept_as_versions_and_do_not_overwrite_each_other(shop: Shop) -> None:
    save(shop, "kept", spec("A", LOOKED))
    assert save(shop, "kept", {**spec("A * 2", LOOKED), "base_version": 1})["version"] == 2
    assert save(shop, "kept", {**spec("A * 3", LOOKED), "base_version": 1})["code"] == "metric_changed"
    assert save(shop, "kept", spec("A * 2", LOOKED))["version"] == 2
    versions = shop.get("/custom-metrics/kept/versions").json()["items"]
    assert [one["spec"]["formula"] for one in versions] == ["A * 2", "A"]


def test_money_in_a_formula_is_whole_units_as_in_trends(shop: Shop) -> None:
    # 10 USD a day, paid once a day.
    save(shop, "tip", spec("A - 3", PAID))
    tip = shop.post("/kpis/tip", {"first_day": "2025-11-01", "last_day": "2025-11-01"}).json()
    assert (tip["unit"], tip["value"]["value"]) == ("money", 700.0)
    save(shop, "looks_a_dollar", spec("A / B", LOOKED, PAID))
    looks = shop.post("/kpis/looks_a_dollar", PERIOD).json()
    assert (looks["unit"], looks["value"]["value"]) == ("ratio", 0.1)
    save(shop, "of_tip", spec("A * 2 + 1", {"metric": "tip"}))
    assert shop.post("/kpis/of_tip", {"first_day": "2025-11-01", "last_day": "2025-11-01"}).json()["value"]["value"] == 1_500.0
