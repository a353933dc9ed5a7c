"""Does the loop train, judge, promote, score and explain, go on after a kill, and fall back to the rule?"""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import select

from tests.prediction.conftest import new_scope
from tests.prediction.world import Town, at
from tests.support.feed import Feed, Happened
from uems.access import api as access
from uems.access.api import Access, Workspaces
from uems.access.tables import audit_entries
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.prediction import models, runs, snapshots, training, vocabulary, workshop
from uems.prediction.jobs import Modeller, next_night
from uems.prediction.metrics import auc
from uems.prediction.portable import hash_of, to_bytes
from uems.prediction.registry import TEMPLATES
from uems.prediction.scoring import explain
from uems.prediction.snapshots import known_days, snapshot
from uems.prediction.spec import parse_spec
from uems.profiles.api import definition
from uems.profiles.tags.definitions import save_tag
from uems.profiles.tags.model import TagDef, Words

ANYTHING: dict[str, object] = {"did": {"events": ["Page Viewed"]}}
SILENCE = {
    "label_zh": "沉默",
    "label_en": "Falls silent",
    "target": {"kind": "outcome", "condition": {"not": ANYTHING}, "days": 14},
    "rule": {"kind": "recency"},
}


class Clock:
    """Stands still until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def inside(house: House, scope: Scope, now: datetime) -> Access:
    return access.enter(house.store, access.Caller(actor=access.operator(), now=now), scope.slug)


def modeller(house: House, now: datetime) -> Modeller:
    found = Modeller(house, Workspaces(house.store), "test", Clock(now))
    found._looked = now  # the standard models have a test of their own
    return found


def work(house: House, now: datetime) -> None:
    loop = modeller(house, now)
    while loop.step():
        continue


def tagged(house: House, scope: Scope, tag: str) -> dict[int, tuple[float, dict[str, object]]]:
    query = Sql(
        "SELECT person_id, value, evidence FROM tag_values FINAL"
        " WHERE workspace_id = {workspace:UInt32} AND tag = {tag:String} AND value != ''"
    )
    rows = house.warehouse.query(query, {"workspace": scope.workspace_id, "tag": tag}).to_pylist()
    return {row["person_id"]: (json.loads(row["value"]), json.loads(row["evidence"])) for row in rows}


@pytest.fixture(scope="module")
def trained(house: House, town: Town) -> Town:
    """The town with a model of silence, trained, promoted and scored."""
    models.create_model(house.store, None, town.scope, "silence", parse_spec(SILENCE), town.now())
    work(house, town.now())
    return town


def test_a_model_that_beats_its_rule_is_put_to_use_by_itself(house: House, trained: Town) -> None:
    model = models.get_model(house.store, trained.scope, "silence")
    assert model.version == 1
    version = models.get_version(house.store, trained.scope, "silence", 1)
    assert (version.state, version.backtest["beats_rule"]) == ("promoted", True)
    assert version.backtest["auc_gain"]["low"] > 0
    assert len(version.backtest["cuts"]) >= 8
    done = runs.list_runs(house.store, trained.scope, key="silence", before=None, limit=10)
    assert [(run.kind, run.state, run.progress) for run in done] == [("score", "done", 1.0), ("train", "done", 1.0)]
    assert not training.folder_of(house.settings, done[1].run_id).exists()


def test_scores_are_near_the_true_chances_of_the_town(house: House, trained: Town) -> None:
    said = tagged(house, trained.scope, "silence")
    assert len(said) == trained.people
    scores = np.array([said[trained.person[who]][0] for who in range(trained.people)])
    true = trained.silent_for(14)
    # 150 days tell the rate of each only so well; three out of four people are known within a fifth.
    assert scores.mean() == pytest.approx(true.mean(), abs=0.05)
    assert np.abs(scores - true).mean() < 0.12
    happens = np.random.default_rng(3).random(trained.people) < true
    assert auc(happens, scores) > auc(happens, true) - 0.05


def test_every_score_says_why_in_both_languages(house: House, trained: Town) -> None:
    said = tagged(house, trained.scope, "silence")
    score, evidence = said[trained.person[0]]
    assert evidence["source"] == "model"
    assert evidence["zh"]
    assert evidence["en"]
    told = explain(house, trained.scope, models.get_model(house.store, trained.scope, "silence"), trained.person[0], trained.now())
    assert told.value == score
    assert [reason.feature for reason in told.reasons[:2]] == [r["feature"] for r in evidence["reasons"][:2]]  # type: ignore[index]
    with pytest.raises(UemsError) as caught:
        explain(house, trained.scope, models.get_model(house.store, trained.scope, "silence"), 10**9, trained.now())
    assert caught.value.code == "not_found"


def test_the_same_data_gives_the_same_model_in_another_process(house: House, trained: Town) -> None:
    version = models.get_version(house.store, trained.scope, "silence", 1)
    spec = parse_spec(SILENCE)
    words = vocabulary.load(version.vocabulary)
    folder = house.settings.home / "again"
    paths = []
    for cut in version.backtest["cuts"]:
        found, taken = snapshot(house, trained.scope, spec, datetime.fromisoformat(cut).date(), words, trained.now())
        paths.append(workshop.save(folder, taken, found.keys))
    here = workshop.learned_from(paths, "time", training.SEED)
    assert hash_of(to_bytes(here.predictor)) == version.sha256
    assert here.backtest["auc"] == version.backtest["auc"]


def test_nobody_is_scored_who_is_not_asked_about_any_more(house: House, trained: Town) -> None:
    now = trained.now()
    ruled = {**SILENCE, "rule": {"kind": "rhythm"}, "fallback": True}
    models.create_model(
        house.store, None, trained.scope, "some", parse_spec({**SILENCE, "rule": {"kind": "rhythm"}, "fallback": True}), now
    )
    with house.store.write() as conn:
        models.plan(conn, trained.scope, "some", score_at=now, train_at=now + timedelta(days=900))
    work(house, now)
    everybody = tagged(house, trained.scope, "some")
    assert len(everybody) == trained.people
    assert {evidence["source"] for _, evidence in everybody.values()} == {"rule"}
    buyers_only = parse_spec({**ruled, "among": {"did": {"events": ["Order Completed"]}}})
    models.change_model(house.store, inside(house, trained.scope, now), "some", buyers_only)
    with house.store.write() as conn:
        models.plan(conn, trained.scope, "some", score_at=now, train_at=now + timedelta(days=900))
    work(house, now)
    buyers = tagged(house, trained.scope, "some")
    assert 0 < len(buyers) < len(everybody)
    models.delete_model(house.store, inside(house, trained.scope, now), "some")


def test_a_tag_with_a_rule_of_its_own_keeps_it_until_a_model_is_better(house: House, trained: Town) -> None:
    now = trained.now()
    who = inside(house, trained.scope, now)
    config = {"rule": "churn_risk", "settings": {}}
    ruled = TagDef(key="away", family="behaviour", kind="rule", label=Words(zh="流失", en="Away"), value_type="number", config=config)
    save_tag(house.store, who, ruled)
    told = {**SILENCE, "rule": {"kind": "tag", "tag": "away"}}
    spec = parse_spec(told)
    cut = known_days(house, trained.scope, now).until - timedelta(days=14)
    found, taken = snapshot(house, trained.scope, spec, cut, vocabulary.vocabulary(house, trained.scope, cut), now)
    assert len(taken.rule) == len(found.people) == trained.people
    assert np.corrcoef(taken.rule, found.column("rhythm"))[0, 1] > 0.5
    models.create_model(house.store, None, trained.scope, "away", parse_spec(SILENCE), now)
    work(house, now)
    assert models.get_model(house.store, trained.scope, "away").version == 1
    newest = runs.list_runs(house.store, trained.scope, key="away", before=None, limit=1)[0]
    assert (newest.kind, newest.error) == ("score", None)
    assert definition(house.store, trained.scope, "away").tag.config["model"] == "away"
    assert all(0 <= value <= 1 for value, _ in tagged(house, trained.scope, "away").values())
    models.roll_back(house.store, inside(house, trained.scope, now), "away")
    assert definition(house.store, trained.scope, "away").tag.config["model"] == ""
    models.delete_model(house.store, inside(house, trained.scope, now), "away")


def test_a_tag_that_people_set_by_hand_is_not_taken(house: House, trained: Town) -> None:
    manual = TagDef(key="vip", family="attribute", kind="manual", label=Words(zh="贵宾", en="VIP"), value_type="number")
    save_tag(house.store, inside(house, trained.scope, trained.now()), manual)
    with pytest.raises(UemsError, match="manual") as caught:
        models.create_model(house.store, None, trained.scope, "vip", parse_spec(SILENCE), trained.now())
    assert caught.value.code == "tag_taken"


def test_the_rule_ranks_silence_as_the_town_does(house: House, trained: Town) -> None:
    spec = parse_spec({**SILENCE, "rule": {"kind": "rhythm"}})
    known = known_days(house, trained.scope, trained.now())
    words = vocabulary.vocabulary(house, trained.scope, known.until)
    _, taken = snapshot(house, trained.scope, spec, known.until - timedelta(days=14), words, trained.now())
    order = np.argsort([trained.person[who] for who in range(trained.people)])
    assert taken.people.tolist() == sorted(trained.person.values())
    assert auc(taken.labels, taken.rule) > auc(taken.labels, trained.silent_for(14)[order]) - 0.06
    assert taken.rule.mean() == pytest.approx(taken.labels.mean(), abs=0.1)


def test_a_young_workspace_keeps_its_rule_and_is_told_why(house: House) -> None:
    scope = new_scope(house, "young")
    Feed(house, scope).take([Happened(user=f"u{n}", ts=at(day)) for n in range(20) for day in (0, 3, n)], at(20))
    now = at(21)
    models.create_model(house.store, None, scope, "risk", parse_spec({**SILENCE, "rule": {"kind": "rhythm"}, "fallback": True}), now)
    work(house, now)
    score, train = runs.list_runs(house.store, scope, key="risk", before=None, limit=10)
    assert (train.state, train.error["code"] if train.error else "") == ("failed", "not_enough_history")
    assert score.state == "done"
    said = tagged(house, scope, "risk")
    assert len(said) == 20
    assert all(0 <= value <= 1 for value, _ in said.values())
    assert models.get_model(house.store, scope, "risk").version is None
    # It is tried again, soon at first, and every day when it has been there for days.
    assert models.get_model(house.store, scope, "risk").train_at == now + timedelta(minutes=5)
    work(house, now + timedelta(days=3))
    assert models.get_model(house.store, scope, "risk").train_at == now + timedelta(days=4)


def test_nothing_to_know_is_not_promoted_unless_somebody_says_why(house: House, trained: Town) -> None:
    """A lottery decides; whoever promotes such a model has to give a reason, and it stands in the audit log."""
    now = trained.now()
    lottery = {**SILENCE, "target": {"kind": "outcome", "condition": {"did": {"events": ["Drawn"]}}, "days": 14}}
    models.create_model(house.store, None, trained.scope, "lottery", parse_spec(lottery), now)
    work(house, now)
    model = models.get_model(house.store, trained.scope, "lottery")
    assert model.version is None
    [version] = models.list_versions(house.store, trained.scope, "lottery")
    assert (version.state, version.backtest["beats_rule"]) == ("refused", False)
    who = inside(house, trained.scope, now)
    with pytest.raises(UemsError, match="does not beat its rule on the held-out period: AUC 0") as caught:
        models.promote(house.store, who, "lottery", 1)
    assert caught.value.code == "model_not_better"
    assert caught.value.details["auc_gain"] == version.backtest["auc_gain"]
    forced = models.promote(house.store, who, "lottery", 1, forced="to compare in an experiment")
    assert (forced.state, forced.forced) == ("promoted", "to compare in an experiment")
    with house.store.read() as conn:
        query = select(audit_entries.c.after).where(audit_entries.c.action == "model.promoted", audit_entries.c.target == "model:lottery")
        assert conn.execute(query).scalar_one()["forced"] == "to compare in an experiment"
    assert models.roll_back(house.store, who, "lottery") is None
    assert models.get_model(house.store, trained.scope, "lottery").version is None
    with pytest.raises(UemsError) as caught:
        models.roll_back(house.store, who, "lottery")
    assert caught.value.code == "nothing_to_roll_back"


def test_a_step_back_goes_to_the_version_before(house: House, trained: Town) -> None:
    who = inside(house, trained.scope, trained.now())
    runs.queue_run(house.store, who, "silence", "train")
    work(house, trained.now())
    assert models.get_model(house.store, trained.scope, "silence").version == 2
    back = models.roll_back(house.store, inside(house, trained.scope, trained.now()), "silence")
    assert back is not None
    assert back.version == 1
    states = {one.version: one.state for one in models.list_versions(house.store, trained.scope, "silence")}
    assert states == {1: "promoted", 2: "candidate"}
    work(house, trained.now())
    done = runs.list_runs(house.store, trained.scope, key="silence", before=None, limit=1)[0]
    assert done.result is not None
    assert done.result["version"] == 1


def test_a_training_that_is_stopped_goes_on_with_what_it_has(house: House, trained: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    who = inside(house, trained.scope, trained.now())
    run = runs.queue_run(house.store, who, "silence", "train")
    assert runs.queue_run(house.store, who, "silence", "train").run_id == run.run_id
    loop = modeller(house, trained.now())
    taken: list[str] = []
    plain = snapshots.snapshot

    def counted(*args: object, **more: object) -> object:
        taken.append(str(args[3]))
        if len(taken) == 4:
            loop._loop.ending.set()  # as when the process is asked to end
        return plain(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "snapshot", counted)
    assert loop.step()
    half = runs.get_run(house.store, trained.scope, run.run_id)
    assert (half.state, half.step) == ("running", "snapshots")
    assert len(list(training.folder_of(house.settings, run.run_id).glob("cut-*.npz"))) == 4
    work(house, trained.now())
    assert runs.get_run(house.store, trained.scope, run.run_id).state == "done"
    assert len(taken) == len(set(taken))
    version = models.list_versions(house.store, trained.scope, "silence")[0]
    assert version.sha256 == models.get_version(house.store, trained.scope, "silence", 1).sha256


def test_a_cancelled_training_ends_and_leaves_nothing(house: House, trained: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    who = inside(house, trained.scope, trained.now())
    run = runs.queue_run(house.store, who, "silence", "train")
    before = len(models.list_versions(house.store, trained.scope, "silence"))
    plain = workshop.make

    def cancelled(*args: object) -> object:
        runs.cancel_run(house.store, who, run.run_id)
        return plain(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(workshop, "make", cancelled)
    assert modeller(house, trained.now()).step()
    assert runs.get_run(house.store, trained.scope, run.run_id).state == "cancelled"
    assert not training.folder_of(house.settings, run.run_id).exists()
    assert len(models.list_versions(house.store, trained.scope, "silence")) == before
    with pytest.raises(UemsError) as caught:
        runs.cancel_run(house.store, who, runs.list_runs(house.store, trained.scope, key="silence", before=None, limit=9)[-1].run_id)
    assert caught.value.code == "bad_state"


def test_a_training_that_breaks_says_so(house: House, trained: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    who = inside(house, trained.scope, trained.now())
    run = runs.queue_run(house.store, who, "silence", "train")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert modeller(house, trained.now()).step()
    failed = runs.get_run(house.store, trained.scope, run.run_id)
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error["code"] == "training_failed"


def test_what_a_broken_training_said_is_for_the_log_only(
    house: House, trained: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    talker = tmp_path / "talker"
    talker.write_text("#!/bin/sh\necho 'ValueError: mei@shop.example in /srv/secret' >&2\nexit 3\n")
    talker.chmod(0o700)
    run = runs.queue_run(house.store, inside(house, trained.scope, trained.now()), "silence", "train")
    monkeypatch.setattr(sys, "executable", str(talker))
    assert modeller(house, trained.now()).step()
    failed = runs.get_run(house.store, trained.scope, run.run_id)
    assert failed.error is not None
    assert failed.error["message"] == "The training ended with code 3 and no model; the server's log says why. Start it again."
    assert "mei@shop.example in /srv/secret" in caplog.text


def test_a_hand_picked_group_is_stretched_to_those_who_are_like_it(house: House, trained: Town) -> None:
    """Sixty of the most frequent are picked; the model is to rank the others of them above everybody else."""
    order = np.argsort(-trained.rates)
    often, picked = order[:120], order[:120:2]
    rows = {
        "workspace_id": pa.array([trained.scope.workspace_id] * 60, pa.uint32()),
        "tag": ["picked"] * 60,
        "person_id": pa.array([trained.person[int(who)] for who in picked], pa.uint64()),
        "value": ["true"] * 60,
        "computed_at": pa.array([trained.now()] * 60, pa.timestamp("ms", "UTC")),
        "version": pa.array([1] * 60, pa.uint64()),
    }
    house.warehouse.insert("tag_values", pa.table(rows), token="picked")
    told = {**SILENCE, "target": {"kind": "seed", "who": {"tag": {"name": "picked", "op": "equals", "value": True}}}}
    models.create_model(house.store, None, trained.scope, "like_them", parse_spec(told), trained.now())
    work(house, trained.now())
    newest = runs.list_runs(house.store, trained.scope, key="like_them", before=None, limit=1)[0]
    assert newest.error is None
    [version] = models.list_versions(house.store, trained.scope, "like_them")
    assert version.backtest["kind"] == "person"
    assert version.backtest["positives"] == 60
    steps = {step["percent"]: step for step in version.backtest["expansion"]}
    assert steps[10]["lift"] > 1.5
    assert steps[50]["found"] > 0.8
    if version.state != "promoted":
        models.promote(house.store, inside(house, trained.scope, trained.now()), "like_them", 1, forced="for the test")
        work(house, trained.now())
    said = tagged(house, trained.scope, "like_them")
    scores = np.array([said[trained.person[who]][0] for who in range(trained.people)])
    others = np.setdiff1d(np.arange(trained.people), picked)
    assert auc(np.isin(others, often), scores[others]) > 0.75


def test_drift_is_told_when_the_world_changes(house: House, trained: Town) -> None:
    steady = runs.latest_runs(house.store, trained.scope, ["silence"], "score")["silence"]
    assert steady.result is not None
    assert steady.result["drift"]["score"] < 0.1
    assert sum(steady.result["histogram"]) == trained.people
    # Three weeks in which nobody comes but one.
    feed = trained.feed
    feed.take([Happened(user="u0", ts=at(trained.days + day)) for day in range(21)], at(trained.days + 21))
    later = at(trained.days + 21)
    runs.queue_run(house.store, inside(house, trained.scope, later), "silence", "score")
    loop = modeller(house, later)
    with house.store.write() as conn:
        for key in ("silence", "lottery", "like_them", "away"):
            models.plan(conn, trained.scope, key, train_at=later + timedelta(days=99), score_at=later + timedelta(days=99))
    while loop.step():
        continue
    moved = runs.latest_runs(house.store, trained.scope, ["silence"], "score")["silence"]
    assert moved.result is not None
    assert moved.result["drift"]["level"] == "drifted"
    assert "days_since_last" in [one["feature"] for one in moved.result["drift"]["features"]]


def test_every_workspace_with_events_gets_the_standard_models(house: House) -> None:
    scope = new_scope(house, "standard")
    feed = Feed(house, scope)
    feed.take([Happened(user="a", ts=at(day)) for day in (0, 7, 14, 21)], at(22))
    loop = Modeller(house, Workspaces(house.store), "test", Clock(at(22)))
    loop._make_standard(at(22))
    assert models.list_models(house.store, scope) == []
    loop._make_standard(at(22))
    loop._make_standard(at(22))
    [model] = models.list_models(house.store, scope)
    assert (model.key, model.template, model.definition["target"]["days"]) == ("churn_risk", "churn_risk", 28)
    # More has come in by the time it is trained; there is no version yet, so it fits itself to what there is.
    feed.take([Happened(user="b", ts=at(day)) for day in range(0, 22, 3)], at(22))
    assert loop._fitted(scope, model, at(22)).definition["target"]["days"] == 21
    models.delete_model(house.store, inside(house, scope, at(22)), "churn_risk")
    loop._make_standard(at(22))
    assert models.list_models(house.store, scope) == []


def test_every_template_fits_a_workspace(house: House, trained: Town) -> None:
    for template in TEMPLATES:
        spec = template.spec(house, trained.scope, template.sample, trained.now())
        assert (spec.label_zh, spec.label_en) == (template.label_zh, template.label_en)


def test_nights_are_those_of_the_workspace() -> None:
    scope = Scope(workspace_id=1, slug="x", zone="America/New_York", currency="USD")
    before_the_clocks_change = datetime.fromisoformat("2026-03-07T12:00:00+00:00")
    # Three hours past midnight of a day of 23 hours is four o'clock there, eight in UTC.
    assert next_night(before_the_clocks_change, scope).isoformat() == "2026-03-08T08:00:00+00:00"
    assert next_night(datetime.fromisoformat("2026-03-07T06:00:00+00:00"), scope).isoformat() == "2026-03-07T08:00:00+00:00"
