"""When is it next so late on somebody's own clock? Days of 23 and 25 hours included."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from uems.kernel.clock import zone_of


@lru_cache(maxsize=50_000)
def at_local(day: date, hour: int, minute: int, zone: str) -> datetime:
    """That time of a day in a zone, as UTC. One that the clock skips is the first instant after it; of two the earlier."""
    named = zone_of(zone)
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=named)
    found = local.astimezone(UTC)
    back = found.astimezone(named)
    if (back.hour, back.minute) == (hour, minute):
        return found
    # The clock jumps over it: go back to the jump, which is at a whole quarter of an hour.
    quarter = timedelta(minutes=15)
    found -= timedelta(minutes=minute % 15)
    while (found - quarter).astimezone(named).utcoffset() == back.utcoffset():
        found -= quarter
    return found


def next_local(now: datetime, at: str, weekdays: Sequence[int], zone: str) -> datetime:
    """The first instant from ``now`` on at which the clock of ``zone`` shows ``at`` on one of the weekdays (1 is Monday, none is any)."""
    hour, minute = int(at[:2]), int(at[3:])
    day = now.astimezone(zone_of(zone)).date()
    for ahead in range(9):
        one = day + timedelta(days=ahead)
        if weekdays and one.isoweekday() not in weekdays:
            continue
        found = at_local(one, hour, minute, zone)
        if found >= now:
            return found
    raise AssertionError("every weekday comes within nine days")
