"""Does the engine, which moves thousands at once, do what the definition says for each person alone? Also when it is overtaken."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.outreach.flows.interpreter import Interpreter
from tests.outreach.flows.world import FlowShop
from tests.profiles.tags.shop import a_tag
from tests.support.depth import worlds
from tests.support.houses import build
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.kernel.store import to_microseconds
from uems.outreach.consent.settings import save_channel
from uems.outreach.flows import engine
from uems.outreach.flows.definitions import archive_flow
from uems.outreach.flows.listening import Happening, take_events
from uems.outreach.flows.plans import Plans
from uems.outreach.flows.steps import SECOND, Flags, Run
from uems.outreach.flows.tables import flow_effects, flow_tasks
from uems.outreach.flows.tasks import finish_task
from uems.outreach.flows.waking import waiting_run, wake
from uems.outreach.flows.world import World
from uems.outreach.messages.model import Kind
from uems.outreach.tables import outreach_messages
from uems.profiles import api as profiles

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
EVENTS = ("Signed Up", "Order Completed", "Product Viewed")


class Fitting(World):
    """Conditions hold for whom the test says."""

    people: ClassVar[set[int]] = set()

    def holds(self, tree: object, runs: Sequence[Run]) -> Flags:
        return np.array([run.person_id in self.people for run in runs])

    def channels(self, keys: Sequence[str], topic: str, kind: Kind, runs: Sequence[Run]) -> list[str]:
        return [keys[0] if run.person_id in self.people else "" for run in runs]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlowShop]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("model")) / "home"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "World", Fitting)
        shop = FlowShop(made, 1, NOW)
        save_channel(made, shop.access(), "webhook", True, {"url": "https://example.com/", "secret": "s"})
        profiles.save_tag(made.store, shop.access(), a_tag("passed", "manual", "text"))
        yield shop
    made.close()


_numbers = iter(range(1, 10_000))
_MINUTES = st.integers(1, 5)
_CONFIGS = {
    "wait": st.builds(lambda n: {"amount": n, "unit": "minute"}, _MINUTES),
    "wait_until": st.builds(lambda n, e: {"events": [e], "amount": n, "unit": "minute"}, _MINUTES, st.sampled_from(EVENTS[1:])),
    "split": st.builds(lambda a, b: {"parts": [{"way": "a", "weight": a}, {"way": "b", "weight": b}]}, _MINUTES, _MINUTES),
    "holdout": st.builds(lambda n: {"percent": 10 * n}, _MINUTES),
    "send": st.just({"template": "hello"}),
    "wait_segment": st.builds(
        lambda n, c, u: {"amount": n, "unit": "minute", "check_minutes": c, "until": u},
        _MINUTES,
        _MINUTES,
        st.sampled_from(["holds", "ended"]),
    ),
    "ab": st.builds(lambda a, b: {"event": EVENTS[1], "parts": [{"way": "a", "weight": a}, {"way": "b", "weight": b}]}, _MINUTES, _MINUTES),
    "webhook": st.builds(lambda n: {"url": "https://example.com/", "amount": n, "unit": "minute"}, _MINUTES),
    "task": st.builds(lambda n: {"outcomes": ["well", "badly"], "amount": n, "unit": "minute"}, _MINUTES),
    "branch": st.just({"who": {"did": {"events": ["Order Completed"]}}}),
    "best_channel": st.just({"channels": ["outbox", "webhook"]}),
    "record_event": st.just({"event": "Passed"}),
    "update_trait": st.just({"trait": "passed"}),
    "update_tag": st.builds(lambda c: {"tag": "passed", "change": c, "value": "gold"}, st.sampled_from(["set", "remove"])),
}
_WAYS = {"wait": ("next",), "wait_until": ("happened", "timeout"), "split": ("a", "b"), "holdout": ("next", "held"), "send": ("next",)}
_WAYS |= {"wait_segment": ("yes", "timeout"), "ab": ("a", "b"), "webhook": ("ok", "failed"), "task": ("well", "badly", "timeout")}
_WAYS |= {
    "rate_limit": ("next",),
    "branch": ("yes", "no"),
    "best_channel": ("outbox", "webhook", "none"),
    "record_event": ("next",),
    "update_trait": ("next",),
    "update_tag": ("next",),
}


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Nodes in a row, each way to any later one; at the end perhaps a wait and a way back."""
    kinds = draw(st.lists(st.sampled_from(sorted(_CONFIGS)), min_size=1, max_size=5))
    nodes = [{"id": f"n{i}", "type": kind, "config": draw(_CONFIGS[kind])} for i, kind in enumerate(kinds)]
    limited = draw(st.integers(0, 3)) == 0
    if limited:
        nodes[0] = {"id": "n0", "type": "rate_limit", "config": {"people": draw(st.integers(1, 2))}}
    back = not limited and draw(st.booleans())
    tail = [{"id": "pause", "type": "wait", "config": {"amount": 1, "unit": "minute"}}] if back else []
    tail += [{"id": "loop", "type": "go_to", "config": {"times": draw(st.integers(1, 2))}}] if back else []
    names = [*(str(node["id"]) for node in nodes), *(str(node["id"]) for node in tail), "end"]
    edges = []
    for at, node in enumerate(nodes):
        first, *rest = _WAYS[str(node["type"])]
        onward = [name for name in names[at + 1 :] if name != "loop"]  # never back to the start without the pause
        # The first way leads to the next node, so that each can be reached.
        edges.append({"source": node["id"], "way": first, "target": names[at + 1]})
        edges += [{"source": node["id"], "way": way, "target": draw(st.sampled_from(onward))} for way in rest]
    if back:
        edges += [{"source": "pause", "way": "next", "target": "loop"}, {"source": "loop", "way": "again", "target": "n0"}]
        edges += [{"source": "loop", "way": "enough", "target": "end"}]
    goal = (
        {"events": ["Order Completed"], "where": None, "days": 14, "leave": draw(st.booleans())}
        if draw(st.booleans()) and not limited
        else None
    )
    return {
        "entry": {"type": "event", "event": "Signed Up"},
        "reentry": {"allow": draw(st.sampled_from(["never", "always"]))},
        "goal": goal,
        "holdout_percent": draw(st.sampled_from([0, 30])),
        "start": "n0",
        "nodes": [*nodes, *tail, {"id": "end", "type": "exit", "config": {}}],
        "edges": edges,
    }


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("event"), st.integers(1, 4), st.sampled_from(EVENTS)),
        st.tuples(st.just("pass"), st.integers(0, 4), st.just("")),
        st.tuples(st.just("pass"), st.sampled_from([30, 61]), st.just("")),
        st.tuples(st.just("turn"), st.integers(1, 4), st.just("")),
        st.tuples(st.just("tick"), st.just(0), st.just("")),
        st.tuples(st.just("answer"), st.integers(1, 4), st.sampled_from(["well", "badly"])),
        st.tuples(st.just("answer"), st.integers(1, 4), st.sampled_from(["ok", "failed"])),
    ),
    min_size=4,
    max_size=25,
)


