"""How is a conversion shared among the touches before it? Pure functions over people's events in order.

Rules give each touch of a path a weight; the weights of a path add up to 1. Two models look at all paths together: Markov removal
(Anderl, Becker, von Wangenheim, Schumann 2016) and Shapley values (Zhao, Mahboobi, Bagheri 2018).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from uems.journeys.reports._arrays import different
from uems.journeys.reports._stories import Stories, segments

Model: TypeAlias = Literal["first", "last", "linear", "position", "time_decay", "markov", "shapley"]
MODELS: Final[tuple[Model, ...]] = ("first", "last", "linear", "position", "time_decay", "markov", "shapley")
CONVERSION, TOUCH = 1, 2
"""Bits of the column ``mask``."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """start, end: the period, in milliseconds. channels: how many there are; codes are below it. weights: of the first touch, those in
    between together, and the last."""

    start: int
    end: int
    lookback_ms: int
    half_life_ms: int
    weights: tuple[float, float, float]
    channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What some people add to the sums. conversions, revenue: model → shape (channels,), for all but markov. moves: counts of
    transitions between channels; the row before the last is the start, columns at the end are conversion and nothing; first dimension:
    all. Of conversions: person, revenue, first and last channel, -1 without touches; assisted: (place of the conversion, channel)."""

    conversions: dict[Model, Floats]
    revenue: dict[Model, Floats]
    moves: Ints
    touches: Ints
    person: npt.NDArray[np.uint64]
    money: Ints
    first: Ints
    last: Ints
    assisted: Ints


