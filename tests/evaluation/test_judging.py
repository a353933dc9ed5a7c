"""Is the judgement right where the truth is known? Worlds with a planted effect, with none, and with every cause of a proposal."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy import stats

from uems.evaluation.judging import MIN_PEOPLE, Terms, corrected, judge
from uems.evaluation.model import Action, Arms, Evidence, Worth
from uems.evaluation.reading import Lives, Span
from uems.evaluation.watched import DAY_MS, Happenings

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SINCE = int((NOW - timedelta(days=60)).timestamp() * 1000)
NOW_MS = int(NOW.timestamp() * 1000)
KNOWN = Span(first_ms=NOW_MS - 200 * DAY_MS, last_ms=NOW_MS)
ACTION = Action(kind="flow", key="f", name="F", state="live")
NOTHING = Happenings(person=np.zeros(0, np.uint64), at_ms=np.zeros(0, np.int64), amount=np.zeros(0, np.int64))


def happenings(person: Sequence[int], at_ms: Sequence[int], amount: Sequence[int]) -> Happenings:
    return Happenings(person=np.array(person, np.uint64), at_ms=np.array(at_ms, np.int64), amount=np.array(amount, np.int64))


def a_world(
    count: int,
    lift: float,
    seed: int,
    *,
    evidence: Evidence = "holdout",
    head_start: float = 0.0,
    drift: float = 0.0,
    unsubscribing: float = 0.0,
    cost_minor: int = 0,
    since: int = SINCE,
    held_share: float = 0.3,
) -> Worth:
    """People whose spending has a level of their own. lift: what the action adds to each. head_start: what the treated spend more anyway.

    drift: how much more they spend with every month that passes.
    """
    rng = np.random.default_rng(seed)
    treated = rng.random(count) >= held_share
    level = rng.gamma(4, 500, count) + head_start * treated
    person, at, amount = [], [], []
    for month in (-2, -1, 0):
        spent = rng.normal(level + drift * treated * month, 300) + (lift * treated if month == 0 else 0)
        person += list(range(count))
        at += [since + month * 30 * DAY_MS + DAY_MS] * count
        amount += np.maximum(1, spent).round().astype(int).tolist()
    gone = np.flatnonzero(treated & (rng.random(count) < unsubscribing))
    purchases = happenings(person, at, amount)
    lives = Lives(
        known=KNOWN,
        purchases=purchases,
        days=NOTHING,
        unsubscribed=happenings(gone.tolist(), [since + DAY_MS] * len(gone), [1] * len(gone)),
        complained=NOTHING,
        discounts=NOTHING,
    )
    arms = Arms(person=np.arange(count, dtype=np.uint64), since_ms=np.full(count, since), treated=treated, evidence=evidence)
    return judge(ACTION, arms, lives, Terms(horizon_days=30, margin=0.5, cost_minor=cost_minor))


@pytest.mark.parametrize("evidence", ["holdout", "difference"])
def test_the_interval_holds_the_planted_effect_as_often_as_it_says(evidence: Evidence) -> None:
    covered = 0
    for seed in range(300):
        effect = a_world(200, 120.0, seed, evidence=evidence, head_start=400.0 if evidence == "difference" else 0.0).effect("revenue")
        assert effect is not None
        assert effect.low is not None
        assert effect.high is not None
        covered += effect.low <= 120.0 <= effect.high
    # 285 of 300 are expected; 273 is three standard deviations less.
    assert covered >= 273


def test_what_each_spent_before_makes_the_interval_narrower_by_what_it_explains() -> None:
    # The level of a person has a variance of 4 * 500² and each month one of 300² more.
    share = 4 * 500**2 / (4 * 500**2 + 300**2)
    found = a_world(4_000, 0.0, 1).effect("revenue")
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    plain = 2 * 1.96 * np.sqrt((4 * 500**2 + 300**2) * (1 / 2_800 + 1 / 1_200))
    assert (found.high - found.low) / plain == pytest.approx(np.sqrt(1 - share**2), rel=0.1)


def test_net_is_the_margin_won_less_the_cost_and_roi_is_net_over_cost() -> None:
    one = a_world(1_000, 300.0, 2, cost_minor=20_000)
    effect = one.effect("revenue")
    assert effect is not None
    assert effect.difference is not None
    assert one.net_minor is not None
    assert one.roi is not None
    assert one.net_minor.value == pytest.approx(effect.difference * one.treated * 0.5 - 20_000)
    assert one.roi.value == pytest.approx(one.net_minor.value / 20_000)
    assert one.net_minor.low < one.net_minor.value < one.net_minor.high


@pytest.mark.parametrize(
    ("world", "proposal", "causes"),
    [
        ({"lift": 300.0}, "scale", ("pays",)),
        ({"lift": -300.0}, "retire", ("loses",)),
        ({"lift": 300.0, "cost_minor": 10**9}, "retire", ("loses",)),
        ({"lift": 300.0, "unsubscribing": 0.2}, "fix", ("harms_health", "pays")),
        ({"lift": -300.0, "unsubscribing": 0.2}, "retire", ("harms_health", "loses")),
        ({"lift": 300.0, "held_share": 0.0}, "fix", ("nobody_held_out",)),
        ({"lift": 300.0, "since": int((NOW - timedelta(days=20)).timestamp() * 1000)}, "wait", ("too_young",)),
        ({"lift": 300.0, "evidence": "difference"}, "keep", ("weak_gain",)),
        ({"lift": -300.0, "evidence": "difference"}, "fix", ("weak_loss",)),
        ({"lift": 0.0, "evidence": "difference", "drift": 200.0}, "keep", ("uneven_before", "weak_gain")),
    ],
)
def test_each_proposal_has_its_cause(world: dict[str, float], proposal: str, causes: tuple[str, ...]) -> None:
    one = a_world(1_000, seed=3, **world)  # type: ignore[arg-type]  # the words of the case
    assert (one.proposal, one.causes) == (proposal, causes)


def test_too_few_people_say_nothing() -> None:
    for share in (0.3, 0.0):
        one = a_world(MIN_PEOPLE - 1, 300.0, 4, held_share=share)
        assert (one.proposal, one.causes) == ("wait", ("too_few",))


def test_nothing_is_scaled_without_an_effect_more_often_than_by_chance() -> None:
    said = [a_world(200, 0.0, seed).proposal for seed in range(300)]
    # One side of an interval of 95 %: 7.5 of 300 are expected, and 16 are three standard deviations more.
    assert said.count("scale") <= 16
    assert said.count("retire") <= 16


def test_whoever_is_not_watched_for_long_enough_waits() -> None:
    arms = Arms(
        person=np.arange(4, dtype=np.uint64),
        since_ms=np.array([SINCE, SINCE, SINCE + 40 * DAY_MS, SINCE + 40 * DAY_MS]),
        treated=np.array([True, False, True, False]),
        evidence="holdout",
    )
    lives = Lives(known=KNOWN, purchases=NOTHING, days=NOTHING, unsubscribed=NOTHING, complained=NOTHING, discounts=NOTHING)
    one = judge(ACTION, arms, lives, Terms(horizon_days=30, margin=1, cost_minor=100))
    assert (one.treated, one.control, one.waiting, one.cost_minor) == (1, 1, 2, 50)
    assert [effect.difference for effect in one.effects] == [None] * 5
    assert {effect.reason for effect in one.effects} == {"too_few"}


@pytest.mark.parametrize(("evidence", "counted"), [("holdout", 3), ("difference", 2)])
def test_nothing_is_concluded_from_days_before_the_first_event_or_after_the_last(evidence: Evidence, counted: int) -> None:
    known = Span(first_ms=SINCE - 50 * DAY_MS, last_ms=SINCE + 50 * DAY_MS)
    since = [SINCE, SINCE - 25 * DAY_MS, SINCE - 15 * DAY_MS, SINCE + 25 * DAY_MS]
    arms = Arms(
        person=np.arange(4, dtype=np.uint64), since_ms=np.array(since), treated=np.array([True, False, True, False]), evidence=evidence
    )
    lives = Lives(known=known, purchases=NOTHING, days=NOTHING, unsubscribed=NOTHING, complained=NOTHING, discounts=NOTHING)
    one = judge(ACTION, arms, lives, Terms(horizon_days=30, margin=1))
    assert (one.treated + one.control, one.waiting) == (counted, 4 - counted)


def test_the_p_value_is_that_of_a_net_return_of_zero_and_agrees_with_the_interval() -> None:
    for seed in range(40):
        worth = a_world(300, 60, seed, cost_minor=10_000)
        assert worth.p_value is not None
        assert worth.net_minor is not None
        assert (worth.p_value < 0.05) == (worth.net_minor.low > 0 or worth.net_minor.high < 0)


def test_among_many_actions_without_effect_few_families_have_one_that_pays() -> None:
    """Sixty actions at a time that change nothing: uncorrected nearly every family has one that seems to pay or to lose."""
    families = [[a_world(120, 0, 1_000 * family + n) for n in range(60)] for family in range(25)]
    seem = sum(any({"pays", "loses"} & set(one.causes) for one in family) for family in families)
    told = sum(any({"pays", "loses"} & set(one.causes) for one in corrected(family)) for family in families)
    assert seem >= 15
    assert told <= 5  # 5 % of 25 are expected; 6 or more have a chance below one in a thousand


def test_corrected_are_the_values_of_scipy_and_what_really_pays_stays() -> None:
    worths = [a_world(400, lift, seed) for seed, lift in enumerate([400.0, 400.0, *[0.0] * 12])]
    found = corrected(worths)
    wanted = stats.false_discovery_control([one.p_value for one in worths], method="bh")
    assert [one.q_value for one in found] == pytest.approx(list(wanted))
    assert [one.proposal for one in found[:2]] == ["scale", "scale"]
    for before, after in zip(worths, found, strict=True):
        assert after.q_value is not None
        if after.q_value > 0.05:
            assert not {"pays", "loses"} & set(after.causes)
            assert ("many_tried" in after.causes) == bool({"pays", "loses"} & set(before.causes))


def test_what_everything_was_worth_is_no_action_beside_the_others() -> None:
    whole = replace(a_world(300, 0, 5), action=replace(ACTION, kind="everything"))
    assert [one.q_value is None for one in corrected([whole, a_world(300, 0, 6)])] == [True, False]
