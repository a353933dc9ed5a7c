"""Is a paper due exactly once a day, week or month at its local hour, also where clocks are put forward and back?"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from uems.kpis.dashboards.slots import Rhythm, latest_slot, next_slot

# With a change at 2:00, at midnight, of half an hour, of a whole day that never was, and with none.
PLACES = [
    ("America/New_York", 2025),
    ("America/Havana", 2025),
    ("Australia/Lord_Howe", 2025),
    ("Africa/Cairo", 2024),
    ("Pacific/Apia", 2011),
    ("Asia/Shanghai", 2025),
]
RHYTHMS = [
    *(Rhythm(every="day", hour=hour) for hour in (0, 1, 2, 3, 23)),
    Rhythm(every="week", hour=2, weekday=6),
    Rhythm(every="week", hour=8, weekday=0),
    Rhythm(every="month", hour=0, month_day=31),
    Rhythm(every="month", hour=1, month_day=1),
]


def fits(rhythm: Rhythm, day: date) -> bool:
    if rhythm.every == "week":
        return day.weekday() == rhythm.weekday
    if rhythm.month_day is not None:
        last = (day + timedelta(days=1)).day == 1
        return day.day == rhythm.month_day or (last and day.day < rhythm.month_day)
    return True


def walk(zone: str, year: int) -> dict[tuple[date, int], datetime]:
    """(local day, hour) → the first instant on that day whose local time is not before the hour, found quarter by quarter."""
    found: dict[tuple[date, int], datetime] = {}
    now = datetime(year, 1, 1, tzinfo=UTC)
    while now.year == year:
        local = now.astimezone(ZoneInfo(zone))
        for hour in range(local.hour + 1):
            found.setdefault((local.date(), hour), now)
        now += timedelta(minutes=15)
    return found


@pytest.mark.parametrize(("zone", "year"), PLACES)
def test_slots_are_those_that_a_walk_through_the_year_finds(zone: str, year: int) -> None:
    walked = walk(zone, year)
    begin, end = datetime(year, 1, 3, tzinfo=UTC), datetime(year, 12, 28, tzinfo=UTC)
    for rhythm in RHYTHMS:
        wanted = {at for (day, hour), at in walked.items() if hour == rhythm.hour and fits(rhythm, day) and begin < at <= end}
        found, at = [], begin
        while True:
            slot = next_slot(rhythm, zone, at)
            if slot.at > end:
                break
            assert latest_slot(rhythm, zone, at, slot.at) == slot
            assert latest_slot(rhythm, zone, slot.at, slot.at) is None
            assert latest_slot(rhythm, zone, at, slot.at - timedelta(seconds=1)) is None
            found.append(slot.at)
            at = slot.at
        assert len(found) == len(set(found))
        missing = wanted ^ set(found)
        # A day that never was has no instant of its own: its paper comes with that of the day behind it.
        assert not missing, (rhythm, sorted(missing))


def test_after_a_long_pause_only_the_latest_slot_is_due() -> None:
    rhythm = Rhythm(every="day", hour=8)
    found = latest_slot(rhythm, "Asia/Shanghai", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 9, 1, tzinfo=UTC))
    assert found is not None
    assert found.name == "2026-03-09T08"


def test_a_rhythm_says_which_day_exactly_where_it_needs_one() -> None:
    for broken in ({"every": "week"}, {"every": "day", "weekday": 1}, {"every": "month", "weekday": 1}, {"every": "day", "month_day": 3}):
        with pytest.raises(ValueError, match="needs"):
            Rhythm.model_validate({"hour": 8, **broken})
