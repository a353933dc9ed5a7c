"""Is what goes wrong with experiments refused or explained over HTTP, in both languages, and never silently wrong?

Namespaces that overlap are refused where flags are saved: ``tests/experiments/flags/test_routes.py``.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.experiments.trials.world import BEGIN, END, exposures, metric
from tests.journeys.reports.world import DAY, Act
from tests.kpis.shop import Shop, a_shop
from uems.kernel.settings import Settings

VIEWS = metric("views", "mean", {"event": {"event": "A"}}, "primary")


def arms(*weights: float) -> list[dict[str, Any]]:
    return [{"key": key, "name": key, "weight": weight} for key, weight in zip(("control", "new", "other"), weights, strict=False)]


def design(**more: Any) -> dict[str, Any]:
    return {
        "arms": arms(50, 50), "control": "control", "metrics": [VIEWS], "planned_days": 6, "before_days": 0, "method": "once",
        "exposure": {"experiment_id": "test"}, **more,
    }  # fmt: skip


def acts() -> list[Act]:
    """Forty people, half in either arm; the later ones see more. One is seen in both arms, by two ids that become one on day 5."""
    rows = [(f"u{n}", 3.2 + n / 20, ("control", "new")[n % 2]) for n in range(40)]
    sent = exposures(rows)
    for n, (user, day, arm) in enumerate(rows):
        often = n % 5 + (2 if arm == "new" else 0)
        sent += [Act(ms=round((day + 0.1 + each / 100) * DAY), user=user, event="A") for each in range(often)]
    visited = {"experiment_id": "test", "variation_id": "new"}
    sent.append(Act(ms=round(3.1 * DAY), anonymous="x", event="Experiment Viewed", properties=visited))
    return [*sent, Act(ms=5 * DAY, user="u0", anonymous="x", event="")]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_shop(Settings(home=tmp_path_factory.mktemp("bad") / "home"), BEGIN, acts()) as found:
        yield found


def run(shop: Shop, key: str, spec: dict[str, Any]) -> None:
    shop.clock.now = BEGIN
    assert shop.put(f"/experiments/{key}", {"name": key, "spec": spec}).status_code == 200
    assert shop.post(f"/experiments/{key}/state", {"state": "running"}).json()["state"] == "running"
    shop.clock.now = END


def results(shop: Shop, key: str) -> dict[str, Any]:
    found: dict[str, Any] = shop.get(f"/experiments/{key}/results").json()
    assert found["verdict"]["zh"]
    assert found["verdict"]["en"]
    return found


def warned(found: dict[str, Any]) -> dict[str, Any]:
    return {one["code"]: one for one in found["warnings"]}


def test_weights_that_do_not_add_up_are_refused_with_what_is_missing(shop: Shop) -> None:
    refused = shop.put("/experiments/weights", {"name": "Weights", "spec": design(arms=arms(50, 40))})
    assert refused.status_code == 422
    assert "add up to 90; must add up to 100. Change one of them by 10" in refused.json()["message"]
    assert shop.get("/experiments/weights").status_code == 404


def test_a_metric_that_is_the_same_for_everybody_has_no_answer_and_no_number(shop: Shop) -> None:
    run(shop, "still", design(metrics=[metric("never", "mean", {"event": {"event": "Never"}}, "primary")]))
    found = results(shop, "still")
    assert (found["verdict"]["code"], found["verdict"]["reason"]) == ("no_answer", "no_variance")
    assert "everybody has the same value" in found["verdict"]["en"]
    [one] = found["metrics"][0]["compared"]
    assert (one["relative"], one["absolute"], one["adjusted_p"], one["verdict"]) == (None, None, None, "no_answer")


def test_an_arm_with_nobody_is_named_and_the_sizes_are_not_believed(shop: Shop) -> None:
    run(shop, "empty", design(arms=arms(40, 40, 20)))
    found = results(shop, "empty")
    assert (found["people"]["other"], warned(found)["empty_arm"]["arm"]) == (0, "other")
    assert {one["reason"] for one in found["metrics"][0]["compared"] if one["arm"] == "other"} == {"nobody"}
    assert found["ratio"]["expected"]["other"] == pytest.approx(0.2 * 39)


def test_weights_changed_midway_are_told_with_their_time_and_judged_apart(shop: Shop) -> None:
    run(shop, "changed", design())
    changed = BEGIN + timedelta(days=1)
    shop.clock.now = changed
    assert shop.put("/experiments/changed", {"name": "changed", "spec": design(arms=arms(30, 70))}).status_code == 200
    fixed = shop.put("/experiments/changed", {"name": "changed", "spec": design(arms=arms(30, 70), alpha=0.1)})
    assert (fixed.status_code, fixed.json()["code"]) == (409, "trial_running")
    shop.clock.now = END
    found = results(shop, "changed")
    assert warned(found)["weights_changed"]["at"] == changed.isoformat().replace("+00:00", "Z")
    before = [n for n in range(40) if n and 3.2 + n / 20 < 4]
    late = 39 - len(before)
    assert found["ratio"]["expected"]["control"] == pytest.approx(0.5 * len(before) + 0.3 * late)
    assert {one["value"] for one in found["ratio"]["slices"]["stretch"]} == {"0", "1"}


def test_somebody_of_both_arms_after_a_merge_is_counted_and_not_compared(shop: Shop) -> None:
    run(shop, "merged", design())
    found = results(shop, "merged")
    assert (found["several_arms"], warned(found)["several_arms"]["count"]) == (1, 1)
    assert found["people"] == {"control": 19, "new": 20}
    assert shop.get("/experiments/merged/people").json()["total"] == 1


def test_an_experiment_stopped_early_says_so_for_ever_and_goes_on_with_nothing(shop: Shop) -> None:
    run(shop, "short", design(planned_days=20))
    early = results(shop, "short")
    assert (early["verdict"]["code"], "peeking" in warned(early)) == ("early", True)
    assert shop.post("/experiments/short/state", {"state": "stopped"}).json()["state"] == "stopped"
    assert warned(results(shop, "short"))["stopped_early"]["count"] == 6
    again = shop.post("/experiments/short/state", {"state": "running"})
    assert (again.status_code, again.json()["code"]) == (409, "trial_state")
