"""Does a dry run decide what a live flow would, and does nothing of it ever leave the house or touch what is live?"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, func, select, update

from tests.outreach.flows.world import FlowShop, Nodes, graph
from tests.outreach.simulation.test_replay import EVENTS, NARROW, WHOLE
from tests.profiles.tags.shop import a_tag
from tests.support.ear import ear
from tests.support.feed import Happened
from tests.support.houses import build
from tests.support.post import Post, post, smtp
from uems.access.api import Workspaces
from uems.collect.records import decode
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.outreach import api as outreach
from uems.outreach.consent.settings import save_channel
from uems.outreach.dry.runs import DryRun, dry_run_of, end_dry_run, launch_dry_run, start_dry_run
from uems.outreach.dry.tables import flow_dry_messages
from uems.outreach.flows.calling import Caller
from uems.outreach.flows.definitions import archive_flow, get_flow, list_flows, save_flow
from uems.outreach.flows.graph import FlowDraft, Graph
from uems.outreach.flows.tables import flow_counts, flow_effects, flow_runs, flow_tasks, flows
from uems.outreach.tables import outreach_bodies, outreach_consents, outreach_decisions, outreach_messages, outreach_news
from uems.profiles import api as profiles

__all__ = ["ear", "post"]
FIRST = datetime(2026, 3, 25, 0, 0, tzinfo=UTC)
STEP = timedelta(hours=3)
NAGGING = graph(
    {
        "one": ("send", {"template": "letter", "priority": 9}),
        "two": ("send", {"template": "letter", "kind": "sales", "priority": 9}),
        "end": ("exit", {}),
    },
    {"one": "two", "two": "end"},
    entry={"type": "event", "event": "Product Viewed"},
    reentry={"allow": "always"},
)
_numbers = count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("dry")) / "home"))
    yield made
    made.close()


class DryShop(FlowShop):
    """With everything that decides and sends, stepped by hand; a topic, a template, and caps that are soon reached."""

    def __init__(self, house: House, channel: str = "outbox") -> None:
        super().__init__(house, next(_numbers), FIRST)
        workspaces = Workspaces(house.store)
        self.sender = outreach.Sender(house, workspaces, lambda: self.now)
        self.decider = outreach.DryDecider(house, workspaces, "test", lambda: self.now)
        topic = outreach.Topic(name_zh="资讯", name_en="News", default="subscribed", double_opt_in=False)
        outreach.save_topic(house.store, self.access(), "news", topic)
        words = {"subject": "Hello", "body": "<p>Hello</p>"}
        for key, body in (("letter", "<p>Hello</p>"), ("lacking", "<p>{{ context.nothing }}</p>")):
            spec = outreach.TemplateSpec.model_validate({"variants": {"zh": {**words, "body": body}, "en": {**words, "body": body}}})
            draft = outreach.TemplateDraft(name=key, channel=channel, topic="news", spec=spec)
            outreach.save_template(house.store, self.access(), key, draft)
        capped = {"everything": {"day": 2, "week": 4}, "sales_per_week": 1, "when_capped": "hold"}
        outreach.save_restraints(house.store, self.access(), outreach.Restraints.model_validate(capped), None)

    def draft(self, body: dict[str, Any], key: str) -> int:
        return save_flow(self.house.store, self.access(), key, FlowDraft(name=key, graph=Graph.model_validate(body))).revision

    def try_dry(self, body: dict[str, Any], key: str = "g") -> None:
        revision = self.draft(body, key)
        self.salt()
        start_dry_run(self.house, self.access(), key, revision=revision)

    def salt(self) -> None:
        """The same in every workspace, so that chance is."""
        with self.house.store.write() as conn:
            conn.execute(update(flows).where(flows.c.workspace_id == self.scope.workspace_id).values(salt="same"))

    def work(self) -> None:
        self.run()
        while self.sender.step():
            continue
        while self.decider.step():
            continue

    def found(self, key: str = "g") -> DryRun:
        return dry_run_of(self.house.store, self.scope, key)

    def rows(self, table: Table, *, but: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """Every row of the workspace, without its number and the columns named."""
        left = [column for column in table.c if column.name not in ("workspace_id", *but)]
        with self.house.store.read() as conn:
            found = conn.execute(select(*left).where(table.c.workspace_id == self.scope.workspace_id))
            return sorted((tuple(row) for row in found), key=repr)


def history(seed: int, steps: int) -> Iterator[list[Happened]]:
    """What happens in each step, to eight people of three zones."""
    chance = random.Random(seed)
    zones = ("Asia/Shanghai", "America/New_York", "Europe/Berlin")
    for at in range(1, steps + 1):
        now = FIRST + at * STEP
        happened = [
            Happened(
                user=f"u{n}",
                event=chance.choice(EVENTS),
                properties=json.dumps({"order": n * at % 2}),
                ts=now - timedelta(minutes=chance.randrange(1, 179)),
            )
            for n in range(8)
            if chance.random() < 0.25
        ]
        if at == 1:
            told = [(f"u{n}", json.dumps({"timezone": zones[n % 3]})) for n in range(8)]
            happened += [Happened(user=u, event="", type="identify", properties=p, ts=FIRST + timedelta(minutes=1)) for u, p in told]
        yield sorted(happened, key=lambda call: call.ts)


def step(shops: Sequence[DryShop], happened: Sequence[Happened]) -> None:
    """For all of them at once: a loop works for every workspace, whichever shop it is stepped for."""
    for shop in shops:
        shop.now += STEP
    for shop in shops:
        shop.take(happened, shop.now)
    for shop in shops:
        shop.run()
    for shop in shops:
        shop.work()


def told(shop: DryShop) -> int:
    """How much the log holds of this workspace."""
    found = 0
    for record in shop.house.log.read(0, 0, 100_000_000):
        entries = decode(record.body)
        assert isinstance(entries, list)
        found += sum(one.workspace_id == shop.scope.workspace_id for one in entries)
    return found


def part(send_key: str) -> str:
    """A send key without the number of the flow."""
    return send_key.split(":", 2)[2]


@pytest.mark.parametrize(("body", "seed", "steps"), [(WHOLE, 0, 9), (NARROW, 2, 14)])
def test_it_decides_what_the_live_flow_would_decide_at_the_same_time(house: House, body: dict[str, Any], seed: int, steps: int) -> None:
    live, dry = DryShop(house), DryShop(house)
    live.publish(body, "g")
    live.salt()
    dry.try_dry(body)
    for happened in history(seed, steps):
        step([live, dry], happened)
    m, d, r = outreach_messages.c, flow_dry_messages.c, flow_runs.c
    runs = select(r.person_id, r.entry_no, r.state, r.node, r.path, r.reason, r.wake_at, r.entered_at, r.goal_at)
    with house.store.read() as conn:
        sent = conn.execute(select(m.send_key, m.state, m.reason, m.sent_at).where(m.workspace_id == live.scope.workspace_id)).all()
        tried = conn.execute(select(d.send_key, d.state, d.reason, d.decided_at).where(d.workspace_id == dry.scope.workspace_id)).all()
        ways = [
            conn.execute(runs.where(r.workspace_id == shop.scope.workspace_id).order_by(r.person_id, r.entry_no)).all()
            for shop in (live, dry)
        ]
    assert ways[0] == ways[1]
    really = {part(key): (state, at if state == "accepted" else reason) for key, state, reason, at in sent}
    names = {"would_send": "accepted"}
    wouldbe = {part(key): (names.get(state, state), at if state == "would_send" else reason) for key, state, reason, at in tried}
    assert wouldbe == really
    assert {state for state, _ in really.values()} >= {"accepted"}
    found = dry.found()
    assert found.states["would_send"] == sum(state == "accepted" for state, _ in really.values())
    assert sum(sum(day.values()) for day in found.days.values()) == found.states["would_send"]
    assert sum(found.states.values()) == len(really)


happenings = st.lists(
    st.lists(st.tuples(st.sampled_from(["ann", "ben"]), st.sampled_from(EVENTS), st.integers(1, 170)), max_size=4), min_size=1, max_size=3
)


@settings(max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=happenings)
def test_what_is_live_is_to_the_row_as_it_is_without_a_dry_run(house: House, steps: list[list[tuple[str, str, int]]]) -> None:
    alone, beside = DryShop(house), DryShop(house)
    live = graph({"hi": ("send", {"template": "letter"}), "end": ("exit", {})}, {"hi": "end"}, reentry={"allow": "always"})
    for shop in (alone, beside):
        shop.publish(live, "f")
        shop.salt()
    beside.try_dry(NAGGING)
    for given_ in steps:
        happened = [Happened(user=user, event=event, ts=alone.now + STEP - timedelta(minutes=minutes)) for user, event, minutes in given_]
        step([alone, beside], sorted(happened, key=lambda call: call.ts))
    for table, but in (
        (outreach_messages, ("message_id", "claimed_by", "provider_id")),
        (outreach_decisions, ("decision_id", "message_id")),
        (outreach_consents, ()),
        (outreach_news, ("news_id", "message_id")),
        (flow_effects, ("effect_id",)),
    ):
        assert beside.rows(table, but=but) == alone.rows(table, but=but), table.name
    for table in (flow_runs, flow_counts):
        assert [row for row in beside.rows(table) if row[0] == 1] == alone.rows(table), table.name
    came = sum(event == "Product Viewed" for happened in steps for _, event, _ in happened)
    entries = beside.found().report.entries  # who views twice within one batch is still inside
    assert entries["arrived"] + entries["inside"] == came
    assert (sum(beside.found().states.values()) > 0) == (came > 0)


EVERYTHING: Nodes = {
    "hi": ("send", {"template": "letter"}),
    "tag": ("update_tag", {"tag": "vip", "change": "set", "value": True}),
    "tell": ("record_event", {"event": "Told"}),
    "ask": ("webhook", {"url": "", "answer": "quote", "amount": 1, "unit": "hour"}),
    "call": ("task", {"title": "Call", "outcomes": ["done"], "amount": 1, "unit": "hour"}),
    "end": ("exit", {}),
}
WAYS = {"hi": "tag", "tag": "tell", "tell": "ask", "ask:ok": "call", "ask:failed": "call", "call:done": "end", "call:timeout": "end"}


def test_nothing_leaves_the_house_before_it_is_launched(house: House, post: tuple[Post, int], ear: Any) -> None:
    more = {"allow_private_outbound": True, "public_url": "https://shop.example", **smtp(post[1])}
    house = replace(house, settings=house.settings.model_copy(update=more))
    shop = DryShop(house, "email")
    save_channel(house, shop.access(), "webhook", True, {"url": ear.url, "secret": "s3cret"})
    profiles.save_tag(house.store, shop.access(), a_tag("vip", "manual", "boolean"))
    nodes = {**EVERYTHING, "ask": ("webhook", {**EVERYTHING["ask"][1], "url": ear.url})}
    body = graph(nodes, WAYS, reentry={"allow": "always"})
    caller = Caller(house, Workspaces(house.store), "test", lambda: shop.now)
    shop.take([Happened(user="ann", type="identify", event="", properties='{"email": "ann@example.com"}', ts=shop.now)], shop.now)
    shop.now = FIRST + timedelta(hours=14)  # nobody sleeps
    shop.try_dry(body)

    def hours(times: int) -> None:
        for _ in range(times):
            shop.work()
            caller.step()
            shop.work()
            shop.now += timedelta(minutes=61)
        shop.work()

    shop.happen("ann")
    written = told(shop)
    hours(3)
    assert (post[0].letters, ear.heard) == ([], [])
    for table in (outreach_messages, outreach_decisions, outreach_news, outreach_bodies, flow_effects, flow_tasks):
        assert shop.rows(table) == [], table.name
    assert told(shop) == written, "an event was told"
    assert shop.paths() == ["hi:next tag:next tell:next ask:failed call:timeout end:end (end)"]
    found = shop.found()
    assert found.lost == {}
    assert (found.states, found.effects) == ({"would_send": 1}, {"tag": 1, "event": 1, "webhook": 1, "task": 1})
    [seen] = found.latest
    assert (seen.person_id, seen.channel, seen.template_id, seen.node) == (shop.numbers()["ann"], "email", "letter", "hi")
    # The same from then on is done: it was the dry run that kept it in.
    launched = launch_dry_run(house, shop.access(), "g", policy="pin")
    assert (launched.state, launched.version) == ("live", 1)
    shop.happen("ann")
    hours(3)
    caller.stop()
    assert len(post[0].letters) == 1
    assert len(ear.heard) == 1
    assert len(shop.rows(flow_tasks)) == 1
    assert told(shop) > written
    assert shop.found().states == {"would_send": 1}
    assert not shop.found().going


def test_a_letter_that_cannot_be_written_would_not_be_sent(house: House) -> None:
    shop = DryShop(house)
    shop.try_dry(graph({"hi": ("send", {"template": "lacking"}), "end": ("exit", {})}, {"hi": "end"}))
    shop.now = FIRST + timedelta(hours=15)
    shop.happen("ann")
    shop.work()
    assert shop.found().lost == {("suppressed", "missing_value"): 1}


def test_it_is_seen_by_nobody_as_a_flow_and_ends_with_what_it_is_of(house: House) -> None:
    shop = DryShop(house)
    rest = graph({"rest": ("wait", {"amount": 2, "unit": "day"}), "hi": ("send", {"template": "letter"}), "end": ("exit", {})},
                 {"rest": "hi", "hi": "end"})  # fmt: skip
    shop.try_dry(rest)
    shop.happen("ann")
    shop.work()
    assert [one.key for one in list_flows(house.store, shop.scope, archived=True)] == ["g"]
    assert get_flow(house.store, shop.scope, "g").state == "draft"
    with house.store.read() as conn:
        hidden = conn.execute(select(flows.c.key).where(flows.c.dry_of.is_not(None), flows.c.workspace_id == shop.scope.workspace_id))
        [key] = hidden.scalars()
    with pytest.raises(UemsError, match="flow"):
        get_flow(house.store, shop.scope, key)
    revision = get_flow(house.store, shop.scope, "g").revision
    with pytest.raises(UemsError) as twice:
        start_dry_run(house, shop.access(), "g", revision=revision)
    assert twice.value.code == "dry_run_going"
    archive_flow(house.store, shop.access(), "g")
    assert not shop.found().going
    assert [run["reason"] for run in shop.runs()] == ["stopped"]
    with pytest.raises(UemsError) as over:
        end_dry_run(house.store, shop.access(), "g")
    assert over.value.code == "no_dry_run"


def test_what_waits_when_it_ends_is_never_decided(house: House) -> None:
    shop = DryShop(house)
    shop.try_dry(graph({"hi": ("send", {"template": "letter"}), "end": ("exit", {})}, {"hi": "end"}))
    shop.happen("ann")
    shop.run()
    end_dry_run(house.store, shop.access(), "g")
    shop.work()
    assert shop.found().states == {"cancelled": 1}


def test_only_what_was_tried_is_launched(house: House) -> None:
    shop = DryShop(house)
    shop.try_dry(WHOLE)
    shop.draft(NARROW, "g")
    with pytest.raises(UemsError) as other:
        launch_dry_run(house, shop.access(), "g", policy="pin")
    assert other.value.code == "flow_changed"
    assert shop.found().going
    revision = shop.draft(graph({"end": ("exit", {})}, {}, entry={"type": "api"}), "by_api")
    with pytest.raises(UemsError) as refused:
        start_dry_run(house, shop.access(), "by_api", revision=revision)
    assert refused.value.code == "no_dry_run"


def test_a_segment_brings_its_members_into_a_dry_run(house: House) -> None:
    shop = DryShop(house)
    shop.save("viewers", {"did": {"events": ["Product Viewed"]}})
    shop.happen("ann", "Product Viewed")
    shop.catch_up()
    shop.try_dry(graph({"end": ("exit", {})}, {}, entry={"type": "segment", "segment": "viewers", "members": True}))
    shop.work()
    shop.happen("ben", "Product Viewed")
    shop.catch_up()
    shop.work()
    assert shop.found().report.entries["entered"] == 2
    with house.store.read() as conn:
        mine = flow_runs.c.workspace_id == shop.scope.workspace_id
        assert conn.execute(select(func.count()).select_from(flow_runs).where(mine)).scalar() == 2
