"""Does a workspace learn who stays, by origin and by their first month, and what of its value is at risk?"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.prediction.conftest import new_scope
from tests.prediction.lifetime.shop import FIRST, ZONE
from tests.support import houses
from tests.support.feed import Feed, Happened
from uems.kernel.clock import start_of_day
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.prediction.survival_job import TAG, lives_of, make_survival
from uems.prediction.survival_reading import stays_until
from uems.prediction.survival_settings import SurvivalSettings
from uems.prediction.value_reading import day_number
from uems.profiles import api as profiles

DAYS = 150
NOW = start_of_day(FIRST + timedelta(days=DAYS), ZONE) + timedelta(hours=12)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = houses.build(Settings(home=Path(tmp_path_factory.mktemp("stays"))))
    yield built
    built.close()


Town = tuple[Scope, dict[int, int], dict[int, list[int]]]


@pytest.fixture(scope="module")
def town(house: House) -> Town:
    """Two hundred people who come every few days; those who come often in the beginning stay for longer."""
    scope, rng = new_scope(house, "stays"), np.random.default_rng(5)
    days: dict[int, list[int]] = {}
    for who in range(200):
        came, often = int(rng.integers(0, 60)), who % 2 == 0
        gone = came + 1 + rng.exponential(120 if often else 45)
        days[who] = [day for day in range(came, DAYS) if day == came or (day < gone and rng.random() < (0.5 if often else 0.25))]
    events = [
        Happened(user=f"s{who}", ts=start_of_day(FIRST + timedelta(days=day), ZONE) + timedelta(hours=9, seconds=who))
        for who, found in days.items()
        for day in found
    ]
    stored = Feed(house, scope).take(events, NOW)
    return scope, {int(e.user[1:]): s.person_id for e, s in zip(events, stored, strict=True)}, days


def test_stays_are_those_of_the_visits_by_hand(house: House, town: Town) -> None:
    scope, person, days = town
    until = FIRST + timedelta(days=DAYS)
    found = stays_until(house, scope, until, "device")
    lives = lives_of(found, day_number(until), 21)
    at = {int(one): n for n, one in enumerate(found.people)}
    for who, visits in days.items():
        n = at[person[who]]
        assert found.first[n] - day_number(FIRST) == visits[0]
        assert found.last[n] - day_number(FIRST) == visits[-1]
        assert found.visits[n] == sum(day < visits[0] + 30 for day in visits)
        assert lives.ended[n] == (DAYS - visits[-1] > 21)
        assert lives.time[n] == max(1, (visits[-1] if lives.ended[n] else DAYS) - visits[0])
    gaps = sorted(b - a for visits in days.values() for a, b in pairwise(visits))
    assert sorted(found.gap[found.gap_ended].tolist()) == gaps
    assert (~found.gap_ended).sum() == len(days)


def test_who_comes_often_at_first_leaves_later_and_value_is_at_risk(house: House, town: Town) -> None:
    scope, person, _ = town
    by = profiles.Words(zh="值", en="Value")
    from dataclasses import replace

    from uems.access import api as access
    from uems.access.api import Access

    operator = Access(scope=scope, actor=replace(access.operator(), actor_id="models", label="models"), now=NOW)
    profiles.take_over(house.store, operator, "lifetime_value", "lifetime_value", label=by, unit="minor")
    who = np.array(sorted(person.values()), np.uint64)
    profiles.write_scores(house, scope, "lifetime_value", who, [10_000.0] * len(who), None, None, NOW, whole=who)
    people, values = profiles.scores_of(house, scope, "lifetime_value")
    assert (people.tolist(), set(values.tolist())) == (who.tolist(), {10_000.0})
    result = make_survival(house, scope, SurvivalSettings(silent_days=21, action_cost_minor=200), NOW, lambda step, done: None)
    assert result["people"] == 200
    assert 20 <= result["left"] < 200
    shares = [one["share"] for one in result["curve"]]
    assert shares == sorted(shares, reverse=True)
    effects = {one["name"]: one for one in result["effects"]}
    assert effects["visits"]["ratio"] < effects["visits"]["high"] < 1
    assert result["concordance"] > 0.55
    assert result["acting"]["day"] is not None
    assert 0 < result["at_risk"]["value"] < result["at_risk"]["whole"] == 2_000_000
    risks = dict(zip(*(one.tolist() for one in profiles.scores_of(house, scope, TAG)), strict=True))
    assert sum(risks.values()) == pytest.approx(result["at_risk"]["value"], abs=200)
    dear = make_survival(house, scope, SurvivalSettings(silent_days=21, action_cost_minor=10**6), NOW, lambda step, done: None)
    assert dear["acting"]["day"] is None


def test_a_workspace_of_a_few_people_is_told_so(house: House) -> None:
    scope = new_scope(house, "lone")
    Feed(house, scope).take([Happened(user="one", ts=NOW - timedelta(days=3))], NOW)
    with pytest.raises(UemsError, match="it takes 100 and 20"):
        make_survival(house, scope, SurvivalSettings(), NOW, lambda step, done: None)
