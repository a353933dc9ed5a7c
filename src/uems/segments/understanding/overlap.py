"""How do segments overlap? The exact size of every combination of up to eight of them, as an UpSet plot draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from uems.identity import api as identity
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits
from uems.segments.definitions import segment
from uems.segments.model import Segment, archived_error

MOST: Final = 8
LIMITS: Final = Limits(seconds=30, memory_bytes=4_000_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """People who are in exactly these segments and in no other of those that were asked for."""

    keys: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """combinations: the largest first, without empty ones. nowhere: people in none of the segments; with it they add up to total."""

    segments: tuple[Segment, ...]
    sizes: tuple[int, ...]
    combinations: tuple[Combination, ...]
    nowhere: int
    total: int


def overlap(house: House, scope: Scope, keys: Sequence[str]) -> Overlap:
    """By the members as they were written last. Raises ``invalid`` for too few, too many or repeated keys, and ``not_found``."""
    found = several(house, scope, keys, least=2)
    ids = [one.segment_id for one in found]
    rows = house.warehouse.query(
        Sql(
            "SELECT mask, count() AS size FROM ("
            "SELECT person_id, groupBitOr(bitShiftLeft(toUInt16(1), indexOf({ids:Array(UInt32)}, segment_id) - 1)) AS mask"
            " FROM segment_members FINAL WHERE workspace_id = {workspace:UInt32} AND segment_id IN {ids:Array(UInt32)} AND entered"
            " GROUP BY person_id) GROUP BY mask ORDER BY size DESC, mask"
        ),
        {"workspace": scope.workspace_id, "ids": ids},
        limits=LIMITS,
    ).to_pylist()
    combinations = tuple(
        Combination(keys=tuple(one.key for n, one in enumerate(found) if row["mask"] >> n & 1), size=row["size"]) for row in rows
    )
    somewhere = sum(one.size for one in combinations)
    total = max(everybody(house, scope), somewhere)
    sizes = tuple(sum(one.size for one in combinations if single.key in one.keys) for single in found)
    return Overlap(segments=tuple(found), sizes=sizes, combinations=combinations, nowhere=total - somewhere, total=total)


def several(house: House, scope: Scope, keys: Sequence[str], *, least: int) -> list[Segment]:
    """The segments of these keys, in their order. Raises ``segment_archived`` (409): nobody follows who is in those."""
    if not least <= len(keys) <= MOST:
        raise invalid("segments", ", ".join(keys)[:100], f"must be {least} to {MOST} keys of segments; there are {len(keys)}.")
    twice = [key for key in keys if keys.count(key) > 1]
    if twice:
        raise invalid("segments", twice[0], "is named twice; name each segment once.")
    return [in_use(house, scope, key) for key in keys]


def in_use(house: House, scope: Scope, key: str) -> Segment:
    """A segment whose members are followed. Raises ``not_found`` and ``segment_archived`` (409)."""
    found = segment(house.store, scope, key)
    if found.archived:
        raise archived_error(key)
    return found


def everybody(house: House, scope: Scope) -> int:
    """How many people there are: everybody who ever had an event, merged ones once."""
    rows = identity.rows_of_people(house.store, scope, Sql("person_daily"), {}, Sql("1"))
    found = house.warehouse.query(Sql(f"SELECT uniqExact(person) AS people FROM {rows}"), limits=LIMITS)
    people: int = found.column("people")[0].as_py()
    return people
