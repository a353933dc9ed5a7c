"""Which templates are there, in which versions, and who saves them? A version is never changed; what is sent names the one it used."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.outreach.channel import EXTRAS, Channel
from uems.outreach.messages.model import Kind
from uems.outreach.registry import CHANNELS
from uems.outreach.tables import outreach_template_versions as versions
from uems.outreach.tables import outreach_templates as table
from uems.outreach.templates.blocks import Kit, complete, put_together
from uems.outreach.templates.compiled import Compiled
from uems.outreach.templates.kits import Parts, kept_kit, parts_of, read_kit
from uems.outreach.templates.model import TemplateDraft, TemplateSpec

MAX_TEMPLATES: Final = 2_000
KEY_PATTERN: Final = r"[a-z0-9][a-z0-9_-]{0,99}"
_T, _V = table.c, versions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template as it stands. spec: of the latest version."""

    template_id: str
    name: str
    channel: str
    kind: Kind
    topic: str
    version: int
    archived: bool
    spec: TemplateSpec
    saved_at: datetime
    saved_by: str


def templates(store: Store, scope: Scope, *, archived: bool = False) -> list[Template]:
    """All templates by name; archived ones only where asked for."""
    query = _latest().where(_T.workspace_id == scope.workspace_id)
    if not archived:
        query = query.where(_T.archived.is_(False))
    with store.read() as conn:
        found = [_template(row) for row in conn.execute(query).mappings()]
    return sorted(found, key=lambda one: (one.name.casefold(), one.template_id))


def template(store: Store, scope: Scope, template_id: str) -> Template:
    """One template, archived or not; raises ``not_found``."""
    with store.read() as conn:
        found = read_template(conn, scope.workspace_id, template_id)
    if found is None:
        raise not_found("template", template_id)
    return found


def read_template(conn: Connection, workspace_id: int, template_id: str) -> Template | None:
    """As ``template``, within a transaction."""
    row = conn.execute(_latest().where(_T.workspace_id == workspace_id, _T.template_id == template_id)).mappings().first()
    return None if row is None else _template(row)


def usable_templates(conn: Connection, workspace_id: int) -> dict[str, int]:
    """Key → latest version of every template that is not archived."""
    query = select(_T.template_id, _T.version).where(_T.workspace_id == workspace_id, _T.archived.is_(False))
    return {row.template_id: row.version for row in conn.execute(query)}


def version_of(store: Store, scope: Scope, template_id: str, version: int) -> tuple[TemplateSpec, Kit]:
    """What a version said, and the theme and blocks that it was saved with; raises ``not_found``."""
    mine = (_V.workspace_id == scope.workspace_id, _V.template_id == template_id, _V.version == version)
    with store.read() as conn:
        row = conn.execute(select(_V.spec, _V.parts).where(*mine)).first()
        if row is None:
            raise not_found("version", f"{template_id} {version}")
        return TemplateSpec.model_validate(row.spec), kept_kit(conn, scope.workspace_id, Parts.read(row.parts))


def save_template(store: Store, access: Access, template_id: str, draft: TemplateDraft) -> Template:
    """Save a new version; the same again changes nothing. Audited.

    Raises ``invalid``, ``bad_template`` (422), ``not_found`` for an unknown channel, ``template_changed`` (409) where another version
    stands than the one that was edited, ``too_many_templates`` (409).
    """
    if not re.fullmatch(KEY_PATTERN, template_id):
        raise invalid("template_id", template_id[:100], "must be 1 to 100 of a-z, 0-9, _ and -, and begin with a letter or a digit.")
    fits(CHANNELS.get(draft.channel), draft.spec)
    with store.read() as conn:
        Compiled(draft.spec, read_kit(conn, access.scope.workspace_id))
    with store.write() as conn:
        return write_template(conn, access, template_id, draft)


def write_template(conn: Connection, access: Access, template_id: str, draft: TemplateDraft) -> Template:
    """As ``save_template``, within a transaction that changes more; the draft was found to make sense."""
    workspace_id = access.scope.workspace_id
    head = {"name": draft.name, "channel": draft.channel, "kind": draft.kind, "topic": draft.topic}
    lock(conn, f"outreach_templates:{workspace_id}")
    old = read_template(conn, workspace_id, template_id)
    stands = 0 if old is None else old.version
    if draft.if_version not in (None, stands) and not (old and _says(conn, access, template_id, draft.if_version) == old.spec):
        message = f"{template_id} is at version {stands} now; version {draft.if_version} was edited. Open it again."
        raise UemsError("template_changed", message, status=409, details={"version": stands})
    if old is None and _count(conn, workspace_id) >= MAX_TEMPLATES:
        raise UemsError("too_many_templates", f"There are {MAX_TEMPLATES} templates already; archive some first.", status=409)
    before = None if old is None else {**_head(old), "version": old.version}
    if old is not None and _head(old) == head and old.spec == draft.spec and not old.archived:
        return old
    kit = read_kit(conn, workspace_id)
    put_together(draft.spec, kit)  # a block may have gone since it was found to make sense
    version = stands + 1
    said = {**head, "version": version, "archived": False, **_by(access)}
    mine = {"workspace_id": workspace_id, "template_id": template_id}
    if old is None:
        conn.execute(insert(table).values(**mine, **said))
    else:
        conn.execute(update(table).where(_T.workspace_id == workspace_id, _T.template_id == template_id).values(**said))
    add_version(conn, access, template_id, version, draft.spec, parts_of(draft.spec, kit))
    audit(conn, access, "template.saved", f"template:{template_id}", before, {**head, "version": version})
    made = read_template(conn, workspace_id, template_id)
    assert made is not None
    return made


