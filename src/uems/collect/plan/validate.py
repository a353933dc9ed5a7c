"""Can this plan be used? Every mistake is found when the plan is saved, none when an event comes in."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from uems.collect.plan.model import EventPlan, Plan, PropertyPlan, Scalar
from uems.kernel.errors import UemsError
from uems.kernel.patterns import compile_pattern

MAX_EVENTS: Final = 2_000
MAX_PROPERTIES: Final = 300
MAX_DEFINITIONS: Final = 20_000
MAX_ALLOWED: Final = 500


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FITS: Final[Mapping[str, Callable[[Scalar], bool]]] = {
    "text": lambda value: isinstance(value, str),
    "number": _is_number,
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
    "boolean": lambda value: isinstance(value, bool),
    "any": lambda value: True,
}
"""Types that may list their values."""


def validate(plan: Plan) -> Plan:
    """``plan`` itself; raises ``bad_plan`` naming the place: ``events[2].properties[0].pattern: ...``."""
    if len(plan.events) > MAX_EVENTS:
        raise wrong("events", f"{len(plan.events)} events; at most {MAX_EVENTS}.")
    _distinct("events", [event.name for event in plan.events])
    for index, event in enumerate(plan.events):
        _event(f"events[{index}]", event)
    _properties("traits", plan.traits)
    total = len(plan.traits) + sum(len(event.properties) for event in plan.events)
    if total > MAX_DEFINITIONS:
        raise wrong("events", f"{total} properties in all; at most {MAX_DEFINITIONS}.")
    return plan


def wrong(path: str, problem: str) -> UemsError:
    return UemsError("bad_plan", f"{path}: {problem}", status=422, details={"path": path})


def _event(path: str, event: EventPlan) -> None:
    _name(f"{path}.name", event.name)
    _properties(f"{path}.properties", event.properties)


def _properties(path: str, found: Sequence[PropertyPlan]) -> None:
    if len(found) > MAX_PROPERTIES:
        raise wrong(path, f"{len(found)} properties; at most {MAX_PROPERTIES}.")
    _distinct(path, [definition.name for definition in found])
    for index, definition in enumerate(found):
        _property(f"{path}[{index}]", definition)


def _property(path: str, definition: PropertyPlan) -> None:
    _name(f"{path}.name", definition.name)
    if definition.pattern:
        if definition.type != "text":
            raise wrong(f"{path}.pattern", f"goes with text only; {definition.name!r} is {definition.type}.")
        try:
            compile_pattern(definition.pattern)
        except ValueError as error:
            raise wrong(f"{path}.pattern", f"not a regular expression that RE2 can run: {error}.") from error
    _bounds(path, definition)
    if definition.allowed is not None:
        _allowed(f"{path}.allowed", definition, definition.allowed)


def _bounds(path: str, definition: PropertyPlan) -> None:
    low, high = definition.minimum, definition.maximum
    if low is None and high is None:
        return
    if definition.type not in ("number", "integer", "text", "list"):
        raise wrong(f"{path}.minimum", f"and maximum go with number, integer, text and list; {definition.name!r} is {definition.type}.")
    for name, bound in (("minimum", low), ("maximum", high)):
        if bound is not None and (isinstance(bound, bool) or not math.isfinite(bound)):
            raise wrong(f"{path}.{name}", "must be a finite number.")
        if bound is not None and definition.type in ("text", "list") and (bound < 0 or not float(bound).is_integer()):
            raise wrong(f"{path}.{name}", f"counts the {'characters' if definition.type == 'text' else 'items'}; a whole number from 0 on.")
    if low is not None and high is not None and low > high:
        raise wrong(f"{path}.minimum", f"is {low}, more than the maximum, {high}; swap them.")


def _allowed(path: str, definition: PropertyPlan, allowed: tuple[Scalar, ...]) -> None:
    if not 1 <= len(allowed) <= MAX_ALLOWED:
        raise wrong(path, f"{len(allowed)} values; 1 to {MAX_ALLOWED}, or null for any value.")
    fits = _FITS.get(definition.type)
    if fits is None:
        raise wrong(path, f"does not go with {definition.type}.")
    for index, value in enumerate(allowed):
        if not fits(value):
            raise wrong(f"{path}[{index}]", f"{value!r} is not a {definition.type}.")


def _name(path: str, name: str) -> None:
    if not name.strip():
        raise wrong(path, "must not be empty.")


def _distinct(path: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            raise wrong(f"{path}[{index}].name", f"{name[:80]!r} is defined twice; keep one.")
        seen.add(name)
