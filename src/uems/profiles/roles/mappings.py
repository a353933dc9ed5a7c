"""Which roles are played in this workspace, who said so, and how does a person change it?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select

from uems.access.api import Access, audit, operator
from uems.collect import api as collect
from uems.kernel.errors import invalid, not_found
from uems.kernel.filters import Reading
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store, upsert_many
from uems.profiles.conditions.grammar import PEOPLE
from uems.profiles.roles.guess import Seen, guess_events, guess_properties, observed_events, observed_properties
from uems.profiles.roles.model import PROPERTY_ROLES, ROLES, Mapped, Roles
from uems.profiles.tables import role_mappings as t
from uems.profiles.tags.stale import changed_roles, mark_stale

MAX_EVENTS = 50


def roles_of(store: Store, scope: Scope) -> Roles:
    """All roles that something plays, and those of which a person said that nothing does."""
    with store.read() as conn:
        return read_roles(conn, scope)


def read_roles(conn: Connection, scope: Scope) -> Roles:
    """As ``roles_of``, within a transaction."""
    rows = conn.execute(select(t).where(t.c.workspace_id == scope.workspace_id)).mappings()
    found = {row["role"]: _mapped(row) for row in rows}
    return Roles(mapped={key: found[key] for key in ROLES if key in found})


def guess_roles(house: House, scope: Scope, now: datetime, *, by: Access | None = None) -> Roles:
    """Guess every role that no person has confirmed, by what is stored and planned now; gives all roles as they then are.

    A guess that holds no longer is taken back. Audited when anything changes, as the doing of ``by``; None is the system's own.
    """
    stored = roles_of(house.store, scope)
    confirmed = {key: one for key, one in stored.mapped.items() if one.state == "confirmed"}
    seen = _with_plan(house, scope, observed_events(house, scope))
    guessed = {key: one for key, one in guess_events(seen).items() if key not in confirmed}
    events = Roles(mapped=confirmed | guessed)
    names = [one.name for one in seen if one.events][:200]
    carried = observed_properties(house, scope, names)
    guessed |= {key: one for key, one in guess_properties(events, carried).items() if key not in confirmed}
    with house.store.write() as conn:
        before = read_roles(conn, scope)
        conn.execute(delete(t).where(t.c.workspace_id == scope.workspace_id, t.c.state == "guessed"))
        upsert_many(conn, t, [_row(scope, replace(one, saved_at=now)) for one in guessed.values()], ("workspace_id", "role"), ())
        after = read_roles(conn, scope)
        changed = changed_roles(before, after)
        if changed:
            access = by or Access(scope=scope, actor=operator("local"), now=now)
            facts = [{key: _facts(roles.mapped[key]) for key in changed if key in roles.mapped} for roles in (before, after)]
            audit(conn, access, "roles.guessed", "roles", *facts)
            mark_stale(conn, access, before, after)
    return after


def _with_plan(house: House, scope: Scope, seen: Sequence[Seen]) -> list[Seen]:
    """With what the tracking plan says of each, and those that are planned and did not come yet."""
    plan = collect.current_plan(house.store, scope).plan
    said = {event.name: f"{event.description.zh}\n{event.description.en}".strip() for event in plan.events}
    known = {one.name for one in seen}
    found = [replace(one, description=said.get(one.name, "")) for one in seen]
    return found + [Seen(name=name, description=text) for name, text in said.items() if name not in known]


def set_role(store: Store, access: Access, role: str, *, events: Sequence[str] = (), property: str = "") -> Mapped:
    """Say what plays a role: some events, or one property; nothing at all says that nothing does. Audited.

    Tags that go by the role are stale until the loop has computed them of everybody. Raises ``not_found`` for a role that does not
    exist, ``invalid`` for what cannot play it.
    """
    if role not in ROLES:
        raise not_found("role", role)
    names = tuple(dict.fromkeys(events))
    _check(role, names, property)
    mapped = Mapped(
        role=role,
        events=names,
        property=property,
        state="confirmed",
        confidence=1.0,
        saved_at=access.now,
        saved_by=access.actor.label[:300],
    )
    with store.write() as conn:
        roles = read_roles(conn, access.scope)
        before = roles.mapped.get(role)
        upsert_many(conn, t, [_row(access.scope, mapped)], ("workspace_id", "role"))
        audit(conn, access, "role.changed", f"role:{role}", _facts(before) if before else None, _facts(mapped))
        after = read_roles(conn, access.scope)
        mark_stale(conn, access, roles, after)
    return mapped


def forget_role(store: Store, access: Access, role: str) -> None:
    """Take back what a person said of a role; the next guess may fill it again. Audited."""
    if role not in ROLES:
        raise not_found("role", role)
    with store.write() as conn:
        roles = read_roles(conn, access.scope)
        before = roles.mapped.get(role)
        if before is None:
            return
        conn.execute(delete(t).where(t.c.workspace_id == access.scope.workspace_id, t.c.role == role))
        audit(conn, access, "role.forgotten", f"role:{role}", _facts(before), None)
        after = read_roles(conn, access.scope)
        mark_stale(conn, access, roles, after)


def _check(role: str, events: Sequence[str], property: str) -> None:
    if len(events) > MAX_EVENTS:
        raise invalid("events", len(events), f"must be at most {MAX_EVENTS} events.")
    for name in events:
        if not 1 <= len(name) <= 200:
            raise invalid("events", name, "must be names of events, of 1 to 200 characters.")
    if role not in PROPERTY_ROLES:
        if property:
            raise invalid("property", property, f"{role} is played by events; leave property out.")
        return
    if property:
        from uems.kernel.filters import check_json_name

        check_json_name(property, Reading(grammar=PEOPLE, path="property"))
        if len(property) > 200:
            raise invalid("property", property, "must be of at most 200 characters.")
    elif events:
        raise invalid("property", property, f"{role} is played by a property; say which.")


def _facts(mapped: Mapped) -> dict[str, object]:
    return {"events": list(mapped.events), "property": mapped.property, "state": mapped.state}


def _row(scope: Scope, mapped: Mapped) -> dict[str, object]:
    return {
        "workspace_id": scope.workspace_id,
        "role": mapped.role,
        "events": list(mapped.events),
        "property": mapped.property,
        "state": mapped.state,
        "confidence": mapped.confidence,
        "reason_zh": mapped.reason_zh,
        "reason_en": mapped.reason_en,
        "saved_at": mapped.saved_at,
        "saved_by": mapped.saved_by,
    }


def _mapped(row: RowMapping) -> Mapped:
    values: dict[str, Any] = {name: row[name] for name in row if name not in ("workspace_id", "events")}
    return Mapped(**values, events=tuple(row["events"]))
