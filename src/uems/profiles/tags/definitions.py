"""Which tags does a workspace have, how were they defined before, and who changes them? Every change is a new version."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, cast

import msgspec
from sqlalchemy import Connection, RowMapping, func, insert, select

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, not_found
from uems.kernel.filters import Node
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.profiles.tables import tag_versions as t
from uems.profiles.tags.asked import asked_in, check_asked
from uems.profiles.tags.config import bad_tag, read_config, type_problem, value_problem, write_config
from uems.profiles.tags.lineage import asks_tags, conditions_of, in_order
from uems.profiles.tags.model import GIVEN, SavedTag, TagDef
from uems.profiles.tags.uses import TagUsers, check_uses

MAX_TAGS: Final = 500
KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")


def definitions(store: Store, scope: Scope) -> dict[str, SavedTag]:
    """key → the definition in force, by key; without removed ones."""
    with store.read() as conn:
        return read_definitions(conn, scope.workspace_id)


def known_keys(store: Store, scope: Scope) -> list[str]:
    """Keys of all tags that there are or ever were."""
    query = select(t.c.key).where(t.c.workspace_id == scope.workspace_id).distinct().order_by(t.c.key)
    with store.read() as conn:
        return list(conn.execute(query).scalars())


def definition(store: Store, scope: Scope, key: str) -> SavedTag:
    """One tag; raises ``not_found``."""
    found = definitions(store, scope).get(key)
    if found is None:
        raise not_found("tag", key)
    return found


def definition_versions(store: Store, scope: Scope, key: str) -> list[tuple[SavedTag, bool]]:
    """(a version, whether the tag was removed with it), the newest first. Raises ``not_found``."""
    query = select(t).where(t.c.workspace_id == scope.workspace_id, t.c.key == key).order_by(t.c.version.desc())
    with store.read() as conn:
        rows = conn.execute(query).mappings().all()
    if not rows:
        raise not_found("tag", key)
    documents = [row["document"] for row in rows if row["document"] is not None]
    return [(_saved({**row, "document": row["document"] or documents[0]}), row["document"] is None) for row in rows]


def read_definitions(conn: Connection, workspace_id: int) -> dict[str, SavedTag]:
    """As ``definitions``, within a transaction."""
    newest = select(t.c.key, func.max(t.c.version).label("version")).where(t.c.workspace_id == workspace_id).group_by(t.c.key).subquery()
    query = (
        select(t)
        .join(newest, (t.c.key == newest.c.key) & (t.c.version == newest.c.version))
        .where(t.c.workspace_id == workspace_id, t.c.document.is_not(None))
        .order_by(t.c.key)
    )
    return {row["key"]: _saved(row) for row in conn.execute(query).mappings()}


def check_tags(conn: Connection, workspace_id: int, node: Node, path: str = "") -> None:
    """Raise ``bad_filter`` (422) for a condition that asks a tag which is not there, or cannot answer it; path: where it stands."""
    if next(asked_in(node), None) is not None:
        check_asked(node, tags_of_all(read_definitions(conn, workspace_id)), path)


def tags_of_all(known: Mapping[str, SavedTag]) -> dict[str, TagDef]:
    """key → what is defined, without who did it when."""
    return {key: saved.tag for key, saved in known.items()}


def checked(tag: TagDef, others: Mapping[str, SavedTag]) -> TagDef:
    """The tag with its config in the one way of writing it. others: the tags that it may ask.

    Raises ``bad_tag``, ``bad_filter`` or ``tag_circle`` (422) that say what is wrong.
    """
    if not KEY.fullmatch(tag.key):
        raise bad_tag(tag.key[:80], "the key must be of 1 to 63 small letters, digits and _, and start with a letter.")
    if not tag.label.zh.strip() and not tag.label.en.strip():
        raise bad_tag(tag.key, "it needs a label, at least in one language.")
    config = read_config(tag)
    problem = type_problem(config, tag) or next(
        (p for value in tag.allowed or () if (p := value_problem(replace(tag, allowed=None, value_type=_item_type(tag)), value))), ""
    )
    if problem:
        raise bad_tag(tag.key, problem)
    asks = asks_tags(config)
    unknown = sorted(asks - others.keys() - {tag.key})
    if unknown:
        raise bad_tag(tag.key, f"it asks the tag {unknown[0]!r}, which does not exist.")
    for condition in conditions_of(config):
        try:
            check_asked(condition, tags_of_all(others) | {tag.key: tag})
        except UemsError as error:
            raise bad_tag(tag.key, error.message) from error
    in_order({key: asks_tags(read_config(other.tag)) for key, other in others.items() if key != tag.key} | {tag.key: asks})
    written = replace(tag, config=write_config(config), keeps_history=tag.keeps_history)
    return replace(written, refresh="live") if tag.kind in GIVEN and tag.kind != "model" else written


def save_tag(
    store: Store, access: Access, tag: TagDef, *, base_version: int | None = None, note: str = "", users: Sequence[TagUsers] = ()
) -> SavedTag:
    """Define a tag, or change it; the same definition again changes nothing. Audited.

    base_version: the version that the caller edited, 0 for a new tag; raises ``tag_changed`` (409) when another one is in force.
    None overwrites. users: what asks tags in the rooms above. Raises as ``checked``, ``too_many_tags`` (422), and ``tag_in_use`` (409)
    when it gets another type and something asks it what values of that type cannot answer.
    """
    with store.write() as conn:
        saved = write_definition(conn, access, tag, base_version=base_version, note=note)
        check_uses(conn, access.scope, tags_of_all(read_definitions(conn, access.scope.workspace_id)), users, [tag.key])
        return saved


def write_definition(
    conn: Connection, access: Access, tag: TagDef, *, base_version: int | None = None, note: str = "", standard: bool = False
) -> SavedTag:
    """As ``save_tag``, within a transaction that looks after what asks it. standard: it comes with the program."""
    workspace_id = access.scope.workspace_id
    lock(conn, f"tags:{workspace_id}")
    known = read_definitions(conn, workspace_id)
    before = known.get(tag.key)
    if base_version is not None and base_version != (before.version if before else 0):
        raise _changed(tag.key, before)
    ready = checked(tag, known)
    if before is not None and before.tag == ready and (before.standard or not standard):
        return before
    if before is None and len(known) >= MAX_TAGS:
        raise UemsError("too_many_tags", f"This workspace has {MAX_TAGS} tags, the most there can be. Remove one first.", status=422)
    if before is not None and before.tag.kind != ready.kind and (before.tag.kind in GIVEN or ready.kind in GIVEN):
        _check_kinds(before, ready)
    saved = SavedTag(
        tag=ready,
        version=_last_version(conn, workspace_id, tag.key) + 1,
        saved_at=access.now,
        saved_by=access.actor.label[:300],
        note=note[:500],
        standard=standard,
    )
    conn.execute(insert(t).values(**_row(workspace_id, saved), document=to_json(ready)))
    audit(conn, access, "tag.changed" if before else "tag.added", f"tag:{tag.key}", to_json(before.tag) if before else None, to_json(ready))
    return saved


def remove_tag(store: Store, access: Access, key: str, *, users: Sequence[TagUsers]) -> SavedTag:
    """Take a tag out of use; its versions stay. Audited. Its values go with the next pass. Gives what was removed.

    users: what asks tags in the rooms above. Raises ``not_found``, and ``tag_in_use`` (409) when anything asks it.
    """
    with store.write() as conn:
        return remove_definition(conn, access, key, users=users)


def remove_definition(conn: Connection, access: Access, key: str, *, users: Sequence[TagUsers]) -> SavedTag:
    """As ``remove_tag``, within a transaction."""
    workspace_id = access.scope.workspace_id
    lock(conn, f"tags:{workspace_id}")
    known = read_definitions(conn, workspace_id)
    before = known.get(key)
    if before is None:
        raise not_found("tag", key)
    rest = {other: saved.tag for other, saved in known.items() if other != key}
    check_uses(conn, access.scope, rest, users, [key])
    gone = replace(before, version=_last_version(conn, workspace_id, key) + 1, saved_at=access.now)
    gone = replace(gone, saved_by=access.actor.label[:300], note="", standard=False)
    conn.execute(insert(t).values(**_row(workspace_id, gone), document=None))
    audit(conn, access, "tag.removed", f"tag:{key}", to_json(before.tag), None)
    return before


def to_json(tag: TagDef) -> dict[str, object]:
    """The document as it is stored and sent."""
    found: dict[str, object] = msgspec.to_builtins(tag)
    return found


def from_json(document: object) -> TagDef:
    """The definition of a stored document."""
    return msgspec.convert(document, TagDef)


def _item_type(tag: TagDef) -> Any:
    return "text" if tag.value_type == "list" else tag.value_type


def _check_kinds(before: SavedTag, after: TagDef) -> None:
    if {before.tag.kind, after.kind} <= {"rule", "computed", "model"}:
        return  # a model may take over from a rule, and give back
    raise bad_tag(after.key, f"a {before.tag.kind} tag cannot become a {after.kind} one; its values would be lost. Make another tag.")


def _changed(key: str, before: SavedTag | None) -> UemsError:
    who = f"It was changed by {before.saved_by}: version {before.version} is in force." if before else "It does not exist any more."
    message = f"Tag {key} is not what you edited. {who} Load it again and repeat your change."
    return UemsError("tag_changed", message, status=409, details={"version": before.version if before else 0})


def _last_version(conn: Connection, workspace_id: int, key: str) -> int:
    return conn.execute(select(func.max(t.c.version)).where(t.c.workspace_id == workspace_id, t.c.key == key)).scalar() or 0


def _row(workspace_id: int, saved: SavedTag) -> dict[str, object]:
    return {
        "workspace_id": workspace_id,
        "key": saved.tag.key,
        "version": saved.version,
        "standard": saved.standard,
        "note": saved.note,
        "saved_at": saved.saved_at,
        "saved_by": saved.saved_by,
    }


def _saved(row: RowMapping | Mapping[str, Any]) -> SavedTag:
    return SavedTag(
        tag=from_json(row["document"]),
        version=row["version"],
        saved_at=cast(datetime, row["saved_at"]),
        saved_by=row["saved_by"],
        note=row["note"],
        standard=row["standard"],
    )