def simple(first: dict[str, Any], goal: dict[str, Any] | None) -> dict[str, Any]:
    """One node and the end, for everybody who signs up, as often as they do."""
    return {
        "entry": {"type": "event", "event": "Signed Up"},
        "reentry": {"allow": "always"},
        "goal": goal,
        "holdout_percent": 0,
        "start": "n0",
        "nodes": [{"id": "n0", **first}, {"id": "end", "type": "exit", "config": {}}],
        "edges": [{"source": "n0", "way": "next", "target": "end"}],
    }


_BOUGHT = {"events": ["Order Completed"], "where": None, "days": 14, "leave": True}


@settings(max_examples=worlds(100))
@given(graphs(), _STEPS)
# Whoever has reached the goal may come in again, before any round has seen that they left.
@example(
    simple({"type": "send", "config": {"template": "hello"}}, _BOUGHT),
    [("event", 1, "Signed Up"), ("event", 1, "Order Completed"), ("event", 1, "Signed Up"), ("tick", 0, "")],
)
# A round comes late: whoever waits for their turn still goes before whoever came while nobody was let through.
@example(
    simple({"type": "rate_limit", "config": {"people": 1}}, None),
    [
        *[("event", 1, "Signed Up"), ("tick", 0, ""), ("event", 2, "Signed Up"), ("tick", 0, "")],
        *[("pass", 30, ""), ("event", 3, "Signed Up"), ("pass", 61, ""), ("tick", 0, "")],
    ],
)
def test_the_engine_is_the_interpreter(shop: FlowShop, graph: dict[str, Any], steps: list[tuple[str, int, str]]) -> None:
    number = next(_numbers)
    flow = shop.publish(graph, f"f{number}")
    oracle = Interpreter(graph, flow.salt)
    plans = Plans(shop.house.store)
    Fitting.people = oracle.fits
    for step, (what, amount, name) in enumerate(steps):
        if what == "pass":
            shop.now += timedelta(minutes=amount)
        elif what == "turn":
            oracle.fits ^= {amount}
            Fitting.people = oracle.fits
        elif what == "event":
            shop.now += timedelta(seconds=4)  # longer than what a rate limit takes as one instant
            _happen(shop, plans, amount, name, f"{number}-{step}")
            oracle.event(amount, name, _seconds(shop.now))
        elif what == "answer":
            kind = "task" if name in _WAYS["task"] else "webhook"
            assert _answer(shop, oracle.nodes, flow.flow_id, amount, kind, name) == oracle.answer(amount, kind, name, _seconds(shop.now))
        else:
            _run(shop)
            oracle.tick(_seconds(shop.now))
    _run(shop)
    oracle.tick(_seconds(shop.now))
    assert _stored(shop, flow.flow_id) == _wanted(oracle)
    assert _sent(shop, flow.flow_id) == sorted(oracle.sent)
    assert _effects(shop, flow.flow_id) == sorted(oracle.effects)
    archive_flow(shop.house.store, shop.access(), flow.key)


