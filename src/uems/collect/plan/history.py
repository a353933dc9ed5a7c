"""Which plan is in force, which ones were, and what changed from one to the next?"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TypeAlias

import msgspec
from sqlalchemy import Connection, RowMapping, func, insert, select

from uems.access.api import Access, audit
from uems.collect.plan.check import Checker, compile_plan
from uems.collect.plan.model import EMPTY, EventPlan, Plan, PropertyPlan, from_json, to_json
from uems.collect.plan.tables import tracking_plans as t
from uems.collect.plan.validate import validate
from uems.kernel.errors import UemsError, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """A version. version 0 is the empty plan before the first one was saved; it has no time and nobody saved it."""

    version: int
    plan: Plan
    note: str
    saved_at: datetime | None
    saved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. event: "" for the plan itself and for traits. property: "" for the event itself. field: "" when the whole
    thing was added or removed. before, after: JSON-ready values.
    """

    event: str
    property: str
    is_trait: bool
    field: str
    before: object
    after: object


_Part: TypeAlias = Plan | EventPlan | PropertyPlan
_NONE = SavedPlan(version=0, plan=EMPTY, note="", saved_at=None, saved_by="")


def current_plan(store: Store, scope: Scope) -> SavedPlan:
    """The plan in force."""
    with store.read() as conn:
        return _read(conn, scope.workspace_id, None)


def plan_version(store: Store, scope: Scope, version: int) -> SavedPlan:
    """One version; raises ``not_found``."""
    if version == 0:
        return _NONE
    with store.read() as conn:
        found = _read(conn, scope.workspace_id, version)
    if found.version != version:
        raise not_found("version of the tracking plan", str(version))
    return found


def plan_versions(store: Store, scope: Scope, *, before: int | None, limit: int) -> list[SavedPlan]:
    """The newest versions first, below ``before``."""
    query = select(t).where(t.c.workspace_id == scope.workspace_id)
    if before is not None:
        query = query.where(t.c.version < before)
    with store.read() as conn:
        return [_saved(row) for row in conn.execute(query.order_by(t.c.version.desc()).limit(limit)).mappings()]


def save_plan(store: Store, access: Access, plan: Plan, *, base_version: int | None, note: str = "") -> SavedPlan:
    """Put ``plan`` in force and write it into the audit log; the same plan again changes nothing.

    base_version: the version that the caller edited; raises ``plan_changed`` (409) when another one is in force by now.
    None overwrites whatever is there. Raises ``bad_plan`` for one that cannot be used.
    """
    with store.write() as conn:
        return write_plan(conn, access, plan, base_version=base_version, note=note)


def write_plan(conn: Connection, access: Access, plan: Plan, *, base_version: int | None, note: str = "") -> SavedPlan:
    """As ``save_plan``, within a transaction that changes more."""
    validate(plan)
    workspace_id = access.scope.workspace_id
    lock(conn, f"tracking_plan:{workspace_id}")
    before = _read(conn, workspace_id, None)
    if base_version is not None and base_version != before.version:
        raise UemsError(
            "plan_changed",
            f"The plan was changed by {before.saved_by or 'somebody'} meanwhile: version {before.version} is in force and you"
            f" edited version {base_version}. Load it again and repeat your change.",
            status=409,
            details={"version": before.version},
        )
    if before.version and before.plan == plan:
        return before
    saved = SavedPlan(version=before.version + 1, plan=plan, note=note, saved_at=access.now, saved_by=access.actor.label[:300])
    conn.execute(
        insert(t).values(
            workspace_id=workspace_id,
            version=saved.version,
            document=to_json(plan),
            note=note,
            saved_at=access.now,
            saved_by=saved.saved_by,
        )
    )
    changes = list(differences(before.plan, plan))
    audit(conn, access, "plan.changed", f"plan:{saved.version}", _facts(before.plan), _facts(plan) | _summary(changes))
    return saved


class StoredPlans:
    """The plans in force, compiled, for the pipeline. One a consumer; a change is seen with the next batch."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[int, tuple[int, Checker | None]] = {}

    def checker(self, workspace_id: int) -> Checker | None:
        """The compiled plan of a workspace; None when it says nothing about any event."""
        newest = select(func.max(t.c.version)).where(t.c.workspace_id == workspace_id)
        with self._store.read() as conn:
            version = conn.execute(newest).scalar()
            known = self._known.get(workspace_id)
            if known is None or known[0] != (version or 0):
                saved = _read(conn, workspace_id, version) if version else _NONE
                known = self._known[workspace_id] = (saved.version, compile_plan(saved.plan))
        return known[1]


def differences(before: Plan, after: Plan) -> Iterator[Change]:
    """What changed, in the order of the new plan, removals last."""
    yield from _fields(before, after, {"events", "traits"}, event="", property="", is_trait=False)
    old, new = ({event.name: event for event in plan.events} for plan in (before, after))
    for name, event in new.items():
        if name not in old:
            yield _change(name, "", False, "", None, event)
            continue
        yield from _fields(old[name], event, {"name", "properties"}, event=name, property="", is_trait=False)
        yield from _properties(old[name].properties, event.properties, event=name, is_trait=False)
    yield from (_change(name, "", False, "", event, None) for name, event in old.items() if name not in new)
    yield from _properties(before.traits, after.traits, event="", is_trait=True)


def _properties(before: tuple[PropertyPlan, ...], after: tuple[PropertyPlan, ...], *, event: str, is_trait: bool) -> Iterator[Change]:
    old, new = ({definition.name: definition for definition in found} for found in (before, after))
    for name, definition in new.items():
        if name not in old:
            yield _change(event, name, is_trait, "", None, definition)
        else:
            yield from _fields(old[name], definition, {"name"}, event=event, property=name, is_trait=is_trait)
    yield from (_change(event, name, is_trait, "", definition, None) for name, definition in old.items() if name not in new)


def _fields(before: _Part, after: _Part, skip: set[str], *, event: str, property: str, is_trait: bool) -> Iterator[Change]:
    for found in fields(before):
        old, new = getattr(before, found.name), getattr(after, found.name)
        if found.name not in skip and old != new:
            yield _change(event, property, is_trait, found.name, old, new)


def _change(event: str, property: str, is_trait: bool, field: str, before: object, after: object) -> Change:
    one, two = msgspec.to_builtins(before), msgspec.to_builtins(after)
    return Change(event=event, property=property, is_trait=is_trait, field=field, before=one, after=two)


def _facts(plan: Plan) -> dict[str, object]:
    return {
        "mode": plan.mode,
        "unknown_events": plan.unknown_events,
        "unknown_properties": plan.unknown_properties,
        "events": len(plan.events),
        "traits": len(plan.traits),
    }


def _summary(changes: list[Change]) -> dict[str, object]:
    """What an audit entry shows; the whole documents stay with the versions."""
    named = [" ".join(part for part in (c.event or ("traits" if c.is_trait else "plan"), c.property, c.field) if part) for c in changes]
    return {"changes": len(changes), "changed": named[:50]}


def _read(conn: Connection, workspace_id: int, version: int | None) -> SavedPlan:
    """That version, or the newest; the empty plan when there is none."""
    query = select(t).where(t.c.workspace_id == workspace_id)
    if version is not None:
        query = query.where(t.c.version == version)
    row = conn.execute(query.order_by(t.c.version.desc()).limit(1)).mappings().first()
    return _NONE if row is None else _saved(row)


def _saved(row: RowMapping) -> SavedPlan:
    return SavedPlan(
        version=row["version"],
        plan=from_json(row["document"]),
        note=row["note"],
        saved_at=row["saved_at"],
        saved_by=row["saved_by"],
    )
