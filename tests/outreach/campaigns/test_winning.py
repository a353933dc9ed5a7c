"""Is the probability to be best what the theory says, and does the rule choose by it?"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uems.outreach.campaigns.spec import CampaignThrottle
from uems.outreach.campaigns.timing import HOUR, SECOND, allowed
from uems.outreach.campaigns.winning import Tried, choose, to_be_best


def closed_form(one: Tried, other: Tried) -> float:
    """The probability that ``other`` is better, by the sum for whole numbers (Miller 2015, formula 6)."""
    a, b = 1 + one.hits, 1 + one.sent - one.hits
    c, d = 1 + other.hits, 1 + other.sent - other.hits

    def log_beta(x: float, y: float) -> float:
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    return sum(math.exp(log_beta(a + i, b + d) - math.log(d + i) - log_beta(1 + i, d) - log_beta(a, b)) for i in range(c))


TRIED = st.integers(0, 3_000).flatmap(lambda sent: st.integers(0, sent).map(lambda hits: Tried(sent=sent, hits=hits)))


@given(one=TRIED, other=TRIED)
@settings(max_examples=60, deadline=None)
def test_two_variants_agree_with_the_closed_form(one: Tried, other: Tried) -> None:
    assert to_be_best([one, other])[1] == pytest.approx(closed_form(one, other), abs=1e-4)


def test_several_variants_agree_with_a_simulation() -> None:
    tried = [Tried(sent=500, hits=20), Tried(sent=400, hits=24), Tried(sent=600, hits=31), Tried(sent=100, hits=9)]
    random = np.random.default_rng(7)
    drawn = np.stack([random.beta(1 + one.hits, 1 + one.sent - one.hits, 400_000) for one in tried])
    simulated = np.bincount(drawn.argmax(axis=0), minlength=4) / 400_000
    assert to_be_best(tried) == pytest.approx(simulated.tolist(), abs=0.004)


def test_the_rule_needs_a_hundred_messages_each_and_ten_hits() -> None:
    enough = [Tried(sent=100, hits=2), Tried(sent=100, hits=8)]
    assert (choose(enough).winner, choose(enough).why) == (1, "best")
    for few in ([Tried(sent=99, hits=2), enough[1]], [Tried(sent=100, hits=1), enough[1]]):
        assert (choose(few).winner, choose(few).why) == (0, "too_few")


@given(
    messages=st.integers(1, 500),
    per=st.sampled_from(["minute", "hour"]),
    waits=st.lists(st.integers(0, 90 * SECOND), min_size=1, max_size=200),
)
@settings(max_examples=100, deadline=None)
def test_no_window_holds_more_than_the_throttle_whenever_it_is_asked(messages: int, per: str, waits: list[int]) -> None:
    throttle = CampaignThrottle(messages=messages, per=per)
    window = 60 * SECOND if per == "minute" else HOUR
    now, following = 1_700_000_000 * SECOND, 0
    let: list[tuple[int, int]] = []
    for wait in waits:
        now += wait
        count, following = allowed(throttle, following, now, 10_000)
        let.append((now, count))
    for begin, _ in let:
        assert sum(count for at, count in let if begin <= at < begin + window) <= messages
