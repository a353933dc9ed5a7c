"""What do tests of reports live in? Workspaces of one house, events sent through the real pipeline, and the truth told plainly.

``World.people`` is what every oracle starts from: each person as they are now with their events in order.
"""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.support import houses
from tests.support.access import a_workspace_with_a_write_key
from tests.support.depth import worlds
from tests.support.events import NOW_MS
from uems.collect.api import Consumer
from uems.collect.records import Entry, encode_entries
from uems.identity import api as identity
from uems.journeys import asking
from uems.journeys.registry import Answer
from uems.kernel.clock import utc_now
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.stages import stages_of

ZONE = "America/New_York"
CLOCK = ZoneInfo(ZONE)
START = datetime(2025, 10, 30, 4, tzinfo=UTC)
"""Midnight in New York, three days before its clocks go back."""
NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
DAYS = 9
FIRST, LAST = date(2025, 10, 30), date(2025, 11, 7)
SECOND, HOUR, DAY = 1000, 3_600_000, 86_400_000
Place = tuple[int, int, int]
MISSING = object()


@dataclass(frozen=True, kw_only=True)
class Act:
    """One call, ``ms`` after ``START``: a track call unless ``event`` is empty, then an identify call."""

    ms: int
    user: str = ""
    anonymous: str = ""
    event: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    device: str = ""
    path: str = ""
    channel: str = ""
    traits: Mapping[str, Any] = field(default_factory=dict)

    def item(self, message_id: str) -> dict[str, object]:
        item: dict[str, object] = {"messageId": message_id, "timestamp": (START + timedelta(milliseconds=self.ms)).isoformat()}
        item |= {"userId": self.user} if self.user else {}
        item |= {"anonymousId": self.anonymous} if self.anonymous else {}
        context: dict[str, object] = {"device": {"type": self.device}} if self.device else {}
        context |= {"channel": self.channel} if self.channel else {}
        if self.path:
            return {**item, "type": "page", "context": {**context, "page": {"path": self.path}}, "properties": dict(self.properties)}
        if not self.event:
            return {**item, "type": "identify", "traits": dict(self.traits)}
        return {**item, "type": "track", "event": self.event, "properties": dict(self.properties), "context": context}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One event as it counts. order: where it stands among those of the same millisecond."""

    ms: int
    order: tuple[int, int, int]
    event: str
    properties: Mapping[str, Any]
    device: str
    path: str
    channel: str

    @property
    def at(self) -> datetime:
        return START + timedelta(milliseconds=self.ms)

    @property
    def day(self) -> date:
        return self.at.astimezone(CLOCK).date()


class Town:
    """One house with its consumers, run by hand."""

    def __init__(self, house: House, partitions: int = 2) -> None:
        self.house = house
        self.consumers = [Consumer(house, stages_of(house), p, "test") for p in range(partitions)]
        self._slugs = (f"w{n}" for n in itertools.count(1))

    def world(self) -> "World":
        slug = next(self._slugs)
        a_workspace_with_a_write_key(self.house.store, slug=slug, zone=ZONE, currency="USD")
        return World(self, Scope(workspace_id=int(slug[1:]), slug=slug, zone=ZONE, currency="USD"))


@dataclass
class World:
    """One workspace and all that was ever sent to it."""

    town: Town
    scope: Scope
    sent: dict[str, tuple[Act, Place]] = field(default_factory=dict)

    def send(self, acts: Sequence[Act], partition: int = 0) -> None:
        if not acts:
            return
        house = self.town.house
        names = [f"m{len(self.sent) + n}" for n in range(len(acts))]
        items = [act.item(name) for act, name in zip(acts, names, strict=True)]
        entry = Entry(self.scope.workspace_id, NOW_MS, "batch", json.dumps({"batch": items}).encode())
        offset = house.log.append(partition, encode_entries([entry]), len(items)).result()
        for index, (act, name) in enumerate(zip(acts, names, strict=True)):
            self.sent[name] = (act, (offset, index, partition))
        consumer = self.town.consumers[partition]
        while consumer.hold(utc_now()) and consumer.step(utc_now()):
            continue

    def owners(self) -> dict[str, int]:
        """message → the person whose call it is now."""
        house = self.town.house
        stored = house.warehouse.query(Sql(f"SELECT message_id, node_id FROM events WHERE workspace_id = {self.scope.workspace_id}"))
        nodes = dict(zip(stored.column("message_id").to_pylist(), stored.column("node_id").to_pylist(), strict=True))
        assert nodes.keys() == self.sent.keys()
        now = identity.people_of(house.store, self.scope, set(nodes.values()))
        return {name: now[node].person_id for name, node in nodes.items()}

    def people(self) -> dict[int, list[Seen]]:
        """Everybody with an event now, each with their events in order."""
        people: dict[int, list[Seen]] = {}
        for name, person in self.owners().items():
            act, place = self.sent[name]
            if act.event or act.path:
                event = act.event or "Page Viewed"
                one = Seen(
                    ms=act.ms,
                    order=place,
                    event=event,
                    properties=act.properties,
                    device=act.device,
                    path=act.path,
                    channel=act.channel,
                )
                people.setdefault(person, []).append(one)
        return {person: sorted(seen, key=lambda one: (one.ms, one.order)) for person, seen in people.items()}

    def ask(self, name: str, spec: Mapping[str, Any], now: datetime = NOW) -> Answer:
        return asking.run_report(self.town.house, self.scope, name, {**DAYS_ASKED, **spec}, now)

    def open(self, name: str, spec: Mapping[str, Any], cell: Mapping[str, Any], now: datetime = NOW) -> list[int]:
        found: list[int] = asking.people_of_report(self.town.house, self.scope, name, {**DAYS_ASKED, **spec}, cell, now).tolist()
        assert found == sorted(set(found))
        return found


DAYS_ASKED: dict[str, Any] = {"first_day": FIRST.isoformat(), "last_day": LAST.isoformat()}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One house for all tests of a module; each example has a workspace of its own."""
    house = houses.build(Settings(home=tmp_path_factory.mktemp("town") / "home"))
    yield Town(house)
    house.close()


