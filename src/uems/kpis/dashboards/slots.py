"""When is a paper due? At a local hour of each day, of a weekday, or of a day of the month; in the zone of the workspace."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from uems.kernel.clock import day_of, zone_of
from uems.kernel.edge import Body

_FAR = 62
"""Days within which there is always another slot."""


class Rhythm(Body):
    """every: "day"; "week" on a weekday, 0 for Monday; "month" on a day, where a short month takes its last one. hour: local."""

    every: Literal["day", "week", "month"]
    hour: Annotated[int, Field(strict=True, ge=0, le=23)]
    weekday: Annotated[int, Field(strict=True, ge=0, le=6)] | None = None
    month_day: Annotated[int, Field(strict=True, ge=1, le=31)] | None = None

    @model_validator(mode="after")
    def _fitting(self) -> "Rhythm":
        if (self.every == "week") != (self.weekday is not None) or (self.every == "month") != (self.month_day is not None):
            raise ValueError("every week needs weekday only, every month needs month_day only, every day neither")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One time at which a paper is due. day: local."""

    day: date
    hour: int
    at: datetime

    @property
    def name(self) -> str:
        return f"{self.day.isoformat()}T{self.hour:02d}"


def slot_on(rhythm: Rhythm, day: date, zone: str) -> Slot | None:
    """The slot of a local day; None where it has none.

    Of an hour that comes twice it is the first; an hour that the clocks skip begins when they have been put forward.
    """
    if rhythm.every == "week" and day.weekday() != rhythm.weekday:
        return None
    if rhythm.month_day is not None and day.day != min(rhythm.month_day, calendar.monthrange(day.year, day.month)[1]):
        return None
    # fold=0: the earlier of two; in a gap the offset before it, which leads to the first instant behind it.
    local = datetime(day.year, day.month, day.day, rhythm.hour, tzinfo=zone_of(zone))
    return Slot(day=day, hour=rhythm.hour, at=local.astimezone(UTC))


def next_slot(rhythm: Rhythm, zone: str, after: datetime) -> Slot:
    """The first slot later than ``after``."""
    day = day_of(after, zone) - timedelta(days=1)
    for _ in range(_FAR):
        slot = slot_on(rhythm, day, zone)
        if slot is not None and slot.at > after:
            return slot
        day += timedelta(days=1)
    raise AssertionError("no month is without a slot")


def latest_slot(rhythm: Rhythm, zone: str, since: datetime, now: datetime) -> Slot | None:
    """The last slot later than ``since`` that has come; those before it were missed and are passed over. None: nothing is due."""
    day = day_of(now, zone) + timedelta(days=1)
    for _ in range(_FAR):
        slot = slot_on(rhythm, day, zone)
        if slot is not None and slot.at <= now:
            return slot if slot.at > since else None
        day -= timedelta(days=1)
    return None
