"""How is a feature said in words, in both languages, and which reasons are told for a score?"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from uems.prediction.features import Family, Feature
from uems.prediction.metrics import Floats
from uems.prediction.model import Reason

TOLD: Final = 3
_LEAST: Final = 0.02
_DAYPARTS: Final = {
    "night": ("凌晨（0–6 点）", "at night (0–6 h)"),
    "morning": ("上午（6–12 点）", "in the morning (6–12 h)"),
    "afternoon": ("下午（12–18 点）", "in the afternoon (12–18 h)"),
    "evening": ("晚上（18–24 点）", "in the evening (18–24 h)"),
}
_COLUMNS: Final = {
    "device": ("设备", "device"),
    "channel": ("渠道", "channel"),
    "utm_source": ("广告来源", "UTM source"),
    "country": ("国家", "country"),
}
# (label zh, label en, with a value zh, with a value en). {d}: the window, {a}: event, column or property, {v}: value, {x}: the number.
_WORDS: Final[dict[Family, tuple[str, str, str, str]]] = {
    "last": ("距上次活动天数", "Days since the last event", "上次活动在 {x} 天前", "last active {x} days ago"),
    "tenure": ("首次出现至今天数", "Days since first seen", "首次出现在 {x} 天前", "first seen {x} days ago"),
    "events": ("{d}事件数", "Events {d}", "{d}有 {x} 个事件", "{x} events {d}"),
    "days": ("{d}活跃天数", "Active days {d}", "{d}活跃 {x} 天", "active on {x} days {d}"),
    "gap": ("平常的活动间隔", "Usual gap between active days", "平常每 {x} 天来一次", "usually comes every {x} days"),
    "rhythm": ("沉默与平常间隔之比", "Silence in usual gaps", "已沉默 {x} 个平常间隔", "silent for {x} of their usual gaps"),
    "trend": ("近 30 天相对前 30 天的变化", "Trend, last 30 days against the 30 before", "近 30 天活动是前 30 天的 {x} 倍",
              "{x} times as active as in the 30 days before"),
    "revenue": ("{d}收入", "Revenue {d}", "{d}消费 {x}", "spent {x} {d}"),
    "orders": ("{d}付费次数", "Payments {d}", "{d}付费 {x} 次", "{x} payments {d}"),
    "order_last": ("距上次付费天数", "Days since the last payment", "上次付费在 {x} 天前", "last payment {x} days ago"),
    "order_gap": ("付费间隔天数", "Days between payments", "平均每 {x} 天付费一次", "pays every {x} days"),
    "basket": ("平均每次付费金额", "Average payment", "平均每次付费 {x}", "pays {x} on average"),
    "event": ("{d}“{a}”次数", "“{a}” {d}", "{d}“{a}” {x} 次", "“{a}” {x} times {d}"),
    "event_last": ("距上次“{a}”天数", "Days since “{a}”", "上次“{a}”在 {x} 天前", "last “{a}” {x} days ago"),
    "hours": ("{a}活动占比", "Share of events {a}", "{x} 的活动在{a}", "{x} of their events {a}"),
    "weekend": ("周末活动占比", "Share of events on weekends", "{x} 的活动在周末", "{x} of their events on weekends"),
    "column": ("{a}为“{v}”的占比", "Share with {a} “{v}”", "{x} 的活动{a}为“{v}”", "{x} of their events with {a} “{v}”"),
    "category": ("{a}为“{v}”的占比", "Share with {a} “{v}”", "{a}有 {x} 为“{v}”", "{a} is “{v}” in {x}"),
    "variety": ("{a}的不同取值数", "Different values of {a}", "{a}有 {x} 种不同取值", "{x} different values of {a}"),
}  # fmt: skip
_SHARES: Final = frozenset({"hours", "weekend", "column", "category"})


def label(feature: Feature) -> tuple[str, str]:
    """(中文, English) name of a feature."""
    zh, en, _, _ = _WORDS[feature.family]
    return _filled(zh, feature, "", 0), _filled(en, feature, "", 1)


def told(feature: Feature, value: float | None) -> tuple[str, str]:
    """(中文, English): what the feature says of somebody; value None says that there is nothing of the kind."""
    if value is None or math.isnan(value):
        zh, en = label(feature)
        return f"{zh}：无", f"{en}: none"
    _, _, zh, en = _WORDS[feature.family]
    if feature.family == "trend":
        value = math.exp(value)
    shown = f"{value:.0%}" if feature.family in _SHARES else _number(value)
    return _filled(zh, feature, shown, 0), _filled(en, feature, shown, 1)


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}".removesuffix(".0")


def _filled(text: str, feature: Feature, shown: str, language: int) -> str:
    about = feature.about
    if feature.family == "hours":
        about = _DAYPARTS[about][language]
    elif feature.family == "column":
        about = _COLUMNS[about][language]
    window = ("至今", "in all") if feature.days is None else (f"近 {feature.days} 天", f"in {feature.days} days")
    return text.format(d=window[language], a=about, v=feature.value, x=shown)


def reasons(features: Sequence[Feature], values: Floats, effects: Floats, most: int = TOLD) -> list[Reason]:
    """The strongest reasons for one score, the strongest first.

    values, effects: shape (features,). Features that say the same of the same thing over several windows are one reason, told
    by its strongest; Shapley values may be added up.
    """
    order = _groups(features)
    total = np.bincount(order.number, weights=effects, minlength=len(order.members))
    found: list[Reason] = []
    for group in np.argsort(-np.abs(total), kind="stable")[:most]:
        if abs(total[group]) < _LEAST:
            break
        members = order.members[group]
        best = members[int(np.argmax(np.abs(effects[members])))]
        value = None if math.isnan(values[best]) else round(float(values[best]), 4)
        zh, en = told(features[best], value)
        found.append(Reason(feature=features[best].key, value=value, effect=round(float(total[group]), 4), zh=zh, en=en))
    return found


class _Groups:
    """Which features are told together. number: shape (features,); members: the features of each group."""

    def __init__(self, features: Sequence[Feature]) -> None:
        names = [_topic(feature) for feature in features]
        known = list(dict.fromkeys(names))
        self.number = np.array([known.index(name) for name in names], np.int64)
        self.members = [np.flatnonzero(self.number == n) for n in range(len(known))]


_cache: dict[tuple[Feature, ...], _Groups] = {}


def _groups(features: Sequence[Feature]) -> _Groups:
    key = tuple(features)
    if key not in _cache:
        _cache.clear()  # one model is explained at a time
        _cache[key] = _Groups(key)
    return _cache[key]


def _topic(feature: Feature) -> tuple[str, str, str]:
    family = {"days": "events", "event_last": "event", "order_last": "orders", "rhythm": "last"}.get(feature.family, feature.family)
    return family, feature.about, feature.value
