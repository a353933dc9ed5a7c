"""How does a workspace learn who stays, what makes people leave, and from when on acting pays? The value at risk becomes a tag."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

import numpy as np

from uems.access import api as access
from uems.access.api import Access
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.prediction.metrics import Floats, Labels
from uems.prediction.snapshots import known_days
from uems.prediction.survival.acting import Acting, moment, returning
from uems.prediction.survival.cox import concordance, cox
from uems.prediction.survival.curves import Survival, kaplan_meier, log_rank
from uems.prediction.survival_reading import EARLY_DAYS, Stays, stays_until
from uems.prediction.survival_settings import SurvivalSettings
from uems.prediction.value_job import TAG as VALUE_TAG
from uems.prediction.value_reading import day_number
from uems.prediction.vocabulary import rhythm_words
from uems.profiles import api as profiles
from uems.profiles.api import People

TAG: Final = "value_at_risk"
LEAST: Final = 100
LEAST_LEFT: Final = 20
_GROUPS: Final = 6
_LEAST_GROUP: Final = 20
_POINTS: Final = 60
_MOST_COX: Final = 50_000
_LEAST_SILENCE, _MOST_SILENCE, _GAPS = 14, 60, 4
Tick = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """For each person how many days they were seen to stay, and whether they left then: nothing came for ``silent`` days after it."""

    time: Floats
    ended: Labels


def make_survival(house: House, scope: Scope, settings: SurvivalSettings, now: datetime, tick: Tick) -> dict[str, Any]:
    """Work it out, write the value at risk; gives the result, JSON-ready.

    Raises ``no_events``, ``not_enough_leavers``, ``too_much_history`` (409) and what warehouse and store raise.
    """
    tick("look", 0.0)
    until = known_days(house, scope, now).until
    usual = rhythm_words(house, scope, until).usual_days
    silent = settings.silent_days or min(_MOST_SILENCE, max(_LEAST_SILENCE, 7 * round(usual * _GAPS / 7)))
    tick("snapshots", 0.1)
    stays = stays_until(house, scope, until, settings.by)
    today = day_number(until)
    lives = lives_of(stays, today, silent)
    if len(stays.people) < LEAST or int(lives.ended.sum()) < LEAST_LEFT:
        raise UemsError(
            "not_enough_leavers",
            f"{len(stays.people):,} people were there and {int(lives.ended.sum()):,} of them have left; it takes {LEAST} and {LEAST_LEFT}."
            " Choose a shorter silence, or wait.",
            status=409,
            details={"people": len(stays.people), "left": int(lives.ended.sum())},
        )
    tick("train", 0.4)
    curve, gaps = kaplan_meier(lives.time, lives.ended), kaplan_meier(stays.gap, stays.gap_ended)
    worth_people, worth = profiles.scores_of(house, scope, VALUE_TAG)
    mean = float(worth.mean()) if len(worth) else 0.0
    acting = moment(gaps, value=mean, cost=settings.action_cost_minor, saved=settings.saved_percent / 100, ahead=settings.return_days)
    tick("write", 0.8)
    at_risk = _write(house, scope, stays, gaps, worth_people, worth, settings, until, now)
    return {
        "as_of": until.isoformat(),
        "currency": scope.currency,
        "people": len(stays.people),
        "left": int(lives.ended.sum()),
        "silent_days": silent,
        "median_days": curve.median(),
        "curve": _curve(curve),
        "groups": _groups(stays, lives),
        "group_p": _group_p(stays, lives),
        **_effects(stays, today, silent),
        "acting": _acting(acting, mean),
        "at_risk": at_risk,
    }


def lives_of(stays: Stays, today: int, silent: int) -> Lives:
    """Whoever was there within the last ``silent`` days has not left."""
    ended = today - stays.last > silent
    time = np.where(ended, stays.last, today) - stays.first
    return Lives(time=np.maximum(time, 1).astype(np.float64), ended=ended)


def _curve(curve: Survival) -> list[dict[str, float]]:
    picked = np.unique(np.linspace(0, len(curve.at) - 1, _POINTS).astype(np.int64)) if len(curve.at) else np.zeros(0, np.int64)
    return [
        {"day": float(curve.at[n]), "share": float(curve.share[n]), "low": float(curve.low[n]), "high": float(curve.high[n])}
        for n in picked
    ]


def _named(stays: Stays) -> list[tuple[str, Labels]]:
    """The largest groups by origin, the others left out: 20 people at least."""
    origin = np.array(stays.origin)
    names, counts = np.unique(origin, return_counts=True)
    order = np.lexsort((names, -counts))
    return [(str(names[n]), origin == names[n]) for n in order[:_GROUPS] if counts[n] >= _LEAST_GROUP]


def _groups(stays: Stays, lives: Lives) -> list[dict[str, Any]]:
    found = []
    for name, mine in _named(stays):
        curve = kaplan_meier(lives.time[mine], lives.ended[mine])
        shares = curve.share_at(np.array([30.0, 90.0, 180.0]))
        found.append(
            {
                "value": name,
                "people": int(mine.sum()),
                "left": int(lives.ended[mine].sum()),
                "median_days": curve.median(),
                "day_30": float(shares[0]),
                "day_90": float(shares[1]),
                "day_180": float(shares[2]),
            }
        )
    return found


def _group_p(stays: Stays, lives: Lives) -> float | None:
    groups = [(lives.time[mine], lives.ended[mine]) for _, mine in _named(stays)]
    return log_rank(groups) if len(groups) > 1 else None


def _effects(stays: Stays, today: int, silent: int) -> dict[str, Any]:
    """What of the first 30 days goes with leaving, among those who were still there after them: nothing later is looked at.

    Learned on half of the people and judged on the other half.
    """
    there = np.flatnonzero((stays.last - stays.first >= EARLY_DAYS) & (today - stays.first > EARLY_DAYS))[:_MOST_COX]
    ended = today - stays.last[there] > silent
    time = np.maximum(np.where(ended, stays.last[there], today) - stays.first[there] - EARLY_DAYS, 1).astype(np.float64)
    columns = [
        ("visits", np.log1p(stays.visits[there])),
        ("orders", np.log1p(stays.orders[there])),
        ("spent", np.log1p(np.maximum(stays.spent[there], 0.0))),
        *((f"origin:{name}", mine[there].astype(np.float64)) for name, mine in _named(stays)[1:]),
    ]
    # A trait that nearly all have, or nearly nobody, tells nothing.
    columns = [(name, one) for name, one in columns if float(one.std()) > 0.05]
    # By a mixed number: those that come one after another may be alike.
    half = (stays.people[there] * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(40)) % np.uint64(2) == 0
    if len(there) < LEAST or not columns or min(int(ended[half].sum()), int(ended[~half].sum())) < LEAST_LEFT // 2:
        return {"effects": [], "concordance": None, "judged_people": 0}
    matrix = np.column_stack([one for _, one in columns])
    try:
        whole, part = cox(matrix, time, ended), cox(matrix[half], time[half], ended[half])
    except UemsError as error:
        if error.code != "not_fitted":
            raise
        return {"effects": [], "concordance": None, "judged_people": 0}
    order = np.argsort(-time[~half], kind="stable")
    found = concordance((matrix[~half] @ part.effects)[order], time[~half][order], ended[~half][order])
    effects = [
        {
            "name": name,
            "ratio": float(np.exp(whole.effects[n])),
            "low": float(np.exp(whole.effects[n] - 1.959964 * whole.errors[n])),
            "high": float(np.exp(whole.effects[n] + 1.959964 * whole.errors[n])),
            "p": float(whole.p_values[n]),
        }
        for n, (name, _) in enumerate(columns)
    ]
    return {"effects": effects, "concordance": found, "judged_people": int((~half).sum())}


def _acting(acting: Acting, mean: float) -> dict[str, Any]:
    picked = np.arange(0, len(acting.days), 5)
    return {
        "day": acting.day,
        "value": round(mean),
        "curve": [{"day": int(acting.days[n]), "returning": float(acting.returning[n]), "gain": float(acting.gain[n])} for n in picked],
    }


def _write(
    house: House,
    scope: Scope,
    stays: Stays,
    gaps: Survival,
    worth_people: People,
    worth: Floats,
    settings: SurvivalSettings,
    until: date,
    now: datetime,
) -> dict[str, Any]:
    """What each is worth, times the chance that they do not come back by themselves; the sums that are told."""
    known = profiles.definitions(house.store, scope).get(TAG)
    if known is None or known.tag.kind != "model" or known.tag.config.get("model") != TAG:
        by = Access(scope=scope, actor=replace(access.operator(), actor_id="models", label="models"), now=now)
        profiles.take_over(house.store, by, TAG, TAG, label=profiles.Words(zh="流失风险中的价值", en="Value at risk"), unit="minor")
    rows = np.flatnonzero(np.isin(worth_people, stays.people))
    people, value = worth_people[rows], worth[rows]
    silence = (day_number(until) - stays.last[np.searchsorted(stays.people, people)]).astype(np.float64)
    back = returning(gaps, silence, float(settings.return_days))
    risk = value * (1 - back)
    evidence = [
        {
            "zh": f"已沉默 {int(days)} 天；{settings.return_days} 天内自己回来的概率 {chance:.0%}",
            "en": f"silent for {int(days)} days; comes back by themselves within {settings.return_days} days with a chance of {chance:.0%}",
            "source": "model",
            "model": "survival",
            "as_of": until.isoformat(),
        }
        for days, chance in zip(silence, back, strict=True)
    ]
    profiles.write_scores(house, scope, TAG, people, [float(round(one)) for one in risk], [0.8] * len(people), evidence, now, whole=people)
    return {"people": len(people), "value": round(float(risk.sum())), "whole": round(float(value.sum()))}
