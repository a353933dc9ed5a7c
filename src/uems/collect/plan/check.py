"""Is this event as planned? A compiled plan, asked by the pipeline for every event: the hot path.

Most events are as planned, and for those one typed decode and a few comparisons suffice. Only when that fails is the event
read as a whole and every violation named; the slow way alone decides, so the fast way must never accept what it would not.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final

import msgspec

from uems.collect.plan.model import BUILT_IN_EVENTS, BUILT_IN_PROPERTIES, SEVERITY, EventPlan, Mode, Plan, PropertyPlan, Scalar
from uems.collect.plan.reasons import Code, Violation, reason_of
from uems.kernel.patterns import compile_pattern


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of an event that is not as planned. blocked: it is not stored. reason: see ``reasons``."""

    blocked: bool
    reason: str


class Checker:
    """A compiled plan. Thread-safe: two threads may compile the same event twice, with the same result."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._events: Mapping[str, EventPlan] = {event.name: event for event in plan.events}
        self._rules: dict[str, _Rule | None] = {}
        self._traits = _trait_rule(plan)
        self._unknown = _verdict([(plan.unknown_events, Violation("unknown_event"))])

    def check(self, event_type: str, event: str, properties: bytes) -> Verdict | None:
        """None when all is as planned. properties: the JSON object of properties, or of traits for an identify call."""
        if event_type == "identify":
            rule = self._traits
        elif event_type in _UNPLANNED:
            return None
        else:
            try:
                rule = self._rules[event]
            except KeyError:
                definition = self._events.get(event)
                if definition is None:
                    return None if event in BUILT_IN_EVENTS else self._unknown
                rule = self._rules[event] = _event_rule(self._plan, definition)
        return None if rule is None else rule.check(properties)


_UNPLANNED: Final = frozenset({"group", "alias"})
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def compile_plan(plan: Plan) -> Checker | None:
    """The checker of ``plan``; None when nothing in it could ever be worth a word. Events are compiled when first seen."""
    modes = [plan.unknown_events, *(mode for event in plan.events for mode in _modes(plan, event))]
    modes += ["warn" for event in plan.events if event.status == "deprecated"]
    if plan.traits:
        modes += [plan.mode, plan.unknown_properties]
    return None if all(mode == "allow" for mode in modes) else Checker(plan)


def _modes(plan: Plan, event: EventPlan) -> tuple[Mode, Mode]:
    """(mode, unknown_properties) in force for one event."""
    if event.status == "draft":
        return "allow", "allow"
    mode = plan.mode if event.mode is None else event.mode
    return mode, plan.unknown_properties if event.unknown_properties is None else event.unknown_properties


def _event_rule(plan: Plan, event: EventPlan) -> "_Rule | None":
    mode, unknown = _modes(plan, event)
    always = [("warn", Violation("deprecated_event"))] if event.status == "deprecated" else []
    built_in = BUILT_IN_PROPERTIES if event.name in BUILT_IN_EVENTS else frozenset()
    return _rule(event.properties, mode, unknown, always, built_in)  # type: ignore[arg-type]  # "warn" is a Mode


def _trait_rule(plan: Plan) -> "_Rule | None":
    return _rule(plan.traits, plan.mode, plan.unknown_properties, [], frozenset()) if plan.traits else None


def _rule(
    properties: tuple[PropertyPlan, ...], mode: Mode, unknown: Mode, always: list[tuple[Mode, Violation]], built_in: frozenset[str]
) -> "_Rule | None":
    if mode == "allow" and unknown == "allow" and not always:
        return None
    return _Rule(properties, mode, unknown, always, built_in)


def _verdict(found: list[tuple[Mode, Violation]]) -> Verdict | None:
    """The worst first; what is allowed is not mentioned."""
    told = sorted((pair for pair in found if pair[0] != "allow"), key=lambda pair: -SEVERITY[pair[0]])
    return Verdict(told[0][0] == "block", reason_of(v for _, v in told)) if told else None


class _Rule:
    """The definition of one event, or of the traits, ready to be asked."""

    __slots__ = ("_always", "_built_in", "_decode", "_definitions", "_mode", "_tests", "_unknown", "_usual")

    def __init__(
        self,
        properties: tuple[PropertyPlan, ...],
        mode: Mode,
        unknown: Mode,
        always: list[tuple[Mode, Violation]],
        built_in: frozenset[str],
    ) -> None:
        self._definitions = tuple(_Definition(definition) for definition in properties)
        self._mode = mode
        self._unknown = unknown
        self._always = always
        self._built_in = built_in
        self._usual = _verdict(always)
        checked = mode != "allow"
        names = [*(d.plan.name for d in self._definitions), *sorted(built_in - {d.plan.name for d in self._definitions})]
        self._decode = _decoder(names, self._definitions if checked else (), strict=unknown != "allow")
        self._tests = tuple((attrgetter(f"p{i}"), test) for i, d in enumerate(self._definitions) if checked for test in d.usual_tests())

    def check(self, properties: bytes) -> Verdict | None:
        try:
            found = self._decode(properties)
        except _UNREADABLE:
            return self._in_full(properties)
        for get, is_usual in self._tests:
            value = get(found)
            if value is not None and not is_usual(value):
                return self._in_full(properties)
        return self._usual

    def _in_full(self, properties: bytes) -> Verdict | None:
        """Every violation, from the whole object."""
        try:
            values = msgspec.json.decode(properties)
        except _UNREADABLE:
            return self._usual  # whether it can be read at all is not the plan's business
        if not isinstance(values, dict):
            return self._usual
        found = list(self._always)
        for definition in self._definitions:
            code = definition.violation_of(values.get(definition.plan.name))
            if code is not None:
                found.append((self._mode, Violation(code, definition.plan.name)))
        if self._unknown != "allow":
            known = {definition.plan.name for definition in self._definitions} | self._built_in
            found += [(self._unknown, Violation("unknown_property", name)) for name in values if name not in known]
        return _verdict(found)


class _Definition:
    """One property, ready to be asked."""

    __slots__ = ("_allowed", "_pattern", "plan")

    def __init__(self, plan: PropertyPlan) -> None:
        self.plan = plan
        self._allowed = None if plan.allowed is None else frozenset(_key(value) for value in plan.allowed)
        self._pattern = compile_pattern(plan.pattern) if plan.pattern else None

    def usual_tests(self) -> list[Callable[[Any], bool]]:
        """Quick tests of a value of the right type; what fails one is judged by ``violation_of``."""
        plan, tests = self.plan, list[Callable[[Any], bool]]()
        if plan.allowed is not None:
            texts = frozenset(value for value in plan.allowed if isinstance(value, str))
            tests.append(texts.__contains__ if plan.type == "text" else lambda value: self.break_of(value) is None)
        if self._pattern is not None:
            tests.append(self._pattern.is_in)
        if plan.minimum is not None or plan.maximum is not None:
            low = -math.inf if plan.minimum is None else plan.minimum
            high = math.inf if plan.maximum is None else plan.maximum
            tests.append(
                (lambda value: low <= value <= high) if plan.type in ("number", "integer") else (lambda value: low <= len(value) <= high)
            )
        return tests

    def violation_of(self, value: object) -> Code | None:
        """What is wrong with a decoded value; None (JSON null) is a missing one."""
        if value is None:
            return "missing" if self.plan.required else None
        if not _IS[self.plan.type](value):
            return "wrong_type"
        return self.break_of(value)

    def break_of(self, value: object) -> Code | None:
        """What is wrong with a value of the right type."""
        if self._allowed is not None and (not isinstance(value, str | int | float) or _key(value) not in self._allowed):
            return "not_allowed"
        if self._pattern is not None and isinstance(value, str) and not self._pattern.is_in(value):
            return "pattern"
        size = len(value) if isinstance(value, str | list) else value
        if isinstance(size, int | float):
            if self.plan.minimum is not None and size < self.plan.minimum:
                return "too_small"
            if self.plan.maximum is not None and size > self.plan.maximum:
                return "too_large"
        return None


def _key(value: Scalar) -> tuple[bool, Scalar]:
    return isinstance(value, bool), value  # JSON's true is not 1, Python's is


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_time(value: object) -> bool:
    if not isinstance(value, str):
        return False
    for kind in (datetime, date):
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError:
            continue
        return True
    return False


_IS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "any": lambda value: True,
    "text": lambda value: isinstance(value, str),
    "number": _is_number,
    "integer": lambda value: _is_number(value) and (isinstance(value, int) or value.is_integer()),
    "boolean": lambda value: isinstance(value, bool),
    "time": _is_time,
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}

_List = list[msgspec.Raw]
_Object = dict[str, msgspec.Raw]
# Each accepts only what ``_IS`` accepts; what it refuses beyond that (5.0 as an integer, a bare date) is decided in full.
_TYPES: Final[Mapping[str, Any]] = {
    "any": str | int | float | bool | _List | _Object,
    "text": str,
    "number": int | float,
    "integer": int,
    "boolean": bool,
    "time": datetime,
    "list": _List,
    "object": _Object,
}


def _decoder(names: list[str], definitions: tuple[_Definition, ...], *, strict: bool) -> Callable[[bytes], Any]:
    """A decoder that refuses missing and wrongly typed properties, and unknown ones when ``strict``.

    The property in place ``i`` becomes the attribute ``p<i>``: names from outside never become names in code.
    """
    fields: list[tuple[str, Any, Any]] = []
    for index, name in enumerate(names):
        plan = definitions[index].plan if index < len(definitions) else None
        if plan is None:
            fields.append((f"p{index}", msgspec.Raw, msgspec.field(name=name, default=None)))
        elif plan.required:
            fields.append((f"p{index}", _TYPES[plan.type], msgspec.field(name=name)))
        else:
            fields.append((f"p{index}", _TYPES[plan.type] | None, msgspec.field(name=name, default=None)))
    struct = msgspec.defstruct("Properties", fields, kw_only=True, forbid_unknown_fields=strict, gc=False)
    decode: Callable[[bytes], Any] = msgspec.json.Decoder(struct).decode
    return decode
