"""Whose segments hang on what these people do? Those who invited them, or were invited by them."""

from collections.abc import Iterable, Sequence

from uems.identity import api as identity
from uems.kernel.filters import Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits
from uems.profiles import api as profiles


def with_neighbours(house: House, scope: Scope, trees: Sequence[Node], people: Iterable[int]) -> set[int]:
    """The people and, where a condition asks of relations, everybody who has one with them."""
    found = set(people)
    if not found or not any(isinstance(leaf, profiles.nodes.Related) for tree in trees for leaf in profiles.leaves(tree)):
        return found
    known = identity.people_of(house.store, scope, sorted(found))
    stored = sorted(found.union(*(one.stored_ids for one in known.values())))
    for table in (Sql("relations"), Sql("relations_back")):
        rows = house.warehouse.query(
            Sql(
                f"SELECT DISTINCT other_person_id FROM {table}"
                " WHERE workspace_id = {workspace:UInt32} AND person_id IN {people:Array(UInt64)}"
            ),
            {"workspace": scope.workspace_id, "people": stored},
            limits=Limits(),
        )
        found.update(rows.column("other_person_id").to_pylist())
    return found
