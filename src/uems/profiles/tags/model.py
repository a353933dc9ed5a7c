"""What is a tag? Its definition, its versions, how it is doing, and what it says of one person; no SQL and no JSON here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

Family: TypeAlias = Literal["behaviour", "attribute", "psychological"]
Kind: TypeAlias = Literal["rule", "computed", "model", "manual", "imported"]
ValueType: TypeAlias = Literal["text", "number", "boolean", "list", "date"]
Refresh: TypeAlias = Literal["live", "nightly"]
Health: TypeAlias = Literal["ok", "new", "disabled", "waiting", "failing", "stale", "empty"]
Scalar: TypeAlias = str | int | float | bool

FAMILIES: Final[tuple[Family, ...]] = get_args(Family)
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
GIVEN: Final[frozenset[Kind]] = frozenset({"model", "manual", "imported"})
"""Kinds whose values come from outside of the events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One text in both languages."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagDef:
    """One tag as somebody defined it.

    key: what conditions call it. owner: who answers for it. allowed: the only values; None for any. refresh: live follows every
    batch of events, nightly only the full pass. config: JSON-ready, by the kind. keeps_history: changes of value are recorded.
    unit: what a number counts: "minor" for money in minor units, "days", "percent" ...; "" for none.
    """

    key: str
    family: Family
    kind: Kind
    owner: str = ""
    label: Words
    description: Words = field(default_factory=Words)
    value_type: ValueType
    allowed: tuple[Scalar, ...] | None = None
    refresh: Refresh = "nightly"
    config: Mapping[str, object] = field(default_factory=dict)
    unit: str = ""
    keeps_history: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedTag:
    """A version of a definition. standard: it came with the program and was never changed by a person."""

    tag: TagDef
    version: int
    saved_at: datetime
    saved_by: str
    note: str = ""
    standard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What a tag is made from; read from its config, never typed. roles: the roles through which it finds its events."""

    events: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    relations: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TagState:
    """How the computing of a tag goes.

    version: of the definition that the values were computed by; 0 before the first time. computed_at: when anybody's value was
    last looked at; full_at: everybody's. people: how many have a value. everybody: of how many, at the last full pass.
    seconds: how long its last full pass took. error: why the last try failed, in words; "" when it did not.
    """

    version: int = 0
    computed_at: datetime | None = None
    full_at: datetime | None = None
    people: int = 0
    everybody: int = 0
    seconds: float = 0.0
    error_code: str = ""
    error: str = ""
    error_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagValue:
    """A tag of one person. value: decoded JSON. confidence: 0 to 1. evidence: decoded JSON with ``zh`` and ``en``, or empty."""

    tag: str
    value: object
    confidence: float
    evidence: Mapping[str, object]
    computed_at: datetime
