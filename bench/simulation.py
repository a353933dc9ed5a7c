"""How long does it take to try a flow on history? Ninety days of ten million events, a cart that was left, two letters."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.rows import Row
from bench.segments import NOW, filled
from uems.outreach import api as outreach
from uems.outreach.flows.definitions import save_flow
from uems.outreach.flows.graph import FlowDraft, Graph
from uems.outreach.simulation.outcome import Outcome, outcome
from uems.outreach.simulation.replay import replay

DAYS = 90
_GRAPH: dict[str, Any] = {
    "entry": {"type": "event", "event": "Product Added"},
    "reentry": {"allow": "after_days", "days": 14},
    "goal": {"events": ["Order Completed"], "days": 7},
    "start": "until",
    "nodes": [
        {"id": "until", "type": "wait_until", "config": {"events": ["Order Completed"], "amount": 1, "unit": "hour"}},
        {"id": "first", "type": "send", "config": {"template": "cart"}},
        {"id": "rest", "type": "wait", "config": {"amount": 2, "unit": "day"}},
        {"id": "second", "type": "send", "config": {"template": "cart", "kind": "sales"}},
        {"id": "end", "type": "exit"},
    ],
    "edges": [
        {"source": "until", "way": "happened", "target": "end"},
        {"source": "until", "way": "timeout", "target": "first"},
        {"source": "first", "target": "rest"},
        {"source": "rest", "target": "second"},
        {"source": "second", "target": "end"},
    ],
}


def simulation_case(events: int, people: int) -> Callable[[], list[Row]]:
    """The figure at one size."""

    def measure() -> list[Row]:
        with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder, filled(Path(folder) / "home", events, people) as (house, entered):
            topic = outreach.Topic(name_zh="资讯", name_en="News", default="subscribed", double_opt_in=False)
            outreach.save_topic(house.store, entered, "news", topic)
            words = {"subject": "Your cart", "body": "<p>It waits for you.</p>"}
            spec = outreach.TemplateSpec.model_validate({"variants": {"zh": words, "en": words}})
            letter = outreach.TemplateDraft(name="Cart", channel="outbox", topic="news", spec=spec)
            outreach.save_template(house.store, entered, "cart", letter)
            flow = save_flow(house.store, entered, "cart", FlowDraft(name="Cart", graph=Graph.model_validate(_GRAPH)))
            begun = time.perf_counter()
            found: Outcome = replay(house, entered.scope, flow, DAYS, NOW, lambda one: outcome(one, house.store, entered.scope))
            took = time.perf_counter() - begun
        came = found.report.entries["entered"]
        note = f"{came:,} came in, {found.asked:,} messages asked for, {found.sent:,} sent, in steps of {found.step}"
        return [Row(what=f"simulation, {DAYS} days, {events:,} events", figure=f"{took:.1f} s", wanted="30 s", met=took < 30, note=note)]

    return measure
