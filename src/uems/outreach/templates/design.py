"""Which blocks and which theme are there, who uses them, and who changes them? A change makes new versions of all templates that use it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Connection, RowMapping, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.outreach.tables import outreach_block_versions as versions
from uems.outreach.tables import outreach_blocks as table
from uems.outreach.tables import outreach_themes
from uems.outreach.templates import liquid
from uems.outreach.templates.blocks import BlockSpec, Kit, Place, closure, put_in, sources_of
from uems.outreach.templates.compiled import Compiled
from uems.outreach.templates.definitions import KEY_PATTERN, read_templates, restate
from uems.outreach.templates.kits import count_blocks, parts_of, read_kit, read_theme
from uems.outreach.templates.model import Language, TemplateSpec
from uems.outreach.templates.theme import Theme

MAX_BLOCKS: Final = 500
_B, _V = table.c, versions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block as it stands. spec: of the latest version. used_by: templates and blocks in use that it is put into, directly or not."""

    block_id: str
    name: str
    version: int
    archived: bool
    spec: BlockSpec
    saved_at: datetime
    saved_by: str
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    """Who puts a block in: keys of templates and of other blocks."""

    templates: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()

    def said(self) -> tuple[str, ...]:
        return (*(f"template:{key}" for key in self.templates), *(f"block:{key}" for key in self.blocks))


def blocks(store: Store, scope: Scope, *, archived: bool = False) -> list[Block]:
    """All blocks by name, with who uses them; archived ones only where asked for."""
    with store.read() as conn:
        found = read_blocks(conn, scope.workspace_id)
        users = users_of(conn, scope.workspace_id)
    told = [replace(one, used_by=users.get(one.block_id, Users()).said()) for one in found if archived or not one.archived]
    return sorted(told, key=lambda one: (one.name.casefold(), one.block_id))


def block(store: Store, scope: Scope, block_id: str) -> Block:
    """One block, archived or not; raises ``not_found``."""
    found = [one for one in blocks(store, scope, archived=True) if one.block_id == block_id]
    if not found:
        raise not_found("block", block_id)
    return found[0]


def block_version(store: Store, scope: Scope, block_id: str, version: int) -> BlockSpec:
    """What a version said; raises ``not_found``."""
    with store.read() as conn:
        found = read_kit(conn, scope.workspace_id).find(block_id, version)
    if found is None:
        raise not_found("version", f"{block_id} {version}")
    return found


def read_blocks(conn: Connection, workspace_id: int) -> list[Block]:
    """All blocks, archived ones too, without who uses them."""
    both = (_V.workspace_id == _B.workspace_id) & (_V.block_id == _B.block_id) & (_V.version == _B.version)
    query = select(table, _V.spec).join(versions, both).where(_B.workspace_id == workspace_id)
    return [_block(row) for row in conn.execute(query).mappings()]


def users_of(conn: Connection, workspace_id: int) -> dict[str, Users]:
    """Key of a block → what in use puts it in, also by way of others or under a number."""
    kit = read_kit(conn, workspace_id)
    by_templates: dict[str, list[str]] = {}
    by_blocks: dict[str, list[str]] = {}
    for template in read_templates(conn, workspace_id):
        if not template.archived:
            for key in _keys(sources_of(template.spec), kit):
                by_templates.setdefault(key, []).append(template.template_id)
    for one in read_blocks(conn, workspace_id):
        if not one.archived:
            for key in _keys(one.spec.bodies.values(), kit) - {one.block_id}:
                by_blocks.setdefault(key, []).append(one.block_id)
    return {
        key: Users(templates=tuple(sorted(by_templates.get(key, []))), blocks=tuple(sorted(by_blocks.get(key, []))))
        for key in by_templates.keys() | by_blocks.keys()
    }


def _keys(sources: Iterable[str], kit: Kit) -> set[str]:
    return {one.key for one in closure(sources, kit)[0]}


def check_block(block_id: str, spec: BlockSpec, kit: Kit) -> None:
    """Raises ``bad_template`` where it could stand in no template: it puts itself in, or is no Liquid. kit: with the block in it."""
    for language in spec.bodies:
        where = f"{language}.body"
        body = put_in(f"{{% render '{block_id}' %}}", where, spec.format, language, kit)
        liquid.parse(body, where, escape=spec.format != "text", strict=True)


def with_block(kit: Kit, block_id: str, spec: BlockSpec) -> Kit:
    """What would stand if this were the next version of a block."""
    number = kit.latest.get(block_id, 0) + 1
    find = kit.find
    return replace(
        kit,
        latest={**kit.latest, block_id: number},
        find=lambda key, version: spec if (key, version) == (block_id, number) else find(key, version),
    )


