"""Would the model have been right? Trained on the past, judged on a later past that it never saw, beside the rule it replaces.

Over time: the windows of an outcome are disjoint. A fold trains on the older cuts, chooses and calibrates on the next, and is
judged on the one after that; the newest folds are judged, and the model that is put to use goes the same way one cut further.
By person (a seed has no time): the people are cut into five parts; each is judged by a model that saw none of it.

The rule is put on the same scale by Platt's curve on the same rows, so that its probabilities are compared with like.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from uems.kernel.errors import UemsError
from uems.prediction.learning import Learned, Rows, learn, platt
from uems.prediction.metrics import (
    Floats,
    Ints,
    Labels,
    auc,
    auc_against,
    average_precision,
    bins_of,
    brier,
    calibration,
    reach,
    shares,
)
from uems.prediction.portable import Predictor

LEAST: Final = 30
"""Rows with the outcome, and rows without it, that training, calibration and judgement each need."""
FOLDS: Final = 3
PARTS: Final = 5

Tell = Callable[[str, float], None]
"""Called with what is being done and how much of the whole is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everybody at one cut. name: the day of the cut. rule: what the rule says of each, higher being more likely, or less."""

    name: str
    people: npt.NDArray[np.uint64]
    matrix: Floats
    labels: Labels
    rule: Floats

    def rows(self) -> Rows:
        return Rows(matrix=self.matrix, labels=self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A trained model with its backtest (JSON-ready), and how features and scores were spread, for drift."""

    predictor: Predictor
    backtest: dict[str, Any]
    baseline: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class _Judged:
    """What was said of held-out rows, fold by fold."""

    snapshots: list[Snapshot]
    said: list[Floats]
    rule: list[Floats]
    rule_said: list[Floats]
    names: list[str]
    chosen: list[Learned]


def over_time(features: tuple[str, ...], snapshots: Sequence[Snapshot], seed: int, tell: Tell = lambda step, done: None) -> Result:
    """Learn an outcome from cuts, the oldest first. Raises ``not_enough_history`` and ``not_enough_outcomes`` (409), in numbers."""
    if len(snapshots) < 3:
        raise not_enough_history(len(snapshots))
    first = max(2, len(snapshots) - FOLDS)
    judged = _Judged(snapshots=[], said=[], rule=[], rule_said=[], names=[], chosen=[])
    for n in range(first, len(snapshots)):
        tell("backtest", (n - first) / (len(snapshots) - first + 1))
        train = _joined(snapshots[: n - 1])
        if n < len(snapshots) - 1 and not _enough(train, snapshots[n - 1], snapshots[n]):
            continue  # an early fold may be too thin; the newest may not
        for what, one in (("training", train), ("calibration", snapshots[n - 1]), ("the held-out period", snapshots[n])):
            _check(one.rows(), what)
        _judge(judged, features, train, snapshots[n - 1], snapshots[n], seed)
    tell("train", 0.9)
    final = learn(features, _joined(snapshots[:-1]).rows(), snapshots[-1].rows(), seed)
    backtest = {"kind": "time", **_summary(judged, final, features, seed)}
    return Result(predictor=final.chosen, backtest=backtest, baseline=_baseline(final.chosen, snapshots[-1].matrix))


def by_person(features: tuple[str, ...], snapshot: Snapshot, seed: int, tell: Tell = lambda step, done: None) -> Result:
    """Learn who is like a seed. ``backtest.scores`` of everybody come from models that did not see them."""
    _check(snapshot.rows(), "the seed")
    part = _part_of(snapshot.people, snapshot.labels, seed)
    judged = _Judged(snapshots=[], said=[], rule=[], rule_said=[], names=[], chosen=[])
    for n in range(PARTS):
        tell("backtest", n / (PARTS + 1))
        later, test = (part + 1) % PARTS == n, part == n
        train = ~later & ~test
        _judge(judged, features, _of(snapshot, train), _of(snapshot, later), _of(snapshot, test), seed, name=f"part {n + 1}")
    tell("train", 0.9)
    final = learn(features, _of(snapshot, part != 0).rows(), _of(snapshot, part == 0).rows(), seed)
    backtest = {"kind": "person", **_summary(judged, final, features, seed), "expansion": expansion(judged)}
    return Result(predictor=final.chosen, backtest=backtest, baseline=_baseline(final.chosen, snapshot.matrix))


