"""Do the statement, the Python check and the definition name the same people, whatever was merged and wherever the clocks change?"""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.profiles.conditions import oracle
from tests.profiles.conditions.strategies import calls, conditions
from tests.profiles.conditions.world import NOW, World, records
from tests.support import houses
from tests.support.depth import worlds
from tests.support.feed import Happened
from uems.kernel.filters import Params
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.profiles.conditions.asking import Asking, Chosen, known_zones
from uems.profiles.conditions.grammar import dump_condition, evaluate, parse_condition, people_sql, person_check

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("conditions") / "home"))
    yield found
    found.close()


_tags = st.lists(st.tuples(st.integers(0, 7), st.sampled_from(["stage", "score"]), st.sampled_from(["pro", 5, 3])), max_size=4)
_pairs = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=5)


@hypothesis_settings(max_examples=worlds(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    batches=st.lists(st.lists(calls, min_size=1, max_size=9), min_size=1, max_size=3),
    tags=_tags,
    enlisted=_pairs,
    invited=_pairs,
    trees=st.lists(conditions, min_size=6, max_size=12),
)
def test_three_ways_name_the_same_people(
    house: House, batches: list[Any], tags: list[Any], enlisted: list[Any], invited: list[Any], trees: list[Any]
) -> None:
    world = World(house, next(_numbers))
    nodes: list[tuple[int, int]] = []
    for number, batch in enumerate(batches):
        world.take(batch)
        stored = [(one.node_id, one.person_id) for one in world.feed.stored]
        if number == 0:  # what later batches merge must follow the people
            for which, (list_id, at) in enumerate(enlisted):
                world.enlist(1 + (list_id + which) % 2, *stored[at % len(stored)])
            for one, other in invited:
                world.relate(*stored[one % len(stored)], *stored[other % len(stored)])
        nodes = stored
    people = sorted(set(world.owner().values()))
    for at, name, value in tags:
        world.tag(people[at % len(people)], name, value)
    assert nodes
    souls = world.souls()
    parsed = [parse_condition(tree) for tree in trees]
    assert [parse_condition(dump_condition(node)) for node in parsed] == parsed
    found = evaluate(parsed, Asking(house, world.scope, world.at()))
    assert found.people.tolist() == sorted(souls)
    some = Chosen.of(house, world.scope, [p for p in people if p % 2])
    part = evaluate(parsed, Asking(house, world.scope, world.at(), some))
    told = records(souls)
    for tree, node in zip(trees, parsed, strict=True):
        expected = sorted(n for n, soul in souls.items() if oracle.holds(tree, soul, souls))
        assert found.members(node).tolist() == expected, tree
        assert part.members(node).tolist() == [n for n in expected if n % 2], tree
        check = person_check(node, world.at())
        assert sorted(n for n, record in told.items() if check(record)) == expected, tree


@hypothesis_settings(max_examples=worlds(6), deadline=None, suppress_health_check=list(HealthCheck))
@given(batch=st.lists(calls, min_size=3, max_size=12), tree=conditions)
def test_a_condition_can_stand_in_any_query_that_has_a_column_of_people(house: House, batch: list[Any], tree: Any) -> None:
    world = World(house, next(_numbers))
    world.take(batch)
    _stands_in_a_query(house, world, tree)


def test_a_habit_by_each_persons_clock_can_stand_in_any_query(house: House) -> None:
    world = World(house, next(_numbers))
    zoned = Happened(user="u1", ts=NOW, type="identify", properties='{"timezone":"Asia/Tokyo"}')
    world.take([zoned, *(Happened(user=f"u{n % 2}", ts=NOW, event="Viewed") for n in range(4))])
    for unit in ("day", "week", "month"):
        _stands_in_a_query(house, world, {"regular": {"events": ["Viewed"], "unit": unit, "at_least": 1, "out_of": 2, "zone": "person"}})


def _stands_in_a_query(house: House, world: World, tree: Any) -> None:
    souls = world.souls()
    asking = Asking(house, world.scope, world.at())
    condition = people_sql(parse_condition(tree), Sql("p"), asking)
    people = Params("z").bind(sorted(souls), "Array(UInt64)")
    query = Sql(f"SELECT p FROM (SELECT arrayJoin({people}) AS p) WHERE {condition} ORDER BY p")
    rows = house.warehouse.query(query, {**asking.params.values, "z0": sorted(souls)})
    assert rows.column("p").to_pylist() == sorted(n for n, soul in souls.items() if oracle.holds(tree, soul, souls))


def test_time_zones_that_do_not_exist_do_not_crowd_out_those_that_do(house: House) -> None:
    world = World(house, next(_numbers))
    told = [f"AAA/{n}" for n in range(1_100)] + ["Zulu", "Asia/Tokyo"]
    world.take([Happened(user=f"u{n}", ts=NOW, type="identify", properties=json.dumps({"timezone": name})) for n, name in enumerate(told)])
    assert known_zones(house, world.scope) == ["Asia/Tokyo", "Zulu"]
