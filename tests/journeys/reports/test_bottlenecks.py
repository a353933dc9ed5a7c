"""Does the finder count as a walk by hand does, find what was planted in a simulated shop, and nothing where nothing was?"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.identity.conftest import make_access
from tests.journeys.reports.world import DAY, FIRST, HOUR, LAST, NOW, Act, Seen, Town, acts, built, examples, group_of, ranked, text, town
from tests.support.access import a_workspace_with_a_write_key
from tests.support.events import NOW_MS
from uems.collect.records import Entry, encode_entries
from uems.journeys import asking
from uems.journeys.reports._people_axes import segment_axes, tag_axes
from uems.journeys.reports.bottlenecks import ITEM
from uems.journeys.reports.bottlenecks import Config as Question
from uems.kernel.clock import utc_now
from uems.kernel.errors import UemsError
from uems.kernel.scope import Scope
from uems.profiles import api as profiles
from uems.profiles.api import parse_condition
from uems.segments import api as segments
from uems.simulate.api import BrokenStep, Effect, Running, World, lines, tables, truth_of

__all__ = ["town"]

STEPS = [{"event": "A"}, {"event": "B"}, {"event": "C"}]
MIDDLE = FIRST + timedelta(days=5)


def entries(seen: Sequence[Seen], start: str, end: str, days: tuple[date, date], window: int, until: datetime) -> Mapping[str, Any] | None:
    """The first event of a step in these days whose window has passed, whether it went on, and what it brought in."""
    for place, one in enumerate(seen):
        if one.event != start or not days[0] <= one.day <= days[1] or one.at + timedelta(seconds=window) > until:
            continue
        rest = [o for o in seen[place + 1 :] if o.ms - one.ms <= window * 1000]
        goes = next((n for n, o in enumerate(rest) if o.event == end), None)
        paid = [] if goes is None else [o.properties.get("revenue", 0) for o in rest[goes:] if o.properties.get("currency") == "USD"]
        return {"first": one, "onward": goes is not None, "minor": 100 * sum(paid)}
    return None


@examples(4)
@given(
    batches=st.lists(st.tuples(st.lists(acts(prices=True), min_size=1, max_size=25), st.integers(0, 1)), min_size=1, max_size=3),
    window=st.sampled_from([1, 3600, 86_400, 3 * 86_400]),
    now=st.sampled_from([NOW, datetime(2025, 11, 7, 12, tzinfo=UTC)]),
)
def test_units_and_people_are_those_of_a_walk_by_hand(town: Town, batches: Any, window: int, now: datetime) -> None:
    world = built(town, batches)
    spec = {
        "steps": STEPS,
        "window_seconds": window,
        "dimensions": [{"column": "device"}, {"property": "x"}],
        "values": 2,
        "first_day": MIDDLE.isoformat(),
        "last_day": LAST.isoformat(),
    }
    people = world.people()
    periods = {False: (MIDDLE, LAST), True: (MIDDLE - timedelta(days=(LAST - MIDDLE).days + 1), MIDDLE - timedelta(days=1))}
    seen = [o for rows in people.values() for o in rows if o.event in "ABC" and periods[True][0] <= o.day <= LAST]
    for step, (start, end) in enumerate((("A", "B"), ("B", "C")), 1):
        for before, days in periods.items():
            found = {p: e for p, rows in people.items() if (e := entries(rows, start, end, days, window, now))}
            for outcome in ("entered", "onward", "lost"):
                cell = {"step": step, "outcome": outcome, "before": before}
                wanted = [p for p, e in found.items() if outcome == "entered" or e["onward"] == (outcome == "onward")]
                assert world.open("bottlenecks", spec, cell, now) == sorted(wanted)
            values = ranked(seen, 2)
            if len(values) == 2:
                where = {"kind": "property", "name": "x", "value": values[0] or None}
                wanted = [p for p, e in found.items() if text(e["first"].properties.get("x")) == values[0]]
                assert group_of(values[0], values)["other"] is False
                assert world.open(
                    "bottlenecks", spec, {"step": step, "outcome": "entered", "before": before, "slice": where}, now
                ) == sorted(wanted)
    data = world.ask("bottlenecks", spec, now).data
    assert data["findings"] == [], "so few people say nothing"
    assert data["tests"] == 0


def test_what_a_passage_brings_in_is_counted_within_its_window(town: Town) -> None:
    world = town.world()
    paid = {"revenue": 3, "currency": "USD"}
    sent: list[Act] = []
    for n in range(400):
        late = n >= 200
        start = (6 if late else 1) * DAY + n
        goes = n % 10 < (2 if late else 8)
        calls = [Act(ms=start, user=f"u{n}", event="A", device="phone" if n % 2 else "desk")]
        if goes:
            calls += [Act(ms=start + HOUR, user=f"u{n}", event="B"), Act(ms=start + 2 * HOUR, user=f"u{n}", event="P", properties=paid)]
            calls += [Act(ms=start + 25 * HOUR, user=f"u{n}", event="P", properties=paid)]
        sent += calls
    world.send(sent)
    spec = {"steps": STEPS[:2], "window_seconds": 86_400, "first_day": MIDDLE.isoformat(), "last_day": LAST.isoformat()}
    [found] = world.ask("bottlenecks", spec).data["findings"]
    assert (found["kind"], found["slice"], found["step"]) == ("change", None, 1)
    assert (found["now"]["people"], found["now"]["onward"]) == (200, 40)
    assert (found["compared"]["people"], found["compared"]["onward"]) == (200, 160)
    assert found["recoverable"]["people"] == pytest.approx(120)
    assert (found["recoverable"]["per_passage_minor"], found["recoverable"]["minor"]) == (300.0, 36_000)
    assert found["since"]["day"] == "2025-11-04", "clocks went back in between"
    assert "fell from 80.0% to 20.0% since 2025-11-04" in found["sentence"]["en"]
    assert "360.00 USD" in found["sentence"]["en"]
    assert "由 80.0% 降至 20.0%" in found["sentence"]["zh"]
    lost = world.open("bottlenecks", spec, found["cell"])
    assert len(lost) == 160
    assert sum(one["people"] for one in found["series"]) == 400


def simulated(town: Town, *effects: Effect, seed: int = 3, people: int = 1_800, days: int = 42) -> tuple[Scope, dict[str, Any], World]:
    """A shop whose last day is long over, sent through the pipeline; and its truth."""
    end = datetime.fromtimestamp(NOW_MS / 1000, UTC).date() - timedelta(days=10)
    start = end - timedelta(days=days)
    world = World(people=people, days=days, start=start, seed=seed, effects=effects)
    slug = next(town._slugs)
    a_workspace_with_a_write_key(town.house.store, slug=slug, zone=world.zone, currency=world.currency)
    scope = Scope(workspace_id=int(slug[1:]), slug=slug, zone=world.zone, currency=world.currency)
    running = Running(world)
    messages = pa.concat_arrays([lines(table) for table in tables(running)])
    for first in range(0, len(messages), 4_000):
        part = messages.slice(first, 4_000).to_pylist()
        body = f'{{"batch":[{",".join(part)}]}}'.encode()
        town.house.log.append(0, encode_entries([Entry(scope.workspace_id, NOW_MS, "batch", body)]), len(part)).result()
    while town.consumers[0].hold(utc_now()) and town.consumers[0].step(utc_now()):
        continue
    return scope, truth_of(running), world


SHOP = [{"event": name} for name in ("Product Viewed", "Product Added", "Checkout Started", "Payment Info Entered", "Order Completed")]


def question(world: World, **more: Any) -> dict[str, Any]:
    last = world.day(world.days - 1)
    days = {"first_day": (last - timedelta(days=world.days // 2 - 1)).isoformat(), "last_day": last.isoformat()}
    return {"steps": SHOP, "window_seconds": 86_400, **days, **more}


def test_a_payment_that_broke_on_phones_is_found_with_its_day_its_people_and_its_worth(town: Town) -> None:
    since = datetime.fromtimestamp(NOW_MS / 1000, UTC).date() - timedelta(days=28)
    scope, truth, world = simulated(
        town, BrokenStep(kind="broken_step", step="payment", device="mobile", since=since, factor=0.25), people=6_000
    )
    now = datetime.fromtimestamp(NOW_MS / 1000, UTC)
    spec = question(world)
    data = asking.run_report(town.house, scope, "bottlenecks", spec, now).data
    json.dumps(dict(data), allow_nan=False)
    first = next(one for one in data["findings"] if one["kind"] == "change")
    assert (first["from"], first["to"]) == ("Payment Info Entered", "Order Completed")
    assert first["slice"] == {"kind": "column", "name": "device", "value": "mobile"}
    assert first["compared"]["rate"] > 0.75
    assert first["now"]["rate"] < 0.5
    found = date.fromisoformat(first["since"]["day"])
    assert date.fromisoformat(first["since"]["earliest"]) <= since <= date.fromisoformat(first["since"]["latest"])
    assert abs((found - since).days) <= 2
    [effect] = truth["effects"]
    # The tally counts passages and the finder people, who come again and may get through another way.
    assert 0.4 < first["recoverable"]["people"] / effect["lost"] < 1.3
    assert 0.4 < first["recoverable"]["minor"] / effect["lost_minor"] < 1.5
    assert [one for one in data["findings"] if one["kind"] == "change" and one["step"] < 4] == []
    people = asking.people_of_report(town.house, scope, "bottlenecks", spec, first["cell"], now)
    assert len(people) == first["now"]["people"] - first["now"]["onward"]
    echoes = {(one["name"], one["value"]) for one in first["echoes"] if one}
    assert ("device", "mobile") not in echoes
    device = next(one for one in data["axes"] if one["name"] == "device")
    assert (device["label_zh"], device["label_en"]) == ("设备", "Device")


@pytest.mark.parametrize("seed", [11, 12])
def test_a_shop_in_which_nothing_changed_gives_no_change(town: Town, seed: int) -> None:
    scope, _, world = simulated(town, seed=seed, people=700)
    now = datetime.fromtimestamp(NOW_MS / 1000, UTC)
    data = asking.run_report(town.house, scope, "bottlenecks", question(world, false_discovery_rate=0.01), now).data
    assert data["tests"] > 20
    assert [one["sentence"]["en"] for one in data["findings"] if one["kind"] == "change"] == []


def test_segments_are_taken_as_they_were_when_the_period_began(town: Town) -> None:
    world = town.world()
    rng = np.random.default_rng(1)
    sent: list[Act] = []
    for n in range(300):
        keen = n % 3 == 0
        calls = [Act(ms=-20 * DAY + n, user=f"u{n}", event="Joined")] if keen else []
        for day, share in ((1, 0.7), (6, 0.1 if keen else 0.7)):
            calls.append(Act(ms=day * DAY + n, user=f"u{n}", event="A"))
            calls += [Act(ms=day * DAY + n + HOUR, user=f"u{n}", event="B")] if rng.random() < share else []
        sent += calls
    world.send(sent)
    store = town.house.store
    access = make_access(world.scope, NOW)
    for key, condition in (("joined", {"did": {"events": ["Joined"]}}), ("bought", {"did": {"events": ["B"]}})):
        draft = segments.Draft(key=key, name=key.title(), description="", condition=parse_condition(condition))
        segments.save_segment(store, access, draft)
    lists = segments.create_list(store, access, name="l", description="", kind="user_id")
    listed = parse_condition({"list": {"id": lists.list_id}})
    segments.save_segment(store, access, segments.Draft(key="listed", name="Listed", description="", condition=listed))
    spec = {"steps": STEPS[:2], "window_seconds": 86_400, "first_day": MIDDLE.isoformat(), "last_day": LAST.isoformat(), "dimensions": []}
    data = world.ask("bottlenecks", spec).data
    assert {"kind": "segment", "name": "listed", "reason": "no_past"} in data["skipped"]
    first = data["findings"][0]
    assert first["slice"] == {"kind": "segment", "name": "joined", "value": None}
    assert "segment “Joined”" in first["sentence"]["en"]
    assert "分群“Joined”" in first["sentence"]["zh"]
    assert len(world.open("bottlenecks", spec, first["cell"])) == first["now"]["people"] - first["now"]["onward"]
    # Everybody who went on did B; before the period began not all of them had.
    entered = world.open("bottlenecks", spec, {"step": 1, "outcome": "entered", "slice": {"kind": "segment", "name": "bought"}})
    assert 0 < len(entered) < 300


def test_tags_and_segments_are_left_out_for_good_reasons_only(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    world = town.world()
    world.send([Act(ms=0, user="u", event="B")])
    house, scope, days = town.house, world.scope, (MIDDLE, LAST)
    draft = segments.Draft(key="bought", name="Bought", description="", condition=parse_condition({"did": {"events": ["B"]}}))
    segments.save_segment(house.store, make_access(scope, NOW), draft)
    monkeypatch.setattr(profiles, "definitions", lambda *_: {"any": None})

    def fails_with(code: str, status: int) -> None:
        def failing(*_: Any, **__: Any) -> Any:
            raise UemsError(code, "The warehouse says no.", status=status)

        for name in ("evaluate", "values_before"):
            monkeypatch.setattr(profiles, name, failing)

    fails_with("warehouse_timeout", 504)
    assert [(one.name, one.reason) for one in segment_axes(house, scope, "all", days)[1]] == [("bought", "warehouse_timeout")]
    assert {one.reason for one in tag_axes(house, scope, "all", days, 5)[1]} == {"warehouse_timeout"}
    with pytest.raises(UemsError, match="says no"):
        segment_axes(house, scope, ["bought"], days)
    fails_with("warehouse_busy", 503)
    with pytest.raises(UemsError, match="says no"):
        segment_axes(house, scope, "all", days)
    with pytest.raises(UemsError, match="says no"):
        tag_axes(house, scope, "all", days, 5)


def test_a_map_is_scanned_by_touchpoints_or_by_stages(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=n, user="u", event=event) for n, event in enumerate("ABC")])
    points = [{"key": e.lower(), "name": e, "events": [{"event": e}]} for e in "ABC"]
    stages = [{"key": "s1", "name": "One", "touchpoints": points[:2]}, {"key": "s2", "name": "Two", "touchpoints": points[2:]}]
    spec = {"stages": stages, "first_day": MIDDLE.isoformat(), "last_day": LAST.isoformat()}
    assert world.ask("bottlenecks", spec).data["steps"] == [{"from": "A", "to": "B"}, {"from": "B", "to": "C"}]
    assert world.ask("bottlenecks", {**spec, "level": "stages"}).data["steps"] == [{"from": "One", "to": "Two"}]


@pytest.mark.parametrize(
    ("spec", "cell", "words"),
    [
        ({}, None, "exactly one of"),
        ({"steps": STEPS, "map": "m"}, None, "exactly one of"),
        ({"steps": STEPS[:1]}, None, "at least 2"),
        ({"map": "nowhere"}, None, "nowhere"),
        ({"steps": STEPS, "window_seconds": 0}, None, "greater than or equal to 1"),
        ({"steps": STEPS}, {"step": 3}, "must be 1 to 2"),
        ({"steps": STEPS}, {"step": 1, "slice": {"kind": "column", "name": "planet"}}, "one of the axes"),
        ({"steps": STEPS, "tags": ["nothing"]}, None, "nothing"),
        ({"steps": STEPS, "segments": ["nothing"]}, None, "nothing"),
        ({"steps": STEPS, "dimensions": [{"column": "planet"}]}, None, "planet"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(town: Town, spec: Any, cell: Any, words: str) -> None:
    world = town.world()
    world.send([Act(ms=0, user="u", event="A")])
    with pytest.raises(UemsError) as error:
        world.ask("bottlenecks", spec) if cell is None else world.open("bottlenecks", spec, cell)
    assert words in error.value.message


def test_the_sample_is_of_a_shop() -> None:
    assert isinstance(ITEM.sample, Question)
