"""Can two processes ever both do the leased work?"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from uems.kernel.errors import UemsError
from uems.kernel.leases import Hold, Lease, acquire, check, keeping, leases, release, renew
from uems.kernel.settings import Settings
from uems.kernel.store import Store, open_store, sequences

TTL = 30.0


def later(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def taken(store: Store, name: str, holder: str, now: datetime) -> Lease:
    lease = acquire(store, name, holder, TTL, now)
    assert lease is not None
    return lease


@pytest.fixture
def second_store(store: Store, settings: Settings) -> Iterator[Store]:
    """The same database through an engine of its own, as another process has it."""
    url = "sqlite:" if store.dialect == "sqlite" else store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    other = open_store(settings.model_copy(update={"store_url": url}))
    yield other
    other.close()


def test_a_held_lease_is_refused_to_others_until_it_runs_out(store: Store, second_store: Store, now: datetime) -> None:
    first = taken(store, "work", "a", now)
    assert first == Lease(name="work", holder="a", epoch=1, expires_at=later(now, TTL))
    assert acquire(second_store, "work", "b", TTL, now) is None
    assert acquire(second_store, "work", "b", TTL, later(now, TTL - 0.000001)) is None
    second = taken(second_store, "work", "b", later(now, TTL))
    assert second.epoch == 2


def test_names_are_independent(store: Store, now: datetime) -> None:
    taken(store, "one", "a", now)
    assert taken(store, "two", "b", now).epoch == 1


def test_taking_ones_own_lease_again_keeps_the_epoch(store: Store, now: datetime) -> None:
    first = taken(store, "work", "a", now)
    again = taken(store, "work", "a", later(now, 10))
    assert (again.epoch, again.expires_at) == (first.epoch, later(now, 10 + TTL))
    # After it ran out somebody else may have held it in between, so the number moves on.
    assert taken(store, "work", "a", later(now, 10 + TTL)).epoch == 2


def test_renewing_prolongs_and_a_lost_lease_cannot_be_renewed(store: Store, now: datetime) -> None:
    first = taken(store, "work", "a", now)
    renewed = renew(store, first, TTL, later(now, 20))
    assert renewed is not None
    assert renewed.expires_at == later(now, 50)
    assert acquire(store, "work", "b", TTL, later(now, 49)) is None
    late = renew(store, renewed, TTL, later(now, 500))
    assert late is not None, "nobody took it, so it still stands"
    second = taken(store, "work", "b", later(now, 600))
    assert renew(store, late, TTL, later(now, 601)) is None
    assert renew(store, second, TTL, later(now, 601)) is not None


def test_a_released_lease_is_free_at_once_and_the_epoch_goes_on(store: Store, now: datetime) -> None:
    first = taken(store, "work", "a", now)
    release(store, first, later(now, 1))
    second = taken(store, "work", "b", later(now, 1))
    assert second.epoch == 2
    release(store, first, later(now, 2))  # too late: it must not take it from the new holder
    assert acquire(store, "work", "a", TTL, later(now, 3)) is None


def test_the_fence_stops_a_holder_that_slept_through_its_time(store: Store, second_store: Store, now: datetime) -> None:
    slept = taken(store, "work", "a", now)
    with store.write() as conn:
        check(conn, slept)
    current = taken(second_store, "work", "b", later(now, TTL))

    def write_result(lease: Lease) -> None:
        with store.write() as conn:
            conn.execute(sequences.insert().values(name=lease.holder, next_value=1))
            check(conn, lease)

    with pytest.raises(UemsError) as caught:
        write_result(slept)
    assert (caught.value.code, caught.value.status) == ("lease_lost", 409)
    write_result(current)
    with store.read() as conn:
        assert conn.execute(select(sequences.c.name)).scalars().all() == ["b"]


def test_nobody_takes_the_lease_between_the_check_and_the_commit(store: Store, second_store: Store, now: datetime) -> None:
    mine = taken(store, "work", "a", now)
    with ThreadPoolExecutor(1) as pool:
        with store.write() as conn:
            check(conn, mine)
            stealing = pool.submit(acquire, second_store, "work", "b", TTL, later(now, TTL))
            with pytest.raises(TimeoutError):
                stealing.result(0.3)
        stolen = stealing.result(30)
    assert stolen is not None
    assert stolen.epoch == 2


def test_of_many_that_rush_at_it_exactly_one_wins_each_time(store: Store, second_store: Store, now: datetime) -> None:
    rounds, racers = 12, 6
    barrier = threading.Barrier(racers)

    def race(racer: int) -> list[tuple[int, int]]:
        won = []
        for number in range(rounds):
            barrier.wait(30)
            lease = acquire(store if racer % 2 else second_store, "work", f"{racer}", TTL, later(now, number * TTL))
            if lease is not None:
                won.append((number, lease.epoch))
        return won

    with ThreadPoolExecutor(racers) as pool:
        won = sorted(pair for pairs in pool.map(race, range(racers)) for pair in pairs)
    assert won == [(number, number + 1) for number in range(rounds)]


def test_a_ttl_must_be_positive(store: Store, now: datetime) -> None:
    with pytest.raises(UemsError, match="ttl_seconds is 0"):
        acquire(store, "work", "a", 0, now)


steps = st.lists(
    st.tuples(st.sampled_from(["acquire", "renew", "release", "check"]), st.sampled_from(["a", "b", "c"]), st.integers(0, 20)), max_size=25
)


@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_at_no_time_do_two_hold_it_whatever_they_do(store: Store, now: datetime, steps: list[tuple[str, str, int]]) -> None:
    """Each holder remembers its last lease; at every instant at most one of these is both unexpired and passes the fence."""
    ttl = 15.0
    with store.write() as conn:
        conn.execute(delete(leases))
    held: dict[str, Lease] = {}
    epochs: list[int] = []
    at = now
    for action, holder, seconds in steps:
        at = later(at, seconds)
        mine = held.get(holder)
        if action == "acquire":
            lease = acquire(store, "work", holder, ttl, at)
        elif action == "renew" and mine is not None:
            lease = renew(store, mine, ttl, at)
        elif action == "release" and mine is not None:
            release(store, mine, at)
            del held[holder]
            continue
        else:
            continue
        if lease is not None:
            held[holder] = lease
            epochs.append(lease.epoch)
        valid = [name for name, its in held.items() if its.expires_at > at and passes(store, its)]
        assert len(valid) <= 1
    assert epochs == sorted(epochs)


def passes(store: Store, lease: Lease) -> bool:
    try:
        with store.write() as conn:
            check(conn, lease)
    except UemsError:
        return False
    return True


def test_check_leaves_the_lease_as_it_was(store: Store, now: datetime) -> None:
    lease = taken(store, "work", "a", now)
    with store.write() as conn:
        check(conn, lease)
        assert conn.execute(select(leases)).one() == ("work", "a", 1, later(now, TTL))
        conn.execute(update(leases).values(holder="b"))
        with pytest.raises(UemsError, match="no longer holds"):
            check(conn, lease)


def test_a_lease_is_kept_for_as_long_as_the_work_goes_on(store: Store, now: datetime) -> None:
    mine = acquire(store, "work", "me", 0.4, now)
    assert mine is not None
    clock = [now]
    renewed = threading.Event()

    def tell() -> datetime:
        clock[0] += timedelta(seconds=0.3)
        if clock[0] >= now + timedelta(seconds=0.9):
            renewed.set()
        return clock[0]

    with keeping(store, mine, 0.4, tell):
        assert renewed.wait(30)
    assert acquire(store, "work", "you", 0.4, now + timedelta(seconds=0.5)) is None
    assert acquire(store, "work", "you", 0.4, clock[0] + timedelta(seconds=1)) is not None


def test_a_loop_keeps_half_of_its_time_in_hand_and_gives_the_lease_back(store: Store, now: datetime) -> None:
    seconds = 0.0
    mine, other = (Hold(store, "loop", holder, TTL, lambda: later(now, seconds)) for holder in ("one", "two"))
    first = mine.take()
    assert first is not None
    assert other.take() is None
    seconds = TTL / 2
    assert mine.take() == first  # exactly half is left
    seconds = TTL / 2 + 1
    longer = mine.take()
    assert longer is not None
    assert (longer.epoch, longer.expires_at) == (first.epoch, later(now, TTL / 2 + 1 + TTL))
    mine.release()
    mine.release()
    assert other.take() is not None
    assert mine.take() is None


def test_rows_of_leases_that_ran_out_long_ago_go_when_another_is_taken(store: Store, now: datetime) -> None:
    taken(store, "job:1", "a", now)
    taken(store, "job:2", "a", later(now, 3 * 86_400))
    taken(store, "work", "b", later(now, 31 * 86_400))
    with store.read() as conn:
        assert set(conn.execute(select(leases.c.name)).scalars()) == {"job:2", "work"}
    again = taken(store, "job:1", "b", later(now, 31 * 86_400))
    with pytest.raises(UemsError, match="no longer holds"), store.write() as conn:
        check(conn, Lease(name="job:1", holder="a", epoch=again.epoch, expires_at=later(now, TTL)))
