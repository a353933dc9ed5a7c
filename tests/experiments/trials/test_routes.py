"""Do experiments go over HTTP from the design to the decision, with everything that is asked of them on the way?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.experiments.trials.test_results import crowd
from tests.experiments.trials.world import BEGIN, END, METRICS
from tests.kpis.shop import Shop, a_shop
from uems.kernel.settings import Settings

ARMS = [{"key": "control", "name": "As it was", "weight": 50}, {"key": "new", "name": "New", "weight": 50}]
SPEC: dict[str, Any] = {"arms": ARMS, "control": "control", "metrics": METRICS, "planned_days": 6, "before_days": 2, "method": "once"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_shop(Settings(home=tmp_path_factory.mktemp("shop") / "home"), BEGIN, crowd(1, lift=2.0)) as found:
        yield found


def test_from_the_design_to_the_decision(shop: Shop) -> None:
    shop.clock.now = BEGIN
    assert shop.get("/experiments").json()["items"] == []
    made = shop.put("/experiments/test", {"name": "Test", "spec": SPEC, "base_version": 0}).json()
    assert (made["state"], made["version"], made["primary"]) == ("draft", 1, "Views")
    assert shop.get("/experiments/test/results").json()["code"] == "trial_not_started"
    assert shop.post("/experiments/test/state", {"state": "running"}).json()["state"] == "running"
    shop.clock.now = END
    found = shop.get("/experiments/test/results").json()
    assert found["people"] == {"control": 60, "new": 60}
    assert (found["verdict"]["code"], found["verdict"]["arm"]) == ("better", "new")
    assert "“New”" in found["verdict"]["zh"]
    assert "“New”" in found["verdict"]["en"]
    assert [one["key"] for one in found["metrics"]] == [one["key"] for one in METRICS]
    assert found["metrics"][0]["compared"][0]["verdict"] == "better"
    days = shop.get("/experiments/test/daily").json()["items"]
    # The band may be looked at every day, so it is wider than the interval of the one look of this design.
    once = found["metrics"][0]["compared"][0]["relative"]
    assert days[-1]["effect"]["value"] == once["value"]
    assert days[-1]["effect"]["high"] > once["high"]
    [groups] = shop.get("/experiments/test/groups?trait=device").json()["items"]
    assert [one["group"] for one in groups["groups"]] == ["phone"]
    assert shop.get("/experiments/test/wear").json()["items"][0]["verdict"] in ("fades", "steady")
    people = shop.get("/experiments/test/people?arm=new&limit=20").json()
    assert (people["total"], len(people["items"]), people["next_cursor"] is None) == (60, 20, False)
    assert shop.get("/experiments/test/people").json()["total"] == 0
    assert shop.post("/experiments/test/state", {"state": "stopped"}).json()["stopped_at"] is not None
    later = shop.get("/experiments/test/results").json()
    assert later["people"] == found["people"]
    decided = shop.post("/experiments/test/state", {"state": "decided", "arm": "new", "why": "It is better."}).json()
    assert (decided["decision"]["arm"], decided["decision"]["why"]) == ("new", "It is better.")
    assert [one["state"] for one in shop.get("/experiments").json()["items"]] == ["decided"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("PUT", "/experiments/bad", {"name": "Bad", "spec": {**SPEC, "control": "x"}}, 422, "invalid"),
        ("PUT", "/experiments/other", {"name": "New", "spec": SPEC, "base_version": 3}, 409, "trial_changed"),
        ("GET", "/experiments/never", None, 404, "not_found"),
        ("GET", "/experiments/never/results", None, 404, "not_found"),
        ("POST", "/experiments/draft/state", {"state": "decided", "why": " "}, 422, "invalid"),
        ("POST", "/experiments/draft/state", {"state": "stopped"}, 409, "trial_state"),
        ("GET", "/experiments/running/people?arm=x", None, 422, "invalid"),
        ("GET", "/experiments/running/daily?metric=x", None, 422, "invalid"),
        ("GET", "/experiments/running/wear?metric=a_view", None, 422, "invalid"),
        ("GET", "/experiments/running/groups?trait=x", None, 422, "invalid"),
    ],
)
def test_what_cannot_be_done_says_why(shop: Shop, method: str, path: str, body: Any, status: int, code: str) -> None:
    shop.clock.now = datetime(2025, 11, 9, tzinfo=UTC) + timedelta(hours=1)
    for key in ("draft", "running"):
        shop.put(f"/experiments/{key}", {"name": key, "spec": SPEC})
    shop.post("/experiments/running/state", {"state": "running"})
    found = shop.program.send(method, shop._path(path), **({} if body is None else {"json": body}))
    assert (found.status_code, found.json()["code"]) == (status, code)


def test_a_design_is_planned_and_proved_before_it_is_saved(shop: Shop) -> None:
    shop.clock.now = END
    entry = {"event": "A"}
    plan = shop.post("/experiment-plans", {"spec": SPEC, "entry": entry, "traffic_percent": 50}).json()
    assert (plan["days"], len(plan["points"]), len(plan["metrics"])) == (6, 6, len(METRICS))
    assert plan["points"][-1]["smallest"] < plan["points"][-1]["smallest_without"]
    proof = shop.post("/experiment-proofs", {"spec": SPEC, "entry": entry}).json()
    assert set(proof["false_alarms"]) == set(proof["power"]) == {"once", "once_daily", "planned", "sequential"}
    assert proof["false_alarms"]["sequential"]["share"] <= 0.05
    nothing = shop.post("/experiment-proofs", {"spec": SPEC, "entry": {"event": "Never"}})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "too_little_history")


def test_every_kind_of_metric_has_a_form(shop: Shop) -> None:
    kinds = shop.get("/experiment-metrics").json()["items"]
    assert {"mean", "proportion", "ratio", "quantile", "retention", "funnel", "revenue", "trimmed", "top_share"} == {
        one["key"] for one in kinds
    }
    assert all(one["label_zh"] and one["schema_of"]["properties"] for one in kinds)
