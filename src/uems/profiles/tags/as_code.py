"""How are tags kept as code? A section of a document: what is there, what a document would change, and the change itself.

tags:
  big_spender:
    family: behaviour
    kind: rule
    label: {zh: 大客户, en: Big spender}
    value_type: boolean
    config: {values: [{value: true, when: {did: {...}}}], default: null}
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias

from pydantic import ValidationError
from sqlalchemy import Connection

from uems.access.api import Access
from uems.kernel.errors import UemsError
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.profiles.tags.bodies import TagDraft
from uems.profiles.tags.config import read_config
from uems.profiles.tags.definitions import checked, definitions, read_definitions, remove_definition, tags_of_all, write_definition
from uems.profiles.tags.lineage import asks_tags, in_order
from uems.profiles.tags.model import SavedTag, TagDef
from uems.profiles.tags.uses import TagUsers, check_uses

Act: TypeAlias = Literal["add", "change", "remove", "keep"]
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN: Final = TagDraft.model_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of a definition; before and after are JSON-ready."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class TagChange:
    """What a document does to one tag."""

    key: str
    act: Act
    fields: tuple[FieldChange, ...] = ()


def tags_to_yaml(store: Store, scope: Scope, *, standard: bool = False) -> dict[str, Any]:
    """The section as plain data: key → definition, without fields that say the usual. standard: also tags as they were shipped."""
    return {key: _written(saved.tag) for key, saved in definitions(store, scope).items() if standard or not saved.standard}


def plan_tags(store: Store, scope: Scope, section: object, *, prune: bool = False) -> list[TagChange]:
    """What ``apply_tags`` would do, by key; nothing is changed. Raises as ``apply_tags``."""
    with store.read() as conn:
        known = read_definitions(conn, scope.workspace_id)
    wanted = _checked(section, known)
    return _changes(wanted, known, prune)


def planned_tags(store: Store, scope: Scope, section: object) -> dict[str, TagDef]:
    """All tags as they would be after the section, nothing removed; nothing is changed. Raises as ``apply_tags``."""
    known = definitions(store, scope)
    return tags_of_all(known) | {tag.key: tag for tag in _checked(section, known)}


def apply_tags(
    store: Store, access: Access, section: object, *, prune: bool = False, note: str = "", users: Sequence[TagUsers]
) -> list[TagChange]:
    """Make the tags of the section as it says, in one transaction: all of it or nothing. Audited.

    prune: remove tags that it does not name and that somebody made here. users: what asks tags in the rooms above. Raises
    ``bad_document`` for a section that is none, and as ``save_tag`` and ``remove_tag``, with the key of the tag in the message.
    """
    with store.write() as conn:
        changes = apply_tags_in(conn, access, section, note=note)
        if prune:
            changes += remove_tags_in(conn, access, _unnamed(section, read_definitions(conn, access.scope.workspace_id)), users=users)
        known = tags_of_all(read_definitions(conn, access.scope.workspace_id))
        check_uses(conn, access.scope, known, users, [change.key for change in changes if change.act == "change"])
        return changes


def apply_tags_in(conn: Connection, access: Access, section: object, *, note: str = "") -> list[TagChange]:
    """Add and change the tags of a section within a transaction, which looks after what asks them when all is done."""
    known = read_definitions(conn, access.scope.workspace_id)
    wanted = _checked(section, known)
    changes = _changes(wanted, known, False)
    changed = {change.key for change in changes if change.act in ("add", "change")}
    for tag in wanted:
        if tag.key in changed:
            write_definition(conn, access, tag, note=note)
    return changes


def remove_tags_in(conn: Connection, access: Access, keys: Iterable[str], *, users: Sequence[TagUsers]) -> list[TagChange]:
    """Remove tags within a transaction. Raises as ``remove_tag``."""
    known = read_definitions(conn, access.scope.workspace_id)
    gone = {key: asks_tags(read_config(known[key].tag)) for key in keys if key in known}
    # Those that ask others go before those that they ask.
    for step in reversed(in_order(gone)):
        for key in step:
            remove_definition(conn, access, key, users=users)
    return [TagChange(key=key, act="remove") for key in gone]


def _unnamed(section: object, known: Mapping[str, SavedTag]) -> list[str]:
    """Tags that somebody made here and that the section does not name."""
    named = section if isinstance(section, Mapping) else {}
    return [key for key, saved in known.items() if key not in named and not saved.standard]


def _checked(section: object, known: Mapping[str, SavedTag]) -> list[TagDef]:
    """The definitions of a section as they would be kept, those that others ask first."""
    if not isinstance(section, Mapping):
        raise _bad("tags", "must name each tag with its definition.")
    drafts: dict[str, TagDef] = {}
    for key, body in section.items():
        if not isinstance(key, str):
            raise _bad(f"tags.{key}", "the key of a tag must be a text.")
        try:
            drafts[key] = TagDraft.model_validate(body).tag(key)
        except ValidationError as error:
            first = error.errors()[0]
            raise _bad(".".join(("tags", key, *(str(part) for part in first["loc"]))), f"{first['msg']}.") from error
    asks = {key: asks_tags(read_config(tag)) for key, tag in drafts.items()}
    others = dict(known)
    found = []
    for step in in_order(asks):
        for key in step:
            ready = checked(drafts[key], others)
            found.append(ready)
            others[key] = SavedTag(tag=ready, version=0, saved_at=_NEVER, saved_by="")
    return found


def _changes(wanted: list[TagDef], known: Mapping[str, SavedTag], prune: bool) -> list[TagChange]:
    found = []
    for tag in sorted(wanted, key=lambda one: one.key):
        before = known.get(tag.key)
        if before is None:
            found.append(TagChange(key=tag.key, act="add", fields=_fields({}, _written(tag))))
            continue
        fields = _fields(_written(before.tag), _written(tag))
        found.append(TagChange(key=tag.key, act="change" if fields else "keep", fields=fields))
    if prune:
        found += [TagChange(key=key, act="remove") for key in _unnamed({tag.key: tag for tag in wanted}, known)]
    return found


def _fields(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[FieldChange, ...]:
    names = [name for name in _PLAIN if before.get(name) != after.get(name)]
    return tuple(FieldChange(field=name, before=before.get(name), after=after.get(name)) for name in names)


def _written(tag: TagDef) -> dict[str, Any]:
    """A definition as it stands in a document."""
    return TagDraft(**TagDraft.of_tag(tag)).model_dump(mode="json", exclude_defaults=True)


def _bad(place: str, problem: str) -> UemsError:
    return UemsError("bad_document", f"{place}: {problem}", status=422, details={"path": place})
