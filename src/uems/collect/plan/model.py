"""What does a tracking plan say? Definitions of events, their properties, and the traits of people; one document a workspace."""

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import msgspec

Mode: TypeAlias = Literal["allow", "warn", "block"]
"""allow: take it and say nothing. warn: take it and say so in the receipt. block: keep it as a dead letter."""
Status: TypeAlias = Literal["draft", "active", "deprecated"]
"""draft: known, not checked. active: checked. deprecated: checked, and each one sent is worth a warning."""
PropertyType: TypeAlias = Literal["any", "text", "number", "integer", "boolean", "time", "list", "object"]
"""time: ISO 8601 text, a bare date included. integer: a whole number, 5.0 included. any: every type but null."""
Scalar: TypeAlias = str | int | float | bool

SEVERITY: Final[dict[Mode, int]] = {"allow": 0, "warn": 1, "block": 2}
BUILT_IN_EVENTS: Final = frozenset({"Page Viewed", "Screen Viewed"})
"""What page and screen calls are stored as; always known, planned or not."""
BUILT_IN_PROPERTIES: Final = frozenset({"name", "category", "path", "referrer", "search", "title", "url", "keywords"})
"""What clients send with page and screen calls by themselves; never unknown there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One text in both languages; either may be empty."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyPlan:
    """One property of an event, or one trait. ``null`` counts as missing.

    allowed: the only values (JSON equality); None for any. pattern: RE2, unanchored, for texts. minimum, maximum (both included):
    of the number, of the characters of a text, of the items of a list.
    """

    name: str
    type: PropertyType = "any"
    required: bool = False
    allowed: tuple[Scalar, ...] | None = None
    pattern: str = ""
    minimum: int | float | None = None
    maximum: int | float | None = None
    description: Words = field(default_factory=Words)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlan:
    """One event by its exact name. mode, unknown_properties: None takes that of the plan."""

    name: str
    status: Status = "active"
    owner: str = ""
    description: Words = field(default_factory=Words)
    mode: Mode | None = None
    unknown_properties: Mode | None = None
    properties: tuple[PropertyPlan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """mode: what happens to an event that breaks its definition. unknown_events, unknown_properties: to what is not defined.

    traits: checked in identify calls, under ``mode``; ``unknown_properties`` holds for them too.
    """

    mode: Mode = "allow"
    unknown_events: Mode = "allow"
    unknown_properties: Mode = "allow"
    events: tuple[EventPlan, ...] = ()
    traits: tuple[PropertyPlan, ...] = ()


EMPTY: Final = Plan()


def to_json(plan: Plan) -> dict[str, object]:
    """The document as it is stored and sent."""
    found: dict[str, object] = msgspec.to_builtins(plan)
    return found


def from_json(document: object) -> Plan:
    """The plan of a stored document."""
    return msgspec.convert(document, Plan)
