"""Do interval, distribution and penetration say what a count by hand says?"""

import statistics
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.reports.world import (
    DAY,
    FIRST,
    LAST,
    SECOND,
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

ON_DESK = {"column": {"name": "device", "op": "equals", "value": "desk"}}
kinds: list[dict[str, Any]] = [{}, {"event": "A"}, {"event": "B"}, {"event": "A", "filter": ON_DESK}]
steps = st.sampled_from(kinds)


def fits(step: dict[str, Any], one: Seen) -> bool:
    return step.get("event") in (None, one.event) and ("filter" not in step or one.device == "desk")


def intervals(spec: dict[str, Any], seen: Sequence[Seen], last: date) -> list[tuple[Seen, int]]:
    """Each interval with the event that opened it."""
    found: list[tuple[Seen, int]] = []
    opened: list[Seen] = []
    for one in seen:
        if fits(spec["end"], one):
            if opened:
                start = opened[0] if spec["pair"] == "first" else opened[-1]
                if one.ms - start.ms <= spec["within_seconds"] * 1000:
                    found.append((start, one.ms - start.ms))
            opened = []
        if fits(spec["start"], one) and one.day <= last:
            opened.append(one)
    return found


@examples(6)
@given(
    batches=told(most=20),
    start=steps,
    end=steps,
    pair=st.sampled_from(["first", "last"]),
    within=st.sampled_from([1, 3600, 86_400, 86_400 * 30]),
    last=st.sampled_from([LAST, FIRST + timedelta(days=4)]),
)
def test_every_interval_equals_one_found_by_hand_and_opens_its_people(
    town: Town, batches: Any, start: dict[str, Any], end: dict[str, Any], pair: str, within: int, last: date
) -> None:
    world = built(town, batches)
    spec: dict[str, Any] = {"start": start, "end": end, "pair": pair, "within_seconds": within, "last_day": last.isoformat()}
    spec["breakdown"] = {"property": "x", "limit": 1}
    data = world.ask("interval", spec).data
    people = world.people()
    every = [(p, s, ms) for p, seen in people.items() for s, ms in intervals(spec, seen, last)]
    top = ranked([o for seen in people.values() for o in seen if fits(start, o) and o.day <= last], 1)
    for line in data["lines"]:
        group = line["group"]
        mine = [(p, ms) for p, s, ms in every if group is None or group_of(text(s.properties.get("x")), top) == group]
        assert (line["intervals"], line["people"]) == (len(mine), len({p for p, _ in mine}))
        assert line["time"]["median_seconds"] == (pytest.approx(statistics.median(ms for _, ms in mine) / 1000) if mine else None)
        assert world.open("interval", spec, {"group": group}) == sorted({p for p, _ in mine})
        edges = [*data["bins"], float("inf")]
        for n, count in enumerate(line["histogram"]):
            inside = [p for p, ms in mine if edges[n] <= ms / 1000 < edges[n + 1]]
            assert count == len(inside)
            if inside:
                assert world.open("interval", spec, {"group": group, "bin": n}) == sorted(set(inside))


@examples(6)
@given(
    batches=told(prices=True),
    step=steps,
    measure=st.sampled_from(["events", "days", "revenue", "sum"]),
    edges=st.sampled_from([[], [1], [0, 2, 300], [1.5, 2.5]]),
)
def test_every_bin_equals_a_count_by_hand_and_opens_its_people(
    town: Town, batches: Any, step: dict[str, Any], measure: str, edges: list[float]
) -> None:
    world = built(town, batches)
    spec = {"step": step, "measure": measure, "edges": edges, **({"property": "x"} if measure == "sum" else {})}
    values: dict[int, float] = {}
    for person, seen in world.people().items():
        mine = [one for one in seen if fits(step, one) and FIRST <= one.day <= LAST]
        numbers = [v for one in mine if isinstance(v := one.properties.get("x"), int | float) and not isinstance(v, bool)]
        if mine and (measure != "sum" or numbers):
            revenue = sum(100 * one.properties["revenue"] for one in mine if one.properties.get("currency") == "USD")
            values[person] = {"events": len(mine), "days": len({o.day for o in mine}), "revenue": revenue, "sum": sum(numbers)}[measure]
    data = world.ask("distribution", spec).data
    told_values = list(values.values())
    assert (data["people"], data["total"]) == (len(values), pytest.approx(sum(told_values)))
    assert data["p90"] == (pytest.approx(float(np.percentile(told_values, 90))) if values else None)
    if not edges:
        assert data["below"] == 0
    assert data["below"] + sum(one["people"] for one in data["bins"]) == len(values)
    for n, one in enumerate(data["bins"]):
        inside = sorted(p for p, v in values.items() if one["from"] <= v and (one["to"] is None or v < one["to"]))
        assert one["people"] == len(inside)
        assert world.open("distribution", spec, {"bin": n}) == inside
    assert world.open("distribution", spec, {}) == sorted(values)


@examples(5)
@given(batches=told(), features=st.lists(steps, min_size=1, max_size=2), base=steps, unit=st.sampled_from(["day", "week", "month"]))
def test_every_share_equals_a_count_by_hand_and_opens_its_people(
    town: Town, batches: Any, features: list[dict[str, Any]], base: dict[str, Any], unit: str
) -> None:
    world = built(town, batches)
    spec = {"features": features, "base": base, "unit": unit}

    def did(step: dict[str, Any], name: str | None) -> set[int]:
        inside = {p: [o for o in seen if FIRST <= o.day <= LAST and fits(step, o)] for p, seen in world.people().items()}
        return {p for p, mine in inside.items() if any(name in (None, bucket(o.day, unit).isoformat()) for o in mine)}

    data = world.ask("penetration", spec).data
    assert data["base_people"] == len(did(base, None))
    for n, feature in enumerate(data["features"]):
        used, there = did(features[n], None), did(base, None)
        assert (feature["people"], feature["share"]) == (len(used & there), len(used & there) / len(there) if there else None)
        assert world.open("penetration", spec, {"feature": n}) == sorted(used & there)
        for place, name in enumerate(data["buckets"]):
            used, there = did(features[n], name), did(base, name)
            assert (feature["values"][place], data["base"][place]) == (len(used & there), len(there))
            if there:
                assert world.open("penetration", spec, {"bucket": name}) == sorted(there)
                cell = {"feature": n, "bucket": name, "outcome": "not_used"}
                assert world.open("penetration", spec, cell) == sorted(there - used)


def test_an_event_to_itself_is_measured_between_neighbours(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=ms, user="u", event="A") for ms in (0, SECOND, SECOND, 5 * SECOND)])
    line = world.ask("interval", {"start": {"event": "A"}, "end": {"event": "A"}}).data["lines"][0]
    assert (line["intervals"], line["time"]["average_seconds"]) == (3, pytest.approx(5 / 3))


