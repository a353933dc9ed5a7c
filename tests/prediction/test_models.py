"""Are models, versions and runs kept alike on both databases?"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.support.web import make_workspace
from uems.access.api import Access
from uems.kernel.errors import UemsError
from uems.kernel.store import Store
from uems.prediction import models, runs
from uems.prediction.features import Feature
from uems.prediction.portable import Calibration, Linear, Predictor
from uems.prediction.spec import parse_spec
from uems.prediction.tag_values import take_over
from uems.profiles.api import TagDef, Words, definition, save_tag

SPEC = {
    "label_zh": "会来",
    "label_en": "Comes",
    "target": {"kind": "outcome", "condition": {"did": {"events": ["Page Viewed"]}}, "days": 14},
}
PREDICTOR = Predictor(
    features=("weekend",),
    body=Linear(logged=np.array([False]), fill=np.zeros(1), mean=np.zeros(1), scale=np.ones(1), weights=np.array([2.0]), base=-1.0),
    calibration=Calibration(kind="sigmoid", places=np.array([1.0, 0.0]), heights=np.zeros(0)),
)


def told(*, better: bool) -> dict[str, Any]:
    interval = {"value": 0.1, "low": 0.05 if better else -0.05, "high": 0.2}
    backtest = {
        "beats_rule": better,
        "auc": interval,
        "rule_auc": interval,
        "auc_gain": interval,
        "brier": {"model": 0.1, "rule": 0.2, "nothing": 0.3},
    }
    return {"vocabulary": {}, "backtest": backtest, "baseline": {}, "rows": 100, "seconds": 1.5}


def test_the_life_of_a_model(store: Store, now: datetime) -> None:
    _, access = make_workspace(store, "shop", now)
    scope, spec = access.scope, parse_spec(SPEC)
    made = models.create_model(store, access, scope, "comes", spec, now)
    assert (made.version, made.train_at, models.spec_of(made)) == (None, now, spec)
    with pytest.raises(UemsError, match="already"):
        models.create_model(store, access, scope, "comes", spec, now)
    features = (Feature(key="weekend", family="weekend"),)
    for n, better in enumerate((True, True, False)):
        with store.write() as conn:
            added = models.add_version(conn, scope, made, PREDICTOR, told(better=better), features, now + timedelta(days=n))
        assert (added.version, added.state, added.features) == (n + 1, "candidate" if better else "refused", features)
    again = models.predictor_of(store, scope, models.get_version(store, scope, "comes", 1))
    assert np.array_equal(again.probability(np.array([[0.5]])), PREDICTOR.probability(np.array([[0.5]])))
    models.promote(store, access, "comes", 1)
    models.promote(store, access, "comes", 2)
    with pytest.raises(UemsError, match="does not beat its rule"):
        models.promote(store, access, "comes", 3)
    assert [(one.version, one.state) for one in models.list_versions(store, scope, "comes")] == [
        (3, "refused"), (2, "promoted"), (1, "retired")
    ]  # fmt: skip
    back = models.roll_back(store, access, "comes")
    assert back is not None
    assert back.version == 1
    assert models.roll_back(store, access, "comes") is None
    models.delete_model(store, access, "comes")
    assert models.list_models(store, scope) == []
    with pytest.raises(UemsError, match="No model"):
        models.get_model(store, scope, "comes")
    # One of the same key goes on counting.
    models.create_model(store, access, scope, "comes", spec, now)
    assert models.list_versions(store, scope, "comes")[0].version == 3


@pytest.mark.parametrize("act", [models.delete_model, models.roll_back])
def test_a_model_never_goes_without_its_tag_being_given_back(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch, act: Callable[[Store, Access, str], object]
) -> None:
    _, access = make_workspace(store, "shop", now)
    rule = {"rule": "churn_risk", "settings": {}}
    tag = TagDef(key="comes", family="behaviour", kind="rule", label=Words(en="Comes"), value_type="number", config=rule)
    save_tag(store, access, tag)
    made = models.create_model(store, access, access.scope, "comes", parse_spec(SPEC), now)
    with store.write() as conn:
        models.add_version(conn, access.scope, made, PREDICTOR, told(better=True), (Feature(key="weekend", family="weekend"),), now)
    models.promote(store, access, "comes", 1)
    take_over(store, access.scope, "comes", parse_spec(SPEC), now)

    def broken(conn: object, by: object, key: str) -> None:
        raise UemsError("store_down", "The store is gone.", status=503)

    with monkeypatch.context() as patch:
        patch.setattr(models, "give_back", broken)
        with pytest.raises(UemsError, match="gone"):
            act(store, access, "comes")
    assert models.get_model(store, access.scope, "comes").version == 1  # all of it or nothing
    act(store, access, "comes")
    assert definition(store, access.scope, "comes").tag.config["model"] == ""


def test_a_model_is_named_with_the_tags_that_it_writes_asks_and_is_judged_by(store: Store, now: datetime) -> None:
    _, access = make_workspace(store, "shop", now)
    seed = {"kind": "seed", "who": {"not": {"tag": {"name": "vip", "op": "is_set"}}}}
    told = {**SPEC, "target": seed, "rule": {"kind": "tag", "tag": "risk"}}
    for key in ("comes", "gone"):
        models.create_model(store, access, access.scope, key, parse_spec(told), now)
    models.delete_model(store, access, "gone")
    with store.read() as conn:
        found = [(use.kind, use.key, use.tag, use.wants) for use in models.tag_uses(conn, access.scope)]
    assert found == [("model", "comes", "comes", "number"), ("model", "comes", "risk", "number"), ("model", "comes", "vip", None)]


def test_another_outcome_is_trained_anew_and_another_name_is_not(store: Store, now: datetime) -> None:
    _, access = make_workspace(store, "shop", now)
    models.create_model(store, access, access.scope, "comes", parse_spec(SPEC), now)
    later = now + timedelta(days=5)
    with store.write() as conn:
        models.plan(conn, access.scope, "comes", train_at=later)
    assert models.change_model(store, access, "comes", parse_spec({**SPEC, "label_en": "Visits"})).train_at == later
    shorter = {**SPEC, "target": {**SPEC["target"], "days": 7}}  # type: ignore[dict-item]
    assert models.change_model(store, access, "comes", parse_spec(shorter)).train_at == now


def test_runs_wait_once_and_end_once(store: Store, now: datetime) -> None:
    _, access = make_workspace(store, "shop", now)
    models.create_model(store, access, access.scope, "comes", parse_spec(SPEC), now)
    run = runs.queue_run(store, access, "comes", "train")
    assert runs.queue_run(store, access, "comes", "train") == run
    other = runs.queue_run(store, access, "comes", "score")
    assert {one.run_id for one in runs.list_runs(store, access.scope, key="comes", before=None, limit=9)} == {run.run_id, other.run_id}
    assert runs.cancel_run(store, access, run.run_id).state == "cancelled"
    assert runs.queue_run(store, access, "comes", "train").run_id != run.run_id
    assert runs.latest_runs(store, access.scope, ["comes"], "train") == {}
    with pytest.raises(UemsError, match="No run"):
        runs.get_run(store, access.scope, "run_missing")


def test_a_workspace_has_so_many_models_at_most(store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    _, access = make_workspace(store, "shop", now)
    monkeypatch.setattr(models, "MOST_MODELS", 1)
    models.create_model(store, access, access.scope, "one", parse_spec(SPEC), now)
    with pytest.raises(UemsError, match="at most 1"):
        models.create_model(store, access, access.scope, "two", parse_spec(SPEC), now)
