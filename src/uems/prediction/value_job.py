"""How does a workspace get the lifetime value of everybody? Read, judged and foretold apart, written as a tag, and told as one result."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np

from uems.access import api as access
from uems.access.api import Access
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.prediction import vocabulary as words_
from uems.prediction import workshop
from uems.prediction.features import features_at
from uems.prediction.lifetime.boosting import LEAST
from uems.prediction.lifetime.buyers import Buyers, Terms, spending
from uems.prediction.lifetime.forecast import Forecast
from uems.prediction.lifetime.work import check, load_scores
from uems.prediction.snapshots import MOST_PEOPLE, known_days
from uems.prediction.tag_values import Score, write_scores
from uems.prediction.training import folder_of
from uems.prediction.value_reading import buyers_at, usual_gap
from uems.prediction.value_settings import ValueSettings
from uems.prediction.value_summary import explained, summary
from uems.profiles import api as profiles

TAG: Final = "lifetime_value"
_OFTEN_DAYS: Final = 14.0
_LEAST_WINDOW, _MOST_WINDOW = 28, 182
_BATCH: Final = 10_000
Tick = Callable[[str, float], None]


def make_value(house: House, scope: Scope, settings: ValueSettings, run_id: str, now: datetime, tick: Tick) -> dict[str, Any]:
    """Foretell everybody's value and write it; gives the result, JSON-ready.

    Raises ``no_events``, ``not_enough_buyers``, ``not_fitted`` (409) and what warehouse and store raise. What ``tick`` raises ends it.
    """
    tick("look", 0.0)
    known = known_days(house, scope, now)
    plain = buyers_at(house, scope, known.until, until=None, period=1, events=settings.events)
    terms = terms_of(settings, plain)
    days = window_days(plain, known.until, settings.horizon_days)
    folder = folder_of(house.settings, run_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    cut = known.until - timedelta(days=days)
    tick("snapshots", 0.1)
    held = buyers_at(house, scope, cut, until=known.until, period=terms.period, events=settings.events)
    check(held)
    everybody = buyers_at(house, scope, known.until, until=None, period=terms.period, events=settings.events)
    earlier = cut - timedelta(days=days)
    early = buyers_at(house, scope, earlier, until=cut, period=terms.period, events=settings.events)
    rich = terms.contract == "none" and len(early) >= LEAST and len(everybody) <= MOST_PEOPLE
    if rich:
        tick("features", 0.25)
        words = words_.vocabulary(house, scope, earlier)
        early = _with_features(house, scope, earlier, words, early)
        held = _with_features(house, scope, cut, words, held)
        everybody = _with_features(house, scope, known.until, words, everybody)
        early.save(folder / "early.npz")
    held.save(folder / "held.npz")
    everybody.save(folder / "now.npz")
    order = {"days": days, "terms": asdict(terms)}
    told = workshop.apart(folder, "uems.prediction.lifetime.work", order, lambda step, done: tick(step, 0.4 + 0.3 * done))
    forecast = load_scores(folder, told["uncertainty"])
    tick("write", 0.75)
    _write(house, scope, everybody, forecast, settings, known.until, told["way"], now, tick)
    shutil.rmtree(folder, ignore_errors=True)
    judged_on = {"cut": cut.isoformat(), "until": known.until.isoformat(), "days": days, "people": len(held)}
    return {
        "as_of": known.until.isoformat(),
        "currency": scope.currency,
        "period_days": terms.period,
        "window": judged_on,
        **told,
        **summary(everybody, forecast, told, terms),
    }


def terms_of(settings: ValueSettings, buyers: Buyers) -> Terms:
    """The settings as the models want them; the period by how often people buy, where none is set."""
    gap = usual_gap(buyers)
    period = settings.period_days or (7 if gap < _OFTEN_DAYS else 1)
    return Terms(
        margin=settings.margin_percent / 100,
        discount=settings.discount_percent / 100,
        horizon=settings.horizon_days,
        period=settings.renewal_days if settings.contract == "renewals" else period,
        contract=settings.contract,
    )


def window_days(buyers: Buyers, until: date, horizon: int) -> int:
    """How long the months are that are held out: a third of the history, from four weeks to half a year, and no more than the horizon."""
    if not len(buyers):
        return _LEAST_WINDOW
    known = float(np.max(buyers.age))
    return int(max(_LEAST_WINDOW, min(_MOST_WINDOW, horizon, known / 3)))


def _with_features(house: House, scope: Scope, cut: date, words: words_.Vocabulary, buyers: Buyers) -> Buyers:
    found = features_at(house, scope, cut, words)
    rows = np.searchsorted(found.people, buyers.people)
    return replace(buyers, matrix=found.matrix[np.minimum(rows, len(found.people) - 1)])


def _write(
    house: House,
    scope: Scope,
    buyers: Buyers,
    forecast: Forecast,
    settings: ValueSettings,
    until: date,
    way: str,
    now: datetime,
    tick: Tick,
) -> None:
    _take_over(house, scope, now)
    paid = spending(buyers)
    for start in range(0, max(1, len(buyers)), _BATCH):
        tick("write", 0.75 + 0.2 * start / max(1, len(buyers)))
        rows = np.arange(start, min(start + _BATCH, len(buyers)))
        last = start + _BATCH >= len(buyers)
        scores: Sequence[Score] = [
            Score(
                person_id=int(buyers.people[n]),
                value=float(round(forecast.mean[n])),
                confidence=0.8,
                evidence=explained(buyers, paid, forecast, int(n), scope.currency, settings, until, way),
            )
            for n in rows
        ]
        write_scores(house, scope, TAG, scores, now, whole=buyers.people if last else None)


def _take_over(house: House, scope: Scope, now: datetime) -> None:
    """Let the forecast write its tag; does nothing when it does already. Raises ``tag_taken`` (409)."""
    known = profiles.definitions(house.store, scope).get(TAG)
    if known is not None and known.tag.kind == "model" and known.tag.config.get("model") == TAG:
        return
    if known is not None and known.tag.kind not in ("rule", "model", "computed"):
        raise UemsError("tag_taken", f"The tag {TAG!r} is {known.tag.kind}; rename it, so that the forecast can write its own.", status=409)
    by = Access(scope=scope, actor=replace(access.operator(), actor_id="models", label="models"), now=now)
    label = profiles.Words(zh="预期生命周期价值", en="Expected lifetime value")
    text = profiles.Words(
        zh="在设定的期限内预计还会带来的价值，以最小货币单位计，已按毛利率和折现率计算。",
        en="What somebody is expected to bring within the horizon that is set, in minor units, by margin and discount rate.",
    )
    profiles.take_over(house.store, by, TAG, TAG, label=label, description=text, unit="minor")
