"""Whom would a scene have found in the last day? History, looked at every quarter of an hour as it was then."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.kernel.warehouse import Limits
from uems.outreach.scenes.definitions import condition_of
from uems.outreach.scenes.matching import at_their_hour
from uems.outreach.scenes.spec import SceneSpec
from uems.profiles import api as profiles
from uems.profiles.api import Chosen, PastAsking

STEP: Final = timedelta(minutes=15)
DAY: Final = timedelta(days=1)
MOST: Final = 5_000
"""Of so many people at most it is asked; of more, a sample that is the same each time."""
SHOWN: Final = 10
LIMITS: Final = Limits(seconds=10, memory_bytes=2_000_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """people would have been found, matches times in all, of ``asked`` people who did anything, of whom there were ``active``.

    latest: (person, when) of some, the latest first. until: the day that was looked at ends here.
    """

    people: int
    matches: int
    asked: int
    active: int
    latest: Sequence[tuple[int, datetime]]
    until: datetime


def try_scene(house: House, scope: Scope, spec: SceneSpec, now: datetime) -> Trial:
    """The last day, as it was then. Somebody is asked about at the end of every quarter of an hour in which they did something.

    Raises ``no_past`` (422) for a condition that asks what is known only as it is now (tags, lists), ``bad_filter`` (422) for one that
    names what is not there, ``warehouse_timeout`` and ``warehouse_memory`` for one that asks too much.
    """
    tree = condition_of(house, scope, spec)
    profiles.check_past(tree, "the scene")
    until = profiles.as_of(house.store, scope, now)
    first = until - DAY
    steps, active, asked = _doers(house, scope, first, until)
    again = timedelta(minutes=spec.cool_down_minutes)
    last: dict[int, datetime] = {}
    found: list[tuple[int, datetime]] = []
    for step in sorted(steps):
        cut = first + (step + 1) * STEP
        waiting = [one for one in steps[step] if one not in last or last[one] + again <= cut]
        chosen = Chosen.of(house, scope, waiting)
        if not len(chosen.people):
            continue
        asking = PastAsking(house, scope, cut, chosen=chosen, people=chosen.people)
        inside: list[int] = profiles.evaluate([tree], asking, limits=LIMITS).members(tree).tolist()
        for person in at_their_hour(house, scope, spec.hours, inside, cut):
            last[person] = cut
            found.append((person, cut))
    return Trial(people=len(last), matches=len(found), asked=asked, active=active, latest=found[: -SHOWN - 1 : -1], until=until)


def _doers(house: House, scope: Scope, first: datetime, until: datetime) -> tuple[Mapping[int, list[int]], int, int]:
    """(quarter of an hour → who did something in it, how many did anything, of how many of them that is told)."""
    where = Sql("ts >= {first:DateTime64(3, 'UTC')} AND ts < {until:DateTime64(3, 'UTC')}")
    quarter = Sql("toUInt32(intDiv(toUnixTimestamp64Milli(ts) - {begin:Int64}, {step:Int64}))")
    rows = identity.rows_of_people(house.store, scope, Sql("events"), {"quarter": quarter}, where)
    query = Sql(
        "SELECT person, quarters, count() OVER () AS active FROM ("
        f"SELECT person, groupUniqArray(quarter) AS quarters FROM {rows} GROUP BY person)"
        " ORDER BY xxh3(toString(person)), person LIMIT {most:UInt32}"
    )
    begin = round(first.astimezone(UTC).timestamp() * 1000)
    params: dict[str, Param] = {"first": first, "until": until, "begin": begin, "step": round(STEP.total_seconds() * 1000), "most": MOST}
    found = house.warehouse.query(query, params, limits=LIMITS).to_pylist()
    steps: dict[int, list[int]] = defaultdict(list)
    for row in found:
        for step in row["quarters"]:
            steps[step].append(row["person"])
    return steps, found[0]["active"] if found else 0, len(found)
