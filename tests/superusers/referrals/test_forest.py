"""Is the forest what plain walking makes of the relations, and is no cent credited twice? Against walking in Python, over random worlds."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uems.superusers.referrals.forest import Forest, Rule, credits, grow

Relation = tuple[int, int, int]
SOME = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(0, 8)), max_size=30)


def forest_of(relations: list[Relation]) -> Forest:
    columns = list(zip(*relations, strict=True)) if relations else [(), (), ()]
    return grow(np.array(columns[0], np.uint64), np.array(columns[1], np.uint64), np.array(columns[2], np.int64))


def walked(relations: list[Relation]) -> dict[int, tuple[int, int] | None]:
    """person → (inviter, when), None for whom nobody brought: the earliest relation, and circles opened at their latest."""
    above: dict[int, tuple[int, int] | None] = {}
    for inviter, invitee, at in sorted(relations, key=lambda one: (one[2], one[0])):
        if inviter != invitee:
            above.setdefault(invitee, (inviter, at))
    for one in list(above.values()):
        assert one is not None
        above.setdefault(one[0], None)
    for person in sorted(above):
        way, up = [person], above[person]
        while up is not None and up[0] not in way:
            way.append(up[0])
            up = above[up[0]]
        if up is not None:
            ring = way[way.index(up[0]) :]

            def told(one: int) -> tuple[int, int]:
                found = above[one]
                assert found is not None
                return found[1], one

            above[max(ring, key=told)] = None
    return above


def parents(forest: Forest) -> dict[int, int | None]:
    people = forest.people.tolist()
    return {people[n]: None if up < 0 else people[up] for n, up in enumerate(forest.parent.tolist())}


def below(above: dict[int, int | None], person: int) -> set[int]:
    mine = {one for one, up in above.items() if up == person}
    return mine | {other for one in mine for other in below(above, one)}


@given(SOME)
def test_everybody_has_their_first_inviter_and_circles_are_opened_at_the_latest(relations: list[Relation]) -> None:
    wanted = {person: None if up is None else up[0] for person, up in walked(relations).items()}
    assert parents(forest_of(relations)) == wanted


@given(SOME)
def test_depth_counts_and_ranges_are_those_of_walking(relations: list[Relation]) -> None:
    forest = forest_of(relations)
    above = parents(forest)
    value = (forest.people * 7 + 3).astype(np.int64)
    sums = forest.sum_below(value)
    for n, person in enumerate(forest.people.tolist()):
        under = below(above, person)
        inside = (forest.enter > forest.enter[n]) & (forest.enter < forest.leave[n])
        assert set(forest.people[inside].tolist()) == under
        assert forest.below[n] == len(under)
        assert forest.direct[n] == sum(1 for up in above.values() if up == person)
        assert sums[n] == sum(one * 7 + 3 for one in under)
        depth, at = 0, above[person]
        while at is not None:
            depth, at = depth + 1, above[at]
        assert forest.depth[n] == depth
    assert sorted(forest.enter.tolist()) == list(range(len(forest)))


@given(SOME)
def test_siblings_with_most_below_come_first(relations: list[Relation]) -> None:
    forest = forest_of(relations)
    for up in set(forest.parent.tolist()):
        mine = np.flatnonzero(forest.parent == up)
        ordered = sorted(mine.tolist(), key=lambda n: (-forest.below[n], forest.people[n]))
        assert [int(forest.rank[n]) for n in ordered] == list(range(len(mine)))


@given(SOME, st.sampled_from(["halving", "direct"]), st.integers(1, 10), st.lists(st.integers(-50, 10**6), min_size=12, max_size=12))
def test_each_cent_is_credited_once_and_halves_upwards(relations: list[Relation], rule: Rule, levels: int, spent: list[int]) -> None:
    forest = forest_of(relations)
    mine = np.array([spent[person - 1] for person in forest.people.tolist()], np.int64)
    found = dict(zip(forest.people.tolist(), credits(forest, mine, rule, levels).tolist(), strict=True))
    above = parents(forest)
    wanted: dict[int, Fraction] = dict.fromkeys(above, Fraction(0))
    shares = 0
    for person, up in above.items():
        way: list[int] = []
        while up is not None and len(way) < (1 if rule == "direct" else levels):
            way.append(up)
            up = above[up]
        whole = sum(Fraction(1, 2**n) for n in range(len(way)))
        for n, one in enumerate(way):
            wanted[one] += max(0, spent[person - 1]) * Fraction(1, 2**n) / whole
            shares += 1
    brought = sum(max(0, spent[person - 1]) for person, up in above.items() if up is not None)
    assert sum(found.values()) == brought
    assert all(abs(found[one] - wanted[one]) <= shares for one in above)


def test_halving_of_seven_over_three_levels_is_four_two_and_one() -> None:
    forest = forest_of([(1, 2, 1), (2, 3, 2), (3, 4, 3)])
    assert credits(forest, np.array([0, 0, 0, 700]), "halving", 3).tolist() == [100, 200, 400, 0]
    assert credits(forest, np.array([0, 0, 0, 700]), "halving", 2).tolist() == [0, 233, 467, 0]
    assert credits(forest, np.array([0, 0, 0, 700]), "direct", 3).tolist() == [0, 0, 700, 0]


def test_what_does_not_count_is_told() -> None:
    forest = forest_of([(1, 2, 1), (2, 3, 2), (3, 1, 3), (4, 4, 1), (5, 2, 9), (1, 2, 7)])
    assert (forest.rings, forest.selves, forest.later) == (1, 1, 1)
    assert parents(forest) == {1: None, 2: 1, 3: 2}


@pytest.mark.parametrize("shape", ["chain", "star"])
def test_a_long_chain_and_a_star_of_many_are_done(shape: str) -> None:
    size = 50_000
    invitee = np.arange(2, size + 2).astype(np.uint64)
    inviter = invitee - 1 if shape == "chain" else np.ones(size, np.uint64)
    forest = grow(inviter, invitee, np.arange(size))
    assert forest.below[0] == size
    assert forest.depth.max() == (size if shape == "chain" else 1)


def test_nobody_is_a_forest_too() -> None:
    forest = forest_of([])
    assert len(forest) == 0
    assert credits(forest, np.zeros(0, np.int64), "halving", 3).tolist() == []
