"""What is everybody worth, and how well is that known? The whole of it on kept arrays: judge the ways on the past, use the best now.

``python -m uems.prediction.lifetime.work FOLDER`` does it in a process of its own; what lies in the folder is arrays and JSON.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from uems.kernel.errors import UemsError
from uems.prediction.lifetime import boosting, renewals
from uems.prediction.lifetime.buyers import Buyers, Terms, spending
from uems.prediction.lifetime.forecast import PURCHASE_MODELS, Forecast, Learned, learn
from uems.prediction.lifetime.judge import NAIVE, Judged, chosen, judge, pace
from uems.prediction.metrics import Floats
from uems.prediction.workshop import child

LEAST_BUYERS: Final = 50
LEAST_REPEAT: Final = 10
Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What everybody will bring within the horizon, by the way that was chosen, and how all ways did on the past."""

    way: str
    beats: bool
    judged: tuple[Judged, ...]
    forecast: Forecast
    parameters: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be worked on.

    early: buyers at a day two windows ago with what came in the first of them; held: at a day one window ago with what came in the
    second; now: everybody today. early is None where the history is too short. days: of a window. Whose purchases are
    beyond all measure is foretold, and not judged on.
    """

    early: Buyers | None
    held: Buyers
    now: Buyers
    days: int
    terms: Terms


def work(order: Order, tell: Tell = lambda step, done: None) -> Worth:
    """Judge, choose and foretell. Raises ``not_enough_buyers`` (409) in numbers, and ``not_fitted`` when no model can be."""
    check(order.held)
    # One reseller would decide which way is best for everybody.
    order = replace(order, held=order.held.part(~spending(order.held).capped))
    plain = Terms(margin=1.0, discount=0.0, horizon=order.days, period=order.terms.period, contract=order.terms.contract)
    judged = [judge(NAIVE, pace(order.held, order.days, order.terms.period), order.held.later)]
    if order.terms.contract == "renewals":
        return _renewing(order, plain, judged)
    for n, model in enumerate(PURCHASE_MODELS):
        tell("backtest", 0.6 * n / len(PURCHASE_MODELS))
        try:
            learned = learn(model, order.held, order.terms.seed)
        except UemsError as error:
            if error.code != "not_fitted":
                raise
            continue
        said = learned.forecast(order.held, order.days, plain)
        judged.append(judge(model.key, said.mean, order.held.later, (said.low, said.high), learned.purchases.told()))
    if len(judged) == 1:
        raise UemsError("not_fitted", "No model of buying fits these purchases; every search ended without an end.", status=409)
    tell("boosting", 0.6)
    early = boosting.learn(order.early, order.terms.seed) if order.early is not None else None
    if early is not None:
        mean, low, high = early.say(order.held)
        judged.append(judge(boosting.KEY, mean, order.held.later, (low, high)))
    way, beats = chosen(judged)
    tell("foretell", 0.8)
    return _now(order, judged, way, beats)


def check(held: Buyers) -> None:
    """Raise ``not_enough_buyers`` (409) when nothing could be learned."""
    repeat = int((held.x > 0).sum())
    if len(held) < LEAST_BUYERS or repeat < LEAST_REPEAT or not float(np.nansum(held.later)) > 0:
        raise UemsError(
            "not_enough_buyers",
            f"Before the months that are held out {len(held):,} people had bought, {repeat:,} of them more than once; it takes "
            f"{LEAST_BUYERS} and {LEAST_REPEAT}, and purchases in those months. Import older orders, choose a shorter period, or wait.",
            status=409,
            details={"buyers": len(held), "repeat": repeat},
        )


def _now(order: Order, judged: list[Judged], way: str, beats: bool) -> Worth:
    """Everybody from today on. A way without a formula borrows the shape of the best one that has one."""
    terms = order.terms
    by_key = {model.key: model for model in PURCHASE_MODELS}
    best = min((one for one in judged if one.key in by_key), key=lambda one: one.deviance).key
    base = learn(by_key.get(way, by_key[best]), order.now, terms.seed)
    found = base.forecast(order.now, terms.horizon, terms)
    parameters = {base.key: base.purchases.told(), "gamma_gamma": base.spends.told()}
    if way == boosting.KEY:
        again = boosting.learn(order.held, terms.seed)
        if again is None:
            return Worth(way=best, beats=beats, judged=tuple(judged), forecast=found, parameters=parameters)
        found = _like(found, base, order, *again.say(order.now))
    elif way == NAIVE:
        said, limits = pace(order.now, order.days, terms.period), (found.low, found.high)
        found = _like(found, base, order, said, said, said)
        found = replace(found, low=np.minimum(limits[0], found.mean), high=np.maximum(limits[1], found.mean))
    return Worth(way=way, beats=beats, judged=tuple(judged), forecast=found, parameters=parameters)


def _like(found: Forecast, base: Learned, order: Order, mean: Floats, low: Floats, high: Floats) -> Forecast:
    """The forecast over one window, stretched to the horizon as the model's is, and of it the margin."""
    terms = order.terms
    window = base.forecast(order.now, order.days, Terms(**{**asdict(terms), "margin": 1.0, "discount": 0.0}))
    stretch = float(found.mean.sum()) / max(float(window.mean.sum()), 1e-9)
    # A normal spread has its 80% within 1.2816 standard deviations.
    spread = (high - low) / (2 * 1.2816) * stretch
    return Forecast(
        mean=mean * stretch,
        low=low * stretch,
        high=high * stretch,
        variance=spread**2,
        alive=found.alive,
        purchases=found.purchases,
        spend=found.spend,
        error=found.error,
    )


