"""Do lifecycle and stickiness say what a look at everybody's days says?"""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.reports.world import DAY, FIRST, LAST, Act, Seen, Town, bucket, built, examples, monday, told, town
from uems.kernel.errors import UemsError

__all__ = ["town"]

kinds: list[dict[str, Any]] = [
    {},
    {"event": "A"},
    {"event": "A", "filter": {"column": {"name": "device", "op": "equals", "value": "desk"}}},
]


def fits(step: dict[str, Any], one: Seen) -> bool:
    return step.get("event") in (None, one.event) and ("filter" not in step or one.device == "desk")


def one_before(first: date, unit: str) -> date:
    return bucket(first - timedelta(days=1), unit)


@examples(6)
@given(
    batches=told(),
    step=st.sampled_from(kinds),
    unit=st.sampled_from(["day", "week", "month"]),
    first=st.sampled_from([FIRST, FIRST + timedelta(days=3)]),
)
def test_lifecycle_equals_a_count_by_hand_and_opens_its_people(
    town: Town, batches: Any, step: dict[str, Any], unit: str, first: date
) -> None:
    world = built(town, batches)
    spec = {"step": step, "unit": unit, "first_day": first.isoformat()}
    active = {p: {bucket(o.day, unit) for o in seen if fits(step, o)} for p, seen in world.people().items()}
    rows = world.ask("lifecycle", spec).data["buckets"]
    assert [date.fromisoformat(row["bucket"]) for row in rows] == sorted(
        {bucket(first + timedelta(days=n), unit) for n in range((LAST - first).days + 1)}
    )
    for row in rows:
        here = date.fromisoformat(row["bucket"])
        before = one_before(here, unit)
        now = {p for p, days in active.items() if here in days}
        last = {p for p, days in active.items() if before in days}
        ever = {p for p, days in active.items() if any(day < here for day in days)}
        wanted = {"new": now - ever, "returning": now & last, "resurrecting": (now & ever) - last, "dormant": last - now, "active": now}
        for state, people in wanted.items():
            assert row[state] == len(people), state
            assert world.open("lifecycle", spec, {"bucket": row["bucket"], "state": state}) == sorted(people)


@examples(6)
@given(batches=told(), step=st.sampled_from(kinds), unit=st.sampled_from(["day", "week", "month"]))
def test_stickiness_equals_a_count_by_hand_and_opens_its_people(town: Town, batches: Any, step: dict[str, Any], unit: str) -> None:
    world = built(town, batches)
    spec = {"step": step, "unit": unit}
    numbers = {
        p: len({bucket(o.day, unit) for o in seen if fits(step, o) and FIRST <= o.day <= LAST}) for p, seen in world.people().items()
    }
    data = world.ask("stickiness", spec).data
    total = sum(numbers.values())
    people = sum(n > 0 for n in numbers.values())
    assert (data["people"], data["average"]) == (people, pytest.approx(total / people) if people else None)
    assert data["units"] == len({bucket(FIRST + timedelta(days=n), unit) for n in range((LAST - FIRST).days + 1)})
    for row in data["distribution"]:
        exactly = sorted(p for p, n in numbers.items() if n == row["units"])
        at_least = sorted(p for p, n in numbers.items() if n >= row["units"])
        assert (row["people"], row["at_least"]) == (len(exactly), len(at_least))
        assert world.open("stickiness", spec, {"units": row["units"]}) == exactly
        assert world.open("stickiness", spec, {"units": row["units"], "at_least": True}) == at_least


def test_a_merge_makes_two_new_people_one_who_returns(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=0, anonymous="a", event="A"), Act(ms=DAY, user="u", event="A")])
    spec = {"unit": "day", "last_day": "2025-10-31"}
    assert [row["new"] for row in world.ask("lifecycle", spec).data["buckets"]] == [1, 1]
    world.send([Act(ms=DAY, user="u", anonymous="a")])
    assert [(row["new"], row["returning"]) for row in world.ask("lifecycle", spec).data["buckets"]] == [(1, 0), (0, 1)]
    assert world.ask("stickiness", spec).data["distribution"][1] == {"units": 2, "people": 1, "at_least": 1}


def test_weeks_count_whole_and_start_on_monday(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=0, user="u", event="A")])  # a Thursday
    rows = world.ask("lifecycle", {"unit": "week", "first_day": "2025-10-31", "last_day": "2025-11-03"}).data["buckets"]
    assert [(row["bucket"], row["new"], row["dormant"]) for row in rows] == [("2025-10-27", 1, 0), ("2025-11-03", 0, 1)]
    assert monday(date(2025, 11, 3)) == date(2025, 11, 3)


def test_nothing_to_count_has_designed_answers(town: Town) -> None:
    world = town.world()
    nothing = {"first_day": None, "last_day": None}
    assert world.ask("lifecycle", nothing).data["buckets"] == []
    assert world.ask("stickiness", nothing).data["people"] == 0
    assert world.ask("lifecycle", {"step": {"event": "X"}}).warnings[0].subject == "X"
    assert world.open("stickiness", {}, {"units": 1}) == []
    with pytest.raises(UemsError):
        world.open("lifecycle", {}, {"bucket": "2020-01-01", "state": "new"})