def credit(told: Stories, rules: Rules) -> Credit:
    """Share out the conversions of some people. Columns: ``mask``, ``code`` of the channel, ``amount`` in minor units."""
    mask, segment, at = told.columns["mask"], segments(told.person).astype(np.int64), told.at
    in_period = (at >= rules.start) & (at < rules.end)
    touch = np.flatnonzero((mask & TOUCH) != 0)
    conversion = np.flatnonzero(((mask & CONVERSION) != 0) & in_period)
    high = np.searchsorted(touch, conversion, "left")
    low = _first_touch(touch, conversion, segment, at, rules)
    size = np.maximum(high - low, 0)
    path = np.repeat(np.arange(len(conversion)), size)
    place = np.arange(len(path)) - np.repeat(np.cumsum(size) - size, size)
    picked = np.repeat(low, size) + place
    used = touch[picked]
    code = told.columns["code"].astype(np.int64)
    money = told.columns["amount"].astype(np.int64)[conversion]
    channel = code[used]
    weights = _weights(place, size[path], at[conversion][path] - at[used], path, len(conversion), rules)
    pairs = different(path * rules.channels + channel)
    distinct = np.bincount(pairs // rules.channels, minlength=len(conversion))
    weighed: dict[Model, tuple[Ints, Ints, Floats]] = {model: (path, channel, weight) for model, weight in weights.items()}
    weighed["shapley"] = (pairs // rules.channels, pairs % rules.channels, 1 / distinct[pairs // rules.channels])
    idle = np.ones(len(touch), np.bool_)
    idle[picked] = False
    lost = touch[idle & in_period[touch]]
    return Credit(
        conversions={m: _sums(c, w, rules) for m, (_, c, w) in weighed.items()},
        revenue={m: _sums(c, w * money[p], rules) for m, (p, c, w) in weighed.items()},
        moves=np.add(_moves(path, channel, 0, rules), _moves(segment[lost], code[lost], 1, rules)),
        touches=np.bincount(code[touch[in_period[touch]]], minlength=rules.channels),
        person=told.person[conversion],
        money=money,
        first=_ends(conversion, size, channel, np.cumsum(size) - size),
        last=_ends(conversion, size, channel, np.cumsum(size) - 1),
        assisted=np.stack([pairs // rules.channels, pairs % rules.channels], axis=1),
    )


def _sums(channel: Ints, weight: Floats, rules: Rules) -> Floats:
    return np.asarray(np.bincount(channel, weight, rules.channels), np.float64)


def _first_touch(touch: Ints, conversion: Ints, segment: Ints, at: Ints, rules: Rules) -> Ints:
    """For each conversion the place of the first touch of the same person within the look-back window."""
    if not len(at):
        return conversion
    base = int(at.min()) - rules.lookback_ms
    span = int(at.max()) - base + 1
    moment = segment * span + (at - base)
    return np.searchsorted(moment[touch], moment[conversion] - rules.lookback_ms, "left")


def _ends(conversion: Ints, size: Ints, channel: Ints, place: Ints) -> Ints:
    """The channel at one end of each path; -1 where there is none."""
    found = np.full(len(conversion), -1)
    some = size > 0
    found[some] = channel[place[some]]
    return found


def _weights(place: Ints, size: Ints, age: Ints, path: Ints, paths: int, rules: Rules) -> dict[Model, Floats]:
    """What each touch gets of its path."""
    first, middle, last = rules.weights
    opens, closes = place == 0, place == size - 1
    between = np.where(size > 2, middle / np.maximum(size - 2, 1), 0)
    by_place = np.where(opens, first, np.where(closes, last, between))
    by_place = np.where(size == 1, 1.0, np.where(size == 2, by_place / (first + last), by_place))
    # Only ratios count, so the youngest touch of each path may weigh 1: nothing vanishes in a long window.
    youngest = np.zeros(paths, np.int64)
    youngest[path[closes]] = age[closes]
    decayed = np.exp2(-(age - youngest[path]) / rules.half_life_ms)
    by_age = decayed / np.bincount(path, decayed, paths)[path]
    return {
        "first": opens.astype(np.float64),
        "last": closes.astype(np.float64),
        "linear": 1 / size,
        "position": by_place,
        "time_decay": by_age,
    }


def _moves(path: Ints, channel: Ints, outcome: int, rules: Rules) -> Ints:
    """How often each state is followed by each: channels, then the start (as a row), conversion and nothing (as columns)."""
    size = rules.channels
    found = np.zeros((size + 1, size + 2), np.int64)
    if len(path):
        opens = np.append(True, path[1:] != path[:-1])
        closes = np.append(opens[1:], True)
        np.add.at(found, (np.full(int(opens.sum()), size), channel[opens]), 1)
        np.add.at(found, (channel[closes], np.full(int(closes.sum()), size + outcome)), 1)
        np.add.at(found, (channel[~closes], channel[np.flatnonzero(~closes) + 1]), 1)
    return found


def removal_shares(moves: Ints) -> Floats:
    """The share of each channel: by how much fewer paths would convert if whoever comes to it went away. Adds up to 1, or is 0."""
    size = moves.shape[0] - 1
    leaving = moves.sum(axis=1, keepdims=True)
    chance = np.divide(moves, leaving, out=np.zeros(moves.shape), where=leaving > 0)
    whole = _conversion(chance, None)
    if whole <= 0:
        return np.zeros(size)
    effect = np.array([1 - _conversion(chance, channel) / whole for channel in range(size)])
    effect = np.where(moves[:size].sum(axis=1) > 0, np.maximum(effect, 0), 0)
    return np.asarray(effect / effect.sum()) if effect.sum() > 0 else np.zeros(size)


def _conversion(chance: Floats, removed: int | None) -> float:
    """The chance that a walk from the start ends in a conversion."""
    size = chance.shape[0] - 1
    between = chance[:, :size].copy()
    if removed is not None:
        between[:, removed] = 0
    system = np.eye(size) - between[:size]
    ends = np.linalg.solve(system, chance[:size, size]) if size else np.zeros(0)
    return float(between[size] @ ends)


def shared_out(shares: Floats, total: int) -> list[int]:
    """Whole minor units that add up to ``total``: rounded down, and what is left goes to the largest remainders, then to the first."""
    if not shares.any():
        return [0] * len(shares)
    whole = np.floor(shares).astype(np.int64)
    left = total - int(whole.sum())
    order = np.lexsort((np.arange(len(shares)), -np.round(shares - whole, 9)))
    whole += left // len(shares)
    whole[order[: left % len(shares)]] += 1
    return [int(value) for value in whole]


def joined(parts: Sequence[Credit]) -> Credit:
    """The sums of all parts."""
    shifts = np.cumsum([0, *(len(part.person) for part in parts)])
    assisted = [part.assisted + np.array([shift, 0]) for part, shift in zip(parts, shifts[:-1], strict=True)]

    def total(name: Literal["conversions", "revenue"]) -> dict[Model, Any]:
        sums: list[dict[Model, Floats]] = [getattr(part, name) for part in parts]
        return {model: np.sum([one[model] for one in sums], axis=0) for model in sums[0]}

    return Credit(
        conversions=total("conversions"),
        revenue=total("revenue"),
        moves=np.sum([part.moves for part in parts], axis=0),
        touches=np.sum([part.touches for part in parts], axis=0),
        person=np.concatenate([part.person for part in parts]),
        money=np.concatenate([part.money for part in parts]),
        first=np.concatenate([part.first for part in parts]),
        last=np.concatenate([part.last for part in parts]),
        assisted=np.concatenate(assisted),
    )
