"""Does a workspace get the value of everybody, judged on its own past, written where segments see it, with odd people kept whole?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.prediction.conftest import new_scope
from tests.prediction.lifetime.shop import FIRST, Bought, purchases, store
from tests.support import houses
from uems.access import api as access
from uems.access.api import Access, Workspaces
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.prediction import api as prediction
from uems.prediction.forecasts import get_forecast, queue_forecast, save_settings
from uems.prediction.runs import get_run
from uems.prediction.value_job import TAG
from uems.prediction.value_reading import buyers_at, day_number
from uems.prediction.value_settings import ValueSettings
from uems.profiles import api as profiles

DAYS = 200
RESELLER, REFUNDED, ONE_DAY, ONCE = 9001, 9002, 9003, 9004


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = houses.build(Settings(home=Path(tmp_path_factory.mktemp("values"))))
    yield built
    built.close()


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A workspace with its purchases and the value that was found."""

    scope: Scope
    bought: list[Bought]
    person: dict[int, int]
    now: datetime
    result: dict[str, Any]


def by(scope: Scope, now: datetime) -> Access:
    return Access(scope=scope, actor=access.operator(), now=now)


def made(house: House, scope: Scope, now: datetime, settings: ValueSettings) -> dict[str, Any]:
    """The forecast as the worker of a server makes it; other work of the worker is done on the way."""
    save_settings(house.store, by(scope, now), "lifetime_value", settings)
    run = queue_forecast(house.store, by(scope, now), "lifetime_value")
    worker = prediction.Modeller(house, Workspaces(house.store), "test", lambda: now)
    while (found := get_run(house.store, scope, run.run_id)).state in ("queued", "running"):
        assert worker.step()
    if found.error:
        raise UemsError(found.error["code"], found.error["message"], status=409)
    kept = get_forecast(house.store, scope, "lifetime_value")
    assert kept is not None
    assert kept.result is not None
    return dict(kept.result)


@pytest.fixture(scope="module")
def shop(house: House) -> Shop:
    """Five hundred buyers, and four odd ones."""
    bought = purchases(500, DAYS)
    bought += [Bought(who=RESELLER, day=day, minor=900_000_00) for day in range(0, DAYS, 2) for _ in range(5)]
    bought += [
        Bought(who=REFUNDED, day=20, minor=5000),
        Bought(who=REFUNDED, day=40, minor=4000),
        Bought(who=REFUNDED, day=41, minor=-9500),
    ]
    bought += [Bought(who=ONE_DAY, day=150, minor=1000) for _ in range(30)]
    bought += [Bought(who=ONCE, day=10, minor=3000)]
    scope = new_scope(house, "values")
    person, now = store(house, scope, bought, DAYS)
    result = made(house, scope, now, ValueSettings(margin_percent=40, discount_percent=10, horizon_days=180, period_days=1))
    return Shop(scope=scope, bought=bought, person=person, now=now, result=result)


def values(house: House, shop: Shop, who: int) -> tuple[float, dict[str, Any]]:
    [found] = [one for one in profiles.tags_of(house, shop.scope, [shop.person[who]])[shop.person[who]] if one.tag == TAG]
    assert isinstance(found.value, int | float)
    return float(found.value), dict(found.evidence or {})


