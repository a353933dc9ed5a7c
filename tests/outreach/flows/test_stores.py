"""Does each move happen once on both databases: with two workers, and when something else is quicker?"""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from tests.outreach.flows.world import graph
from tests.support.access import a_workspace_with_a_write_key
from uems.access.api import Workspaces
from uems.kernel.house import House
from uems.kernel.log import Log
from uems.kernel.settings import Settings
from uems.kernel.store import Store, to_microseconds
from uems.kernel.warehouse import Warehouse
from uems.outreach.flows.engine import Engine
from uems.outreach.flows.entering import Arrival, enter
from uems.outreach.flows.graph import Graph
from uems.outreach.flows.plans import changed, read_plan
from uems.outreach.flows.tables import flow_counts, flow_runs, flow_versions, flows
from uems.outreach.tables import outreach_messages

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
PEOPLE = 600
GRAPH = graph(
    {
        "hi": ("send", {"template": "hello"}),
        "minute": ("wait", {"amount": 1, "unit": "minute"}),
        "part": ("split", {"parts": [{"way": "a", "weight": 1}, {"way": "b", "weight": 2}]}),
        "again": ("send", {"template": "again"}),
        "end": ("exit", {}),
    },
    {"hi": "minute", "minute": "part", "part:a": "again", "part:b": "end", "again": "end"},
    entry={"type": "api"},
)


def fill(store: Store, graph: dict[str, Any] = GRAPH) -> None:
    """A published flow, and people at its door."""
    a_workspace_with_a_write_key(store, slug="w1")
    with store.write() as conn:
        body = Graph.model_validate(graph).model_dump(mode="json")
        named = {"workspace_id": 1, "flow_id": 1}
        row = {"key": "f", "name": "f", "description": "", "state": "live", "draft": body, "revision": 1, "version": 1, "draining": False}
        conn.execute(insert(flows).values(**named, **row, salt="s", created_at=NOW, changed_at=NOW, changed_by="test"))
        conn.execute(insert(flow_versions).values(**named, version=1, graph=body, policy="pin", at=NOW, by="test"))
        changed(conn)
        plan = read_plan(conn, 1, 1)
        assert plan is not None
        enter(conn, plan, [Arrival(person_id=n, at_us=to_microseconds(NOW)) for n in range(1, PEOPLE + 1)], to_microseconds(NOW))


def check(store: Store) -> None:
    """Everybody went their way once, said once what was to be said, and was counted once."""
    with store.read() as conn:
        runs = conn.execute(select(flow_runs.c.person_id, flow_runs.c.state, flow_runs.c.path)).all()
        keys = conn.execute(select(outreach_messages.c.send_key)).scalars().all()
        counts = {(row.node, row.way): row.people for row in conn.execute(select(flow_counts))}
    assert {run.state for run in runs} == {"done"}
    paths = Counter(tuple(line.partition("|")[2] for line in run.path.splitlines()) for run in runs)
    short = ("hi|next", "minute|next", "part|b", "end|end")
    long = ("hi|next", "minute|next", "part|a", "again|next", "end|end")
    assert set(paths) == {short, long}
    assert len(keys) == len(set(keys)) == PEOPLE + paths[long]
    assert counts["hi", "next"] == counts["end", "end"] == counts["", "entered"] == PEOPLE
    assert counts["again", "next"] == paths[long]


def test_two_workers_and_one_move_everybody_once(store: Store, settings: Settings, full_warehouse: Warehouse, log: Log) -> None:
    fill(store)
    house = House(settings=settings, warehouse=full_warehouse, store=store, log=log)
    for now in (NOW, NOW + timedelta(minutes=1)):
        engines = [Engine(house, Workspaces(store), lambda now=now: now, batch=50) for _ in range(2)]  # type: ignore[misc]

        def work(engine: Engine) -> None:
            while engine.step():
                continue

        threads = [threading.Thread(target=work, args=(engine,)) for engine in engines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    check(store)


def test_two_workers_keep_one_rate_limit(store: Store, settings: Settings, full_warehouse: Warehouse, log: Log) -> None:
    nodes = {"gate": ("rate_limit", {"people": 70, "per": "hour"}), "end": ("exit", {})}
    fill(store, graph(nodes, {"gate": "end"}, entry={"type": "api"}))
    house = House(settings=settings, warehouse=full_warehouse, store=store, log=log)
    for hours in range(3):
        now = NOW + timedelta(hours=hours, seconds=2 * hours)
        engines = [Engine(house, Workspaces(store), lambda now=now: now, batch=40) for _ in range(2)]  # type: ignore[misc]

        def work(engine: Engine) -> None:
            while engine.step():
                continue

        threads = [threading.Thread(target=work, args=(engine,)) for engine in engines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with store.read() as conn:
            passed = conn.execute(select(flow_counts.c.people).where(flow_counts.c.node == "gate")).scalar_one()
        assert passed == 70 * (hours + 1)
