"""What do tests of segments live in? A house with its consumer and its keeper, run by hand, on a clock that the test turns."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.identity.conftest import make_access
from tests.profiles.conditions.world import NOW, ZONE, World
from tests.support.access import a_workspace_with_a_write_key
from tests.support.feed import Happened
from uems.access.api import Access, Workspaces
from uems.collect.api import Consumer
from uems.collect.records import Entry, encode_entries
from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.profiles.api import parse_condition
from uems.segments.api import Draft, Keeper, Segment, create_list, save_segment
from uems.stages import stages_of


class Shop(World):
    """One workspace; calls go through the log and the pipeline. now: what the clock says."""

    def __init__(self, house: House, workspace_id: int, now: datetime = NOW) -> None:
        super().__init__(house, workspace_id)
        slug = f"w{workspace_id}"
        a_workspace_with_a_write_key(house.store, slug=slug, zone=ZONE, currency="USD")
        self.now = now
        self.consumer = Consumer(house, stages_of(house), 0, "test")
        self.keeper = Keeper(house, Workspaces(house.store), "test", lambda: self.now)
        self.names: list[str] = []
        for number in (1, 2):  # those that random conditions name
            create_list(house.store, self.access(), name=f"list {number}", description="", kind="user_id")

    def access(self) -> Access:
        return make_access(self.scope, self.now)

    def take(self, calls: Sequence[Happened], now: datetime = NOW) -> None:
        if not calls:
            return
        names = [f"m{len(self.names) + n}" for n in range(len(calls))]
        self.names += names
        entry = Entry(
            self.scope.workspace_id,
            round(self.now.timestamp() * 1000),
            "batch",
            json.dumps({"batch": [_item(call, name) for call, name in zip(calls, names, strict=True)]}).encode(),
        )
        self.house.log.append(0, encode_entries([entry]), len(calls)).result()
        self.consume()
        stored = self.house.warehouse.query(Sql(f"SELECT message_id, node_id FROM events WHERE workspace_id = {self.scope.workspace_id}"))
        nodes = dict(zip(stored.column("message_id").to_pylist(), stored.column("node_id").to_pylist(), strict=True))
        self.calls += [(call, nodes[name]) for call, name in zip(calls, names, strict=True)]

    def consume(self) -> None:
        """Take what stands in the log through the pipeline, whoever wrote it there."""
        while self.consumer.hold(self.now) and self.consumer.step(self.now):
            continue
        self.consumer.close(self.now)
        self.consumer = Consumer(self.house, stages_of(self.house), 0, "test")

    def save(self, key: str, condition: Any, **more: Any) -> Segment:
        draft = Draft(key=key, name=key, description="", condition=parse_condition(condition))
        return save_segment(self.house.store, self.access(), draft, **more)

    def catch_up(self) -> None:
        while self.keeper.step():
            continue

    def members(self) -> dict[int, list[int]]:
        """segment → members as the tables have them."""
        rows = self.house.warehouse.query(
            Sql(
                "SELECT segment_id, groupArray(person_id) AS people FROM (SELECT * FROM segment_members FINAL"
                f" WHERE workspace_id = {self.scope.workspace_id} AND entered ORDER BY person_id) GROUP BY segment_id"
            )
        )
        return dict(zip(rows.column("segment_id").to_pylist(), rows.column("people").to_pylist(), strict=True))

    def changes(self) -> list[tuple[int, int, bool, str]]:
        rows = self.house.warehouse.query(
            Sql(
                "SELECT segment_id, person_id, entered, cause FROM segment_changes"
                f" WHERE workspace_id = {self.scope.workspace_id} ORDER BY version, segment_id, person_id"
            )
        )
        return [tuple(row.values()) for row in rows.to_pylist()]


def _item(call: Happened, name: str) -> dict[str, Any]:
    item: dict[str, Any] = {"type": call.type, "messageId": name, "timestamp": call.ts.isoformat()}
    item |= {"userId": call.user} if call.user else {}
    item |= {"anonymousId": call.anonymous} if call.anonymous else {}
    properties = json.loads(call.properties)
    if source := properties.pop("utm_source", ""):  # where it came from is no property, but what the call says around it
        item["context"] = {"campaign": {"source": source}}
    if call.type == "track":
        money = {"revenue": call.revenue_minor / 100, "currency": call.currency} if call.revenue_minor is not None else {}
        item |= {"event": call.event, "properties": properties | money}
    elif call.type == "identify":
        item["traits"] = properties
    return item
