"""On which days does a schedule open, and at which instants? For entries of flows, for campaigns, and for the calendar of both."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from uems.kernel.clock import Period, zone_of
from uems.outreach.flows.graph import DateEntry, ScheduleEntry
from uems.outreach.flows.local_time import at_local


def opens_on(entry: ScheduleEntry, day: date) -> bool:
    """Whether it opens on that day of the calendar."""
    if entry.once_on:
        return date.fromisoformat(entry.once_on) == day
    return not (entry.weekdays and day.isoweekday() not in entry.weekdays) and not (entry.day and day.day != entry.day)


def opening(entry: ScheduleEntry | DateEntry, day: date, zone: str) -> datetime:
    """The instant of its hour on a day, by the clock of a zone."""
    return at_local(day, int(entry.at[:2]), int(entry.at[3:]), zone)


def due_at(entry: ScheduleEntry | DateEntry, zone: str, now: datetime, days_ago: int) -> datetime | None:
    """When the entry opens on the day so many days ago (negative: ahead); None if it does not on that day."""
    day = now.astimezone(zone_of(zone)).date() - timedelta(days=days_ago)
    if isinstance(entry, ScheduleEntry) and not opens_on(entry, day):
        return None
    return opening(entry, day, zone)


def openings(entry: ScheduleEntry | DateEntry, zone: str, period: Period) -> Iterator[datetime]:
    """Every instant of the period at which it opens, in order."""
    day = period.start.astimezone(zone_of(zone)).date()
    last = period.end.astimezone(zone_of(zone)).date()
    while day <= last:
        if not isinstance(entry, ScheduleEntry) or opens_on(entry, day):
            found = opening(entry, day, zone)
            if period.contains(found):
                yield found
        day += timedelta(days=1)
