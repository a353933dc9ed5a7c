"""Does a report of a sample say exactly what it would say if nobody else had come, and are its estimates right on average?"""

from typing import Any

import numpy as np
import pytest

from tests.journeys.reports.test_engines import MAPPED, SPECS, filled
from tests.journeys.reports.world import NOW, Town, World, town
from uems.access.api import Workspaces
from uems.journeys.asking import run_report
from uems.journeys.registry import REPORTS
from uems.journeys.reports._ask import in_sample
from uems.journeys.reports._sampled import of_sample
from uems.journeys.sessions import Sessioniser
from uems.kernel.clock import utc_now
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.warehouse import Limits

__all__ = ["town"]

HALF = 50
SUMS = {
    "overview": ("people", "new_people", "identified", "orders", "revenue_minor"),
    "sessions": ("sessions", "people", "revenue_minor"),
}


def drawn(person: int, percent: float) -> bool:
    """Whether the person is in the sample: by Fibonacci hashing of their number to 32 bits, which are a place from 0 to 1."""
    return (person * 11_400_714_819_323_198_485 % 2**64 >> 32) / 2**32 < percent / 100


@pytest.fixture(scope="module")
def whole(town: Town) -> World:
    world = filled(town)
    visits(town)
    return world


def visits(town: Town) -> None:
    loop = Sessioniser(town.house, Workspaces(town.house.store), "test", utc_now)
    while loop.step():
        continue


def test_every_report_can_be_asked_of_a_sample() -> None:
    assert [report.key for report in REPORTS if "sample_percent" not in report.Config.model_fields] == []


def test_a_sample_is_what_the_report_says_of_those_alone_who_are_in_it(town: Town, whole: World) -> None:
    everybody = whole.people()
    inside = {person for person in everybody if drawn(person, HALF)}
    assert 0 < len(inside) < len(everybody)
    alone = town.world()
    members = {(one.ms, one.order) for person in inside for one in everybody[person]}
    # All in one call, in the order in which events of one millisecond stand there.
    sent = sorted(whole.sent.values(), key=lambda one: one[1])
    alone.send([act for act, at in sent if (act.ms, at) in members])
    visits(town)
    differs = []
    for name, asked in [*SPECS, ("sessions", {}), ("journey_map", MAPPED)]:
        expected, found = alone.ask(name, asked), whole.ask(name, {**asked, "sample_percent": HALF})
        told = dict(found.data)
        assert (found.exact, told.pop("sample_percent")) == (False, HALF), name
        estimates = told.pop("estimates", {})
        assert told == expected.data, name
        assert estimates == {key: 2 * expected.data[key] for key in SUMS.get(name, ())}
        if told != whole.ask(name, asked).data:
            differs.append(name)
    assert {"overview", "sessions", "trend", "funnel", "retention", "paths"} <= set(differs)


@pytest.mark.parametrize("name", sorted(SUMS))
def test_the_people_of_a_sample_are_those_of_everybody_who_were_drawn(whole: World, name: str) -> None:
    spec: dict[str, Any] = {"sample_percent": HALF}
    cells: list[dict[str, Any]] = [{}, {"day": "2025-11-03"}]
    cells += [{"who": "new"}, {"who": "identified"}, {"event": "A"}] if name == "overview" else [{"bounced": True}]
    for cell in cells:
        assert whole.open(name, spec, cell) == [person for person in whole.open(name, {}, cell) if drawn(person, HALF)]
    assert len(whole.open(name, spec, {})) == whole.ask(name, spec).data["people"] > 0


@pytest.mark.parametrize("percent", [0.5, 1, 10, 37.5, 90])
def test_estimates_are_right_on_average(percent: float) -> None:
    people = np.arange(1, 400_001, dtype=np.uint64)
    inside = in_sample(people, percent)
    assert inside[:2_000].tolist() == [drawn(person, percent) for person in range(1, 2_001)]
    # What people bring is as uneven as it is: most nothing, few much. The error is counted in standard errors of a sum of draws.
    worth = np.where(people % np.uint64(50) == 0, people % np.uint64(997), 0).astype(np.int64)
    for each in (np.ones(len(people), np.int64), worth):
        told = of_sample(percent, {"sum": int(each[inside].sum())}, ["sum"])["estimates"]["sum"]
        share = percent / 100
        error = np.sqrt((each.astype(float) ** 2).sum() * (1 - share) / share)
        assert abs(told - int(each.sum())) < 4 * error


@pytest.mark.parametrize("name", sorted(SUMS))
def test_where_all_are_too_many_a_sample_is_offered(whole: World, name: str) -> None:
    house = whole.town.house

    class Small:
        def __getattr__(self, of: str) -> Any:
            return getattr(house.warehouse, of)

        def query(self, sql: Any, params: Any = None, **_: Any) -> Any:
            return house.warehouse.query(sql, params, limits=Limits(seconds=1e-6))

    small = House(settings=house.settings, warehouse=Small(), store=house.store, log=house.log)
    with pytest.raises(UemsError, match="sample of the people") as refused:
        run_report(small, whole.scope, name, {"last_days": 30}, NOW)
    assert (refused.value.code, refused.value.details["sample_percent"]) == ("warehouse_timeout", 10)
