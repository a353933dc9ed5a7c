"""Is what a channel changed the sum of its actions, as sure as stated, and is what cannot be divided or measured told apart?"""

from dataclasses import replace

import pytest
from scipy import stats

from tests.evaluation.test_judging import a_world
from uems.evaluation.channels import ChannelVerdict, channel_line, summed
from uems.evaluation.model import Action, Worth


def worth(key: str, lift: float = 100.0, seed: int = 1, count: int = 400) -> Worth:
    return replace(a_world(count, lift, seed), action=Action(kind="flow", key=key, name=key, state="live"))


def ways(**by: str) -> dict[tuple[str, str], frozenset[str]]:
    """Each action's channels, with a blank between them."""
    return {("flow", key): frozenset(channels.split()) for key, channels in by.items()}


def test_the_sum_is_that_of_welch_and_satterthwaite() -> None:
    parts = [worth("a", 100, 1), worth("b", -40, 2, 90), worth("c", 0, 3, 61)]
    found = summed(parts)
    effects = [one.effect("revenue") for one in parts]
    moments = [
        (e.difference * e.people, (e.error * e.people) ** 2, e.degrees) for e in effects if e and e.difference and e.error and e.degrees
    ]
    assert len(moments) == 3
    value, variance = sum(v for v, _, _ in moments), sum(v for _, v, _ in moments)
    degrees = variance**2 / sum(v**2 / d for _, v, d in moments)
    reach = stats.t.ppf(0.975, degrees) * variance**0.5
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((value, value - reach, value + reach))
    [alone] = [summed(parts[:1])]
    assert alone is not None
    gained = parts[0].gained_minor
    assert gained is not None
    assert (alone.value, alone.low, alone.high) == pytest.approx((gained.value, gained.low, gained.high))
    assert summed([]) is None


def test_the_sum_holds_what_was_planted_as_often_as_it_says() -> None:
    held = 0
    for seed in range(0, 400, 2):
        one, other = worth("a", 120, seed, 200), worth("b", -50, seed + 1, 150)
        found = summed([one, other])
        assert found is not None
        held += found.low <= 120 * one.treated - 50 * other.treated <= found.high
    # 190 of 200 are expected; 180 is three standard deviations less.
    assert held >= 180


@pytest.mark.parametrize(
    ("channels", "last", "verdict", "counts"),
    [
        ({"a": "email", "b": "email", "c": "sms"}, 10**9, "over", (2, 2, 0)),
        ({"a": "email", "b": "email", "c": "sms"}, -(10**9), "under", (2, 2, 0)),
        ({"a": "email", "b": "email"}, None, "unknown", (2, 2, 0)),
        ({"a": "email", "b": "email sms"}, 10**9, "partly", (1, 1, 1)),
        ({"a": "email", "young": "email"}, 10**9, "partly", (2, 1, 0)),
        ({"a": "sms", "young": "email"}, 10**9, "unknown", (1, 0, 0)),
        ({"a": "sms"}, 10**9, "unknown", (0, 0, 0)),
    ],
)
def test_what_is_mixed_or_too_young_is_in_no_sum(
    channels: dict[str, str], last: int | None, verdict: ChannelVerdict, counts: tuple[int, int, int]
) -> None:
    worths = [worth("a"), worth("b", 30, 2), worth("c", 10, 3), worth("young", count=0)]
    line = channel_line("email", {} if last is None else {"last": last}, worths, ways(**channels))
    assert (line.actions, line.measured, line.mixed) == counts
    assert line.verdict == verdict
    theirs = [one for one in worths if channels.get(one.action.key) == "email" and one.gained_minor is not None]
    assert line.people == sum(one.treated for one in theirs)
    assert line.incremental_minor == summed(theirs)


def test_within_the_interval_they_agree() -> None:
    one = worth("a")
    gained = one.gained_minor
    assert gained is not None
    assert channel_line("email", {"last": round(gained.value)}, [one], ways(a="email")).verdict == "within"
    weak = replace(one, evidence="difference")
    assert channel_line("email", {}, [weak], ways(a="email")).weaker
