"""Do arms of experiments stand in the league as plain Python reads them from the log, with the discounts that were wasted?"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

import pytest
from scipy import stats

from tests.outreach.campaigns.world import CampaignShop
from tests.support.feed import Happened
from tests.support.houses import build
from uems.evaluation.crediting import credits
from uems.evaluation.decisions import decide
from uems.evaluation.league import league
from uems.evaluation.model import Worth
from uems.experiments.trials.definitions import save_trial, turn_trial
from uems.experiments.trials.spec import TrialDraft, TrialSpec
from uems.kernel.settings import Settings
from uems.profiles.api import set_role

START = datetime(2026, 1, 10, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)
NAMES = [f"u{n}" for n in range(150)]
ARMS = ("control", "small", "large")
VIEWS = {"key": "m", "name": "Buyers", "role": "primary", "kind": "proportion", "config": {"event": {"event": "Order Completed"}}}


def spec(source: str) -> TrialSpec:
    arms = [{"key": key, "name": key.title(), "weight": weight} for key, weight in zip(ARMS, (50, 25, 25), strict=True)]
    return TrialSpec.model_validate({"source": source, "arms": arms, "control": "control", "metrics": [VIEWS]})


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CampaignShop]:
    """A coupon experiment of three arms, a flag's, a flow's and a draft; orders before and after, some with a discount."""
    house = build(Settings(home=Path(tmp_path_factory.mktemp("trying")) / "home"))
    made = CampaignShop(house, 1, START)
    set_role(house.store, made.access(), "purchase", events=["Order Completed"])
    rng = Random(11)
    calls = [order(rng, name, START - rng.random() * 29 * DAY) for name in NAMES for _ in range(2)]
    for key, source in (("coupon", "coupon"), ("page", "flag"), ("way", "flow"), ("never", "flag")):
        save_trial(house.store, made.access(), key, TrialDraft(name=key.title(), spec=spec(source)))
        if key != "never":
            turn_trial(house.store, made.access(), key, "running")
    for n, name in enumerate(NAMES):
        told = {"experiment_id": "coupon", "variation_id": ARMS[n % 3]}
        calls.append(Happened(user=name, event="Experiment Viewed", ts=START + n * DAY / 50, properties=json.dumps(told)))
    told = {"experiment_id": "coupon", "variation_id": "small"}
    calls.append(Happened(anonymous="tablet", event="Experiment Viewed", ts=START + DAY, properties=json.dumps(told)))
    calls += [order(rng, name, START + rng.random() * 40 * DAY) for name in NAMES for _ in range(2) if rng.random() < 0.7]
    made.now = START + 45 * DAY
    made.take(calls, made.now)
    # Somebody who was seen in another arm before they were known.
    made.take([Happened(user="u0", anonymous="tablet", type="identify", ts=made.now)], made.now)
    made.take([Happened(user="u9", event="Looked", ts=made.now)], made.now)
    yield made
    house.close()


def order(rng: Random, user: str, at: datetime) -> Happened:
    off = rng.choice([0, 0, 2.5])
    said = json.dumps({"discount": off} if off else {})
    money: dict[str, Any] = {"revenue_minor": rng.randrange(1, 900), "currency": rng.choice(["USD", "USD", "USD", "EUR"])}
    return Happened(user=user, event="Order Completed", ts=at.replace(microsecond=0), properties=said, **money)


def orders(shop: CampaignShop, name: str, start: datetime, end: datetime) -> list[Happened]:
    return [call for call, _ in shop.calls if call.event == "Order Completed" and call.user == name and start <= call.ts < end]


def worths(shop: CampaignShop) -> dict[str, Worth]:
    return {f"{one.action.kind}/{one.action.key}": one for one in league(shop.house, shop.scope, shop.now, 30).worths}


@pytest.mark.parametrize("arm", [1, 2])
def test_an_arm_is_compared_with_the_control_as_plain_python_compares_them(shop: CampaignShop, arm: int) -> None:
    one = worths(shop)[f"coupon/coupon:{ARMS[arm]}"]
    people = {n: START + n * DAY / 50 for n in range(1, len(NAMES)) if n % 3 in (0, arm)}
    assert (one.treated, one.control, one.both, one.evidence) == (
        sum(n % 3 == arm for n in people), sum(n % 3 == 0 for n in people), 1, "holdout",
    )  # fmt: skip
    rows: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    buyers: dict[bool, list[bool]] = {True: [], False: []}
    off = 0.0
    for n, at in people.items():
        after, before = orders(shop, NAMES[n], at, at + 30 * DAY), orders(shop, NAMES[n], at - 30 * DAY, at)
        money = [sum(call.revenue_minor or 0 for call in found if call.currency == "USD") for found in (after, before)]
        rows[n % 3 == arm].append((money[0], money[1]))
        buyers[n % 3 == arm].append(bool(after))
        if n % 3 == arm:
            off += sum(json.loads(call.properties).get("discount", 0) for call in after if call.currency == "USD")
    everybody = rows[True] + rows[False]
    slope = stats.linregress([b for _, b in everybody], [a for a, _ in everybody]).slope
    oracle = stats.ttest_ind(*[[a - slope * b for a, b in rows[side]] for side in (True, False)], equal_var=False)
    revenue = one.effect("revenue")
    assert revenue is not None
    assert revenue.p_value == pytest.approx(oracle.pvalue)
    assert one.discount_minor == round(100 * off)
    anyway = min(1.0, mean(buyers[False]) / mean(buyers[True]))
    assert one.wasted_minor == round(100 * off * anyway)


def test_only_changes_coupons_and_slots_that_were_started_are_actions(shop: CampaignShop) -> None:
    found = worths(shop)
    assert set(found) == {"coupon/coupon:small", "coupon/coupon:large", "change/page:small", "change/page:large"}
    assert found["change/page:small"].proposal == "wait" or found["change/page:small"].treated == 0
    made = decide(shop.house.store, shop.access(), found["coupon/coupon:small"], "retire", "Too dear.")
    assert not made.stopped
    assert credits(shop.house, shop.scope, shop.now, 30).lines == []
