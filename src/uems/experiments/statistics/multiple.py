"""How sure is one finding among many? Of twenty metrics one is "significant" at 5% by chance alone.

Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6, 1979: the chance of any false
finding stays below alpha, however the metrics depend on one another. Benjamini and Hochberg, Journal of the Royal Statistical Society
B 57, 1995: the expected share of false ones among the findings does, where metrics are independent or move together.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from uems.experiments.statistics.moments import Floats


def holm(p_values: Sequence[float]) -> list[float]:
    """The adjusted p of each test, to be compared with the alpha of all."""
    p, order = np.asarray(p_values, np.float64), np.argsort(p_values, kind="stable")
    ranked = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)) if len(p) else p
    return _back(ranked, order)


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """The smallest false discovery rate at which each test would be reported."""
    p, order = np.asarray(p_values, np.float64), np.argsort(p_values, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    ranked = np.minimum.accumulate(scaled[::-1])[::-1] if len(p) else p
    return _back(ranked, order)


def _back(ranked: Floats, order: npt.NDArray[np.intp]) -> list[float]:
    found = np.empty(len(ranked))
    found[order] = np.minimum(ranked, 1.0)
    return [float(one) for one in found]
