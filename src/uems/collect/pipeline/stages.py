"""What does the pipeline ask of the rooms above it? Protocols that ``app.py`` fills, so that nothing imports upward."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import pyarrow as pa
from sqlalchemy import Connection

from uems.kernel.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An event's word that two ids name one person.

    kinds: "user_id", "anonymous_id", "email", "phone", or the type of an external id. ts_ms: milliseconds since 1970.
    cause: "identify" (an event that carries both), "alias" or "external" (an external id, or a trait that is an id).
    """

    a_kind: str
    a_value: str
    b_kind: str
    b_value: str
    ts_ms: int
    message_id: str
    cause: Literal["identify", "alias", "external"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """For each pair that was asked for, in its order: the node of the id it names, and the person as known now."""

    node_ids: Sequence[int]
    person_ids: Sequence[int]


class People(Protocol):
    """Who is this? Repeating a call with the same claims changes nothing."""

    def resolve(self, scope: Scope, pairs: Sequence[tuple[str, str]], claims: Sequence[Claim], now: datetime) -> Resolved:
        """``pairs`` are distinct (user_id, anonymous_id), "" for absent; at least one of the two is set."""
        ...

    def barred(self, scope: Scope, rows: pa.Table, now: datetime) -> Sequence[int]:
        """The rows (with user_id, anonymous_id, ts, type, channel) of somebody who was erased, by their places: they are not stored.

        An event that brings its ids back, where the workspace allows that, is none of them; it counts from here on.
        """
        ...

    def flush(self, now: datetime) -> None:
        """Bring what the store knows of merges to the warehouse; called before each closing transaction and at start."""
        ...


class Traits(Protocol):
    """What do the identify calls tell? Their traits as rows of the table ``traits``."""

    def rows(self, accepted: pa.Table) -> pa.Table | None:
        """``accepted`` holds identify rows with workspace_id, person_id, node_id, ts, message_id, properties, log_offset, log_index."""
        ...


class Verdict(Protocol):
    """What the tracking plan says of an event that is not as planned."""

    @property
    def blocked(self) -> bool: ...
    @property
    def reason(self) -> str: ...


class Checker(Protocol):
    """A compiled tracking plan of one workspace."""

    def check(self, event_type: str, event: str, properties: bytes) -> Verdict | None: ...


class Plans(Protocol):
    """The tracking plan that is in force."""

    def checker(self, workspace_id: int) -> Checker | None:
        """None where there is no plan, which costs nothing."""
        ...


class Listening(Protocol):
    """Who has to know of each batch, exactly once?"""

    def take(self, conn: Connection, batches: Sequence[pa.Table], now: datetime) -> None:
        """The events of a batch, each table of one workspace, in the transaction that closes it."""
        ...
