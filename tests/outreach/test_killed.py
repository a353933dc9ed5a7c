"""Whenever a worker is killed, is no move and no message lost or made twice, and is what nobody knows at most what was under way?

Before every step in turn, and at random instants with two workers on PostgreSQL. An ordinary run tries some of them, ``make deep`` all.
"""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select

from tests.identity.conftest import make_access
from tests.outreach import kill_child
from tests.outreach.flows.world import Nodes, graph
from tests.support.access import a_workspace_with_a_write_key
from tests.support.depth import worlds
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store, insert_many, to_microseconds
from uems.outreach.campaigns.spec import CampaignSpec
from uems.outreach.campaigns.tables import campaign_occurrences, campaign_people, campaign_versions, campaigns
from uems.outreach.flows.entering import Arrival, enter
from uems.outreach.flows.graph import Graph
from uems.outreach.flows.plans import changed, read_plan
from uems.outreach.flows.tables import flow_counts, flow_runs, flow_versions, flows
from uems.outreach.tables import outreach_bodies, outreach_decisions, outreach_messages, outreach_news
from uems.outreach.templates.definitions import save_template
from uems.outreach.templates.model import TemplateDraft

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
SCOPE = Scope(workspace_id=1, slug="w1", zone="UTC", currency="USD")
PEOPLE = 24
"""In the flow. The campaign goes to as many others, of whom every fourth is held out."""
NODES: Nodes = {
    "hi": ("send", {"template": "letter", "kind": "service"}),
    "minute": ("wait", {"amount": 1, "unit": "minute"}),
    "part": ("split", {"parts": [{"way": "a", "weight": 1}, {"way": "b", "weight": 2}]}),
    "again": ("send", {"template": "note", "kind": "service"}),
    "end": ("exit", {}),
}
EDGES = {"hi": "minute", "minute": "part", "part:a": "again", "part:b": "end", "again": "end"}
CHANGING: tuple[Table, ...] = (
    flow_runs, flow_counts, campaign_people, campaign_occurrences, outreach_messages, outreach_decisions, outreach_bodies, outreach_news,
)  # fmt: skip
IN_CAMPAIGN = [n for n in range(PEOPLE + 1, 2 * PEOPLE + 1) if n % 4]


@dataclass
class Mortals:
    """Workers that are killed one after the other, and what came of it. unknown: letters of which nobody knows. again: those handed over
    once more, under the key by which the other side knows them."""

    store: Store
    process: subprocess.Popen[str]
    home: Path
    workers: int
    now: datetime = NOW
    kills: int = 0
    unknown: int = 0
    again: int = 0

    @property
    def provider(self) -> Path:
        return self.home / "provider"

    def fill(self) -> None:
        """A world of its own: people at the door of a published flow, and a campaign whose people are written down."""
        self.provider.write_bytes(b"")
        with self.store.write() as conn:
            for table in CHANGING:
                conn.execute(delete(table))
            plan = read_plan(conn, 1, 1)
            assert plan is not None
            enter(conn, plan, [Arrival(person_id=n, at_us=to_microseconds(NOW)) for n in range(1, PEOPLE + 1)], to_microseconds(NOW))
            named: dict[str, Any] = {"workspace_id": 1, "campaign_id": 1, "occurrence": 1}
            counts = {"found": PEOPLE, "excluded": 0, "held": PEOPLE - len(IN_CAMPAIGN), "entered": len(IN_CAMPAIGN), "next_release": 0}
            conn.execute(insert(campaign_occurrences).values(**named, version=1, slot="1:once", state="running", begun_at=NOW, **counts))
            due = to_microseconds(NOW)
            rows = [
                {**named, "person_id": n, "variant": 0 if going else None, "state": "ready" if going else "held", "planned_at": due}
                | {"due_at": due if going else None}
                for n in range(PEOPLE + 1, 2 * PEOPLE + 1)
                for going in (n in IN_CAMPAIGN,)
            ]
            insert_many(conn, campaign_people, rows)
        self.now = NOW

    def live(self, *, at_step: int | None = None, most: float | None = None) -> list[tuple[bool, int, float]]:
        """One life; (killed, steps, seconds of work) of each worker. most: each is killed after at most so much work.

        The next one begins when what this one took counts as left behind.
        """
        url = "sqlite:"
        if self.store.dialect == "postgresql":
            url = self.store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        said = {"home": str(self.home), "url": url, "now": self.now.isoformat(), "provider": str(self.provider)}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        seconds = None if most is None else [random.uniform(0.0, most) for _ in range(self.workers)]
        self.process.stdin.write(json.dumps({**said, "workers": self.workers, "at_step": at_step, "seconds": seconds}) + "\n")
        self.process.stdin.flush()
        ended: list[tuple[bool, int, float]] = [tuple(one) for one in json.loads(self.process.stdout.readline())]
        self.now += timedelta(seconds=61)
        self.kills += sum(killed for killed, _, _ in ended)
        return ended

    def finish(self) -> None:
        """Until a worker that nobody kills finds nothing to do any more, the wait of the flow included."""
        for _ in range(2):
            self.live()

    def counted(self) -> str:
        return f"{self.kills} kills, {self.unknown} letters unknown, {self.again} handed over again by key"

    def check(self, kills: int) -> None:
        """Everybody went their way once, was said once what was to be said, and each letter came to one end that is told once."""
        with self.store.read() as conn:
            runs = conn.execute(select(flow_runs.c.person_id, flow_runs.c.state, flow_runs.c.path)).all()
            messages = conn.execute(select(outreach_messages)).mappings().all()
            counts = {(row.node, row.way): row.people for row in conn.execute(select(flow_counts))}
            states = Counter(conn.execute(select(campaign_people.c.state)).scalars())
            told = Counter((row.message_id, row.event) for row in conn.execute(select(outreach_news)))
        paths = Counter(tuple(line.partition("|")[2] for line in run.path.splitlines()) for run in runs)
        short, long = ("hi|next", "minute|next", "part|b", "end|end"), ("hi|next", "minute|next", "part|a", "again|next", "end|end")
        assert [run.state for run in runs] == ["done"] * PEOPLE
        assert set(paths) == {short, long}
        assert counts["", "entered"] == counts["hi", "next"] == counts["end", "end"] == PEOPLE
        assert counts["again", "next"] == paths[long]
        assert states == {"held": PEOPLE - len(IN_CAMPAIGN), "sent": len(IN_CAMPAIGN)}
        by_kind = Counter((one["origin_type"], one["template_id"]) for one in messages)
        assert by_kind == {("flow", "letter"): PEOPLE, ("flow", "note"): paths[long], ("campaign", "letter"): len(IN_CAMPAIGN)}
        handed = Counter(self.provider.read_text().split())
        self.again += sum(times > 1 for times in handed.values())
        unknown = [one for one in messages if one["state"] == "unknown"]
        self.unknown += len(unknown)
        assert {one["state"] for one in messages} <= {"accepted", "unknown"}, {(one["reason"], one["template_id"]) for one in messages}
        # No more than one batch was under way in each worker that died.
        assert len(unknown) <= kills * kill_child.BATCH
        assert all(one["channel"] == "email" for one in unknown)
        for one in messages:
            times = handed.pop(f"m1-{one['message_id']}", 0)
            if one["channel"] == "email":  # has no key by which a repeated letter is known: never twice
                assert times <= 1
            if one["state"] == "accepted":
                assert times >= 1
            event = {"accepted": "message.sent", "unknown": "message.unknown"}[one["state"]]
            assert told.pop((one["message_id"], event)) == 1
        assert not handed
        assert {event for _, event in told} <= {"experiment.exposed"}


