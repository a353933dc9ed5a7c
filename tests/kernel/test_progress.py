"""Does whoever waits hear what share of the whole is done, from parts within parts and from threads?"""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from uems.kernel import progress


def test_parts_within_parts_have_their_place_in_the_whole() -> None:
    told: list[float] = []
    with progress.heard(told.append):
        with progress.part(0.0, 0.4):
            progress.done(0.5)
            with progress.part(0.5, 1.0):
                progress.done(0.5)
        with progress.part(0.4, 0.8), ThreadPoolExecutor(1) as threads:
            threads.submit(copy_context().run, progress.done, 0.25).result()
        progress.done(2)
    # The end of a part is told too: of the inner one at 0.4, and so on.
    assert told == pytest.approx([0.2, 0.3, 0.4, 0.4, 0.5, 0.8, 1.0])


def test_nobody_needs_to_listen() -> None:
    with progress.part(0.0, 1.0):
        progress.done(0.5)


def test_whoever_listens_may_stop_the_work() -> None:
    def stop(share: float) -> None:
        raise KeyError(share)

    with progress.heard(stop), pytest.raises(KeyError):
        progress.done(0.5)
    progress.done(0.5)
