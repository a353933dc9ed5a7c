"""Which variant is best, and how sure is that? By Bayes: the probability that its rate is higher than that of every other one.

Each rate has a uniform prior, so that after ``hits`` of ``sent`` it is Beta(1 + hits, 1 + sent - hits). The probability that variant i
is the best is the integral of its density times the distribution functions of all others, taken on a grid.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

LEAST_SENT: Final = 100
"""Messages that each variant must have been sent."""
LEAST_HITS: Final = 10
"""Hits of all variants together."""
_POINTS: Final = 20_001
_WIDTH: Final = 30.0
"""How many standard deviations around each mean the grid reaches."""

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of one variant in the test."""

    sent: int
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """winner: its place. why: "best", or "too_few" where the first one goes because too little happened. probabilities: to be best."""

    winner: int
    why: Literal["best", "too_few"]
    probabilities: tuple[float, ...]


def choose(tried: Sequence[Tried]) -> Chosen:
    """By the rule: the most probable one, if each was sent LEAST_SENT times and all together had LEAST_HITS hits; else the first."""
    probabilities = to_be_best(tried)
    if min(one.sent for one in tried) < LEAST_SENT or sum(one.hits for one in tried) < LEAST_HITS:
        return Chosen(winner=0, why="too_few", probabilities=probabilities)
    return Chosen(winner=int(np.argmax(probabilities)), why="best", probabilities=probabilities)


def to_be_best(tried: Sequence[Tried]) -> tuple[float, ...]:
    """The probability of each to have the highest rate; they add up to one."""
    shapes = [(1.0 + min(one.hits, one.sent), 1.0 + max(0, one.sent - one.hits)) for one in tried]
    grid = _grid(shapes)
    densities = [_density(grid, *shape) for shape in shapes]
    # One grid serves all; the trapezoids between its points make the distribution functions.
    steps = np.diff(grid)
    functions = [np.concatenate(([0.0], np.cumsum((d[1:] + d[:-1]) / 2 * steps))) for d in densities]
    functions = [f / f[-1] for f in functions]
    found = []
    for place, density in enumerate(densities):
        others = np.prod([f for n, f in enumerate(functions) if n != place], axis=0) if len(tried) > 1 else np.ones_like(grid)
        found.append(float(np.trapezoid(density * others, grid)))
    total = sum(found)
    return tuple(one / total for one in found)


def _grid(shapes: Sequence[tuple[float, float]]) -> Vector:
    """Points that lie dense wherever one of the densities is not nothing."""
    parts = []
    for a, b in shapes:
        mean, deviation = a / (a + b), math.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
        parts.append(np.linspace(max(0.0, mean - _WIDTH * deviation), min(1.0, mean + _WIDTH * deviation), _POINTS))
    return np.unique(np.concatenate([*parts, [0.0, 1.0]]))


def _density(at: Vector, a: float, b: float) -> Vector:
    inner = np.clip(at, 1e-300, 1 - 1e-16)
    level = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    found: Vector = np.exp(level + (a - 1) * np.log(inner) + (b - 1) * np.log1p(-inner))
    return found