def broken_by(conn: Connection, workspace_id: int, kit: Kit, passed: set[tuple[str, int]], changed: str | None) -> dict[str, str]:
    """Key → what is wrong, of every template in use that could not be saved with ``kit`` any more. changed: the block that did, None for
    the theme. passed: (key, version) of those found well before; more are added."""
    found: dict[str, str] = {}
    for one in read_templates(conn, workspace_id):
        if one.archived or (one.template_id, one.version) in passed:
            continue
        parts = parts_of(one.spec, kit)
        if parts.theme is None if changed is None else changed not in parts.latest:
            continue
        try:
            Compiled(one.spec, kit)
        except UemsError as error:
            found[one.template_id] = error.message
        else:
            passed.add((one.template_id, one.version))
    return found


def save_block(store: Store, access: Access, block_id: str, name: str, spec: BlockSpec, if_version: int | None = None) -> Block:
    """Save a new version, and with it new versions of every template that names the block without a number. Audited.

    Raises ``invalid``, ``bad_template`` (422), ``block_changed`` (409) where another version stands than the one that was edited,
    ``block_breaks`` (409) where a template could not be saved with it, ``too_many_blocks`` (409).
    """
    if not re.fullmatch(KEY_PATTERN, block_id):
        raise invalid("block_id", block_id[:100], "must be 1 to 100 of a-z, 0-9, _ and -, and begin with a letter or a digit.")
    workspace_id = access.scope.workspace_id
    passed: set[tuple[str, int]] = set()
    # Compiling takes a while, so most of it is done before anybody is kept waiting.
    with store.read() as conn:
        _check(conn, workspace_id, block_id, spec, passed)
    with store.write() as conn:
        lock(conn, f"outreach_templates:{workspace_id}")
        stands = _standing(conn, workspace_id, block_id)
        version = 0 if stands is None else stands.version
        if if_version is not None and if_version != version:
            message = f"{block_id} is at version {version} now; version {if_version} was edited. Open it again."
            raise UemsError("block_changed", message, status=409, details={"version": version})
        _check(conn, workspace_id, block_id, spec, passed)
        write_block(conn, access, block_id, name, spec)
    return block(store, access.scope, block_id)


def _check(conn: Connection, workspace_id: int, block_id: str, spec: BlockSpec, passed: set[tuple[str, int]]) -> None:
    kit = with_block(read_kit(conn, workspace_id), block_id, spec)
    check_block(block_id, spec, kit)
    _refuse(broken_by(conn, workspace_id, kit, passed, block_id), f"block {block_id}", "block_breaks")


def _refuse(broken: Mapping[str, str], what: str, code: str) -> None:
    if broken:
        first = min(broken)
        message = f"With this {what}, {len(broken)} templates cannot be used ({', '.join(sorted(broken))[:200]}). {first}: {broken[first]}"
        raise UemsError(code, message[:800], status=409, details={"templates": sorted(broken)})


def write_block(conn: Connection, access: Access, block_id: str, name: str, spec: BlockSpec) -> None:
    """As ``save_block``, within a transaction that changes more; it was found to make sense."""
    workspace_id = access.scope.workspace_id
    lock(conn, f"outreach_templates:{workspace_id}")
    old = _standing(conn, workspace_id, block_id)
    if old is not None and (old.name, old.spec, old.archived) == (name, spec, False):
        return
    if old is None and count_blocks(conn, workspace_id) >= MAX_BLOCKS:
        raise UemsError("too_many_blocks", f"There are {MAX_BLOCKS} blocks already. Change one that nobody uses.", status=409)
    mine = {"workspace_id": workspace_id, "block_id": block_id}
    by = {"saved_at": access.now, "saved_by": access.actor.label[:300]}
    version = 1 if old is None else old.version + (old.spec != spec)
    head = {"name": name, "version": version, "archived": False}
    if old is None:
        conn.execute(insert(table).values(**mine, **head, **by))
    else:
        conn.execute(update(table).where(_B.workspace_id == workspace_id, _B.block_id == block_id).values(**head, **by))
    if old is None or old.spec != spec:
        row = {"version": version, "spec": spec.model_dump(mode="json"), "at": access.now, "by": access.actor.label[:300]}
        conn.execute(insert(versions).values(**mine, **row))
    made = restate(conn, access, {block_id})
    before = None if old is None else {"name": old.name, "version": old.version}
    audit(conn, access, "block.saved", f"block:{block_id}", before, {"name": name, "version": version, "templates": cast(Any, made)})


def archive_block(store: Store, access: Access, block_id: str) -> None:
    """Take a block out of use; its versions stay for what was saved with them. Audited; ``not_found``, ``block_used`` (409)."""
    with store.write() as conn:
        put_block_away(conn, access, block_id)


