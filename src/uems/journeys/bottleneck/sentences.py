"""How is a finding said in one plain sentence, in Chinese and in English? The numbers behind it stand beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from uems.journeys.bottleneck.model import Axis, Finding, Slice
from uems.kernel.money import amount_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What sentences are made of. steps: (from, to) of each step. days: of the series."""

    steps: Sequence[tuple[str, str]]
    axes: Sequence[Axis]
    days: Sequence[date]
    currency: str


def sentence_en(found: Finding, said: Said) -> str:
    """``At “Payment” → “Order”, Device “mobile”: 33.4 % go on, 82.1 % before, since 20 February 2026. ...``"""
    start, end = said.steps[found.step]
    who = "everybody" if found.slice.axis is None else slice_en(found.slice, said.axes)
    now, then = f"{found.a.rate:.1%}", f"{found.b.rate:.1%}"
    if found.kind == "change":
        since = "" if found.since is None else f" since {said.days[found.since[0]].isoformat()}"
        text = f"From “{start}” to “{end}”, {who}: the share that goes on fell from {then} to {now}{since}."
    else:
        text = f"From “{start}” to “{end}”, {who}: {now} go on, against {then} of all others."
    text += f" About {_count(found)} more people would go on{_worth(found, said, ', worth about ')}."
    for warning in found.warnings:
        name = "" if warning.axis is None else label_en(said.axes[warning.axis])
        if warning.code == "small_sample":
            text += " Few people: take it as a hint."
        elif warning.code == "mix_shift":
            text += f" Careful: most of the difference comes from another mix by {name}, not from the step itself."
        else:
            text += f" Careful: within every value of {name} it is the other way round (Simpson's paradox)."
    return text


def sentence_zh(found: Finding, said: Said) -> str:
    """As ``sentence_en``, in Chinese."""
    start, end = said.steps[found.step]
    who = "全体用户" if found.slice.axis is None else f"{slice_zh(found.slice, said.axes)}的用户"
    now, then = f"{found.a.rate:.1%}", f"{found.b.rate:.1%}"
    if found.kind == "change":
        since = "" if found.since is None else f"自 {said.days[found.since[0]].isoformat()} 起，"
        text = f"{since}{who}从“{start}”到“{end}”的转化率由 {then} 降至 {now}。"
    else:
        text = f"{who}从“{start}”到“{end}”的转化率为 {now}，低于其他用户的 {then}。"
    text += f"若恢复到该水平，约可多转化 {_count(found)} 人{_worth(found, said, '，价值约 ')}。"
    for warning in found.warnings:
        name = "" if warning.axis is None else label_zh(said.axes[warning.axis])
        if warning.code == "small_sample":
            text += "样本较少，仅供参考。"
        elif warning.code == "mix_shift":
            text += f"注意：差异主要来自“{name}”的构成变化，而非该步骤本身。"
        else:
            text += f"注意：在“{name}”的每个取值内部，方向恰好相反（辛普森悖论）。"
    return text


def _count(found: Finding) -> str:
    return f"{max(found.recoverable, 0):,.0f}"


def _worth(found: Finding, said: Said, words: str) -> str:
    return f"{words}{amount_text(round(found.worth_minor), said.currency)} {said.currency}" if found.worth_minor >= 1 else ""


def label_en(axis: Axis) -> str:
    return axis.label_en or axis.name


def label_zh(axis: Axis) -> str:
    return axis.label_zh or axis.name


def slice_en(one: Slice, axes: Sequence[Axis]) -> str:
    """``Device “mobile”``; a segment by its name."""
    assert one.axis is not None
    axis = axes[one.axis]
    if axis.kind == "segment":
        return f"segment “{label_en(axis)}”"
    value = axis.values[one.value]
    return f"{label_en(axis)} “{value}”" if value else f"{label_en(axis)} not set"


def slice_zh(one: Slice, axes: Sequence[Axis]) -> str:
    """As ``slice_en``, in Chinese."""
    assert one.axis is not None
    axis = axes[one.axis]
    if axis.kind == "segment":
        return f"分群“{label_zh(axis)}”"
    value = axis.values[one.value]
    return f"{label_zh(axis)}为“{value}”" if value else f"{label_zh(axis)}未设置"
