"""Do stronger ties bring more? Everybody scored at a cut of the past, by a scale measured there, beside what came after it.

Rank correlation by Spearman, limits by Fisher's z with the standard error of Fieller, Hartley and Pearson (1957), 1.03 / sqrt(n - 3).
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from uems.superusers.ties.model import Floats, Ints

Outcome: TypeAlias = Literal["retained", "value", "brought"]
GROUPS: Final = 10
LEAST: Final = 50
_Z: Final = 1.959964
_FIELLER: Final = 1.03


def judged(score: Floats, naive: Floats, came: Mapping[Outcome, Floats | None]) -> dict[str, Any]:
    """JSON-ready: each tenth of people by score with what came of them, and how well score and ``naive`` rank each outcome.

    came: outcome → shape (n,), None for what the workspace does not know. naive: days with contact alone.
    """
    group = tenths(score)
    rows = []
    for n in range(GROUPS):
        mine = group == n
        row: dict[str, Any] = {"tenth": n + 1, "people": int(mine.sum())}
        row["score"] = round(float(score[mine].mean()), 1) if mine.any() else None
        for name, found in came.items():
            row[name] = None if found is None or not mine.any() else float(found[mine].mean())
        rows.append(row)
    ranks = [
        {"outcome": name, **_limits(spearman(score, found), len(score)), "naive": spearman(naive, found)}
        for name, found in came.items()
        if found is not None and np.ptp(found) > 0
    ]
    return {"tenths": rows, "ranks": ranks}


def tenths(score: Floats) -> Ints:
    """0 to 9, by rank; people of the same score are parted by their place, so that tenths are even."""
    order = np.argsort(score, kind="stable")
    found = np.empty(len(score), np.int64)
    found[order] = np.arange(len(score)) * GROUPS // max(1, len(score))
    return found


def spearman(one: Floats, other: Floats) -> float:
    """The rank correlation, ties sharing the mean of their places; 0 where either never differs."""
    a, b = _ranks(one), _ranks(other)
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else 0.0


def _ranks(values: Floats) -> Floats:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    found: Floats = (last - (counts - 1) / 2)[place]
    return found


def _limits(rho: float, size: int) -> dict[str, float]:
    if size <= 3 or abs(rho) >= 1:
        return {"rho": rho, "low": rho, "high": rho}
    z, wide = np.arctanh(rho), _Z * _FIELLER / np.sqrt(size - 3)
    return {"rho": rho, "low": float(np.tanh(z - wide)), "high": float(np.tanh(z + wide))}
