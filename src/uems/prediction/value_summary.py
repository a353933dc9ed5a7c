"""What is told of everybody's value? The total with its limits, how it is spread, its tenths, its cohorts, and why for one person."""

from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from uems.kernel.money import exponent
from uems.prediction.lifetime.buyers import Buyers, Spending, Terms, spending
from uems.prediction.lifetime.forecast import Forecast
from uems.prediction.lifetime.judge import TENTHS
from uems.prediction.metrics import Floats
from uems.prediction.value_reading import EPOCH
from uems.prediction.value_settings import ValueSettings

_Z: Final = 1.2816
"""A normal spread has its 80% within so many standard deviations."""
_BARS: Final = 14
_COHORTS: Final = 36


def summary(buyers: Buyers, forecast: Forecast, told: dict[str, Any], terms: Terms) -> dict[str, Any]:
    """JSON-ready; money in minor units. The limits of sums hold 80%: chance of people, parameters, and how far the backtest was off."""
    bias = abs(next((one["bias"] for one in told["judged"] if one["key"] == told["way"]), 0.0))
    paid = spending(buyers)
    return {
        "people": len(buyers),
        "total": _sum(forecast, np.ones(len(buyers), np.bool_), bias),
        "mean": _money(float(forecast.mean.mean())),
        "median": _money(float(np.median(forecast.mean))),
        "customers": round(float(forecast.alive.sum()), 1),
        "purchases": round(float(forecast.purchases.sum()), 1),
        "histogram": histogram(forecast.mean),
        "tenths": _tenths(buyers, forecast, terms),
        "cohorts": _cohorts(buyers, forecast, bias),
        "notes": {
            "once": int((buyers.x == 0).sum()),
            "refunded": int(paid.refunded.sum()),
            "capped": int(paid.capped.sum()),
            "limit": _money(paid.limit),
        },
    }


def _money(value: float) -> int:
    return round(min(value, 1e15))


def _sum(forecast: Forecast, rows: "np.ndarray[tuple[int], np.dtype[np.bool_]]", bias: float) -> dict[str, int]:
    total = float(forecast.mean[rows].sum())
    spread = float(np.sqrt(forecast.variance[rows].sum() + (forecast.error * total) ** 2 + (bias * total) ** 2))
    return {"value": _money(total), "low": _money(max(0.0, total - _Z * spread)), "high": _money(total + _Z * spread)}


def histogram(values: Floats) -> list[dict[str, int]]:
    """Bars of equal width up to the 98th percentile, the last one up to the highest, with people and what they bring together."""
    if not len(values):
        return []
    top = max(float(np.quantile(values, 0.98)), 1.0)
    width = top / (_BARS - 1)
    place = np.minimum((values / width).astype(np.int64), _BARS - 1)
    people, money = np.bincount(place, minlength=_BARS), np.bincount(place, values, _BARS)
    ends = [*((n + 1) * width for n in range(_BARS - 1)), float(values.max())]
    return [
        {"low": _money(n * width), "high": _money(ends[n]), "people": int(people[n]), "value": _money(float(money[n]))}
        for n in range(_BARS)
    ]


def _tenths(buyers: Buyers, forecast: Forecast, terms: Terms) -> list[dict[str, Any]]:
    """From the least to the most: who they are in the middle, and what share of the whole they bring."""
    whole = max(float(forecast.mean.sum()), 1e-9)
    since = (buyers.age - buyers.last) * terms.period
    found = []
    for part in np.array_split(np.argsort(forecast.mean, kind="stable"), TENTHS):
        if not len(part):
            continue
        values = forecast.mean[part]
        found.append(
            {
                "people": len(part),
                "low": _money(float(values.min())),
                "high": _money(float(values.max())),
                "mean": _money(float(values.mean())),
                "share": float(values.sum() / whole),
                "purchases": float(np.median(buyers.count[part])),
                "since_days": float(np.median(since[part])),
                "spend": _money(float(np.median(forecast.spend[part]))),
                "alive": float(forecast.alive[part].mean()),
            }
        )
    return found


def _cohorts(buyers: Buyers, forecast: Forecast, bias: float) -> list[dict[str, Any]]:
    """By the month of the first purchase, the newest 36 at most: what they brought, and what they still will."""
    months = (np.datetime64(EPOCH, "D") + buyers.first.astype("timedelta64[D]")).astype("datetime64[M]")
    found = []
    for month in np.unique(months)[-_COHORTS:]:
        rows = months == month
        net = float(np.maximum(buyers.gross[rows] - buyers.refunds[rows], 0).sum())
        expected = {"people": int(rows.sum()), "spent": _money(net), "alive": float(forecast.alive[rows].mean())}
        found.append({"month": f"{month}", **expected, **_sum(forecast, rows, bias)})
    return found


def explained(
    buyers: Buyers, paid: Spending, forecast: Forecast, n: int, currency: str, settings: ValueSettings, until: date, way: str
) -> dict[str, object]:
    """Why one person has their value, in words of both languages."""
    unit = 10 ** exponent(currency)

    def amount(value: float) -> str:
        return f"{value / unit:,.2f} {currency}" if unit > 1 else f"{value:,.0f} {currency}"

    count, alive, limit = int(buyers.x[n]) + 1, forecast.alive[n], amount(paid.limit)
    first = (EPOCH + timedelta(days=int(buyers.first[n]))).isoformat()
    zh = [f"{first} 首购，至今 {count} 次", f"每次约 {amount(float(forecast.spend[n]))}"]
    en = [
        f"first bought on {first}, {count} {'time' if count == 1 else 'times'} so far",
        f"a purchase brings about {amount(float(forecast.spend[n]))}",
    ]
    if np.isfinite(alive):
        zh.append(f"仍是客户的概率 {alive:.0%}，{settings.horizon_days} 天内预计再买 {forecast.purchases[n]:.1f} 次")
        en.append(
            f"still a customer with a chance of {alive:.0%}, {forecast.purchases[n]:.1f} purchases expected in {settings.horizon_days} days"
        )
    for applies, said_zh, said_en in (
        (count == 1, "只买过一次，主要按相似的人估计", "bought once, so mostly what is usual for people like them"),
        (bool(paid.refunded[n]), "退款不少于购买额", "refunds reach what they bought for"),
        (
            bool(paid.capped[n]),
            f"单次金额异常高，按上限 {limit} 计",
            f"purchases far above all others, counted at {limit}",
        ),
    ):
        if applies:
            zh.append(said_zh)
            en.append(said_en)
    return {
        "zh": ";".join(zh),
        "en": "; ".join(en),
        "source": "model",
        "model": way,
        "as_of": until.isoformat(),
        "low": _money(float(forecast.low[n])),
        "high": _money(float(forecast.high[n])),
        "alive": round(float(alive), 4) if np.isfinite(alive) else None,
        "purchases": round(float(forecast.purchases[n]), 3),
    }
