"""Do all parts of a report know for whom they work?"""

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