def put_block_away(conn: Connection, access: Access, block_id: str) -> None:
    """As ``archive_block``, within a transaction that changes more."""
    workspace_id = access.scope.workspace_id
    lock(conn, f"outreach_templates:{workspace_id}")
    old = _standing(conn, workspace_id, block_id)
    if old is None:
        raise not_found("block", block_id)
    if old.archived:
        return
    used = users_of(conn, workspace_id).get(block_id, Users()).said()
    if used:
        raise UemsError("block_used", used_words(block_id, used), status=409, details={"used_by": list(used)})
    conn.execute(update(table).where(_B.workspace_id == workspace_id, _B.block_id == block_id).values(archived=True))
    audit(conn, access, "block.archived", f"block:{block_id}", {"archived": False}, {"archived": True})


def used_words(block_id: str, used: Iterable[str]) -> str:
    """Why a block cannot go."""
    return f"{block_id} is put in by {', '.join(used)[:500]}; take it out of them first."


def theme(store: Store, scope: Scope) -> tuple[Theme, int]:
    """(the theme, its version); the standard one and 0 where nobody set any."""
    with store.read() as conn:
        return read_theme(conn, scope.workspace_id)


def themed_templates(store: Store, scope: Scope) -> tuple[str, ...]:
    """Keys of the templates in use that read the theme."""
    with store.read() as conn:
        kit = read_kit(conn, scope.workspace_id)
        found = read_templates(conn, scope.workspace_id)
        return tuple(sorted(one.template_id for one in found if not one.archived and closure(sources_of(one.spec), kit)[1]))


def save_theme(store: Store, access: Access, wanted: Theme, if_version: int | None = None) -> int:
    """Save the theme, and with it new versions of every template that reads it; the version. Audited.

    Raises ``theme_changed`` (409) and ``theme_breaks`` (409).
    """
    workspace_id = access.scope.workspace_id
    passed: set[tuple[str, int]] = set()
    with store.read() as conn:
        _check_theme(conn, workspace_id, wanted, passed)
    with store.write() as conn:
        lock(conn, f"outreach_templates:{workspace_id}")
        stands = read_theme(conn, workspace_id)[1]
        if if_version is not None and if_version != stands:
            message = f"The theme is at version {stands} now; version {if_version} was edited. Open it again."
            raise UemsError("theme_changed", message, status=409, details={"version": stands})
        _check_theme(conn, workspace_id, wanted, passed)
        return write_theme(conn, access, wanted)


def _check_theme(conn: Connection, workspace_id: int, wanted: Theme, passed: set[tuple[str, int]]) -> None:
    kit = read_kit(conn, workspace_id)
    _refuse(broken_by(conn, workspace_id, replace(kit, theme=wanted), passed, None), "theme", "theme_breaks")


def write_theme(conn: Connection, access: Access, wanted: Theme) -> int:
    """As ``save_theme``, within a transaction that changes more."""
    workspace_id = access.scope.workspace_id
    lock(conn, f"outreach_templates:{workspace_id}")
    old, version = read_theme(conn, workspace_id)
    if version and old == wanted:
        return version
    row = {"workspace_id": workspace_id, "version": version + 1, "spec": wanted.model_dump(mode="json")}
    conn.execute(insert(outreach_themes).values(**row, at=access.now, by=access.actor.label[:300]))
    made = restate(conn, access, (), theme=True)
    audit(conn, access, "theme.saved", "theme", {"version": version}, {"version": version + 1, "templates": cast(Any, made)})
    return version + 1


_AROUND: Final[Mapping[Place, tuple[str, str]]] = {
    "html": ("<html><body>", "</body></html>"),
    "mjml": (
        '<mjml><mj-head><mj-attributes><mj-all font-family="{{ theme.font }}" color="{{ theme.text_color }}"/></mj-attributes></mj-head>'
        '<mj-body background-color="{{ theme.background_color }}">',
        "</mj-body></mjml>",
    ),
    "text": ("", ""),
}
_IN_COLUMN: Final = ("<mj-section><mj-column>", "</mj-column></mj-section>")


def alone(block_id: str, spec: BlockSpec, language: Language) -> TemplateSpec:
    """A template of a block and nothing else, to look at it."""
    before, after = _AROUND[spec.format]
    first = re.search(r"<\s*(mj-[a-z]+)", spec.body(language))
    if spec.format == "mjml" and (first is None or first[1] not in ("mj-section", "mj-wrapper", "mj-hero", "mj-raw")):
        before, after = before + _IN_COLUMN[0], _IN_COLUMN[1] + after
    variant = {"format": spec.format, "body": f"{before}{{% render '{block_id}' %}}{after}"}
    return TemplateSpec.model_validate({"variants": {language: variant}, "language": language, "on_missing": "blank", "track": False})


def _standing(conn: Connection, workspace_id: int, block_id: str) -> Block | None:
    return next((one for one in read_blocks(conn, workspace_id) if one.block_id == block_id), None)


def _block(row: RowMapping) -> Block:
    known = {name: row[name] for name in ("block_id", "name", "version", "archived", "saved_at", "saved_by")}
    return Block(**known, spec=BlockSpec.model_validate(row["spec"]))
