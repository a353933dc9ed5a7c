"""How do signals become a score? Curves that saturate, weighed and added up; nothing is learned, so that everybody can follow it.

What half of those reach who have a signal at all is worth 50 points, twice of it 75, three times 87.5: a reseller with a thousand times
the orders has not a thousand times the tie. Silence goes the other way. Whoever has little of a share is drawn to the usual one.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from uems.superusers.ties.model import Floats, Scale, Scores, Signals
from uems.superusers.ties.settings import TieSettings
from uems.superusers.ties.signals import SIGNALS, SignalKey

_LEAST_SILENCE: Final = 7.0
_SHRINK: Final = 2.0
"""Contacts of the usual kind that everybody is taken to have had beside their own."""


def present(signals: Signals, sends: bool) -> tuple[SignalKey, ...]:
    """The signals that the workspace has: somebody has it within the window. sends: whether it sent messages, without which everybody
    starts everything."""
    if not len(signals.people):
        return ()
    return tuple(key for key in SIGNALS if key == "recent" or (sends if key == "started" else bool((signals.values[key] > 0).any())))


def key_of(settings: TieSettings, there: Sequence[SignalKey]) -> str:
    """Another key for whatever makes scores incomparable with earlier ones."""
    told = settings.model_dump(mode="json", exclude={"change_points"})
    return hashlib.sha256(json.dumps([told, list(there)], sort_keys=True).encode()).hexdigest()[:16]


def measured(signals: Signals, now: Signals, settings: TieSettings, there: Sequence[SignalKey], as_of: str) -> Scale:
    """The scale by the people of ``signals``; what they lack is measured on those of ``now``."""
    halves: dict[str, float] = {key: _half(key, signals if _any(key, signals) else now) for key in there}
    whole = sum(settings.weights.get(key, 0.0) for key in there)
    # Only signals that count nothing are there: what everybody has then counts alone.
    weights: dict[str, float] = {key: settings.weights.get(key, 0.0) / whole for key in there} if whole > 0 else {"recent": 1.0}
    scale = Scale(as_of=as_of, key=key_of(settings, there), halves=halves, weights=weights, strong_at=100.0, medium_at=100.0)
    found = scores(signals, scale).score
    strong = settings.strong_at if settings.strong_at is not None else _top(found, settings.strong_percent)
    medium = settings.medium_at if settings.medium_at is not None else _top(found, settings.medium_percent)
    return replace(scale, strong_at=strong, medium_at=min(medium, strong))


def scores(signals: Signals, scale: Scale) -> Scores:
    """Everybody's score by the scale."""
    points: Mapping[SignalKey, Floats] = {key: _points(key, signals, scale.halves[key]) for key in SIGNALS if key in scale.weights}
    score = np.zeros(len(signals.people))
    for key, found in points.items():
        score += scale.weights[key] * found
    score = np.round(score, 1)
    level = (score >= scale.medium_at).astype(np.int64) + (score >= scale.strong_at)
    return Scores(people=signals.people, points=points, score=score, level=level)


def _any(key: SignalKey, signals: Signals) -> bool:
    return bool(len(signals.people)) and bool((signals.values[key] > 0).any())


def _half(key: SignalKey, signals: Signals) -> float:
    values = signals.values[key]
    if key == "started":
        return round(float(values.mean()), 6) if len(values) else 1.0
    if key == "recent":
        return max(_LEAST_SILENCE, float(np.median(values))) if len(values) else _LEAST_SILENCE
    some = values[values > 0]
    return float(np.median(some)) if len(some) else 1.0


def _points(key: SignalKey, signals: Signals, half: float) -> Floats:
    values = signals.values[key]
    if key == "started":
        shrunk: Floats = 100 * (values * signals.contacts + half * _SHRINK) / (signals.contacts + _SHRINK)
        return shrunk
    if key == "recent":
        return np.asarray(100 * np.exp2(-values / half), np.float64)
    return np.asarray(100 * (1 - np.exp2(-values / half)), np.float64)


def _top(score: Floats, percent: float) -> float:
    """The score that so many percent reach, or fewer where many have the same."""
    if not len(score):
        return 100.0
    order = np.sort(score)[::-1]
    at = order[max(0, int(np.ceil(len(order) * percent / 100)) - 1)]
    # Whoever shares the place with too many others is not among the top.
    share = float((score >= at).mean())
    if share > 1.5 * percent / 100 and (score > at).any():
        at = score[score > at].min()
    return float(at)