def prepare(store: Store) -> None:
    a_workspace_with_a_write_key(store, slug="w1")
    for key, channel in (("letter", "email"), ("note", "outbox")):
        spec = {"language": "en", "variants": {"en": {"subject": "Hi", "body": "<p>Hi</p>"}}}
        draft = TemplateDraft.model_validate({"name": key, "channel": channel, "kind": "service", "topic": "", "spec": spec})
        save_template(store, make_access(SCOPE, NOW), key, draft)
    body = Graph.model_validate(graph(NODES, EDGES, entry={"type": "api"})).model_dump(mode="json")
    said = CampaignSpec.model_validate(
        {"audience": {"who": {"did": {"events": []}}}, "variants": [{"template": "letter"}], "kind": "service"}
    )
    with store.write() as conn:
        named: dict[str, Any] = {"workspace_id": 1, "flow_id": 1}
        row = {"key": "f", "name": "f", "description": "", "state": "live", "draft": body, "revision": 1, "version": 1, "draining": False}
        conn.execute(insert(flows).values(**named, **row, salt="s", created_at=NOW, changed_at=NOW, changed_by="test"))
        conn.execute(insert(flow_versions).values(**named, version=1, graph=body, policy="pin", at=NOW, by="test"))
        changed(conn)
        named = {"workspace_id": 1, "campaign_id": 1}
        row = {"key": "c", "name": "c", "description": "", "reason": "", "spec": said.model_dump(mode="json"), "revision": 1, "version": 1}
        by = {"created_at": NOW, "changed_at": NOW, "changed_by": "t", "launched_by_id": "", "launched_by": "t", "approved_by": ""}
        conn.execute(insert(campaigns).values(**named, **row, **by, state="running", salt="s", launched_at=NOW, watched_since=NOW))
        conn.execute(insert(campaign_versions).values(**named, version=1, spec=row["spec"], at=NOW, by="t"))


@pytest.fixture(scope="module")
def parent() -> Iterator[subprocess.Popen[str]]:
    """Forks the workers of every test."""
    command = [sys.executable, "-m", "tests.outreach.kill_child"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=60)


@pytest.fixture
def mortals(parent: subprocess.Popen[str], store: Store, settings: Settings) -> Mortals:
    settings.home.mkdir(parents=True, exist_ok=True)
    prepare(store)
    # One process owns a SQLite store.
    return Mortals(store=store, process=parent, home=settings.home, workers=1 if store.dialect == "sqlite" else 2)


@pytest.mark.slow
def test_killed_before_any_step(mortals: Mortals) -> None:
    mortals.fill()
    steps = max(steps for _, steps, _ in mortals.live())
    mortals.finish()
    mortals.check(0)
    assert steps > 100
    # In an ordinary run every so-manieth, beginning somewhere.
    every = max(1, round(steps / worlds(10 if mortals.workers == 1 else 5))) if worlds(100) < 1_000 else 1
    tried = range(random.randrange(every) + 1, steps + 1, every)
    for at_step in tried:
        mortals.fill()
        (killed, _, _), *_ = mortals.live(at_step=at_step)
        mortals.finish()
        mortals.check(int(killed))
    print(f"{len(tried)} of {steps} steps on {mortals.store.dialect}: {mortals.counted()}")
    assert mortals.kills


@pytest.mark.slow
def test_killed_at_random_instants(mortals: Mortals) -> None:
    wanted, tried = worlds(20), 0
    mortals.fill()
    whole = max(work for _, _, work in mortals.live())
    while mortals.kills < wanted:
        mortals.fill()
        tried, kills = tried + 1, mortals.kills
        while any(killed for killed, _, _ in mortals.live(most=whole)):
            continue
        mortals.finish()
        mortals.check(mortals.kills - kills)
    print(f"{tried} worlds on {mortals.store.dialect}: {mortals.counted()}")
