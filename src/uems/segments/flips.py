"""Whose segments may change by the passing of time alone? Those with an event that a window's edge passed since the last look.

A window such as "the last 30 days" moves with the clock. Between two looks its edge sweeps over a short slice of time; only
people with an event, or a date, inside that slice can change, so only they are looked at again. No timers are kept.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from uems.identity import api as identity
from uems.kernel.filters import At, Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql, ident, join
from uems.kernel.warehouse import Limits
from uems.profiles import api as profiles
from uems.profiles.api import Asking, Edge

_STEP: Final = timedelta(milliseconds=1)
"""What is stored is exact to the millisecond; a slice takes in both its ends."""


def people_at_edges(house: House, scope: Scope, trees: Sequence[Node], since: datetime, now: datetime) -> set[int]:
    """Everybody whom the passing of time from ``since`` to ``now`` may have brought into or out of one of the conditions."""
    asking = Asking(house, scope, At(now=now, zone=scope.zone))
    slices: dict[str, dict[Sql, None]] = {"events": {}, "traits": {}, "tag_values": {}}
    for tree in trees:
        before = profiles.edges_of(tree, Asking(house, scope, At(now=since, zone=scope.zone), beside=asking))
        after = profiles.edges_of(tree, asking)
        for old, new in zip(before, after, strict=True):
            for condition in _slices(old, new, asking):
                slices[new.table][condition] = None
    found: set[int] = set()
    for name in ("events", "traits", "tag_values"):
        if slices[name]:
            where = Sql(f"({join(Sql(') OR ('), slices[name])})")
            query = Sql(f"SELECT DISTINCT person FROM {_rows(house, scope, name, where)}")
            params = {key: value for key, value in asking.params.values.items() if f"{{{key}:" in query}
            found.update(house.warehouse.query(query, params, limits=Limits()).column("person").to_pylist())
    return found


def _rows(house: House, scope: Scope, table: str, where: Sql) -> Sql:
    if table == "tag_values":  # these name the person as known now
        return Sql(f"(SELECT person_id AS person FROM tag_values FINAL WHERE workspace_id = {scope.workspace_id} AND {where})")
    return identity.rows_of_people(house.store, scope, ident(table, ("events", "traits")), {}, where)


def _slices(old: Edge, new: Edge, asking: Asking) -> list[Sql]:
    found = []
    for start, end in zip(old.moments, new.moments, strict=True):
        if start == end:
            continue
        low, high = min(start, end) - new.slack - _STEP, max(start, end) + new.slack + _STEP
        first, last = asking.params.bind(low, "DateTime64(6, 'UTC')"), asking.params.bind(high, "DateTime64(6, 'UTC')")
        found.append(Sql(f"{new.time} >= {first} AND {new.time} <= {last} AND {new.where}"))
    return found
