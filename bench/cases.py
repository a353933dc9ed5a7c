"""What is measured? Each case sets up what it needs, measures, and gives rows of the table: what, figure, wanted."""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench import server
from bench.load import Load
from bench.rows import Row
from uems.kernel.sql import Sql, ident


def load(target: server.Server, *, connections: int, seconds: float, rate: float = 0.0) -> Load:
    """Run the load generator in a process of its own, as a client would be."""
    arguments = [str(target.port), target.write_key, str(connections), str(seconds), str(rate)]
    done = subprocess.run([sys.executable, "-m", "bench.client", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found = json.loads(done.stdout)
    return Load(
        events=found["events"],
        seconds=found["seconds"],
        latencies=found["latencies"],
        statuses={int(k): v for k, v in found["statuses"].items()},
    )


def start_up() -> list[Row]:
    """An existing home, served again: time to the first answer, and memory when nothing happens."""
    with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
        home = Path(folder) / "home"
        server.command(home, "init", "--workspace", "bench")
        times = []
        for _ in range(3):
            with server.serving(home) as target:
                times.append(target.ready_seconds)
                time.sleep(5)
                memory = target.megabytes()
    ready = statistics.median(times)
    return [
        Row(what="serve ready", figure=f"{ready:.2f} s", wanted="< 4 s", met=ready < 4),
        Row(what="serve idle memory", figure=f"{memory:.0f} MB", wanted="< 600 MB", met=memory < 600),
    ]


def durable() -> list[Row]:
    """HTTP batches of 100 until durable 200: as fast as it goes, then the latency at 5,000 events/s."""
    with server.workspace() as target:
        load(target, connections=8, seconds=3)
        fast = load(target, connections=24, seconds=15)
        calm = load(target, connections=8, seconds=15, rate=5000)
    rate = fast.events / fast.seconds
    p99 = calm.percentile(0.99)
    return [
        Row(what="HTTP to durable 200", figure=f"{rate:,.0f} events/s", wanted=">= 100,000", met=rate >= 100_000, note=str(fast.statuses)),
        Row(
            what="p99 at 5,000 events/s", figure=f"{p99:.1f} ms", wanted="< 60 ms", met=p99 < 60, note=f"p50 {calm.percentile(0.5):.1f} ms"
        ),
    ]


def sustained(seconds: float) -> Callable[[], list[Row]]:
    """HTTP until queryable over a long time at the wanted rate: what arrived, what is behind, how memory moves."""

    def measure() -> list[Row]:
        with server.workspace() as target:
            load(target, connections=8, seconds=5, rate=40_000)
            before = int(target.get("health")["events"])
            memory: list[float] = []
            backlog: list[int] = []
            stop = threading.Event()

            def watch() -> None:
                while not stop.wait(5):
                    memory.append(target.megabytes())
                    backlog.append(int(target.get("health")["backlog_events"]))

            watcher = threading.Thread(target=watch)
            watcher.start()
            sent = load(target, connections=16, seconds=seconds, rate=42_000)
            done = int(target.get("health")["events"]) - before
            stop.set()
            watcher.join()
        rate = done / sent.seconds
        third = max(1, len(memory) // 3)
        early, late = statistics.median(memory[:third]), statistics.median(memory[-third:])
        note = f"sent {sent.events / sent.seconds:,.0f}/s, behind at the end {backlog[-1] if backlog else 0:,} events"
        return [
            Row(
                what=f"HTTP to queryable, {seconds:.0f} s",
                figure=f"{rate:,.0f} events/s",
                wanted=">= 40,000",
                met=rate >= 40_000,
                note=note,
            ),
            Row(what="memory, first to last third", figure=f"{early:.0f} to {late:.0f} MB", wanted="flat", met=late < early * 1.25),
        ]

    return measure


def freshness() -> list[Row]:
    """At 5,000 events/s: from the 200 of one event until a query finds it."""
    with server.workspace() as target:
        waits: list[float] = []
        sender = threading.Thread(target=lambda: load(target, connections=8, seconds=40, rate=5000))
        sender.start()
        time.sleep(4)
        client = _Marker(target)
        end = time.perf_counter() + 30
        while time.perf_counter() < end:
            waits.append(client.wait())
        sender.join()
    p95 = sorted(waits)[int(0.95 * len(waits))]
    note = f"median {statistics.median(waits) * 1000:.0f} ms over {len(waits)} probes"
    return [Row(what="freshness p95 at 5,000 events/s", figure=f"{p95 * 1000:.0f} ms", wanted="< 1,000 ms", met=p95 < 1, note=note)]


class _Marker:
    """Sends one event and asks for its receipt until it is there."""

    def __init__(self, target: server.Server) -> None:
        self._target = target
        self._serial = 0

    def wait(self) -> float:
        import urllib.error
        import urllib.request

        self._serial += 1
        name = f"marker-{self._serial}"
        body = {"writeKey": self._target.write_key, "type": "track", "event": "Marker", "userId": "m", "messageId": name}
        request = urllib.request.Request(f"{self._target.url}/v1/track", data=json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=30):
            start = time.perf_counter()
        while True:
            try:
                if self._target.get(f"receipts/{name}")["event"] is not None:
                    return time.perf_counter() - start
            except urllib.error.HTTPError as error:
                if error.code != 404:
                    raise
            time.sleep(0.02)


def parquet_import(rows: int) -> Callable[[], list[Row]]:
    """A flat Parquet file of a shop's events, from the command to the last event queryable."""

    def measure() -> list[Row]:
        with server.workspace() as target, tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "events.parquet"
            pq.write_table(_events(rows), path, compression="zstd", row_group_size=100_000)
            start = time.perf_counter()
            server.command(target.home, "import", str(path), "--mapping", "auto", "--workspace", "bench")
            while int(target.get("health")["events"]) < rows:
                time.sleep(0.1)
            took = time.perf_counter() - start
        rate = rows / took
        return [
            Row(
                what=f"Parquet import, {rows:,} rows",
                figure=f"{rate:,.0f} events/s",
                wanted=">= 150,000",
                met=rate >= 150_000,
                note=f"{took:.1f} s",
            )
        ]

    return measure


def _events(rows: int) -> pa.Table:
    chance = np.random.default_rng(3)
    first = np.datetime64("2026-01-01", "ms")
    products = np.array([f"p-{n}" for n in range(5000)])
    return pa.table(
        {
            "event": np.array(["Product Viewed", "Product Added", "Order Completed"])[chance.integers(0, 3, rows)],
            "user_id": np.char.add("user-", chance.integers(0, 100_000, rows).astype(str)),
            "timestamp": first + chance.integers(0, 90 * 86_400_000, rows).astype("timedelta64[ms]"),
            "message_id": np.char.add("row-", np.arange(rows).astype(str)),
            "product_id": products[chance.integers(0, 5000, rows)],
            "category": np.array(["grocery", "drinks", "home"])[chance.integers(0, 3, rows)],
            "price": chance.integers(100, 10_000, rows) / 100,
            "quantity": chance.integers(1, 5, rows),
        }
    )


def demo_load() -> list[Row]:
    """``uems demo --load-only`` on an empty home."""
    with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
        home = Path(folder) / "home"
        start = time.perf_counter()
        server.command(home, "demo", "--load-only")
        took = time.perf_counter() - start
    return [Row(what="demo data loaded", figure=f"{took:.1f} s", wanted="< 60 s", met=took < 60)]


def one_person(events: int) -> Callable[[], list[Row]]:
    """The page of one person with many events stored: profile and timeline, over HTTP."""

    def measure() -> list[Row]:
        with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
            home = Path(folder) / "home"
            server.command(home, "init", "--workspace", "bench", "--zone", "America/New_York", "--currency", "USD")
            people = events // 100
            _fill(home, events, people)
            chance = np.random.default_rng(5)
            with server.serving(home) as target:
                times: list[float] = []
                with ThreadPoolExecutor(1) as beside:  # as the page does: it asks for both at once
                    for number in chance.integers(1, people + 1, 60).tolist():
                        start = time.perf_counter()
                        profile = beside.submit(target.get, f"people/{number}")
                        target.get(f"people/{number}/timeline?limit=50")
                        profile.result()
                        times.append(time.perf_counter() - start)
        warm = sorted(times[10:])
        median, p95 = statistics.median(warm) * 1000, warm[int(0.95 * len(warm))] * 1000
        note = f"profile and timeline, asked at once as by the page; p95 {p95:.0f} ms"
        return [Row(what=f"one person's page, {events:,} events", figure=f"{median:.0f} ms", wanted="< 50 ms", met=median < 50, note=note)]

    return measure


def _fill(home: Path, events: int, people: int) -> None:
    """Store events without HTTP: the ids through the identity room, the rows in month-sized portions by the engine itself."""
    from uems import app
    from uems.access import api as access
    from uems.access.api import Caller
    from uems.identity.api import Resolver
    from uems.kernel.clock import utc_now
    from uems.kernel.settings import load_settings

    house = app.build(load_settings(home=home))
    try:
        entered = access.enter(house.store, Caller(actor=access.operator(), now=utc_now()), "bench")
        resolver = Resolver(house.store, house.warehouse)
        for first in range(1, people + 1, 20_000):
            pairs = [(f"user-{n}", "") for n in range(first, min(first + 20_000, people + 1))]
            resolver.resolve(entered.scope, pairs, [], utc_now())
        resolver.flush(utc_now())
        start = datetime(2026, 1, 1, tzinfo=UTC)
        portion = 2_000_000
        for first in range(0, events, portion):
            at = start + timedelta(seconds=first)
            house.warehouse.execute(
                _FILL,
                {"workspace": entered.scope.workspace_id, "people": people, "at": at, "first": first, "portion": portion},
            )
        # As the engine leaves months to which nothing came for an hour; see the tables.
        for table in ("events", "person_daily"):
            house.warehouse.execute(Sql(f"OPTIMIZE TABLE {ident(table)} FINAL"))
    finally:
        house.close()


_FILL = Sql(
    "INSERT INTO events (workspace_id, person_id, node_id, type, event, ts, day, received_at, message_id, user_id, active,"
    " channel, properties, log_offset, log_index)"
    " SELECT {workspace:UInt32}, number % {people:UInt64} + 1 AS p, p, 'track',"
    " ['Product Viewed', 'Order Completed'][number % 2 + 1],"
    " {at:DateTime64(3, 'UTC')} + toIntervalMillisecond(number % 2592000 * 1000) AS t, toDate(t), t,"
    " concat('fill-', toString({first:UInt64} + number)), concat('user-', toString(p)), true, 'server',"
    " concat('{\"sku\":\"p-', toString(number % 5000), '\",\"price\":', toString(number % 100), '}')::JSON,"
    " {first:UInt64}, toUInt32(number)"
    " FROM numbers({portion:UInt64})"
)
