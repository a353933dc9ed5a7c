"""Are needs foretold per person and kind, judged on what was held out, written as tags, and told once as events?"""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.prediction.conftest import new_scope
from tests.prediction.lifetime.shop import FIRST, ZONE
from tests.support import houses
from tests.support.feed import Feed, Happened
from uems.collect.api import Consumer
from uems.kernel.clock import start_of_day
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.prediction.needs_job import DAY_TAG, EVENT, THING_TAG, make_needs
from uems.prediction.needs_reading import needs_until
from uems.prediction.needs_settings import NeedsSettings
from uems.prediction.value_reading import day_number
from uems.profiles import api as profiles
from uems.stages import stages_of

DAYS = 160
KINDS = {"milk": 5, "soap": 21}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = houses.build(Settings(home=Path(tmp_path_factory.mktemp("needs"))))
    yield built
    built.close()


@pytest.fixture(scope="module")
def town(house: House) -> tuple[Scope, dict[int, int], dict[tuple[int, str], list[int]]]:
    """Eighty people who buy milk about every 5 days and soap about every 21, each at a pace of their own."""
    scope, rng = new_scope(house, "needs"), np.random.default_rng(3)
    days: dict[tuple[int, str], list[int]] = {}
    for who in range(80):
        pace = np.exp(rng.normal(0, 0.2))
        for kind, usual in KINDS.items():
            at, found = rng.uniform(0, usual), []
            while at < DAYS:
                found.append(int(at))
                at += max(1.0, usual * pace * rng.gamma(12, 1 / 12))
            days[who, kind] = list(dict.fromkeys(found))
    orders: dict[tuple[int, int], list[str]] = {}
    for (who, kind), found in days.items():
        for day in found:
            orders.setdefault((day, who), []).append(kind)
    events = [
        Happened(
            user=f"n{who}",
            ts=start_of_day(FIRST + timedelta(days=day), ZONE) + timedelta(hours=10, seconds=who),
            event="Order Completed",
            revenue_minor=1000,
            currency=scope.currency,
            properties=json.dumps({"products": [{"product_id": kind, "category": kind, "quantity": 2, "price": 5.0} for kind in kinds]}),
        )
        for (day, who), kinds in sorted(orders.items())
    ]
    stored = Feed(house, scope).take(events, now())
    return scope, {int(e.user[1:]): s.person_id for e, s in zip(events, stored, strict=True)}, days


def now() -> Any:
    return start_of_day(FIRST + timedelta(days=DAYS), ZONE) + timedelta(hours=12)


Town = tuple[Scope, dict[int, int], dict[tuple[int, str], list[int]]]


def test_each_line_of_each_order_is_read_once(house: House, town: Town) -> None:
    scope, person, days = town
    found = needs_until(house, scope, FIRST + timedelta(days=DAYS), 200, [], now())
    assert set(found.kinds) == {"milk", "soap", "$visit", "$order"}
    at = {(int(found.people[who]), found.kinds[kind]): n for n, (who, kind) in enumerate(
        zip(found.purchases.person, found.purchases.kind, strict=True))}  # fmt: skip
    for (who, kind), wanted in days.items():
        rows = found.purchases.pair == at[person[who], kind]
        assert (found.purchases.day[rows] - day_number(FIRST)).tolist() == wanted
        assert (found.purchases.quantity[rows] == 2).all()


def test_needs_are_foretold_written_and_told_once(house: House, town: Town) -> None:
    scope, person, days = town
    result = make_needs(house, scope, NeedsSettings(lead_days=2, chance_percent=50), now(), lambda step, done: None)
    assert result["judged"]["loss"] < 0.9 * result["judged"]["naive_loss"]
    assert 0.7 < result["judged"]["coverage"] < 0.9
    usual = {one["kind"]: one["usual_days"] for one in result["kinds"]}
    assert usual["milk"] == pytest.approx(5, rel=0.25)
    assert usual["soap"] == pytest.approx(21, rel=0.25)
    due = {one["kind"]: one["due_28"] for one in result["kinds"]}
    assert 78 < due["milk"] <= 80.1
    assert sum(one["expected"] for one in result["calendar"]) == pytest.approx(sum(due.values()), rel=0.01)
    tags = profiles.tags_of(house, scope, [person[0]])[person[0]]
    found = {one.tag: one.value for one in tags}
    assert found[THING_TAG] in KINDS
    soonest = min(days[0, kind][-1] + usual[kind] for kind in KINDS)
    first = (FIRST + timedelta(days=DAYS)).isoformat()
    assert first <= str(found[DAY_TAG])[:10] <= (FIRST + timedelta(days=max(DAYS, soonest) + 10)).isoformat()

    assert 0 < result["told"] <= 160
    # Before the pipeline has taken it in, the same message ids are given again; afterwards nothing is.
    again = make_needs(house, scope, NeedsSettings(lead_days=2, chance_percent=50), now(), lambda step, done: None)
    assert again["told"] == result["told"]
    for consumer in [Consumer(house, stages_of(house), n, "test") for n in range(house.settings.log_partitions)]:
        while consumer.hold(now()) and consumer.step(now()):
            continue
    counted = house.warehouse.query(Sql("SELECT count() AS n, uniqExact(message_id) AS ids FROM events WHERE event = 'need.predicted'"))
    assert counted.to_pylist() == [{"n": result["told"], "ids": result["told"]}]
    assert make_needs(house, scope, NeedsSettings(lead_days=2, chance_percent=50), now(), lambda step, done: None)["told"] == 0


def test_a_workspace_without_a_past_is_refused_in_numbers(house: House) -> None:
    scope = new_scope(house, "bare")
    events = [
        Happened(user=f"x{n}", ts=now() - timedelta(days=n + 1), event="Order Completed", revenue_minor=500, currency="CNY")
        for n in range(5)
    ]
    Feed(house, scope).take(events, now())
    with pytest.raises(UemsError, match="had two purchases; it takes 50") as caught:
        make_needs(house, scope, NeedsSettings(), now(), lambda step, done: None)
    assert caught.value.code == "not_enough_needs"
    assert EVENT == "need.predicted"
