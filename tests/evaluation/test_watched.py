"""Do sums over sorted arrays say what looking at each person says?"""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.depth import worlds
from uems.evaluation.model import Arms
from uems.evaluation.watched import Happenings, Watched

PEOPLE = st.dictionaries(st.integers(0, 30), st.integers(-50, 50), max_size=8)
HAPPENED = st.lists(st.tuples(st.integers(0, 35), st.integers(-200, 200), st.integers(-9, 9)), max_size=30)


@settings(max_examples=worlds(500))
@given(people=PEOPLE, happened=HAPPENED, ends=st.tuples(st.integers(-150, 150), st.integers(0, 150)))
def test_every_window_counts_and_sums_what_lies_in_it(
    people: dict[int, int], happened: list[tuple[int, int, int]], ends: tuple[int, int]
) -> None:
    who = sorted(people)
    arms = Arms(
        person=np.array(who, np.uint64),
        since_ms=np.array([people[one] for one in who], np.int64),
        treated=np.ones(len(who), np.bool_),
        evidence="holdout",
    )
    columns = np.array(happened, np.int64).reshape(-1, 3)
    watched = Watched(arms, Happenings(person=columns[:, 0].astype(np.uint64), at_ms=columns[:, 1], amount=columns[:, 2]))
    start, end = ends[0], ends[0] + ends[1]
    inside = {one: [a for p, at, a in happened if p == one and people[one] + start <= at < people[one] + end] for one in who}
    assert watched.count(start, end).tolist() == [len(inside[one]) for one in who]
    assert watched.amount(start, end).tolist() == [sum(inside[one]) for one in who]
