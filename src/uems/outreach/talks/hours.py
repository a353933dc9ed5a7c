"""How long did somebody wait, while there was anybody to answer? Seconds within office hours, by the clock on the wall of the workspace."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from uems.kernel.clock import zone_of

_LONGEST: Final = timedelta(days=3_700)
Opening = tuple[str, str] | None
"""From when to when a day of the week is worked, such as ("09:00", "18:00"); None for not at all. Until "24:00" is the whole evening."""


def office_seconds(week: Sequence[Opening], zone: str, begin: datetime, end: datetime) -> int:
    """week: Monday first, seven of them. 0 where ``end`` is not behind ``begin``; more than ten years count as ten."""
    end = min(end, begin + _LONGEST)
    if end <= begin:
        return 0
    info = zone_of(zone)
    day, last = begin.astimezone(info).date(), end.astimezone(info).date()
    total = 0.0
    while day <= last:
        opening = week[day.weekday()]
        if opening is not None:
            opens, closes = _instant(day, opening[0], zone), _instant(day, opening[1], zone)
            total += max(0.0, (min(closes, end) - max(opens, begin)).total_seconds())
        day += timedelta(days=1)
    return int(total)


def _instant(day: date, said: str, zone: str) -> datetime:
    """Where a day has an hour twice, its first; where it lacks one, the instant at which the clocks were put on."""
    info = zone_of(zone)
    if said == "24:00":
        day, said = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(said), tzinfo=info).astimezone(zone_of("UTC"))
