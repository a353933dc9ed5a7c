"""Does work beside the requests go on whatever goes wrong in it, and end when it is told to?"""

import logging
import os
import threading
from datetime import datetime

import pytest

from uems.kernel.errors import UemsError
from uems.kernel.leases import acquire
from uems.kernel.loops import Loop
from uems.kernel.store import Store, allocate


class Rounds:
    """Counts rounds; the first ``broken`` of them fail, and the one numbered ``enough`` tells that it has come."""

    def __init__(self, enough: int, broken: int = 0) -> None:
        self.count, self._enough, self._broken = 0, enough, broken
        self.came, self.closed = threading.Event(), 0
        self.threads: set[int] = set()

    def step(self) -> bool:
        self.count += 1
        self.threads.add(threading.get_ident())
        if self.count == self._enough:
            self.came.set()
        if self.count <= self._broken:
            raise ValueError("broken")
        return True

    def close(self) -> None:
        self.closed += 1


def at_once(worked: bool, took: float) -> float:
    return 0.0 if worked else 60.0


def test_a_round_follows_the_other_in_one_thread_until_it_is_stopped_and_then_closed_once() -> None:
    rounds = Rounds(enough=3)
    loop = Loop("rounds", rounds.step, pause=at_once, close=rounds.close)
    loop.start()
    assert rounds.came.wait(30)
    loop.stop()
    after = rounds.count
    assert len(rounds.threads) == 1
    assert threading.get_ident() not in rounds.threads
    assert (rounds.closed, rounds.count) == (1, after)
    assert loop.ending.is_set()


def test_a_round_that_fails_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    rounds = Rounds(enough=2, broken=1)
    loop = Loop("rounds", rounds.step, pause=lambda worked, took: 0.0)
    with caplog.at_level(logging.ERROR, "uems.loops"):
        loop.start()
        assert rounds.came.wait(30)
        loop.stop()
    assert [record.getMessage() for record in caplog.records] == ["rounds: broken (failure 1 in a row; trying again)"]


def test_stopping_does_not_wait_for_the_end_of_a_rest() -> None:
    rounds = Rounds(enough=1)
    loop = Loop("rounds", rounds.step, pause=lambda worked, took: 3600.0)
    loop.start()
    assert rounds.came.wait(30)
    loop.stop()
    assert rounds.count == 1


def test_the_rest_is_told_what_the_round_did() -> None:
    told: list[tuple[bool, float]] = []

    def pause(worked: bool, took: float) -> float:
        told.append((worked, took))
        return 0.0

    rounds = Rounds(enough=2)
    loop = Loop("rounds", rounds.step, pause=pause)
    loop.start()
    assert rounds.came.wait(30)
    loop.stop()
    assert told[0][0] is True
    assert told[0][1] >= 0


def test_one_that_never_started_is_closed_and_what_cannot_be_given_back_is_only_told(caplog: pytest.LogCaptureFixture) -> None:
    def close() -> None:
        raise UemsError("store_down", "It does not answer.", status=503)

    with caplog.at_level(logging.WARNING, "uems.loops"):
        Loop("rounds", lambda: True, pause=at_once, close=close).stop()
    assert "It does not answer." in caplog.text


@pytest.mark.parametrize(
    ("code", "status", "passes"),
    [("warehouse_busy", 503, True), ("warehouse_cancelled", 409, True), ("lease_lost", 409, True), ("warehouse_memory", 400, False)],
)
def test_an_error_says_whether_it_passes(code: str, status: int, passes: bool) -> None:
    assert UemsError(code, "so", status=status).passes is passes


def test_rounds_give_way_to_whoever_waits_for_an_answer() -> None:
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    found: list[int] = []
    came = threading.Event()

    def step() -> bool:
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        came.set()
        return False

    loop = Loop("rounds", step, pause=lambda worked, took: 60.0)
    loop.start()
    assert came.wait(30)
    loop.stop()
    assert found[0] == max(before, 10)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_a_loop_that_found_nothing_rests_until_something_is_written(
    sqlite_store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = [threading.Event() for _ in range(3)]
    ended = iter(rounds)

    def step() -> bool:
        next(ended).set()
        return False

    loop = Loop("quiet", step, store=sqlite_store, still=3600.0, pause=lambda worked, took: 0.001)
    loop.start()
    assert rounds[0].wait(30)
    # A lease that is taken or kept gives nobody anything to do.
    assert acquire(sqlite_store, "quiet", "me", 30, now)
    assert not rounds[1].wait(0.3)
    with sqlite_store.write() as conn:
        allocate(conn, "numbers")
    assert rounds[1].wait(30)
    assert not rounds[2].wait(0.1)
    loop.stop()


def test_where_other_processes_write_too_nobody_waits_for_news(postgres_store: Store) -> None:
    rounds = Rounds(enough=3)
    loop = Loop("busy", lambda: not rounds.step(), store=postgres_store, pause=lambda worked, took: 0.001)
    loop.start()
    assert rounds.came.wait(30)
    loop.stop()
