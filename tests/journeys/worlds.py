"""What do tests of sessions live in? Workspaces of one house that events are sent to, and sessions by their definition."""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.access import a_workspace_with_a_write_key
from tests.support.events import NOW_MS
from uems.access.api import Workspaces
from uems.collect.api import Consumer
from uems.collect.records import Entry, encode_entries
from uems.identity import api as identity
from uems.journeys.api import Sessioniser
from uems.kernel.clock import utc_now
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.stages import stages_of

START = datetime(2025, 11, 1, 22, tzinfo=UTC)
"""The evening before New York puts its clocks back, a day of 25 hours."""
ZONE = "America/New_York"
COLUMNS = (
    "person_id, started_at, ended_at, day, events, pages, entry_path, exit_path, referrer, utm_source, utm_medium, utm_campaign,"
    " device, country, channel, revenue_minor, bounce, engaged_ms"
)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One call of a test, ``ms`` after ``START``."""

    ms: int
    user: str = ""
    anonymous: str = ""
    type: str = "page"
    path: str = ""
    referrer: str = ""
    campaign: str = ""
    device: str = ""
    channel: str = ""
    active: bool = True
    revenue: int = 0
    currency: str = "USD"
    report: str = ""
    engaged: float = 0

    def item(self, message_id: str) -> dict[str, object]:
        ts = START + timedelta(milliseconds=self.ms)
        context: dict[str, object] = {"page": {"path": self.path, "referrer": self.referrer}, "device": {"type": self.device}}
        context |= {"channel": self.channel, "campaign": {"name": self.campaign}, "active": self.active}
        item: dict[str, object] = {"type": self.type, "messageId": message_id, "timestamp": ts.isoformat(), "context": context}
        item |= {"userId": self.user} if self.user else {}
        item |= {"anonymousId": self.anonymous} if self.anonymous else {}
        if self.type == "track":
            money = {"revenue": self.revenue, "currency": self.currency} if self.revenue else {}
            told = {"engaged_seconds": self.engaged} if self.report else money
            item |= {"event": self.report or "Order Completed", "properties": told}
        return item


class Town:
    """One house with its consumers and its loop of sessions, run by hand."""

    def __init__(self, house: House, partitions: int = 2) -> None:
        self.house = house
        self.consumers = [Consumer(house, stages_of(house), p, "test") for p in range(partitions)]
        self.sessioniser = Sessioniser(house, Workspaces(house.store), "test", utc_now)
        self._slugs = (f"w{n}" for n in itertools.count(1))

    def workspace(self) -> "World":
        slug = next(self._slugs)
        a_workspace_with_a_write_key(self.house.store, slug=slug, zone=ZONE, currency="USD")
        return World(self, Scope(workspace_id=int(slug[1:]), slug=slug, zone=ZONE, currency="USD"))

    def catch_up(self) -> None:
        while self.sessioniser.step():
            continue


@dataclass
class World:
    """One workspace, and all that was ever sent to it: message id → (event, partition, offset, index)."""

    town: Town
    scope: Scope
    sent: dict[str, tuple[Event, tuple[int, int, int]]] = field(default_factory=dict)

    def send(self, events: Sequence[Event], partition: int = 0) -> None:
        house = self.town.house
        names = [f"m{len(self.sent) + n}" for n in range(len(events))]
        items = [event.item(name) for event, name in zip(events, names, strict=True)]
        entry = Entry(self.scope.workspace_id, NOW_MS, "batch", json.dumps({"batch": items}).encode())
        offset = house.log.append(partition, encode_entries([entry]), len(items)).result()
        for index, (event, name) in enumerate(zip(events, names, strict=True)):
            self.sent[name] = (event, (partition, offset, index))
        consumer = self.town.consumers[partition]
        while consumer.hold(utc_now()) and consumer.step(utc_now()):
            continue

    def sessions(self) -> list[tuple[Any, ...]]:
        """What the warehouse holds, by person and start."""
        found = self.town.house.warehouse.query(
            Sql(
                f"SELECT {COLUMNS} FROM sessions FINAL WHERE workspace_id = {self.scope.workspace_id} AND NOT gone"
                " ORDER BY person_id, started_at"
            )
        )
        return [tuple(row.values()) for row in found.to_pylist()]

    def expected(self) -> list[tuple[Any, ...]]:
        """The sessions by their definition, of the people as they are now."""
        return sorted(row for person, events in self._people().items() for row in by_definition(person, events))

    def _people(self) -> dict[int, list[tuple[Event, tuple[int, int, int]]]]:
        house = self.town.house
        stored = house.warehouse.query(Sql(f"SELECT message_id, node_id FROM events WHERE workspace_id = {self.scope.workspace_id}"))
        nodes = dict(zip(stored.column("message_id").to_pylist(), stored.column("node_id").to_pylist(), strict=True))
        assert nodes.keys() == self.sent.keys()
        now = identity.people_of(house.store, self.scope, set(nodes.values()))
        people: dict[int, list[tuple[Event, tuple[int, int, int]]]] = {}
        for name, node in nodes.items():
            people.setdefault(now[node].person_id, []).append(self.sent[name])
        return people


def by_definition(person: int, told: Sequence[tuple[Event, tuple[int, int, int]]]) -> list[tuple[Any, ...]]:
    """Every session of one person, cut by hand: pauses of half an hour, then days since the start of the run."""
    active = [(e, place) for e, place in told if e.active and e.type in ("track", "page", "screen")]
    active = [(e, place) for e, place in active if e.channel not in ("import", "source", "system")]
    pieces: list[list[Event]] = []
    run_at = last = 0
    for event, _ in sorted(active, key=lambda one: (one[0].ms, one[1])):
        if not pieces or event.ms - last >= 1_800_000:
            run_at = event.ms
            pieces.append([])
        elif (event.ms - run_at) // 86_400_000 > (pieces[-1][0].ms - run_at) // 86_400_000:
            pieces.append([])
        last = event.ms
        pieces[-1].append(event)
    return [_row(person, piece) for piece in pieces]


def _row(person: int, piece: Sequence[Event]) -> tuple[Any, ...]:
    start, end = (START + timedelta(milliseconds=e.ms) for e in (piece[0], piece[-1]))
    pages = sum(e.type in ("page", "screen") for e in piece)
    pathed = [e for e in piece if e.path]
    first: Mapping[str, str] = {
        name: next((value for e in piece if (value := getattr(e, name))), "") for name in ("campaign", "device", "channel")
    }
    deeds = [e for e in piece if e.type != "track" or not e.report]
    revenue = sum(e.revenue * 100 for e in deeds if e.type == "track" and e.currency == "USD")
    return (
        person,
        start,
        end,
        start.astimezone(ZoneInfo(ZONE)).date(),
        len(piece),
        pages,
        pathed[0].path if pathed else "",
        pathed[-1].path if pathed else "",
        pathed[0].referrer if pathed else "",
        "",
        "",
        first["campaign"],
        first["device"],
        "",
        first["channel"],
        revenue,
        len(deeds) == 1 and pages == 1,
        sum(round(min(max(e.engaged, 0), 86_400) * 1000) for e in piece if e.type == "track" and e.report),
    )
