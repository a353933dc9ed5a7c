"""Who buys, when, and leaves when, if a model is the truth? Lives drawn purchase by purchase, by the story that each model tells."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from uems.prediction.metrics import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """What was seen of each until ``age``, whether they are still here then, and what they buy in the time ``ahead`` after it."""

    x: Floats
    last: Floats
    age: Floats
    alive: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    later: Floats


Leaves = Callable[["np.ndarray[tuple[int], np.dtype[np.int64]]", Floats], "np.ndarray[tuple[int], np.dtype[np.bool_]]"]
"""People and the times of their purchases → who leaves right after it."""


def _lived(rate: Floats, age: Floats, ahead: float, until: Floats, leaves: Leaves | None, rng: np.random.Generator) -> Lives:
    """Everybody buys at their rate until ``until`` or until ``leaves`` says so. One round a purchase, for all who are still here."""
    size = len(rate)
    x, last, later = np.zeros(size), np.zeros(size), np.zeros(size)
    end, clock, who = until.copy(), np.zeros(size), np.arange(size)
    while len(who):
        clock[who] += rng.exponential(size=len(who)) / rate[who]
        who = who[(clock[who] <= end[who]) & (clock[who] <= age[who] + ahead)]
        before = who[clock[who] <= age[who]]
        x[before] += 1
        last[before] = clock[before]
        later[who[clock[who] > age[who]]] += 1
        if leaves is not None:
            gone = who[leaves(who, clock[who])]
            end[gone] = clock[gone]
            who = np.setdiff1d(who, gone, assume_unique=True)
    return Lives(x=x, last=last, age=age, alive=end > age, later=later)


def beta_geometric(values: Floats, age: Floats, ahead: float, rng: np.random.Generator, *, modified: bool) -> Lives:
    """People of r, alpha, a, b; modified: some leave right after their first purchase."""
    r, alpha, a, b = values
    rate = rng.gamma(r, 1 / alpha, len(age))
    leave = rng.beta(a, b, len(age))
    until = np.full(len(age), np.inf)
    if modified:
        until[rng.random(len(age)) < leave] = 0.0
    return _lived(np.maximum(rate, 1e-300), age, ahead, until, lambda who, at: rng.random(len(who)) < leave[who], rng)


def pareto(values: Floats, age: Floats, ahead: float, rng: np.random.Generator) -> Lives:
    """People of r, alpha, s, beta."""
    r, alpha, s, beta = values
    rate, leaving = rng.gamma(r, 1 / alpha, len(age)), rng.gamma(s, 1 / beta, len(age))
    until = rng.exponential(size=len(age)) / np.maximum(leaving, 1e-300)
    return _lived(np.maximum(rate, 1e-300), age, ahead, until, None, rng)
