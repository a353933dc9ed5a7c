"""Which kinds of documents do the rooms above have, and what would documents of them change?

A room that keeps definitions as documents hands over one ``RoomKind`` for each kind; the order of them is that in which they are put in
force, after the tracking plan, tags and segments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from pydantic import BaseModel
from sqlalchemy import Connection

from uems.access.api import Access
from uems.kernel.errors import UemsError
from uems.kernel.filters import Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.profiles import api as profiles
from uems.segments.config.model import Action, Change, Documents, FieldChange, Problem

_LANGUAGES: Final[tuple[profiles.Language, ...]] = ("zh", "en")
_CONDITION: Final = "who"
"""A field of this name is a condition on people, which is also said in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What there would be once the documents are in force. tags: None while that is not known, because one of them is wrong."""

    segments: Mapping[str, Node]
    tags: Mapping[str, profiles.TagDef] | None
    documents: Documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A definition as it stands. body: as it is written as a document, without kind and key. facts: what its kind wants to know again."""

    name: str
    body: Mapping[str, Any]
    archived: bool
    facts: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a document. path: where in it, "" for the whole."""

    path: str
    code: str
    message: str


class RoomKind(Protocol):
    """One kind of document of a room above. permission: of the room, without its verb. Document: how it is read, with its ``key``."""

    @property
    def kind(self) -> str: ...
    @property
    def permission(self) -> str: ...
    @property
    def key_pattern(self) -> str: ...
    @property
    def Document(self) -> type[BaseModel]: ...

    def standing(self, conn: Connection, scope: Scope) -> Mapping[str, Standing]:
        """Key → what is there, archived ones too."""
        ...

    def changes(self, document: Any, before: Standing | None) -> tuple[FieldChange, ...]:
        """What becomes another field by field; nothing when all stands as the document says."""
        ...

    def faults(self, house: House, scope: Scope, key: str, document: Any, before: Standing | None, after: After) -> list[Fault]:
        """What keeps a document that changes something from being put in force."""
        ...

    def parting(self, before: Standing) -> tuple[tuple[FieldChange, ...], list[Fault]]:
        """What archiving it means, and what stands against it."""
        ...

    def prepare(self, house: House, access: Access, document: Any) -> None:
        """What has to be done before the transaction, and harms nobody if that fails."""
        ...

    def write(self, conn: Connection, access: Access, key: str, document: Any) -> None:
        """Put a document in force that ``changes`` something, within a transaction."""
        ...

    def archive(self, conn: Connection, access: Access, key: str) -> None:
        """Put it away, within a transaction."""
        ...

    def lock_name(self, workspace_id: int) -> str:
        """What is locked while documents are compared and put in force."""
        ...


def room_changes(
    kind: RoomKind, house: House, conn: Connection, scope: Scope, after: After, prune: bool, problems: list[Problem]
) -> list[Change]:
    """What documents of one kind would change; what is wrong with them is added to ``problems``."""
    found = after.documents
    wanted = found.rooms.get(kind.kind, {})
    gone = {key for name, key in found.archived if name == kind.kind}
    if not wanted and not gone:
        return []
    known = kind.standing(conn, scope)
    if prune and wanted:
        gone |= {key for key, one in known.items() if not one.archived and key not in wanted}
    changes = []
    for key in sorted(wanted):
        document, before = wanted[key], known.get(key)
        place = found.places[kind.kind, key]
        fields = kind.changes(document, before)
        restored = before is not None and before.archived
        action: Action = "create" if before is None else "restore" if restored else "change" if fields else "keep"
        if action != "keep":
            faults = kind.faults(house, scope, key, document, before, after)
            problems += [Problem(document=place, path=one.path, code=one.code, message=one.message) for one in faults]
        name = str(getattr(document, "name", key))
        changes.append(Change(kind=kind.kind, key=key, name=name, action=action, fields=fields, document=place))
    return [*changes, *(_parting(kind, key, known.get(key), found, problems) for key in sorted(gone))]


def _parting(kind: RoomKind, key: str, before: Standing | None, found: Documents, problems: list[Problem]) -> Change:
    place = found.places.get((kind.kind, key))
    if before is None or before.archived:
        return Change(kind=kind.kind, key=key, name=before.name if before else key, action="keep", document=place)
    fields, faults = kind.parting(before)
    problems += [Problem(document=place or 0, path="", code=one.code, message=one.message) for one in faults]
    return Change(kind=kind.kind, key=key, name=before.name, action="archive", fields=fields, document=place)


def field_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any], currency: str = "") -> tuple[FieldChange, ...]:
    """Where two bodies differ, down to their leaves; lists of things that have an ``id`` are compared by it, others as a whole."""
    old, new = _leaves(before or {}), _leaves(after)
    names = [*new, *(name for name in old if name not in new)]
    found = []
    for name in names:
        was, is_ = old.get(name), new.get(name)
        if was == is_:
            continue
        zh, en = (("", ""), ("", ""))
        if name.rpartition(".")[2] == _CONDITION:
            zh, en = ((_words(was, language, currency), _words(is_, language, currency)) for language in _LANGUAGES)
        found.append(FieldChange(field=name, before=was, after=is_, zh=zh, en=en))
    return tuple(found)


def _leaves(value: Mapping[str, Any], place: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, inner in value.items():
        path = f"{place}.{name}" if place else name
        if isinstance(inner, Mapping) and inner and name not in (_CONDITION, "where"):
            found |= _leaves(inner, path)
        elif isinstance(inner, list) and inner and all(isinstance(one, Mapping) and "id" in one for one in inner):
            found |= _leaves({str(one["id"]): {k: v for k, v in one.items() if k != "id"} for one in inner}, path)
        else:
            found[path] = inner
    return found


def _words(condition: Any, language: profiles.Language, currency: str) -> str:
    """A condition in words; "" for none, and for one that cannot be read, which is said elsewhere."""
    if condition is None:
        return ""
    try:
        return profiles.say(profiles.parse_condition(condition), language, currency)
    except UemsError:
        return ""
