"""How do tests get events into the warehouse? As the pipeline does: resolve, insert, flush."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute

from uems.collect.api import Claim
from uems.identity.api import Resolver, tombstone_key
from uems.kernel.clock import day_of
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.profiles.api import trait_rows


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One event of a test."""

    user: str = ""
    anonymous: str = ""
    ts: datetime
    event: str = "Page Viewed"
    type: str = "track"
    email: str = ""
    revenue_minor: int | None = None
    currency: str = ""
    properties: str = "{}"
    active: bool = True


@dataclass(frozen=True)
class Stored:
    """An event as it was stored."""

    node_id: int
    person_id: int
    day: date
    event: str
    message_id: str


class Feed:
    """Stores events of one workspace, in batches."""

    def __init__(self, house: House, scope: Scope) -> None:
        self.house = house
        self.scope = scope
        self.resolver = Resolver(house.store, house.warehouse, key=tombstone_key(house.settings))
        self.stored: list[Stored] = []
        self.offset = 0

    def take(self, events: Sequence[Happened], now: datetime, *, flush: bool = True) -> list[Stored]:
        """One batch; gives the rows as stored."""
        self.offset += 1
        names = [f"m{self.offset}-{n}" for n in range(len(events))]
        pairs = list(dict.fromkeys((e.user, e.anonymous) for e in events))
        claims = [
            Claim(
                a_kind="user_id",
                a_value=e.user,
                b_kind="anonymous_id",
                b_value=e.anonymous,
                ts_ms=int(e.ts.timestamp() * 1000),
                message_id=name,
                cause="identify",
            )
            for e, name in zip(events, names, strict=True)
            if e.user and e.anonymous
        ]
        claims += [
            Claim(
                a_kind="user_id",
                a_value=e.user,
                b_kind="email",
                b_value=e.email,
                ts_ms=int(e.ts.timestamp() * 1000),
                message_id=name,
                cause="external",
            )
            for e, name in zip(events, names, strict=True)
            if e.user and e.email
        ]
        resolved = self.resolver.resolve(self.scope, pairs, claims, now)
        found = dict(zip(pairs, zip(resolved.node_ids, resolved.person_ids, strict=True), strict=True))
        rows = [
            Stored(*found[e.user, e.anonymous], day_of(e.ts, self.scope.zone), e.event, name) for e, name in zip(events, names, strict=True)
        ]
        self._insert(events, rows)
        self.stored += rows
        if flush:
            self.resolver.flush(now)
        return rows

    def _insert(self, events: Sequence[Happened], rows: Sequence[Stored]) -> None:
        size = len(rows)
        table = pa.table(
            {
                "workspace_id": pa.array([self.scope.workspace_id] * size, pa.uint32()),
                "person_id": pa.array([r.person_id for r in rows], pa.uint64()),
                "node_id": pa.array([r.node_id for r in rows], pa.uint64()),
                "type": [e.type for e in events],
                "event": [e.event for e in events],
                "ts": pa.array([e.ts.astimezone(UTC) for e in events], pa.timestamp("ms", "UTC")),
                "day": pa.array([r.day for r in rows], pa.date32()),
                "received_at": pa.array([e.ts.astimezone(UTC) for e in events], pa.timestamp("ms", "UTC")),
                "message_id": [r.message_id for r in rows],
                "user_id": [e.user for e in events],
                "anonymous_id": [e.anonymous for e in events],
                "active": [e.active for e in events],
                "revenue_minor": pa.array([e.revenue_minor for e in events], pa.int64()),
                "currency": [e.currency for e in events],
                "properties": [e.properties for e in events],
                "log_offset": pa.array([self.offset] * size, pa.uint64()),
                "log_index": pa.array(range(size), pa.uint32()),
            }
        )
        token = f"test:{self.scope.workspace_id}:{self.offset}"
        self.house.warehouse.insert("events", table, token=token)
        told = trait_rows(table.filter(pa.compute.equal(table.column("type"), "identify")))
        if told is not None:
            self.house.warehouse.insert("traits", told, token=token)
