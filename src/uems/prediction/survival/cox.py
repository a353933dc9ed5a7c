"""What makes people leave sooner or later? Cox's proportional hazards: how each trait multiplies the risk of leaving at any moment.

Partial likelihood (Cox 1972) with Efron's way of ties, by Newton's method; several people who leave on one day are the rule here.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm

from uems.kernel.errors import UemsError
from uems.prediction.metrics import Floats, Labels

_STEPS: Final = 50
_CLOSE: Final = 1e-9
_RIDGE: Final = 1e-8
_ENDLESS: Final = 10.0
"""An effect of so many standard deviations, in logarithms, is none that a person could have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cox:
    """effects: by how much each column adds to the log of the risk, shape (k,). errors: standard errors. concordance: chance that of two
    people whose order is known the one with the higher risk leaves first; 0.5 is chance."""

    effects: Floats
    errors: Floats
    log_likelihood: float
    concordance: float

    @property
    def p_values(self) -> Floats:
        found: Floats = 2 * norm.sf(np.abs(self.effects / np.maximum(self.errors, 1e-12)))
        return found


def cox(matrix: Floats, time: Floats, ended: Labels) -> Cox:
    """matrix: shape (n, k), without missing values. Raises ``not_fitted`` (409) when nobody left, or the search ends nowhere."""
    if not ended.any() or matrix.shape[1] == 0:
        raise UemsError("not_fitted", f"Of {len(time):,} people nobody left, so nothing tells what makes people leave.", status=409)
    centre, scale = matrix.mean(axis=0), np.maximum(matrix.std(axis=0), 1e-12)
    order = np.argsort(-time, kind="stable")
    x, when, gone = ((matrix - centre) / scale)[order], time[order], ended[order]
    beta = np.zeros(matrix.shape[1])
    value, slope, information = _likelihood(beta, x, when, gone)
    for _ in range(_STEPS):
        step = np.linalg.solve(information + _RIDGE * np.eye(len(beta)), slope)
        for _halving in range(20):
            new = _likelihood(beta + step, x, when, gone)
            if np.isfinite(new[0]) and new[0] >= value - 1e-12:
                break
            step = step / 2
        beta, close = beta + step, float(np.abs(step).max())
        value, slope, information = new
        if close < _CLOSE:
            break
    if not np.isfinite(beta).all() or float(np.abs(beta).max()) > _ENDLESS:
        raise UemsError(
            "not_fitted", "A trait tells leavers from stayers without fail, so its effect has no end. Leave it out.", status=409
        )
    covariance = np.linalg.pinv(information)
    return Cox(
        effects=beta / scale,
        errors=np.sqrt(np.maximum(np.diag(covariance), 0.0)) / scale,
        log_likelihood=value,
        concordance=concordance(x @ beta, when, gone),
    )


def _likelihood(beta: Floats, x: Floats, when: Floats, gone: Labels) -> tuple[float, Floats, Floats]:
    """(log partial likelihood, slope, information); rows go from the longest time to the shortest."""
    risk = np.exp(np.clip(x @ beta, -500, 500))
    size = x.shape[1]
    value, slope, information = 0.0, np.zeros(size), np.zeros((size, size))
    zero, first, second = 0.0, np.zeros(size), np.zeros((size, size))
    starts = np.flatnonzero(np.diff(when, prepend=np.inf) != 0)
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(when)], strict=True):
        rows = slice(start, end)
        mine, weight = x[rows], risk[rows]
        zero += float(weight.sum())
        first = first + weight @ mine
        second = second + (mine * weight[:, None]).T @ mine
        left = gone[rows]
        count = int(left.sum())
        if not count:
            continue
        leaving, leaving_weight = mine[left], weight[left]
        tied_zero, tied_first = float(leaving_weight.sum()), leaving_weight @ leaving
        tied_second = (leaving * leaving_weight[:, None]).T @ leaving
        value += float((leaving @ beta).sum())
        slope = slope + leaving.sum(axis=0)
        # Efron: of those who leave together, each next one has only a part of the others still beside it.
        for share in np.arange(count) / count:
            below = zero - share * tied_zero
            mean = (first - share * tied_first) / below
            value -= float(np.log(below))
            slope = slope - mean
            information = information + (second - share * tied_second) / below - np.outer(mean, mean)
    return value, slope, information


def concordance(risk: Floats, time: Floats, ended: Labels, most: int = 4_000) -> float:
    """Of pairs of which it is known who left first, how many had the order of their risks; ties of risk count half."""
    rows = np.linspace(0, len(time) - 1, min(most, len(time))).astype(np.int64)
    r, t, e = risk[rows], time[rows], ended[rows]
    agree = known = 0.0
    for n in np.flatnonzero(e):
        later = (t > t[n]) | ((t == t[n]) & ~e)
        known += float(later.sum())
        agree += float((r[n] > r[later]).sum()) + 0.5 * float((r[n] == r[later]).sum())
    return agree / known if known else 0.5
