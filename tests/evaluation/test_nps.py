"""Is what an action did to NPS what plain Python says of the last answers of those who answered, and nothing where nobody can know?"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from scipy import stats

from tests.outreach.campaigns.world import CampaignShop
from tests.outreach.flows.world import graph
from tests.support.feed import Happened
from tests.support.houses import build
from uems.evaluation.health import health
from uems.evaluation.league import worth_over_time
from uems.evaluation.model import Effect
from uems.kernel.clock import start_of_day
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.profiles.api import set_role

START = datetime(2026, 1, 10, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)
NAMES = [f"u{n}" for n in range(200)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("nps")) / "home"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def shop(house: House) -> CampaignShop:
    """A flow with a holdout, and answers of six in ten people, some of them twice, some before, too late, or no score at all."""
    made = CampaignShop(house, 1, START)
    made.publish(graph({"end": ("exit", {})}, {}, holdout_percent=40))
    made.take([Happened(user=name, event="Signed Up", ts=START) for name in NAMES], START)
    made.run()
    owner = made.owner()
    user = {owner[node]: call.user for call, node in made.calls}
    glad = {user[run["person_id"]]: run["state"] != "holdout" for run in made.runs()}
    rng, calls = Random(4), []
    for name in NAMES:
        if rng.random() < 0.6:
            calls += [
                answered(name, START + rng.uniform(-5, 45) * DAY, min(10, rng.randrange(0, 9) + 2 * glad[name]))
                for _ in range(rng.randrange(1, 3))
            ]
            calls.append(answered(name, START + rng.uniform(1, 29) * DAY, rng.choice([11, -1, "very", None])))
    made.now = START + 50 * DAY
    made.take([*calls, Happened(user="x", ts=made.now)], made.now)
    return made


def answered(name: str, at: datetime, score: object) -> Happened:
    return Happened(user=name, event="NPS Answered", ts=at.replace(microsecond=0), properties=json.dumps({"score": score}))


def nps(shop: CampaignShop, days: int) -> Effect | None:
    [worth] = worth_over_time(shop.house, shop.scope, shop.now, "flow", "f", [days])
    return worth.effect("nps")


def test_without_a_role_nothing_is_said_of_it(shop: CampaignShop) -> None:
    assert nps(shop, 30) is None


@pytest.mark.parametrize("days", [7, 30])
def test_the_difference_is_that_of_the_last_answers_within_the_horizon(shop: CampaignShop, days: int) -> None:
    set_role(shop.house.store, shop.access(), "nps", events=["NPS Answered"])
    set_role(shop.house.store, shop.access(), "nps_score", property="score")
    owner = shop.owner()
    last: dict[int, tuple[datetime, int]] = {}
    for call, node in shop.calls:
        score = json.loads(call.properties).get("score") if call.event == "NPS Answered" else None
        if isinstance(score, int) and 0 <= score <= 10 and START <= call.ts < START + days * DAY:
            last[owner[node]] = max(last.get(owner[node], (START, 0)), (call.ts, score))
    points = {person: 100 if score >= 9 else -100 if score <= 6 else 0 for person, (_, score) in last.items()}
    groups: dict[bool, list[int]] = {True: [], False: []}
    for run in shop.runs():
        if run["person_id"] in points:
            groups[run["state"] != "holdout"].append(points[run["person_id"]])
    wanted = stats.ttest_ind(groups[True], groups[False], equal_var=False)
    interval = wanted.confidence_interval(0.95)
    effect = nps(shop, days)
    assert effect is not None
    assert (effect.people, effect.reason) == (len(groups[True]), "")
    assert effect.treated == pytest.approx(sum(groups[True]) / len(groups[True]))
    assert effect.control == pytest.approx(sum(groups[False]) / len(groups[False]))
    assert (effect.low, effect.high, effect.p_value) == pytest.approx((interval.low, interval.high, wanted.pvalue))


def test_health_has_the_score_of_the_last_four_weeks(shop: CampaignShop) -> None:
    found = health(shop.house, shop.scope, shop.now)
    end = start_of_day(found.last_day + DAY, shop.scope.zone)
    for which, back in (("value", 0), ("before", 28)):
        scores = [
            score
            for call, _ in shop.calls
            if call.event == "NPS Answered"
            and end - (back + 28) * DAY <= call.ts < end - back * DAY
            and isinstance(score := json.loads(call.properties)["score"], int)
            and 0 <= score <= 10
        ]
        wanted = 100 * (sum(one >= 9 for one in scores) - sum(one <= 6 for one in scores)) / len(scores)
        [part] = [one for one in found.parts if one.part == "nps"]
        assert getattr(part, which) == pytest.approx(wanted)
    assert part.value is not None
    assert part.score == pytest.approx((part.value + 100) / 2)


def test_where_nobody_answered_there_is_no_difference_and_it_says_so(shop: CampaignShop) -> None:
    set_role(shop.house.store, shop.access(), "nps", events=["Nobody Sends This"])
    set_role(shop.house.store, shop.access(), "nps_score", property="score")
    effect = nps(shop, 30)
    assert effect is not None
    assert (effect.difference, effect.treated, effect.control, effect.people) == (None, None, None, 0)
    assert effect.reason
