"""The short way through plain funnels finds what the long way finds."""

import numpy as np
import pytest

from uems.journeys.reports._attempts import Plan, attempts, best
from uems.journeys.reports._furthest import furthest
from uems.journeys.reports._stories import segments


@pytest.mark.parametrize("seed", range(4))
def test_the_furthest_attempt_of_everybody_is_the_best_of_all_their_attempts(seed: int) -> None:
    chance = np.random.default_rng(seed)
    for _ in range(300):
        size, steps, window_ms = int(chance.integers(1, 40)), int(chance.integers(2, 5)), int(chance.integers(1, 40))
        person = np.sort(chance.integers(5, 8, size).astype(np.uint64))
        at = 1_000 + chance.integers(0, int(chance.integers(1, 60)), size)
        order = np.lexsort((at, person))
        person, at = person[order], at[order]
        # An event may be several steps at once, and many have the same millisecond.
        mask = (chance.integers(0, 2**steps, size) & chance.integers(0, 2**steps, size)).astype(np.uint8)
        end = 1_000 + int(chance.integers(0, 65))
        plan = Plan(blocks=[[step] for step in range(steps)], window_ms=window_ms)
        found = attempts(segments(person), at, mask, at < end, plan)
        chosen = best(found, person, np.arange(size))
        entry, place = found.entry[chosen], found.place[chosen]
        after = np.append(at, 0)[place] - at[entry][:, None]
        after[place == size] = -1
        short = furthest(person, at, mask, end, range(steps), window_ms)
        assert short is not None
        assert short.entry.tolist() == entry.tolist()
        assert short.reached.tolist() == found.reached[chosen].tolist()
        assert short.after_ms.tolist() == after.tolist()


def test_numbers_without_room_are_left_to_the_long_way() -> None:
    person, at = np.array([1, 2**40], np.uint64), np.array([0, 10**11])
    assert furthest(person, at, np.array([1, 1], np.uint8), 2 * 10**11, range(2), 1_000) is None
