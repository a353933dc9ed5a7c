"""What must be known of the people of an arm? How many they are, and the means and covariances of a few numbers of each.

The columns are the numbers of one person, such as (revenue,), (revenue, revenue before) or (orders, sessions, orders before, sessions
before). SQL returns the sums and the sums of products; nothing else of a person leaves the warehouse.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """count: people. means: shape (k,). covariances: shape (k, k), with the divisor count - 1; zeros where there is one person or none."""

    count: int
    means: tuple[float, ...]
    covariances: tuple[tuple[float, ...], ...]

    @property
    def width(self) -> int:
        return len(self.means)


def from_sums(count: int, sums: Sequence[float], products: Sequence[Sequence[float]]) -> Moments:
    """sums: shape (k,), of each column. products: shape (k, k), the sum over people of column i times column j."""
    total, cross = np.asarray(sums, np.float64), np.asarray(products, np.float64)
    if count < 1:
        return _made(0, np.zeros(len(total)), np.zeros_like(cross))
    spread = cross - np.outer(total, total) / count
    # Rounding can leave a constant column with a tiny spread, of either sign, which would be taken for knowledge.
    noise = 1e-12 * np.sqrt(np.outer(np.diag(cross), np.diag(cross)))
    spread = np.where(np.abs(spread) <= noise, 0.0, spread)
    return _made(count, total / count, spread / (count - 1) if count > 1 else np.zeros_like(cross))


def from_rows(rows: npt.ArrayLike) -> Moments:
    """rows: shape (n, k), or (n,) for one column."""
    table = np.asarray(rows, np.float64)
    table = table[:, None] if table.ndim == 1 else table
    return from_sums(len(table), table.sum(axis=0).tolist(), (table.T @ table).tolist())


def union(parts: Iterable[Moments]) -> Moments:
    """The moments of all people together: covariances within the parts and between their means (Chan, Golub and LeVeque 1979)."""
    known = [part for part in parts if part.count]
    if not known:
        raise ValueError("no moments of anybody; give at least one part with people")
    count = sum(part.count for part in known)
    mean = sum((part.count * np.asarray(part.means) for part in known), np.zeros(known[0].width)) / count
    spread = np.zeros((known[0].width, known[0].width))
    for part in known:
        away = np.asarray(part.means) - mean
        spread += (part.count - 1) * np.asarray(part.covariances) + part.count * np.outer(away, away)
    return _made(count, mean, spread / (count - 1) if count > 1 else spread)


def columns(moments: Moments, places: Sequence[int]) -> Moments:
    """The same people with only the columns at ``places``, in that order."""
    means = np.asarray(moments.means)[list(places)]
    return _made(moments.count, means, np.asarray(moments.covariances)[np.ix_(list(places), list(places))])


def _made(count: int, means: Floats, covariances: Floats) -> Moments:
    return Moments(count=count, means=tuple(means.tolist()), covariances=tuple(tuple(row) for row in covariances.tolist()))