def _renewing(order: Order, plain: Terms, judged: list[Judged]) -> Worth:
    learned = renewals.learn(order.held)
    said = learned.forecast(order.held, order.days, plain)
    judged.append(judge(renewals.KEY, said.mean, order.held.later, (said.low, said.high), learned.fitted.told()))
    way, beats = chosen(judged)
    now = renewals.learn(order.now)
    found = now.forecast(order.now, order.terms.horizon, order.terms)
    # People under contract go on as they renew: pace knows nothing of an end, so the model speaks even where it does not win.
    parameters = {renewals.KEY: now.fitted.told()}
    return Worth(way=renewals.KEY, beats=beats and way != NAIVE, judged=tuple(judged), forecast=found, parameters=parameters)


def keep(folder: Path, worth: Worth) -> None:
    """Write what was found, arrays and JSON."""
    arrays = {name: getattr(worth.forecast, name) for name in ("mean", "low", "high", "variance", "alive", "purchases", "spend")}
    part = folder / "scores.part"
    with part.open("wb") as file:
        np.savez(file, **arrays)
    part.replace(folder / "scores.npz")


def load_scores(folder: Path, error: float) -> Forecast:
    """What ``keep`` wrote."""
    with np.load(folder / "scores.npz", allow_pickle=False) as archive:
        return Forecast(**dict(archive), error=error)


def _done(folder: Path, tell: Tell) -> dict[str, Any]:
    told = json.loads((folder / "order.json").read_text())
    early = folder / "early.npz"
    order = Order(
        early=Buyers.load(early) if early.exists() else None,
        held=Buyers.load(folder / "held.npz"),
        now=Buyers.load(folder / "now.npz"),
        days=told["days"],
        terms=Terms(**told["terms"]),
    )
    worth = work(order, tell)
    keep(folder, worth)
    return {
        "way": worth.way,
        "beats": worth.beats,
        "judged": [one.told() for one in worth.judged],
        "parameters": worth.parameters,
        "uncertainty": worth.forecast.error,
        "limit": spending(order.now).limit,
    }


if __name__ == "__main__":
    child(_done)
