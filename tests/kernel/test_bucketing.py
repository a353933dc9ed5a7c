"""Do buckets agree with GrowthBook's, alone and many at once, and divide people as wanted?"""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uems.kernel.bucketing import bucket, buckets, chosen

# The first lines of GrowthBook's published cases (spec 0.8): seed, value, bucket of version 2.
PUBLISHED = [("seed", "a", 0.0505), ("seed", "b", 0.2696), ("foo", "ab", 0.2575), ("foo", "def", 0.2019)]
CASES = Path(__file__).parents[3] / "shared" / "data" / "growthbook-cases.json"


@pytest.mark.parametrize(("seed", "value", "wanted"), PUBLISHED)
def test_a_bucket_is_the_published_one(seed: str, value: str, wanted: float) -> None:
    assert bucket(seed, value) == wanted


def test_all_published_cases_agree() -> None:
    if not CASES.is_file():
        pytest.skip("GrowthBook's file of cases is not here; the first four stand in this file")
    cases = [case for case in json.loads(CASES.read_text())["hash"] if case[2] == 2]
    assert cases
    assert [bucket(seed, value) for seed, value, _, _ in cases] == [wanted for _, _, _, wanted in cases]


@given(st.text(max_size=20), st.lists(st.integers(0, 2**64 - 1), max_size=20))
def test_many_at_once_fall_where_each_falls_alone(seed: str, values: list[int]) -> None:
    assert buckets(seed, values).tolist() == [bucket(seed, str(value)) for value in values]


def test_people_divide_by_the_weights_and_seeds_are_independent() -> None:
    people = range(100_000)
    first = chosen(buckets("one", people), [1, 1, 2])
    second = chosen(buckets("two", people), [1, 1, 2])
    shares = np.bincount(first, minlength=3) / len(people)
    assert np.allclose(shares, [0.25, 0.25, 0.5], atol=0.01)
    both = np.mean((first == 2) & (second == 2))
    assert abs(both - 0.25) < 0.01
