"""What names a segment in the rooms above? It is not taken from under them.

Rooms hand in a function each; the web application holds all of them, and passes them to whoever archives.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import Connection

from uems.kernel.errors import UemsError
from uems.kernel.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentUse:
    """Something that names a segment. kind: "flow", "campaign" ... key: of that."""

    segment: str
    kind: str
    key: str


SegmentUsers: TypeAlias = Callable[[Connection, Scope], Iterable[SegmentUse]]
"""Everything of one room that names segments, read within a transaction."""


def named_in(said: object, kind: Literal["segment", "tag"]) -> set[str]:
    """Keys of the segments, or names of the tags, in what a definition says, however deep.

    Conditions name them as ``{"segment": {"key": ...}}``, ``{"tag": {"name": ...}}`` and ``{"top": {"tag": ...}}``; audiences, entries
    and nodes as ``segment``, ``exclude`` and ``tag``.
    """
    return set(_named(said, kind))


def _named(said: object, kind: Literal["segment", "tag"]) -> Iterator[str]:
    if isinstance(said, Mapping):
        one = said.get(kind)
        inner = one.get("key" if kind == "segment" else "name") if isinstance(one, Mapping) else one
        if isinstance(inner, str) and inner:
            yield inner
        others = said.get("exclude") if kind == "segment" else None
        if isinstance(others, list):
            yield from (other for other in others if isinstance(other, str))
        for value in said.values():
            yield from _named(value, kind)
    elif isinstance(said, list):
        for value in said:
            yield from _named(value, kind)


def check_segment_uses(conn: Connection, scope: Scope, keys: Iterable[str], users: Sequence[SegmentUsers]) -> None:
    """Raise ``segment_in_use`` (409) when a room above names one of these segments, which go."""
    gone = set(keys)
    if not gone:
        return
    found = sorted({(use.segment, use.kind, use.key) for room in users for use in room(conn, scope) if use.segment in gone})
    if found:
        segment = found[0][0]
        named = [f"{kind} {key}" for one, kind, key in found if one == segment]
        message = f"{segment} is named by {', '.join(named[:10])}; change those first."
        raise UemsError("segment_in_use", message, status=409, details={"users": named[:100]})
