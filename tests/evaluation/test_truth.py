"""On the simulated shop, where the truth is known: does ROI lie in its interval as often as stated, and how far off is last touch?"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from tests.evaluation.test_judging import ACTION, NOTHING
from tests.support.depth import worlds
from uems.evaluation.crediting import credited
from uems.evaluation.judging import Terms, judge
from uems.evaluation.model import Arms, Worth
from uems.evaluation.reading import Lives, Span
from uems.evaluation.watched import DAY_MS, Happenings
from uems.simulate.api import MessageResponse, PotentialFlow, PotentialShop, World

START, DAYS, SENT_DAY, HORIZON = date(2026, 1, 5), 66, 33, 30
SHOPS, FLOWS = worlds(20), 25
MARGIN, COST_EACH = 0.5, 60
AT = datetime(2026, 1, 5, 4, tzinfo=UTC) + timedelta(SENT_DAY)


@cache
def shop(seed: int) -> PotentialShop:
    return PotentialShop(World(people=1_200, days=DAYS, start=START, seed=seed, currency="USD"))


def flows(buys: float) -> Iterator[PotentialFlow]:
    rule = MessageResponse(kind="message_response", since=START, opens=0.75, clicks=0.6, buys=buys)
    for seed in range(SHOPS):
        for number in range(FLOWS):
            yield shop(seed).flow(rule, AT, number=number, people=600, held_share=0.5, horizon=timedelta(HORIZON))


def worth_of(flow: PotentialFlow) -> Worth:
    """Judged by what the shop saw alone."""
    arms = Arms(
        person=flow.people.astype(np.uint64), since_ms=np.full(len(flow.people), flow.at_ms), treated=flow.treated, evidence="holdout"
    )
    bought = Happenings(person=flow.orders.person.astype(np.uint64), at_ms=flow.orders.at_ms, amount=flow.orders.revenue_minor)
    known = Span(first_ms=flow.at_ms - SENT_DAY * DAY_MS, last_ms=flow.at_ms + HORIZON * DAY_MS)
    lives = Lives(known=known, purchases=bought, days=NOTHING, unsubscribed=NOTHING, complained=NOTHING, discounts=NOTHING)
    return judge(ACTION, arms, lives, Terms(horizon_days=HORIZON, margin=MARGIN, cost_minor=COST_EACH * int(flow.treated.sum())))


def last_touch(flow: PotentialFlow) -> int:
    """By last touch whatever somebody buys within so many days of a message belongs to the message: its are the only touches here."""
    end = flow.at_ms + HORIZON * DAY_MS
    return int(flow.orders.within(flow.people[flow.treated], flow.at_ms, end).sum())


@pytest.mark.parametrize("buys", [0.5, 0.0])
def test_roi_lies_in_its_interval_as_often_as_stated_and_last_touch_is_told_beside_it(buys: float) -> None:
    stated, happened, errors = 0, 0, []
    for flow in flows(buys):
        worth = worth_of(flow)
        assert worth.roi is not None
        assert worth.cost_minor == COST_EACH * worth.treated
        expected, gained = (
            (MARGIN * gain - worth.cost_minor) / worth.cost_minor for gain in (flow.expected_minor[flow.treated].sum(), flow.gained_minor)
        )
        stated += worth.roi.low <= expected <= worth.roi.high
        happened += worth.roi.low <= gained <= worth.roi.high
        last = last_touch(flow)
        line = credited(worth, {"last": last})
        assert line.incremental_minor is not None
        errors.append((last - flow.gained_minor, line.incremental_minor.value - flow.gained_minor))
    count = SHOPS * FLOWS
    # Flows of one shop share its people, but lot and answers are drawn anew for each: chance is that of as many coins.
    off = 3 * np.sqrt(0.95 * 0.05 / count)
    assert abs(stated / count - 0.95) < off
    # What those reached really did for it varies less than what others would have done, so that it is held at least as often.
    assert happened / count > 0.95 - off
    # Last touch gives the message all that people buy anyway; the lot errs to both sides, by what chance leaves.
    touched, drawn = np.array(errors, float).T
    assert (touched > 0).all()
    assert abs(drawn.mean()) < 4 * drawn.std() / np.sqrt(count)
    assert np.abs(drawn).mean() < touched.mean()
