"""Which instants does "before", "after" or "between" mean, in this zone, now?

A moment becomes a range of instants; text that holds only a date becomes a range of days. All zone arithmetic happens here,
once, in Python, so that both evaluators compare plain UTC instants and plain dates.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from uems.kernel._filters_model import Ago, At, Day, Instant, Moment, Test
from uems.kernel.clock import day_of, start_of_day, zone_of

# What data may hold: a bare date, or ISO 8601 with at least minutes. Without an offset it is UTC, as the protocol has it.
DAY_PATTERN: Final = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
TIME_PATTERN: Final = (
    "^(19|2[0-2])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]([01][0-9]|2[0-3]):[0-5][0-9]"
    "(:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])?$"
)
_DAY = re.compile(DAY_PATTERN.replace("$", r"\Z"))
_TIME = re.compile(TIME_PATTERN.replace("$", r"\Z"))
# The engine keeps times and days from 1900 to 2299.
_FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2299, 12, 31, tzinfo=UTC)
_LAST_DAY: Final = _LAST.date()
_FIXED: Final = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Instants from ``low`` (included unless ``low_open``) to ``high`` (excluded unless ``high_closed``); None is no bound.

    low_day, high_day: the same window for a value that is a bare day, which stands for its first instant: half-open.
    """

    low: datetime | None = None
    low_open: bool = False
    high: datetime | None = None
    high_closed: bool = False
    low_day: date | None = None
    high_day: date | None = None

    def has_instant(self, ts: datetime) -> bool:
        if self.low is not None and (ts < self.low or (self.low_open and ts == self.low)):
            return False
        return self.high is None or ts < self.high or (self.high_closed and ts == self.high)

    def has_day(self, day: date) -> bool:
        return (self.low_day is None or day >= self.low_day) and (self.high_day is None or day < self.high_day)


def window_of(test: Test, at: At) -> Window:
    """The window of a ``before``, ``after`` or ``between`` test."""
    value = test.value
    if test.op == "before":
        assert isinstance(value, Day | Instant | Ago)
        high, _ = _bounds(value, at)
        return _window(at.zone, high=high)
    if test.op == "after":
        assert isinstance(value, Day | Instant | Ago)
        _, end = _bounds(value, at)
        return _window(at.zone, low=end, low_open=_is_point(value))
    assert isinstance(value, tuple)
    first, last = value
    assert isinstance(first, Day | Instant | Ago)
    assert isinstance(last, Day | Instant | Ago)
    low, _ = _bounds(first, at)
    _, high = _bounds(last, at)
    return _window(at.zone, low=low, high=high, high_closed=_is_point(last))


def read_instant(text: str) -> datetime | None:
    """The instant that a data text means, to the microsecond; None for a bare date and for anything else."""
    if not _TIME.match(text):
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:  # 31 April
        return None
    try:
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except OverflowError:
        return None


def read_day(text: str) -> str | None:
    """``text`` itself when it is a bare date; such texts sort as their days do (a 31 April sorts after the 30th)."""
    return text if _DAY.match(text) else None


def _window(
    zone: str, *, low: datetime | None = None, low_open: bool = False, high: datetime | None = None, high_closed: bool = False
) -> Window:
    return Window(
        low=low,
        low_open=low_open,
        high=high,
        high_closed=high_closed,
        low_day=None if low is None else _first_day(low, zone, strictly=low_open),
        high_day=None if high is None else _first_day(high, zone, strictly=high_closed),
    )


def _is_point(moment: Moment) -> bool:
    """Whether the moment is a bare instant: "after" leaves it out and "between" takes it in. Days and whole units are half-open."""
    return isinstance(moment, Instant) or (isinstance(moment, Ago) and not moment.whole)


def _first_day(ts: datetime, zone: str, *, strictly: bool) -> date:
    """The first day that starts at or after ``ts`` (``strictly``: after it); the last that the engine knows where it would lie beyond."""
    day = day_of(ts, zone)
    start = start_of_day(day, zone)
    return min(_LAST_DAY, day if start > ts or (start == ts and not strictly) else day + timedelta(days=1))


def _bounds(moment: Moment, at: At) -> tuple[datetime, datetime]:
    """The first instant of the moment, and for a day the first instant after it (else the same)."""
    if isinstance(moment, Day):
        return _clamped(start_of_day(moment.day, at.zone)), _clamped(start_of_day(moment.day + timedelta(days=1), at.zone))
    instant = _clamped(moment.at if isinstance(moment, Instant) else _resolve(moment, at))
    return instant, instant


def _clamped(ts: datetime) -> datetime:
    return min(max(ts, _FIRST), _LAST)


def _resolve(ago: Ago, at: At) -> datetime:
    """The instant that ``ago`` means now."""
    try:
        if ago.unit in _FIXED:
            shifted = at.now.astimezone(UTC) - ago.amount * _FIXED[ago.unit]
            if not ago.whole:
                return shifted
            # Hours start on the local clock: some zones are off by half an hour.
            local = shifted.astimezone(zone_of(at.zone))
            return shifted - timedelta(
                minutes=local.minute if ago.unit == "hour" else 0, seconds=local.second, microseconds=local.microsecond
            )
        return _on_calendar(ago, at)
    except (OverflowError, ValueError):
        return _FIRST if ago.amount > 0 else _LAST


def _on_calendar(ago: Ago, at: At) -> datetime:
    zone = zone_of(at.zone)
    local = at.now.astimezone(zone)
    if ago.unit in ("day", "week"):
        day = local.date() - timedelta(days=ago.amount * (7 if ago.unit == "week" else 1))
    else:
        months = local.year * 12 + local.month - 1 - ago.amount * (12 if ago.unit == "year" else 1)
        year, month = divmod(months, 12)
        day = _clipped(year, month + 1, local.day)
    if not ago.whole:
        # The same wall clock; one that the zone skips or repeats on that day takes the earlier offset.
        return datetime.combine(day, local.time(), zone).astimezone(UTC)
    if ago.unit == "week":
        day -= timedelta(days=day.weekday())
    elif ago.unit != "day":
        day = day.replace(day=1) if ago.unit == "month" else day.replace(month=1, day=1)
    return start_of_day(day, at.zone)


def _clipped(year: int, month: int, day: int) -> date:
    """The day of that month, or its last one: a month before 31 March is 28 or 29 February."""
    for candidate in (day, 30, 29, 28):
        try:
            return date(year, month, min(candidate, day))
        except ValueError:
            if candidate == 28:
                raise
    raise AssertionError
