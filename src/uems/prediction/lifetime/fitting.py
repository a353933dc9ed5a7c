"""Which parameters make what was seen likeliest, and how sure is that? Maximum likelihood with exact gradients.

All parameters are positive; the search goes over their logarithms, so that it cannot leave the allowed ground.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.optimize

from uems.kernel.errors import UemsError
from uems.prediction.metrics import Floats

Likelihood = Callable[[Floats], tuple[float, Floats]]
"""Parameters → (log-likelihood, its gradient by each parameter)."""
_STEP: Final = 1e-4
_NARROWEST, _WIDEST = -14.0, 14.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """names, values: the parameters. covariance: of the values; nan where the data do not tell. people: how many were seen."""

    names: tuple[str, ...]
    values: Floats
    covariance: Floats
    log_likelihood: float
    people: float

    @property
    def errors(self) -> Floats:
        """Standard errors of the parameters."""
        found: Floats = np.sqrt(np.where(np.diag(self.covariance) >= 0, np.diag(self.covariance), np.nan))
        return found

    def told(self) -> dict[str, float]:
        """The parameters by name, for JSON."""
        return {name: float(value) for name, value in zip(self.names, self.values, strict=True)}


def maximise(names: tuple[str, ...], likelihood: Likelihood, starts: Sequence[Sequence[float]], people: float) -> Fitted:
    """The parameters of the highest likelihood, tried from each of ``starts`` until one search ends well.

    Raises ``not_fitted`` (409) when none does, which is so when there is too little to tell the parameters apart.
    """
    scale = max(1.0, people)
    best: tuple[float, Floats] | None = None

    def negative(logs: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood(np.exp(logs))
        if not np.isfinite(value) or not np.isfinite(gradient).all():
            return 1e12, np.zeros(len(logs))
        return -value / scale, -gradient * np.exp(logs) / scale

    for start in starts:
        found = scipy.optimize.minimize(
            negative,
            np.log(np.asarray(start, np.float64)),
            jac=True,
            method="L-BFGS-B",
            bounds=[(_NARROWEST, _WIDEST)] * len(names),
            options={"maxiter": 500, "maxcor": 20, "ftol": 1e-13, "gtol": 1e-7},
        )
        if found.fun < 1e11 and (best is None or found.fun < best[0] - 1e-9):
            best = (float(found.fun), found.x)
        if found.fun < 1e11 and float(np.abs(found.jac).max()) < 1e-3:
            break
    if best is None:
        raise UemsError(
            "not_fitted",
            f"The parameters {', '.join(names)} cannot be found from {people:,.0f} people: no search came to an end. "
            "It takes people of whom some bought again and some did not.",
            status=409,
        )
    values = np.exp(best[1])
    return Fitted(
        names=names,
        values=values,
        covariance=_covariance(likelihood, values),
        log_likelihood=float(likelihood(values)[0]),
        people=people,
    )


def _covariance(likelihood: Likelihood, values: Floats) -> Floats:
    """The inverse of the observed information, by central differences of the exact gradient over the logarithms."""
    size = len(values)
    hessian = np.zeros((size, size))

    def slope(logs: Floats) -> Floats:
        natural = np.exp(logs)
        found: Floats = likelihood(natural)[1] * natural
        return found

    logs = np.log(values)
    for n in range(size):
        step = np.zeros(size)
        step[n] = _STEP
        hessian[n] = (slope(logs + step) - slope(logs - step)) / (2 * _STEP)
    information = -(hessian + hessian.T) / 2
    try:
        over_logs = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        over_logs = np.full((size, size), np.nan)
    found: Floats = over_logs * np.outer(values, values)
    return found