def _part_of(people: npt.NDArray[np.uint64], labels: Labels, seed: int) -> Ints:
    """A stable random part for each person; the seed is dealt out evenly, and so are the others."""
    with np.errstate(over="ignore"):
        mixed = ((people + np.uint64(seed)) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)
    found = np.zeros(len(people), np.int64)
    for kind in (labels, ~labels):
        order = np.argsort(mixed[kind], kind="stable")
        dealt = np.empty(len(order), np.int64)
        dealt[order] = np.arange(len(order)) % PARTS
        found[kind] = dealt
    return found


def _of(snapshot: Snapshot, mask: Labels) -> Snapshot:
    return Snapshot(
        name=snapshot.name,
        people=snapshot.people[mask],
        matrix=snapshot.matrix[mask],
        labels=snapshot.labels[mask],
        rule=snapshot.rule[mask],
    )


def _joined(snapshots: Sequence[Snapshot]) -> Snapshot:
    return Snapshot(
        name=" ".join(one.name for one in snapshots),
        people=np.concatenate([one.people for one in snapshots]),
        matrix=np.concatenate([one.matrix for one in snapshots]),
        labels=np.concatenate([one.labels for one in snapshots]),
        rule=np.concatenate([one.rule for one in snapshots]),
    )


def _judge(
    judged: _Judged, features: tuple[str, ...], train: Snapshot, later: Snapshot, test: Snapshot, seed: int, *, name: str = ""
) -> None:
    found = learn(features, train.rows(), later.rows(), seed)
    # Which way the rule points is learned on the training rows, so that it is at its best.
    rule = test.rule if auc(train.labels, train.rule) >= 0.5 else -test.rule
    # By its places among the calibration rows, so that a long tail does not bend the curve.
    curve, places = platt(_places(later.rule, later.rule), later.labels), _places(later.rule, test.rule)
    judged.snapshots.append(test)
    judged.said.append(found.chosen.probability(test.matrix))
    judged.rule.append(rule)
    judged.rule_said.append(curve.probability(places))
    judged.names.append(name or test.name)
    judged.chosen.append(found)


def _places(among: Floats, scores: Floats) -> Floats:
    """Where each score stands among others, from 0 to 1; a tie stands in the middle of it."""
    ranked = np.sort(among)
    low, high = np.searchsorted(ranked, scores, side="left"), np.searchsorted(ranked, scores, side="right")
    found: Floats = (low + high) / (2 * len(ranked))
    return found


def _enough(*parts: Snapshot) -> bool:
    return all(min(part.rows().positives, len(part.labels) - part.rows().positives) >= LEAST for part in parts)


def _check(rows: Rows, where: str) -> None:
    positives, negatives = rows.positives, len(rows) - rows.positives
    if min(positives, negatives) >= LEAST:
        return
    word = "with" if positives < LEAST else "without"
    raise UemsError(
        "not_enough_outcomes",
        f"Training needs at least {LEAST} people {word} the outcome in {where}; there are {min(positives, negatives)} of {len(rows)}. "
        "Ask for something that happens to more people, over a longer window, or wait for more data.",
        status=409,
        details={"where": where, "positives": positives, "negatives": negatives, "needed": LEAST},
    )


def not_enough_history(cuts: int) -> UemsError:
    """The refusal of a workspace that is too young: training, calibration and judgement each need a window of their own."""
    return UemsError(
        "not_enough_history",
        f"The events cover {cuts} window(s) of this length; at least 3 are needed: to train, to calibrate and to judge. "
        "Ask for a shorter window, or wait for more data.",
        status=409,
        details={"windows": cuts, "needed": 3},
    )


