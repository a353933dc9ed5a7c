"""What do the log and its two engines say to each other?"""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One append. ``offset`` counts up by one inside its partition, from 1. ``events`` is the number of events in ``body``."""

    partition: int
    offset: int
    body: bytes
    events: int
    appended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is appended and not yet trimmed, over all partitions. ``oldest`` is None when there is nothing."""

    bytes: int
    records: int
    events: int
    oldest: datetime | None


@dataclass(slots=True)
class Pending:
    """An append that waits for its commit, and who waits for it."""

    partition: int
    body: bytes
    events: int
    waiter: "Future[int] | asyncio.Future[int]"


@dataclass(slots=True)
class Committed:
    """What one transaction did. ``heads``: the newest offset of the partitions it touched.

    trimmed: for each partition that was trimmed, the offset up to which nothing is left to delete.
    held: body bytes in the whole log afterwards.
    """

    offsets: list[int] = field(default_factory=list)
    heads: dict[int, int] = field(default_factory=dict)
    trimmed: dict[int, int] = field(default_factory=dict)
    trimmed_bytes: int = 0
    held: int = 0


class Engine(Protocol):
    """Where records lie. ``commit``, ``tidy`` and ``recover`` are called by the writer thread only, the rest by any thread."""

    poll_seconds: float
    """How often a waiting reader has to look for records that another process appended."""

    def commit(self, group: Sequence[Pending], trims: Mapping[int, int], most_trimmed: int, now: datetime) -> Committed:
        """Append ``group`` and delete at most about ``most_trimmed`` records, in one durable transaction."""
        ...

    def tidy(self, *, idle: bool) -> bool:
        """After a commit, and again when nothing waits (``idle``): one short piece of work; True when there is more to do."""
        ...

    def read(self, partition: int, after: int, max_bytes: int) -> list[Record]: ...
    def head(self, partition: int) -> int: ...
    def held(self) -> int: ...
    def backlog(self) -> Backlog: ...
    def free_bytes(self) -> int | None:
        """Free space where the log grows; None when it cannot be known."""
        ...

    def recover(self) -> None:
        """After a failed commit: let go of whatever may be broken."""
        ...

    def close(self) -> None: ...


TRIM_BYTES = 16_000_000
"""Most body bytes that one transaction deletes, so that appends never wait long behind a trim."""
