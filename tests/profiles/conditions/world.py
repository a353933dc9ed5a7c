"""What do tests of conditions live in? A workspace with people who did things, told things of themselves and were merged."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from tests.support.feed import Feed, Happened
from uems.identity import api as identity
from uems.kernel.clock import day_of
from uems.kernel.filters import At, Record
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import upsert_many
from uems.profiles.conditions.kind import Deed, PersonRecord
from uems.profiles.lists import list_parts

NOW = datetime(2026, 3, 30, 9, 30, tzinfo=UTC)
ZONE = "America/New_York"


@dataclass(kw_only=True)
class Soul:
    """One person as the oracle knows them: plain lists and dicts."""

    person: int
    events: list[dict[str, Any]] = field(default_factory=list)
    traits: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, Any] = field(default_factory=dict)
    lists: set[int] = field(default_factory=set)
    identified: bool = False
    invited: set[int] = field(default_factory=set)


class World:
    """One workspace of a house. ``take`` stores calls; ``souls`` tells everybody as the definition has it."""

    def __init__(self, house: House, workspace_id: int) -> None:
        self.house = house
        self.scope = Scope(workspace_id=workspace_id, slug=f"w{workspace_id}", zone=ZONE, currency="USD")
        self.feed = Feed(house, self.scope)
        self.calls: list[tuple[Happened, int]] = []
        self.tags: dict[tuple[int, str], Any] = {}
        self.lists: list[tuple[int, int]] = []
        self.relations: list[tuple[int, int]] = []
        self.version = 0

    def take(self, calls: Sequence[Happened], now: datetime = NOW) -> None:
        if calls:
            stored = self.feed.take(calls, now)
            self.calls += [(call, one.node_id) for call, one in zip(calls, stored, strict=True)]

    def owner(self) -> dict[int, int]:
        """node → person now."""
        found = identity.people_of(self.house.store, self.scope, [node for _, node in self.calls])
        return {node: person.person_id for node, person in found.items()}

    def tag(self, person: int, name: str, value: Any) -> None:
        self.version += 1
        self.tags[person, name] = value
        self._insert(
            "tag_values", {"tag": name, "person_id": person, "value": json.dumps(value), "computed_at": NOW, "version": self.version}
        )

    def enlist(self, list_id: int, node: int, person: int) -> None:
        self.version += 1
        self.lists.append((list_id, node))
        with self.house.store.write() as conn:
            part = {"workspace_id": self.scope.workspace_id, "list_id": list_id, "part": list_id}
            upsert_many(conn, list_parts, [part], ["workspace_id", "part"])
        self._insert("list_members", {"list_id": list_id, "node_id": node, "person_id": person})

    def relate(self, node: int, person: int, other_node: int, other: int) -> None:
        self.version += 1
        self.relations.append((node, other_node))
        row = {"kind": "invited", "person_id": person, "node_id": node, "other_person_id": other, "other_node_id": other_node}
        self._insert("relations", {**row, "ts": NOW, "message_id": f"r{self.version}"})

    def _insert(self, table: str, row: Mapping[str, Any]) -> None:
        columns = {name: pa.array([value], _TYPES.get(name)) for name, value in row.items()}
        columns["workspace_id"] = pa.array([self.scope.workspace_id], pa.uint32())
        self.house.warehouse.insert(table, pa.table(columns), token=f"{table}:{self.scope.workspace_id}:{self.version}")

    def souls(self) -> dict[int, Soul]:
        owner = self.owner()
        found: dict[int, Soul] = {}
        order: dict[int, list[tuple[datetime, int, str, Any]]] = {}
        for number, (call, node) in enumerate(self.calls):
            soul = found.setdefault(owner[node], Soul(person=owner[node]))
            event = call.event if call.type == "track" else {"page": "Page Viewed"}.get(call.type, "")
            soul.events.append(
                {
                    "event": event,
                    "type": call.type,
                    "ts": call.ts,
                    "day": day_of(call.ts, ZONE),
                    "properties": json.loads(call.properties) if call.type == "track" else {},
                    "revenue": call.revenue_minor if call.currency == "USD" else None,
                }
            )
            soul.identified = soul.identified or bool(call.user)
            if call.type == "identify":
                for name, value in json.loads(call.properties).items():
                    order.setdefault(owner[node], []).append((call.ts, number, name, value))
        for person, told in order.items():
            for _, _, name, value in sorted(told, key=lambda t: t[:2]):
                found[person].traits[name] = value
        for person, soul in found.items():
            soul.traits = {name: value for name, value in soul.traits.items() if value is not None}
            soul.tags = {name: value for (who, name), value in self.tags.items() if who == person}
            soul.lists = {number for number, node in self.lists if owner[node] == person}
            soul.invited = {owner[other] for node, other in self.relations if owner[node] == person}
        return found

    def at(self, now: datetime = NOW) -> At:
        return At(now=now, zone=ZONE)


_TYPES = {
    "person_id": pa.uint64(), "node_id": pa.uint64(), "other_person_id": pa.uint64(), "other_node_id": pa.uint64(), "version": pa.uint64(),
    "list_id": pa.uint32(), "computed_at": pa.timestamp("ms", "UTC"), "ts": pa.timestamp("ms", "UTC"),
}  # fmt: skip


def records(souls: Mapping[int, Soul]) -> dict[int, PersonRecord]:
    """The souls as the Python evaluator takes them."""
    plain = {number: _record(soul, {}, {}) for number, soul in souls.items()}
    back: dict[int, set[int]] = {}
    for number, soul in souls.items():
        for other in soul.invited:
            back.setdefault(other, set()).add(number)
    return {
        number: _record(soul, {o: plain[o] for o in soul.invited if o in plain}, {o: plain[o] for o in back.get(number, set())})
        for number, soul in souls.items()
    }


def _record(soul: Soul, invited: Mapping[int, PersonRecord], invited_by: Mapping[int, PersonRecord]) -> PersonRecord:
    deeds = [
        Deed(
            event=e["event"],
            type=e["type"],
            ts=e["ts"],
            day=e["day"],
            record=Record(
                columns={"event": e["event"], "type": e["type"], "ts": e["ts"], "own_revenue_minor": e["revenue"]},
                properties=e["properties"],
            ),
        )
        for e in soul.events
    ]
    zone = soul.traits.get("timezone")
    return PersonRecord(
        person=soul.person,
        deeds=deeds,
        traits=soul.traits,
        tags=soul.tags,
        lists=frozenset(soul.lists),
        identified=soul.identified,
        zone=zone if zone in ("Asia/Shanghai", "Europe/London") else "",
        invited=tuple(invited.values()),
        invited_by=tuple(invited_by.values()),
    )
