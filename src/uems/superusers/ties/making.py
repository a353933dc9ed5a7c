"""How does a workspace learn how strong its ties are? Scored now and at earlier midnights, judged a quarter back, written as tags."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np

from uems.access import api as access
from uems.access.api import Access
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.prediction import api as prediction
from uems.prediction.api import Known
from uems.profiles import api as profiles
from uems.profiles.api import People
from uems.superusers.referrals.tree_edges import Edges, read_edges
from uems.superusers.ties.cooling import cool
from uems.superusers.ties.formula import key_of, measured, present, scores
from uems.superusers.ties.judging import LEAST, Outcome, judged
from uems.superusers.ties.model import LEVELS, Floats, Ints, Scale, Scores, Signals
from uems.superusers.ties.reading import came_after, sends_at, signals_at
from uems.superusers.ties.settings import TieSettings
from uems.superusers.ties.signals import SIGNALS, Meant, SignalKey, meant
from uems.superusers.ties.words import evidence

SCORE_TAG: Final = "tie_strength"
LEVEL_TAG: Final = "tie_level"
CHANGE_TAG: Final = "tie_change"
QUARTER: Final = 91
BEFORE: Final = 30
_MONTHS: Final = 6
_KEPT_MONTHS: Final = 24
_LISTED: Final = 50
_ONCE: Final = 0.5
_LEAST_WINDOW: Final = 14
Tick = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What every pass needs. there: the signals that the workspace has."""

    house: House
    scope: Scope
    settings: TieSettings
    known: Meant
    edges: Edges
    sends: bool
    there: Sequence[SignalKey]

    def signals(self, cut: date) -> Signals:
        return signals_at(self.house, self.scope, cut, self.settings, self.known, self.edges, sends=self.sends)


