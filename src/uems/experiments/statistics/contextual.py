"""Which arm suits this person, by what is known of them? LinUCB: the arm whose reward may be the highest, given how little is known.

Li, Chu, Langford and Schapire, "A Contextual-Bandit Approach to Personalized News Article Recommendation", WWW 2010, algorithm 1
(disjoint linear models): for each arm a ridge regression of rewards on contexts, and the width of its uncertainty on top.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from uems.experiments.statistics.moments import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearArm:
    """What one arm has learnt. precision: identity plus the sum of x·xᵀ, shape (d, d). rewards: the sum of reward times x, shape (d,)."""

    precision: Floats
    rewards: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """expected: the reward by the regression. bonus: how much higher it may be; the arm with the highest sum is chosen."""

    arm: str
    expected: float
    bonus: float


def fresh(arms: Sequence[str], width: int) -> dict[str, LinearArm]:
    """Arms that know nothing yet. width: numbers of a context."""
    return {arm: LinearArm(precision=np.eye(width), rewards=np.zeros(width)) for arm in arms}


def ranked(arms: Mapping[str, LinearArm], context: Sequence[float], width: float = 1.0) -> list[Scored]:
    """All arms for one person, the one to take first; ties go by name. width: how much uncertainty is worth, alpha in the paper."""
    x = np.asarray(context, np.float64)
    found = []
    for name, arm in arms.items():
        solved = np.linalg.solve(arm.precision, np.stack([arm.rewards, x], axis=1))
        found.append(Scored(arm=name, expected=float(solved[:, 0] @ x), bonus=width * float(np.sqrt(x @ solved[:, 1]))))
    return sorted(found, key=lambda one: (-(one.expected + one.bonus), one.arm))


def learnt(arms: Mapping[str, LinearArm], arm: str, context: Sequence[float], reward: float) -> dict[str, LinearArm]:
    """The arms after one more reward. Order does not matter, since only sums are kept."""
    x = np.asarray(context, np.float64)
    old = arms[arm]
    return {**arms, arm: LinearArm(precision=old.precision + np.outer(x, x), rewards=old.rewards + reward * x)}
