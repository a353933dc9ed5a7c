"""Do all parts of a report know for whom they work?"""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from uems.journeys.reports import _stories
from uems.kernel.waiting import Waiting, current


@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_part_is_done_for_whoever_asked_and_in_order(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(_stories, "_parts", lambda *asked: iter(range(count)))
    monkeypatch.setattr(_stories, "_read", lambda asked, wanted, part: part)
    waiting = Waiting()
    before = current.set(waiting)
    nothing: Any = None
    try:
        found = _stories.each_part(nothing, nothing, [], nothing, nothing, lambda part: (part, current.get()))
    finally:
        current.reset(before)
    expected: list[Any] = [(part, waiting) for part in range(count)]
    assert found == expected


def test_after_a_part_that_fails_no_other_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_stories, "_parts", lambda *asked: iter(range(50)))
    begun: list[int] = []
    called_off = threading.Event()
    shutdown = ThreadPoolExecutor.shutdown

    def seen(pool: ThreadPoolExecutor, wait: bool = True, *, cancel_futures: bool = False) -> None:
        shutdown(pool, wait=False, cancel_futures=cancel_futures)
        called_off.set()
        shutdown(pool, wait=wait)

    def read(asked: Any, wanted: Any, part: int) -> int:
        begun.append(part)
        if part == 1:
            raise LookupError("the engine is busy")
        called_off.wait(2)  # at work when the other part fails
        return part

    monkeypatch.setattr(ThreadPoolExecutor, "shutdown", seen)
    monkeypatch.setattr(_stories, "_read", read)
    nothing: Any = None
    with pytest.raises(LookupError):
        _stories.each_part(nothing, nothing, [], nothing, nothing, lambda part: part)
    assert set(begun) <= {0, 1, 2}, "at most the part after the failed one is begun"
