"""How is a condition said in a sentence, in Chinese and in English?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from uems.kernel.filters import Ago, And, Column, Day, Instant, Node, Not, Or, Property, Test
from uems.kernel.money import amount_text
from uems.profiles.conditions.doing import is_time
from uems.profiles.conditions.model import (
    REVENUE,
    Did,
    Doing,
    InSegment,
    Listed,
    Person,
    Regular,
    Related,
    Sample,
    Sequence,
    Tag,
    Top,
    Trait,
    Zone,
)

Language: TypeAlias = Literal["zh", "en"]
_UNITS: Final = {
    "en": {"second": "second", "minute": "minute", "hour": "hour", "day": "day", "week": "week", "month": "month", "year": "year"},
    "zh": {"second": "秒", "minute": "分钟", "hour": "小时", "day": "天", "week": "周", "month": "个月", "year": "年"},
}
_THIS: Final = {"minute": "这一分钟开始时", "hour": "这个整点", "day": "今天零点", "week": "本周一", "month": "本月初", "year": "今年初"}
_START: Final = {"minute": "那一分钟", "hour": "整点", "day": "零点", "week": "周一", "month": "月初", "year": "年初"}
_OPS: Final[Mapping[str, tuple[str, str]]] = {
    "equals": ("是", "is"),
    "not_equals": ("不是", "is not"),
    "in": ("属于", "is one of"),
    "not_in": ("不属于", "is none of"),
    "contains": ("包含", "contains"),
    "not_contains": ("不包含", "does not contain"),
    "starts_with": ("开头是", "starts with"),
    "ends_with": ("结尾是", "ends with"),
    "regex": ("匹配", "matches"),
    "not_regex": ("不匹配", "does not match"),
    "gt": ("大于", "is more than"),
    "gte": ("至少为", "is at least"),
    "lt": ("小于", "is less than"),
    "lte": ("至多为", "is at most"),
    "between": ("介于", "is between"),
    "before": ("早于", "is before"),
    "after": ("晚于", "is after"),
    "list_contains": ("含有", "has the item"),
    "not_list_contains": ("不含", "does not have the item"),
    "is_set": ("有值", "is set"),
    "is_not_set": ("没有值", "is not set"),
}
_MEASURES: Final[Mapping[str, tuple[str, str]]] = {
    "count": ("次数", "times"),
    "days": ("天数", "the number of days on which"),
    "sum": ("总和", "the sum of"),
    "average": ("平均值", "the average of"),
    "min": ("最小值", "the smallest"),
    "max": ("最大值", "the largest"),
    "distinct": ("不同值个数", "the number of different values of"),
    "first_at": ("首次", "the first time"),
    "last_at": ("最后一次", "the last time"),
}
_FACTS: Final[Mapping[str, tuple[str, str]]] = {
    "first_seen": ("首次出现", "first seen"),
    "last_seen": ("最后出现", "last seen"),
    "events": ("事件总数", "number of events"),
    "days": ("活跃天数", "number of active days"),
    "identified": ("有用户 ID", "has a user id"),
}


class _Amount(str):
    """An amount that is written already, and is no text to be quoted."""


@dataclass(frozen=True, slots=True)
class _Voice:
    """How it is said. currency: "" where amounts are said in their smallest unit."""

    language: Language
    currency: str

    @property
    def zh(self) -> bool:
        return self.language == "zh"


def say(node: Node, language: Language, currency: str = "") -> str:
    """The condition in words; ``currency`` is that of the workspace, in which amounts of revenue are said."""
    return _say(node, _Voice(language, currency), inside=False)


def _say(node: Node, voice: _Voice, *, inside: bool = True) -> str:
    if isinstance(node, And | Or):
        joint = ("，且", "，或") if voice.zh else (", and ", ", or ")
        parts = [_say(part, voice, inside=len(node.parts) > 1) for part in node.parts]
        text = joint[isinstance(node, Or)].join(parts)
        if len(parts) == 1 or not inside:
            return text
        return f"（{text}）" if voice.zh else f"({text})"
    if isinstance(node, Not):
        return f"不满足：{_say(node.part, voice)}" if voice.zh else f"not: {_say(node.part, voice)}"
    return _LEAVES[type(node)](node, voice)


def _pick(pair: tuple[str, str], voice: _Voice) -> str:
    return pair[not voice.zh]


def _value(value: object, voice: _Voice) -> str:
    if isinstance(value, tuple):
        shown = [_value(v, voice) for v in value[:5]]
        more = f" … ({len(value)})" if len(value) > 5 else ""
        return ("、" if voice.zh else ", ").join(shown) + more
    if isinstance(value, Day):
        return value.day.isoformat()
    if isinstance(value, Instant):
        return value.at.isoformat(timespec="minutes")
    if isinstance(value, Ago):
        return _ago(value, voice)
    if isinstance(value, bool):
        return _pick(("是", "true"), voice) if value else _pick(("否", "false"), voice)
    return f"“{value}”" if isinstance(value, str) and not isinstance(value, _Amount) else str(value)


def _amount(amount: int, unit: str, voice: _Voice) -> str:
    name = _UNITS[voice.language][unit]
    return f"{amount} {name}" if voice.zh else f"{amount} {name}{'' if amount == 1 else 's'}"


def _ago(ago: Ago, voice: _Voice) -> str:
    if ago.amount == 0:
        if not ago.whole:
            return _pick(("此刻", "now"), voice)
        return _THIS[ago.unit] if voice.zh else f"the start of this {ago.unit}"
    text = _amount(abs(ago.amount), ago.unit, voice)
    if voice.zh:
        return f"{text}{'前' if ago.amount > 0 else '后'}{f'的{_START[ago.unit]}' if ago.whole else ''}"
    when = f"{text} ago" if ago.amount > 0 else f"{text} from now"
    return f"the start of the {ago.unit} {when}" if ago.whole else when


def _within(test: Test | None, voice: _Voice) -> str:
    if test is None:
        return ""
    if isinstance(test.value, Ago) and test.value.amount > 0 and not test.value.whole:
        text = _amount(test.value.amount, test.value.unit, voice)
        if test.op == "after":
            return f"最近 {text}内" if voice.zh else f" in the last {text}"
        return f" {text}以前" if voice.zh else f" more than {text} ago"
    if test.op == "between" and isinstance(test.value, tuple):
        first, last = _value(test.value[0], voice), _value(test.value[1], voice)
        return _run("在", first, "到", last, "之间") if voice.zh else f" between {first} and {last}"
    shown = _value(test.value, voice)
    if voice.zh:
        return _run("在", shown, "之前" if test.op == "before" else "之后")
    return f" {test.op} {shown}"


def _run(*parts: str) -> str:
    """Chinese text of parts, with a space only where Chinese meets digits, letters or quoted words."""
    text = ""
    for part in parts:
        meets = text and part and _is_han(text[-1]) != _is_han(part[0]) and not {text[-1], part[0]} & set(" ，。：（）、")
        text += f" {part}" if meets else part
    return text.strip()


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _clock(zone: Zone, voice: _Voice) -> str:
    return _pick(("（按本人时区）", " by their own clock"), voice) if zone == "person" else ""


def _test(test: Test, voice: _Voice) -> str:
    op = _pick(_OPS[test.op], voice)
    if test.value is None:
        return op
    if voice.zh and isinstance(test.value, bool) and test.op in ("equals", "not_equals"):
        return f"{'' if test.op == 'equals' else '不'}为{'真' if test.value else '假'}"
    if test.op == "between" and isinstance(test.value, tuple):
        low, high = _value(test.value[0], voice), _value(test.value[1], voice)
        return _run("介于", low, "和", high, "之间") if voice.zh else f"is between {low} and {high}"
    return _run(op, _value(test.value, voice)) if voice.zh else f"{op} {_value(test.value, voice)}"


def _events(doing: Doing, voice: _Voice) -> str:
    names = (" 或 " if voice.zh else " or ").join(f"“{name}”" for name in doing.events)
    text = names or _pick(("任何事件", "any event"), voice)
    if doing.where is None:
        return text
    return f"{text}（{_where(doing.where, voice)}）" if voice.zh else f"{text} where {_where(doing.where, voice)}"


def _where(node: Node, voice: _Voice, *, inside: bool = False) -> str:
    if isinstance(node, And | Or):
        joint = {"zh": ("，且", "，或"), "en": (" and ", " or ")}[voice.language][isinstance(node, Or)]
        text = joint.join(_where(part, voice, inside=len(node.parts) > 1) for part in node.parts)
        if len(node.parts) == 1 or not inside:
            return text
        return f"（{text}）" if voice.zh else f"({text})"
    if isinstance(node, Not):
        return f"{'非 ' if voice.zh else 'not '}{_where(node.part, voice, inside=True)}"
    assert isinstance(node, Property | Column)
    return f"{node.name} {_test(node.test, voice)}"


def _did(node: Did, voice: _Voice) -> str:
    events, within, zone = _events(node.doing, voice), _within(node.within, voice), _clock(node.zone, voice)
    once = node.of == "count" and node.test.op == "gte" and node.test.value == 1
    name = _pick(("营收", "revenue"), voice) if node.name == REVENUE else node.name
    test, measure = _test(_in_money(node, voice), voice), _pick(_MEASURES[node.of], voice)
    if voice.zh:
        when = _run(within) + zone
        if once:
            return _run(when, "做过", events)
        if node.of in ("first_at", "last_at"):
            return _run(when, f"{measure}做", events, "的时间", test)
        if node.of in ("count", "days"):
            return _run(when, "做", events, f"的{measure}", test)
        return _run(when, events, "的", name, measure, test)
    if once:
        return f"did {events}{within}{zone}"
    if node.of == "count":
        return f"number of times they did {events}{within}{zone} {test}"
    middle = f" {name} of" if name else ""
    link = " they did" if node.of in ("days", "first_at", "last_at") else ""
    return f"{measure}{middle}{link} {events}{within}{zone} {test}"


def _in_money(node: Did, voice: _Voice) -> Test:
    """The test with amounts of revenue as people write them, which are kept in the smallest unit."""
    if node.name != REVENUE or node.of == "distinct" or not voice.currency:
        return node.test

    def written(value: object) -> str:
        return f"{amount_text(round(value), voice.currency)} {voice.currency}" if isinstance(value, int | float) else str(value)

    value = node.test.value
    return replace(node.test, value=tuple(_Amount(written(v)) for v in value) if isinstance(value, tuple) else _Amount(written(value)))


def _regular(node: Regular, voice: _Voice) -> str:
    events, zone = _events(node.doing, voice), _clock(node.zone, voice)
    if voice.zh:
        some = f"最近 {_amount(node.out_of, node.unit, voice)}中至少有 {_amount(node.at_least, node.unit, voice)}"
        return _run(some + zone, "做过", events)
    return f"did {events} in at least {node.at_least} of the last {_amount(node.out_of, node.unit, voice)}{zone}"


def _sequence(node: Sequence, voice: _Voice) -> str:
    steps = (" → ").join(_events(step, voice) for step in node.steps)
    unit, length = next((u, s) for u, s in _LENGTHS if node.seconds % s == 0)
    window = _amount(node.seconds // length, unit, voice)
    within, zone = _within(node.within, voice), _clock(node.zone, voice)
    if voice.zh:
        return _run(f"{_run(within)}{zone}，" if within else "", f"在 {window}内依次做了", steps)
    return f"did {steps} within {window}{f',{within}{zone}' if within else ''}"


_LENGTHS: Final = (("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def _person(node: Person, voice: _Voice) -> str:
    if node.name == "identified":
        yes = node.test.value is True
        return (_pick(("有用户 ID", "has a user id"), voice)) if yes else _pick(("没有用户 ID", "has no user id"), voice)
    name, zone = _pick(_FACTS[node.name], voice), _clock(node.zone, voice)
    if is_time(node.test):
        within = _within(node.test, voice)
        if voice.zh:
            return _run(name if within.startswith("在") else f"{name}在", within.strip()) + zone
        return f"{name}{within}{zone}"
    return _run(name, _test(node.test, voice)) if voice.zh else f"{name} {_test(node.test, voice)}"


def _trait(node: Trait, voice: _Voice) -> str:
    return f"{_pick(('用户属性', 'trait'), voice)} {node.name} {_test(node.test, voice)}{_clock(node.zone, voice)}"


def _tag(node: Tag, voice: _Voice) -> str:
    return f"{_pick(('标签', 'tag'), voice)} {node.name} {_test(node.test, voice)}{_clock(node.zone, voice)}"


def _top(node: Top, voice: _Voice) -> str:
    percent = f"{node.percent:g}%"
    if voice.zh:
        return f"标签 {node.name} {'最低' if node.lowest else '最高'}的 {percent}"
    return f"in the {'lowest' if node.lowest else 'highest'} {percent} by tag {node.name}"


def _sample(node: Sample, voice: _Voice) -> str:
    return f"随机 {node.percent:g}% 的人" if voice.zh else f"a random {node.percent:g}% of people"


def _listed(node: Listed, voice: _Voice) -> str:
    return f"在名单 {node.list_id} 上" if voice.zh else f"on list {node.list_id}"


def _related(node: Related, voice: _Voice) -> str:
    who = ""
    if node.who is not None:
        who = f"（{_say(node.who, voice, inside=False)}）" if voice.zh else f" ({_say(node.who, voice, inside=False)})"
    people = f"{node.at_least} {'person' if node.at_least == 1 else 'people'}"
    if node.kind == "invited":
        return f"邀请过至少 {node.at_least} 人{who}" if voice.zh else f"invited at least {people}{who}"
    return f"被至少 {node.at_least} 人邀请过{who}" if voice.zh else f"was invited by at least {people}{who}"


def _segment(node: InSegment, voice: _Voice) -> str:
    return f"在分群 {node.key} 中" if voice.zh else f"in segment {node.key}"


_LEAVES: Final[Mapping[type[Node], Callable[[Any, _Voice], str]]] = {
    Did: _did,
    Regular: _regular,
    Sequence: _sequence,
    Person: _person,
    Trait: _trait,
    Tag: _tag,
    Top: _top,
    Sample: _sample,
    Listed: _listed,
    Related: _related,
    InSegment: _segment,
}
