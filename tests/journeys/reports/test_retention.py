"""Does retention say what a look at everybody's days, or at their clocks, says?"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.reports.world import (
    CLOCK,
    DAY,
    FIRST,
    HOUR,
    LAST,
    NOW,
    START,
    Act,
    Seen,
    Town,
    bucket,
    built,
    examples,
    group_of,
    ranked,
    text,
    told,
    town,
)
from uems.kernel.errors import UemsError

__all__ = ["town"]

UNIT = {"day": 1, "week": 7, "month": 30}


def shifted(first: date, unit: str, count: int) -> date:
    if unit == "month":
        months = first.year * 12 + first.month - 1 + count
        return date(months // 12, months % 12 + 1, 1)
    return first + timedelta(days=count * UNIT[unit])


def fits(step: dict[str, Any], one: Seen) -> bool:
    return step.get("event") in (None, one.event) and ("filter" not in step or one.device == "desk")


def cohorts_of(spec: dict[str, Any], seen: Sequence[Seen], first: date, last: date) -> dict[date, Seen]:
    """The cohorts of one person, each with the start by which they are in it."""
    found: dict[date, Seen] = {}
    for one in seen:
        if fits(spec["start"], one):
            if spec["cohort"] == "first_time" and one.day < first:
                return {}
            if first <= one.day <= last:
                found.setdefault(bucket(one.day, spec["unit"]), one)
                if spec["cohort"] == "first_time":
                    break
    return found


def offsets(spec: dict[str, Any], seen: Sequence[Seen], cohort: date, start: Seen, now: datetime) -> list[int]:
    """After how many units each return came."""
    back = [one for one in seen if fits(spec["returning"], one) and one.at < max(now, START + timedelta(days=DAYS_READ))]
    if spec["basis"] == "rolling":
        length = UNIT[spec["unit"]] * DAY
        return [(one.ms - start.ms) // length for one in back if (one.ms, one.order) > (start.ms, start.order)]
    found = []
    for one in back:
        if one.day <= now.astimezone(CLOCK).date():
            place = bucket(one.day, spec["unit"])
            found.append(next(n for n in range(-500, 500) if shifted(cohort, spec["unit"], n) == place))
    return found


DAYS_READ = 9


def came(spec: dict[str, Any], found: Sequence[int], column: Sequence[int]) -> bool:
    if spec["mode"] == "on_or_after":
        return any(n >= column[0] for n in found)
    return sum(column[0] <= n <= column[1] for n in found) >= int(spec["minimum"])


def time(spec: dict[str, Any], cohort: date, column: Sequence[int], first: date, last: date, now: datetime) -> str:
    def midnight(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=CLOCK).astimezone(START.tzinfo)

    after = shifted(cohort, spec["unit"], 1)
    if spec["basis"] == "calendar":
        begins, ends = midnight(shifted(cohort, spec["unit"], column[0])), midnight(shifted(cohort, spec["unit"], column[1] + 1))
    else:
        length = timedelta(days=UNIT[spec["unit"]])
        begins = midnight(max(cohort, first)) + length * column[0]
        ends = midnight(min(after, last + timedelta(days=1))) + length * (column[1] + 1)
    return "ahead" if begins > now else "over" if ends <= now else "running"


kinds: list[dict[str, Any]] = [{}, {"event": "A"}, {"event": "B"}, {"event": "A", "filter": {"column": {"name": "device", "op": "equals", "value": "desk"}}}]  # fmt: skip  # noqa: E501


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    mode = draw(st.sampled_from(["on", "on_or_after", "bracket"]))
    spec: dict[str, Any] = {
        "start": draw(st.sampled_from(kinds)),
        "returning": draw(st.sampled_from(kinds)),
        "unit": draw(st.sampled_from(["day", "day", "week", "month"])),
        "basis": draw(st.sampled_from(["calendar", "rolling"])),
        "cohort": draw(st.sampled_from(["first_time", "recurring"])),
        "mode": mode,
        "offsets": draw(st.integers(1, 5)),
        "brackets": [[0, 0], [1, 2], [2, 6]] if mode == "bracket" else [],
        "minimum": draw(st.sampled_from([1, 1, 2])) if mode == "on" else 1,
        "first_day": draw(st.sampled_from([FIRST, FIRST + timedelta(days=2)])).isoformat(),
    }
    if draw(st.booleans()):
        spec["breakdown"] = {"property": "x", "limit": 2}
    return spec


@examples(6)
@given(batches=told(most=20), spec=specs(), now=st.sampled_from([NOW, START + timedelta(days=4, hours=3)]))
def test_every_cell_equals_a_count_by_hand_and_opens_its_people(town: Town, batches: Any, spec: dict[str, Any], now: datetime) -> None:
    world = built(town, batches)
    first = date.fromisoformat(spec["first_day"])
    data = world.ask("retention", spec, now).data
    people = world.people()
    columns = spec["brackets"] or [[n, n] for n in range(spec["offsets"] + 1)]
    assert data["columns"] == columns
    top = ranked([o for seen in people.values() for o in seen if fits(spec["start"], o) and first <= o.day <= LAST], 2)
    every = [(p, c, s) for p, seen in people.items() for c, s in cohorts_of(spec, seen, first, LAST).items()]
    for line in data["lines"]:
        group = line["group"]
        mine = [(p, c, s) for p, c, s in every if group is None or group_of(text(s.properties.get("x")), top) == group]
        assert line["size"] == len(mine)
        assert world.open("retention", spec, {"group": group}, now) == sorted({p for p, _, _ in mine})
        complete: dict[int, list[bool]] = {n: [] for n in range(len(columns))}
        joined: dict[int, set[int]] = {n: set() for n in range(len(columns))}
        gone: dict[int, set[int]] = {n: set() for n in range(len(columns))}
        for row in line["cohorts"]:
            cohort = date.fromisoformat(row["cohort"])
            members = [(p, s) for p, c, s in mine if c == cohort]
            assert row["size"] == len(members)
            assert world.open("retention", spec, {"cohort": row["cohort"], "group": group}, now) == sorted(p for p, _ in members)
            for n, (cell, column) in enumerate(zip(row["cells"], columns, strict=True)):
                when = time(spec, cohort, column, first, LAST, now)
                back = {p for p, s in members if came(spec, offsets(spec, people[p], cohort, s, now), column)}
                if when == "ahead":
                    assert cell is None
                    continue
                assert (cell["count"], cell["complete"]) == (len(back), when == "over")
                if when == "over":
                    complete[n] += [p in back for p, _ in members]
                    joined[n] |= back
                    gone[n] |= {p for p, _ in members} - back
                if members and group is None:
                    place = {"cohort": row["cohort"], "column": n}
                    assert world.open("retention", spec, place, now) == sorted(back)
                    assert world.open("retention", spec, {**place, "outcome": "lost"}, now) == sorted({p for p, _ in members} - back)
        for n, mean in enumerate(line["curve"]):
            assert (mean["count"], mean["size"]) == (sum(complete[n]), len(complete[n]))
            if n == 1:
                assert world.open("retention", spec, {"column": n, "group": group}, now) == sorted(joined[n])
                assert world.open("retention", spec, {"column": n, "group": group, "outcome": "lost"}, now) == sorted(gone[n])


def shares(world: Any, spec: dict[str, Any]) -> list[int]:
    return [cell["count"] for cell in world.ask("retention", spec).data["lines"][0]["cohorts"][0]["cells"]]


def test_a_day_of_25_hours_is_one_day_by_the_calendar_and_more_than_one_by_the_clock(town: Town) -> None:
    world = town.world()
    # From 00:30 on the day that clocks go back to 00:00 on the next are 24 hours and a half.
    start = 3 * DAY + HOUR // 2
    world.send([Act(ms=start, user="u", event="A"), Act(ms=start + 24 * HOUR, user="u", event="B")])
    spec = {"start": {"event": "A"}, "returning": {"event": "B"}, "unit": "day", "offsets": 1, "first_day": "2025-11-02"}
    assert shares(world, spec) == [1, 0]
    assert shares(world, {**spec, "basis": "rolling"}) == [0, 1]


def test_people_who_are_merged_later_start_when_the_first_of_them_did(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=0, anonymous="a", event="A"), Act(ms=2 * DAY, user="u", event="A")])
    spec = {"unit": "day", "offsets": 2}
    assert shares(world, spec) == [1, 0, 0]
    world.send([Act(ms=3 * DAY, user="u", anonymous="a")])
    assert shares(world, spec) == [1, 0, 1]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"mode": "bracket"}, "needs brackets"),
        ({"mode": "bracket", "brackets": [[3, 1]]}, "not in order"),
        ({"minimum": 2, "mode": "on_or_after"}, "needs mode on"),
        ({"offsets": 0}, "offsets"),
    ],
)
def test_a_spec_that_cannot_be_used_says_why(town: Town, spec: dict[str, Any], words: str) -> None:
    with pytest.raises(UemsError) as error:
        town.world().ask("retention", spec)
    assert words in error.value.message


def test_a_workspace_without_events_and_a_cell_that_is_not_there(town: Town) -> None:
    world = town.world()
    assert world.ask("retention", {"first_day": None, "last_day": None}).data["lines"] == []
    assert world.ask("retention", {"unit": "day"}).data["lines"][0]["size"] == 0
    for cell in ({"cohort": "2025-10-01"}, {"cohort": FIRST.isoformat(), "column": 99}, {"cohort": FIRST.isoformat(), "outcome": "lost"}):
        with pytest.raises(UemsError):
            world.open("retention", {"unit": "day"}, cell)
    assert LAST > FIRST
