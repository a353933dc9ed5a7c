"""Which period is asked for, and with which one is it compared?"""

from dataclasses import replace
from datetime import date, timedelta

from uems.journeys import api as journeys
from uems.kernel.errors import invalid
from uems.kpis.model import Frame, Unit, Window

DEFAULT_DAYS = 30
MAX_BUCKETS = 400
MAX_DAYS = journeys.MAX_DAYS
FIRST_YEAR, LAST_YEAR = 1975, 2148


def frame_of(first: date | None, last: date | None, last_days: int | None, unit: Unit, today: date) -> Frame:
    """The period: up to ``last`` (left out: today), from ``first`` or so many days. Raises ``invalid`` for one that cannot be."""
    if first is not None and last_days is not None:
        raise invalid("last_days", last_days, "excludes first_day; leave one out.")
    end = last or today
    start = first or end - timedelta(days=(last_days or DEFAULT_DAYS) - 1)
    if end < start:
        raise invalid("last_day", end.isoformat(), f"must not be before first_day, {start}.")
    for day in (start, end):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise invalid("first_day", day.isoformat(), f"must be in the years {FIRST_YEAR} to {LAST_YEAR}.")
    if (end - start).days >= MAX_DAYS:
        raise invalid("first_day", start.isoformat(), f"must be less than {MAX_DAYS} days before last_day, {end}.")
    frame = Frame(first=start, last=end, unit=unit, today=today)
    if len(frame.names) > MAX_BUCKETS:
        raise invalid("unit", unit, f"makes {len(frame.names)} values; at most {MAX_BUCKETS}. Use a longer unit or a shorter period.")
    return frame


def previous(frame: Frame) -> Frame:
    """As many days right before; as many whole months, where the period is whole months."""
    months = journeys.buckets(frame.first, frame.last, "month")
    last = frame.first - timedelta(days=1)
    if frame.first == months[0] and frame.last == journeys.last_day_of(months[-1], "month"):
        return replace(frame, first=journeys.following(months[0], "month", -len(months)), last=last)
    return replace(frame, first=frame.first - timedelta(days=(frame.last - frame.first).days + 1), last=last)


def last_year(frame: Frame) -> Frame:
    """The same days of the year before; 29 February is compared with the 28th."""
    return replace(frame, first=_year_before(frame.first), last=_year_before(frame.last))


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def whole_bucket(window: Window) -> tuple[Unit, date] | None:
    """(unit, first day) of the one day, week or month that a window is; None for any other."""
    units: tuple[Unit, ...] = ("day", "week", "month")
    for unit in units:
        name = journeys.bucket_of(window.first, unit)
        if name == window.first and journeys.last_day_of(name, unit) == window.last:
            return unit, name
    return None