def add_version(conn: Connection, access: Access, template_id: str, version: int, spec: TemplateSpec, parts: Parts) -> None:
    """A version with what it is made of; it never changes."""
    mine = {"workspace_id": access.scope.workspace_id, "template_id": template_id, "version": version}
    written = {"spec": spec.model_dump(mode="json"), "parts": parts.written(), "at": access.now, "by": access.actor.label[:300]}
    conn.execute(insert(versions).values(**mine, **written))


def restate(conn: Connection, access: Access, changed: Collection[str], *, theme: bool = False) -> dict[str, int]:
    """A new version of every template in use that blocks of these keys, or the theme, are put into: key → the new version.

    What was sent with the version before still names it, and it stays as it was. One whose blocks are not all there yet is passed over:
    in a transaction that changes several, the last of them comes to it.
    """
    workspace_id = access.scope.workspace_id
    kit = read_kit(conn, workspace_id)
    made: dict[str, int] = {}
    in_use = conn.execute(_latest().where(_T.workspace_id == workspace_id, _T.archived.is_(False)).order_by(_T.template_id)).mappings()
    for row in in_use.all():
        spec = TemplateSpec.model_validate(row["spec"])
        parts, kept = parts_of(spec, kit), Parts.read(row["parts"])
        touched = (theme and parts.theme is not None) or any(key in changed for key in parts.latest)
        if not touched or parts == kept or not complete(spec, kit):
            continue
        made[row["template_id"]] = version = row["version"] + 1
        mine = update(table).where(_T.workspace_id == workspace_id, _T.template_id == row["template_id"])
        conn.execute(mine.values(version=version, **_by(access)))
        add_version(conn, access, row["template_id"], version, spec, parts)
    return made


def _says(conn: Connection, access: Access, template_id: str, version: int | None) -> TemplateSpec | None:
    """What a version said: one that only its blocks have moved on from may still be edited."""
    mine = (_V.workspace_id == access.scope.workspace_id, _V.template_id == template_id, _V.version == version)
    spec = conn.execute(select(_V.spec).where(*mine)).scalar_one_or_none()
    return None if spec is None else TemplateSpec.model_validate(spec)


def _by(access: Access) -> dict[str, Any]:
    return {"saved_at": access.now, "saved_by": access.actor.label[:300]}


def fits(channel: Channel, spec: TemplateSpec) -> None:
    """Raises ``invalid`` where a channel could never send it: one whose texts the provider keeps needs the code of each."""
    for language, variant in spec.variants.items():
        if channel.provider_templates and not (variant.provider_code and variant.body.strip()):
            field = "body" if variant.provider_code else "provider_code"
            why = f"{channel.label_en} sends approved texts only: give the code of the text at the provider, and the text as approved."
            raise invalid(f"spec.variants.{language}.{field}", "nothing", why)
        for name in EXTRAS:
            value = getattr(variant, name)
            if value and (name, value) != ("layout", "card") and name not in channel.extras:
                raise invalid(f"spec.variants.{language}.{name}", value[:100], f"cannot be shown by {channel.label_en}. Leave it out.")


def archive_template(store: Store, access: Access, template_id: str) -> None:
    """Take a template out of use; what waits for it is not sent. Saving it again brings it back. Audited; raises ``not_found``."""
    with store.write() as conn:
        put_template_away(conn, access, template_id)


def put_template_away(conn: Connection, access: Access, template_id: str) -> None:
    """As ``archive_template``, within a transaction that changes more."""
    workspace_id = access.scope.workspace_id
    old = read_template(conn, workspace_id, template_id)
    if old is None:
        raise not_found("template", template_id)
    if not old.archived:
        conn.execute(update(table).where(_T.workspace_id == workspace_id, _T.template_id == template_id).values(archived=True))
        audit(conn, access, "template.archived", f"template:{template_id}", {"archived": False}, {"archived": True})


def read_templates(conn: Connection, workspace_id: int) -> list[Template]:
    """All templates, archived ones too, within a transaction."""
    return [_template(row) for row in conn.execute(_latest().where(_T.workspace_id == workspace_id)).mappings()]


def _latest() -> Any:
    both = (_V.workspace_id == _T.workspace_id) & (_V.template_id == _T.template_id) & (_V.version == _T.version)
    return select(table, _V.spec, _V.parts).join(versions, both)


def _template(row: RowMapping) -> Template:
    known = {name: row[name] for name in Template.__dataclass_fields__ if name != "spec"}
    return Template(**known, spec=TemplateSpec.model_validate(row["spec"]))


def _head(one: Template) -> dict[str, object]:
    return {"name": one.name, "channel": one.channel, "kind": one.kind, "topic": one.topic}


def _count(conn: Connection, workspace_id: int) -> int:
    return int(conn.execute(select(func.count()).select_from(table).where(_T.workspace_id == workspace_id)).scalar_one())
