"""How are the theme and blocks kept as documents? A change of one is refused where a template could not be used any more.

kind: theme                kind: block
key: theme                 key: footer
spec: {...}                name: Footer
                           spec: {...}     # both as the API gives them
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Final, Literal

from pydantic import BaseModel
from sqlalchemy import Connection

from uems.access.api import Access
from uems.kernel.edge import Body, Name
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.templates import definitions, design
from uems.outreach.templates.blocks import BlockSpec, Kit, closure, sources_of
from uems.outreach.templates.compiled import Compiled
from uems.outreach.templates.kits import read_kit, read_theme
from uems.outreach.templates.model import TemplateSpec
from uems.outreach.templates.theme import Theme
from uems.segments.api import After, Fault, FieldChange, Standing, field_changes


class ThemeDocument(Body):
    """The theme; there is one."""

    key: Literal["theme"] = "theme"
    spec: Theme


class BlockDocument(Body):
    """A block."""

    key: str
    name: Name
    spec: BlockSpec


@contextmanager
def kit_after(house: House, scope: Scope, after: After) -> Iterator[tuple[Kit, dict[str, TemplateSpec]]]:
    """(what templates would be made of, the templates in use by key) once the documents are in force."""
    rooms: Mapping[str, Mapping[str, Any]] = after.documents.rooms
    gone = after.documents.archived
    with house.store.read() as conn:
        kit = read_kit(conn, scope.workspace_id)
        for document in rooms.get("theme", {}).values():
            kit = replace(kit, theme=document.spec)
        for key, document in rooms.get("block", {}).items():
            version = kit.latest.get(key)
            if version is None or kit.find(key, version) != document.spec:
                kit = design.with_block(kit, key, document.spec)
        kit = replace(kit, latest={key: version for key, version in kit.latest.items() if ("block", key) not in gone})
        specs = {one.template_id: one.spec for one in definitions.read_templates(conn, scope.workspace_id) if not one.archived}
        specs |= {key: document.spec for key, document in rooms.get("template", {}).items()}
        yield kit, {key: spec for key, spec in specs.items() if ("template", key) not in gone}


def _broken(kit: Kit, specs: Mapping[str, TemplateSpec], changed: str | None) -> list[Fault]:
    """What is wrong with the templates that the change of a block, or of the theme (None), reaches."""
    found = []
    for key, spec in sorted(specs.items()):
        used, themed = closure(sources_of(spec), kit)
        if not (themed if changed is None else any(one.key == changed for one in used)):
            continue
        try:
            Compiled(spec, kit)
        except UemsError as error:
            found.append(Fault(path="spec", code=error.code, message=f"template {key}: {error.message}"))
    return found


class ThemeDocuments:
    """Documents of kind ``theme``."""

    kind: Final = "theme"
    permission: Final = "messages"
    key_pattern: Final = "theme"
    Document: ClassVar[type[BaseModel]] = ThemeDocument

    def standing(self, conn: Connection, scope: Scope) -> Mapping[str, Standing]:
        spec, version = read_theme(conn, scope.workspace_id)
        if not version:
            return {}
        return {"theme": Standing(name="theme", body=_written(ThemeDocument(spec=spec)), archived=spec == Theme())}

    def changes(self, document: Any, before: Standing | None) -> tuple[FieldChange, ...]:
        return field_changes(before.body if before else None, _written(document))

    def faults(self, house: House, scope: Scope, key: str, document: Any, before: Standing | None, after: After) -> list[Fault]:
        with kit_after(house, scope, after) as (kit, specs):
            return _broken(kit, specs, None)

    def parting(self, before: Standing) -> tuple[tuple[FieldChange, ...], list[Fault]]:
        return (), []

    def prepare(self, house: House, access: Access, document: Any) -> None:
        """Nothing has to be ready before a theme."""

    def write(self, conn: Connection, access: Access, key: str, document: Any) -> None:
        design.write_theme(conn, access, document.spec)

    def archive(self, conn: Connection, access: Access, key: str) -> None:
        design.write_theme(conn, access, Theme())

    def lock_name(self, workspace_id: int) -> str:
        return f"outreach_templates:{workspace_id}"


class BlockDocuments:
    """Documents of kind ``block``."""

    kind: Final = "block"
    permission: Final = "messages"
    key_pattern: Final = definitions.KEY_PATTERN
    Document: ClassVar[type[BaseModel]] = BlockDocument

    def standing(self, conn: Connection, scope: Scope) -> Mapping[str, Standing]:
        users = design.users_of(conn, scope.workspace_id)
        found = {}
        for one in design.read_blocks(conn, scope.workspace_id):
            said = BlockDocument(key=one.block_id, name=one.name, spec=one.spec)
            used = users.get(one.block_id, design.Users()).said()
            found[one.block_id] = Standing(name=one.name, body=_written(said), archived=one.archived, facts=(one.block_id, used))
        return found

    def changes(self, document: Any, before: Standing | None) -> tuple[FieldChange, ...]:
        return field_changes(before.body if before else None, _written(document))

    def faults(self, house: House, scope: Scope, key: str, document: Any, before: Standing | None, after: After) -> list[Fault]:
        with kit_after(house, scope, after) as (kit, specs):
            try:
                design.check_block(key, document.spec, kit)
            except UemsError as error:
                return [Fault(path="spec", code=error.code, message=error.message)]
            return _broken(kit, specs, key)

    def parting(self, before: Standing) -> tuple[tuple[FieldChange, ...], list[Fault]]:
        key, used = before.facts
        return (), [Fault(path="", code="block_used", message=design.used_words(key, used))] if used else []

    def prepare(self, house: House, access: Access, document: Any) -> None:
        """Nothing has to be ready before a block."""

    def write(self, conn: Connection, access: Access, key: str, document: Any) -> None:
        design.write_block(conn, access, key, document.name, document.spec)

    def archive(self, conn: Connection, access: Access, key: str) -> None:
        design.put_block_away(conn, access, key)

    def lock_name(self, workspace_id: int) -> str:
        return f"outreach_templates:{workspace_id}"


def _written(document: BaseModel) -> dict[str, Any]:
    return document.model_dump(mode="json", exclude={"key"}, exclude_defaults=True)
