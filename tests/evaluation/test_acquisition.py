"""Do cost, worth and payback of newcomers come out as a loop over people has them, and is planted incrementality told from credit?"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from tests.evaluation.test_league import bought
from tests.outreach.campaigns.world import CampaignShop
from tests.outreach.flows.world import graph
from tests.support.depth import worlds
from tests.support.feed import Happened
from tests.support.houses import build
from uems.access.api import Workspaces
from uems.evaluation.acquisition import acquisition, paid_back_after
from uems.evaluation.channels import channel_credits
from uems.evaluation.crediting import credits
from uems.evaluation.league import league
from uems.evaluation.terms import EvaluationTerms, save_terms
from uems.kernel.clock import zone_of
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kpis.api import Spend, save_spend
from uems.outreach import api as outreach
from uems.outreach.consent.model import Restraints
from uems.outreach.consent.settings import save_channel
from uems.outreach.flows.tables import flows
from uems.profiles.api import set_role

DAY = timedelta(days=1)
ADVERTISED = json.dumps({"utm_source": "ads"})
NOW = datetime(2026, 4, 20, 16, 30, tzinfo=UTC)


@settings(max_examples=worlds(300))
@given(
    st.lists(st.tuples(st.integers(-3, 40), st.integers(-50, 300)), max_size=25),
    st.sampled_from([0.25, 0.5, 1.0]),
    st.integers(1, 900),
    st.integers(0, 45),
)
def test_payback_is_the_first_day_by_which_a_loop_has_enough(paid: list[tuple[int, int]], margin: float, spend: int, known: int) -> None:
    wanted = next((n for n in range(1, known + 1) if margin * sum(a for d, a in paid if 0 <= d < n) >= spend), None)
    days, amounts = (np.array([one[n] for one in paid], np.int64) for n in (0, 1))
    assert paid_back_after(days, amounts, margin, spend, known) == wanted


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("acquisition")) / "home"))
    yield made
    made.close()


def test_newcomers_spend_and_payback_by_month_and_channel_are_those_of_a_loop(house: House) -> None:
    shop = CampaignShop(house, 1, NOW)
    set_role(house.store, shop.access(), "purchase", events=["Order Completed"])
    save_terms(house.store, shop.access(), EvaluationTerms(margin_percent=50))
    rng = Random(5)
    zone = zone_of(shop.scope.zone)
    came: dict[str, tuple[datetime, str]] = {}
    paid: list[tuple[str, datetime, int]] = []
    calls = []
    for n in range(150):
        at = (NOW - rng.random() * 140 * DAY).replace(microsecond=0)
        source = rng.choice(["ads", "ads", "search", "friends", ""])
        came[f"u{n}"] = (at, source)
        late = rng.random() < 0.2  # who came with a source only days later came by none
        calls.append(Happened(user=f"u{n}", ts=at, event="Landed", properties=json.dumps({})))
        if source:
            seen = at + (3 * DAY if late else timedelta(hours=2))
            calls.append(Happened(user=f"u{n}", ts=min(seen, NOW), event="Looked", properties=json.dumps({"utm_source": source})))
            if late and seen < NOW and seen - at >= DAY:
                came[f"u{n}"] = (at, "")
        for _ in range(rng.randrange(4)):
            when = (at + rng.random() * (NOW - at)).replace(microsecond=0)
            paid.append((f"u{n}", when, rng.randrange(100, 4_000)))
            calls.append(bought(f"u{n}", when, paid[-1][2]))
    shop.take(calls, NOW)
    months = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]
    rows = product(months, ("ads", "tv"))
    spend = [Spend(day=day.replace(day=9), channel=name, amount_minor=rng.randrange(1_000, 9_000)) for day, name in rows]
    save_spend(house.store, shop.access(), spend, "USD")
    found = acquisition(house, shop.scope, NOW, 4)
    assert [one.month for one in found.months] == months
    for month, channel in product(months, ["ads", "search", "friends", "", "tv", None]):
        who = [
            name for name, (at, source) in came.items() if at.astimezone(zone).date().replace(day=1) == month and channel in (None, source)
        ]
        lines = found.months if channel is None else found.cells
        one = next((each for each in lines if (each.month, each.channel) == (month, channel)), None)
        cost = sum(each.amount_minor for each in spend if each.day.replace(day=1) == month and channel in (None, each.channel))
        if one is None:
            assert not who
            assert not cost
            continue
        mine = [(when - came[name][0], amount) for name, when, amount in paid if name in who]
        revenue = sum(amount for _, amount in mine)
        assert (one.newcomers, one.spend_minor or 0, one.revenue_minor, one.margin_minor) == (len(who), cost, revenue, round(revenue / 2))
        assert one.cac_minor == (cost / len(who) if cost and who else None)
        known = int((NOW - max(came[name][0] for name in who)) / DAY) if who else 0
        assert one.known_days == known
        wanted = next((n for n in range(1, known + 1) if sum(a for d, a in mine if d < n * DAY) / 2 >= cost), None)
        assert one.payback_days == (wanted if cost else None)
        assert one.by_cost(one.ltv_minor) == (pytest.approx(round(revenue / 2) / cost) if cost and who else None)
        assert one.expected_minor is None
    assert sum(one.newcomers for one in found.channels) == sum(one.newcomers for one in found.months) == found.whole.newcomers
    assert found.whole.spend_minor == sum(one.amount_minor for one in spend)


def test_what_was_planted_lies_in_the_interval_and_last_touch_is_told_to_be_wrong(house: House) -> None:
    """Three flows reach people who buy anyway. One makes people spend 600 more, one changes nothing, one takes 300 away from each."""
    shop = CampaignShop(house, 2, datetime(2026, 1, 10, 15, tzinfo=UTC))
    set_role(house.store, shop.access(), "purchase", events=["Order Completed"])
    outreach.save_topic(house.store, shop.access(), "news", outreach.Topic(name_zh="资讯", name_en="News", default="subscribed"))
    words = {"subject": "Hello", "body": "<p>Hello</p>"}
    spec = outreach.TemplateSpec.model_validate({"variants": {"zh": words, "en": words}})
    save_channel(house, shop.access(), "in_app", True, {"identity_secret": "0" * 64})
    for name, channel in (("letter", "outbox"), ("note", "in_app")):
        outreach.save_template(
            house.store, shop.access(), name, outreach.TemplateDraft(name=name, channel=channel, topic="news", spec=spec)
        )
    calm = {"quiet": {"what": "off"}, "everything": {"day": None, "week": None}, "sales_per_week": None}
    outreach.save_restraints(house.store, shop.access(), Restraints.model_validate(calm), None)
    sender = outreach.Sender(house, Workspaces(house.store), lambda: shop.now)
    planted = {"lifts": 600, "idle": 0, "annoys": -300}
    start, rng = shop.now, Random(11)
    for key in planted:
        nodes = {"send": ("send", {"template": "note" if key == "annoys" else "letter"}), "end": ("exit", {})}
        shop.publish(graph(nodes, {"send": "end"}, entry={"type": "event", "event": key}, holdout_percent=50), key)
    with house.store.write() as conn:  # the same lots each time: of twenty intervals of 95 %, one misses
        for number, key in enumerate(planted):
            mine = (flows.c.workspace_id == shop.scope.workspace_id, flows.c.key == key)
            conn.execute(update(flows).where(*mine).values(salt=f"lot{number}"))
    shop.take([Happened(user=f"{key}{n}", event=key, ts=start) for key in planted for n in range(300)], start)
    shop.run()
    while sender.step():
        continue
    owner = shop.owner()
    users = {owner[node]: call.user for call, node in shop.calls}
    calls, truth = [], dict.fromkeys(planted, 0)
    for run in shop.runs():
        name = users[run["person_id"]]
        key = name.rstrip("0123456789")
        gained = 0 if run["state"] == "holdout" else planted[key]
        truth[key] += gained
        calls.append(bought(name, start + rng.random() * 28 * DAY + timedelta(minutes=1), 1_000 + rng.randrange(200) + gained))
    shop.now = start + 45 * DAY
    landed = [Happened(user=call.user, ts=call.ts - timedelta(seconds=40), event="Landed", properties=ADVERTISED) for call in calls[:50]]
    shop.take([*calls, *landed, Happened(user="last", ts=shop.now)], shop.now)
    worths = {one.action.key: one for one in league(house, shop.scope, shop.now, 30).worths}
    found = {one.action.key: one for one in credits(house, shop.scope, shop.now, 30).lines}
    for key, gained in planted.items():
        span, revenue = found[key].incremental_minor, worths[key].effect("revenue")
        assert span is not None
        assert revenue is not None
        assert span.low <= truth[key] <= span.high, key
        treated = {run["person_id"] for run in shop.runs() if run["state"] != "holdout" and users[run["person_id"]].startswith(key)}
        spent = sum(call.revenue_minor or 0 for call in calls if call.user in {users[person] for person in treated})
        assert found[key].attributed_minor["last"] == spent  # everybody bought once after it, and nothing else reached them
        error = spent - truth[key]
        assert error > 900 * len(treated), (key, gained)  # credit for what would have been bought anyway
        assert found[key].disagreement == "over"
    assert set(found["idle"].attributed_minor) == {"first", "last", "linear", "position", "time_decay", "markov", "shapley"}
    lines = {(one.group, one.channel): one for one in channel_credits(house, shop.scope, shop.now, 30).lines}
    assert set(lines) == {("outreach", "outbox"), ("outreach", "in_app"), ("acquisition", "ads")}
    for channel, theirs in (("outbox", ("lifts", "idle")), ("in_app", ("annoys",))):
        line = lines["outreach", channel]
        assert (line.actions, line.measured, line.mixed, line.weaker) == (len(theirs), len(theirs), 0, False)
        assert line.people == sum(worths[key].treated for key in theirs)
        assert line.attributed_minor["last"] == sum(found[key].attributed_minor["last"] for key in theirs)
        assert line.incremental_minor is not None
        assert line.incremental_minor.low <= sum(truth[key] for key in theirs) <= line.incremental_minor.high
        assert line.verdict == "over"
    ads = lines["acquisition", "ads"]
    assert ads.attributed_minor["first"] == sum(call.revenue_minor or 0 for call in calls[:50])
    assert (ads.incremental_minor, ads.verdict) == (None, "never_held_out")