def test_bins_are_round_numbers(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=DAY, user=f"u{n}", event="A", properties={"x": n * 7}) for n in range(20)])
    bins = world.ask("distribution", {"step": {"event": "A"}, "measure": "sum", "property": "x"}).data["bins"]
    assert [one["from"] for one in bins] == [0, 20, 40, 60, 80, 100, 120]
    counts = world.ask("distribution", {"step": {"event": "A"}}).data["bins"]
    assert [(one["from"], one["people"]) for one in counts] == [(1, 20)]


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("interval", {"start": {}}),
        ("interval", {"start": {}, "end": {}, "within_seconds": 0}),
        ("distribution", {"measure": "sum"}),
        ("distribution", {"edges": [2, 1]}),
        ("distribution", {"edges": [float("nan")]}),
        ("penetration", {"features": []}),
    ],
)
def test_a_spec_that_cannot_be_used_is_refused(town: Town, name: str, spec: dict[str, Any]) -> None:
    with pytest.raises(UemsError) as error:
        town.world().ask(name, spec)
    assert error.value.code == "invalid_spec"


@pytest.mark.parametrize(
    ("name", "spec", "part"),
    [("interval", {"start": {}, "end": {}}, "lines"), ("distribution", {}, "bins"), ("penetration", {"features": [{}]}, "features")],
)
def test_nothing_to_count_has_a_designed_answer(town: Town, name: str, spec: dict[str, Any], part: str) -> None:
    world = town.world()
    nothing = {**spec, "first_day": None, "last_day": None}
    assert world.ask(name, nothing).data[part] == []
    assert world.open(name, nothing, {}) == []
    assert world.ask(name, spec).exact
    assert world.open(name, spec, {}) == []
