"""Does every report say clearly what it cannot answer, and answer with nothing where there is nothing?"""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.journeys.reports.world import DAY, DAYS_ASKED, NOW, Act, Town, World, town
from uems.journeys import asking
from uems.journeys.registry import REPORTS, OpensPeople
from uems.kernel.errors import UemsError

__all__ = ["town"]

NAMES = [report.key for report in REPORTS]
NEVER = {"event": "Never Was"}
POINTS = [{"key": key, "name": key, "events": [NEVER]} for key in ("one", "two")]
UNKNOWN: Mapping[str, dict[str, Any]] = {
    "trend": {"series": [NEVER]},
    "funnel": {"steps": [NEVER, NEVER]},
    "retention": {"start": NEVER, "returning": NEVER},
    "lifecycle": {"step": NEVER},
    "stickiness": {"step": NEVER},
    "paths": {"anchor": NEVER},
    "interval": {"start": NEVER, "end": NEVER},
    "distribution": {"step": NEVER},
    "penetration": {"features": [NEVER], "base": NEVER},
    "rfm": {"step": NEVER},
    "cohort_revenue": {"acquired": NEVER},
    "attribution": {"conversion": NEVER, "touch": NEVER},
    "journey_map": {"stages": [{"key": "all", "name": "all", "touchpoints": POINTS}]},
    "bottlenecks": {"steps": [NEVER, NEVER], "segments": []},
}
DATED = {"cohort_revenue", "distribution", "lifecycle", "retention"}
"""Reports whose sample cell names a place that an empty answer does not have: a cohort, a bucket, a bin."""
BY_X = {"property": "x", "limit": 50}
MANY: Mapping[str, dict[str, Any]] = {
    "trend": {"series": [{"event": "A"}], "breakdown": BY_X},
    "funnel": {"steps": [{"event": "A"}, {"event": "B"}], "breakdown": BY_X},
    "retention": {"start": {"event": "A"}, "breakdown": BY_X},
    "interval": {"start": {"event": "A"}, "end": {"event": "B"}, "breakdown": BY_X},
    "cohort_revenue": {"acquired": {"event": "A"}, "breakdown": BY_X},
    "attribution": {"conversion": {"event": "B"}, "channel": BY_X},
}


def sample(name: str) -> dict[str, Any]:
    spec = REPORTS.get(name).sample.model_dump(mode="json", exclude_none=True)
    return {key: value for key, value in spec.items() if key != "last_days"}


@pytest.fixture(scope="module")
def some(town: Town) -> World:
    world = town.world()
    world.send([Act(ms=n * DAY, user=f"u{n}", event=name) for n in range(4) for name in ("Product Viewed", "Order Completed")])
    return world


@pytest.mark.parametrize("name", NAMES)
def test_a_period_in_which_nothing_happened_has_an_answer_and_nobody_behind_it(some: World, name: str) -> None:
    report = REPORTS.get(name)
    empty = {"first_day": "2024-03-01", "last_day": "2024-03-03"}
    answer = some.ask(name, {**sample(name), **empty})
    assert answer.exact
    assert (str(answer.first_day), str(answer.last_day)) == ("2024-03-01", "2024-03-03")
    json.dumps(dict(answer.data), allow_nan=False)
    assert isinstance(report, OpensPeople)
    cell = report.sample_cell.model_dump(mode="json", exclude_none=True)
    if name in DATED:
        # A place that this answer does not have; what it has is said.
        with pytest.raises(UemsError, match="cell") as found:
            some.open(name, {**sample(name), **empty}, cell)
        assert found.value.code == "invalid"
    else:
        assert some.open(name, {**sample(name), **empty}, cell) == []


def test_every_report_that_names_events_is_asked_for_one_that_nobody_knows() -> None:
    assert UNKNOWN.keys() == set(NAMES) - {"overview", "sessions"}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_event_that_never_was_is_warned_of_and_counts_nobody(some: World, name: str) -> None:
    answer = some.ask(name, UNKNOWN[name])
    assert {(one.code, one.subject) for one in answer.warnings} == {("unknown_event", "Never Was")}
    json.dumps(dict(answer.data), allow_nan=False)


