"""Are groups that were guessed from a few people those of a look at all events?"""

from collections import Counter
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.reports.world import DAY, FIRST, Act, Town, ranked, town
from uems.journeys.reports import _event_axes, _likely, funnel
from uems.journeys.reports._likely import codes_among, proved, tallied

__all__ = ["town"]

WORDS = ["", "a", "b", "c", "é", "z"]


@given(said=st.lists(st.sampled_from(WORDS), max_size=40), known=st.sets(st.sampled_from(WORDS), min_size=1), limit=st.integers(1, 4))
def test_a_guess_that_is_proved_ranks_as_all_events_do(said: list[str], known: set[str], limit: int) -> None:
    values = sorted(known, reverse=True)
    codes = np.array([values.index(word) if word in known else len(values) for word in said], np.uint8)
    found = proved(values, tallied(codes, np.ones(len(said), np.bool_), values), limit)
    if set(said) <= known:
        assert found is not None, "nothing is missing"
    if found is not None:
        assert found == ranked_words(said, limit)
        assert [found[code] if code < len(found) else None for code in codes_among(values, found)[codes]] == [
            word if word in found else None for word in said
        ]


def ranked_words(said: list[str], limit: int) -> list[str]:
    counts = Counter(said)
    return sorted(counts, key=lambda word: (-counts[word], word.encode()))[:limit]


def test_only_chosen_events_are_counted() -> None:
    assert tallied(np.array([0, 1, 1, 2], np.uint8), np.array([True, True, False, True]), ["a", "b"]).tolist() == [1, 1, 1]


def a_world(town: Town, rare: str) -> Any:
    """Forty people; those in the middle, who are asked, say "x" and "y"; ``rare`` is said by others only."""
    world, acts = town.world(), []
    for n in range(40):
        word = rare if n < 3 else "xy"[n % 3 == 0]
        at = n if n % 2 else n + 2 * DAY
        acts.append(Act(ms=at, user=f"u{n}", event="A", properties={"x": word}))
        acts += [Act(ms=at + 100, user=f"u{n}", event="B", properties={"x": word})] * (n % 2)
    world.send(acts)
    return world


FUNNEL: dict[str, Any] = {"steps": [{"event": "A"}, {"event": "B"}], "window_seconds": 86_400, "breakdown": {"property": "x", "limit": 2}}
FINDER: dict[str, Any] = {
    "steps": FUNNEL["steps"],
    "dimensions": [{"property": "x"}, {"column": "device"}],
    "values": 2,
    "least_people": 10,
}
FINDER["first_day"] = (FIRST + timedelta(days=2)).isoformat()


@pytest.mark.parametrize("rare", ["x", "q"])
def test_reports_of_many_events_are_those_that_look_at_all_of_them(town: Town, monkeypatch: pytest.MonkeyPatch, rare: str) -> None:
    """The word "q" is no group but makes some of the others: three of it could not displace ten."""
    world = a_world(town, rare)
    looked, finder = world.ask("funnel", FUNNEL).data, world.ask("bottlenecks", FINDER).data
    assert [line["group"] for line in looked["lines"][1:3]] == [{"value": word, "other": False} for word in ranked(world_events(world), 2)]
    assert [one["name"] for one in finder["axes"]] == ["x"]
    assert finder["skipped"] == [{"kind": "column", "name": "device", "reason": "one_value"}]
    opened = [world.open("funnel", FUNNEL, {"step": 2, "group": line["group"]}) for line in looked["lines"]]
    monkeypatch.setattr(_likely, "ENOUGH_ROWS", 0)
    monkeypatch.setattr(_likely, "SHARE", 2)
    with monkeypatch.context() as patch:
        patch.setattr(funnel, "top_values", never)
        patch.setattr(_event_axes, "top_values_of", never)
        assert world.ask("funnel", FUNNEL).data == looked
        assert world.ask("bottlenecks", FINDER).data == finder
        assert [world.open("funnel", FUNNEL, {"step": 2, "group": line["group"]}) for line in looked["lines"]] == opened


def world_events(world: Any) -> list[Any]:
    return [one for seen in world.people().values() for one in seen if one.event == "A"]


def never(*_: object) -> None:
    raise AssertionError("the guess holds, so nobody needs a look at all events")


def test_a_value_that_nobody_among_the_few_has_is_found_all_the_same(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    world, acts = town.world(), []
    for n in range(40):
        word = "often" if n < 19 else "seldom"
        acts += [Act(ms=n, user=f"u{n}", event="A", properties={"x": word})] * (3 if n < 19 else 1)
    world.send(acts)
    wanted = [world.ask(name, spec).data for name, spec in (("funnel", FUNNEL), ("bottlenecks", FINDER))]
    assert [line["group"]["value"] for line in wanted[0]["lines"][1:3]] == ["often", "seldom"]
    monkeypatch.setattr(_likely, "ENOUGH_ROWS", 0)
    monkeypatch.setattr(_likely, "SHARE", 2)
    assert [world.ask(name, spec).data for name, spec in (("funnel", FUNNEL), ("bottlenecks", FINDER))] == wanted


def test_a_dimension_of_many_values_is_looked_at(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_world(town, "x")
    wanted = world.ask("funnel", FUNNEL).data
    monkeypatch.setattr(_likely, "ENOUGH_ROWS", 0)
    monkeypatch.setattr(_likely, "SHARE", 2)
    monkeypatch.setattr(_likely, "MOST", 1)
    assert world.ask("funnel", FUNNEL).data == wanted