def _seconds(now: datetime) -> int:
    return to_microseconds(now) // SECOND


def _happen(shop: FlowShop, plans: Plans, person: int, name: str, message_id: str) -> None:
    row = {"event": name, "person_id": person, "message_id": message_id, "ts": shop.now, "properties": "{}"}
    with shop.house.store.write() as conn:
        plans.refresh(conn)
        take_events(conn, plans.listeners(shop.scope.workspace_id), [Happening(row)], to_microseconds(shop.now))


def _answer(shop: FlowShop, nodes: Mapping[str, Any], flow_id: int, person: int, kind: str, way: str) -> list[int]:
    """As the loop of webhooks does, and as somebody of the team; the entries that it concerned."""
    store, scope = shop.house.store, shop.scope
    found = []
    for run in shop.runs():
        config = nodes.get(run["node"])
        if (run["flow_id"], run["person_id"], run["state"]) != (flow_id, person, "active") or config is None or config["type"] != kind:
            continue
        if kind == "task":
            with store.read() as conn:
                mine = (flow_tasks.c.flow_id == flow_id, flow_tasks.c.person_id == person, flow_tasks.c.node == run["node"])
                open_tasks = select(flow_tasks.c.task_id).where(*mine, flow_tasks.c.state == "open")
                tasks = conn.execute(open_tasks.order_by(flow_tasks.c.task_id.desc())).scalars().all()
            try:
                finish_task(store, shop.access(), tasks[0], way, "")
            except (IndexError, UemsError):
                continue  # it is done already, or the person is on the way out
        elif run["signal"]:
            continue
        else:
            with store.write() as conn:
                visit = Run(**{name: run[name] for name in Run.__dataclass_fields__ if name in run}).visit(run["node"])
                waits = waiting_run(conn, scope.workspace_id, flow_id, [person], run["node"], visit)
                assert waits is not None
                wake(conn, waits, {"kind": "answer", "ok": way == "ok", "answer": {}}, to_microseconds(shop.now))
        found.append(run["entry_no"])
    return found


def _effects(shop: FlowShop, flow_id: int) -> list[tuple[int, int, str]]:
    with shop.house.store.read() as conn:
        keys = (
            conn.execute(select(flow_effects.c.key).where(flow_effects.c.flow_id == flow_id, flow_effects.c.kind != "exposure"))
            .scalars()
            .all()
        )
    assert len(keys) == len(set(keys))
    return sorted((int(key.split(":")[3]), int(key.split(":")[4]), key.split(":")[5]) for key in keys)


def _run(shop: FlowShop) -> None:
    while shop.engine.step():
        continue


def _stored(shop: FlowShop, flow_id: int) -> list[tuple[int, int, str, list[tuple[str, str]], bool]]:
    found = []
    for run in (one for one in shop.runs() if one["flow_id"] == flow_id):
        path = [(line.split("|")[1], line.split("|")[2]) for line in run["path"].splitlines()]
        over = "holdout" if run["state"] == "holdout" else run["reason"]
        found.append((run["person_id"], run["entry_no"], over, path, run["goal_at"] is not None))
    return found


def _wanted(oracle: Interpreter) -> list[tuple[int, int, str, list[tuple[str, str]], bool]]:
    return sorted((one.person, one.entry, one.over, one.path, one.goal) for one in oracle.walkers)


def _sent(shop: FlowShop, flow_id: int) -> list[tuple[int, int, str]]:
    m = outreach_messages.c
    with shop.house.store.read() as conn:
        rows = conn.execute(outreach_messages.select().where(m.origin_id == str(flow_id))).mappings()
        return sorted((row["person_id"], row["origin_entry"], row["origin_node"]) for row in rows)