def make_ties(
    house: House, scope: Scope, settings: TieSettings, before: Mapping[str, Any] | None, now: datetime, tick: Tick
) -> dict[str, Any]:
    """Score everybody, write it, tell of the strong that cool; gives the result, JSON-ready. before: what was found last.

    Raises ``no_events``, ``no_ties`` (409) and what warehouse, store and log raise.
    """
    tick("look", 0.0)
    days = prediction.known_days(house, scope, now)
    # A window that reaches back before the first events would have everybody rise while it fills.
    known_before = (days.until - timedelta(days=BEFORE) - days.first).days
    settings = settings.model_copy(update={"window_days": min(settings.window_days, max(_LEAST_WINDOW, known_before))})
    # A workspace that nobody has looked at yet has no roles.
    roles = profiles.roles_of(house.store, scope)
    roles = roles if roles.mapped else profiles.guess_roles(house, scope, now)
    known = meant(roles, {name: getattr(settings, name) for name in ("answers", "heard", "advice", "benefits")})
    sends = sends_at(house, scope, days.until, settings, known)
    tick("score", 0.05)
    edges = read_edges(house, scope)
    here = signals_at(house, scope, days.until, settings, known, edges, sends=sends)
    there = present(here, sends)
    if not there:
        raise UemsError(
            "no_ties",
            f"Nobody did anything within the {settings.window_days} days before {days.until}. Set a longer window, or wait for events.",
            status=409,
        )
    bench = _Bench(house=house, scope=scope, settings=settings, known=known, edges=edges, sends=sends, there=there)
    tick("backtest", 0.25)
    scale, validation = _validated(bench, days, here, before)
    found = scores(here, scale)
    tick("months", 0.45)
    then = scores(bench.signals(days.until - timedelta(days=BEFORE)), scale)
    months = _months(bench, days, scale, before, tick)
    tick("write", 0.75)
    change = _change(found, then)
    _write(house, scope, here, found, change, scale, settings, days.until, now)
    tick("tell", 0.95)
    told = cool(house, scope, found, then, scale, settings, days.until, now)
    return {
        "as_of": days.until.isoformat(),
        "currency": scope.currency,
        "window_days": settings.window_days,
        "people": len(found.people),
        "levels": _counts(found),
        "levels_before": _counts(then),
        "scale": scale.told(),
        "signals": [_signal(key, here, scale) for key in SIGNALS],
        "spread": np.bincount(np.minimum(found.score // 5, 19).astype(np.int64), minlength=20).tolist(),
        "moves": _moves(then, found),
        "months": months,
        "validation": validation,
        "rising": _listed(found, change, then, 1, settings),
        "cooling": _listed(found, change, then, -1, settings),
        "strongest": _strongest(found),
        **told,
    }


def _validated(bench: _Bench, days: Known, here: Signals, before: Mapping[str, Any] | None) -> tuple[Scale, dict[str, Any]]:
    """(the scale in use, everybody scored a quarter back with what came). The scale is kept until settings or signals change."""
    cut = days.until - timedelta(days=QUARTER)
    kept = _kept(before, key_of(bench.settings, bench.there))
    if (cut - days.first).days < bench.settings.window_days:
        why = {"reason": "too_young", "cut": cut.isoformat(), "people": 0}
        return kept or measured(here, here, bench.settings, bench.there, days.until.isoformat()), why
    past = bench.signals(cut)
    if len(past.people) < LEAST:
        scale = kept or measured(here, here, bench.settings, bench.there, days.until.isoformat())
        return scale, {"reason": "too_few", "cut": cut.isoformat(), "people": len(past.people)}
    scale = kept or measured(past, here, bench.settings, bench.there, cut.isoformat())
    # Judged by what could have been said then: signals and scale of that day only.
    then = present(past, sends_at(bench.house, bench.scope, cut, bench.settings, bench.known))
    own = scores(past, measured(past, past, bench.settings, then, cut.isoformat()))
    came = came_after(bench.house, bench.scope, past.people, cut, days.until, bench.known, bench.edges)
    outcomes: dict[Outcome, Floats | None] = {
        "retained": came.retained,
        "value": came.value if bool(came.value.any()) else None,
        "brought": came.brought if len(bench.edges.at_ms) else None,
    }
    found = judged(own.score, past.values["often"], outcomes)
    return scale, {"reason": "", "cut": cut.isoformat(), "people": len(past.people), "days": QUARTER, **found}


def _kept(before: Mapping[str, Any] | None, key: str) -> Scale | None:
    scale = None if before is None else before.get("scale")
    return Scale.read(scale) if scale and scale["key"] == key else None


def _months(bench: _Bench, days: Known, scale: Scale, before: Mapping[str, Any] | None, tick: Tick) -> list[dict[str, Any]]:
    """Each first of a month that is known well enough: how many were of each level, and who moved since the one before it.

    The past does not change by itself: months that were found with the same scale are taken as they were.
    """
    old = {one["cut"]: one for one in (before or {}).get("months", [])} if before and _kept(before, scale.key) else {}
    cuts = [cut for cut in _firsts(days.until) if (cut - days.first).days >= bench.settings.window_days]
    last: tuple[date, Scores] | None = None
    found = dict(old)
    for n, cut in enumerate(cuts):
        tick("months", 0.45 + 0.3 * n / max(1, len(cuts)))
        earlier = cuts[n - 1] if n else None
        if cut.isoformat() in old and (earlier is None or old[cut.isoformat()]["moves"] is not None):
            continue
        if earlier is not None and (last is None or last[0] != earlier):
            last = earlier, scores(bench.signals(earlier), scale)
        mine = scores(bench.signals(cut), scale)
        moves = _moves(last[1], mine) if last is not None and earlier is not None else None
        found[cut.isoformat()] = {"cut": cut.isoformat(), "people": len(mine.people), "levels": _counts(mine), "moves": moves}
        last = cut, mine
    return [found[cut] for cut in sorted(found)][-_KEPT_MONTHS:]


def _firsts(until: date) -> list[date]:
    """The firsts of the last months, the oldest first; the one under way is the newest."""
    cuts = [until.replace(day=1)]
    while len(cuts) < _MONTHS:
        cuts.append((cuts[-1] - timedelta(days=1)).replace(day=1))
    return cuts[::-1]


def _counts(found: Scores) -> dict[str, int]:
    counted = np.bincount(found.level, minlength=len(LEVELS))
    return {level: int(counted[n]) for n, level in enumerate(LEVELS)}


def _moves(earlier: Scores, later: Scores) -> list[dict[str, Any]]:
    """From which level to which, with how many; "away" is nobody seen in the window. People who never change stand there too."""
    people = np.union1d(earlier.people, later.people)
    one, other = _levels(earlier, people), _levels(later, people)
    names = ("away", *LEVELS)
    counts = np.bincount((one + 1) * len(names) + other + 1, minlength=len(names) ** 2)
    return [
        {"from": first, "to": second, "people": int(counts[n * len(names) + m])}
        for n, first in enumerate(names)
        for m, second in enumerate(names)
        if counts[n * len(names) + m]
    ]


def _levels(found: Scores, people: People) -> Ints:
    levels = np.full(len(people), -1, np.int64)
    levels[np.searchsorted(people, found.people)] = found.level
    return levels


def _change(found: Scores, then: Scores) -> Floats:
    """Points more than 30 days before; whoever had none then had 0."""
    place = np.searchsorted(then.people, found.people).clip(max=max(0, len(then.people) - 1))
    before = np.where(then.people[place] == found.people, then.score[place], 0.0) if len(then.people) else np.zeros(len(found.people))
    return np.round(found.score - before, 1)


def _signal(key: SignalKey, here: Signals, scale: Scale) -> dict[str, Any]:
    """What a signal counts, and how many have it; weight null where the workspace has none of it."""
    some = int((here.values[key] > 0).sum()) if key != "recent" else len(here.people)
    weight = scale.weights.get(key)
    return {"key": key, "weight": weight, "half": scale.halves.get(key) if weight is not None else None, "people": some}


def _listed(found: Scores, change: Floats, then: Scores, sign: int, settings: TieSettings) -> list[dict[str, Any]]:
    """Who changed most, those with the strongest ties (before or now) first among those who changed enough."""
    rows = np.flatnonzero(sign * change >= settings.change_points)
    known = np.isin(found.people[rows], then.people) if len(rows) else np.zeros(0, np.bool_)
    rows = rows[known]  # whoever came for the first time has not risen from anywhere
    peak = np.maximum(found.score, found.score - change)[rows]
    return [_one(found, change, int(n)) for n in rows[np.lexsort((found.people[rows], -peak))][:_LISTED]]


def _strongest(found: Scores) -> list[dict[str, Any]]:
    rows = np.lexsort((found.people, -found.score))[:_LISTED]
    return [{"person_id": int(found.people[n]), "score": float(found.score[n])} for n in rows]


def _one(found: Scores, change: Floats, n: int) -> dict[str, Any]:
    return {"person_id": int(found.people[n]), "score": float(found.score[n]), "change": float(change[n])}


def _write(
    house: House,
    scope: Scope,
    here: Signals,
    found: Scores,
    change: Floats,
    scale: Scale,
    settings: TieSettings,
    until: date,
    now: datetime,
) -> None:
    """The score with its reasons, the level, and by how much those who rise or cool have changed."""
    _take_over(house, scope, now)
    people, day = found.people, until.isoformat()
    reasons = evidence(here, found, scale, day)
    sure = np.where(here.values["often"] > 1, 0.9, _ONCE).tolist()
    profiles.write_scores(house, scope, SCORE_TAG, people, found.score.tolist(), sure, reasons, now, whole=people)
    levels = [LEVELS[n] for n in found.level.tolist()]
    border = {
        "zh": f"强 ≥ {scale.strong_at:g}，中 ≥ {scale.medium_at:g}",
        "en": f"strong from {scale.strong_at:g}, medium from {scale.medium_at:g}",
    }
    level_reason = {**border, "source": "model", "model": SCORE_TAG, "measured_on": scale.as_of}
    profiles.write_scores(house, scope, LEVEL_TAG, people, levels, sure, [level_reason] * len(people), now, whole=people)
    rows = np.flatnonzero(np.abs(change) >= settings.change_points)
    moved = people[rows]
    told = [{"zh": "与 30 天前相比的分数变化", "en": "points against 30 days before", "source": "model", "as_of": day}] * len(rows)
    profiles.write_scores(house, scope, CHANGE_TAG, moved, change[rows].tolist(), [0.9] * len(rows), told, now, whole=moved)


_TAGS: Final = (
    (SCORE_TAG, "关系强度", "Tie strength", "number"),
    (LEVEL_TAG, "关系层级", "Tie level", "text"),
    (CHANGE_TAG, "关系变化", "Change of the tie", "number"),
)


def _take_over(house: House, scope: Scope, now: datetime) -> None:
    known = profiles.definitions(house.store, scope)
    by = Access(scope=scope, actor=replace(access.operator(), actor_id="models", label="models"), now=now)
    for tag, zh, en, value_type in _TAGS:
        if tag in known and known[tag].tag.kind == "model" and known[tag].tag.config.get("model") == SCORE_TAG:
            continue
        kind: Any = value_type
        profiles.take_over(house.store, by, tag, SCORE_TAG, label=profiles.Words(zh=zh, en=en), family="behaviour", value_type=kind)