def _summary(judged: _Judged, final: Learned, features: tuple[str, ...], seed: int) -> dict[str, Any]:
    labels = np.concatenate([one.labels for one in judged.snapshots])
    people = np.concatenate([one.people for one in judged.snapshots])
    strata = np.repeat(np.arange(len(judged.said)), [len(one) for one in judged.said])
    said, rule = np.concatenate(judged.said), np.concatenate(judged.rule)
    rule_said = np.concatenate(judged.rule_said)
    mine, theirs, gain = auc_against(labels, said, rule, strata, people, seed)
    errors = {"model": brier(labels, said), "rule": brier(labels, rule_said), "nothing": float(labels.mean() * (1 - labels.mean()))}
    return {
        "rows": len(labels),
        "positives": int(labels.sum()),
        "base_rate": float(labels.mean()),
        "auc": asdict(mine),
        "rule_auc": asdict(theirs),
        "auc_gain": asdict(gain),
        "average_precision": {"model": average_precision(labels, said), "rule": average_precision(labels, _ranked(rule, strata))},
        "brier": errors,
        "calibration": [asdict(group) for group in calibration(labels, said)],
        "lift": [
            {"model": asdict(a), "rule": asdict(b)} for a, b in zip(reach(labels, said), reach(labels, _ranked(rule, strata)), strict=True)
        ],
        "folds": [_fold(judged, n) for n in range(len(judged.said))],
        "candidates": {name: [one.losses[name] for one in judged.chosen] for name in final.losses},
        "importance": _importance(final.chosen, judged.snapshots[-1].matrix, features),
        "beats_rule": bool(gain.low > 0 and errors["model"] <= errors["rule"]),
    }


def _ranked(rule: Floats, strata: Ints) -> Floats:
    """Places within a fold: what the rule says of one fold is not to be held against another."""
    found = np.zeros(len(rule))
    for n in np.unique(strata):
        here = strata == n
        found[here] = _places(rule[here], rule[here])
    return found


def _fold(judged: _Judged, n: int) -> dict[str, Any]:
    test, said = judged.snapshots[n], judged.said[n]
    return {
        "name": judged.names[n],
        "rows": len(said),
        "base_rate": float(test.labels.mean()),
        "predicted": float(said.mean()),
        "auc": auc(test.labels, said),
        "rule_auc": auc(test.labels, judged.rule[n]),
        "brier": brier(test.labels, said),
        "rule_brier": brier(test.labels, judged.rule_said[n]),
        "algorithm": judged.chosen[n].chosen.algorithm,
    }


def _importance(predictor: Predictor, matrix: Floats, features: tuple[str, ...]) -> list[dict[str, Any]]:
    """The mean size of what each feature adds, as a share of all, over at most 2,000 rows."""
    some = matrix[:: max(1, len(matrix) // 2_000)]
    size = np.abs(predictor.contributions(some)).mean(axis=0)
    order = np.argsort(-size, kind="stable")[:20]
    whole = float(size.sum()) or 1.0
    return [{"feature": features[n], "share": float(size[n]) / whole} for n in order if size[n] > 0]


def expansion(judged: _Judged) -> list[dict[str, Any]]:
    """How far a seed can be stretched. Judged by the seed itself: how much of it, held out, stands among the highest of all.

    people: how many others are taken. found: the share of the held-out seed above the same score. lift: that share against the
    share of others taken. alike: of all above the score, how many are of the seed; a lower bound of how right the choice is,
    because whoever is not in the seed counts as wrong.
    """
    labels, said = np.concatenate([one.labels for one in judged.snapshots]), np.concatenate(judged.said)
    others, seed = np.sort(said[~labels])[::-1], np.sort(said[labels])
    found = []
    for percent in (0.5, 1, 2, 5, 10, 20, 30, 50):
        size = max(1, round(len(others) * percent / 100))
        score = float(others[size - 1])
        hit = (len(seed) - int(np.searchsorted(seed, score, side="left"))) / len(seed)
        taken = float((others >= score).mean())
        alike = hit * len(seed) / (hit * len(seed) + taken * len(others))
        found.append({"percent": percent, "people": size, "score": score, "found": hit, "lift": hit / taken, "alike": alike})
    return found


def _baseline(predictor: Predictor, matrix: Floats) -> dict[str, Any]:
    said = predictor.probability(matrix)
    edges = bins_of(said)
    found: dict[str, Any] = {"score": {"edges": edges.tolist(), "shares": shares(said, edges).tolist()}, "features": {}}
    for n, name in enumerate(predictor.features):
        edges = bins_of(matrix[:, n])
        found["features"][name] = {"edges": edges.tolist(), "shares": shares(matrix[:, n], edges).tolist()}
    return found
