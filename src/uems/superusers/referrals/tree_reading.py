"""What stands around a person in the tree of word of mouth? The way up to the root, and those below, some at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select

from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.superusers.referrals.tables import referral_trees

MOST_ABOVE: Final = 100
"""People on the way up that are told; the nearest ones. How long the way is, the depth says."""
_T = referral_trees.c
_COLUMNS: Final = Sql(
    "person_id, inviter, rank, via, brought_at, depth, direct, below, paying_below, value_minor, value_below_minor, credit_minor,"
    " exposed_at, signed_at, paid_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """One person. inviter: 0 for whom nobody brought. direct, below: how many they brought, and all below. Money in minor units.

    exposed_at: when a link was opened, else when they were first seen. signed_at, paid_at: None for never.
    """

    person_id: int
    inviter: int
    rank: int
    via: str
    brought_at: datetime | None
    depth: int
    direct: int
    below: int
    paying_below: int
    value_minor: int
    value_below_minor: int
    credit_minor: int
    exposed_at: datetime | None
    signed_at: datetime | None
    paid_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TreePlace:
    """A person in the tree; above: who stands over them, the root first, and no more than the ``MOST_ABOVE`` nearest."""

    node: TreeNode
    above: Sequence[TreeNode]


def roots(house: House, scope: Scope, *, after: int = -1, limit: int = 50) -> list[TreeNode]:
    """The tops of trees, those with most below first; after: the rank of the last one that was shown."""
    return children(house, scope, 0, after=after, limit=limit)


def children(house: House, scope: Scope, person_id: int, *, after: int = -1, limit: int = 50) -> list[TreeNode]:
    """Whom the person brought, those with most below first. Reads these rows only, however many there are."""
    query = Sql(
        f"SELECT {_COLUMNS} FROM referral_tree WHERE workspace_id = {scope.workspace_id} AND made = {{made:UInt64}}"
        " AND inviter = {person:UInt64} AND rank > {after:Int64} ORDER BY rank LIMIT {most:UInt32}"
    )
    made = _made(house, scope)
    return _ask(house, query, {"made": made, "person": person_id, "after": after, "most": limit}) if made else []


def place(house: House, scope: Scope, person_id: int) -> TreePlace | None:
    """Where a person stands; None for whom nobody brought and who brought nobody. Raises ``not_found`` where there is no such person."""
    return place_of(house, scope, identity.person(house.store, scope, person_id).stored_ids)


def place_of(house: House, scope: Scope, numbers: Sequence[int]) -> TreePlace | None:
    """As ``place``, of whoever has or had one of these numbers."""
    made = _made(house, scope)
    if not made:
        return None
    where = Sql(f"workspace_id = {scope.workspace_id} AND made = {{made:UInt64}}")
    # The tree may be older than a merge: then any of the numbers stands in it, the one with most below first.
    mine_sql = Sql(f"SELECT {_COLUMNS}, enter FROM referral_tree WHERE {where} AND person_id IN {{people:Array(UInt64)}}")
    params: dict[str, Param] = {"made": made, "people": list(numbers)}
    rows = house.warehouse.query(Sql(f"{mine_sql} ORDER BY below DESC, depth LIMIT 1"), params).to_pylist()
    if not rows:
        return None
    entered = rows[0].pop("enter")
    query = Sql(
        f"SELECT {_COLUMNS} FROM referral_tree WHERE {where} AND enter < {{at:UInt64}} AND leave > {{at:UInt64}}"
        " ORDER BY depth DESC LIMIT {most:UInt32}"
    )
    above = _ask(house, query, {"made": made, "at": entered, "most": MOST_ABOVE})
    return TreePlace(node=_node(rows[0]), above=above[::-1])


def nodes_of(house: House, scope: Scope, people: Sequence[int]) -> dict[int, TreeNode]:
    """person → what stands in the tree of each of these numbers."""
    made = _made(house, scope)
    if not made or not people:
        return {}
    query = Sql(
        f"SELECT {_COLUMNS} FROM referral_tree WHERE workspace_id = {scope.workspace_id} AND made = {{made:UInt64}}"
        " AND person_id IN {people:Array(UInt64)}"
    )
    return {one.person_id: one for one in _ask(house, query, {"made": made, "people": list(people)})}


def _made(house: House, scope: Scope) -> int:
    with house.store.read() as conn:
        found = conn.execute(select(_T.made).where(_T.workspace_id == scope.workspace_id)).scalar()
    return int(found or 0)


def _ask(house: House, query: Sql, params: dict[str, Param]) -> list[TreeNode]:
    return [_node(row) for row in house.warehouse.query(query, params).to_pylist()]


def _node(row: dict[str, Any]) -> TreeNode:
    for name in ("brought_at", "exposed_at", "signed_at", "paid_at"):
        row[name] = row[name].astimezone(UTC) if row[name] is not None else None
    return TreeNode(**row)
