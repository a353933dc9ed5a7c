"""What is a segment, and what is known of its members?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from uems.kernel.errors import UemsError
from uems.kernel.filters import Node

State: TypeAlias = Literal["building", "live", "failed", "archived"]
Cause: TypeAlias = Literal["built", "event", "time", "full"]
"""Why somebody came or went: the segment was built or changed, something happened or ids moved, time passed, or the full pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """condition: as saved, segments inside by their keys. size, computed_at: of the last change of its members."""

    segment_id: int
    key: str
    name: str
    description: str
    condition: Node
    version: int
    built_version: int
    size: int
    computed_at: datetime | None
    failure: str
    archived: bool
    created_at: datetime
    changed_at: datetime
    changed_by: str

    @property
    def state(self) -> State:
        if self.archived:
            return "archived"
        if self.failure:
            return "failed"
        return "live" if self.built_version == self.version else "building"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants a segment to be. key: lower-case letters, digits and _; stays when the name changes."""

    key: str
    name: str
    description: str
    condition: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedVersion:
    """One version of a segment; by: who saved it, at: when."""

    version: int
    name: str
    description: str
    condition: Node
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A segment that a person is in, since when and why."""

    segment_id: int
    since: datetime
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A person came into a segment, or left it."""

    segment_id: int
    entered: bool
    at: datetime
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """At the end of a business day: how many were in, and how many came and went during it."""

    day: str
    size: int
    entered: int
    left: int


def archived_error(key: str) -> UemsError:
    """What is said where a segment must be in use, and is not."""
    return UemsError("segment_archived", f"{key} is archived, so nobody follows who is in it. Restore it first.", status=409)
