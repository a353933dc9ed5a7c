"""How is a violation written in a receipt, and how is it said to a person?

A reason is ``plan:<code>:<property>``, several joined by ``;``. In a property name ``%`` and ``;`` are written %25 and %3B.
Short and few on purpose: the column of reasons is a dictionary in the warehouse.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from uems.collect.plan.model import Words

Code: TypeAlias = Literal[
    "unknown_event", "deprecated_event", "missing", "wrong_type", "not_allowed", "pattern", "too_small", "too_large", "unknown_property"
]
CODES: Final[tuple[Code, ...]] = get_args(Code)
PREFIX: Final = "plan:"
MAX_VIOLATIONS: Final = 5
MAX_NAME: Final = 100

_WORDS: Final[dict[Code, tuple[str, str]]] = {
    "unknown_event": ("事件不在埋点方案中", "the event is not in the tracking plan"),
    "deprecated_event": ("事件已弃用", "the event is deprecated"),
    "missing": ("缺少必填属性 {}", "the required property {} is missing"),
    "wrong_type": ("属性 {} 的类型不符", "the property {} has another type than planned"),
    "not_allowed": ("属性 {} 的值不在允许的取值中", "the value of {} is not one of the allowed ones"),
    "pattern": ("属性 {} 的值不符合格式", "the value of {} does not have the planned form"),
    "too_small": ("属性 {} 的值过小或过短", "the value of {} is too small or too short"),
    "too_large": ("属性 {} 的值过大或过长", "the value of {} is too large or too long"),
    "unknown_property": ("属性 {} 不在埋点方案中", "the property {} is not in the tracking plan"),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """What is not as planned. property: "" for the event itself."""

    code: Code
    property: str = ""


def reason_of(violations: Iterable[Violation]) -> str:
    """The text for the receipt; the first five violations, names cut to 100 characters."""
    parts = [f"{PREFIX}{v.code}:{v.property[:MAX_NAME].replace('%', '%25').replace(';', '%3B')}" for v in violations]
    return ";".join(parts[:MAX_VIOLATIONS])


def violations_of(reason: str) -> list[Violation]:
    """What a reason says; empty for a reason that is not the plan's."""
    found = []
    for part in reason.split(";"):
        prefix, _, rest = part.partition(":")
        code, _, name = rest.partition(":")
        if prefix == "plan" and code in CODES:
            found.append(Violation(code, name.replace("%3B", ";").replace("%25", "%")))
    return found


def words(violation: Violation) -> Words:
    """The violation in a few words, in both languages."""
    zh, en = _WORDS[violation.code]
    name = f"“{violation.property}”" if violation.property else ""
    return Words(zh=zh.format(name), en=en.format(name))
