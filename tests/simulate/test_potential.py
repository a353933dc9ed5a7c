"""Is what people would have done with a message what they do once they get it, and is nothing else of the shop changed by it?"""

from datetime import UTC, datetime, timedelta

import numpy as np

from tests.simulate.test_reacting import NOW, START, react, short
from tests.simulate.worlds import messages as events_of
from tests.simulate.worlds import named, world
from uems.simulate.answering import answer, draws_of
from uems.simulate.api import MessageResponse, PotentialShop
from uems.simulate.reacting import chosen

RULE = MessageResponse(kind="message_response", since=START, opens=0.9, clicks=0.8, buys=0.7, minutes=1)


def test_who_lives_answers_as_whoever_is_only_asked() -> None:
    running, events = react((RULE,), [short(n, n, NOW) for n in range(40)], steps=2_000)
    done = {
        one["messageId"].split("-")[2]: (
            one["userId"],
            round(datetime.fromisoformat(one["timestamp"]).timestamp() * 1000),
            one["properties"]["revenue"],
        )
        for one in named(events, "Order Completed")
    }
    wanted = {}
    for number in range(40):
        steps = answer(draws_of(running.world.seed, number), RULE, NOW, 0)
        if len(steps) == 3:
            _, price = chosen(running, number, number, steps[2])
            wanted[f"m{number}"] = (f"{running.world.name}-u{number}", round(steps[2].timestamp() * 1000), price / 100)
    assert done == wanted
    assert 10 < len(wanted) < 30


def test_with_and_without_a_message_differ_by_the_order_that_it_leads_to() -> None:
    of = world(people=300, days=40, seed=5)
    shop = PotentialShop(of)
    at = datetime(2026, 1, 25, 4, tzinfo=UTC)
    flow = shop.flow(RULE, at, number=3, people=200, held_share=0.4, horizon=timedelta(days=10))
    # By the events themselves, as a client would have sent them.
    plain = dict.fromkeys(flow.people.tolist(), 0)
    for order in named(events_of(of)[0], "Order Completed"):
        person = int(order["userId"].rpartition("u")[2])
        if person in plain and at <= datetime.fromisoformat(order["timestamp"]) < at + timedelta(days=10):
            plain[person] += round(order["properties"]["revenue"] * 100)
    assert flow.without_minor.tolist() == list(plain.values())
    assert sum(plain.values()) > 0
    gained = flow.with_minor - flow.without_minor
    assert (gained >= 0).all()
    assert 0.3 < (gained > 0).mean() < 0.7  # 0.504 by the rule
    # The shop saw the orders of those who got it, and not one of those who were held out.
    seen = flow.orders.within(flow.people, flow.at_ms, flow.at_ms + 10 * 86_400_000)
    assert seen.tolist() == np.where(flow.treated, flow.with_minor, flow.without_minor).tolist()
    assert flow.gained_minor == gained[flow.treated].sum()
    again = shop.flow(RULE, at, number=3, people=200, held_share=0.4, horizon=timedelta(days=10))
    assert again.with_minor.tolist() == flow.with_minor.tolist()
    assert again.treated.tolist() == flow.treated.tolist()


def test_what_is_expected_is_what_comes_on_average() -> None:
    shop = PotentialShop(world(people=200, days=30, seed=8))
    at = datetime(2026, 1, 25, 4, tzinfo=UTC)
    flows = [shop.flow(RULE, at, number=n, people=150, held_share=0.5, horizon=timedelta(days=5)) for n in range(40)]
    off = [float((one.with_minor - one.without_minor).sum() - one.expected_minor.sum()) for one in flows]
    assert abs(np.mean(off)) < 4 * np.std(off) / np.sqrt(len(off))
    assert np.mean([one.expected_minor.sum() for one in flows]) > 0
