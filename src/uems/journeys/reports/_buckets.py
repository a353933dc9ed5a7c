"""Into which days, weeks or months does a period fall, and which of them are over?

A bucket is named by its first day. Weeks start on Monday (ISO 8601). At the ends of a period a bucket may be cut: only the days
of the period count in it.
"""

from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

from uems.kernel.clock import start_of_day
from uems.kernel.sql import Sql

Unit: TypeAlias = Literal["day", "week", "month"]


def bucket_of(day: date, unit: Unit) -> date:
    if unit == "day":
        return day
    return day - timedelta(days=day.weekday()) if unit == "week" else day.replace(day=1)


def following(bucket: date, unit: Unit, count: int = 1) -> date:
    """The bucket ``count`` further (back, if negative)."""
    if unit != "month":
        return bucket + timedelta(days=count * (1 if unit == "day" else 7))
    months = bucket.year * 12 + bucket.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def last_day_of(bucket: date, unit: Unit) -> date:
    return following(bucket, unit) - timedelta(days=1)


def buckets(first: date, last: date, unit: Unit) -> list[date]:
    """Every bucket that holds a day of ``first`` to ``last``, in order."""
    found = [bucket_of(first, unit)]
    while (after := following(found[-1], unit)) <= last:
        found.append(after)
    return found


def days_before(first: date, last: date) -> tuple[date, date]:
    """The stretch right before these days: as many whole months, if these are whole months, else as many days."""
    months = buckets(first, last, "month")
    if first == months[0] and last == last_day_of(months[-1], "month"):
        return following(months[0], "month", -len(months)), first - timedelta(days=1)
    return first - timedelta(days=(last - first).days + 1), first - timedelta(days=1)


def place_of(bucket: date, start: date, unit: Unit) -> int:
    """How many buckets ``bucket`` comes after ``start``."""
    if unit == "month":
        return (bucket.year - start.year) * 12 + bucket.month - start.month
    return (bucket - start).days // (1 if unit == "day" else 7)


def place_sql(start: date, unit: Unit) -> Sql:
    """``place_of`` for a row with a column ``day``; never before ``start``, which is a bucket."""
    number = start.toordinal() - date(1970, 1, 1).toordinal()
    if unit == "month":
        return Sql(f"toUInt16((toYear(day) - {int(start.year)}) * 12 + toMonth(day) - {int(start.month)})")
    days = 1 if unit == "day" else 7
    return Sql(f"toUInt16(intDiv(toInt32(toUInt16(day)) - {int(number)}, {days}))")


def is_over(bucket: date, unit: Unit, zone: str, now: datetime) -> bool:
    """Whether the whole bucket has passed."""
    return start_of_day(following(bucket, unit), zone) <= now
