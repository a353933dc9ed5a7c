"""Do reports, maps and metrics answer the same on a server and on a cluster as in process, where the oracles of other tests check them?"""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.reports.some_people import PHONES, segment
from tests.journeys.reports.world import DAY, FIRST, HOUR, LAST, SECOND, Act, Town, World
from tests.kpis.world import ask, dimension, keep_sessions, with_roles
from tests.support import houses
from tests.support.clickhouse import Servers
from uems import app
from uems.identity import api as identity
from uems.journeys.registry import REPORTS
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kpis.api import METRICS

A, B, C = ({"event": name} for name in "ABC")
SPECS: list[tuple[str, dict[str, Any]]] = [
    ("funnel", {"steps": [A, B, C], "window_seconds": 3 * 86_400}),
    ("funnel", {"steps": [A, B], "order": "any", "breakdown": {"property": "x"}}),
    ("trend", {"series": [{"event": "A"}, {"event": "B"}], "breakdown": {"property": "x"}}),
    ("retention", {"start": A, "returning": B}),
    ("paths", {}),
    ("bottlenecks", {"steps": [A, B], "dimensions": [{"column": "device"}, {"property": "x"}], "least_people": 10}),
    ("overview", {}),
]
POINTS = [{"key": name[0].lower(), "name": name, "events": [{"event": name}]} for name in ("A", "B", "C", "Order Completed")]
MAPPED: dict[str, Any] = {
    "stages": [
        {"key": "come", "name": "Come", "touchpoints": POINTS[:2]},
        {
            "key": "stay",
            "name": "Stay",
            "touchpoints": [*POINTS[2:], {"key": "buy", "name": "Buy", "events": [{"event": "Order Completed"}]}],
        },
    ],
    "window_seconds": 3 * 86_400,
}
OF_PEOPLE: list[tuple[str, dict[str, Any]]] = [
    ("journey_map", {**MAPPED, "compare": "previous_period", "first_day": "2025-11-04"}),
    ("bottlenecks", {"stages": MAPPED["stages"], "least_people": 10}),
    ("trend", {"series": [A], "breakdown": {"trait": "plan"}}),
    ("funnel", {"steps": [A, B], "breakdown": {"segment": "phones"}}),
    ("retention", {"start": A, "returning": B, "breakdown": {"trait": "plan"}}),
    ("overview", {"segment": "phones"}),
    ("paths", {"people": {"trait": {"name": "plan", "op": "equals", "value": "pro"}}}),
]
"""The map, and whatever asks what is known of people."""


@pytest.fixture(params=["clickhouse", "cluster"])
def elsewhere(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Town]:
    servers = request.getfixturevalue("clickhouse_server" if request.param == "clickhouse" else "clickhouse_cluster")
    assert isinstance(servers, Servers)
    database = f"reports_{request.param}"
    house = app.build(servers.settings(settings.home, database))
    yield Town(house)
    house.close()
    for node in servers.nodes:
        node.ask(f"DROP DATABASE IF EXISTS {database} SYNC")


@pytest.fixture
def here(settings: Settings) -> Iterator[Town]:
    house: House = houses.build(settings.model_copy(update={"home": settings.home.parent / "here"}))
    yield Town(house)
    house.close()


def filled(town: Town) -> World:
    """People who come as visitors and as users on several days, with ties, money and an undone merge."""
    dice = random.Random(11)
    world = town.world()
    for number in range(8):
        acts = []
        for _ in range(60):
            who = dice.randrange(14)
            money = {"revenue": dice.randrange(1, 90), "currency": "USD"} if dice.random() < 0.3 else {}
            acts.append(
                Act(
                    ms=dice.randrange(9) * DAY + dice.choice([0, 5, 6, 23]) * HOUR + dice.randrange(3) * SECOND,
                    user=f"u{who}" if dice.random() < 0.4 else "",
                    anonymous=f"a{who + dice.randrange(2)}",
                    event=dice.choice(["A", "B", "C", "Order Completed"]),
                    properties={"x": dice.choice("pqr")} | money,
                    device=dice.choice(["", "phone", "desk"]),
                )
            )
        world.send(acts, number % 2)
    return world


@pytest.mark.cluster
def test_every_report_and_the_people_behind_it_are_the_same(here: Town, elsewhere: Town) -> None:
    ours, theirs = filled(here), filled(elsewhere)
    assert identity.count_people(here.house, ours.scope, FIRST, LAST) == identity.count_people(elsewhere.house, theirs.scope, FIRST, LAST)
    specs = [(report.key, report.sample.model_dump(mode="json", exclude_none=True)) for report in REPORTS] + SPECS
    for name, spec in specs:
        asked = {key: value for key, value in spec.items() if key != "last_days"}
        expected, found = ours.ask(name, asked), theirs.ask(name, asked)
        assert found.data == expected.data, name
    funnel = {"steps": [A, B, C], "window_seconds": 3 * 86_400}
    cells = [{"step": step, "outcome": outcome} for step in (1, 2, 3) for outcome in ("reached", "lost")]
    opened = [ours.open("funnel", funnel, cell) for cell in cells]
    assert any(opened)
    assert [theirs.open("funnel", funnel, cell) for cell in cells] == opened
    for world in (ours, theirs):
        world.send([Act(ms=n * HOUR, user=f"u{n}", traits={"plan": "pro" if n % 3 else "free"}) for n in range(14)])
        segment(world, "phones", PHONES)
    for name, spec in OF_PEOPLE:
        expected, found = ours.ask(name, spec), theirs.ask(name, spec)
        assert found.data == expected.data, name
    cells = [{"stage": "come"}, {"touchpoint": "b", "of": "lost"}, {"touchpoint": "o", "of": "ended"}]
    opened = [ours.open("journey_map", MAPPED, cell) for cell in cells]
    assert all(opened[:2])
    assert [theirs.open("journey_map", MAPPED, cell) for cell in cells] == opened
    assert metrics(theirs) == metrics(ours)


def metrics(world: World) -> dict[str, Any]:
    """Every metric by week, and some in parts."""
    with_roles(world)
    keep_sessions(world)
    asked: list[tuple[str, dict[str, Any]]] = [(metric.key, {}) for metric in METRICS]
    asked += [(key, {"dimension": dimension()}) for key in ("dau", "ltv")]
    asked += [(key, {"segments": ("phones",)}) for key in ("arpu", "retention_day_1")]
    found = {}
    for key, by in asked:
        answer = ask(world, key, first=FIRST, last=LAST, unit="week", compare=False, **by)
        found[f"{key} {by}"] = (answer.value, [p.value for p in answer.points], [(p.group, p.value) for p in answer.parts])
    assert sum(told[0].value is not None for told in found.values()) > len(found) / 2
    return found
