"""Does a campaign that learns give the better wording to most, keep both where neither is better, and say with which chance?"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from tests.outreach.campaigns.world import CampaignShop
from tests.support.feed import Happened
from tests.support.houses import build
from uems.kernel.bucketing import fnv32a
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.outreach.campaigns.checking import check_campaign
from uems.outreach.campaigns.learning import LEAST, Time, conclude, learnt
from uems.outreach.tables import outreach_news

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
TWO = [{"template": "hello"}, {"template": "again"}]
DAILY: dict[str, Any] = {"schedule": {"at": "11:00"}}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("learning")) / "home"))
    yield made
    made.close()


def played(rates: tuple[float, float], seed: int, times: int = 30, people: int = 200) -> tuple[list[Time], list[float]]:
    """What a planted world answers: each gets a variant by the shares learnt so far. (the times, share of the second one in each)."""
    chance = np.random.default_rng(seed)
    known: list[Time] = []
    given = []
    for _ in range(times):
        shares = [one.share for one in conclude(known, 2)]
        second = int(chance.binomial(people, shares[1]))
        sizes = (people - second, second)
        known.append(Time(counts=[(n, int(chance.binomial(n, rate))) for n, rate in zip(sizes, rates, strict=True)], shares=shares))
        given.append(shares[1])
    return known, given


def test_the_better_one_gets_most_and_less_is_lost_than_by_even_shares() -> None:
    for seed in range(8):
        times, given = played((0.10, 0.14), seed)
        assert np.mean(given[-10:]) > 0.6
        lost = sum(0.04 * one.counts[0][0] for one in times)
        assert lost < 0.04 * 30 * 200 / 2, "regret of half of everybody getting the worse one"
    ends = [played((0.10, 0.14), seed)[1][-1] for seed in range(8)]
    assert np.median(ends) == pytest.approx(1 - LEAST, abs=0.02)


def test_where_neither_is_better_both_keep_theirs() -> None:
    given = [played((0.1, 0.1), seed)[1] for seed in range(20)]
    assert np.min(given) >= LEAST
    assert np.max(given) <= 1 - LEAST
    assert abs(np.mean(given) - 0.5) < 0.08


def test_rates_by_inverse_probability_have_no_bias_where_the_plain_share_has() -> None:
    """Half of the times nearly nobody succeeds, and in these the first variant got most: its plain share is far below the truth, 0.3."""
    weak, good = Time(counts=[(900, 90), (100, 10)], shares=[0.9, 0.1]), Time(counts=[(100, 50), (900, 450)], shares=[0.1, 0.9])
    first, second = conclude([weak, good], 2)
    assert first.rate == pytest.approx(0.3)
    assert second.rate == pytest.approx(0.3)
    assert first.reached / first.people == pytest.approx(0.14)
    # Nor is one taken for the better one because most people got it in a good season.
    assert first.best == pytest.approx(0.5, abs=0.001)
    assert first.share == pytest.approx(0.5, abs=0.001)


def test_a_season_starves_no_variant() -> None:
    """Every other week five times as many succeed, whatever they get: on the whole both keep theirs, and a better one is still found."""
    ends = []
    for rates in ((0.05, 0.05), (0.04, 0.06)):
        for seed in range(12):
            chance = np.random.default_rng(seed)
            known: list[Time] = []
            for time in range(40):
                shares = [one.share for one in conclude(known, 2)]
                second = int(chance.binomial(400, shares[1]))
                season = 5 if time % 14 >= 7 else 1
                counts = [(n, int(chance.binomial(n, season * rate))) for n, rate in zip((400 - second, second), rates, strict=True)]
                known.append(Time(counts=counts, shares=shares))
            ends.append(conclude(known, 2)[1].best)
    null, planted = ends[:12], ends[12:]
    assert sum(0.05 < one < 0.95 for one in null) >= 8
    assert min(planted) > 0.95


def test_shares_that_never_changed_are_judged_by_plain_counts() -> None:
    times = [Time(counts=[(300, 30), (100, 14)], shares=[0.75, 0.25]), Time(counts=[(600, 90), (200, 38)], shares=[0.75, 0.25])]
    one = Time(counts=[(900, 120), (300, 52)], shares=[0.75, 0.25])
    assert conclude(times, 2)[1].best == pytest.approx(conclude([one], 2)[1].best, abs=1e-9)


def test_times_of_a_campaign_learn_from_what_is_over_and_tell_the_chance(house: House) -> None:
    shop = CampaignShop(house, 1, NOW)
    shop.people([f"u{n}" for n in range(120)])
    one = shop.launch(variants=TWO, timing=DAILY, test={"by": "clicked", "wait_hours": 12, "sharing": "thompson"})
    shares: list[list[float]] = []
    for day in range(4):
        shop.go(hours=3 if day == 0 else 24)
        number = day + 1
        report = shop.report(occurrence=number)
        assert report.took.shares is not None
        shares.append(list(report.took.shares))
        placed = shop.lines(number)
        assert {state for _, state in placed.values()} == {"sent"}
        edge = shares[-1][0] / sum(shares[-1])
        for person, (variant, _) in placed.items():
            at = fnv32a(str(fnv32a(str(person), fnv32a(f"{one.salt}:variant:{number}")))) % 10_000 / 10_000
            assert variant == int(at >= edge)
        # Half of those who got the second one click, and nobody else.
        second = Counter(variant for variant, _ in placed.values())[1]
        shop.settle(second // 2, node="b", clicked_at=shop.now)
        shop.settle()
        before = [each.share for each in learnt(house, shop.scope, one, shop.now)]
        assert before == pytest.approx(shares[-1], abs=1e-5) if day == 0 else True, "what was sent just now is not over"
    assert shares[0] == [0.5, 0.5]
    assert shares[-1][1] > 0.9
    found = learnt(house, shop.scope, one, shop.now + timedelta(days=1))
    assert sum(each.people for each in found) == 4 * 120
    assert found[0].reached == 0
    assert found[1].rate == pytest.approx(0.5, abs=0.1)
    with house.store.read() as conn:
        told = conn.execute(select(outreach_news.c.properties).where(outreach_news.c.event == "experiment.exposed")).scalars().all()
    said = [json.loads(each) if isinstance(each, str) else each for each in told]
    assert len(said) == 4 * 120
    for each in said:
        number = int(each["experiment_id"].rpartition(":")[2])
        assert each["probability"] == shares[number - 1]["ab".index(each["variation_id"])]


def test_a_goal_counts_once_its_days_are_over(house: House) -> None:
    shop = CampaignShop(house, 2, NOW)
    people = shop.people([f"u{n}" for n in range(60)])
    users = {person: user for user, person in people.items()}
    goal = {"events": ["Order Completed"], "days": 1}
    one = shop.launch(variants=TWO, timing=DAILY, goal=goal, test={"by": "goal", "sharing": "thompson"})
    shop.go(hours=3)
    buyers = [person for person, (variant, _) in shop.lines().items() if variant == 1]
    shop.take([Happened(user=users[person], event="Order Completed", ts=shop.now) for person in buyers], shop.now)
    assert [each.people for each in learnt(house, shop.scope, one, shop.now)] == [0, 0]
    later = learnt(house, shop.scope, one, shop.now + timedelta(days=1))
    assert [(each.people, each.reached) for each in later] == [(60 - len(buyers), 0), (len(buyers), len(buyers))]
    assert later[1].share == pytest.approx(1 - LEAST, abs=0.001)


def test_one_time_cannot_learn_from_the_times_before(house: House) -> None:
    shop = CampaignShop(house, 3, NOW)
    spec = shop.spec(variants=TWO, test={"sharing": "thompson"})
    assert [one.code for one in check_campaign(house, shop.scope, spec, NOW)] == ["learns_once"]
    assert not shop.spec(variants=TWO, timing=DAILY, test={"sharing": "thompson"}).tested
