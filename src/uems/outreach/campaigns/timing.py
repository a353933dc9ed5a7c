"""When does a campaign take place, when is it each person's turn, and how many may go at once?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from uems.kernel.clock import Period, day_of, zone_of
from uems.kernel.store import from_microseconds, to_microseconds
from uems.outreach.campaigns.spec import CampaignThrottle, CampaignTiming
from uems.outreach.flows.local_time import at_local, next_local
from uems.outreach.flows.schedule import opening, openings, opens_on

Instants = npt.NDArray[np.int64]
"""Microseconds since 1970."""
ONCE: Final = "once"
"""The slot of a campaign that begins when it is launched."""
FIRST_ZONE: Final = "Pacific/Kiritimati"
"""Where each day begins first."""
SECOND: Final = 1_000_000
HOUR: Final = 3600 * SECOND
_PER: Final[Mapping[Literal["minute", "hour"], int]] = {"minute": 60 * SECOND, "hour": HOUR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One time that it takes place. slot: its name. at: when it begins. day: of the calendar; None where it begins at once."""

    slot: str
    at: datetime
    day: date | None


def planned(timing: CampaignTiming, zone: str, zones: Sequence[str], period: Period) -> Iterator[Opening]:
    """The openings of a schedule that begin within a period, in order. zones: those in which people live."""
    entry = timing.schedule
    if entry is None:
        return
    last = date.fromisoformat(timing.until) if timing.until else date.max
    if timing.clock != "person":
        for at in openings(entry, zone, period):
            day = day_of(at, zone)
            if day <= last:
                yield Opening(slot=f"{day}T{entry.at}", at=at, day=day)
        return
    day = period.start.astimezone(zone_of("UTC")).date() - timedelta(days=1)
    while day <= period.end.astimezone(zone_of(FIRST_ZONE)).date():
        if opens_on(entry, day) and day <= last:
            # The day begins for the first of them before it does for the workspace.
            at = min(opening(entry, day, one) for one in {zone, *zones})
            if period.contains(at):
                yield Opening(slot=f"{day}T{entry.at}", at=at, day=day)
        day += timedelta(days=1)


def turns(timing: CampaignTiming, zones: Sequence[str], best: Sequence[int], opened: Opening, since: datetime) -> Instants:
    """When it is each person's turn, not before ``since``. Shape (n,).

    zones: of each person, for the clock of the person. best: hour of the day (UTC) of each, for their best hour. Whose hour is over gets
    it a day later.
    """
    count = len(best) if timing.clock == "best" else len(zones)
    if timing.clock == "workspace":
        return np.full(count, to_microseconds(since), np.int64)
    if timing.clock == "person":
        text = timing.schedule.at if timing.schedule else timing.local_at
        by_zone = {zone: _local_turn(text, zone, opened, since) for zone in set(zones)}
        return np.array([by_zone[zone] for zone in zones], np.int64)
    begin = to_microseconds(since)
    top = begin - begin % (24 * HOUR)
    mine = top + np.asarray(best, np.int64) * HOUR
    # Within the hour that has begun it is their hour already.
    return np.where(mine > begin, mine, np.where(mine + HOUR > begin, begin, mine + 24 * HOUR)).astype(np.int64)


def _local_turn(text: str, zone: str, opened: Opening, since: datetime) -> int:
    at = at_local(opened.day, int(text[:2]), int(text[3:]), zone) if opened.day is not None else since
    return to_microseconds(at if opened.day is not None and at >= since else next_local(since, text, (), zone))


def allowed(throttle: CampaignThrottle | None, next_release: int, now_us: int, most: int) -> tuple[int, int]:
    """(how many may go now, when the next may go). In any minute, or hour, no more go than the throttle says.

    A cell rate algorithm: each takes its share of time, and up to a second of unused time is made up for; the shares are so much
    longer that this second does not come on top.
    """
    if throttle is None:
        return most, next_release
    share = -(-(_PER[throttle.per] + SECOND) // throttle.messages)
    begin = max(next_release, now_us - SECOND)
    if begin > now_us:
        return 0, next_release
    count = min(most, (now_us - begin) // share + 1)
    return count, begin + count * share


def hours_of(instants: Instants) -> dict[datetime, int]:
    """Beginning of an hour (UTC) → how many have their turn within it, in order."""
    found, counts = np.unique(instants - instants % HOUR, return_counts=True)
    return {from_microseconds(int(at)): int(count) for at, count in zip(found, counts, strict=True)}
