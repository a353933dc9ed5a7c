"""How long does a subscriber renew? The shifted beta-geometric model, for contracts whose end is seen.

Each person has a chance of their own not to renew (beta: a, b), at every renewal the same. Those who are likely to leave do so first,
so the renewal rate of a cohort rises although nobody changes. Source: Fader & Hardie 2007, "How to project customer retention".
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betaln, digamma

from uems.kernel.errors import invalid
from uems.prediction.lifetime.fitting import Fitted, maximise
from uems.prediction.metrics import Floats

NAMES: Final = ("a", "b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """Contracts by how many renewals they had and whether they ended, each of shape (n,). count: how many are so."""

    renewals: Floats
    ended: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    count: Floats


def contracts(renewals: Floats, ended: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Contracts:
    """One row for each different contract. Raises ``invalid`` (422)."""
    wrong = ~np.isfinite(renewals) | (renewals < 0) | (renewals != np.floor(renewals))
    if wrong.any():
        raise invalid("renewals", float(renewals[wrong][0]), "must be a whole number from 0 on.")
    key, counts = np.unique(renewals * 2 + ended, return_counts=True)
    return Contracts(renewals=np.floor(key / 2), ended=key % 2 == 1, count=counts.astype(np.float64))


def fit(seen: Contracts) -> Fitted:
    """The likeliest parameters. Raises ``not_fitted`` (409)."""
    ended = float((seen.count * seen.ended).sum())
    chances = float((seen.count * (seen.renewals + seen.ended)).sum())
    mean = min(max(ended / max(chances, 1.0), 1e-4), 1 - 1e-4)
    starts = [(2 * mean, 2 * (1 - mean)), (1.0, 1.0 / mean), (0.5, 2.0)]
    return maximise(NAMES, lambda values: likelihood(values, seen), starts, float(seen.count.sum()))


def likelihood(values: Floats, seen: Contracts) -> tuple[float, Floats]:
    """(log-likelihood, gradient by a, b). A contract that ended did so at the renewal after its last one."""
    a, b = values
    up, stays = a + seen.ended, b + seen.renewals
    value = betaln(up, stays) - betaln(a, b)
    whole = digamma(a + b) - digamma(up + stays)
    by_a, by_b = digamma(up) - digamma(a) + whole, digamma(stays) - digamma(b) + whole
    return float(seen.count @ value), np.array([seen.count @ by_a, seen.count @ by_b])


def survival(values: Floats, periods: int) -> Floats:
    """The share of a cohort that is still there after 0, 1, ... ``periods`` renewals, shape (periods + 1,)."""
    a, b = values
    found: Floats = np.exp(betaln(a, b + np.arange(periods + 1)) - betaln(a, b))
    return found


def expected_renewals(values: Floats, renewals: Floats, periods: int, discount: float = 0.0) -> Floats:
    """Renewals to expect within the next ``periods`` of contracts that run and had ``renewals`` so far, shape (n,).

    discount: a period, 0.01 for 1%. The k-th renewal from now counts 1 / (1 + discount)^k.
    """
    a, b = values
    steps = np.arange(1, periods + 1)
    kept = np.exp(betaln(a, b + renewals[:, None] + steps) - betaln(a, b + renewals)[:, None])
    found: Floats = kept @ (1 + discount) ** -steps.astype(np.float64)
    return found


def draw(values: Floats, renewals: Floats, periods: int, times: int, rng: np.random.Generator) -> Floats:
    """Renewals within the next ``periods``, drawn ``times`` over: shape (n, times)."""
    a, b = values
    leave = np.maximum(rng.beta(a, np.broadcast_to((b + renewals)[:, None], (len(renewals), times))), 1e-12)
    found: Floats = np.minimum(rng.geometric(leave) - 1, periods).astype(np.float64)
    return found