@pytest.fixture(scope="module")
def crowded(town: Town) -> World:
    """Ten thousand events, each with a value of its own but those of fifty."""
    world = town.world()
    values = [f"often{n % 50}" if n < 100 else f"v{n}" for n in range(10_000)]
    world.send([Act(ms=2 * n, user=f"u{n % 300}", event="A", properties={"x": value}) for n, value in enumerate(values)])
    world.send([Act(ms=2 * n + 1, user=f"u{n}", event="B", properties={"revenue": 1, "currency": "USD"}) for n in range(300)])
    return world


def test_every_report_with_groups_is_asked_for_ten_thousand() -> None:
    grouped = {report.key for report in REPORTS if {"breakdown", "channel"} & report.Config.model_fields.keys()}
    assert grouped == MANY.keys()


@pytest.mark.parametrize("name", MANY)
def test_ten_thousand_values_are_the_most_frequent_and_all_others(crowded: World, name: str) -> None:
    data = crowded.ask(name, MANY[name]).data
    lines = data["series"][0]["lines"] if name == "trend" else data["channels"] if name == "attribution" else data["lines"]
    groups = [one for line in lines if (one := line["channel" if name == "attribution" else "group"]) is not None]
    named = {group["value"] for group in groups if not group["other"]}
    # The conversions of the attribution have no value, and are no touch for it.
    assert named == {f"often{n}" for n in range(50)}
    assert [group for group in groups if group["other"]] == [{"value": None, "other": True}]
    too_many = {key: {**value, "limit": 10_000} if value is BY_X else value for key, value in MANY[name].items()}
    with pytest.raises(UemsError, match="less than or equal to 50") as found:
        crowded.ask(name, too_many)
    assert (found.value.code, found.value.status) == ("invalid_spec", 422)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"first_day": "2025-11-07", "last_day": "2025-11-01"}, "before first_day"),
        ({"first_day": "today"}, "first_day"),
        ({"first_day": "1900-01-01", "last_day": "1900-01-02"}, "outside the years"),
        ({"colour": "red"}, "colour"),
        ({"segment": 7}, "segment"),
        ({"people": {"nope": {}}}, "people"),
    ],
)
def test_what_no_report_can_be_asked_is_refused_by_name(town: Town, some: World, name: str, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UemsError, match=said) as found:
        asking.run_report(town.house, some.scope, name, {**DAYS_ASKED, **sample(name), **wrong}, NOW)
    assert (found.value.code, found.value.status) == ("invalid_spec", 422)


WINDOWS = {"window_seconds": "funnel journey_map bottlenecks", "within_seconds": "interval", "lookback_seconds": "attribution"}
WINDOWS |= {"gap_seconds": "paths", "last_days": "trend funnel retention sessions", "sample_percent": "trend funnel retention"}


@pytest.mark.parametrize(("field", "name"), [(field, name) for field, names in WINDOWS.items() for name in names.split()])
def test_no_time_at_all_is_refused(some: World, field: str, name: str) -> None:
    with pytest.raises(UemsError, match=field) as found:
        asking.run_report(some.town.house, some.scope, name, {**sample(name), field: 0}, NOW)
    assert (found.value.code, found.value.status) == ("invalid_spec", 422)


@pytest.mark.parametrize(
    ("name", "field"), [("funnel", "steps"), ("bottlenecks", "steps"), ("trend", "series"), ("penetration", "features")]
)
def test_no_steps_at_all_are_refused(some: World, name: str, field: str) -> None:
    with pytest.raises(UemsError, match=field) as found:
        some.ask(name, {**sample(name), field: []})
    assert (found.value.code, found.value.status) == ("invalid_spec", 422)
