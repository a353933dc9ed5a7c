"""Can a model be made, judged, used and taken back over HTTP, by those who may?"""

from typing import Any

import pytest

from tests.prediction.world import Town
from tests.support.web import Clock, Program, operator_client
from uems.access.api import Workspaces
from uems.kernel.house import House
from uems.prediction.jobs import Modeller
from uems.web.app import create_app

DEFINITION: dict[str, Any] = {
    "label_zh": "两周内来访",
    "label_en": "Comes within two weeks",
    "target": {"kind": "outcome", "condition": {"did": {"events": ["Page Viewed"]}}, "days": 14},
}


@pytest.fixture(scope="module")
def program(house: House, town: Town) -> Program:
    return operator_client(create_app(house, clock=Clock(town.now())), house)


@pytest.fixture(scope="module")
def base() -> str:
    return "/api/workspaces/town"


@pytest.fixture(scope="module")
def made(program: Program, base: str, house: House, town: Town) -> dict[str, Any]:
    answer = program.post(f"{base}/models", {"key": "comes", "definition": DEFINITION})
    assert answer.status_code == 200, answer.text
    loop = Modeller(house, Workspaces(house.store), "http", Clock(town.now()))
    loop._looked = town.now()
    while loop.step():
        continue
    found: dict[str, Any] = program.get(f"{base}/models/comes").json()
    return found


def test_a_model_tells_what_it_is_and_how_good(program: Program, base: str, made: dict[str, Any], town: Town) -> None:
    assert (made["state"], made["version"], made["scored"]["people"]) == ("model", 1, town.people)
    assert made["auc"]["low"] < made["auc"]["value"] < made["auc"]["high"]
    assert made["definition"]["rule"]["kind"] == "recency"
    assert "comes" in [one["key"] for one in program.get(f"{base}/models").json()["items"]]
    [version] = program.get(f"{base}/models/comes/versions").json()["items"]
    assert version == program.get(f"{base}/models/comes/versions/1").json()
    assert len(version["backtest"]["calibration"]) == 10
    assert {one["label_zh"] for one in version["backtest"]["importance"]} <= {one["label_zh"] for one in version["features"]}
    assert [step["model"]["percent"] for step in version["backtest"]["lift"]] == [1, 2, 5, 10, 20, 30, 50]


def test_one_person_is_explained(program: Program, base: str, made: dict[str, Any], town: Town) -> None:
    found = program.get(f"{base}/models/comes/people/{town.person[0]}").json()
    assert found["version"] == 1
    assert 0 < found["value"] < 1
    assert found["reasons"][0]["zh"]
    assert program.get(f"{base}/models/comes/people/999999999").status_code == 404


def test_an_outlook_says_before_training_whether_there_is_enough(program: Program, base: str, town: Town) -> None:
    found = program.post(f"{base}/models/preview", {"definition": DEFINITION}).json()
    assert found["needed"] == 30
    assert len(found["items"]) == 9
    assert all(0 < one["positives"] < one["people"] <= town.people for one in found["items"])


def test_runs_are_listed_page_by_page_and_ended(program: Program, base: str, made: dict[str, Any]) -> None:
    first = program.get(f"{base}/model-runs?model=comes&limit=1").json()
    second = program.get(f"{base}/model-runs?model=comes&limit=1&cursor={first['next_cursor']}").json()
    assert [one["kind"] for one in (*first["items"], *second["items"])] == ["score", "train"]
    assert second["next_cursor"] is None
    run = program.post(f"{base}/models/comes/runs", {"kind": "train"}).json()
    assert run["state"] == "queued"
    assert program.post(f"{base}/model-runs/{run['run_id']}/cancel").json()["state"] == "cancelled"
    assert program.get(f"{base}/model-runs/{run['run_id']}").json()["state"] == "cancelled"
    assert program.get(f"{base}/model-runs?cursor=WzksOV0").status_code == 422


def test_a_model_is_taken_back_and_put_to_use_again(program: Program, base: str, made: dict[str, Any]) -> None:
    back = program.post(f"{base}/models/comes/rollback").json()
    assert (back["state"], back["version"]) == ("none", None)
    assert program.post(f"{base}/models/comes/rollback").json()["code"] == "nothing_to_roll_back"
    again = program.post(f"{base}/models/comes/versions/1/promote", {}).json()
    assert again["state"] == "promoted"


def test_templates_show_their_form_and_make_models(program: Program, base: str, made: dict[str, Any]) -> None:
    items = {one["key"]: one for one in program.get(f"{base}/model-templates").json()["items"]}
    assert set(items) == {"churn_risk", "next_purchase"}
    assert "days" in items["churn_risk"]["config_schema"]["properties"]
    answer = program.post(f"{base}/models", {"key": "buys", "template": "next_purchase", "config": {"days": 7}}).json()
    assert answer["definition"]["target"]["days"] == 7
    assert answer["template"] == "next_purchase"
    changed = {**DEFINITION, "label_en": "Buys"}
    assert program.send("PUT", f"{base}/models/buys", json={"definition": changed}).json()["definition"]["label_en"] == "Buys"
    assert program.delete(f"{base}/models/buys").status_code == 204
    assert program.get(f"{base}/models/buys").status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"key": "Upper", "definition": DEFINITION}, "invalid"),
        ({"key": "x"}, "invalid"),
        ({"key": "x", "definition": DEFINITION, "template": "churn_risk"}, "invalid"),
        ({"key": "x", "template": "nothing"}, "not_found"),
        ({"key": "x", "template": "churn_risk", "config": {"days": 1}}, "invalid_config"),
        ({"key": "comes", "definition": DEFINITION}, "model_exists"),
        ({"key": "x", "definition": {**DEFINITION, "among": {"tag": {"name": "a", "op": "equals", "value": 1}}}}, "no_past"),
    ],
)
def test_what_cannot_be_made_is_refused(program: Program, base: str, made: dict[str, Any], body: dict[str, Any], code: str) -> None:
    answer = program.post(f"{base}/models", body)
    assert answer.status_code in (404, 409, 422), answer.text
    assert answer.json()["code"] == code
