"""How far is the answer that somebody waits for? Whoever works says what share of it is done; whoever waits hears it, if anybody does.

Work is made of parts within parts: each says its own share from 0 to 1, and ``part`` gives it its place in the whole.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A stretch of the whole, from ``start`` to ``end`` of 1. tell: hears the share of the whole; called from several threads."""

    tell: Callable[[float], None]
    start: float
    end: float


_current: Final[ContextVar[_Part | None]] = ContextVar("progress", default=None)


def done(share: float) -> None:
    """So much of this part is done. Costs nothing where nobody listens."""
    here = _current.get()
    if here is not None:
        here.tell(here.start + (here.end - here.start) * min(1.0, max(0.0, share)))


@contextmanager
def part(start: float, end: float) -> Iterator[None]:
    """What is done inside is the stretch from ``start`` to ``end`` of the part around it. Threads must take the context along."""
    around = _current.get()
    if around is None:
        yield
        return
    size = around.end - around.start
    inner = _Part(tell=around.tell, start=around.start + size * start, end=around.start + size * end)
    before = _current.set(inner)
    try:
        yield
    finally:
        _current.reset(before)
    done(end)


@contextmanager
def heard(tell: Callable[[float], None]) -> Iterator[None]:
    """``tell`` hears what is done inside, as a share of the whole; it may be called from several threads, and raise to stop the work."""
    before = _current.set(_Part(tell=tell, start=0.0, end=1.0))
    try:
        yield
    finally:
        _current.reset(before)
