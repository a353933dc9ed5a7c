"""How soon after an event does somebody move on? Five thousand events a second, two hundred flows, a million people who wait."""

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from sqlalchemy import insert

from bench.rows import Row
from uems.access import api as access
from uems.app import build
from uems.kernel.clock import utc_now
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import to_microseconds
from uems.outreach.flows.engine import Engine
from uems.outreach.flows.entering import Arrival, enter
from uems.outreach.flows.graph import ApiEntry, FlowEdge, FlowNode, Graph
from uems.outreach.flows.listening import Listener
from uems.outreach.flows.plans import changed, read_plan
from uems.outreach.flows.steps import Knowing
from uems.outreach.flows.tables import flow_versions, flows
from uems.outreach.flows.world import World

_BATCH_SECONDS = 0.2
_EDGES = [("until", "happened", "end"), ("until", "timeout", "end")]


class _Watched(Engine):
    """Notes when each person's last move was durable."""

    def __init__(self, house: House, clock: Callable[[], datetime]) -> None:
        self.done: dict[int, float] = {}
        self._round: list[int] = []

        def world(scope: Scope, people: Sequence[int], now: datetime) -> Knowing:
            self._round.extend(people)
            return World(house, scope, people, now)

        super().__init__(house, access.Workspaces(house.store), clock, worlds=world)

    def step(self) -> bool:
        """A round that was overtaken is done again, and then counts from there."""
        self._round.clear()
        worked = super().step()
        self.done.update(dict.fromkeys(self._round, time.perf_counter()))
        return worked


def listening_case(people: int, count: int, rate: int, seconds: int) -> Callable[[], list[Row]]:
    """people: who wait, spread over so many flows, each of which waits for an event of its own."""

    def measure() -> list[Row]:
        with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
            house = build(Settings(home=Path(folder) / "home"))
            try:
                _fill(house, people, count)
                late = np.array(_measured(house, people, count, rate, seconds)) * 1000
            finally:
                house.close()
        middle, most = float(np.percentile(late, 50)), float(np.percentile(late, 99))
        what = f"event to transition, {rate:,} events/s, {count} flows, {people:,} waiting, SQLite"
        note = f"median {middle:.0f} ms of {len(late):,}; from when it happened, told in batches of {_BATCH_SECONDS:.1f} s"
        return [Row(what=what, figure=f"p99 {most:.0f} ms", wanted="", met=None, note=note)]

    return measure


def _fill(house: House, people: int, count: int) -> None:
    """Publish the flows, and bring everybody to where they wait."""
    caller = access.Caller(actor=access.operator(), now=utc_now())
    access.create_workspace(house.store, caller, slug="bench", name="Bench", zone="UTC", currency="USD")
    now, each = utc_now(), people // count
    edges = [FlowEdge(source=source, way=way, target=target) for source, way, target in _EDGES]
    for flow in range(1, count + 1):
        wait = {"events": [f"Done {flow}"], "amount": 30, "unit": "day"}
        nodes = [FlowNode(id="until", type="wait_until", config=wait), FlowNode(id="end", type="exit", config={})]
        graph = Graph(entry=ApiEntry(), holdout_percent=0, start="until", nodes=nodes, edges=edges).model_dump(mode="json")
        row = {"name": "f", "description": "", "state": "live", "draft": graph, "revision": 1, "version": 1, "draining": False}
        with house.store.write() as conn:
            named = {"workspace_id": 1, "flow_id": flow}
            conn.execute(insert(flows).values(**named, **row, key=f"f{flow}", salt="s", created_at=now, changed_at=now, changed_by="bench"))
            conn.execute(insert(flow_versions).values(**named, version=1, graph=graph, policy="pin", at=now, by="bench"))
            changed(conn)
            plan = read_plan(conn, 1, flow)
            assert plan is not None
            at = to_microseconds(now)
            enter(conn, plan, [Arrival(person_id=(flow - 1) * each + n, at_us=at) for n in range(1, each + 1)], at)
    engine = Engine(house, access.Workspaces(house.store), utc_now)
    while engine.step():
        continue


def _measured(house: House, people: int, count: int, rate: int, seconds: int) -> list[float]:
    """Seconds from each event to its transition. Events are spread evenly over the time of their batch."""
    each, size = people // count, int(rate * _BATCH_SECONDS)
    chosen = random.Random(1).sample(range(people // count * count), rate * seconds)
    happened: dict[int, float] = {}
    engine, listener = _Watched(house, utc_now), Listener(house.store)
    engine.start()
    try:
        begun = time.perf_counter()
        for number, start in enumerate(range(0, len(chosen), size), 1):
            batch = [one + 1 for one in chosen[start : start + size]]
            time.sleep(max(0.0, begun + number * _BATCH_SECONDS - time.perf_counter()))
            first = begun + (number - 1) * _BATCH_SECONDS
            happened.update({person: first + _BATCH_SECONDS * n / size for n, person in enumerate(batch)})
            now = utc_now()
            with house.store.write() as conn:
                listener.take(conn, [_table(batch, each, now, start)], now)
        deadline = time.monotonic() + 120
        while len(engine.done) < len(chosen) and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        engine.stop()
    missing = len(chosen) - len(engine.done)
    if missing:
        raise SystemExit(f"{missing} of {len(chosen)} people had not moved two minutes after the last event")
    return [engine.done[person] - at for person, at in happened.items()]


def _table(batch: Sequence[int], each: int, now: datetime, first: int) -> pa.Table:
    size = len(batch)
    return pa.table(
        {
            "workspace_id": pa.array([1] * size, pa.uint32()),
            "event": [f"Done {1 + (person - 1) // each}" for person in batch],
            "type": ["track"] * size,
            "ts": pa.array([now.astimezone(UTC)] * size, pa.timestamp("ms", "UTC")),
            "log_offset": pa.array([first] * size, pa.uint64()),
            "log_index": pa.array(range(size), pa.uint32()),
            "person_id": pa.array(batch, pa.uint64()),
            "message_id": [f"m{first + n}" for n in range(size)],
            "properties": ['{"step":1}'] * size,
        }
    )
