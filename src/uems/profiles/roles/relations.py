"""Who brought whom? Relations between people, made from events that name another person, and kept up with the events.

A sign-up may name who invited the new one (``inviter``), an invitation who was invited (``invitee``), a visit through whose
share it came (``sharer``). Roles say which property of which event does. The other person is found by user id, then by other
ids; one who was never seen is looked for again by the next full pass.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pyarrow as pa
from sqlalchemy import select

from uems.identity import api as identity
from uems.kernel.filters import At
from uems.kernel.house import House
from uems.kernel.schema import change_rows
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, join
from uems.kernel.store import allocate, upsert_many
from uems.kernel.warehouse import Limits
from uems.profiles.conditions.asking import Asking, Chosen, People
from uems.profiles.roles.model import ROLES, Roles
from uems.profiles.tables import profile_settings as t
from uems.profiles.tags.properties import texts_in

_KINDS: Final = ("user_id", "anonymous_id", "email", "phone")
_SHAPES: Final = {
    "user_id": re.compile(""),
    "anonymous_id": re.compile(""),
    "email": re.compile("@"),
    "phone": re.compile(r"^\+?[\d ()-]{6,20}$"),
}
"""What an id of the kind must look like; reading a phone number takes a while."""
_ROWS: Final = 200_000
NOBODY: Final[People] = np.zeros(0, np.uint64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Events that tell of a relation. by_other: the property names who brought the person of the event; else whom they brought."""

    role: str
    kind: Literal["invited", "shared"]
    events: tuple[str, ...]
    property: str
    by_other: bool


def tellings_of(roles: Roles) -> list[Telling]:
    """What the roles of a workspace say of relations."""
    found = []
    for role, kind, by_other in (("inviter", "invited", True), ("invitee", "invited", False), ("sharer", "shared", True)):
        mapped = roles.mapped.get(role)
        if mapped is None or not mapped.property:
            continue
        events = mapped.events or roles.events(*ROLES[role].on)
        if events:
            found.append(Telling(role=role, kind=kind, events=events, property=mapped.property, by_other=by_other))  # type: ignore[arg-type]
    return found


def refresh_relations(house: House, scope: Scope, roles: Roles, at: At, chosen: Chosen | None, limits: Limits | None = None) -> People:
    """Add the relations that events tell of and that are not stored yet; of everybody, or by events of the chosen.

    Gives who has a new relation, on either side, sorted. When the roles changed since, a pass over everybody makes all anew.
    """
    tellings = tellings_of(roles)
    if chosen is None:
        _start_anew(house, scope, tellings)
    people = [_refresh(house, scope, telling, at, chosen, limits) for telling in tellings]
    found = np.concatenate([NOBODY, *people])
    return np.unique(found)


def _start_anew(house: House, scope: Scope, tellings: Sequence[Telling]) -> None:
    """Forget what other events or properties told."""
    facts = [[one.kind, sorted(one.events), one.property, one.by_other] for one in tellings]
    mark = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32] if tellings else ""
    with house.store.read() as conn:
        before = conn.execute(select(t.c.relations).where(t.c.workspace_id == scope.workspace_id)).scalar() or ""
    if before == mark:
        return
    if before:
        for table in ("relations", "relations_back"):
            where: dict[str, Param] = {"workspace": scope.workspace_id}
            change_rows(house.warehouse, house.settings, table, Sql("DELETE WHERE workspace_id = {workspace:UInt32}"), where)
    with house.store.write() as conn:
        row = {"workspace_id": scope.workspace_id, "as_of": None, "relations": mark}
        upsert_many(conn, t, [row], ("workspace_id",), ("relations",))


def _refresh(house: House, scope: Scope, telling: Telling, at: At, chosen: Chosen | None, limits: Limits | None) -> People:
    asking = Asking(house, scope, at, prefix="t")
    rows = house.warehouse.query(*_told(telling, asking, chosen), limits=limits)
    if not rows.num_rows:
        return NOBODY
    names = rows.column("name").to_pylist()
    nodes = _nodes(house, scope, sorted(set(names)))
    known = np.array([nodes.get(name, 0) for name in names], np.uint64)
    mine = np.asarray(rows.column("node_id").to_numpy(), np.uint64)
    kept = np.flatnonzero((known > 0) & (known != mine))
    if not len(kept):
        return NOBODY
    owners = identity.people_of(house.store, scope, {int(n) for n in (*known[kept], *mine[kept])})
    other = known[kept]
    other_person = np.array([owners[int(n)].person_id for n in other], np.uint64)
    sides = {
        "mine": (np.asarray(rows.column("person_id").to_numpy(), np.uint64)[kept], mine[kept]),
        "theirs": (other_person, other),
    }
    first, second = (sides["theirs"], sides["mine"]) if telling.by_other else (sides["mine"], sides["theirs"])
    taken = pa.array(kept)
    table = pa.table(
        {
            "workspace_id": pa.array(np.full(len(kept), scope.workspace_id, np.uint32)),
            "kind": pa.repeat(telling.kind, len(kept)),
            "person_id": pa.array(first[0]),
            "node_id": pa.array(first[1]),
            "other_person_id": pa.array(second[0]),
            "other_node_id": pa.array(second[1]),
            "ts": rows.column("ts").take(taken),
            "message_id": rows.column("message_id").take(taken),
        }
    )
    with house.store.write() as conn:
        block = allocate(conn, f"relations:{scope.workspace_id}")
    for start in range(0, len(kept), _ROWS):
        house.warehouse.insert("relations", table.slice(start, _ROWS), token=f"relations:{scope.workspace_id}:{block}:{start}")
    return np.unique(np.array([owners[int(n)].person_id for n in (*other, *mine[kept])], np.uint64))


def _told(telling: Telling, asking: Asking, chosen: Chosen | None) -> tuple[Sql, dict[str, Param]]:
    """The events that tell of a relation which is not stored yet."""
    scope, params = asking.scope, asking.params
    name = texts_in(telling.property, asking)
    where = [
        Sql(f"workspace_id = {scope.workspace_id}"),
        Sql(f"event IN {params.bind(sorted(telling.events), 'Array(String)')}"),
        Sql(f"notEmpty({name})"),
    ]
    table = Sql("relations_back") if telling.by_other else Sql("relations")
    stored = [Sql(f"workspace_id = {scope.workspace_id}"), Sql(f"kind = {params.bind(telling.kind, 'String')}")]
    if chosen is not None:
        mine = Sql(f"person_id IN {params.bind(chosen.stored.tolist(), 'Array(UInt64)')}")
        where.append(mine)
        stored.append(mine)
    both = Sql(" AND ")
    where.append(Sql(f"message_id GLOBAL NOT IN (SELECT message_id FROM {table} WHERE {join(both, stored)})"))
    query = Sql(f"SELECT person_id, node_id, ({name})[1] AS name, ts, message_id FROM events WHERE {join(both, where)}")
    return query, asking.values_of(query)


def _nodes(house: House, scope: Scope, names: Sequence[str]) -> dict[str, int]:
    """name → the node of the id that it is, by the first kind of id that knows it."""
    found: dict[str, int] = {}
    for kind in _KINDS:
        left = [name for name in names if name not in found and _SHAPES[kind].search(name)]
        for start in range(0, len(left), 20_000):
            part = left[start : start + 20_000]
            nodes = identity.find_nodes(house.store, scope, [(kind, name) for name in part])
            found |= {name: node for name, node in zip(part, nodes, strict=True) if node is not None}
    return found
