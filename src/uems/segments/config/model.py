"""What is a document of definitions, and what does it change?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel

Kind: TypeAlias = str
"""One of ``KINDS``, or a kind of a room above."""
Action: TypeAlias = Literal["create", "change", "archive", "restore", "keep"]
KINDS: Final[tuple[Kind, ...]] = ("tracking_plan", "tag", "segment")
"""Of this room and those below, in the order in which they are put in force: segments ask tags, and both ask events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field. before, after: JSON-ready, None for none. zh, en: (before, after) in words, where it has words; else empty."""

    field: str
    before: object
    after: object
    zh: tuple[str, str] = ("", "")
    en: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one definition. key: of the tracking plan "". document: which one asks for it; None for one that none names."""

    kind: Kind
    key: str
    name: str
    action: Action
    fields: tuple[FieldChange, ...] = ()
    document: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a document cannot be used. path: where in it, as in ``condition.and[0].did``; "" for the whole."""

    document: int
    path: str
    code: str
    message: str


class BadDocument(Exception):
    """What is wrong with one document, on its way to the list of all."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """Read documents, by kind. archived: what is to go. places: (kind, key) → which document it is. rooms: kind → key → document."""

    segments: Mapping[str, Any]
    tags: Mapping[str, Mapping[str, Any]]
    plan: Any
    archived: frozenset[tuple[Kind, str]]
    places: Mapping[tuple[Kind, str], int]
    rooms: Mapping[Kind, Mapping[str, BaseModel]]
