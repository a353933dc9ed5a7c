"""Does the map say what following everybody by hand says, and does every number open its people?"""

import statistics
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.identity.conftest import make_access
from tests.journeys.reports.world import (
    DAY,
    FIRST,
    HOUR,
    LAST,
    NOW,
    SECOND,
    Act,
    Seen,
    Town,
    World,
    bucket,
    built,
    examples,
    moments,
    town,
)
from uems.access.api import Workspaces
from uems.kernel.errors import UemsError
from uems.profiles.api import parse_condition
from uems.segments import api as segments

__all__ = ["town"]

HALF_HOUR = 1_800_000
ON_DESK = {"column": {"name": "device", "op": "equals", "value": "desk"}}
KINDS: list[dict[str, Any]] = [
    {"event": "A"},
    {"event": "B"},
    {"event": "C"},
    {"event": "Page Viewed"},
    {"event": "A", "filter": ON_DESK},
    {},
]
CHANNELS: list[list[str]] = [[], [], ["browser"], ["mobile", "import"]]


@st.composite
def acts(draw: st.DrawFn) -> Act:
    who = draw(st.integers(0, 2))
    name = draw(st.sampled_from(["A", "B", "C", "Page Viewed", "Heartbeat", "Page Left"]))
    engaged = {"engaged_seconds": draw(st.sampled_from([0, 1.5, 20, 0.25]))} if name in ("Heartbeat", "Page Left") else {}
    return Act(
        ms=draw(moments) + draw(st.sampled_from([0, 0, HALF_HOUR - 1, HALF_HOUR, 5 * SECOND])),
        anonymous=f"a{who}",
        user=draw(st.sampled_from(["", "", f"u{who}"])),
        event="" if name == "Page Viewed" else name,
        path="/p" if name == "Page Viewed" else "",
        properties=engaged,
        device=draw(st.sampled_from(["", "phone", "desk"])),
        channel=draw(st.sampled_from(["", "browser", "mobile", "import"])),
    )


points = st.tuples(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2), st.sampled_from(CHANNELS))


