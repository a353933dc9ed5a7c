"""Does each kind of node do what it says: waits for segments, tests, calls, tasks, limits, channels and tags?"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from tests.outreach.flows.world import FlowShop, Nodes, graph
from tests.profiles.tags.shop import a_tag
from tests.support.ear import ear as ear
from tests.support.feed import Happened
from tests.support.houses import build
from uems.access.api import Workspaces
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.outbound import signature
from uems.kernel.settings import Settings
from uems.outreach.consent.settings import save_channel
from uems.outreach.flows import definitions
from uems.outreach.flows.calling import Caller
from uems.outreach.flows.steps import SECOND
from uems.outreach.flows.tables import flow_effects
from uems.outreach.flows.tagging import do_tags
from uems.outreach.flows.tasks import Asked, FlowTask, finish_task, list_tasks, undo_task
from uems.outreach.flows.tracing import ways_of
from uems.outreach.holdouts.definitions import save_holdout
from uems.outreach.tables import outreach_messages
from uems.profiles import api as profiles

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
HELLO: tuple[str, dict[str, object]] = ("send", {"template": "hello"})
END: tuple[str, dict[str, object]] = ("exit", {})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("nodes")) / "home"))
    yield made
    made.close()


_numbers = iter(range(1, 1_000))


@pytest.fixture
def shop(house: House) -> FlowShop:
    return FlowShop(house, next(_numbers), NOW)


def test_who_comes_into_a_segment_goes_on_when_it_is_looked_at_next_and_the_others_when_time_is_over(shop: FlowShop) -> None:
    shop.save("buyers", {"did": {"events": ["Order Completed"]}})
    shop.catch_up()
    wait = ("wait_segment", {"who": {"segment": {"key": "buyers"}}, "amount": 1, "unit": "hour", "check_minutes": 10})
    nodes: Nodes = {"in": wait, "hi": HELLO, "end": END}
    shop.publish(graph(nodes, {"in:yes": "hi", "in:timeout": "end", "hi": "end"}))
    shop.happen("cat", "Order Completed")
    for user in ("ann", "ben", "cat"):
        shop.happen(user)
    shop.run()
    assert sorted(shop.paths()) == ["(active)", "(active)", "in:yes hi:next end:end (end)"]
    shop.happen("ann", "Order Completed")
    shop.later(minutes=9)
    assert len(shop.sent()) == 1
    shop.later(minutes=1)
    assert len(shop.sent()) == 2
    shop.later(minutes=49)
    assert shop.paths().count("(active)") == 1
    shop.later(minutes=1)
    assert shop.paths().count("in:timeout end:end (end)") == 1
    assert len(shop.sent()) == 2


def test_who_has_left_a_segment_goes_on(shop: FlowShop) -> None:
    who = {"not": {"did": {"events": ["Order Completed"]}}}
    wait = ("wait_segment", {"who": who, "until": "ended", "amount": 1, "unit": "day", "check_minutes": 60})
    shop.publish(graph({"in": wait, "end": END}, {"in:yes": "end", "in:timeout": "end"}))
    shop.happen("ann")
    shop.run()
    shop.happen("ann", "Order Completed")
    shop.later(hours=1)
    assert shop.paths() == ["in:yes end:end (end)"]


def test_flows_read_the_zone_of_a_person_from_the_traits_that_messages_read_it_from(shop: FlowShop) -> None:
    shop.publish(graph({"ten": ("wait_time", {"at": "10:00", "zone": "person"}), "end": END}, {"ten": "end"}))
    told = {"zoe": "zone", "tim": "time_zone", "ann": "timezone"}
    rows = [
        Happened(user=user, type="identify", event="", properties=f'{{"{trait}": "Asia/Tokyo"}}', ts=NOW) for user, trait in told.items()
    ]
    shop.take(rows, NOW)
    for user in (*told, "bob"):
        shop.happen(user)
    shop.run()
    # 14:30 UTC is 23:30 in Tokyo, 10:30 in New York, where the workspace is.
    tokyo, york = datetime(2026, 3, 31, 1, tzinfo=UTC), datetime(2026, 3, 31, 14, tzinfo=UTC)
    wakes = [datetime.fromtimestamp(run["wake_at"] / 1e6, UTC) for run in shop.runs()]
    assert sorted(wakes) == [tokyo, tokyo, tokyo, york]


def test_whoever_moves_while_they_wait_goes_on_at_the_hour_of_where_they_were_and_waits_next_by_where_they_are(shop: FlowShop) -> None:
    ten: tuple[str, dict[str, object]] = ("wait_time", {"at": "10:00", "zone": "person"})
    shop.publish(
        graph(
            {"ten": ten, "day": ("wait", {"amount": 1, "unit": "hour"}), "again": ten, "end": END},
            {"ten": "day", "day": "again", "again": "end"},
        )
    )

    def moves_to(zone: str) -> None:
        shop.take([Happened(user="ann", type="identify", event="", properties=f'{{"timezone": "{zone}"}}', ts=shop.now)], shop.now)

    def wakes() -> datetime:
        return datetime.fromtimestamp(shop.runs()[0]["wake_at"] / 1e6, UTC)

    moves_to("Asia/Tokyo")
    shop.happen("ann")
    shop.run()
    # 14:30 UTC on the 30th is 23:30 in Tokyo; ten o'clock there is 01:00 UTC.
    assert wakes() == datetime(2026, 3, 31, 1, tzinfo=UTC)
    moves_to("Europe/London")
    shop.later(hours=1)
    assert wakes() == datetime(2026, 3, 31, 1, tzinfo=UTC)
    shop.later(hours=9.5)
    assert shop.runs()[0]["node"] == "day"
    shop.later(hours=1)
    # In London it is summer time: ten o'clock is 09:00 UTC.
    assert wakes() == datetime(2026, 3, 31, 9, tzinfo=UTC)


def test_no_more_than_so_many_pass_in_an_hour_and_the_others_in_the_order_in_which_they_came(shop: FlowShop) -> None:
    nodes: Nodes = {"gate": ("rate_limit", {"people": 3, "per": "hour"}), "hi": HELLO, "end": END}
    shop.publish(graph(nodes, {"gate": "hi", "hi": "end"}))
    for n in range(8):
        shop.happen(f"u{n}")
        shop.later(minutes=1)
    came = list(shop.numbers().values())
    assert [person for _, person in shop.sent()] == came[:3]
    for _ in range(40):
        shop.later(minutes=5)
    assert [person for _, person in shop.sent()] == came
    passed = sorted(run["entered_at"] + int(run["path"].split("|")[0]) * SECOND for run in shop.runs())
    assert all(later - first >= 3600 * SECOND for first, later in zip(passed, passed[3:], strict=False))


@pytest.fixture
def near(house: House) -> FlowShop:
    """Where the machine itself may be called."""
    near_house = replace(house, settings=house.settings.model_copy(update={"allow_private_outbound": True}))
    made = FlowShop(near_house, next(_numbers), NOW)
    save_channel(near_house, made.access(), "webhook", True, {"url": "http://127.0.0.1:9/x", "secret": "s3cret"})
    return made


@pytest.fixture
def called(near: FlowShop) -> Iterator[Caller]:
    caller = Caller(near.house, Workspaces(near.house.store), "test", lambda: near.now)
    yield caller
    caller.stop()


def ask(ear: Any, **more: Any) -> dict[str, Any]:
    nodes: Nodes = {
        "ask": ("webhook", {"url": ear.url, "answer": "quote", "traits": ["plan"], "amount": 1, "unit": "hour", **more}),
        "dear": ("branch_answer", {"where": {"property": {"name": "answers.quote.price", "op": "gte", "value": 100}}}),
        "hi": HELLO,
        "end": END,
    }
    return graph(nodes, {"ask:ok": "dear", "ask:failed": "end", "dear:yes": "hi", "dear:no": "end", "hi": "end"})


def test_a_webhook_is_called_signed_and_again_under_one_key_and_its_answer_decides_once(near: FlowShop, ear: Any, called: Caller) -> None:
    prices = {"ann": 150, "ben": 50}
    states = iter([503, 200, 200])

    def answer(body: bytes) -> tuple[int, dict[str, str]]:
        return next(states), {}

    ear.answer = staticmethod(answer)
    ear.says = staticmethod(lambda body: json.dumps({"price": prices[json.loads(body)["user_id"]]}).encode())
    near.publish(ask(ear))
    near.take([Happened(user="ann", type="identify", event="", properties='{"plan": "pro", "secret": 1}', ts=NOW)], NOW)
    for user in prices:
        near.happen(user)
        near.run()
        while called.step():
            continue
        near.run()
    near.later(seconds=5)
    while called.step():
        continue
    near.run()
    assert sorted(near.paths()) == ["ask:ok dear:no end:end (end)", "ask:ok dear:yes hi:next end:end (end)"]
    keys = [headers["idempotency-key"] for headers, _ in ear.heard]
    assert (len(keys), len(set(keys))) == (3, 2)
    for headers, body in ear.heard:
        at = datetime.fromtimestamp(int(headers["uems-signature"].partition(",")[0].removeprefix("t=")), UTC)
        assert headers["uems-signature"] == signature("s3cret", body, at)
    told = [json.loads(body) for _, body in ear.heard if json.loads(body)["user_id"] == "ann"]
    assert told[0]["traits"] == {"plan": "pro"}
    assert told[0]["context"]["event"]["event"] == "Signed Up"
    assert not called.step()
    with near.house.store.read() as conn:
        mine = outreach_messages.c.workspace_id == near.scope.workspace_id
        contexts = conn.execute(select(outreach_messages.c.context).where(mine)).scalars().all()
    assert [context["answers"] for context in contexts] == [{"quote": {"price": 150}}]


def test_a_webhook_that_never_answers_has_failed_and_a_late_answer_moves_nobody(near: FlowShop, ear: Any, called: Caller) -> None:
    ear.answer = staticmethod(lambda body: (404, {}))
    near.publish(ask(ear, amount=5, unit="minute"))
    near.happen("ann")
    near.run()
    called.step()
    near.run()
    assert near.paths() == ["ask:failed end:end (end)"]
    near.happen("ben")
    near.run()
    near.later(minutes=6)  # nobody has called before the time was over
    assert near.paths()[1] == "ask:failed end:end (end)"
    called.step()
    near.run()
    assert near.paths()[1] == "ask:failed end:end (end)"
    assert len(ear.heard) == 1


def test_an_answer_that_comes_while_the_flow_is_paused_counts_when_it_goes_on(near: FlowShop, ear: Any, called: Caller) -> None:
    near.publish(ask(ear))
    near.happen("ann")
    near.run()
    definitions.pause_flow(near.house.store, near.access(), "f")
    called.step()
    near.run()
    assert near.paths() == ["(active)"]
    definitions.resume_flow(near.house.store, near.access(), "f")
    near.run()
    assert near.paths() == ["ask:ok dear:no end:end (end)"]


def test_a_webhook_to_a_private_address_or_that_nothing_signs_cannot_be_published(shop: FlowShop) -> None:
    for url, code in (("http://10.0.0.1/x", "bad_node"), ("https://example.com/x", "no_signing_secret")):
        body = graph({"ask": ("webhook", {"url": url}), "end": END}, {"ask:ok": "end", "ask:failed": "end"})
        with pytest.raises(UemsError) as refused:
            shop.publish(body)
        assert [problem["code"] for problem in refused.value.details["problems"]] == [code]  # type: ignore[attr-defined]


CALL: Nodes = {"call": ("task", {"title": "Call", "outcomes": ["reached", "lost"], "amount": 2, "unit": "day"}), "hi": HELLO, "end": END}
CALLED = {"call:reached": "hi", "call:lost": "end", "call:timeout": "end", "hi": "end"}


def listed(shop: FlowShop, state: str = "open") -> list[FlowTask]:
    return list_tasks(shop.house.store, shop.scope, Asked(state=state), after=None, limit=10)


def test_a_task_waits_for_its_outcome_which_can_be_taken_back_for_a_moment(shop: FlowShop) -> None:
    shop.publish(graph(CALL, CALLED))
    shop.happen("ann")
    shop.run()
    [task] = listed(shop)
    store = shop.house.store
    finish_task(store, shop.access(), task.task_id, "lost", "no answer")
    shop.run()
    assert shop.paths() == ["(active)"]
    undo_task(store, shop.access(), task.task_id)
    shop.later(minutes=1)
    assert shop.paths() == ["(active)"]
    with pytest.raises(UemsError, match="must be one of"):
        finish_task(store, shop.access(), task.task_id, "timeout", "")
    finish_task(store, shop.access(), task.task_id, "reached", "")
    shop.later(minutes=1)
    assert shop.paths() == ["call:reached hi:next end:end (end)"]
    with pytest.raises(UemsError) as gone:
        undo_task(store, shop.access(), task.task_id)
    assert gone.value.code == "task_gone_on"
    with pytest.raises(UemsError) as again:
        finish_task(store, shop.access(), task.task_id, "lost", "")
    assert again.value.code == "task_not_open"


def test_a_task_that_nobody_does_times_out_and_is_over(shop: FlowShop) -> None:
    shop.publish(graph(CALL, CALLED, exit={"events": ["Complaint Submitted"]}))
    shop.happen("ann")
    shop.happen("ben")
    shop.run()
    shop.happen("ben", "Complaint Submitted")
    shop.run()
    shop.run()
    assert sorted(task.state for task in listed(shop, "")) == ["open", "over"]
    shop.later(days=2)
    shop.run()
    assert sorted(shop.paths()) == ["(exit)", "call:timeout end:end (end)"]
    assert [task.state for task in listed(shop, "")] == ["over", "over"]


def test_a_task_follows_its_person_through_a_merge(shop: FlowShop) -> None:
    shop.publish(graph(CALL, CALLED))
    shop.take([Happened(anonymous="x", event="Signed Up", ts=shop.now)], shop.now)
    shop.happen("ann", "Product Viewed")
    shop.run()
    shop.take([Happened(user="ann", anonymous="x", type="identify", ts=shop.now)], shop.now)
    shop.run()
    [task] = listed(shop)
    finish_task(shop.house.store, shop.access(), task.task_id, "reached", "")
    shop.later(minutes=1)
    assert shop.paths() == ["call:reached hi:next end:end (end)"]


def test_the_channel_is_the_one_that_people_answered_on_of_those_that_can_be_used(shop: FlowShop, house: House) -> None:
    save_channel(house, shop.access(), "webhook", True, {"url": "https://example.com/x", "secret": "s"})
    for name in ("ann", "ben"):
        shop.take([Happened(user=name, type="identify", event="", properties=json.dumps({"email": f"{name}@x.example"}), ts=NOW)], NOW)
    shop.take([Happened(user="cat", ts=NOW)], NOW)
    ann, ben, cat = (shop.numbers()[user] for user in ("ann", "ben", "cat"))
    for person, channel, ago, opened in (
        (ann, "webhook", 5, True),
        (ann, "email", 95, True),
        (ann, "email", 5, False),
        (ben, "email", 2, True),
    ):
        sent(shop, person, channel, NOW - timedelta(days=ago), opened)
    config = {"channels": ["email", "webhook"], "kind": "service"}
    nodes: Nodes = {
        "best": ("best_channel", config),
        "mail": ("exit", {"reason": "mail"}),
        "hook": ("exit", {"reason": "hook"}),
        "end": END,
    }
    shop.publish(graph(nodes, {"best:email": "mail", "best:webhook": "hook", "best:none": "end"}))
    for user in ("ann", "ben", "cat"):
        shop.happen(user)
    shop.run()
    ends = {run["person_id"]: run["reason"] for run in shop.runs()}
    assert ends == {ann: "hook", ben: "mail", cat: "hook"}


def sent(shop: FlowShop, person: int, channel: str, at: datetime, opened: bool) -> None:
    texts = dict.fromkeys(("template_id", "topic", "origin_type", "origin_id", "origin_node"), "")
    key = f"{person}-{channel}-{at}"
    row = {**texts, "workspace_id": shop.scope.workspace_id, "send_key": key, "person_id": person, "channel": channel, "kind": "service"}
    row |= {"origin_version": 0, "origin_entry": 0, "context": {}, "priority": 0, "state": "accepted", "sent_at": at}
    row |= {"opened_at": at if opened else None} | dict.fromkeys(("next_at", "expires_at", "enqueued_at", "changed_at"), at)
    with shop.house.store.write() as conn:
        conn.execute(insert(outreach_messages).values(**row))


def test_a_tag_is_given_once_also_when_the_process_died_in_between(shop: FlowShop, house: House) -> None:
    tag = a_tag("vip", "manual", "text")
    profiles.save_tag(house.store, shop.access(), tag)
    nodes: Nodes = {"tag": ("update_tag", {"tag": "vip", "value": "gold"}), "end": END}
    shop.publish(graph(nodes, {"tag": "end"}))
    shop.happen("ann")
    shop.happen("ben")
    while shop.engine.step():
        continue
    with house.store.read() as conn:
        rows = [dict(row) for row in conn.execute(select(flow_effects).where(flow_effects.c.kind == "tag")).mappings()]
    assert do_tags(house, shop.scope, shop.now)
    with house.store.write() as conn:  # as if it had died before it wrote down that it was done
        conn.execute(insert(flow_effects), [{**row, "attempts": 1} for row in rows])
    assert do_tags(house, shop.scope, shop.now)
    assert not do_tags(house, shop.scope, shop.now)
    [batch] = profiles.batches_of(house.store, shop.scope, "vip")
    assert (batch.people, batch.value, batch.made_by) == (2, "gold", "flows")
    values = profiles.tags_of(house, shop.scope, [shop.runs()[0]["person_id"]])
    assert "gold" in repr(values)


def test_who_comes_into_the_segment_of_a_paused_flow_waits_at_its_door(shop: FlowShop) -> None:
    shop.save("buyers", {"did": {"events": ["Order Completed"]}})
    shop.catch_up()
    body = graph({"hi": HELLO, "end": END}, {"hi": "end"}, entry={"type": "segment", "segment": "buyers"})
    for key in ("held", "live"):
        shop.publish(body, key)
    definitions.pause_flow(shop.house.store, shop.access(), "held")
    shop.happen("ann", "Order Completed")
    shop.catch_up()
    shop.later(minutes=1)
    assert shop.paths() == ["(new)", "hi:next end:end (end)"]
    definitions.resume_flow(shop.house.store, shop.access(), "held")
    shop.run()
    assert shop.paths() == ["hi:next end:end (end)"] * 2
    assert len(shop.sent()) == 2


def test_nobody_who_is_held_out_is_handed_over_or_called_about_and_their_trace_says_so(near: FlowShop, ear: Any, called: Caller) -> None:
    ear.answer, ear.says = staticmethod(lambda body: (200, {})), staticmethod(lambda body: b"{}")
    store = near.house.store
    hook = {"url": ear.url, "amount": 1, "unit": "hour"}
    nodes: Nodes = {"ask": ("webhook", {**hook, "contact": True}), "note": ("webhook", hook), "call": CALL["call"], "end": END}
    ways = {"ask:ok": "note", "ask:failed": "note", "note:ok": "call", "note:failed": "call"}
    near.publish(graph(nodes, ways | {f"call:{way}": "end" for way in ("reached", "lost", "timeout")}))
    share = save_holdout(store, near.access(), "care", "Care", 50, None, [("flow", "f")])
    for n in range(12):
        near.happen(f"u{n}")
    near.run()

    def call() -> None:
        near.run()
        while called.step():
            continue
        near.later(seconds=5)

    call()
    call()
    near.later(hours=1)
    call()
    call()
    numbers = near.numbers()
    held = {user for user, person in numbers.items() if share.holds(person, NOW)}
    assert 0 < len(held) < 12
    told = [json.loads(body) for _, body in ear.heard]
    assert {one["user_id"] for one in told if one["node"] == "ask"} == set(numbers) - held
    assert {one["user_id"] for one in told if one["node"] == "note"} == set(numbers)
    assert not any("held" in one["context"] for one in told)
    assert {task.person_id for task in list_tasks(store, near.scope, Asked(), after=None, limit=50)} == {
        numbers[user] for user in set(numbers) - held
    }
    for user, person in numbers.items():
        [way] = ways_of(near.house, near.scope, person)
        kept = "care" if user in held else ""
        assert ([step.held for step in way.passed], way.standing, way.standing_held) == ([kept, ""], "call", kept)
    near.later(days=2)
    assert {path.split()[2] for path in near.paths()} == {"call:timeout"}
