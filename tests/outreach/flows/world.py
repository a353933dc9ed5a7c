"""What do tests of flows live in? A workspace whose pipeline, engine and doors are run by hand, on a clock that the test turns."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from tests.segments.shop import Shop
from tests.support.feed import Happened
from uems.access.api import Workspaces
from uems.kernel.house import House
from uems.outreach.flows import definitions
from uems.outreach.flows.definitions import Flow, save_flow
from uems.outreach.flows.doors import Doors
from uems.outreach.flows.engine import Engine
from uems.outreach.flows.graph import FlowDraft, Graph
from uems.outreach.flows.tables import flow_counts, flow_runs
from uems.outreach.tables import outreach_messages, outreach_templates

Nodes = Mapping[str, tuple[str, Mapping[str, Any]]]


def graph(nodes: Nodes, edges: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """A graph written shortly: edges are "node:way" → next node; nobody is held out."""
    return {
        "entry": {"type": "event", "event": "Signed Up"},
        "holdout_percent": 0,
        "start": next(iter(nodes)),
        "nodes": [{"id": name, "type": kind, "config": dict(config)} for name, (kind, config) in nodes.items()],
        "edges": [
            {"source": place.partition(":")[0], "way": place.partition(":")[2] or "next", "target": to} for place, to in edges.items()
        ],
        **more,
    }


class FlowShop(Shop):
    """One workspace with flows."""

    def __init__(self, house: House, workspace_id: int, now: datetime) -> None:
        super().__init__(house, workspace_id, now)
        self.engine = Engine(house, Workspaces(house.store), lambda: self.now)
        self.doors = Doors(house, Workspaces(house.store), "test", lambda: self.now)
        with house.store.write() as conn:
            for key, topic in (("hello", "news"), ("again", "news"), ("bare", "")):
                row = {
                    "workspace_id": workspace_id,
                    "template_id": key,
                    "name": key,
                    "channel": "outbox",
                    "kind": "benefit",
                    "topic": topic,
                }
                conn.execute(insert(outreach_templates).values(**row, version=1, archived=False, saved_at=now, saved_by="test"))

    def publish(self, body: Mapping[str, Any], key: str = "f", **more: Any) -> Flow:
        draft = FlowDraft(name=key, graph=Graph.model_validate(body))
        saved = save_flow(self.house.store, self.access(), key, draft)
        wanted = {"policy": "pin", "targets": {}, "revision": saved.revision, **more}
        return definitions.publish_flow(self.house, self.access(), key, **wanted)

    def happen(self, user: str, event: str = "Signed Up", properties: str = "{}", ago: float = 0) -> None:
        self.take([Happened(user=user, event=event, ts=self.now - timedelta(seconds=ago), properties=properties)], self.now)

    def run(self) -> None:
        while self.doors.step():
            continue
        while self.engine.step():
            continue

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)
        self.run()

    def runs(self) -> list[dict[str, Any]]:
        query = select(flow_runs).where(flow_runs.c.workspace_id == self.scope.workspace_id)
        with self.house.store.read() as conn:
            rows = conn.execute(query.order_by(flow_runs.c.flow_id, flow_runs.c.person_id, flow_runs.c.entry_no)).mappings()
            return [dict(row) for row in rows]

    def paths(self) -> list[str]:
        """Of each run the nodes and ways in their order, without times, and what became of it."""
        found = []
        for run in self.runs():
            steps = [line.partition("|")[2].replace("|", ":") for line in run["path"].splitlines()]
            found.append(" ".join([*steps, f"({run['reason'] or run['state']})"]))
        return found

    def numbers(self) -> dict[str, int]:
        """User id → the number that they came in with."""
        return {call.user: node for call, node in self.calls}

    def sent(self) -> list[tuple[str, int]]:
        m = outreach_messages.c
        query = select(m.template_id, m.person_id).where(m.workspace_id == self.scope.workspace_id).order_by(m.message_id)
        with self.house.store.read() as conn:
            return [(row.template_id, row.person_id) for row in conn.execute(query)]

    def counts(self, node: str = "") -> dict[str, int]:
        c = flow_counts.c
        query = select(c.way, c.people).where(c.workspace_id == self.scope.workspace_id, c.node == node)
        with self.house.store.read() as conn:
            return {row.way: row.people for row in conn.execute(query)}


def users(prefix: str, count: int) -> Sequence[str]:
    return [f"{prefix}{number}" for number in range(count)]
