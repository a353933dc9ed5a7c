"""Does the league read whom each action was for and what they did as plain Python does, over merges, from the log to the table?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

import numpy as np
import pytest
from scipy import stats
from sqlalchemy import insert

from tests.outreach.campaigns.world import CampaignShop
from tests.outreach.flows.world import graph
from tests.support.feed import Happened
from tests.support.houses import build
from uems.evaluation.decisions import decide, decisions_of, undo_decision
from uems.evaluation.health import health
from uems.evaluation.league import league, worth_over_time
from uems.evaluation.model import Worth
from uems.evaluation.terms import ActionCost, EvaluationTerms, save_cost, save_terms
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.outreach.flows.definitions import get_flow
from uems.outreach.tables import outreach_consent_changes
from uems.profiles.api import set_role

START = datetime(2026, 1, 10, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)
NAMES = [f"u{n}" for n in range(160)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("league")) / "home"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def shop(house: House) -> CampaignShop:
    """People who bought before, a flow and a campaign that came to them, a sending of another tool, and what they bought afterwards."""
    made = CampaignShop(house, 1, START)
    set_role(house.store, made.access(), "purchase", events=["Order Completed"])
    set_role(house.store, made.access(), "sent", events=["Campaign Sent"])
    rng = Random(7)
    made.take([bought(name, START - rng.random() * 70 * DAY, rng.randrange(1, 900)) for name in NAMES for _ in range(3)], START)
    made.publish(graph({"end": ("exit", {})}, {}, holdout_percent=40))
    made.take([Happened(user=name, event="Signed Up", ts=START) for name in NAMES[:120]], START)
    made.run()
    made.launch(holdout_percent=45, audience={"who": {"did": {"events": ["Signed Up"]}}})
    made.go(hours=1)
    made.now = START + 62 * DAY
    named = '{"campaign_id": "18"}'
    sent = [
        Happened(user=name, event="Campaign Sent", ts=START + n * DAY / 50, properties=named)
        for n, name in enumerate([*NAMES[60:140], "new"])
    ]
    made.take(sent, made.now)
    later = [bought(name, START + rng.random() * 62 * DAY, rng.randrange(1, 900)) for name in NAMES for _ in range(3)]
    made.take(later, made.now)
    # Two who are known to have been one all along.
    made.take([Happened(user=a, anonymous=f"device-{a}", type="identify", ts=made.now) for a in NAMES[:2]], made.now)
    return made


def bought(user: str, at: datetime, revenue_minor: int) -> Happened:
    return Happened(user=user, event="Order Completed", ts=at.replace(microsecond=0), revenue_minor=revenue_minor, currency="USD")


def spent(shop: CampaignShop, person: int, start: datetime, end: datetime) -> list[int]:
    owner = shop.owner()
    return [
        call.revenue_minor or 0
        for call, node in shop.calls
        if call.event == "Order Completed" and owner[node] == person and start <= call.ts < end
    ]


def found(shop: CampaignShop, kind: str, days: int = 30) -> Worth:
    [one] = [one for one in league(shop.house, shop.scope, shop.now, days).worths if one.action.kind == kind]
    return one


def groups_of(shop: CampaignShop, kind: str) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """(treated, control): person → since when, from the rows of the store and the log."""
    owner = shop.owner()
    if kind == "flow":
        runs = shop.runs()
        at = {run["person_id"]: START for run in runs}
        held = {run["person_id"] for run in runs if run["state"] == "holdout"}
        return {p: since for p, since in at.items() if p not in held}, {p: since for p, since in at.items() if p in held}
    if kind == "campaign":
        begun = START
        lines = shop.lines()
        return (
            {person: begun for person, (_, state) in lines.items() if state != "held"},
            {person: begun for person, (_, state) in lines.items() if state == "held"},
        )
    sent = {owner[node]: call.ts for call, node in shop.calls if call.event == "Campaign Sent"}
    middle = datetime.fromtimestamp(int(median(at.timestamp() * 1000 for at in sent.values())) / 1000, UTC)
    before = {owner[node] for call, node in shop.calls if call.event == "Order Completed" and call.ts < middle}
    return {p: at for p, at in sent.items() if p in before}, {p: middle for p in before if p not in sent}


@pytest.mark.parametrize("kind", ["flow", "campaign", "sending"])
@pytest.mark.parametrize("days", [7, 30])
def test_groups_means_and_differences_are_those_of_plain_python(shop: CampaignShop, kind: str, days: int) -> None:
    one = found(shop, kind, days)
    treated, control = groups_of(shop, kind)
    assert (one.treated, one.control, one.waiting, one.both) == (len(treated), len(control), 0, 0)
    horizon = days * DAY
    after = [[sum(spent(shop, p, at, at + horizon)) for p, at in group.items()] for group in (treated, control)]
    before = [[sum(spent(shop, p, at - horizon, at)) for p, at in group.items()] for group in (treated, control)]
    revenue = one.effect("revenue")
    assert revenue is not None
    assert revenue.treated == pytest.approx(np.mean(after[0]))
    assert revenue.control == pytest.approx(np.mean(after[1]))
    if kind == "sending":
        values = [np.subtract(after[n], before[n]) for n in (0, 1)]
    else:
        # CUPED by its definition: one slope over all people of both groups.
        slope = np.cov([*before[0], *before[1]], [*after[0], *after[1]])
        values = [np.asarray(after[n]) - slope[0, 1] / slope[0, 0] * np.asarray(before[n]) for n in (0, 1)]
    wanted = stats.ttest_ind(values[0], values[1], equal_var=False)
    interval = wanted.confidence_interval(0.95)
    assert revenue.difference == pytest.approx(np.mean(values[0]) - np.mean(values[1]))
    assert (revenue.low, revenue.high, revenue.p_value) == pytest.approx((interval.low, interval.high, wanted.pvalue))
    conversion = one.effect("conversion")
    assert conversion is not None
    assert conversion.treated == pytest.approx(np.mean([len(spent(shop, p, at, at + horizon)) > 0 for p, at in treated.items()]))


def test_before_anything_was_sent_the_same_comparison_is_made(shop: CampaignShop) -> None:
    one, (treated, control) = found(shop, "sending"), groups_of(shop, "sending")
    month = 30 * DAY
    changes = [
        [sum(spent(shop, p, at - month, at)) - sum(spent(shop, p, at - 2 * month, at - month)) for p, at in group.items()]
        for group in (treated, control)
    ]
    assert one.placebo == pytest.approx(stats.ttest_ind(*changes, equal_var=False).pvalue)


def test_margin_costs_and_order_are_as_they_were_said(shop: CampaignShop) -> None:
    save_terms(shop.house.store, shop.access(), EvaluationTerms(margin_percent=40, horizon_days=7))
    try:
        save_cost(shop.house.store, shop.access(), "flow", "f", ActionCost(fixed_minor=1_000, per_person_minor=5))
        table = league(shop.house, shop.scope, shop.now)
        assert (table.horizon_days, table.margin_percent, table.roles_missing) == (7, 40, [])
        nets = [one.net_minor.value for one in table.worths if one.net_minor]
        assert nets == sorted(nets, reverse=True)
        flow = next(one for one in table.worths if one.action.kind == "flow")
        revenue = flow.effect("revenue")
        assert revenue is not None
        assert revenue.difference is not None
        assert flow.cost_minor == 1_000 + 5 * flow.treated
        assert flow.net_minor is not None
        assert flow.net_minor.value == pytest.approx(0.4 * revenue.difference * flow.treated - flow.cost_minor)
    finally:
        save_cost(shop.house.store, shop.access(), "flow", "f", ActionCost())
        save_terms(shop.house.store, shop.access(), EvaluationTerms())


def test_retiring_stops_a_flow_and_taking_it_back_starts_it_again(shop: CampaignShop) -> None:
    store = shop.house.store
    [worth] = worth_over_time(shop.house, shop.scope, shop.now, "flow", "f", [30])
    made = decide(store, shop.access(), worth, "retire", "It does not pay.")
    assert made.stopped
    assert get_flow(store, shop.scope, "f").state == "stopped"
    undo_decision(store, shop.access(), made.decision_id)
    assert get_flow(store, shop.scope, "f").state == "live"
    with pytest.raises(UemsError, match="taken back already"):
        undo_decision(store, shop.access(), made.decision_id)
    [kept] = decisions_of(store, shop.scope, ("flow", "f"))
    assert (kept.reason, kept.undone_at) == ("It does not pay.", shop.now)


def test_what_harms_health_is_scaled_only_by_somebody_who_may_answer_for_it(shop: CampaignShop) -> None:
    [worth] = worth_over_time(shop.house, shop.scope, shop.now, "flow", "f", [30])
    harmful = replace(worth, causes=("harms_health", "pays"))
    editor = shop.access()
    access = replace(editor, actor=replace(editor.actor, permissions=frozenset({"evaluation:approve"})))
    with pytest.raises(UemsError, match="evaluation:approve"):
        decide(shop.house.store, editor, harmful, "scale", "")
    made = decide(shop.house.store, access, harmful, "scale", "Agreed with support.")
    assert made.approved_by == access.actor.label
    undo_decision(shop.house.store, access, made.decision_id)
    assert decide(shop.house.store, editor, worth, "scale", "").approved_by == ""


def test_whoever_was_held_out_and_treated_by_the_same_flow_before_being_known_as_one_counts_in_neither(house: House) -> None:
    shop = CampaignShop(house, 2, START)
    set_role(house.store, shop.access(), "purchase", events=["Order Completed"])
    shop.publish(graph({"day": ("wait", {"amount": 9, "unit": "day"}), "end": ("exit", {})}, {"day": "end"}, holdout_percent=50))
    shop.take([Happened(anonymous=f"x{n}", event="Signed Up", ts=START) for n in range(80)], START)
    shop.run()
    state = {run["person_id"]: run["state"] == "holdout" for run in shop.runs()}
    name = {node: call.anonymous for call, node in shop.calls}
    held, treated = [p for p in state if state[p]], [p for p in state if not state[p]]
    shop.now += 40 * DAY
    # One pair of each kind becomes one person: both held, both treated, one of each.
    pairs = [held[:2], treated[:2], [held[2], treated[2]]]
    for number, pair in enumerate(pairs):
        shop.take([Happened(user=f"known{number}", anonymous=name[p], type="identify", ts=shop.now) for p in pair], shop.now)
    shop.take([Happened(user="known0", event="Page Viewed", ts=shop.now)], shop.now)  # until then everything is known
    shop.run()
    one = found(shop, "flow")
    assert (one.treated, one.control, one.both) == (len(treated) - 2, len(held) - 2, 1)


def test_health_is_what_people_bear_and_answer(house: House) -> None:
    shop = CampaignShop(house, 3, START)
    set_role(house.store, shop.access(), "purchase", events=["Order Completed"])
    set_role(house.store, shop.access(), "refund", events=["Order Refunded"])
    people = shop.people([f"p{n}" for n in range(20)])
    shop.launch()
    shop.go(hours=1)
    shop.settle(5, reason="complained")
    shop.settle()
    with house.store.write() as conn:
        row = {
            "workspace_id": 3,
            "topic": "news",
            "channel": "*",
            "state": "unsubscribed",
            "source": "test",
            "evidence": {},
            "at": shop.now,
        }
        conn.execute(insert(outreach_consent_changes), [{**row, "person_id": person} for person in list(people.values())[:4]])
    shop.now += 2 * DAY
    calls = [bought(f"p{n}", shop.now - DAY, 100) for n in range(8)]
    shop.take([*calls, Happened(user="p1", event="Order Refunded", ts=shop.now - DAY, revenue_minor=100, currency="USD")], shop.now)
    shop.now += 2 * DAY
    said = {part.part: part for part in health(house, shop.scope, shop.now).parts}
    assert said["unsubscribed"].value == pytest.approx(4 / 20)
    assert said["complained"].value == pytest.approx(5 / 20)
    assert said["refunded"].value == pytest.approx(1 / 8)
    assert said["pressure"].value == pytest.approx(1 / 4)  # one message each in four weeks
    assert said["silent"].value is None  # nobody was there before
    assert said["nps"].value is None
    assert [said[part].score for part in ("unsubscribed", "complained")] == [0, 0]
    assert said["refunded"].score == pytest.approx(100 * (1 - 1 / 8 / 0.3))
    whole = health(house, shop.scope, shop.now).index
    assert whole == pytest.approx((0 + 0 + 100 * (1 - 1 / 8 / 0.3) + 100 * (1 - 1 / 4 / 7)) / 4)
    before = shop.now
    shop.now += 28 * DAY
    # Nothing came in, so nothing is known of the days since.
    assert health(house, shop.scope, shop.now).last_day == (before - 3 * DAY).date()
    shop.take([Happened(user="p30", event="Page Viewed", ts=shop.now)], shop.now)
    later = {part.part: part for part in health(house, shop.scope, shop.now).parts}
    assert later["silent"].value == 1.0  # all twenty came, and none again
    assert later["unsubscribed"].value is None
    assert later["refunded"].before == pytest.approx(1 / 8)


def test_a_workspace_without_anything_has_an_empty_table(house: House) -> None:
    shop = CampaignShop(house, 4, START)
    table = league(shop.house, shop.scope, shop.now)
    assert (list(table.worths), table.roles_missing) == ([], ["purchase"])
    assert health(house, shop.scope, shop.now).index is None
