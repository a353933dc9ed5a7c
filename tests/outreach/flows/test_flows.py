"""Do people go through flows as the graph says, each step once: by events, conditions, clocks, goals, segments and schedules?"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.outreach.flows.world import FlowShop, Nodes, graph
from tests.support.feed import Happened
from tests.support.houses import build
from uems.kernel.bucketing import bucket
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.store import to_microseconds
from uems.outreach.flows import definitions
from uems.outreach.flows.entering import Arrival, enter
from uems.outreach.flows.graph import Graph
from uems.outreach.flows.listening import read_properties
from uems.outreach.flows.local_time import next_local
from uems.outreach.flows.plans import read_plan
from uems.outreach.flows.reporting import difference_of, report
from uems.outreach.flows.tracing import absences_of, ways_of
from uems.segments.api import archive_segment

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
HELLO: tuple[str, dict[str, object]] = ("send", {"template": "hello"})
END: tuple[str, dict[str, object]] = ("exit", {})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("flows")) / "home"))
    yield made
    made.close()


_numbers = iter(range(1, 1_000))


@pytest.fixture
def shop(house: House) -> FlowShop:
    return FlowShop(house, next(_numbers), NOW)


def test_who_does_the_event_goes_through_once(shop: FlowShop) -> None:
    shop.publish(graph({"hi": HELLO, "day": ("wait", {"amount": 1, "unit": "day"}), "end": END}, {"hi": "day", "day": "end"}))
    shop.happen("ann")
    shop.run()
    shop.later(hours=23)
    assert shop.paths() == ["hi:next (active)"]
    shop.later(hours=1)
    assert shop.paths() == ["hi:next day:next end:end (end)"]
    shop.happen("ann")  # never again: the rule of coming in again
    shop.run()
    assert [key for key, _ in shop.sent()] == ["hello"]
    assert shop.counts() == {"arrived": 1, "entered": 1, "again": 1}


def test_a_condition_on_people_and_an_awaited_event_decide_the_way(shop: FlowShop) -> None:
    nodes: Nodes = {
        "buy": ("wait_until", {"events": ["Order Completed"], "where": {"property": {"name": "total", "op": "gte", "value": 10}}}),
        "seen": ("branch", {"who": {"did": {"events": ["Product Viewed"]}}}),
        "hi": HELLO,
        "end": END,
    }
    shop.publish(graph(nodes, {"buy:happened": "end", "buy:timeout": "seen", "seen:yes": "hi", "seen:no": "end", "hi": "end"}))
    for user in ("ann", "ben", "cat"):
        shop.happen(user)
    shop.run()
    shop.happen("ann", "Order Completed", '{"total": 20}')
    shop.happen("ben", "Order Completed", '{"total": 5}')
    shop.happen("cat", "Product Viewed")
    shop.run()
    assert shop.paths() == ["buy:happened end:end (end)", "(active)", "(active)"]
    shop.later(days=3)
    assert shop.paths()[1:] == ["buy:timeout seen:no end:end (end)", "buy:timeout seen:yes hi:next end:end (end)"]
    assert len(shop.sent()) == 1


def test_reaching_the_goal_and_an_exit_event_end_the_way_wherever_people_are(shop: FlowShop) -> None:
    body = graph(
        {"day": ("wait", {"amount": 5, "unit": "day"}), "hi": HELLO, "end": END},
        {"day": "hi", "hi": "end"},
        goal={"events": ["Order Completed"], "days": 7, "leave": True},
        exit={"events": ["Complaint Submitted"]},
    )
    shop.publish(body)
    for user in ("ann", "ben", "cat"):
        shop.happen(user)
    shop.run()
    shop.now += timedelta(days=1)
    shop.happen("ann", "Order Completed")
    shop.happen("ben", "Complaint Submitted")
    shop.run()
    shop.later(days=5)
    assert shop.paths() == ["(goal)", "(exit)", "day:next hi:next end:end (end)"]
    assert [run["goal_at"] is not None for run in shop.runs()] == [True, False, False]


def test_one_run_for_each_order_and_late_events_bring_nobody_in(shop: FlowShop) -> None:
    entry = {"type": "event", "event": "Signed Up", "key": "order", "hours": 24}
    shop.publish(graph({"day": ("wait", {}), "end": END}, {"day": "end"}, entry=entry))
    shop.happen("ann", properties='{"order": "1"}')
    shop.happen("ann", properties='{"order": "2"}')
    shop.happen("ann", properties='{"order": "1"}')
    shop.happen("ben", properties='{"order": "3"}', ago=25 * 3600)
    shop.run()
    assert [run["entry_key"] for run in shop.runs()] == ["1", "2"]
    assert shop.counts() == {"arrived": 2, "entered": 2, "inside": 1}


def test_the_holdout_is_hashed_watched_and_sent_nothing(shop: FlowShop) -> None:
    goal = {"events": ["Order Completed"], "days": 7}
    flow = shop.publish(graph({"hi": HELLO, "end": END}, {"hi": "end"}, goal=goal, holdout_percent=50))
    shop.take([Happened(user=f"u{n}", event="Signed Up", ts=NOW) for n in range(40)], NOW)
    shop.run()
    held = {run["person_id"] for run in shop.runs() if run["state"] == "holdout"}
    assert held == {run["person_id"] for run in shop.runs() if bucket(f"{flow.salt}:holdout", str(run["person_id"])) < 0.5}
    assert {person for _, person in shop.sent()} == {run["person_id"] for run in shop.runs()} - held
    shop.now += timedelta(days=1)
    shop.take([Happened(user=f"u{n}", event="Order Completed", ts=shop.now) for n in range(20)], shop.now)
    found = report(shop.house.store, shop.scope, flow.flow_id, 1, flow.graph).against
    assert found is not None
    reached = [run["person_id"] for run in shop.runs() if run["goal_at"] is not None]
    assert (found.held, found.people) == (len(held), 40 - len(held))
    assert found.held_reached == len([person for person in reached if person in held])
    assert found.reached == len([person for person in reached if person not in held])


def test_newcombes_interval_is_the_published_one() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table II, case (a), method 10: 56/70 against 48/80.
    found = [round(value, 4) for value in difference_of(56, 70, 48, 80) if value is not None]
    assert found == [0.2, 0.0524, 0.3339]


def test_who_must_hold_when_they_come_in_and_the_trace_says_why_somebody_did_not(shop: FlowShop) -> None:
    who = {"did": {"events": ["Product Viewed"]}}
    shop.publish(graph({"hi": HELLO, "end": END}, {"hi": "end"}, who=who))
    shop.happen("ann", "Product Viewed")
    shop.happen("ann")
    shop.happen("ben")
    shop.run()
    assert shop.counts() == {"arrived": 2, "entered": 1, "not_eligible": 1}
    [ann] = [run["person_id"] for run in shop.runs()]
    ben = next(person for person in set(shop.owner().values()) if person != ann)
    [way] = ways_of(shop.house, shop.scope, ann)
    assert [(step.node, step.type, step.way) for step in way.passed] == [("hi", "send", "next"), ("end", "exit", "end")]
    assert way.event == "Signed Up"
    assert [one.reason for one in absences_of(shop.house, shop.scope, ben, shop.now)] == ["not_eligible"]


def test_pausing_holds_everybody_and_resuming_lets_them_go_on_or_out(shop: FlowShop) -> None:
    shop.publish(graph({"day": ("wait", {}), "hi": HELLO, "end": END}, {"day": "hi", "hi": "end"}))
    shop.happen("ann")
    shop.run()
    definitions.pause_flow(shop.house.store, shop.access(), "f")
    shop.happen("ben")
    shop.later(days=2)
    assert shop.paths() == ["(active)"]
    definitions.resume_flow(shop.house.store, shop.access(), "f")
    shop.run()
    assert shop.paths() == ["day:next hi:next end:end (end)"]


def test_a_removed_node_with_people_on_it_is_pinned_migrated_or_drained(shop: FlowShop) -> None:
    old = graph({"day": ("wait", {}), "hi": HELLO, "end": END}, {"day": "hi", "hi": "end"})
    new = graph({"week": ("wait", {"amount": 7}), "bye": ("send", {"template": "again"}), "end": END}, {"week": "bye", "bye": "end"})
    for key in ("pinned", "moved", "out", "drained"):
        shop.publish(old | {"entry": {"type": "event", "event": key}}, key)
        shop.happen("ann", key)
    shop.run()
    for key, policy, targets in (
        ("pinned", "pin", {}),
        ("moved", "migrate", {"day": "bye"}),
        ("out", "migrate", {}),
        ("drained", "drain", {}),
    ):
        shop.publish(new | {"entry": {"type": "event", "event": key}}, key, policy=policy, targets=targets)
    shop.happen("ben", "drained")  # nobody comes in before the last has left
    shop.later(days=1)
    shop.run()
    done = "day:next hi:next end:end (end)"
    assert shop.paths() == [done, "bye:next end:end (end)", "(removed)", done]
    assert not definitions.get_flow(shop.house.store, shop.scope, "drained").draining
    shop.happen("ben", "drained")
    shop.run()
    assert shop.runs()[-1]["version"] == 2


@pytest.mark.parametrize("policy", ["pin", "migrate"])
def test_three_thousand_people_on_a_node_that_is_removed_each_go_on_once(shop: FlowShop, policy: str) -> None:
    entry = {"type": "api"}
    old = graph({"day": ("wait", {}), "hi": HELLO, "end": END}, {"day": "hi", "hi": "end"}, entry=entry)
    new = graph(
        {"week": ("wait", {"amount": 7}), "bye": ("send", {"template": "again"}), "end": END}, {"week": "bye", "bye": "end"}, entry=entry
    )
    flow = shop.publish(old, "f")
    at = to_microseconds(shop.now)
    with shop.house.store.write() as conn:
        plan = read_plan(conn, shop.scope.workspace_id, flow.flow_id)
        assert plan is not None
        enter(conn, plan, [Arrival(person_id=n, at_us=at) for n in range(1, 3_001)], at)
    shop.run()
    shop.publish(new, "f", policy=policy, targets={"day": "week"} if policy == "migrate" else {})
    for _ in range(3):
        shop.later(days=4)
    template, path = ("hello", "day:next hi:next end:end (end)") if policy == "pin" else ("again", "week:next bye:next end:end (end)")
    assert Counter(shop.paths()) == {path: 3_000}
    assert sorted(shop.sent()) == [(template, n) for n in range(1, 3_001)]


def test_a_run_follows_its_person_through_a_merge_and_back(shop: FlowShop) -> None:
    shop.publish(graph({"day": ("wait", {}), "end": END}, {"day": "end"}))
    shop.take([Happened(anonymous="x", event="Signed Up", ts=shop.now)], shop.now)
    shop.happen("ann", "Product Viewed")
    shop.run()
    [before] = shop.runs()
    shop.take([Happened(user="ann", anonymous="x", type="identify", ts=shop.now)], shop.now)
    shop.run()
    [after] = shop.runs()
    assert after["person_id"] in set(shop.owner().values())
    assert after["came_as"] == before["person_id"]
    shop.later(days=1)
    assert shop.paths() == ["day:next end:end (end)"]


def test_a_segment_a_schedule_and_a_date_bring_people_in_once(shop: FlowShop) -> None:
    shop.save("buyers", {"did": {"events": ["Order Completed"]}})
    shop.catch_up()
    body = graph({"day": ("wait", {}), "end": END}, {"day": "end"})
    shop.publish(body | {"entry": {"type": "segment", "segment": "buyers"}}, "segment")
    shop.publish(body | {"entry": {"type": "schedule", "at": "11:00"}, "who": {"did": {"events": ["Product Viewed"]}}}, "schedule")
    shop.publish(body | {"entry": {"type": "date", "trait": "birthday", "at": "11:00"}}, "date")
    shop.run()
    shop.happen("ann", "Order Completed")
    shop.happen("ben", "Product Viewed")
    shop.take([Happened(user="cat", type="identify", ts=shop.now, properties='{"birthday": "1990-03-30"}')], shop.now)
    shop.catch_up()
    shop.run()
    assert [run["flow_id"] for run in shop.runs()] == [1]
    shop.later(minutes=40)  # 11:10 in New York
    assert [run["flow_id"] for run in shop.runs()] == [1, 2, 3]
    assert len({run["person_id"] for run in shop.runs()}) == 3
    shop.later(minutes=40)
    assert len(shop.runs()) == 3


def test_what_cannot_work_is_refused_with_its_place(shop: FlowShop) -> None:
    circle = graph({"a": HELLO, "b": HELLO}, {"a": "b", "b": "a"})
    unknown = graph({"a": ("send", {"template": "nowhere"}), "end": END}, {"a": "end"})
    no_topic = graph({"a": ("send", {"template": "hello", "topic": "nothing"}), "end": END}, {"a": "end"})
    nobody = graph({"a": ("send", {"template": "bare"}), "end": END}, {"a": "end"})
    no_channel = graph({"a": ("send", {"template": "hello", "channel": "pigeon"}), "end": END}, {"a": "end"})
    lost = graph({"a": HELLO, "end": END, "far": HELLO}, {"a": "end", "far": "end"})
    open_way = graph({"a": ("branch", {}), "end": END}, {"a:yes": "end"})
    wanted = {"endless": circle, "unknown_template": unknown, "unreachable": lost, "open_way": open_way}
    wanted |= {"unknown_topic": no_topic, "bad_node": no_channel, "no_topic": nobody}
    for code, body in wanted.items():
        with pytest.raises(UemsError) as refused:
            shop.publish(body, code)
        assert [problem["code"] for problem in refused.value.details["problems"]] == [code]  # type: ignore[attr-defined]


def test_a_flow_that_was_ended_is_not_paused_and_so_not_live_by_mistake_after_it(shop: FlowShop) -> None:
    shop.publish(graph({"day": ("wait", {}), "end": END}, {"day": "end"}))
    definitions.stop_flow(shop.house.store, shop.access(), "f", inside="finish")
    with pytest.raises(UemsError) as refused:
        definitions.pause_flow(shop.house.store, shop.access(), "f")
    assert refused.value.code == "flow_state"


def test_a_flow_that_cannot_be_worked_out_waits_and_holds_up_no_other(shop: FlowShop) -> None:
    shop.save("buyers", {"did": {"events": ["Order Completed"]}})
    seen = ("branch", {"who": {"segment": {"key": "buyers"}}})
    asking: Nodes = {"seen": seen, "hi": HELLO, "end": END}
    shop.publish(graph(asking, {"seen:yes": "hi", "seen:no": "end", "hi": "end"}), "asks")
    shop.publish(graph({"hi": HELLO, "end": END}, {"hi": "end"}), "other")
    archive_segment(shop.house.store, shop.access(), "buyers")
    shop.happen("ann")
    shop.run()
    assert shop.paths() == ["(new)", "hi:next end:end (end)"]
    archive_segment(shop.house.store, shop.access(), "buyers", archived=False)
    shop.later(minutes=5)
    assert shop.paths()[0] == "seen:no end:end (end)"


def test_events_of_flows_reach_the_log_once(shop: FlowShop) -> None:
    nodes: Nodes = {
        "mark": ("update_trait", {"trait": "welcomed", "value": True}),
        "seen": ("branch", {"who": {"did": {"events": []}}}),
        "end": END,
    }
    shop.publish(graph(nodes, {"mark": "seen", "seen:yes": "end", "seen:no": "end"}))
    shop.happen("ann")
    shop.run()
    shop.run()
    shop.take([Happened(user="zoe", ts=shop.now)], shop.now)
    rows = shop.house.warehouse.query(
        f"SELECT trait, value FROM traits WHERE workspace_id = {shop.scope.workspace_id}"  # type: ignore[arg-type]
    ).to_pylist()
    assert [(row["trait"], row["value"]) for row in rows] == [("welcomed", "true")]


@pytest.mark.parametrize(
    ("now", "at", "wanted"),
    [
        # New York, 2026: clocks go from 2:00 to 3:00 on 8 March, and from 2:00 to 1:00 on 1 November.
        ("2026-03-08T05:30:00+00:00", "02:30", "2026-03-08T07:00:00+00:00"),
        ("2026-11-01T04:30:00+00:00", "01:30", "2026-11-01T05:30:00+00:00"),
        ("2026-11-01T05:31:00+00:00", "01:30", "2026-11-02T06:30:00+00:00"),
        ("2026-06-01T13:00:00+00:00", "09:00", "2026-06-01T13:00:00+00:00"),
    ],
)
def test_a_time_of_day_comes_once_a_day_also_when_the_clock_jumps(now: str, at: str, wanted: str) -> None:
    assert next_local(datetime.fromisoformat(now), at, [], "America/New_York") == datetime.fromisoformat(wanted)


def test_whatever_a_page_sends_can_be_read_and_kept() -> None:
    assert read_properties('{"n": %s}' % ("9" * 5_000)) == {"n": "9" * 5_000}
    assert read_properties('{"n": 1e999, "m": NaN, "k": 12}') == {"n": "1e999", "m": "NaN", "k": 12}
    assert read_properties(r'{"k": "a\ud800\u0000", "l": [{"x": "\u6885"}]}') == {"k": "a?", "l": [{"x": "梅"}]}


@given(
    st.dictionaries(st.text(), st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5))
)
def test_short_and_long_properties_are_read_alike(properties: dict[str, object]) -> None:
    raw = json.dumps(properties)
    assert repr(read_properties(raw)) == repr(read_properties(raw + " " * 300)), "the second is long, and read by the standard library"


def test_a_day_that_no_calendar_has_is_refused() -> None:
    for day in ("2026-02-30", "9144-18-01", "tomorrow"):
        with pytest.raises(ValidationError, match="once_on"):
            Graph.model_validate(graph({"e": ("exit", {})}, {}, entry={"type": "schedule", "once_on": day}))
