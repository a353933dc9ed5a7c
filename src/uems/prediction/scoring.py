"""What does a model say of everybody now? Scores with their reasons, written as a tag, and how far the world has drifted since training.

Without a version in use the rule may stand in: then its judgement is written, and says that it is a rule.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np

from uems.access import api as access
from uems.access.api import Access
from uems.kernel.errors import UemsError, not_found
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.prediction import vocabulary as words_
from uems.prediction.features import Feature, Features, features_at, select
from uems.prediction.metrics import Floats, shares, stability
from uems.prediction.model import Model, Outcome, Reason, Seed, Spec, Version
from uems.prediction.models import get_version, predictor_of, spec_of
from uems.prediction.portable import Predictor
from uems.prediction.snapshots import known_days, rule_scores, within
from uems.prediction.tag_values import Score, give_back, has_own_rule, take_over, write_scores
from uems.prediction.words import label, reasons, told
from uems.profiles.api import Chosen, People

_BATCH: Final = 10_000
MOVED, DRIFTED = 0.1, 0.25
"""Stability indexes from which the world counts as moved, and as drifted."""
Tick = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One person's score with its reasons, the strongest first. version: None is the rule. as_of: the day before which all was seen."""

    person_id: int
    value: float
    version: int | None
    as_of: date
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Speaker:
    """What scores are made with. predictor: None is the rule."""

    spec: Spec
    words: words_.Vocabulary
    version: Version | None
    predictor: Predictor | None

    def says(self, house: House, scope: Scope, cut: date, found: Features, now: datetime) -> Floats:
        if self.predictor is not None:
            return self.predictor.probability(select(found, self.predictor.features))
        return rule_scores(house, scope, self.spec, cut, found, now=now if isinstance(self.spec.target, Seed) else None)

    def why(self, found: Features, rows: Sequence[int], values: Floats) -> list[list[Reason]]:
        if self.predictor is None or self.version is None:
            return [_rule_reasons(self.spec, found, row, float(value)) for row, value in zip(rows, values, strict=True)]
        matrix = select(found, self.predictor.features)[list(rows)]
        effects = self.predictor.contributions(matrix)
        return [reasons(self.version.features, matrix[n], effects[n]) for n in range(len(matrix))]


def _speaker(house: House, scope: Scope, model: Model, until: date) -> _Speaker:
    """Raises ``not_trained`` (409) when there is neither a version in use nor a rule to stand in."""
    spec = spec_of(model)
    if model.version is not None:
        version = get_version(house.store, scope, model.key, model.version)
        # Whom it is asked of, and what it was trained for, are those of the version.
        mine = spec_of(version)
        return _Speaker(
            spec=mine, words=words_.load(version.vocabulary), version=version, predictor=predictor_of(house.store, scope, version)
        )
    if not spec.fallback:
        raise UemsError("not_trained", f"No version of {model.key!r} is in use. Train it, or promote a version with a reason.", status=409)
    return _Speaker(spec=spec, words=words_.rhythm_words(house, scope, until), version=None, predictor=None)


def _rule_speaks(house: House, scope: Scope, key: str, now: datetime) -> bool:
    """Let the tag's own rule speak again, if it had one before there was a model; whether it had."""
    with house.store.write() as conn:
        if not has_own_rule(conn, scope, key):
            return False
        give_back(conn, Access(scope=scope, actor=access.operator(), now=now), key)
        return True


def score(house: House, scope: Scope, model: Model, now: datetime, tick: Tick) -> dict[str, Any]:
    """Write the score of everybody who is asked about, and take it from those who no longer are; gives the numbers of the run.

    Raises ``not_trained``, ``no_events`` and what the warehouse raises.
    """
    tick("look", 0.0)
    until = known_days(house, scope, now).until
    if model.version is None and spec_of(model).fallback and _rule_speaks(house, scope, model.key, now):
        return {"people": 0, "version": None, "as_of": until.isoformat(), "mean": None, "histogram": [], "drift": None}
    speaker = _speaker(house, scope, model, until)
    take_over(house.store, scope, model.key, speaker.spec, now)
    tick("features", 0.1)
    found = _asked_about(house, scope, speaker.spec, until, speaker.words, None, now)
    values = speaker.says(house, scope, until, found, now)
    for start in range(0, max(1, len(values)), _BATCH):
        tick("write", 0.3 + 0.6 * start / max(1, len(values)))
        rows = range(start, min(start + _BATCH, len(values)))
        why = speaker.why(found, rows, values[rows.start : rows.stop])
        said = [
            Score(
                person_id=int(found.people[n]),
                value=round(float(values[n]), 6),
                confidence=_confidence(speaker, float(values[n])),
                evidence=_evidence(model, speaker, until, told_why),
            )
            for n, told_why in zip(rows, why, strict=True)
        ]
        last = start + _BATCH >= len(values)
        write_scores(house, scope, model.key, said, now, whole=found.people if last else None)
    tick("drift", 0.95)
    return {
        "people": len(values),
        "version": model.version,
        "as_of": until.isoformat(),
        "mean": float(values.mean()) if len(values) else None,
        "histogram": np.histogram(values, bins=20, range=(0.0, 1.0))[0].tolist(),
        "drift": drift(speaker.version, speaker.predictor, found, values) if speaker.version and speaker.predictor else None,
    }


