"""Which scenes are there, and who makes, changes, starts and stops them?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection, RowMapping, Select, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.filters import Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store, allocate, lock
from uems.outreach.flows.tables import flows
from uems.outreach.scenes.spec import SceneDraft, SceneSpec
from uems.outreach.scenes.tables import scene_versions, scenes
from uems.profiles import api as profiles
from uems.segments import api as segments

State: TypeAlias = Literal["live", "paused", "archived"]
KEY_PATTERN: Final = r"[a-z0-9][a-z0-9_]{0,99}"
MAX_SCENES: Final = 100
_S, _V = scenes.c, scene_versions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """version: counts the changes of what it asks and shows; the latest is the one that counts."""

    workspace_id: int
    scene_id: int
    key: str
    name: str
    description: str
    state: State
    version: int
    spec: SceneSpec
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneVersion:
    """What a scene asked and showed since ``at``."""

    version: int
    spec: SceneSpec
    at: datetime
    by: str


def _all() -> Select[Any]:
    return select(scenes, _V.spec).join(
        scene_versions, (_V.workspace_id == _S.workspace_id) & (_V.scene_id == _S.scene_id) & (_V.version == _S.version)
    )


def list_scenes(store: Store, scope: Scope) -> list[Scene]:
    """All but the archived ones, by name."""
    query = _all().where(_S.workspace_id == scope.workspace_id, _S.state != "archived").order_by(_S.name, _S.scene_id)
    with store.read() as conn:
        return [_scene_of(row) for row in conn.execute(query).mappings()]


def read_scenes(conn: Connection, workspace_id: int) -> list[Scene]:
    """All of them by key, archived ones too, within a transaction."""
    return [_scene_of(row) for row in conn.execute(_all().where(_S.workspace_id == workspace_id).order_by(_S.key)).mappings()]


def live_scenes(conn: Connection) -> list[Scene]:
    """Those of all workspaces in which people can be found now."""
    query = _all().where(_S.state == "live").order_by(_S.workspace_id, _S.scene_id)
    return [_scene_of(row) for row in conn.execute(query).mappings()]


def get_scene(store: Store, scope: Scope, key: str) -> Scene:
    """Raises ``not_found``."""
    with store.read() as conn:
        return read_scene(conn, scope.workspace_id, key)


def read_scene(conn: Connection, workspace_id: int, key: str) -> Scene:
    """As ``get_scene``, within a transaction."""
    row = conn.execute(_all().where(_S.workspace_id == workspace_id, _S.key == key)).mappings().one_or_none()
    if row is None:
        raise not_found("scene", key)
    return _scene_of(row)


def versions_of(store: Store, scope: Scope, scene: Scene) -> list[SceneVersion]:
    """What it was over time, the latest first."""
    query = select(scene_versions).where(_V.workspace_id == scope.workspace_id, _V.scene_id == scene.scene_id)
    with store.read() as conn:
        rows = conn.execute(query.order_by(_V.version.desc()).limit(200)).mappings().all()
    return [SceneVersion(version=row["version"], spec=SceneSpec.model_validate(row["spec"]), at=row["at"], by=row["by"]) for row in rows]


def condition_of(house: House, scope: Scope, spec: SceneSpec) -> Node:
    """What the scene asks of people, with segments put in their places. Raises ``bad_filter`` (422), also for what is not there."""
    node = profiles.parse_condition(spec.condition)
    with house.store.read() as conn:
        profiles.check_tags(conn, scope.workspace_id, node)
        segments.check_lists(conn, scope.workspace_id, node)
    return segments.resolve_node(node, house.store, scope)


def save_scene(house: House, access: Access, key: str, draft: SceneDraft, *, base_version: int | None = None) -> Scene:
    """Make the scene, paused, or change it; the same again changes nothing. A change counts at once. Audited.

    base_version: what the caller edited, 0 for a new one; raises ``scene_changed`` (409) when another one stands. None overwrites.
    """
    if not re.fullmatch(KEY_PATTERN, key):
        raise invalid("key", key[:100], "must be 1 to 100 of a-z, 0-9 and _, and not begin with _.")
    condition_of(house, access.scope, draft.spec)
    with house.store.write() as conn:
        return write_scene(conn, access, key, draft, base_version=base_version)


def write_scene(conn: Connection, access: Access, key: str, draft: SceneDraft, *, base_version: int | None = None) -> Scene:
    """As ``save_scene``, within a transaction; the condition has been looked at."""
    workspace_id, by = access.scope.workspace_id, access.actor.label[:300]
    lock(conn, f"scenes:{workspace_id}")
    row = conn.execute(_all().where(_S.workspace_id == workspace_id, _S.key == key)).mappings().one_or_none()
    old = None if row is None else _scene_of(row)
    standing = old.version if old else 0
    if base_version is not None and base_version != standing:
        message = f"{key} stands at version {standing}, not {base_version}. Load it again and repeat it."
        raise UemsError("scene_changed", message, status=409)
    if old is not None and old.state != "archived" and _same(old, draft):
        return old
    named = {"name": draft.name, "description": draft.description, "changed_at": access.now, "changed_by": by}
    version = standing if old is not None and old.spec == draft.spec else standing + 1
    if old is None:
        scene_id = _insert(conn, access, key, named)
    else:
        scene_id = old.scene_id
        state = "paused" if old.state == "archived" else old.state
        _set(conn, workspace_id, scene_id, {**named, "version": version, "state": state})
    if version != standing:
        spec = draft.spec.model_dump(mode="json")
        place = {"workspace_id": workspace_id, "scene_id": scene_id, "version": version}
        conn.execute(insert(scene_versions).values(**place, spec=spec, at=access.now, by=by))
    before = None if old is None else {"name": old.name, "version": old.version}
    audit(conn, access, "scene.changed" if old else "scene.created", f"scene:{key}", before, {"name": draft.name, "version": version})
    return read_scene(conn, workspace_id, key)


def _insert(conn: Connection, access: Access, key: str, named: dict[str, object]) -> int:
    workspace_id = access.scope.workspace_id
    known = conn.execute(select(_S.scene_id).where(_S.workspace_id == workspace_id, _S.state != "archived")).all()
    if len(known) >= MAX_SCENES:
        raise UemsError("too_many_scenes", f"There are {MAX_SCENES} scenes already; archive some first.", status=409)
    scene_id = allocate(conn, f"scenes:{workspace_id}")
    place = {"workspace_id": workspace_id, "scene_id": scene_id, "key": key}
    conn.execute(insert(scenes).values(**place, **named, state="paused", version=1, created_at=access.now))
    return scene_id


def turn_scene(store: Store, access: Access, key: str, state: State) -> Scene:
    """Find people in it from now on, or no more; those in it stay until their time is over. Audited.

    Raises ``scene_in_use`` (409) for archiving one that a flow begins with, and ``scene_archived`` (409) for starting an archived one.
    """
    with store.write() as conn:
        return turn_in(conn, access, key, state)


def turn_in(conn: Connection, access: Access, key: str, state: State) -> Scene:
    """As ``turn_scene``, within a transaction."""
    workspace_id = access.scope.workspace_id
    lock(conn, f"scenes:{workspace_id}")
    old = read_scene(conn, workspace_id, key)
    if old.state == state:
        return old
    if old.state == "archived":
        raise UemsError("scene_archived", f"{key} is archived; save it again first.", status=409)
    users = flows_by_scene(conn, workspace_id, key) if state == "archived" else ()
    if users:
        raise UemsError("scene_in_use", f"{key} begins {', '.join(users)[:300]}; give those another entry first.", status=409)
    _set(conn, workspace_id, old.scene_id, {"state": state, "changed_at": access.now, "changed_by": access.actor.label[:300]})
    audit(conn, access, "scene.turned", f"scene:{key}", {"state": old.state}, {"state": state})
    return read_scene(conn, workspace_id, key)


def flows_by_scene(conn: Connection, workspace_id: int, key: str) -> Sequence[str]:
    """Keys of the flows whose draft begins with the scene; dry runs and archived ones are not among them."""
    f = flows.c
    query = select(f.key, f.draft).where(f.workspace_id == workspace_id, f.state != "archived", f.dry_of.is_(None))
    wanted = {"type": "scene", "scene": key}
    return sorted(row.key for row in conn.execute(query) if row.draft.get("entry") == wanted)


def _same(old: Scene, draft: SceneDraft) -> bool:
    return (old.name, old.description, old.spec) == (draft.name, draft.description, draft.spec)


def _set(conn: Connection, workspace_id: int, scene_id: int, values: dict[str, object]) -> None:
    conn.execute(update(scenes).where(_S.workspace_id == workspace_id, _S.scene_id == scene_id).values(**values))


def _scene_of(row: RowMapping) -> Scene:
    known = {name: row[name] for name in Scene.__dataclass_fields__ if name != "spec"}
    return Scene(**known, spec=SceneSpec.model_validate(row["spec"]))
