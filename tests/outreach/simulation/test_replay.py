"""Does trying a flow on history tell what the flow does when that history really happens to it?"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.outreach.flows.world import FlowShop, graph
from tests.support.feed import Happened
from tests.support.houses import build
from uems.access.api import Workspaces
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.store import Store
from uems.outreach import api as outreach
from uems.outreach.flows import definitions
from uems.outreach.flows.definitions import Flow, get_flow, save_flow
from uems.outreach.flows.graph import FlowDraft, Graph
from uems.outreach.flows.reporting import report
from uems.outreach.flows.tables import flow_runs
from uems.outreach.simulation.outcome import Outcome, outcome
from uems.outreach.simulation.replay import replay
from uems.outreach.tables import outreach_decisions, outreach_messages

FIRST = datetime(2026, 3, 25, 0, 0, tzinfo=UTC)
STEP = timedelta(hours=3)
DAYS = 6
EVENTS = ("Signed Up", "Product Viewed", "Order Completed")
WHOLE = graph(
    {
        "hello": ("send", {"template": "letter"}),
        "until": ("wait_until", {"events": ["Product Viewed"], "amount": 20, "unit": "hour"}),
        "who": (
            "branch",
            {
                "who": {
                    "did": {
                        "events": ["Product Viewed"],
                        "op": "gte",
                        "value": 2,
                        "within": {"op": "after", "value": {"ago": 30, "unit": "hour"}},
                    }
                }
            },
        ),
        "offer": ("send", {"template": "letter", "kind": "sales", "hours": 6}),
        "part": ("split", {"parts": [{"way": "a", "weight": 1}, {"way": "b", "weight": 1}]}),
        "rest": ("wait", {"amount": 7, "unit": "hour"}),
        "again": ("send", {"template": "letter", "priority": 5}),
        "end": ("exit", {}),
    },
    {
        "hello": "until",
        "until:happened": "who",
        "until:timeout": "part",
        "who:yes": "offer",
        "who:no": "part",
        "offer": "part",
        "part:a": "rest",
        "part:b": "end",
        "rest": "again",
        "again": "end",
    },
    goal={"events": ["Order Completed"], "days": 3},
    reentry={"allow": "always"},
    holdout_percent=20,
)
# What it is about tells entries apart, some may not come in after all, a rate limit lets one through at a time, and leaving is an event.
NARROW = graph(
    {
        "line": ("rate_limit", {"people": 1, "per": "hour"}),
        "rest": ("wait", {"amount": 20, "unit": "hour"}),
        "hello": ("send", {"template": "letter"}),
        "end": ("exit", {}),
    },
    {"line": "rest", "rest": "hello", "hello": "end"},
    entry={"type": "event", "event": "Signed Up", "key": "order"},
    who={"did": {"events": ["Product Viewed"], "op": "gte", "value": 1}},
    exit={"events": ["Order Completed"]},
    reentry={"allow": "after_days", "days": 1},
)

_numbers = count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("simulation")) / "home"))
    yield made
    made.close()


def a_shop(house: House) -> FlowShop:
    """With a topic, a template that can be sent, and caps that are soon reached."""
    shop = FlowShop(house, next(_numbers), FIRST)
    topic = outreach.Topic(name_zh="资讯", name_en="News", default="subscribed", double_opt_in=False)
    outreach.save_topic(house.store, shop.access(), "news", topic)
    words = {"subject": "Hello", "body": "<p>Hello</p>"}
    spec = outreach.TemplateSpec.model_validate({"variants": {"zh": words, "en": words}})
    outreach.save_template(
        house.store, shop.access(), "letter", outreach.TemplateDraft(name="Hello", channel="outbox", topic="news", spec=spec)
    )
    capped = {"everything": {"day": 2, "week": 4}, "sales_per_week": 1, "when_capped": "hold"}
    outreach.save_restraints(house.store, shop.access(), outreach.Restraints.model_validate(capped), None)
    return shop


def draft(shop: FlowShop, body: dict[str, Any], key: str = "f") -> Flow:
    return save_flow(shop.house.store, shop.access(), key, FlowDraft(name=key, graph=Graph.model_validate(body)))


def simulated(shop: FlowShop, flow: Flow, days: int, step: timedelta | None = None) -> tuple[Outcome, dict[str, list[Any]]]:
    def use(one: Any) -> tuple[Outcome, dict[str, list[Any]]]:
        return outcome(one, shop.house.store, shop.scope), kept(one.scratch, shop.scope.workspace_id)

    return replay(shop.house, shop.scope, flow, days, shop.now, use, step=step)


def kept(store: Store, workspace_id: int) -> dict[str, list[Any]]:
    """Every run with its way, every message with what became of it, every decision; without numbers that a store gives."""
    r, m, d = flow_runs.c, outreach_messages.c, outreach_decisions.c
    runs = select(r.person_id, r.entry_no, r.state, r.node, r.path, r.reason, r.wake_at, r.entered_at, r.ended_at, r.goal_at, r.context)
    messages = select(m.send_key, m.state, m.reason, m.channel, m.kind, m.next_at, m.sent_at, m.expires_at)
    decisions = select(m.send_key, d.at, d.verdict, d.reason, d.facts).join_from(
        outreach_decisions, outreach_messages, d.message_id == m.message_id
    )
    with store.read() as conn:
        return {
            "runs": [tuple(row) for row in conn.execute(runs.where(r.workspace_id == workspace_id).order_by(r.person_id, r.entry_no))],
            "messages": sorted(tuple(row) for row in conn.execute(messages.where(m.workspace_id == workspace_id))),
            "decisions": [
                tuple(row) for row in conn.execute(decisions.where(d.workspace_id == workspace_id).order_by(m.send_key, d.decision_id))
            ],
        }


@pytest.mark.parametrize(("body", "seed"), [(WHOLE, 0), (WHOLE, 1), (NARROW, 2)])
def test_it_does_what_the_engine_does_when_the_history_happens(
    house: House, body: dict[str, Any], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who is held out and which way the split goes hang on the flow's salt: a drawn one would now and then leave nothing to compare.
    monkeypatch.setattr(definitions, "new_id", lambda kind: f"{kind}_{seed}")
    shop = a_shop(house)
    chance = random.Random(seed)
    flow = shop.publish(body)
    sender = outreach.Sender(house, Workspaces(house.store), lambda: shop.now)
    zones = ("Asia/Shanghai", "America/New_York", "Europe/Berlin")
    steps = int(timedelta(days=DAYS) / STEP)
    for at in range(1, steps + 1):
        shop.now = FIRST + at * STEP
        happened = [
            Happened(
                user=f"u{n}",
                event=chance.choice(EVENTS),
                properties=f'{{"order":{n * at % 2}}}',
                ts=shop.now - timedelta(minutes=chance.randrange(1, 179)),
            )
            for n in range(8)
            if chance.random() < 0.25
        ]
        if at == 1:
            told = [(f"u{n}", f'{{"timezone":"{zones[n % 3]}"}}') for n in range(8)]
            happened += [Happened(user=u, event="", type="identify", properties=p, ts=FIRST + timedelta(minutes=1)) for u, p in told]
        shop.take(sorted(happened, key=lambda call: call.ts), shop.now)
        shop.run()
        while sender.step():
            continue
    real = kept(house.store, shop.scope.workspace_id)
    if body is WHOLE:
        assert {row[1] for row in real["messages"]} >= {"accepted", "suppressed"}
        assert {row[2] for row in real["decisions"]} >= {"send", "hold", "suppress"}
    else:
        assert {row[5] for row in real["runs"]} >= {"end", "exit"}
        assert max(row[1] for row in real["runs"]) > 1
    found, tried = simulated(shop, flow, DAYS, STEP)
    for name in ("runs", "messages", "decisions"):
        assert tried[name] == real[name], name
    accepted = [row for row in real["messages"] if row[1] == "accepted"]
    assert (found.asked, found.sent) == (len(real["messages"]), len(accepted))
    assert sum(day.entered for day in found.days) == sum(row[2] != "holdout" for row in real["runs"])
    assert sum(sum(day.messages.values()) for day in found.days) == len(accepted)
    assert (found.anyway or 0) == sum(row[9] is not None and row[2] != "holdout" for row in real["runs"])
    assert found.report.entries == report(house.store, shop.scope, flow.flow_id, 1, Graph.model_validate(body)).entries
    assert found.report.entries["holdout"] == sum(row[2] == "holdout" for row in real["runs"])


def test_nothing_of_it_is_left(house: House) -> None:
    shop = a_shop(house)
    shop.happen("ann", ago=3 * 3600)
    flow = draft(shop, WHOLE)
    found, _ = simulated(shop, flow, 2)
    assert found.report.entries["arrived"] == 1
    after = kept(house.store, shop.scope.workspace_id)
    assert after == {"runs": [], "messages": [], "decisions": []}
    assert get_flow(house.store, shop.scope, "f").state == "draft"


def test_the_hours_of_a_schedule_take_in_whom_it_held_for_then(house: House) -> None:
    shop = a_shop(house)
    ends = {"hello": ("send", {"template": "letter"}), "end": ("exit", {})}
    who = {"did": {"events": ["Product Viewed"], "within": {"op": "after", "value": {"ago": 1, "unit": "day"}}}}
    flow = draft(shop, graph(ends, {"hello": "end"}, entry={"type": "schedule", "at": "10:00"}, who=who, reentry={"allow": "always"}))
    shop.now = FIRST + timedelta(days=5)
    shop.happen("ann", "Product Viewed", ago=3.5 * 86_400)
    shop.happen("ben", "Product Viewed", ago=1.5 * 86_400)
    shop.happen("ben", "Product Viewed", ago=2.5 * 86_400)
    found, tried = simulated(shop, flow, 4)
    assert [day.entered for day in found.days] == [0, 1, 1, 1, 0]
    assert len(tried["runs"]) == 3


def test_conditions_on_tags_are_asked_as_of_today_and_it_says_so(house: House) -> None:
    shop = a_shop(house)
    shop.happen("ann", ago=3 * 3600)
    ends = {"hello": ("send", {"template": "letter"}), "end": ("exit", {})}
    found, _ = simulated(shop, draft(shop, graph(ends, {"hello": "end"}, who={"list": {"id": 1}})), 1)
    assert found.present == 1
    assert found.report.entries["not_eligible"] == 1


def test_what_they_were_really_sent_counts_for_their_caps_at_its_time(house: House) -> None:
    shop = a_shop(house)
    sender = outreach.Sender(house, Workspaces(house.store), lambda: shop.now)
    shop.now = FIRST + timedelta(hours=12)
    shop.happen("ann")
    person = shop.calls[0][1]
    origin = outreach.Origin(type="api", id="x")
    until = shop.now + timedelta(hours=1)
    with house.store.write() as conn:
        asked = [
            outreach.Outgoing(
                send_key=f"k{n}",
                person_id=person,
                channel="",
                template_id="letter",
                kind="benefit",
                topic="news",
                origin=origin,
                not_before=shop.now,
                expires_at=until,
            )
            for n in range(2)
        ]
        outreach.enqueue(conn, shop.scope, asked, shop.now)
    while sender.step():
        continue
    shop.now += timedelta(hours=2)
    ends = {"hello": ("send", {"template": "letter"}), "end": ("exit", {})}
    found, _ = simulated(shop, draft(shop, graph(ends, {"hello": "end"})), 1)
    assert (found.asked, found.sent) == (1, 0)
    assert [(each.verdict, each.reason, each.messages) for each in found.lost] == [("hold", "daily_cap", 1)]


def test_flows_without_history_say_so(house: House) -> None:
    shop = a_shop(house)
    ends = {"hello": ("send", {"template": "letter"}), "end": ("exit", {})}
    flow = draft(shop, graph(ends, {"hello": "end"}))
    with pytest.raises(UemsError) as nothing:
        simulated(shop, flow, 1)
    assert nothing.value.code == "no_history"
    shop.happen("ann", ago=60)
    with pytest.raises(UemsError) as programs:
        simulated(shop, draft(shop, graph(ends, {"hello": "end"}, entry={"type": "api"}), "by_api"), 1)
    assert programs.value.code == "no_history"
    with pytest.raises(UemsError) as unsound:
        simulated(shop, draft(shop, graph(ends, {}), "unsound"), 1)
    assert unsound.value.code == "bad_flow"