def _asked_about(
    house: House, scope: Scope, spec: Spec, until: date, words: words_.Vocabulary, chosen: Chosen | None, now: datetime
) -> Features:
    found = features_at(house, scope, until, words, chosen)
    kept = within(house, scope, spec, until, found.people, chosen, now)
    return Features(people=found.people[kept], features=found.features, matrix=found.matrix[kept])


def _confidence(speaker: _Speaker, value: float) -> float:
    """How sure the likelier answer is; of a rule nobody has measured it."""
    return round(max(value, 1 - value), 4) if speaker.predictor is not None else 0.5


def _evidence(model: Model, speaker: _Speaker, until: date, why: Sequence[Reason]) -> dict[str, object]:
    zh, en = ";".join(one.zh for one in why), "; ".join(one.en for one in why)
    return {
        "zh": zh,
        "en": en,
        "source": "model" if speaker.predictor is not None else "rule",
        "model": model.key,
        "version": model.version,
        "as_of": until.isoformat(),
        "reasons": [asdict(one) for one in why],
    }


def _rule_reasons(spec: Spec, found: Features, row: int, value: float) -> list[Reason]:
    if spec.rule.kind == "condition":
        zh, en = ("符合规则条件", "fulfils the rule") if value else ("不符合规则条件", "does not fulfil the rule")
        return [Reason(feature="rule", value=value, effect=0.0, zh=zh, en=en)]
    by_key = {feature.key: n for n, feature in enumerate(found.features)}
    made = []
    for key in ("rhythm", "days_since_last", "own_gap"):
        feature: Feature = found.features[by_key[key]]
        told_value = float(found.matrix[row, by_key[key]])
        zh, en = told(feature, told_value)
        made.append(Reason(feature=key, value=None if np.isnan(told_value) else round(told_value, 4), effect=0.0, zh=zh, en=en))
    return made


def drift(version: Version, predictor: Predictor, found: Features, values: Floats) -> dict[str, Any]:
    """How differently features and scores are spread than in training, as stability indexes, the largest first.

    level: by the index of the scores, and by that of the features as they weigh in the model. What grows by itself, such as the
    days since somebody was first seen, is left out.
    """
    weights = {one["feature"]: float(one["share"]) for one in version.backtest["importance"]}
    matrix = select(found, predictor.features)
    moved: list[tuple[float, Feature]] = []
    for n, feature in enumerate(version.features):
        if feature.family not in _GROWING and not (feature.days is None and feature.family in _COUNTED):
            known = version.baseline["features"][feature.key]
            moved.append((stability(np.array(known["shares"]), shares(matrix[:, n], np.array(known["edges"]))), feature))
    known = version.baseline["score"]
    index = stability(np.array(known["shares"]), shares(values, np.array(known["edges"])))
    weighed = sum(one * weights.get(feature.key, 0.0) for one, feature in moved)
    most = max(index, weighed)
    moved.sort(key=lambda one: (-one[0], one[1].key))
    return {
        "score": round(index, 4),
        "weighed": round(weighed, 4),
        "level": "drifted" if most >= DRIFTED else "moved" if most >= MOVED else "steady",
        "features": [_moved(one, feature) for one, feature in moved[:10]],
    }


_GROWING: Final = frozenset({"tenure", "variety", "gap", "order_gap"})
_COUNTED: Final = frozenset({"events", "days", "revenue", "orders"})


def _moved(index: float, feature: Feature) -> dict[str, Any]:
    zh, en = label(feature)
    return {"feature": feature.key, "zh": zh, "en": en, "index": round(index, 4)}


def explain(house: House, scope: Scope, model: Model, person_id: int, now: datetime, *, most: int = 10) -> Scored:
    """The score of one person as it would be written now, with up to ``most`` reasons. Raises ``not_found`` and as ``score``."""
    until = known_days(house, scope, now).until
    speaker = _speaker(house, scope, model, until)
    chosen = Chosen.of(house, scope, [person_id])
    found = _asked_about(house, scope, speaker.spec, until, speaker.words, chosen, now)
    if not len(found.people):
        raise not_found("score of this person", str(person_id))
    values = speaker.says(house, scope, until, found, now)
    if speaker.predictor is None or speaker.version is None:
        why = _rule_reasons(speaker.spec, found, 0, float(values[0]))
    else:
        matrix = select(found, speaker.predictor.features)
        why = reasons(speaker.version.features, matrix[0], speaker.predictor.contributions(matrix)[0], most)
    return Scored(person_id=int(found.people[0]), value=round(float(values[0]), 6), version=model.version, as_of=until, reasons=tuple(why))


def horizon_of(spec: Spec) -> int | None:
    """Days that a score looks ahead; None for a seed."""
    return spec.target.days if isinstance(spec.target, Outcome) else None


__all__ = ["DRIFTED", "MOVED", "People", "Scored", "drift", "explain", "horizon_of", "score"]
