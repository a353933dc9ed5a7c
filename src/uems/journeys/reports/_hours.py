"""Into which hours of the clock does a period fall, when clocks change within it?

An hour starts where the minute hand of the zone's clock stands at twelve. On the day that clocks go back an hour is there twice,
as two hours; on the other day one is missing. Where clocks change by half an hour, the hour is cut at the change.
"""

from datetime import UTC, datetime, timedelta

from uems.kernel.clock import Period, zone_of
from uems.kernel.sql import Sql, join

_HOUR = 3_600_000
_QUARTER = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(ts: datetime) -> int:
    return (ts - _EPOCH) // timedelta(milliseconds=1)


def instant(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)


def _pieces(period: Period, zone: str) -> list[tuple[int, int]]:
    """(first instant, offset from UTC), in milliseconds, of each stretch without a change; every change is at a quarter of an hour."""
    found: list[tuple[int, int]] = []
    ts = period.start
    while ts < period.end:
        offset = ts.astimezone(zone_of(zone)).utcoffset()
        assert offset is not None
        if not found or found[-1][1] != offset // timedelta(milliseconds=1):
            found.append((milliseconds(ts), offset // timedelta(milliseconds=1)))
        ts += _QUARTER
    return found


def hours(period: Period, zone: str) -> list[int]:
    """The first instant of each hour of ``period``, in milliseconds since 1970 UTC."""
    pieces = _pieces(period, zone)
    ends = [start for start, _ in pieces[1:]] + [milliseconds(period.end)]
    return [
        max(start, hour * _HOUR - offset)
        for (start, offset), end in zip(pieces, ends, strict=True)
        for hour in range((start + offset) // _HOUR, -(-(end + offset) // _HOUR))
    ]


def hour_sql(ms: Sql, period: Period, zone: str) -> Sql:
    """The first instant of the hour in which ``ms``, an expression within ``period``, lies: one of ``hours``."""
    pieces = _pieces(period, zone)
    parts = [
        Sql(f"{ms} >= {int(start)}, greatest({int(start)}, intDiv({ms} + {int(offset)}, {_HOUR}) * {_HOUR} - {int(offset)})")
        for start, offset in reversed(pieces)
    ]
    return Sql(f"multiIf({join(Sql(', '), parts)}, 0)")
