"""Does the funnel say what walking through everybody's events one by one says?"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.reports.world import (
    DAY,
    FIRST,
    HOUR,
    LAST,
    SECOND,
    Act,
    Seen,
    Town,
    built,
    examples,
    group_of,
    ranked,
    text,
    told,
    town,
)
from uems.journeys.reports import _stories
from uems.kernel.errors import UemsError

__all__ = ["town"]


@dataclass(kw_only=True)
class Try:
    """One attempt: its first event, when each step was done, and the place of the event with which it was over, if one was."""

    entry: Seen
    done: list[int]
    over: int | None = None


def fits(step: dict[str, Any], one: Seen) -> bool:
    if step.get("event") not in (None, one.event):
        return False
    return "filter" not in step or one.device == step["filter"]["column"]["value"]


def tries(spec: dict[str, Any], seen: Sequence[Seen], last: date) -> list[Try]:
    """Every attempt within one lane of one person, by walking on from each event that can begin one."""
    found = []
    first = [spec["steps"][n] for n in blocks(spec)[0]]
    for start, one in enumerate(seen):
        if one.day <= last and any(fits(step, one) for step in first):
            walk = {"strict": strictly, "any": loosely}.get(spec["order"], in_order)
            found.append(walk(spec, seen, start))
    return found


def in_order(spec: dict[str, Any], seen: Sequence[Seen], start: int) -> Try:
    steps, found = spec["steps"], Try(entry=seen[start], done=[seen[start].ms])
    for place in range(start + 1, len(seen)):
        one, before = seen[place], len(found.done)
        if one.ms - seen[start].ms > spec["window_seconds"] * 1000 or before == len(steps):
            break
        if fits(steps[before], one):
            found.done.append(one.ms)
        if len(found.done) == len(steps):
            found.over = place
        for barrier in spec["exclusions"]:
            if barrier["after"] <= before and len(found.done) < (barrier["before"] or len(steps)) and fits(barrier, one):
                found.over = place
                return found
    return found


def strictly(spec: dict[str, Any], seen: Sequence[Seen], start: int) -> Try:
    found = Try(entry=seen[start], done=[])
    for step, place in zip(spec["steps"], range(start, len(seen)), strict=False):
        one = seen[place]
        same = not spec["hold"] or (held(spec, one) is not None and held(spec, one) == held(spec, seen[start]))
        if not same or not fits(step, one) or one.ms - seen[start].ms > spec["window_seconds"] * 1000:
            break
        found.done.append(one.ms)
        found.over = place
    return found


def blocks(spec: dict[str, Any]) -> list[list[int]]:
    if spec["order"] != "any":
        return [[n] for n in range(len(spec["steps"]))]
    return {(): [[0, 1, 2]], (1,): [[0], [1, 2]], (2,): [[0], [1], [2]], (3,): [[0, 1], [2]]}[tuple(spec["anchored"])]


def loosely(spec: dict[str, Any], seen: Sequence[Seen], start: int) -> Try:
    found, left = Try(entry=seen[start], done=[]), [set(block) for block in blocks(spec)]
    for place in range(start, len(seen)):
        one = seen[place]
        if one.ms - seen[start].ms > spec["window_seconds"] * 1000 or not left:
            break
        hit = {n for n in left[0] if fits(spec["steps"][n], one)}
        found.done += [one.ms] * len(hit)
        left[0] -= hit
        if not left[0]:
            left.pop(0)
            found.over = found.over if left else place
    return found


def held(spec: dict[str, Any], one: Seen) -> tuple[str, ...] | None:
    values = tuple(text(one.properties.get("x")) if "property" in h else one.device for h in spec["hold"])
    return None if "" in values else values


def counted(spec: dict[str, Any], seen: Sequence[Seen], last: date) -> list[Try]:
    """The attempts of one person that count."""
    lanes: dict[Any, list[Seen]] = {}
    if spec["hold"] and spec["order"] != "strict":
        for one in seen:
            if held(spec, one) is not None:
                lanes.setdefault(held(spec, one), []).append(one)
    else:
        lanes[None] = list(seen)
    whole = [(lane, found) for lane in lanes.values() for found in tries(spec, lane, last)]
    if spec["hold"] and spec["order"] == "strict":
        whole = [(lane, found) for lane, found in whole if held(spec, found.entry) is not None]
    if spec["count"] == "people":
        return [max((found for _, found in whole), key=lambda t: (len(t.done), -seen.index(t.entry)))] if whole else []
    chosen: list[Try] = []
    for lane in lanes.values():
        free, free_ms = 0, -1
        for found in [f for inner, f in whole if inner is lane]:
            place = lane.index(found.entry)
            if place < free or found.entry.ms <= free_ms:
                continue
            chosen.append(found)
            free, free_ms = (found.over + 1, -1) if found.over is not None else (place + 1, found.entry.ms + spec["window_seconds"] * 1000)
    return chosen


ON_DESK = {"column": {"name": "device", "op": "equals", "value": "desk"}}
KINDS: list[dict[str, Any]] = [{"event": "A"}, {"event": "B"}, {"event": "C"}, {}, {"event": "A", "filter": ON_DESK}]
steps = st.sampled_from(KINDS)


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    order = draw(st.sampled_from(["ordered", "ordered", "strict", "any"]))
    chosen = draw(st.lists(steps, min_size=3, max_size=3, unique_by=str if order == "any" else None))
    between = st.sampled_from([(1, 2), (1, None), (2, 3), (1, 3)])
    barriers = st.builds(lambda kind, place: {**kind, "after": place[0], "before": place[1]}, steps, between)
    spec: dict[str, Any] = {
        "steps": chosen,
        "order": order,
        "window_seconds": draw(st.sampled_from([1, 3600, 86_400, 3 * 86_400, 30 * 86_400])),
        "count": draw(st.sampled_from(["people", "entries"])),
        "exclusions": draw(st.lists(barriers, max_size=2)) if order == "ordered" else [],
        "hold": draw(st.sampled_from([[], [], [{"property": "x"}], [{"column": "device"}, {"property": "x"}]])),
        "anchored": draw(st.sampled_from([[], [1], [2], [3]])) if order == "any" else [],
    }
    if draw(st.booleans()):
        spec["breakdown"] = {"property": "x", "limit": 2}
    return spec


@examples(10)
@given(batches=told(most=20), spec=specs(), last=st.sampled_from([LAST, FIRST + timedelta(days=4)]))
def test_every_count_and_time_equals_a_walk_by_hand_and_opens_its_people(
    town: Town, batches: Any, spec: dict[str, Any], last: date
) -> None:
    world = built(town, batches)
    spec = {**spec, "last_day": last.isoformat()}
    data = world.ask("funnel", spec).data
    people = world.people()
    begun = [o for seen in people.values() for o in seen if o.day <= last and any(fits(spec["steps"][n], o) for n in blocks(spec)[0])]
    top = ranked(begun, 2)
    every = [(person, found) for person, seen in people.items() for found in counted(spec, seen, last)]
    for line in data["lines"]:
        group = line["group"]
        mine = [(p, t) for p, t in every if group is None or group_of(text(t.entry.properties.get("x")), top) == group]
        check(line, [t for _, t in mine], data["bins"])
        for number, step in enumerate(line["steps"], 1):
            reached = sorted({p for p, t in mine if len(t.done) >= number})
            lost = sorted({p for p, t in mine if len(t.done) == number})
            assert world.open("funnel", spec, {"step": number, "group": group}) == reached
            assert world.open("funnel", spec, {"step": number, "outcome": "lost", "group": group}) == lost
            assert step["lost"] == (sum(len(t.done) == number for _, t in mine) if number < 3 else 0)
        for place, count in enumerate(line["histogram"]):
            if count:
                edges = [*data["bins"], float("inf")]
                inside = {p for p, t in mine if len(t.done) == 3 and edges[place] <= (t.done[2] - t.done[0]) / 1000 < edges[place + 1]}
                assert world.open("funnel", spec, {"bin": place, "group": group}) == sorted(inside)
    if spec.get("breakdown"):
        assert sum(line["steps"][0]["count"] for line in data["lines"][1:]) == len(every)


def check(line: dict[str, Any], mine: Sequence[Try], bins: Sequence[float]) -> None:
    for number, step in enumerate(line["steps"]):
        there = [t for t in mine if len(t.done) > number]
        assert step["count"] == len(there)
        if number and there:
            assert step["median_seconds"] == pytest.approx(statistics.median((t.done[number] - t.done[number - 1]) / 1000 for t in there))
            assert step["median_seconds_from_first"] == pytest.approx(statistics.median((t.done[number] - t.done[0]) / 1000 for t in there))
    taken = [(t.done[2] - t.done[0]) / 1000 for t in mine if len(t.done) == 3]
    assert sum(line["histogram"]) == len(taken)
    assert line["time"]["average_seconds"] == (pytest.approx(statistics.fmean(taken)) if taken else None)
    assert line["conversion"] == (pytest.approx(len(taken) / len(mine)) if mine else None)


AB = {"steps": [{"event": "A"}, {"event": "B"}], "window_seconds": 86_400}


def counts(world: Any, spec: dict[str, Any]) -> list[int]:
    return [step["count"] for step in world.ask("funnel", spec).data["lines"][0]["steps"]]


def test_in_one_millisecond_the_order_of_arrival_counts(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=5, user=user, event=event) for user, event in (("u", "A"), ("u", "B"), ("v", "B"), ("v", "A"))])
    assert counts(world, AB) == [2, 1]


def test_one_event_does_one_step_so_a_repeated_step_needs_two(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=0, user="u", event="A"), Act(ms=0, user="v", event="A"), Act(ms=1, user="v", event="A")])
    assert counts(world, {**AB, "steps": [{"event": "A"}, {"event": "A"}]}) == [2, 1]


def test_the_window_holds_to_the_millisecond_and_reaches_beyond_the_period(town: Town) -> None:
    world = town.world()
    late = 8 * DAY + 25 * HOUR - 1  # the last millisecond of the last day: a day of this stretch has 25 hours
    for user, wait in (("u", DAY), ("v", DAY + 1)):
        world.send([Act(ms=late, user=user, event="A"), Act(ms=late + wait, user=user, event="B")])
    assert counts(world, AB) == [2, 1]


def test_an_event_that_comes_late_counts_where_it_happened(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=SECOND, user="u", event="B")])
    assert counts(world, AB) == [0, 0]
    world.send([Act(ms=0, user="u", event="A")])
    assert counts(world, AB) == [1, 1]


def test_people_who_are_merged_later_are_one_from_then_on(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=0, anonymous="a", event="A"), Act(ms=1, user="u", event="B")])
    assert counts(world, AB) == [1, 0]
    world.send([Act(ms=2, user="u", anonymous="a")])
    assert counts(world, AB) == [1, 1]


@pytest.mark.parametrize("name", ["ROWS_AT_ONCE", "WORTH_TWO"])
def test_people_who_are_worked_on_in_parts_are_all_counted_once(town: Town, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """As those of large workspaces are. Every third goes on, and one in every part turns out to be somebody else as well."""
    world = town.world()
    world.send([Act(ms=n, user=f"u{n}", event="A") for n in range(30)])
    world.send([Act(ms=100 + n, user=f"u{n}", event="B") for n in range(0, 30, 3)])
    world.send([Act(ms=200 + n, anonymous=f"a{n}", event="B") for n in range(1, 30, 10)])
    world.send([Act(ms=300 + n, user=f"u{n}", anonymous=f"a{n}") for n in range(1, 30, 10)])
    monkeypatch.setattr(_stories, name, 7 if name == "ROWS_AT_ONCE" else 0)
    assert counts(world, AB) == [30, 12]  # ten of every third, and 1 and 11; 21 went on already
    assert len(world.open("funnel", AB, {"step": 2})) == 12


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({**AB, "steps": []}, "at least 2"),
        ({**AB, "window_seconds": 0}, "window_seconds is 0; must be 1 to"),
        ({**AB, "exclusions": [{"event": "C", "after": 2}]}, "does not lie between"),
        ({**AB, "order": "any", "exclusions": [{"event": "C"}]}, "need order ordered"),
        ({**AB, "order": "any", "steps": [{"event": "A"}, {"event": "A"}]}, "are the same"),
        ({**AB, "anchored": [1]}, "need order any"),
    ],
)
def test_a_spec_that_cannot_be_used_says_why(town: Town, spec: dict[str, Any], words: str) -> None:
    with pytest.raises(UemsError) as error:
        town.world().ask("funnel", spec)
    assert error.value.code == "invalid_spec"
    assert words in error.value.message


def test_a_workspace_without_events_and_unknown_events_have_designed_answers(town: Town) -> None:
    world = town.world()
    answer = world.ask("funnel", {**AB, "first_day": None, "last_day": None})
    assert (answer.data["lines"][0]["steps"][1]["count"], len(answer.warnings)) == (0, 2)
    world.send([Act(ms=0, user="u", event="B")])
    assert [n.subject for n in world.ask("funnel", AB).warnings] == ["A"]


def test_a_sample_says_so_and_opens_the_people_it_counts(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=n, user=f"u{n}", event="A") for n in range(200)])
    spec = {**AB, "sample_percent": 25}
    answer = world.ask("funnel", spec)
    count = answer.data["lines"][0]["steps"][0]["count"]
    assert not answer.exact
    assert 20 < count < 80
    assert len(world.open("funnel", spec, {"step": 1})) == count
