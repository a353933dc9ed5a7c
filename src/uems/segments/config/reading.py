"""What do the documents say? Each is read by its kind, and every mistake in any of them is listed with its place."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, Field, ValidationError

from uems.collect import api as collect
from uems.kernel.edge import Body, CleanStr
from uems.kernel.errors import UemsError
from uems.profiles import api as profiles
from uems.segments.config.kinds import RoomKind
from uems.segments.config.model import KINDS, BadDocument, Documents, Kind, Problem
from uems.segments.model import Draft

MAX_DOCUMENTS: Final = 2_000
_MOST_FAULTS: Final = 50
"""Of one document; a file of another kind altogether is wrong everywhere."""
_B = TypeVar("_B", bound=BaseModel)


class _Segment(Body):
    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,99}$")]
    name: Annotated[CleanStr, Field(min_length=1, max_length=200)]
    description: Annotated[CleanStr, Field(max_length=5_000)] = ""
    condition: dict[str, Any]


class _Key(Body):
    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,99}$")]


def read_documents(bodies: Sequence[Mapping[str, Any]], rooms: Sequence[RoomKind]) -> tuple[Documents, list[Problem]]:
    """What can be read, and what is wrong with the rest. ``kind`` of a document is one of ``KINDS`` or of ``rooms``; that of a tag is
    ``tag_kind``."""
    above = {one.kind: one for one in rooms}
    read: dict[Kind, dict[str, BaseModel]] = {one.kind: {} for one in rooms}
    segments: dict[str, Draft] = {}
    tags: dict[str, dict[str, Any]] = {}
    plan: collect.Plan | None = None
    archived: set[tuple[Kind, str]] = set()
    places: dict[tuple[Kind, str], int] = {}
    problems: list[Problem] = []
    for number, body in enumerate(bodies):
        try:
            kind = _kind(number, body, (*KINDS, *above))
            rest = {name: value for name, value in body.items() if name != "kind"}
            gone = rest.pop("archived", False)
            if not isinstance(gone, bool) or (gone and kind == "tracking_plan"):
                raise _bad(number, "archived", "must be true or false, and not of the tracking plan.")
            key = "" if kind == "tracking_plan" else _key(number, rest, above.get(kind))
            if (kind, key) in places:
                raise _bad(number, "key", f"{kind} {key} stands in two documents; leave one out.".replace("  ", " "))
            places[kind, key] = number
            if gone:
                archived.add((kind, key))
            elif kind == "segment":
                segments[key] = _segment(number, rest)
            elif kind == "tag":
                tags[key] = _tag(number, rest)
            elif kind in above:
                read[kind][key] = _validated(number, above[kind].Document, rest)
            else:
                plan = _plan(number, rest)
        except BadDocument as bad:
            problems += bad.problems
    found = Documents(segments=segments, tags=tags, plan=plan, archived=frozenset(archived), places=places, rooms=read)
    return found, problems


def _kind(number: int, body: Mapping[str, Any], kinds: Sequence[Kind]) -> Kind:
    kind = body.get("kind")
    if kind not in kinds:
        got = f"is {str(kind)[:40]!r}" if "kind" in body else "is missing"
        raise _wrong(number, "kind", UemsError("bad_document", f"kind {got}; must be one of {', '.join(kinds)}.", status=422))
    return str(kind)


def _key(number: int, body: Mapping[str, Any], room: RoomKind | None) -> str:
    """The key of a document; that of a kind above in the form that the kind gives it."""
    if room is None:
        return _validated(number, _Key, {name: value for name, value in body.items() if name == "key"}).key
    key = body.get("key")
    if not isinstance(key, str) or not re.fullmatch(room.key_pattern, key):
        raise _bad(number, "key", f"must be a text that matches {room.key_pattern}.")
    return key


def _segment(number: int, body: Mapping[str, Any]) -> Draft:
    read = _validated(number, _Segment, body)
    try:
        condition = profiles.parse_condition(read.condition)
    except UemsError as error:
        inner = str(error.details.get("path", ""))
        raise _wrong(number, f"condition.{inner}".rstrip("."), error) from error
    return Draft(key=read.key, name=read.name, description=read.description, condition=condition)


def _tag(number: int, body: Mapping[str, Any]) -> dict[str, Any]:
    """A tag as a section of tags has it; what is wrong with it is found when all of them are read together."""
    if "tag_kind" not in body:
        raise _bad(number, "", "tag_kind is missing: rule, computed, model, manual or imported.")
    return {("kind" if name == "tag_kind" else name): value for name, value in body.items() if name != "key"}


def _plan(number: int, body: Mapping[str, Any]) -> collect.Plan:
    try:
        return collect.validate_plan(_validated(number, collect.PlanBody, body).plan())
    except UemsError as error:
        raise _wrong(number, str(error.details.get("path", "")), error) from error


def _validated(number: int, model: type[_B], body: Mapping[str, Any]) -> _B:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        bad = [_bad(number, _path(one["loc"]), _what(one)) for one in error.errors()[:_MOST_FAULTS]]
        raise BadDocument(*(one.problems[0] for one in bad)) from error


def _what(error: Any) -> str:
    return "is not a key that is known here." if error["type"] == "extra_forbidden" else f"{error['msg']}."


def _path(loc: Sequence[object]) -> str:
    found = ""
    for part in loc:
        found += f"[{part}]" if isinstance(part, int) else f".{part}"
    return found.removeprefix(".")


def _bad(number: int, path: str, problem: str) -> BadDocument:
    return _wrong(number, path, UemsError("bad_document", f"{path}: {problem}" if path else problem, status=422))


def _wrong(number: int, path: str, error: UemsError) -> BadDocument:
    return BadDocument(Problem(document=number, path=path, code=error.code, message=error.message))
