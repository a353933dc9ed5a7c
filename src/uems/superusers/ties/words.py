"""How is a score told to somebody? What counted, what is missing, and what was odd, in both languages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from uems.superusers.ties.model import Floats, Scale, Scores, Signals
from uems.superusers.ties.signals import SIGNALS, SignalKey

_TOP: Final = 3
_Say = Callable[[float], tuple[str, str]]


def _number(value: float) -> str:
    return f"{value:,.0f}"


_WORDS: Final[Mapping[SignalKey, _Say]] = {
    "often": lambda x: (f"来过 {_number(x)} 天", f"came on {_number(x)} days"),
    "recent": lambda x: (f"已沉默 {_number(x)} 天", f"silent for {_number(x)} days"),
    "breadth": lambda x: (f"涉及 {_number(x)} 类", f"{_number(x)} kinds of things"),
    "time": lambda x: (f"投入约 {_number(x * 5)} 分钟", f"about {_number(x * 5)} minutes spent"),
    "orders": lambda x: (f"{_number(x)} 天有订单（已扣退款）", f"orders on {_number(x)} days, less refunds"),
    "started": lambda x: (f"{x:.0%} 的联系由对方主动发起", f"started {x:.0%} of contacts"),
    "answers": lambda x: (f"{_number(x)} 天回应过我们", f"answered us on {_number(x)} days"),
    "heard": lambda x: (f"我们有 {_number(x)} 天回应过对方", f"was answered by us on {_number(x)} days"),
    "advice": lambda x: (f"{_number(x)} 天给过建议或评价", f"gave advice or reviews on {_number(x)} days"),
    "benefits": lambda x: (f"{_number(x)} 天用过权益", f"used a benefit on {_number(x)} days"),
    "brought": lambda x: (f"带来 {_number(x)} 人", f"brought {_number(x)} people"),
}
ABSENT_ZH: Final[Mapping[SignalKey, str]] = {
    "often": "来访", "recent": "近期", "breadth": "广度", "time": "投入时间", "orders": "订单", "started": "谁主动", "answers": "回应",
    "heard": "我们的回应", "advice": "建议", "benefits": "权益", "brought": "带来的人",
}  # fmt: skip
ABSENT_EN: Final[Mapping[SignalKey, str]] = {
    "often": "visits", "recent": "recency", "breadth": "breadth", "time": "time spent", "orders": "orders", "started": "who started",
    "answers": "answers", "heard": "our answers", "advice": "advice", "benefits": "benefits", "brought": "people brought",
}  # fmt: skip


def evidence(signals: Signals, scores: Scores, scale: Scale, as_of: str) -> list[dict[str, Any]]:
    """JSON-ready reasons of each person, in their order: the signals that gave most points, what does not count here, what was odd."""
    keys = [key for key in SIGNALS if key in scale.weights]
    given = np.column_stack([scale.weights[key] * scores.points[key] for key in keys]) if keys else np.zeros((len(signals.people), 0))
    best = np.argsort(-given, axis=1, kind="stable")[:, :_TOP]
    told = [_told(key, signals.values[key]) for key in keys]
    absent = [key for key in SIGNALS if key not in scale.weights]
    zh_absent = f"；本空间没有的信号不计：{'、'.join(ABSENT_ZH[key] for key in absent)}" if absent else ""
    en_absent = f"; not counted, as there is none here: {', '.join(ABSENT_EN[key] for key in absent)}" if absent else ""
    zh_odd, en_odd = _odd(signals)
    values = [np.round(signals.values[key], 3).tolist() for key in keys]
    points = [np.round(scores.points[key], 1).tolist() for key in keys]
    shares = np.round(given, 1)
    found: list[dict[str, Any]] = []
    for n in range(len(signals.people)):
        picks = [k for k in best[n].tolist() if shares[n, k] > 0]
        zh = "；".join(f"{told[k][0][n]}（+{shares[n, k]:g}）" for k in picks)
        en = "; ".join(f"{told[k][1][n]} (+{shares[n, k]:g})" for k in picks)
        found.append(
            {
                "zh": f"{zh}{zh_odd[n]}{zh_absent}",
                "en": f"{en}{en_odd[n]}{en_absent}",
                "source": "model",
                "model": "tie_strength",
                "as_of": as_of,
                "parts": {key: (values[k][n], points[k][n]) for k, key in enumerate(keys)},
            }
        )
    return found


def _told(key: SignalKey, values: Floats) -> tuple[Sequence[str], Sequence[str]]:
    """Each different value is put into words once."""
    different, place = np.unique(values, return_inverse=True)
    words = [_WORDS[key](float(value)) for value in different]
    zh, en = np.array([one for one, _ in words], object), np.array([other for _, other in words], object)
    return zh[place].tolist(), en[place].tolist()


def _odd(signals: Signals) -> tuple[list[str], list[str]]:
    zh, en = [""] * len(signals.people), [""] * len(signals.people)
    kinds = (
        (signals.values["often"] == 1, "；只出现过一天，还看不出关系", "; seen on one day only, which says little yet"),
        (signals.returned, "；退款不少于付款，订单不计", "; refunds were at least what was paid, so orders do not count"),
        (signals.crowd, "；每天的行为多于一个人能做的，按天数计", "; did more a day than a person can, so days are what counts"),
    )
    for mask, said_zh, said_en in kinds:
        for n in np.flatnonzero(mask).tolist():
            zh[n] += said_zh
            en[n] += said_en
    return zh, en