def test_the_histories_are_those_of_the_purchases_by_hand(house: House, shop: Shop) -> None:
    cut, until = FIRST + timedelta(days=120), FIRST + timedelta(days=DAYS)
    for period in (1, 7):
        found = buyers_at(house, shop.scope, cut, until=until, period=period, events=[])
        at = {int(person): n for n, person in enumerate(found.people)}
        for who in (RESELLER, REFUNDED, ONCE, *range(60)):
            mine = [one for one in shop.bought if one.who == who]
            before = [one for one in mine if one.day < 120]
            bought = [one for one in before if one.minor > 0]
            if not bought:
                assert shop.person[who] not in at
                continue
            n = at[shop.person[who]]
            periods = {(day_number(FIRST) + one.day) // period for one in bought}
            assert found.x[n] == len(periods) - 1
            assert found.last[n] == max(periods) - min(periods)
            assert found.gross[n] == sum(one.minor for one in bought)
            assert found.refunds[n] == -sum(one.minor for one in before if one.minor < 0)
            assert found.later[n] == sum(one.minor for one in mine if one.day >= 120)


def test_the_ways_are_judged_on_months_they_had_not_seen_and_the_best_speaks(shop: Shop) -> None:
    judged = {one["key"]: one for one in shop.result["judged"]}
    assert {"pace", "bg_nbd", "mbg_nbd", "pareto_nbd", "boosting"} >= set(judged) >= {"pace", "pareto_nbd"}
    assert shop.result["way"] == min(judged.values(), key=lambda one: one["deviance"])["key"]
    assert shop.result["beats"]
    used = judged[shop.result["way"]]
    assert used["deviance"] < judged["pace"]["deviance"]
    assert 0.7 < used["coverage"] < 0.92
    assert len(used["tenths"]) == 10
    assert used["rank"] > 0.4
    total = shop.result["total"]
    assert 0 < total["low"] < total["value"] < total["high"]
    assert sum(one["people"] for one in shop.result["histogram"]) == shop.result["people"] == len({one.who for one in shop.bought})
    assert sum(one["people"] for one in shop.result["tenths"]) == shop.result["people"]
    assert sum(one["value"] for one in shop.result["cohorts"]) == pytest.approx(total["value"], rel=1e-3)


def test_odd_buyers_are_kept_whole_and_said(house: House, shop: Shop) -> None:
    value, why = values(house, shop, RESELLER)
    assert shop.result["notes"]["capped"] == 1
    assert "counted at" in why["en"]
    assert "按上限" in why["zh"]
    others = [values(house, shop, who)[0] for who in range(100)]
    assert max(others) < value < 100 * shop.result["notes"]["limit"]
    value, why = values(house, shop, REFUNDED)
    assert 0 <= value < np.median(others)
    assert "refunds reach" in why["en"]
    value, why = values(house, shop, ONE_DAY)
    assert value > 0
    assert "bought once" in why["en"]
    value, why = values(house, shop, ONCE)
    assert value > 0
    assert why["low"] <= value <= max(why["high"], value)


def test_the_value_is_a_tag_that_conditions_ask(house: House, shop: Shop) -> None:
    saved = profiles.definition(house.store, shop.scope, TAG)
    assert saved.tag.unit == "minor"
    condition = profiles.parse_condition({"tag": {"name": TAG, "op": "gte", "value": values(house, shop, RESELLER)[0]}})
    asking = profiles.Asking(house, shop.scope, profiles_at(shop))
    assert shop.person[RESELLER] in profiles.evaluate([condition], asking).members(condition).tolist()


def profiles_at(shop: Shop) -> Any:
    from uems.kernel.filters import At

    return At(now=shop.now, zone=shop.scope.zone)


def test_margin_and_discount_lower_the_value_as_they_say(house: House, shop: Shop) -> None:
    whole = made(house, shop.scope, shop.now, ValueSettings(margin_percent=80, discount_percent=0, horizon_days=180, period_days=1))
    assert whole["way"] == shop.result["way"]
    # A dollar in the middle of half a year is worth 1.1 to the power of -0.25 today; twice the margin is twice the value.
    ratio = shop.result["total"]["value"] / whole["total"]["value"]
    assert 0.5 * 1.1**-0.30 < ratio < 0.5 * 1.1**-0.15


def test_a_workspace_without_enough_buyers_is_told_so_in_numbers(house: House) -> None:
    scope = new_scope(house, "few")
    _, now = store(house, scope, [Bought(who=n, day=n, minor=1000) for n in range(30)], 60)
    with pytest.raises(UemsError, match="people had bought, 0 of them more than once") as caught:
        made(house, scope, now, ValueSettings())
    assert caught.value.code == "not_enough_buyers"
    assert get_forecast(house.store, scope, "lifetime_value") is not None
