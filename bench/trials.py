"""How long do the results of an experiment take: five million people who were exposed, twenty metrics of seven kinds?

Everybody has an exposure and, a part of them, a few events before and after it. The counts of the answer are compared with those that
were made; the benchmark stops at the first difference.
"""

import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil

from bench import server
from bench.rows import Row
from uems import app
from uems.access import api as access
from uems.access.api import Caller
from uems.experiments.trials import closer, definitions
from uems.experiments.trials.results import results_of
from uems.experiments.trials.spec import TrialDraft, TrialSpec
from uems.kernel.house import House
from uems.kernel.settings import load_settings
from uems.kernel.sql import Sql

STARTED: Final = datetime(2026, 3, 1, tzinfo=UTC)
NOW: Final = datetime(2026, 3, 29, tzinfo=UTC)
EVENTS_A_PERSON: Final = 2
"""Beside the exposure, on average; from two weeks before the start to the end."""
_PORTION: Final = 1_000_000
_NAMES: Final = "['Product Viewed', 'Product Viewed', 'Product Added', 'Search Used', 'Order Completed', 'Refunded']"

_EXPOSURES = Sql(
    "INSERT INTO events (workspace_id, person_id, node_id, type, event, ts, day, received_at, message_id, active, device, properties,"
    " log_offset, log_index)"
    " SELECT {workspace:UInt32}, toUInt64(number + {first:UInt64}) AS p, p, 'track', 'Experiment Viewed',"
    " toDateTime64({start:DateTime64(3, 'UTC')}, 3, 'UTC') + toIntervalMillisecond(cityHash64(p, 1) % 1814400000) AS t, toDate(t), t,"
    " concat('x', toString(p)), true, ['ios', 'android', 'desktop'][1 + cityHash64(p, 2) % 3],"
    " concat('{\"experiment_id\":\"bench\",\"variation_id\":\"', if(cityHash64(p, 3) % 2 = 0, 'control', 'new'), '\"}')::JSON,"
    " p, toUInt32(0) FROM numbers({portion:UInt64})"
)
_EVENTS = Sql(
    "INSERT INTO events (workspace_id, person_id, node_id, type, event, ts, day, received_at, message_id, active, revenue_minor, currency,"
    " properties, log_offset, log_index)"
    " SELECT {workspace:UInt32}, toUInt64(1 + floor({people:UInt64} * pow((cityHash64(n) % 1000000) / 1000000., 2))) AS p, p, 'track',"
    f" {_NAMES}[1 + cityHash64(n, 1) % 6] AS e,"
    " toDateTime64({start:DateTime64(3, 'UTC')}, 3, 'UTC') + toIntervalMillisecond(cityHash64(n, 2) % 3542400000 - 1209600000) AS t,"
    " toDate(t), t, concat('e', toString(n)), true, if(e = 'Order Completed', toInt64(500 + cityHash64(n, 3) % 20000), NULL),"
    " if(e = 'Order Completed', 'USD', ''), concat('{\"price\":', toString(cityHash64(n, 5) % 100), '}')::JSON, n, toUInt32(1)"
    " FROM (SELECT number + {first:UInt64} AS n FROM numbers({portion:UInt64}))"
)


def trials_case(people: int) -> Callable[[], list[Row]]:
    """So many people in two arms."""

    def measure() -> list[Row]:
        with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
            home = Path(folder) / "home"
            server.command(home, "init", "--workspace", "bench", "--currency", "USD")
            house = app.build(load_settings(home=home))
            try:
                return _measured(house, people)
            finally:
                house.close()

    return measure


def _measured(house: House, people: int) -> list[Row]:
    inside = access.enter(house.store, Caller(actor=access.operator(), now=STARTED), "bench")
    _fill(house, inside.scope.workspace_id, people)
    definitions.save_trial(house.store, inside, "bench", TrialDraft(name="Bench", spec=_spec()))
    trial = definitions.turn_trial(house.store, inside, "bench", "running")
    took, memory, found = _timed(lambda: results_of(house, inside.scope, trial, NOW))
    if sum(found.people.values()) != people or found.several_arms or found.strange_arms:
        raise SystemExit(f"{dict(found.people)} people were found, and {people} were exposed")
    days, _, _ = _timed(lambda: closer.daily(house, inside.scope, trial, "m0", NOW))
    return [
        Row(
            what=f"experiment, {people:,} people, 20 metrics",
            figure=f"{took:.2f} s",
            wanted="< 5 s",
            met=took < 5,
            note=f"{(1 + EVENTS_A_PERSON) * people:,} events, {memory:,.0f} MB at the most",
        ),
        Row(what="experiment, one metric day by day", figure=f"{days:.2f} s", wanted="", met=None),
    ]


def _fill(house: House, workspace: int, people: int) -> None:
    start = STARTED
    for first in range(0, people, _PORTION):
        portion = min(_PORTION, people - first)
        house.warehouse.execute(_EXPOSURES, {"workspace": workspace, "first": first + 1, "portion": portion, "start": start})
    total = EVENTS_A_PERSON * people
    for first in range(0, total, _PORTION):
        portion = min(_PORTION, total - first)
        house.warehouse.execute(_EVENTS, {"workspace": workspace, "first": first, "portion": portion, "people": people, "start": start})


def _spec() -> TrialSpec:
    """Twenty metrics, all kinds, with a covariate of two weeks."""

    def event(name: str) -> dict[str, Any]:
        return {"event": {"event": name}}

    kinds: list[tuple[str, dict[str, Any]]] = [
        *(("mean", event(name)) for name in ("Order Completed", "Product Viewed", "Product Added", "Search Used", "Refunded")),
        ("mean", {**event("Product Viewed"), "of": "property", "property": "price"}),
        *(("proportion", event(name)) for name in ("Order Completed", "Product Added", "Search Used", "Refunded")),
        ("proportion", {**event("Order Completed"), "window_days": 7}),
        ("ratio", {"numerator": event("Order Completed"), "denominator": event("Product Viewed")}),
        ("ratio", {"numerator": {**event("Order Completed"), "of": "revenue"}, "denominator": event("Order Completed")}),
        ("revenue", {}),
        ("revenue", {"cap_minor": 50_000}),
        ("revenue", {"window_days": 7}),
        ("retention", {"from_day": 1, "to_day": 7}),
        ("retention", {"from_day": 7, "to_day": 13}),
        ("funnel", {"steps": [{"event": "Product Viewed"}, {"event": "Order Completed"}], "within_hours": 72}),
        ("quantile", {**event("Order Completed"), "of": "revenue", "share": 0.9}),
    ]
    metrics = [
        {"key": f"m{place}", "name": f"M{place}", "kind": kind, "config": config, "role": "secondary" if place else "primary"}
        for place, (kind, config) in enumerate(kinds)
    ]
    arms = [{"key": key, "name": key, "weight": 50} for key in ("control", "new")]
    return TrialSpec.model_validate({"arms": arms, "control": "control", "metrics": metrics, "before_days": 14})


def _timed(call: Callable[[], Any]) -> tuple[float, float, Any]:
    """(seconds, the most resident memory in MB while it ran, the answer)."""
    process, peak, over = psutil.Process(), [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            peak[0] = max(peak[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    try:
        found = call()
    finally:
        took = time.perf_counter() - began
        over.set()
        watcher.join()
    return took, peak[0] / 1e6, found
