"""When did it happen, and which business day was that?

Inside the system every time is an aware UTC datetime. A day belongs to a named zone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from uems.kernel.errors import invalid


def utc_now() -> datetime:
    """The only place that reads the wall clock; everything else takes ``now`` as an argument."""
    return datetime.now(UTC)


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """The IANA zone ``name``; raises ``invalid`` for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise invalid("zone", name, "must be an IANA time zone such as Asia/Shanghai.") from error


def day_of(ts: datetime, zone: str) -> date:
    """The business day of ``ts`` (aware) in ``zone``."""
    return ts.astimezone(zone_of(zone)).date()


def start_of_day(day: date, zone: str) -> datetime:
    """The UTC instant at which ``day`` starts in ``zone``; a day may last 23 or 25 hours."""
    # fold=0 takes the earlier of two midnights; a midnight skipped by DST resolves to the first instant that exists.
    local = datetime(day.year, day.month, day.day, tzinfo=zone_of(zone))
    return local.astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A half-open interval [start, end) of aware UTC instants."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise invalid("period", f"{self.start}..{self.end}", "both ends must carry a time zone.")
        if self.end <= self.start:
            raise invalid("period", f"{self.start.isoformat()}..{self.end.isoformat()}", "the end must be after the start.")

    @staticmethod
    def of_days(first: date, last: date, zone: str) -> "Period":
        """Both days included, in ``zone``."""
        return Period(start=start_of_day(first, zone), end=start_of_day(last + timedelta(days=1), zone))

    def contains(self, ts: datetime) -> bool:
        return self.start <= ts < self.end


_QUARTER = 900_000


def days_of(ts_milliseconds: npt.NDArray[np.int64], zone: str) -> npt.NDArray[np.int32]:
    """The business days in ``zone`` of many instants at once, as days since 1970-01-01.

    ts_milliseconds: shape (n,), milliseconds since 1970 UTC. Equal to ``day_of`` for each: every zone of the years that we
    accept changes its offset at a whole quarter of an hour, so one look-up a quarter is enough.
    """
    quarters, inverse = np.unique(ts_milliseconds // _QUARTER, return_inverse=True)
    days = [_day_of_quarter(int(q), zone) for q in quarters]
    return np.array(days, np.int32)[inverse] if days else np.zeros(0, np.int32)


@lru_cache(maxsize=200_000)
def _day_of_quarter(quarter: int, zone: str) -> int:
    local = datetime.fromtimestamp(quarter * 900, UTC).astimezone(zone_of(zone))
    return local.date().toordinal() - 719_163  # the ordinal of 1970-01-01
