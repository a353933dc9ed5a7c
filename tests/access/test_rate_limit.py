"""Can a password be guessed? Not at more than a few attempts in a quarter of an hour."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from uems.access.rate_limit import WINDOW, account_bucket, address_bucket, admit, forgive
from uems.kernel.errors import UemsError
from uems.kernel.store import Store


def attempt(store: Store, now: datetime, limits: dict[str, int]) -> bool:
    try:
        with store.write() as conn:
            admit(conn, limits, now)
    except UemsError as error:
        if (error.code, error.status) != ("too_many_attempts", 429):
            raise
        return False
    return True


def test_the_limit_holds_and_the_wait_is_told(store: Store, now: datetime) -> None:
    assert [attempt(store, now, {"account:a": 3}) for _ in range(5)] == [True, True, True, False, False]
    with pytest.raises(UemsError) as refused, store.write() as conn:
        admit(conn, {"account:a": 3}, now + timedelta(minutes=5))
    assert refused.value.details["retry_after_seconds"] == 10 * 60 + 1


def test_after_the_window_one_may_try_again(store: Store, now: datetime) -> None:
    for _ in range(4):
        attempt(store, now, {"account:a": 3})
    assert not attempt(store, now + WINDOW - timedelta(seconds=1), {"account:a": 3})
    assert attempt(store, now + WINDOW, {"account:a": 3})


def test_buckets_do_not_touch_each_other(store: Store, now: datetime) -> None:
    while attempt(store, now, {"account:a": 2}):
        pass
    assert attempt(store, now, {"account:b": 2})


def test_a_full_bucket_does_not_count_in_the_other(store: Store, now: datetime) -> None:
    while attempt(store, now, {"account:a": 2}):
        pass
    for _ in range(5):
        assert not attempt(store, now, {"account:a": 2, "address:x": 2})
    assert attempt(store, now, {"address:x": 2})


def test_success_forgives_the_account_and_this_attempt_of_the_address(store: Store, now: datetime) -> None:
    limits = {"account:a": 2, "address:x": 2}
    assert attempt(store, now, limits)
    assert attempt(store, now, limits)
    with store.write() as conn:
        forgive(conn, "account:a", "address:x")
    assert attempt(store, now, limits)
    assert not attempt(store, now, {"address:x": 2})


def test_attempts_side_by_side_cannot_slip_through_together(store: Store, now: datetime) -> None:
    with ThreadPoolExecutor(8) as pool:
        passed = list(pool.map(lambda _: attempt(store, now, {"account:a": 5, "address:x": 100}), range(30)))
    assert sum(passed) == 5


def test_one_subscriber_is_one_address() -> None:
    assert address_bucket("2001:db8::1") == address_bucket("2001:db8::ffff")
    assert address_bucket("2001:db8::1") != address_bucket("2001:db8:0:1::1")
    assert address_bucket("::ffff:192.0.2.7") == address_bucket("192.0.2.7")
    assert address_bucket("192.0.2.7") != address_bucket("192.0.2.8")
    assert address_bucket("") == address_bucket("testclient")


def test_what_a_stranger_typed_is_not_kept() -> None:
    assert "mei" not in account_bucket("mei@example.com")
    assert len(account_bucket("x" * 10_000 + "\ud800")) <= 100