# Few people, few names and few moments, so that things meet: ties, repeats, midnights and the hour that is there twice.
moments = st.builds(
    lambda day, hour, second, ms: day * DAY + hour * HOUR + second * SECOND + ms,
    st.integers(0, DAYS - 1),
    st.sampled_from([0, 1, 5, 6, 7, 23]),
    st.sampled_from([0, 0, 1, 1800]),
    st.sampled_from([0, 0, 1]),
)
values = st.sampled_from([MISSING, "p", "q", "r", 1, 2.5, True, ["p"], None])


@st.composite
def acts(draw: st.DrawFn, events: Sequence[str] = "ABC", prices: bool = False) -> Act:
    who = draw(st.integers(0, 3))
    as_user, with_device = draw(st.sampled_from([(True, False), (False, True), (True, True), (False, True)]))
    properties: dict[str, Any] = {}
    value = draw(values)
    if value is not MISSING:
        properties["x"] = value
    if prices and draw(st.booleans()):
        properties |= {"revenue": draw(st.integers(1, 9)), "currency": draw(st.sampled_from(["USD", "USD", "EUR"]))}
    return Act(
        ms=draw(moments),
        user=f"u{who}" if as_user else "",
        anonymous=f"a{who}" if with_device else "",
        event=draw(st.sampled_from([*events, *events, *events, ""])) or ("" if as_user else events[0]),
        properties=properties,
        device=draw(st.sampled_from(["", "phone", "desk"])),
    )


def examples(count: int) -> settings:
    """So many worlds. A failing one is not made smaller: every try asks the engine dozens of questions."""
    phases = [Phase.explicit, Phase.reuse, Phase.generate]
    return settings(max_examples=worlds(count), deadline=None, suppress_health_check=list(HealthCheck), phases=phases)


def told(events: Sequence[str] = "ABC", prices: bool = False, most: int = 14) -> st.SearchStrategy[list[tuple[list[Act], int]]]:
    """Some batches, each with its partition."""
    batch = st.tuples(st.lists(acts(events, prices), min_size=1, max_size=most), st.integers(0, 1))
    return st.lists(batch, min_size=1, max_size=3)


def built(town: Town, batches: Sequence[tuple[Sequence[Act], int]]) -> World:
    world = town.world()
    for batch, partition in batches:
        world.send(batch, partition)
    return world


def text(value: Any) -> str:
    """A property as a breakdown reads it; '' for what counts as not set."""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return ""


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def bucket(day: date, unit: str) -> date:
    return {"day": day, "week": monday(day), "month": day.replace(day=1)}[unit]


def ranked(seen: Sequence[Seen], limit: int, name: str = "x") -> list[str]:
    """The values with the most events, then by the alphabet."""
    numbers: dict[str, int] = {}
    for one in seen:
        value = text(one.properties.get(name))
        numbers[value] = numbers.get(value, 0) + 1
    return sorted(numbers, key=lambda value: (-numbers[value], value.encode()))[:limit]


def group_of(value: str, top: Sequence[str]) -> dict[str, Any]:
    return {"value": value or None, "other": False} if value in top else {"value": None, "other": True}
