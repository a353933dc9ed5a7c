"""How fast are segments? Millions of people and events, a condition tried out, everybody computed, a batch followed, one person asked."""

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from bench import server
from bench.rows import Row
from uems import app
from uems.access import api as access
from uems.access.api import Access, Caller, Workspaces
from uems.collect.api import Consumer
from uems.collect.records import Entry, encode_entries
from uems.identity.api import Resolver
from uems.kernel.clock import utc_now
from uems.kernel.house import House
from uems.kernel.loops import give_way
from uems.kernel.scope import Scope
from uems.kernel.settings import load_settings
from uems.kernel.sql import Param, Sql
from uems.profiles import api as profiles
from uems.segments import api as segments
from uems.segments.keeper import Keeper
from uems.segments.preview import preview
from uems.segments.remembered import memory_of
from uems.stages import stages_of

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
NAMES = ["Product Viewed", "Product Added", "Search Used", "Page Scrolled", "Order Completed", "Coupon Redeemed", "Invite Sent", "Reviewed"]

# Ninety days; a person's events are spread over them, some people come often and some once.
_FILL = Sql(
    "INSERT INTO events (workspace_id, person_id, node_id, type, event, ts, day, received_at, message_id, user_id, active,"
    " channel, revenue_minor, currency, properties, log_offset, log_index)"
    " SELECT {workspace:UInt32}, toUInt64(1 + floor({people:UInt64} * pow((cityHash64(n) % 1000000) / 1000000., 2))) AS p, p, 'track',"
    " ['Product Viewed', 'Product Viewed', 'Product Viewed', 'Product Added', 'Search Used', 'Page Scrolled', 'Order Completed',"
    " 'Coupon Redeemed', 'Invite Sent', 'Reviewed'][1 + cityHash64(n, 1) % 10] AS e,"
    " toDateTime64({end:DateTime64(3, 'UTC')}, 3, 'UTC') - toIntervalMillisecond(cityHash64(n, 2) % 7776000000) AS t, toDate(t), t,"
    " concat('fill-', toString(n)), concat('user-', toString(p)), true, 'server',"
    " if(e = 'Order Completed', toInt64(500 + cityHash64(n, 3) % 20000), NULL), if(e = 'Order Completed', 'USD', ''),"
    " concat('{\"category\":\"c', toString(cityHash64(n, 4) % 20), '\",\"price\":', toString(cityHash64(n, 5) % 100), '}')::JSON,"
    " {first:UInt64}, toUInt32(number)"
    " FROM (SELECT number, number + {first:UInt64} AS n FROM numbers({portion:UInt64}))"
)
_TRAITS = Sql(
    "INSERT INTO traits (workspace_id, person_id, node_id, trait, value, ts, message_id)"
    " SELECT {workspace:UInt32}, number + 1 AS p, p, 'plan', ['\"free\"', '\"pro\"', '\"team\"'][1 + number % 3],"
    " toDateTime64('2026-01-01 00:00:00', 3, 'UTC'), concat('t', toString(p)) FROM numbers({people:UInt64})"
)


def fill(house: House, scope: Scope, events: int, people: int) -> None:
    """Store people and events by the engine itself, as the pipeline would have."""
    resolver = Resolver(house.store, house.warehouse)
    for first in range(1, people + 1, 20_000):
        pairs = [(f"user-{n}", "") for n in range(first, min(first + 20_000, people + 1))]
        resolver.resolve(scope, pairs, [], NOW)
    resolver.flush(NOW)
    portion = 2_500_000
    for first in range(0, events, portion):
        params: dict[str, Param] = {"workspace": scope.workspace_id, "people": people, "end": NOW, "first": first}
        params["portion"] = min(portion, events - first)
        house.warehouse.execute(_FILL, params)
    house.warehouse.execute(_TRAITS, {"workspace": scope.workspace_id, "people": people})


def ago(days: int) -> dict[str, Any]:
    return {"op": "after", "value": {"ago": days, "unit": "day"}}


FIVE: dict[str, Any] = {
    "and": [
        {"did": {"events": ["Product Viewed"], "within": ago(30), "op": "gte", "value": 2}},
        {"did": {"events": ["Order Completed"], "within": ago(90), "measure": "sum", "property": "$revenue", "op": "gte", "value": 20_000}},
        {"not": {"did": {"events": ["Coupon Redeemed"], "within": ago(14)}}},
        {"trait": {"name": "plan", "op": "in", "value": ["pro", "team"]}},
        {
            "did": {
                "events": ["Product Added"],
                "where": {"property": {"name": "category", "op": "equals", "value": "c3"}},
                "within": ago(60),
            }
        },
    ]
}


