"""In how many sets somebody is: counted by digits as one by one."""

import numpy as np
import pytest

from uems.journeys.reports import _bits


@pytest.mark.parametrize("sets", [0, 1, 2, 3, 7, 90])
def test_sums_count_everybody_in_every_set(sets: int) -> None:
    chance = np.random.default_rng(sets)
    words = chance.integers(0, 2**63, (sets, 3), dtype=np.uint64) & chance.integers(0, 2**63, (sets, 3), dtype=np.uint64)
    counted = np.zeros(192, np.int64)
    for one in words:
        counted += _bits.flags(one)
    assert _bits.sums(words).tolist() == counted.tolist()


def test_somebody_in_all_of_many_sets_is_counted_in_all_of_them() -> None:
    assert set(_bits.sums(np.full((1_100, 1), 2**64 - 1, np.uint64)).tolist()) == {1_100}
