"""Who tries what is new before others? Beta groups: people who were invited, and what they said to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from uems.access.api import Access, audit
from uems.identity import api as identity
from uems.kernel.errors import not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock, upsert_many
from uems.superusers.cocreation.tables import beta_groups, beta_members

MemberState: TypeAlias = Literal["invited", "accepted", "declined", "left"]
_G, _M = beta_groups.c, beta_members.c


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaGroup:
    """states: how many members are in each."""

    key: str
    name: str
    description: str
    states: dict[MemberState, int]
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaMember:
    key: str
    person_id: int
    state: MemberState
    invited_at: datetime
    changed_at: datetime


def groups_of(store: Store, scope: Scope) -> list[BetaGroup]:
    """All of them by key."""
    with store.read() as conn:
        rows = conn.execute(select(beta_groups).where(_G.workspace_id == scope.workspace_id).order_by(_G.key)).mappings().all()
        counted = conn.execute(
            select(_M.key, _M.state, func.count().label("n")).where(_M.workspace_id == scope.workspace_id).group_by(_M.key, _M.state)
        ).all()
    found = []
    for row in rows:
        states: dict[MemberState, int] = {one.state: one.n for one in counted if one.key == row["key"]}
        found.append(
            BetaGroup(key=row["key"], name=row["name"], description=row["description"], states=states, changed_at=row["changed_at"])
        )
    return found


def save_group(store: Store, access: Access, key: str, name: str, description: str) -> None:
    """Make it, or change its words. Audited."""
    row = {
        "workspace_id": access.scope.workspace_id,
        "key": key,
        "name": name,
        "description": description,
        "created_at": access.now,
        "changed_at": access.now,
        "changed_by": access.actor.label[:300],
    }
    with store.write() as conn:
        upsert_many(conn, beta_groups, [row], ("workspace_id", "key"), ("name", "description", "changed_at", "changed_by"))
        audit(conn, access, "beta_group.saved", f"beta_group:{key}", None, {"name": name, "description": description})


def members_of(store: Store, scope: Scope, *, key: str | None = None, nodes: Sequence[int] | None = None) -> list[BetaMember]:
    """The latest first, at most 1,000; of a group, or of a person in all groups. Raises ``not_found`` for no such group."""
    query = select(beta_members).where(_M.workspace_id == scope.workspace_id)
    with store.read() as conn:
        if key is not None:
            _group(conn, scope, key)
            query = query.where(_M.key == key)
        if nodes is not None:
            query = query.where(_M.person_id.in_(nodes))
        rows = conn.execute(query.order_by(_M.changed_at.desc(), _M.person_id).limit(1000)).mappings().all()
    return [BetaMember(**{name: row[name] for name in BetaMember.__dataclass_fields__}) for row in rows]


def turn_member(store: Store, access: Access, key: str, person: identity.Person, state: MemberState) -> BetaMember:
    """Invite somebody, or write down what they said; each person stands in a group once. Audited. Raises ``not_found``."""
    scope = access.scope
    mine = (_M.workspace_id == scope.workspace_id, _M.key == key, _M.person_id.in_(person.node_ids))
    with store.write() as conn:
        lock(conn, f"beta_groups:{scope.workspace_id}")
        _group(conn, scope, key)
        before = conn.execute(select(beta_members).where(*mine)).mappings().first()
        if before is None:
            row = {"workspace_id": scope.workspace_id, "key": key, "person_id": person.person_id, "state": state}
            conn.execute(insert(beta_members).values(**row, invited_at=access.now, changed_at=access.now))
        elif before["state"] != state:
            conn.execute(update(beta_members).where(*mine).values(state=state, changed_at=access.now))
        was = {"state": before["state"]} if before is not None else None
        audit(conn, access, "beta_member.turned", f"beta_group:{key}", was, {"person": person.person_id, "state": state})
        found = conn.execute(select(beta_members).where(*mine)).mappings().first()
        assert found is not None
        return BetaMember(**{name: found[name] for name in BetaMember.__dataclass_fields__})


def _group(conn: Connection, scope: Scope, key: str) -> RowMapping:
    where = (_G.workspace_id == scope.workspace_id, _G.key == key)
    found = conn.execute(select(beta_groups).where(*where)).mappings().first()
    if found is None:
        raise not_found("beta group", key)
    return found
