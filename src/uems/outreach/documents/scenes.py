"""How are scenes kept as documents? What a scene asks and shows, and whether people are found in it.

kind: scene
key: late_night
name: Up late
live: true           # false: nobody is found in it; left out: as it stands, and paused for a new one
spec: {...}          # as the API gives it
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from pydantic import BaseModel
from sqlalchemy import Connection

from uems.access.api import Access
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.flows.definitions import names_of
from uems.outreach.scenes import definitions
from uems.outreach.scenes.definitions import Scene
from uems.outreach.scenes.spec import SceneDraft
from uems.segments.api import After, Fault, FieldChange, Standing, field_changes


class SceneDocument(SceneDraft):
    """live: see the module."""

    key: str
    live: bool | None = None


class SceneDocuments:
    """Documents of kind ``scene``."""

    kind: Final = "scene"
    permission: Final = "flows"
    key_pattern: Final = definitions.KEY_PATTERN
    Document: ClassVar[type[BaseModel]] = SceneDocument

    def standing(self, conn: Connection, scope: Scope) -> Mapping[str, Standing]:
        found = {}
        for one in definitions.read_scenes(conn, scope.workspace_id):
            said = SceneDocument(key=one.key, name=one.name, description=one.description, spec=one.spec, live=_live(one))
            users = definitions.flows_by_scene(conn, scope.workspace_id, one.key)
            found[one.key] = Standing(name=one.name, body=_written(said), archived=one.state == "archived", facts=(one, tuple(users)))
        return found

    def changes(self, document: Any, before: Standing | None) -> tuple[FieldChange, ...]:
        written = _written(document)
        if before is not None and document.live is None and "live" in before.body:
            written["live"] = before.body["live"]
        return field_changes(before.body if before else None, written)

    def faults(self, house: House, scope: Scope, key: str, document: Any, before: Standing | None, after: After) -> list[Fault]:
        try:
            names_of(house, scope, after).condition(document.spec.condition)
        except UemsError as error:
            inner = str(error.details.get("path", ""))
            return [Fault(path=f"spec.condition.{inner}".rstrip("."), code=error.code, message=error.message)]
        return []

    def parting(self, before: Standing) -> tuple[tuple[FieldChange, ...], list[Fault]]:
        _, users = before.facts
        if users:
            message = f"{before.name} begins {', '.join(users)[:300]}; give those another entry first."
            return (), [Fault(path="", code="scene_in_use", message=message)]
        return (), []

    def prepare(self, house: House, access: Access, document: Any) -> None:
        """Nothing has to be ready before a scene."""

    def write(self, conn: Connection, access: Access, key: str, document: Any) -> None:
        draft = SceneDraft(name=document.name, description=document.description, spec=document.spec)
        definitions.write_scene(conn, access, key, draft)
        if document.live is not None:
            definitions.turn_in(conn, access, key, "live" if document.live else "paused")

    def archive(self, conn: Connection, access: Access, key: str) -> None:
        definitions.turn_in(conn, access, key, "archived")

    def lock_name(self, workspace_id: int) -> str:
        return f"scenes:{workspace_id}"


def _live(one: Scene) -> bool | None:
    return None if one.state == "archived" else one.state == "live"


def _written(document: SceneDocument) -> dict[str, Any]:
    said = document.model_dump(mode="json", exclude={"key", "live"}, exclude_defaults=True)
    # Paused is what a scene is unless somebody says otherwise.
    return said | ({"live": True} if document.live else {})