def many(count: int) -> list[dict[str, Any]]:
    """Unlike conditions such as a growth team saves: windows, counts, sums, habits, properties, traits."""
    found: list[dict[str, Any]] = []
    for n in range(count):
        name, days = NAMES[n % len(NAMES)], 7 + n % 60
        leaf: list[dict[str, Any]] = [
            {"did": {"events": [name], "within": ago(days), "op": "gte", "value": 1 + n % 3}},
            {"not": {"did": {"events": [NAMES[(n + 3) % 8]], "within": ago(3 + n % 20)}}},
            {
                "did": {
                    "events": ["Order Completed"],
                    "within": ago(days),
                    "measure": "sum",
                    "property": "$revenue",
                    "op": "gte",
                    "value": n * 100,
                }
            },
            {
                "did": {
                    "events": [name],
                    "where": {"property": {"name": "category", "op": "equals", "value": f"c{n % 20}"}},
                    "within": ago(days),
                }
            },
            {"regular": {"events": [name], "unit": "week", "at_least": 1 + n % 3, "out_of": 4}},
            {"trait": {"name": "plan", "op": "equals", "value": ["free", "pro", "team"][n % 3]}},
            {"did": {"events": [], "within": ago(days)}},
        ]
        found.append({"and": [leaf[n % 7], leaf[(n // 7 + n + 1) % 7]]})
    return found


@contextmanager
def filled(home: Path, events: int, people: int) -> Iterator[tuple[House, Access]]:
    """The open house of a new home with so much in its workspace "bench", and the operator inside it."""
    server.command(home, "init", "--workspace", "bench", "--zone", "America/New_York", "--currency", "USD")
    house = app.build(load_settings(home=home))
    try:
        entered = access.enter(house.store, Caller(actor=access.operator(), now=NOW), "bench")
        begun = time.perf_counter()
        fill(house, entered.scope, events, people)
        _at_rest(house)
        print(f"filled and merged in {time.perf_counter() - begun:.0f} s", flush=True)
        yield house, entered
    finally:
        house.close()


def _at_rest(house: House) -> None:
    """Wait until the engine has merged what came so quickly; else its merging would be in every figure."""
    quiet = 0
    while quiet < 5:
        [merging] = house.warehouse.query(Sql("SELECT count() AS n FROM system.merges")).column("n").to_pylist()
        quiet = 0 if merging else quiet + 1
        time.sleep(1)


def segments_case(events: int, people: int) -> Callable[[], list[Row]]:
    """The figures of the room, at one size."""

    def measure() -> list[Row]:
        with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder, filled(Path(folder) / "home", events, people) as (house, entered):
            return measured(house, entered, events, people)

    return measure


def measured(house: House, entered: Access, events: int, people: int) -> list[Row]:
    """Try out, compute everybody, follow a batch, ask for one person."""
    size = f"{people:,} people, {events:,} events"
    rows = _tried_out(house, entered, size)
    now = [NOW]
    keeper = Keeper(house, Workspaces(house.store), "embedded", lambda: now[0], profiles.LiveTags(house))
    profiles.install_standard_tags(house, entered.scope, NOW)
    _save(house, entered, 50)
    memory = _Peak()
    while keeper.step():
        continue
    took = _timed(lambda: keeper.full(entered.scope, now=NOW))
    tags = sum(saved.tag.enabled for saved in profiles.definitions(house.store, entered.scope).values())
    what = f"50 segments and {tags} standard tags"
    rows.append(_row(f"first pass over everybody, {what}", took, "", 1e9, "writes every tag of everybody"))
    took = _timed(lambda: keeper.full(entered.scope, now=NOW))
    rows.append(_row(f"nightly pass over everybody, {what}", took, "< 90 s", 90.0, memory.note()))
    _save(house, entered, 200)
    while keeper.step():
        continue
    rows += _followed(house, entered, keeper, people)
    now[0] = NOW + timedelta(seconds=20)
    one = segments.list_segments(house.store, entered.scope)[3]
    asked = [_timed(lambda n=n: segments.is_member(house, entered.scope, one.segment_id, n)) for n in range(1, people, people // 50)]  # type: ignore[misc]
    rows.append(_row("is one person a member", statistics.median(asked[5:]), "< 0.02 s", 0.02))
    now[0] = NOW + timedelta(minutes=1)
    rows.append(_row("a minute passes, 200 segments", _timed(keeper.step), "", 1e9))
    keeper.close()
    return rows


def _tried_out(house: House, entered: Access, size: str) -> list[Row]:
    """A segment of five conditions is built in the editor, which previews after every change; and asked for by somebody who comes new."""
    cold = [_preview(house, entered, FIVE, forget=True) for _ in range(3)]
    _forget(house)
    steps = [_preview(house, entered, one) for one in building()]
    note = f"{len(steps)} changes, the slowest {max(steps) * 1000:.0f} ms; the first of all {steps[0] * 1000:.0f} ms"
    return [
        _row(f"preview of 5 conditions after each change, {size}", statistics.median(steps), "< 1 s", 1.0, note),
        _row("the same asked by somebody who comes new", statistics.median(cold), "", 1e9),
    ]


def building() -> list[dict[str, Any]]:
    """What an editor asks while the five conditions are put together one by one, and then each is changed once."""
    parts: list[dict[str, Any]] = json.loads(json.dumps(FIVE["and"]))
    found = [{"and": parts[: n + 1]} for n in range(len(parts))]
    changed = json.loads(json.dumps(parts))
    for n, change in enumerate(_CHANGES):
        inner = changed[n].get("not", changed[n])
        inner[next(iter(inner))] |= change
        found.append({"and": json.loads(json.dumps(changed))})
    return found


_CHANGES: list[dict[str, Any]] = [{"value": 3}, {"value": 10_000}, {"within": ago(21)}, {"value": ["pro"]}, {"within": ago(30)}]


def _preview(house: House, entered: Access, condition: dict[str, Any], *, forget: bool = False) -> float:
    if forget:
        _forget(house)
    node = profiles.parse_condition(condition)
    return _timed(lambda: preview(house, entered.scope, node, NOW))


def _forget(house: House) -> None:
    memory_of(house.warehouse).forget()


def _followed(house: House, entered: Access, keeper: Keeper, people: int) -> list[Row]:
    """Batches of 10,000 events through the pipeline: by themselves, and while the segments of people before them are computed."""
    consumer = Consumer(house, stages_of(house), 0, "bench")
    alone = statistics.median(_batch(house, entered, consumer, people, n) for n in range(5))
    batch = list(range(7, people, max(1, people // 5_000)))
    rounds: list[float] = []
    enough = threading.Event()

    def follow() -> None:
        give_way()
        while not enough.is_set():
            rounds.append(_timed(lambda: keeper.follow(entered.scope, batch, NOW + timedelta(seconds=20))))

    thread = threading.Thread(target=follow)
    thread.start()
    beside: list[float] = []
    while len(rounds) < 3:
        beside.append(_batch(house, entered, consumer, people, 5 + len(beside)))
    enough.set()
    thread.join()
    consumer.close(utc_now())
    note = f"{alone:.2f} s by itself, median of {len(beside)} while segments are computed {statistics.median(beside):.2f} s"
    delay = max(0.0, statistics.median(beside) - alone)
    following = min(rounds)
    what = f"segments and tags of {len(batch):,} people anew, beside the pipeline, 200 segments"
    return [
        _row("a batch of 10,000 events is delayed by 200 live segments", delay, "< 0.5 s", 0.5, note),
        _row(what, following, "", 1e9, "how far the segments may be behind"),
    ]


def _batch(house: House, entered: Access, consumer: Consumer, people: int, number: int) -> float:
    """How long the pipeline takes for 10,000 events of 10,000 people that came in at once."""
    first = number * 10_007
    calls = [
        {
            "type": "track",
            "event": NAMES[n % len(NAMES)],
            "userId": f"user-{1 + (first + n) * 97 % people}",
            "messageId": f"b{number}-{n}",
            "timestamp": NOW.isoformat(),
            "properties": {"category": f"c{n % 20}", "price": n % 100},
        }
        for n in range(10_000)
    ]
    parts = [json.dumps({"batch": calls[n : n + 100]}).encode() for n in range(0, len(calls), 100)]
    sent = round(utc_now().timestamp() * 1000)
    entries = [Entry(entered.scope.workspace_id, sent, "batch", part) for part in parts]
    house.log.append(0, encode_entries(entries), len(calls)).result()

    def through() -> None:
        assert consumer.hold(utc_now()), "another process has the lease of the pipeline"
        while consumer.step(utc_now()):
            continue

    return _timed(through)


class _Peak:
    """The most memory of this process since the kernel counts."""

    def note(self) -> str:
        status = Path("/proc/self/status").read_text()
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return f"peak {int(peak.split()[1]) / 1e6:.1f} GB, now {psutil.Process().memory_info().rss / 1e9:.1f} GB"


def _save(house: House, entered: Access, count: int) -> None:
    for n, condition in enumerate(many(count)):
        draft = segments.Draft(key=f"s{n}", name=f"s{n}", description="", condition=profiles.parse_condition(condition))
        segments.save_segment(house.store, entered, draft)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _row(what: str, seconds: float, wanted: str, limit: float, note: str = "") -> Row:
    figure = f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.1f} s"
    return Row(what=what, figure=figure, wanted=wanted, met=seconds < limit if wanted else None, note=note)
