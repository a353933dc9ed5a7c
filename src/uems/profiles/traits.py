"""What is known of these people now, and how did it come to be known?"""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from uems.identity.api import Person
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.profiles.model import Trait
from uems.profiles.schema import FINDABLE, NEEDLE

MINE: Final = Sql("workspace_id = {workspace:UInt32} AND person_id IN {stored:Array(UInt64)} AND node_id IN {nodes:Array(UInt64)}")
"""The rows of some people, and no others: keys of the table first, so that little is read."""

_LATEST: Final = Sql("(ts, log_offset, log_index)")
_NOW: Final = Sql(
    f"SELECT node_id, trait, argMax(value, {_LATEST}) AS told, argMax(message_id, {_LATEST}) AS message, max(ts) AS at,"
    f" argMax(log_offset, {_LATEST}) AS offset, argMax(log_index, {_LATEST}) AS index,"
    f" argMax(if({FINDABLE}, {NEEDLE}, ''), {_LATEST}) AS needle FROM traits WHERE {MINE} GROUP BY node_id, trait"
)
_HISTORY: Final = Sql(
    f"SELECT trait, value, ts, message_id, node_id, log_offset, log_index FROM traits WHERE {MINE} AND trait = {{trait:String}}"
    " AND (toUnixTimestamp64Milli(ts), log_offset, log_index) < ({ts:Int64}, {offset:UInt64}, {index:UInt32})"
    " ORDER BY ts DESC, log_offset DESC, log_index DESC LIMIT {limit:UInt32}"
)

Place = tuple[int, int, int]
"""Milliseconds, log offset and log index of a row: its place in time."""
END: Final[Place] = (2**62, 2**63, 2**32 - 1)
"""Later than every row."""


def keys_of(scope: Scope, people: Collection[Person]) -> dict[str, Param]:
    """The parameters of ``MINE``."""
    return {
        "workspace": scope.workspace_id,
        "stored": sorted({number for person in people for number in person.stored_ids}),
        "nodes": sorted({node for person in people for node in person.node_ids}),
    }


def traits_of(house: House, scope: Scope, people: Collection[Person]) -> dict[int, tuple[Trait, ...]]:
    """person → their traits now, by name: of each the latest value over all nodes; without those that were set to null."""
    owner = {node: person.person_id for person in people for node in person.node_ids}
    latest: dict[int, dict[str, dict[str, Any]]] = {person.person_id: {} for person in people}
    for row in house.warehouse.query(_NOW, keys_of(scope, people)).to_pylist() if people else []:
        mine = latest[owner[row["node_id"]]]
        known = mine.get(row["trait"])
        if known is None or _order(known) < _order(row):
            mine[row["trait"]] = row
    return {person: tuple(_trait(mine[name]) for name in sorted(mine) if mine[name]["told"] != "null") for person, mine in latest.items()}


def traits_told(house: House, scope: Scope, names: Collection[str]) -> set[str]:
    """Those of the traits that anybody was ever told to have."""
    if not names:
        return set()
    query = Sql(
        "SELECT DISTINCT toString(trait) AS trait FROM traits WHERE workspace_id = {workspace:UInt32} AND trait IN {names:Array(String)}"
    )
    found = house.warehouse.query(query, {"workspace": scope.workspace_id, "names": sorted(names)})
    return set(found.column("trait").to_pylist())


def common_values(house: House, scope: Scope, most: int) -> dict[str, list[str | int | float]]:
    """Trait → the texts and numbers that it was ever told with, sorted; only traits with 2 to ``most`` different ones, as of a group."""
    query = Sql(
        "SELECT toString(trait) AS trait, arraySort(groupUniqArray({limit:UInt32})(value)) AS told FROM traits"
        " WHERE workspace_id = {workspace:UInt32} AND value != 'null' GROUP BY trait HAVING length(told) BETWEEN 2 AND {most:UInt32}"
        " ORDER BY trait"
    )
    rows = house.warehouse.query(query, {"workspace": scope.workspace_id, "limit": most + 1, "most": most}).to_pylist()
    found: dict[str, list[str | int | float]] = {}
    for row in rows:
        told = [json.loads(value) for value in row["told"]]
        found[row["trait"]] = [one for one in told if isinstance(one, str | int | float) and not isinstance(one, bool)]
    return found


def _order(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["at"], row["offset"], row["index"], row["node_id"]


def _trait(row: dict[str, Any]) -> Trait:
    ts: datetime = row["at"]
    return Trait(
        trait=row["trait"],
        value=row["told"],
        ts=ts.astimezone(UTC),
        message_id=row["message"],
        node_id=row["node_id"],
        needle=row["needle"],
    )


def trait_history(
    house: House, scope: Scope, person: Person, trait: str, *, before: Place = END, limit: int
) -> tuple[list[Trait], Place | None]:
    """Every value that a trait of a person ever had, the latest first, null included; and where the next page starts."""
    params = {**keys_of(scope, [person]), "trait": trait, "limit": limit + 1, **_before(before)}
    rows = house.warehouse.query(_HISTORY, params).to_pylist()
    found = [
        Trait(trait=r["trait"], value=r["value"], ts=r["ts"].astimezone(UTC), message_id=r["message_id"], node_id=r["node_id"])
        for r in rows[:limit]
    ]
    return found, place_of(rows[limit - 1]) if len(rows) > limit else None


def _before(place: Place) -> dict[str, Param]:
    return {"ts": place[0], "offset": place[1], "index": place[2]}


def place_of(row: dict[str, Any]) -> Place:
    """Where a row with ts, log_offset and log_index stands in time."""
    ts: datetime = row["ts"]
    since = ts.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000, row["log_offset"], row["log_index"]


def named(traits: Sequence[Trait], *names: str) -> str | None:
    """The text of the first of these traits that is one, or None. JSON text of a string is given as the string."""
    by_name = {trait.trait: trait.value for trait in traits}
    for name in names:
        value = by_name.get(name, "")
        if value.startswith('"'):
            try:
                text = msgspec.json.decode(value.encode(), type=str).strip()
            except msgspec.DecodeError:
                continue
            if text:
                return text
    return None
