"""How fast do people move through a flow? Everybody at the door at once, six nodes, two of them waits, to the end."""

import multiprocessing
import resource
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import insert
from tests.support.postgres import running_postgres

from bench.rows import Row
from uems.access import api as access
from uems.app import build
from uems.kernel.clock import utc_now
from uems.kernel.collector import calm_collector
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.store import to_microseconds
from uems.outreach.flows.engine import Engine
from uems.outreach.flows.entering import Arrival, enter
from uems.outreach.flows.graph import ApiEntry, FlowEdge, FlowNode, Graph
from uems.outreach.flows.plans import changed, read_plan
from uems.outreach.flows.tables import flow_versions, flows

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_TIMES = (NOW, NOW + timedelta(days=1), NOW + timedelta(days=8))
_CHUNK = 50_000
_PARTS = {"parts": [{"way": "a", "weight": 1}, {"way": "b", "weight": 1}]}
_KINDS: list[tuple[str, str, dict[str, Any]]] = [
    ("hi", "send", {"template": "hello"}),
    ("day", "wait", {"amount": 1, "unit": "day"}),
    ("part", "split", _PARTS),
    ("left_out", "holdout", {"percent": 10}),
    ("week", "wait", {"amount": 7, "unit": "day"}),
    ("end", "exit", {}),
]
_EDGES = [
    ("hi", "next", "day"), ("day", "next", "part"), ("part", "a", "left_out"), ("part", "b", "left_out"), ("left_out", "next", "week"),
    ("left_out", "held", "week"), ("week", "next", "end"),
]  # fmt: skip


def flows_case(people: int) -> Callable[[], list[Row]]:
    """The figures for so many people on SQLite."""

    def measure() -> list[Row]:
        with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
            house = build(Settings(home=Path(folder) / "home"))
            try:
                return _measured(house, people)
            finally:
                house.close()

    return measure


def postgres_case(people: int) -> Callable[[], list[Row]]:
    """The figure on a PostgreSQL of its own, which writes as safely as one in use, with two workers in processes of their own."""

    def measure() -> list[Row]:
        with running_postgres(fast=False) as server, tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
            url = server.create_database("bench")
            house = build(Settings(home=Path(folder) / "home", store_url=url))
            try:
                _fill(house, people)
            finally:
                house.close()
            # Tables that were just filled have no statistics; in use, the database gathers them by itself.
            with psycopg.connect(url, autocommit=True) as conn:
                conn.execute("ANALYZE")
            context = multiprocessing.get_context("spawn")
            ready, moved = context.Barrier(3), context.Queue()
            workers = [context.Process(target=_work, args=(Path(folder) / f"worker{n}", url, ready, moved)) for n in range(2)]
            for worker in workers:
                worker.start()
            seconds = 0.0
            for _ in _TIMES:
                ready.wait(120)
                begun = time.perf_counter()
                ready.wait(1_800)
                seconds += time.perf_counter() - begun
            moves = [moved.get(timeout=60) for _ in workers]
            for worker in workers:
                worker.join(60)
        rate = sum(moves) / seconds
        what = f"transitions, {people:,} people, 6 nodes, PostgreSQL, two workers"
        note = f"{sum(moves):,} moves, {min(moves):,} of them by the slower worker, the database on the same cores"
        return [Row(what=what, figure=f"{rate:,.0f}/s", wanted="60,000/s", met=rate >= 60_000, note=note)]

    return measure


def _work(home: Path, url: str, ready: threading.Barrier, moved: "multiprocessing.Queue[int]") -> None:
    """One worker: at each time everything that is due, as long as there is any."""
    calm_collector()
    house = build(Settings(home=home, store_url=url))
    try:
        moves = 0
        for now in _TIMES:
            engine = Engine(house, access.Workspaces(house.store), lambda now=now: now)  # type: ignore[misc]
            ready.wait(120)
            while engine.step():
                continue
            ready.wait(1_800)
            moves += engine.moves
        moved.put(moves)
    finally:
        house.close()


def _measured(house: House, people: int) -> list[Row]:
    entering = _fill(house, people)
    moves, seconds = 0, 0.0
    for now in _TIMES:
        engine = Engine(house, access.Workspaces(house.store), lambda now=now: now)  # type: ignore[misc]
        begun = time.perf_counter()
        while engine.step():
            continue
        seconds += time.perf_counter() - begun
        moves += engine.moves
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    rate = moves / seconds
    return [
        Row(what=f"{people:,} people let in", figure=f"{people / entering:,.0f}/s", wanted="", met=None),
        Row(
            what=f"transitions, {people:,} people, 6 nodes, SQLite",
            figure=f"{rate:,.0f}/s",
            wanted="100,000/s",
            met=rate >= 100_000,
            note=f"{moves:,} moves, {people:,} messages asked for",
        ),
        Row(what="memory of that process at most", figure=f"{memory:.2f} GiB", wanted="1 GiB", met=memory < 1),
    ]


def _fill(house: House, people: int) -> float:
    """Publish the flow and bring everybody to its door; the seconds that took."""
    caller = access.Caller(actor=access.operator(), now=utc_now())
    access.create_workspace(house.store, caller, slug="bench", name="Bench", zone="UTC", currency="USD")
    nodes = [FlowNode(id=name, type=kind, config=config) for name, kind, config in _KINDS]
    edges = [FlowEdge(source=source, way=way, target=target) for source, way, target in _EDGES]
    graph = Graph(entry=ApiEntry(), holdout_percent=0, start="hi", nodes=nodes, edges=edges).model_dump(mode="json")
    with house.store.write() as conn:
        named = {"workspace_id": 1, "flow_id": 1}
        row = {"key": "f", "name": "f", "description": "", "state": "live", "draft": graph, "revision": 1, "version": 1, "draining": False}
        conn.execute(insert(flows).values(**named, **row, salt="s", created_at=NOW, changed_at=NOW, changed_by="bench"))
        conn.execute(insert(flow_versions).values(**named, version=1, graph=graph, policy="pin", at=NOW, by="bench"))
        changed(conn)
        plan = read_plan(conn, 1, 1)
    assert plan is not None
    begun = time.perf_counter()
    for start in range(1, people + 1, _CHUNK):
        with house.store.write() as conn:
            arrivals = [Arrival(person_id=n, at_us=to_microseconds(NOW)) for n in range(start, min(start + _CHUNK, people + 1))]
            enter(conn, plan, arrivals, to_microseconds(NOW))
    return time.perf_counter() - begun
