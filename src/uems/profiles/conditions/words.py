"""How is a condition said in a sentence, in Chinese and in English?"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias

from uems.kernel.filters import Ago, And, Column, Day, Instant, Node, Not, Or, Property, Test, Trait
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
)

Language: TypeAlias = Literal["zh", "en"]
_UNITS: Final = {
    "en": {"second": "second", "minute": "minute", "hour": "hour", "day": "day", "week": "week", "month": "month", "year": "year"},
    "zh": {"second": "秒", "minute": "分钟", "hour": "小时", "day": "天", "week": "周", "month": "个月", "year": "年"},
}
_WHOLE: Final = {"day": "今天", "week": "本周", "month": "本月", "year": "今年"}
_OPS: Final[Mapping[str, tuple[str, str]]] = {
    "equals": ("是", "is"),
    "not_equals": ("不是", "is not"),
    "in": ("是其中之一", "is one of"),
    "not_in": ("不是其中任何一个", "is none of"),
    "contains": ("包含", "contains"),
    "not_contains": ("不包含", "does not contain"),
    "starts_with": ("开头是", "starts with"),
    "ends_with": ("结尾是", "ends with"),
    "regex": ("匹配", "matches"),
    "not_regex": ("不匹配", "does not match"),
    "gt": ("大于", "is more than"),
    "gte": ("至少", "is at least"),
    "lt": ("小于", "is less than"),
    "lte": ("至多", "is at most"),
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
    "days": ("天数", "days on which"),
    "sum": ("总和", "the sum of"),
    "average": ("平均值", "the average of"),
    "min": ("最小值", "the smallest"),
    "max": ("最大值", "the largest"),
    "distinct": ("不同值的个数", "the number of different"),
    "first_at": ("第一次", "the first time"),
    "last_at": ("最近一次", "the last time"),
}
_FACTS: Final[Mapping[str, tuple[str, str]]] = {
    "first_seen": ("首次出现", "first seen"),
    "last_seen": ("最近出现", "last seen"),
    "events": ("事件总数", "number of events"),
    "days": ("活跃天数", "number of active days"),
    "identified": ("有用户 ID", "has a user id"),
}


def say(node: Node, language: Language) -> str:
    """The condition in words."""
    if isinstance(node, And | Or):
        joint = ("，且", "，或") if language == "zh" else (", and ", ", or ")
        parts = [say(part, language) for part in node.parts]
        text = joint[isinstance(node, Or)].join(parts)
        return f"（{text}）" if language == "zh" and len(parts) > 1 else f"({text})" if len(parts) > 1 else text
    if isinstance(node, Not):
        return f"不满足：{say(node.part, language)}" if language == "zh" else f"not: {say(node.part, language)}"
    return _LEAVES[type(node)](node, language)


def _pick(pair: tuple[str, str], language: Language) -> str:
    return pair[language == "en"]


def _value(value: object, language: Language) -> str:
    if isinstance(value, tuple):
        shown = [_value(v, language) for v in value[:5]]
        more = f" … ({len(value)})" if len(value) > 5 else ""
        return ("、" if language == "zh" else ", ").join(shown) + more
    if isinstance(value, Day):
        return value.day.isoformat()
    if isinstance(value, Instant):
        return value.at.isoformat(timespec="minutes")
    if isinstance(value, Ago):
        return _ago(value, language)
    if isinstance(value, bool):
        return _pick(("是", "true"), language) if value else _pick(("否", "false"), language)
    return f"“{value}”" if isinstance(value, str) else str(value)


def _amount(amount: int, unit: str, language: Language) -> str:
    name = _UNITS[language][unit]
    return f"{amount} {name}" if language == "zh" else f"{amount} {name}{'' if amount == 1 else 's'}"


def _ago(ago: Ago, language: Language) -> str:
    if ago.amount == 0:
        if not ago.whole:
            return _pick(("现在", "now"), language)
        return f"{_WHOLE.get(ago.unit, '')}开始" if language == "zh" else f"the start of this {ago.unit}"
    text = _amount(abs(ago.amount), ago.unit, language)
    if language == "zh":
        return f"{text}{'前' if ago.amount > 0 else '后'}{'的起点' if ago.whole else ''}"
    when = f"{text} ago" if ago.amount > 0 else f"{text} from now"
    return f"the start of the {ago.unit} {when}" if ago.whole else when


def _within(test: Test | None, language: Language) -> str:
    if test is None:
        return ""
    if test.op == "after" and isinstance(test.value, Ago) and test.value.amount > 0 and not test.value.whole:
        text = _amount(test.value.amount, test.value.unit, language)
        return f"最近 {text}内" if language == "zh" else f" in the last {text}"
    if test.op == "between" and isinstance(test.value, tuple):
        first, last = _value(test.value[0], language), _value(test.value[1], language)
        return f"在 {first} 到 {last} 之间" if language == "zh" else f" between {first} and {last}"
    shown = _value(test.value, language)
    if language == "zh":
        return f"在 {shown} 之{'前' if test.op == 'before' else '后'}"
    return f" {test.op} {shown}"


def _test(test: Test, language: Language) -> str:
    op = _pick(_OPS[test.op], language)
    if test.value is None:
        return op
    if test.op == "between" and isinstance(test.value, tuple):
        low, high = _value(test.value[0], language), _value(test.value[1], language)
        return f"介于 {low} 和 {high} 之间" if language == "zh" else f"is between {low} and {high}"
    return f"{op} {_value(test.value, language)}"


def _events(doing: Doing, language: Language) -> str:
    names = (" 或 " if language == "zh" else " or ").join(f"“{name}”" for name in doing.events)
    text = names or _pick(("任何事件", "any event"), language)
    if doing.where is None:
        return text
    return f"{text}（{_where(doing.where, language)}）" if language == "zh" else f"{text} where {_where(doing.where, language)}"


def _where(node: Node, language: Language) -> str:
    if isinstance(node, And | Or):
        joint = {"zh": ("，且", "，或"), "en": (" and ", " or ")}[language][isinstance(node, Or)]
        return joint.join(_where(part, language) for part in node.parts)
    if isinstance(node, Not):
        return f"{'非' if language == 'zh' else 'not '}{_where(node.part, language)}"
    assert isinstance(node, Property | Column | Trait)
    return f"{node.name} {_test(node.test, language)}"


def _did(node: Did, language: Language) -> str:
    events, within = _events(node.doing, language), _within(node.within, language)
    zone = _pick(("（按本人时区）", " by their own clock"), language) if node.zone == "person" else ""
    if node.of == "count":
        if node.test.op == "gte" and node.test.value == 1:
            return f"{within}{zone}做过 {events}" if language == "zh" else f"did {events}{within}{zone}"
        times = _test(node.test, language)
        return (
            f"{within}{zone}做 {events} 的次数{times}" if language == "zh" else f"number of times they did {events}{within}{zone} {times}"
        )
    name = _pick(("收入", "revenue"), language) if node.name == REVENUE else node.name
    measure = _pick(_MEASURES[node.of], language)
    if language == "zh":
        return f"{within}{zone}{events} 的 {name}{' ' if name else ''}{measure}{_test(node.test, language)}"
    middle = f" {name} of" if name else ""
    link = " they did" if node.of in ("days", "first_at", "last_at") else ""
    return f"{measure}{middle}{link} {events}{within}{zone} {_test(node.test, language)}"


def _regular(node: Regular, language: Language) -> str:
    events = _events(node.doing, language)
    if language == "zh":
        return f"最近 {_amount(node.out_of, node.unit, language)}中至少有 {_amount(node.at_least, node.unit, language)}做过 {events}"
    return f"did {events} in at least {node.at_least} of the last {_amount(node.out_of, node.unit, language)}"


def _sequence(node: Sequence, language: Language) -> str:
    steps = (" → ").join(_events(step, language) for step in node.steps)
    unit, length = next((u, s) for u, s in _LENGTHS if node.seconds % s == 0)
    window = _amount(node.seconds // length, unit, language)
    within = _within(node.within, language)
    return f"{within}在 {window}内依次做了 {steps}" if language == "zh" else f"did {steps} within {window}{within}"


_LENGTHS: Final = (("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def _person(node: Person, language: Language) -> str:
    if node.name == "identified":
        yes = node.test.value is True
        return (_pick(("有用户 ID", "has a user id"), language)) if yes else _pick(("没有用户 ID", "has no user id"), language)
    name = _pick(_FACTS[node.name], language)
    if is_time(node.test):
        return f"{name}{_within(node.test, language)}"
    return f"{name}{_test(node.test, language)}" if language == "zh" else f"{name} {_test(node.test, language)}"


def _trait(node: Trait, language: Language) -> str:
    return f"特征 {node.name} {_test(node.test, language)}" if language == "zh" else f"trait {node.name} {_test(node.test, language)}"


def _tag(node: Tag, language: Language) -> str:
    return f"标签 {node.name} {_test(node.test, language)}" if language == "zh" else f"tag {node.name} {_test(node.test, language)}"


def _top(node: Top, language: Language) -> str:
    percent = f"{node.percent:g}%"
    if language == "zh":
        return f"标签 {node.name} {'最低' if node.lowest else '最高'}的 {percent}"
    return f"in the {'lowest' if node.lowest else 'highest'} {percent} by tag {node.name}"


def _sample(node: Sample, language: Language) -> str:
    return f"随机 {node.percent:g}% 的人" if language == "zh" else f"a random {node.percent:g}% of people"


def _listed(node: Listed, language: Language) -> str:
    return f"在名单 {node.list_id} 上" if language == "zh" else f"on list {node.list_id}"


def _related(node: Related, language: Language) -> str:
    who = ""
    if node.who is not None:
        who = f"（{say(node.who, language)}）" if language == "zh" else f" who {say(node.who, language)}"
    if node.kind == "invited":
        return f"邀请过至少 {node.at_least} 人{who}" if language == "zh" else f"invited at least {node.at_least} people{who}"
    return f"被至少 {node.at_least} 人邀请{who}" if language == "zh" else f"was invited by at least {node.at_least} people{who}"


def _segment(node: InSegment, language: Language) -> str:
    return f"在分群 {node.key} 中" if language == "zh" else f"in segment {node.key}"


_LEAVES: Final[Mapping[type[Node], Callable[[Any, Language], str]]] = {
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
