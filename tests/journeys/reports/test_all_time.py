"""Is "all time" the days with events, however far away a stray one lies, and is it said what was left out?"""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.reports.world import DAY, FIRST, HOUR, LAST, Act, Town, World, town
from uems.journeys.registry import REPORTS
from uems.journeys.reports._span import GAP, usual_days

__all__ = ["town"]

ALL: dict[str, Any] = {"first_day": None, "last_day": None}
STEPS = [{"event": "A"}, {"event": "B"}]
SPECS: dict[str, dict[str, Any]] = {
    "trend": {"series": STEPS},
    "funnel": {"steps": STEPS},
    "retention": {"start": STEPS[0], "returning": STEPS[1]},
    "lifecycle": {},
    "stickiness": {},
    "paths": {},
    "overview": {},
    "penetration": {"features": STEPS},
    "interval": {"start": STEPS[0], "end": STEPS[1]},
    "journey_map": {"stages": [{"key": "a", "name": "A", "touchpoints": [{"key": "p", "name": "P", "events": STEPS}]}]},
}


@pytest.fixture(scope="module")
def stray(town: Town) -> World:
    """Nine days of forty people, and one event of another, of 2001."""
    world = town.world()
    acts = [Act(ms=n % 9 * DAY + 2 * HOUR + n, user=f"u{n % 40}", event="AB"[n % 2]) for n in range(200)]
    world.send([*acts, Act(ms=-24 * 365 * DAY + 2 * HOUR, user="old", event="A")])
    return world


@pytest.mark.parametrize("name", SPECS)
def test_a_stray_event_of_decades_ago_is_left_out_and_counted(stray: World, name: str) -> None:
    spec = SPECS[name]
    whole = stray.ask(name, {**spec, **ALL})
    asked = stray.ask(name, spec)
    assert (whole.first_day, whole.last_day) == (FIRST, LAST)
    assert whole.data == asked.data
    assert [(one.code, one.subject, one.near) for one in whole.warnings] == [("events_left_out", "1", ("2001-11-05", "2001-11-05"))]
    assert [one for one in asked.warnings if one.code == "events_left_out"] == []
    if name in ("overview", "paths", "lifecycle"):
        cell = (
            {"who": "active"}
            if name == "overview"
            else {}
            if name == "paths"
            else {"bucket": asked.data["buckets"][0]["bucket"], "state": "new"}
        )
        assert stray.open(name, {**spec, **ALL}, cell) == stray.open(name, spec, cell)


def test_the_stray_day_is_shown_to_whoever_asks_for_it(stray: World) -> None:
    day = {"first_day": "2001-11-05", "last_day": "2001-11-05"}
    assert stray.ask("trend", {**SPECS["trend"], **day}).data["series"][0]["lines"][0]["total"] == 1
    until = stray.ask("trend", {**SPECS["trend"], "first_day": None, "last_day": "2002-01-01"})
    assert str(until.first_day) == "2001-11-05"


def test_of_a_long_history_a_report_is_of_its_last_days_and_the_overview_of_all(town: Town) -> None:
    world = town.world()
    days = list(range(0, 1500, 100))
    world.send([Act(ms=(day - 1500) * DAY, user="u", event="A") for day in days])
    found = world.ask("trend", {**SPECS["trend"], **ALL})
    last = FIRST - timedelta(days=100)
    assert (found.last_day, found.first_day) == (last, last - timedelta(days=1000))
    assert [(one.subject, one.near) for one in found.warnings if one.code == "events_left_out"] == [
        ("4", ((FIRST - timedelta(days=1500)).isoformat(), (FIRST - timedelta(days=1200)).isoformat()))
    ]
    overview = world.ask("overview", ALL)
    assert (overview.first_day, overview.warnings) == (FIRST - timedelta(days=1500), ())


def test_every_report_that_takes_days_can_be_of_all_time() -> None:
    assert set(SPECS) <= {one.key for one in REPORTS}


@given(
    st.dictionaries(st.integers(0, 9_000), st.integers(1, 5), min_size=1, max_size=12),
    st.sampled_from([None, 1, 30, 1_100]),
)
def test_it_is_the_stretch_with_the_most(found: dict[int, int], most: int | None) -> None:
    start = date(2000, 1, 1)
    days = sorted(found)
    stretches: list[list[int]] = []
    for day in days:
        if stretches and day - stretches[-1][-1] <= GAP.days:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    best = max(sum(found[day] for day in stretch) for stretch in stretches)
    chosen = [stretch for stretch in stretches if sum(found[day] for day in stretch) == best][-1]
    chosen = [day for day in chosen if most is None or chosen[-1] - day < most]
    rest = [day for day in days if day not in chosen]
    span = usual_days([start + timedelta(days=day) for day in days], [found[day] for day in days], most)
    assert (span.first, span.last) == (start + timedelta(days=chosen[0]), start + timedelta(days=chosen[-1]))
    assert span.left_out == sum(found[day] for day in rest)
    assert span.others == ((start + timedelta(days=rest[0]), start + timedelta(days=rest[-1])) if rest else None)
    assert len(span.notices) == bool(rest)
