"""Is a repeated messageId always known, and a new one never?"""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from uems.collect.pipeline.seen import Keys, Seen, first_in_batch, keys_of

DAY = date(2026, 3, 2)
small_ids = st.lists(st.text(alphabet="abc", max_size=3), max_size=30)


@given(st.lists(small_ids, max_size=12))
def test_it_knows_exactly_what_a_set_would(batches: list[list[str]]) -> None:
    seen, oracle = Seen(7), set[str]()
    for batch in batches:
        keys = keys_of(1, batch)
        fresh = first_in_batch(keys) & ~seen.known(keys)
        expected = []
        for message_id in batch:
            expected.append(message_id not in oracle)
            oracle.add(message_id)
        assert fresh.tolist() == expected
        seen.add(keys.take(fresh), DAY)
    assert len(seen) == len(oracle)


def test_two_workspaces_may_use_the_same_id() -> None:
    seen = Seen(7)
    seen.add(keys_of(1, ["m"]), DAY)
    assert seen.known(keys_of(1, ["m"])).all()
    assert not seen.known(keys_of(2, ["m"])).any()


def test_ids_that_share_one_half_of_the_hash_are_told_apart() -> None:
    def keys(*low: int) -> Keys:
        return Keys(np.full(len(low), 9, np.uint64), np.array(low, np.uint64))

    seen = Seen(7)
    seen.add(keys(1, 2), DAY)
    assert seen.known(keys(2, 3, 1)).tolist() == [True, False, True]
    assert first_in_batch(keys(1, 2, 1)).tolist() == [True, True, False]


def test_a_day_is_forgotten_only_when_all_of_it_left_the_window() -> None:
    seen = Seen(7)
    seen.add(keys_of(1, ["m"]), DAY)
    seen.forget_before(DAY + timedelta(days=8))
    assert seen.known(keys_of(1, ["m"])).all()
    seen.forget_before(DAY + timedelta(days=9))
    assert not seen.known(keys_of(1, ["m"])).any()
