"""How does a definition become a version? Snapshots, one file a cut; then learning, apart; then a verdict that is kept with it."""

import json
import shutil
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from uems.kernel import leases
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.prediction import vocabulary as words_
from uems.prediction import workshop
from uems.prediction.backtest import Result, not_enough_history
from uems.prediction.features import Feature, features_of, select
from uems.prediction.metrics import auc
from uems.prediction.model import Model, Outcome, Spec, Version
from uems.prediction.models import add_version, get_version, next_training, plan, predictor_of, put_to_use, spec_of
from uems.prediction.snapshots import cuts_for, known_days, snapshot, words_until

SEED: Final = 20_260_101
"""Of every draw: the same data gives the same model."""
_NO_WORSE: Final = 0.01
"""How much less well a new version may rank than the one in use, and still replace it: it knows newer data."""
Tick = Callable[[str, float], None]


def folder_of(settings: Settings, run_id: str) -> Path:
    """Where a run keeps what it has done so far; all processes of a cluster share it."""
    return (settings.files_folder or settings.home / "files") / "models" / run_id


def train(house: House, scope: Scope, model: Model, run_id: str, lease: leases.Lease, now: datetime, tick: Tick) -> dict[str, Any]:
    """Train the model and put it to use if it is better; gives the numbers of the run.

    What a run that was killed has finished is taken up. tick: called often with step and progress; what it raises ends the work.
    Raises ``not_enough_history``, ``not_enough_outcomes``, ``no_events`` (409) and what warehouse and store raise.
    """
    began = time.perf_counter()
    spec = spec_of(model)
    folder = folder_of(house.settings, run_id)
    tick("look", 0.0)
    known = known_days(house, scope, now)
    cuts = cuts_for(spec, known)
    if isinstance(spec.target, Outcome) and len(cuts) < 3:
        raise not_enough_history(len(cuts))
    words = _words(house, scope, folder, words_until(cuts))
    paths, features = [], features_of(house, scope, words)
    for n, cut in enumerate(cuts):
        tick("snapshots", 0.05 + 0.55 * n / len(cuts))
        path = folder / f"cut-{cut.isoformat()}.npz"
        if not path.exists():
            found, taken = snapshot(house, scope, spec, cut, words, now)
            path = workshop.save(folder, taken, found.keys)
        paths.append(path)
    kind = "time" if isinstance(spec.target, Outcome) else "person"
    result = workshop.make(folder, paths, kind, SEED, lambda step, done: tick(step, 0.6 + 0.38 * done))
    against = _against_the_one_in_use(house, scope, model, spec, cuts[-1], result, now)
    told = {
        "vocabulary": words_.dump(words),
        "backtest": {**result.backtest, "cuts": [cut.isoformat() for cut in cuts], "in_use": against},
        "baseline": result.baseline,
        "rows": result.backtest["rows"],
        "seconds": round(time.perf_counter() - began, 3),
    }
    tick("keep", 0.99)
    by_key = {feature.key: feature for feature in features}
    kept = _keep(house, scope, model, spec, lease, result, told, tuple(by_key[key] for key in result.predictor.features), now)
    shutil.rmtree(folder, ignore_errors=True)
    return {"version": kept.version, "state": kept.state, "rows": kept.rows, "seconds": kept.seconds, "auc": result.backtest["auc"]}


def _words(house: House, scope: Scope, folder: Path, until: date) -> words_.Vocabulary:
    """The words of the run: the same ones when it is taken up again, whatever came in late meanwhile."""
    path = folder / f"words-{until.isoformat()}.json"
    if path.exists():
        return words_.load(json.loads(path.read_text()))
    words = words_.vocabulary(house, scope, until)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(words_.dump(words)))
    part.replace(path)
    return words


def _keep(
    house: House,
    scope: Scope,
    model: Model,
    spec: Spec,
    lease: leases.Lease,
    result: Result,
    told: dict[str, Any],
    features: tuple[Feature, ...],
    now: datetime,
) -> Version:
    with house.store.write() as conn:
        leases.check(conn, lease)
        version = add_version(conn, scope, model, result.predictor, told, features, now)
        plan(conn, scope, model.key, train_at=next_training(spec, now))
        if spec.auto_promote and version.backtest["beats_rule"] and not _worse_than_in_use(told["backtest"]["in_use"]):
            put_to_use(conn, scope, model, version, "", now)
        elif spec.fallback and model.version is None:
            plan(conn, scope, model.key, score_at=now)
    return get_version(house.store, scope, model.key, version.version)


def _against_the_one_in_use(
    house: House, scope: Scope, model: Model, spec: Spec, cut: date, result: Result, now: datetime
) -> dict[str, Any] | None:
    """How the version in use, and the new way, do on the newest cut; None unless that cut is new to both and asks the same."""
    if model.version is None or not isinstance(spec.target, Outcome):
        return None
    used = get_version(house.store, scope, model.key, model.version)
    if any(used.definition.get(part) != model.definition.get(part) for part in ("target", "among")):
        return None
    if used.backtest["cuts"][-1] >= cut.isoformat():
        return None
    # Its features are named by its own words.
    found, taken = snapshot(house, scope, spec, cut, words_.load(used.vocabulary), now)
    predictor = predictor_of(house.store, scope, used)
    old = auc(taken.labels, predictor.margin(select(found, predictor.features)))
    return {"version": used.version, "cut": cut.isoformat(), "auc": old, "new_auc": result.backtest["folds"][-1]["auc"]}


def _worse_than_in_use(told: dict[str, Any] | None) -> bool:
    return told is not None and told["new_auc"] < told["auc"] - _NO_WORSE
