"""What has the keeper to do with tags? They are computed before the segments that ask them, and what they change is followed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from uems.kernel.filters import Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.profiles import api as profiles
from uems.profiles.api import People
from uems.segments.definitions import read_segments


class Refreshed(Protocol):
    """What computing tags did. related: who has a new relation with somebody. people: who was looked at and is somebody. Both sorted."""

    @property
    def related(self) -> People: ...
    @property
    def people(self) -> People: ...


class Tags(Protocol):
    """What keeps the tags; called before the segments of the same people are computed."""

    def refresh(self, scope: Scope, now: datetime, people: Sequence[int] | None) -> Refreshed | None:
        """Compute the tags of these people, or of everybody. Repeating it changes nothing."""
        ...

    def edges(self, scope: Scope) -> Sequence[Node]:
        """Conditions of live tags, whose changes by time are to be followed too."""
        ...

    def workspaces(self) -> Sequence[int]:
        """Workspaces that have tags."""
        ...


class NoTags:
    """For a keeper of segments alone."""

    def refresh(self, scope: Scope, now: datetime, people: Sequence[int] | None) -> None:
        return None

    def edges(self, scope: Scope) -> Sequence[Node]:
        return ()

    def workspaces(self) -> Sequence[int]:
        return ()


def tags_in(node: Node) -> set[str]:
    """Names of the tags that a condition asks, also of related people; segments inside are not looked into."""
    return {leaf.name for _, leaf in profiles.asked_in(node)}


def tag_uses(conn: Connection, scope: Scope) -> Iterator[profiles.TagUse]:
    """Which segments ask which tags: shown with the tag, which cannot be removed meanwhile."""
    for one in read_segments(conn, scope.workspace_id):
        for tag in sorted(tags_in(one.condition)):
            yield profiles.TagUse(tag=tag, kind="segment", key=one.key, label=one.name, conditions=(one.condition,))


def asks_nightly(node: Node) -> bool:
    """Whether a condition asks what the nightly pass computes for everybody: tags, percentiles, relations."""
    return bool(tags_in(node)) or any(isinstance(leaf, profiles.nodes.Related) for leaf in profiles.leaves(node))


def take_cuts(house: House, scope: Scope, trees: Iterable[Node], *, anew: bool = False) -> bool:
    """See to it that the percentiles that these conditions ask for are measured; whether any was. anew: also those that were before."""
    tops = profiles.tops_of(trees)
    return bool(tops) and profiles.measure_cuts(house, scope, tops, anew=anew)
