"""Which words and numbers stand on the paper of a map? Those of the page, in both languages; large times in their largest unit."""

from typing import Any, Final, Literal, TypeAlias

Language: TypeAlias = Literal["zh", "en"]
_TIMES: Final = ((86_400, "天", "d"), (3_600, "小时", "h"), (60, "分钟", "min"), (1, "秒", "s"))
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "everybody": ("全部用户", "Everybody"),
    "some": ("符合条件的用户", "People for whom the condition holds"),
    "segment": ("分群：{name}", "Segment: {name}"),
    "sample": ("{percent:g}% 用户的样本（估计值）", "A sample of {percent:g}% of the people (estimated)"),
    "drawn": ("绘制于 {at}（{zone}）", "drawn {at} ({zone})"),
    "people": ("{n} 人", "{n} people"),
    "person": ("{n} 人", "{n} person"),
    "go_on": ("{share} 继续", "{share} go on"),
    "go_on_short": ("{n} 人继续 · {share}", "{n} go on · {share}"),
    "lost": ("流失 {n}", "{n} lost"),
    "end": ("旅程终点", "End of the map"),
    "to_next": ("到下一步", "To next"),
    "dwell": ("停留", "Stay"),
    "bounce": ("跳出率", "Leave"),
    "all_channels": ("全部渠道", "All channels"),
    "no_points": ("暂无触点", "No touchpoint yet"),
    "left_out": (
        "另有 {n} 个触点未画出，请见旅程地图本身。",
        "{n} more touchpoints are not drawn here; the page of the map and its own PDF have them.",
    ),
    "scale": ("= {n} 人", "= {n} people"),
    "going": ("进入下一阶段", "go on to the next stage"),
    "losing": ("流失：未继续前进", "lost: did not go on"),
    "window": (
        "在 {time}内前进才算继续。时间均为中位数。停留：到同次访问的下一个行为为止。"
        "跳出率：在此结束的访问占比。百分比变化与紧邻的前一周期相比。",
        "Going on counts within {time}. Times are medians. Stay: until the next deed of the visit. Leave: share of visits that end"
        " here. Changes are against the stretch right before.",
    ),
}


def say(word: str, language: Language, **holes: Any) -> str:
    """A text of the paper. Raises ``KeyError`` for a word that is not here."""
    zh, en = _WORDS[word]
    return (zh if language == "zh" else en).format(**holes)


def people(count: int, language: Language) -> str:
    return say("person" if count == 1 else "people", language, n=f"{count:,}")


def share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def time(seconds: float | None, language: Language) -> str:
    """In the largest unit that fits, with a digit after the point below ten."""
    if seconds is None:
        return "–"
    size, zh, en = next((one for one in _TIMES if seconds >= one[0]), _TIMES[-1])
    value = seconds / size
    number = f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"
    return f"{number} {zh if language == 'zh' else en}"


def change(now: int, before: int | None) -> tuple[str, bool] | None:
    """How much it moved against the stretch before, and whether it grew; None where there is nothing to tell."""
    if not before or abs(now / before - 1) < 0.005:
        return None
    moved = min(now / before - 1, 9.99)
    return f"{moved:+.0%}", moved > 0
