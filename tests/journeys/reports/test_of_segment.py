"""Does a report of the people in a segment say what it would say if nobody else had ever come?"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.identity.conftest import make_access
from tests.journeys.reports.some_people import PHONES, segment
from tests.journeys.reports.test_engines import SPECS, filled
from tests.journeys.reports.world import NOW, Town, town
from uems.journeys.registry import REPORTS
from uems.journeys.reports import Asked
from uems.journeys.reports.overview import Config as Overview
from uems.kernel.errors import UemsError
from uems.segments import api as segments

__all__ = ["town"]


def questions() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every report that asks of events, as its sample asks and as the tests of engines do."""
    for report in REPORTS:
        if issubclass(report.Config, Asked | Overview):
            spec = report.sample.model_dump(mode="json", exclude_none=True)
            yield report.key, spec | ({"segments": []} if report.key == "bottlenecks" else {})  # the segment is in one of them alone
    for name, spec in SPECS:
        if issubclass(next(one for one in REPORTS if one.key == name).Config, Asked | Overview):
            yield name, spec | ({"segments": []} if name == "bottlenecks" else {})


def test_every_report_counts_those_alone_who_are_in_it(town: Town) -> None:
    whole, alone = filled(town), town.world()
    made = segment(whole, "phones", PHONES)
    inside = set(segments.members(town.house, whole.scope, made.segment_id, limit=1_000))
    everybody = whole.people()
    assert 0 < len(inside) < len(everybody)
    members = {(one.ms, one.order) for person in inside for one in everybody[person]}
    for partition in (0, 1):
        kept = [act for act, place in whole.sent.values() if place[2] == partition and (act.ms, place) in members]
        alone.send(kept, partition)
    differs = []
    for name, spec in questions():
        asked = {key: value for key, value in spec.items() if key != "last_days"}
        expected, found = alone.ask(name, asked), whole.ask(name, {**asked, "segment": "phones"})
        assert found.data == expected.data, name
        assert found.exact
        if found.data != whole.ask(name, asked).data:
            differs.append(name)
    assert {"overview", "trend", "funnel", "retention", "paths", "lifecycle", "stickiness"} <= set(differs)


def test_the_people_behind_a_number_are_in_it(town: Town) -> None:
    world = filled(town)
    made = segment(world, "phones", PHONES)
    inside = segments.members(town.house, world.scope, made.segment_id, limit=1_000)
    spec = {"series": [{"measure": "people"}]}
    behind = world.open("trend", {**spec, "segment": "phones"}, {})
    assert behind == sorted(set(world.open("trend", spec, {})) & set(inside))
    assert behind


def test_a_segment_that_nobody_can_tell_is_refused(town: Town) -> None:
    world = filled(town)
    segment(world, "waiting", PHONES, build=False)
    spec = {"series": [{"measure": "people"}]}
    with pytest.raises(UemsError, match="still being computed") as found:
        world.ask("trend", {**spec, "segment": "waiting"})
    assert (found.value.code, found.value.status) == ("segment_not_ready", 409)
    segments.archive_segment(town.house.store, make_access(world.scope, NOW), "waiting")
    with pytest.raises(UemsError, match="is archived"):
        world.ask("trend", {**spec, "segment": "waiting"})
    with pytest.raises(UemsError) as found:
        world.ask("trend", {**spec, "segment": "nowhere"})
    assert found.value.code == "not_found"
