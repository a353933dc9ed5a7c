"""Who is the person with this id, and which ids are theirs?"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from uems.identity import _rows
from uems.identity.erasure.tombstones import refuse_erased
from uems.identity.model import Id, Person
from uems.identity.normal import normal_kind, normalise, search_form
from uems.identity.rules import read_rules
from uems.identity.tables import identity_nodes
from uems.kernel.errors import not_found
from uems.kernel.lookup import lookup
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import Store

_N = identity_nodes.c


def person(store: Store, scope: Scope, person_id: int) -> Person:
    """The person who has the node of this number now; every number a person ever had leads there. Raises ``not_found``."""
    with store.read() as conn:
        return read_person(conn, scope.workspace_id, person_id)


def people_of(store: Store, scope: Scope, nodes: Collection[int]) -> dict[int, Person]:
    """node → the person who has it now, for those nodes that exist."""
    with store.read() as conn:
        return people_of_nodes(conn, scope.workspace_id, nodes)


def read_person(conn: Connection, workspace_id: int, person_id: int) -> Person:
    """As ``person``, within a transaction. Of somebody who was erased raises ``person_erased``."""
    found = people_of_nodes(conn, workspace_id, [person_id])
    if not found:
        refuse_erased(conn, workspace_id, [person_id])
        raise not_found("person", str(person_id))
    return found[person_id]


def people_of_nodes(conn: Connection, workspace_id: int, nodes: Collection[int]) -> dict[int, Person]:
    """As ``people_of``, within a transaction."""
    owner = {n: node.person for n, node in _rows.nodes_by_number(conn, workspace_id, nodes).items()}
    members: dict[int, list[int]] = {p: [] for p in owner.values()}
    for number, node in _rows.members(conn, workspace_id, members).items():
        members[node.person].append(number)
    stored: dict[int, set[int]] = {p: {p} for p in members}
    belongs = {n: p for p, numbers in members.items() for n in numbers}
    pick, table = Sql("t.node_id, t.old_person_id, t.person_id"), Sql("identity_overrides")
    keys = [(n,) for n in belongs]
    rows = lookup(conn, workspace_id, pick, table, Sql("t.node_id = s.n"), {"n": "bigint"}, keys, by=Sql("ix_identity_overrides_node"))
    for number, old, new in rows:
        stored[belongs[number]].update((old, new))
    people = {
        p: Person(person_id=p, node_ids=tuple(sorted(numbers)), stored_ids=tuple(sorted(stored[p]))) for p, numbers in members.items()
    }
    return {n: people[p] for n, p in owner.items()}


def find_nodes(store: Store, scope: Scope, ids: Sequence[tuple[str, str]]) -> list[int | None]:
    """The node of each (kind, value), in their order; None for an id that was never seen, or that names nobody."""
    with store.read() as conn:
        _, rules = read_rules(conn, scope.workspace_id)
        keys = [(normal_kind(kind), normalise(kind, value, rules)) for kind, value in ids]
        found = _rows.find_nodes(conn, scope.workspace_id, {key for key in keys if all(key)})
    return [found[key].node_id if key in found else None for key in keys]


class Owner(NamedTuple):
    """What an id as somebody wrote it stands for. normal: its one spelling, "" when it names nobody. 0 where it was never seen."""

    normal: str
    node_id: int
    person_id: int


def find_owners(store: Store, scope: Scope, kind: str, values: Sequence[str]) -> list[Owner]:
    """The node of each id of a kind and the person who has it now, in their order."""
    with store.read() as conn:
        _, rules = read_rules(conn, scope.workspace_id)
        name = normal_kind(kind)
        normal = [normalise(kind, value, rules) for value in values]
        found = _rows.find_nodes(conn, scope.workspace_id, {(name, value) for value in normal if name and value})
    owners = []
    for value in normal:
        node = found.get((name, value))
        owners.append(Owner(value, 0, 0) if node is None else Owner(value, node.node_id, node.person_id))
    return owners


STANDARD_KINDS: Final = ("user_id", "email", "phone", "anonymous_id")
"""Kinds of ids that every workspace has, also before the first."""


def has_kind(store: Store, scope: Scope, kind: str) -> bool:
    """Whether anybody has an id of the kind."""
    query = select(_N.node_id).where(_N.workspace_id == scope.workspace_id, _N.kind == normal_kind(kind)).limit(1)
    with store.read() as conn:
        return conn.execute(query).first() is not None


def find_person(store: Store, scope: Scope, kind: str, value: str) -> Person | None:
    """The person with exactly this id, or None."""
    [number] = find_nodes(store, scope, [(kind, value)])
    return person(store, scope, number) if number is not None else None


def ids_of(store: Store, scope: Scope, people: Iterable[int]) -> dict[int, tuple[Id, ...]]:
    """person → their ids, user ids first, then by kind and in the order in which they came; for people as they are now."""
    with store.read() as conn:
        return read_ids(conn, scope.workspace_id, people)


def read_ids(conn: Connection, workspace_id: int, people: Iterable[int]) -> dict[int, tuple[Id, ...]]:
    """As ``ids_of``, within a transaction."""
    found: dict[int, list[Id]] = {p: [] for p in people}
    for number, node in _rows.members(conn, workspace_id, found).items():
        found[node.person].append(Id(node_id=number, kind=node.kind, value=node.value))
    return {p: tuple(sorted(ids, key=_id_order)) for p, ids in found.items()}


def _id_order(one: Id) -> tuple[int, str, int]:
    first = {"user_id": 0, "email": 1, "phone": 2, "anonymous_id": 4}
    return first.get(one.kind, 3), one.kind, one.node_id


def search_ids(store: Store, scope: Scope, text: str, *, after: tuple[str, int] | None, limit: int) -> list[tuple[str, int, int]]:
    """(search form, node, person) of ids of any kind that start with ``text``, without case, in that order.

    after: the first two of the last row of the page before.
    """
    start = search_form(text)
    query = select(_N.search, _N.node_id, _N.person_id).where(_N.workspace_id == scope.workspace_id, _N.search >= start)
    end = _after_prefix(start)
    if end:
        query = query.where(_N.search < end)
    if after:
        query = query.where((_N.search > after[0]) | ((_N.search == after[0]) & (_N.node_id > after[1])), _N.search >= after[0])
    with store.read() as conn:
        return [(row.search, row.node_id, row.person_id) for row in conn.execute(query.order_by(_N.search, _N.node_id).limit(limit))]


def _after_prefix(prefix: str) -> str:
    """The smallest text that is greater than every text with this prefix; "" when there is none."""
    for place in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[place]) + 1
        if code == 0xD800:  # surrogates cannot be stored; the next real character comes after them
            code = 0xE000
        if code <= 0x10FFFF:
            return prefix[:place] + chr(code)
    return ""


def newest_people(store: Store, scope: Scope, *, before: int | None, limit: int) -> Sequence[int]:
    """The people themselves, the newest first; ``before``: the last of the page before."""
    query = select(_N.node_id).where(_N.workspace_id == scope.workspace_id, _N.node_id == _N.person_id)
    if before is not None:
        query = query.where(_N.node_id < before)
    with store.read() as conn:
        return conn.execute(query.order_by(_N.node_id.desc()).limit(limit)).scalars().all()
