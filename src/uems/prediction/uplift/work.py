"""Who changes because of one action? The whole of it on kept arrays: learn, judge on people not learned from, score everybody of today.

``python -m uems.prediction.uplift.work FOLDER`` does it in a process of its own; what lies in the folder is arrays and JSON.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from uems.prediction.metrics import Floats, Interval
from uems.prediction.uplift.curves import Judged, Lot, judge
from uems.prediction.uplift.learners import LEARNERS, LearnerKey, fit, useful
from uems.prediction.uplift.policy import Line, Tenth, harm_below, line, tenths
from uems.prediction.workshop import child

_SIGMA: Final = 1.959964
_LARGE: Final = 50_000
Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """learner: the one that came nearer; judged, line and tenths are of its scores of people who were not learned from. average: what the
    action changes of people on the whole. scores: of everybody of today, shape (people,)."""

    learner: LearnerKey
    risks: dict[LearnerKey, float]
    judged: dict[LearnerKey, Judged]
    average: Interval
    tenths: list[Tenth]
    line: Line
    scores: Floats

    @property
    def sure(self) -> bool:
        return self.judged[self.learner].sure


def work(matrix: Floats, lot: Lot, today: Floats, *, seed: int, tell: Tell = lambda step, done: None) -> Found:
    """matrix: features of the people of the lot as of before the action; today: of everybody now, the same columns."""
    kept = useful(matrix)
    if not kept.any():  # nobody is told from anybody: all score alike
        matrix, today, kept = np.zeros((len(lot), 1)), np.zeros((len(today), 1)), np.ones(1, np.bool_)
    fitted = fit(matrix[:, kept], lot, seed=seed, tell=lambda done: tell("train", 0.7 * done))
    tell("backtest", 0.7)
    replicates = 300 if len(lot) <= _LARGE else 100
    learner = fitted.better
    judged = {key: judge(lot, fitted.scores[key], seed=seed, replicates=replicates) for key in LEARNERS}
    tell("foretell", 0.9)
    error = _SIGMA * float(fitted.pseudo.std(ddof=1)) / float(np.sqrt(len(lot)))
    mean = float(fitted.pseudo.mean())
    return Found(
        learner=learner,
        risks={key: fitted.risk(key) for key in LEARNERS},
        judged=judged,
        average=Interval(value=mean, low=mean - error, high=mean + error),
        tenths=tenths(lot, fitted.scores[learner], fitted.pseudo),
        line=line(fitted.scores[learner], fitted.pseudo),
        scores=fitted.say(learner, today[:, kept]) if len(today) else np.zeros(0),
    )


def told(found: Found) -> dict[str, Any]:
    """What is shown, JSON-ready, and beside it the line by which scores are put right."""
    mine = found.judged[found.learner]
    curve = mine.curve
    names = ("share", "gain", "low", "high", "line")
    harm = harm_below(found.tenths)
    return {
        "learner": found.learner,
        "sure": found.sure,
        "learners": [_learner(key, found) for key in LEARNERS],
        "average": asdict(found.average),
        "area": asdict(mine.area),
        "qini": asdict(mine.qini) if mine.qini else None,
        "auuc": asdict(mine.auuc) if mine.auuc else None,
        "curve": [dict(zip(names, row, strict=True)) for row in zip(*(getattr(curve, name).tolist() for name in names), strict=True)],
        "tenths": [asdict(one) for one in found.tenths],
        "line": {**asdict(found.line), "cov": found.line.cov.tolist()},
        "harm": harm if np.isfinite(harm) else None,
    }


def _learner(key: LearnerKey, found: Found) -> dict[str, Any]:
    one = found.judged[key]
    coefficients = {name: asdict(value) if value else None for name, value in (("qini", one.qini), ("auuc", one.auuc))}
    return {"key": key, "risk": found.risks[key], "area": asdict(one.area), **coefficients}


def line_of(told: dict[str, Any]) -> Line:
    """What ``told`` wrote."""
    return Line(**{**told["line"], "cov": np.array(told["line"]["cov"])})


def keep(folder: Path, matrix: Floats, lot: Lot, today: Floats) -> None:
    """Write what is to be worked on."""
    np.savez(folder / "lot.npz", matrix=matrix, y=lot.y, treated=lot.treated, share=lot.share, today=today)


def load_scores(folder: Path) -> Floats:
    """The scores of everybody of today."""
    with np.load(folder / "scores.npz", allow_pickle=False) as archive:
        found: Floats = archive["scores"]
    return found


def _done(folder: Path, tell: Tell) -> dict[str, Any]:
    order = json.loads((folder / "order.json").read_text())
    with np.load(folder / "lot.npz", allow_pickle=False) as archive:
        held = dict(archive)
    lot = Lot(y=held["y"], treated=held["treated"], share=held["share"])
    found = work(held["matrix"], lot, held["today"], seed=order["seed"], tell=tell)
    np.savez(folder / "scores.npz", scores=found.scores)
    return told(found)


if __name__ == "__main__":
    child(_done)