@st.composite
def drawings(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Two or three stages with up to two touchpoints each, at least one in all; a stage may be empty."""
    sizes = draw(st.sampled_from([(1, 1), (2, 1), (1, 0, 1), (0, 2, 1), (1, 2), (2,)]))
    stages, number = [], 0
    for stage, size in enumerate(sizes):
        drawn = []
        for _ in range(size):
            events, channels = draw(points)
            drawn.append({"key": f"p{number}", "name": f"P{number}", "events": events, "channels": channels})
            number += 1
        stages.append({"key": f"s{stage}", "name": f"S{stage}", "touchpoints": drawn})
    return stages


def touches(point: Mapping[str, Any], one: Seen) -> bool:
    if point["channels"] and one.channel not in point["channels"]:
        return False
    return any(kind.get("event") in (None, one.event) and ("filter" not in kind or one.device == "desk") for kind in point["events"])


class Oracle:
    """One map over everybody, followed by hand."""

    def __init__(self, world: World, spec: Mapping[str, Any]) -> None:
        self.people = world.people()
        self.spec = spec
        self.first, self.last = date.fromisoformat(spec["first_day"]), date.fromisoformat(spec["last_day"])

    def inside(self, one: Seen) -> bool:
        return self.first <= one.day <= self.last

    def touched(self, group: Sequence[Mapping[str, Any]]) -> dict[int, list[Seen]]:
        found = {p: [o for o in seen if self.inside(o) and any(touches(t, o) for t in group)] for p, seen in self.people.items()}
        return {person: rows for person, rows in found.items() if rows}

    def onward(self, group: Sequence[Mapping[str, Any]], to: Sequence[Mapping[str, Any]]) -> dict[int, float]:
        """person → seconds."""
        found: dict[int, float] = {}
        for person, seen in self.people.items():
            for place, one in enumerate(seen):
                if person in found or not self.inside(one) or not any(touches(t, one) for t in group):
                    continue
                after = next((o for o in seen[place + 1 :] if any(touches(t, o) for t in to)), None)
                if after is not None and after.ms - one.ms <= self.spec["window_seconds"] * 1000:
                    found[person] = (after.ms - one.ms) / 1000
        return found

    def visits(self) -> list[tuple[int, list[Seen]]]:
        """Every visit as it is seen from the period: to a day beyond its end."""
        found: list[tuple[int, list[Seen]]] = []
        for person, seen in self.people.items():
            last = None
            for one in seen:
                if one.day < self.first or one.day > self.last + timedelta(days=1) or one.channel == "import":
                    continue
                if last is None or one.ms - last >= HALF_HOUR:
                    found.append((person, []))
                found[-1][1].append(one)
                last = one.ms
        return found

    def stays(self, point: Mapping[str, Any]) -> tuple[list[int], list[int], list[tuple[int, float]]]:
        """(whose visits with a touch, whose that ended with one, (person, seconds) of each touch of known length)."""
        visited, ended, dwell = [], [], []
        for person, visit in self.visits():
            deeds = [(n, o) for n, o in enumerate(visit) if o.event not in ("Heartbeat", "Page Left")]
            mine = [place for place, (_, o) in enumerate(deeds) if self.inside(o) and touches(point, o)]
            visited += [person] * bool(mine)
            ended += [person] * bool(mine and mine[-1] == len(deeds) - 1)
            for place in mine:
                n, one = deeds[place]
                further = [(m, o) for m, o in deeds[place + 1 :] if not one.path or o.path]
                until = further[0][0] if further else len(visit)
                engaged = sum(o.properties["engaged_seconds"] for o in visit[n:until] if o.event in ("Heartbeat", "Page Left"))
                if engaged:
                    dwell.append((person, engaged))
                elif further:
                    dwell.append((person, (further[0][1].ms - one.ms) / 1000))
        return visited, ended, dwell


def check_onward(oracle: Oracle, told: Mapping[str, Any] | None, people: int, group: Any, to: Any) -> set[int]:
    if told is None:
        assert not to
        return set()
    wanted = oracle.onward(group, to)
    assert told["people"] == len(wanted)
    assert told["lost"] == people - len(wanted)
    assert told["conversion"] == (pytest.approx(len(wanted) / people) if people else None)
    assert told["median_seconds"] == (pytest.approx(statistics.median(wanted.values())) if wanted else None)
    return set(wanted)


@examples(8)
@given(
    batches=st.lists(st.tuples(st.lists(acts(), min_size=1, max_size=25), st.integers(0, 1)), min_size=1, max_size=3),
    stages=drawings(),
    window=st.sampled_from([1, 3600, 86_400, 3 * 86_400]),
    last=st.sampled_from([LAST, FIRST + timedelta(days=4)]),
    unit=st.sampled_from(["day", "week"]),
)
def test_every_number_of_a_map_equals_the_walk_by_hand_and_opens_its_people(
    town: Town, batches: Any, stages: Any, window: int, last: date, unit: str
) -> None:
    world = built(town, batches)
    spec = {"stages": stages, "window_seconds": window, "unit": unit, "first_day": FIRST.isoformat(), "last_day": last.isoformat()}
    data = world.ask("journey_map", spec).data["period"]
    oracle = Oracle(world, spec)
    drawn = [point for stage in stages for point in stage["touchpoints"]]
    assert data["people"] == len(oracle.touched(drawn)) == len(world.open("journey_map", spec, {}))
    filled = [stage for stage in stages if stage["touchpoints"]]
    for told, stage in zip(data["stages"], stages, strict=True):
        mine = stage["touchpoints"]
        after = filled[filled.index(stage) + 1]["touchpoints"] if stage in filled[:-1] else []
        check_place(world, oracle, spec, told, {"stage": stage["key"]}, mine, {"onward": after})
        for row, point in zip(told["touchpoints"], mine, strict=True):
            place = drawn.index(point)
            cell = {"touchpoint": point["key"]}
            check_place(world, oracle, spec, row, cell, [point], {"onward": drawn[place + 1 : place + 2], "onward_stage": after})
            assert row["channels"] == point.get("channels", [])
            visited, ended, dwell = oracle.stays(point)
            assert row["visits"] == {
                "visits": len(visited),
                "people": len(set(visited)),
                "ended": len(ended),
                "ended_people": len(set(ended)),
                "bounce_rate": pytest.approx(len(ended) / len(visited)) if visited else None,
            }
            seconds = [length for _, length in dwell]
            assert row["dwell"]["touches"] == len(seconds)
            assert row["dwell"]["median_seconds"] == (pytest.approx(statistics.median(seconds)) if seconds else None)
            assert row["dwell"]["average_seconds"] == (pytest.approx(statistics.fmean(seconds)) if seconds else None)
            assert row["sentiment"] == {"value": None, "reason": "not_measured"}
            for of, people in (("visited", visited), ("ended", ended), ("dwelled", [p for p, _ in dwell])):
                assert world.open("journey_map", spec, {**cell, "of": of}) == sorted(set(people))


def check_place(world: World, oracle: Oracle, spec: Any, told: Any, cell: Any, group: Any, ways: Mapping[str, Any]) -> None:
    touched = oracle.touched(group)
    assert (told["people"], told["events"]) == (len(touched), sum(map(len, touched.values())))
    assert world.open("journey_map", spec, cell) == sorted(touched)
    for way, to in ways.items():
        goes = check_onward(oracle, told[way], len(touched), group, to)
        if to:
            lost = way.replace("onward", "lost")
            assert world.open("journey_map", spec, {**cell, "of": way}) == sorted(goes)
            assert world.open("journey_map", spec, {**cell, "of": lost}) == sorted(set(touched) - goes)
    for entry in told["series"]:
        rows = {p: [o for o in seen if bucket(o.day, spec["unit"]).isoformat() == entry["bucket"]] for p, seen in touched.items()}
        assert entry["events"] == sum(map(len, rows.values()))
        assert entry["people"] == sum(map(bool, rows.values()))
    busy = next((entry["bucket"] for entry in told["series"] if entry["people"]), None)
    if busy is not None:
        people = [p for p, seen in touched.items() if any(bucket(o.day, spec["unit"]).isoformat() == busy for o in seen)]
        assert world.open("journey_map", spec, {**cell, "bucket": busy}) == sorted(people)


def stage(key: str, *events: str) -> dict[str, Any]:
    return {"key": key, "name": key.title(), "touchpoints": [{"key": e.lower(), "name": e, "events": [{"event": e}]} for e in events]}


AB = {"stages": [stage("one", "A"), stage("two", "B")], "window_seconds": 86_400}


def test_the_stretch_before_is_measured_alike(town: Town) -> None:
    world = town.world()
    early, late = -2 * DAY, DAY
    for user, start in (("u", early), ("v", early), ("w", late)):
        world.send([Act(ms=start, user=user, event="A")])
    world.send([Act(ms=early + HOUR, user="u", event="B"), Act(ms=late + HOUR, user="w", event="B")])
    spec = {**AB, "compare": "previous_period"}
    data = world.ask("journey_map", spec).data
    now, before = (data[name]["stages"][0]["onward"] for name in ("period", "previous"))
    assert (now["people"], now["conversion"], before["people"], before["conversion"]) == (1, 1.0, 1, 0.5)
    assert data["previous"]["last_day"] == "2025-10-29"
    assert world.open("journey_map", spec, {"stage": "one", "of": "lost", "previous": True}) == [2]
    with pytest.raises(UemsError, match="needs compare"):
        world.open("journey_map", AB, {"stage": "one", "previous": True})


def test_a_step_onward_is_the_funnel_of_its_two_touchpoints(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=n * HOUR, user=f"u{n % 3}", event="AAB"[n % 3] if n < 6 else "B") for n in range(12)])
    steps = world.ask("funnel", {"steps": [{"event": "A"}, {"event": "B"}], "window_seconds": 86_400}).data["lines"][0]["steps"]
    onward = world.ask("journey_map", AB).data["period"]["stages"][0]["onward"]
    assert (onward["people"], onward["median_seconds"]) == (steps[1]["count"], steps[1]["median_seconds"])


def test_people_who_are_merged_later_are_one_from_then_on(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=0, anonymous="a", event="A"), Act(ms=1, user="u", event="B")])
    assert world.ask("journey_map", AB).data["period"]["stages"][0]["onward"]["people"] == 0
    world.send([Act(ms=2, user="u", anonymous="a")])
    assert world.ask("journey_map", AB).data["period"]["stages"][0]["onward"]["people"] == 1


def test_a_segment_cuts_every_number_to_its_members(town: Town) -> None:
    world = town.world()
    for user, does in (("u", "AB"), ("v", "A"), ("w", "AB"), ("x", "A")):
        world.send([Act(ms=n, user=user, event=event) for n, event in enumerate(does)])
    access = make_access(world.scope, NOW)
    store = town.house.store
    people = np.array(world.open("journey_map", AB, {"stage": "one"})[:2], np.uint64)
    made = segments.list_of_people(town.house, access, name="two", description="", people=people)
    listed = parse_condition({"list": {"id": made.list_id}})
    segments.save_segment(store, access, segments.Draft(key="two", name="Two", description="", condition=listed))
    keeper = segments.Keeper(town.house, Workspaces(store), "test", lambda: NOW)
    while keeper.step():
        continue
    spec = {**AB, "segment": "two"}
    [first, second] = world.ask("journey_map", spec).data["period"]["stages"]
    assert (first["people"], first["onward"]["people"], first["onward"]["lost"], second["people"]) == (2, 1, 1, 1)
    assert world.open("journey_map", spec, {"stage": "one", "of": "lost"}) == [int(people[1])]
    assert world.ask("journey_map", AB).data["period"]["people"] == 4
    with pytest.raises(UemsError, match="nowhere"):
        world.ask("journey_map", {**AB, "segment": "nowhere"})


@pytest.mark.parametrize(
    ("spec", "cell", "words"),
    [
        ({}, None, "either map"),
        ({**AB, "map": "x"}, None, "either map"),
        ({"map": "nowhere"}, None, "nowhere"),
        ({**AB, "window_seconds": 0}, None, "greater than or equal to 1"),
        ({"stages": []}, None, "at least 1"),
        ({"stages": [stage("one", "A"), stage("one", "B")]}, None, "more than once"),
        (AB, {"stage": "three"}, "must be one of: one, two"),
        (AB, {"touchpoint": "one"}, "must be one of: a, b"),
        (AB, {"stage": "two", "of": "onward"}, "must be one of: people"),
        (AB, {"stage": "one", "bucket": "2020-01-01"}, "one of the buckets"),
        (AB, {"stage": "one", "touchpoint": "a"}, "not both"),
        (AB, {"stage": "one", "of": "lost", "bucket": "2025-11-01"}, "bucket is of people"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(town: Town, spec: Any, cell: Any, words: str) -> None:
    with pytest.raises(UemsError) as error:
        town.world().ask("journey_map", spec) if cell is None else town.world().open("journey_map", spec, cell)
    assert words in error.value.message


def test_names_that_no_event_has_and_empty_maps_have_designed_answers(town: Town) -> None:
    world = town.world()
    answer = world.ask("journey_map", {**AB, "first_day": None, "last_day": None})
    assert [notice.subject for notice in answer.warnings] == ["A", "B"]
    assert answer.data["period"]["stages"][0]["onward"] == {"to": "two", "people": 0, "lost": 0, "conversion": None, "median_seconds": None}
    world.send([Act(ms=0, user="u", event="A")])
    empty = world.ask("journey_map", {"stages": [stage("one"), stage("two")]})
    assert empty.data["period"]["people"] == 0
    assert world.open("journey_map", {"stages": [stage("one"), stage("two")]}, {"stage": "one"}) == []
