"""Are experiments designed, started, stopped and decided in order, by one editor at a time, and is a bad design refused with words?"""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.experiments.trials.world import BEGIN, METRICS, entered, metric, spec
from tests.journeys.reports.world import Town, town
from uems.access.api import Access
from uems.experiments.trials import definitions
from uems.experiments.trials.spec import TrialDecision, TrialDraft, TrialSpec
from uems.kernel.errors import UemsError

__all__ = ["town"]


@pytest.fixture
def editor(town: Town) -> Access:
    return entered(town.world(), BEGIN)


def code_of(call: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(UemsError) as error:
        call(*args, **more)
    return error.value.code


def test_the_whole_life_of_an_experiment(town: Town, editor: Access) -> None:
    store, scope = town.house.store, editor.scope
    made = definitions.save_trial(store, editor, "price", TrialDraft(name="Price", spec=spec()), base_version=0)
    assert (made.state, made.version, made.started_at) == ("draft", 1, None)
    assert definitions.save_trial(store, editor, "price", TrialDraft(name="Price", spec=spec())) == made
    assert code_of(definitions.turn_trial, store, editor, "price", "decided") == "trial_state"
    running = definitions.turn_trial(store, editor, "price", "running")
    assert running.started_at == BEGIN
    assert code_of(definitions.turn_trial, store, editor, "price", "archived") == "trial_state"
    stopped = definitions.turn_trial(store, editor, "price", "stopped")
    assert stopped.stopped_at == BEGIN
    assert code_of(definitions.turn_trial, store, editor, "price", "decided") == "invalid"
    assert code_of(definitions.turn_trial, store, editor, "price", "decided", TrialDecision(arm="x", why="y")) == "invalid"
    decided = definitions.turn_trial(store, editor, "price", "decided", TrialDecision(arm="new", why="It sells more."))
    assert decided.decision == TrialDecision(arm="new", why="It sells more.", by=editor.actor.label, at=BEGIN)
    # The same again is what stands; another one is not dropped without a word.
    assert definitions.turn_trial(store, editor, "price", "decided", TrialDecision(arm="new", why="As said.")) == decided
    assert code_of(definitions.turn_trial, store, editor, "price", "decided", TrialDecision(arm="", why="No.")) == "trial_state"
    definitions.turn_trial(store, editor, "price", "archived")
    assert definitions.list_trials(store, scope) == []
    assert code_of(definitions.save_trial, store, editor, "price", TrialDraft(name="Again", spec=spec(alpha=0.1))) == "trial_archived"


def test_two_editors_do_not_overwrite_one_another(town: Town, editor: Access) -> None:
    store = town.house.store
    definitions.save_trial(store, editor, "price", TrialDraft(name="Price", spec=spec()))
    definitions.save_trial(store, editor, "price", TrialDraft(name="Price", spec=spec(alpha=0.1)), base_version=1)
    stale = TrialDraft(name="Price", spec=spec(alpha=0.01))
    assert code_of(definitions.save_trial, store, editor, "price", stale, base_version=1) == "trial_changed"
    versions = definitions.versions_of(store, editor.scope, definitions.get_trial(store, editor.scope, "price"))
    assert [(one.version, one.spec.alpha) for one in versions] == [(2, 0.1), (1, 0.05)]


def test_what_a_running_experiment_is_judged_by_stays(town: Town, editor: Access) -> None:
    store = town.house.store
    definitions.save_trial(store, editor, "price", TrialDraft(name="Price", spec=spec()))
    definitions.turn_trial(store, editor, "price", "running")
    others = [{"key": key, "name": key, "weight": 50} for key in ("control", "other")]
    for change in ({"alpha": 0.1}, {"method": "sequential"}, {"arms": others}, {"metrics": [METRICS[0] | {"better": "down"}]}):
        assert code_of(definitions.save_trial, store, editor, "price", TrialDraft(name="Price", spec=spec(**change))) == "trial_running"
    arms = [{"key": "control", "name": "Old", "weight": 20}, {"key": "new", "name": "New", "weight": 80}]
    changed = TrialDraft(name="Better name", spec=spec(arms=arms, metrics=METRICS[:2], hypothesis="Why not"))
    assert definitions.save_trial(store, editor, "price", changed).version == 2
    definitions.turn_trial(store, editor, "price", "stopped")
    assert (
        code_of(definitions.save_trial, store, editor, "price", TrialDraft(name="Price", spec=spec(metrics=METRICS[:2]))) == "trial_running"
    )


ARM = {"key": "control", "name": "Old", "weight": 50}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"arms": [ARM, {**ARM, "key": "new", "weight": 40}]}, "add up to 90; must add up to 100"),
        ({"arms": [ARM, {**ARM, "key": "new", "weight": 0}]}, "greater than 0"),
        ({"arms": [ARM, ARM]}, "control twice"),
        ({"arms": [ARM]}, "at least 2"),
        ({"control": "nobody"}, "must be one of the arms"),
        ({"metrics": METRICS[1:]}, "0 metrics are primary"),
        ({"metrics": [METRICS[0], {**METRICS[0], "key": "b"}]}, "2 metrics are primary"),
        ({"metrics": [METRICS[0], METRICS[0] | {"role": "secondary"}]}, "views twice"),
        ({"metrics": [metric("m", "no_such", {}, "primary")]}, "No metric kind 'no_such'"),
        ({"metrics": [metric("m", "mean", {"of": "property"}, "primary")]}, "needs a property"),
        ({"metrics": [metric("m", "retention", {"from_day": 5, "to_day": 2}, "primary")]}, "at least from_day"),
        ({"metrics": [metric("m", "revenue", {"cap_minor": 5, "cap_percent": 99.0}, "primary")]}, "exclude each other"),
        ({"metrics": [metric("m", "funnel", {"steps": [{"event": "A"}]}, "primary")]}, "at least 2"),
        ({"exposure": {"id_property": "a.:`b"}}, "must not be empty"),
        ({"alpha": 0.5}, "less than or equal"),
        ({"planned_days": 0}, "greater than or equal"),
    ],
)
def test_a_bad_design_says_what_is_wrong(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as error:
        spec(**change)
    assert words in str(error.value)


def test_a_key_has_a_form(town: Town, editor: Access) -> None:
    draft = TrialDraft(name="Price", spec=spec())
    for key in ("", "Ä", "a b", "-x", "x" * 101):
        assert code_of(definitions.save_trial, town.house.store, editor, key, draft) == "invalid"
    assert TrialSpec.model_validate(draft.spec.model_dump(mode="json")) == draft.spec
