"""Is the best variant found by the stated rule, once, and does everybody after take it?"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.outreach.flows.world import FlowShop, graph
from tests.support.feed import Happened
from tests.support.houses import build
from uems.kernel.bucketing import bucket
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.outreach.flows.graph import Graph
from uems.outreach.flows.testing import Comparison, best_of, comparisons_of

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
PARTS = [{"way": "a", "weight": 1}, {"way": "b", "weight": 1}]
RULE = {"parts": PARTS, "event": "Order Completed", "days": 1, "min_people": 10, "after_people": 10, "after_days": 14}
BODY = graph({"test": ("ab", RULE), "one": ("exit", {}), "two": ("exit", {})}, {"test:a": "one", "test:b": "two"})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("tests")) / "home"))
    yield made
    made.close()


_numbers = iter(range(1, 1_000))


@pytest.fixture
def shop(house: House) -> FlowShop:
    return FlowShop(house, next(_numbers), NOW)


def beats(one: tuple[int, int], other: tuple[int, int]) -> float:
    """The probability that the rate of ``one`` is higher, by Miller's closed sum for two Beta posteriors (2015, formula 6)."""

    def log_beta(a: int, b: int) -> float:
        return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)

    (c, d), (a, b) = ((1 + k, 1 + n - k) for n, k in (other, one))
    return sum(math.exp(log_beta(c + i, b + d) - math.log(b + i) - log_beta(1 + i, b) - log_beta(c, d)) for i in range(a))


@settings(max_examples=15)
@given(st.integers(0, 120), st.integers(0, 120), st.floats(0, 1), st.floats(0, 1))
def test_the_probability_to_be_the_best_of_two_is_the_closed_formula(n: int, m: int, p: float, q: float) -> None:
    one, other = (n, round(n * p)), (m, round(m * q))
    assert best_of([one, other])[0] == pytest.approx(beats(one, other), abs=2e-3)


def test_of_three_it_is_what_a_fine_grid_says() -> None:
    counts = [(40, 8), (50, 14), (30, 9)]
    steps = 60
    rates = [(at + 0.5) / steps for at in range(steps)]
    weights = [[p**k * (1 - p) ** (n - k) for p in rates] for n, k in counts]
    wins = [0.0, 0.0, 0.0]
    for places in product(range(steps), repeat=3):
        first = max(places)
        winners = [at for at, place in enumerate(places) if place == first]
        weight = weights[0][places[0]] * weights[1][places[1]] * weights[2][places[2]]
        for at in winners:
            wins[at] += weight / len(winners)
    whole = sum(wins)
    assert best_of(counts) == pytest.approx([one / whole for one in wins], abs=1e-2)


def test_the_better_way_wins_by_itself_and_everybody_after_takes_it(shop: FlowShop) -> None:
    flow = shop.publish(BODY)
    shop.take([Happened(user=f"u{n}", event="Signed Up", ts=shop.now) for n in range(80)], shop.now)
    shop.run()
    ways = {run["person_id"]: run["path"].split("|")[2].split("\n")[0] for run in shop.runs()}
    assert ways == {person: "a" if bucket(f"{flow.salt}:test", str(person)) < 0.5 else "b" for person in ways}
    buyers = [user for user, person in shop.numbers().items() if ways[person] == "b"]
    shop.later(hours=1)
    shop.take([Happened(user=user, event="Order Completed", ts=shop.now) for user in buyers], shop.now)
    shop.take([Happened(user=user, event="Order Completed", ts=shop.now) for user in buyers], shop.now)  # twice counts once
    shop.later(hours=1)
    assert standing(shop).winner == ""  # nobody's day is over
    shop.later(hours=23)
    [found] = [standing(shop)]
    assert (found.winner, found.decided_at) == ("b", shop.now)
    counts = {one.way: (one.people, one.reached, one.waiting) for one in found.variants}
    assert counts == {"a": (80 - len(buyers), 0, 0), "b": (len(buyers), len(buyers), 0)}
    shop.take([Happened(user=f"late{n}", event="Signed Up", ts=shop.now) for n in range(20)], shop.now)
    shop.run()
    late = [run for run in shop.runs() if run["person_id"] not in ways]
    assert len(late) == 20
    assert {run["path"].split("|")[2].split("\n")[0] for run in late} == {"b"}
    shop.later(days=2)
    assert {one.way: (one.people, one.reached, one.waiting) for one in standing(shop).variants} == counts  # as it was decided


def test_where_nobody_can_tell_which_is_better_none_wins(shop: FlowShop) -> None:
    shop.publish(BODY)
    shop.take([Happened(user=f"u{n}", event="Signed Up", ts=shop.now) for n in range(60)], shop.now)
    shop.run()
    shop.later(days=2)
    found = standing(shop)
    assert (found.winner, sum(one.people for one in found.variants)) == ("", 60)


def test_a_test_without_anything_to_reach_is_refused(shop: FlowShop) -> None:
    body = graph({"test": ("ab", RULE | {"event": ""}), "one": ("exit", {})}, {"test:a": "one", "test:b": "one"})
    with pytest.raises(UemsError) as refused:
        shop.publish(body)
    assert [problem["code"] for problem in refused.value.details["problems"]] == ["no_goal"]  # type: ignore[attr-defined]


def standing(shop: FlowShop) -> Comparison:
    [found] = comparisons_of(shop.house.store, shop.scope, 1, Graph.model_validate(BODY), shop.now)
    return found
