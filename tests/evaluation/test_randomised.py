"""Does the house know which of its actions were given by lot, to whom, and since when?"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.evaluation.test_league import bought
from tests.outreach.campaigns.world import CampaignShop
from tests.outreach.flows.world import graph
from tests.support.feed import Happened
from tests.support.houses import build
from uems.evaluation.randomised import randomised
from uems.evaluation.terms import ActionCost, save_cost
from uems.experiments.trials.definitions import save_trial, turn_trial
from uems.experiments.trials.spec import TrialDraft
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.profiles.api import set_role

START = datetime(2026, 1, 10, 14, 30, tzinfo=UTC)
NAMES = [f"u{n}" for n in range(60)]
SEND = {"send": ("send", {"template": "hello", "kind": "sales"}), "end": ("exit", {})}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CampaignShop]:
    house: House = build(Settings(home=Path(tmp_path_factory.mktemp("lots")) / "home"))
    made = CampaignShop(house, 1, START)
    made.take([Happened(user=name, event="Signed Up", ts=START - timedelta(days=2)) for name in NAMES], START)
    made.publish(graph(SEND, {"send": "end"}, entry={"type": "event", "event": "Asked"}, holdout_percent=30), "asked")
    made.now += timedelta(days=1)
    made.take([Happened(user=name, event="Asked", ts=made.now) for name in NAMES[:40]], made.now)
    made.run()
    yield made
    house.close()


def test_a_flow_tells_who_was_held_out_and_what_a_contact_costs(shop: CampaignShop) -> None:
    save_cost(shop.house.store, shop.access(), "flow", "asked", ActionCost(per_person_minor=30))
    [one] = randomised(shop.house, shop.scope, shop.now).trials()
    held = {run["person_id"] for run in shop.runs() if run["state"] == "holdout"}
    everybody = {run["person_id"] for run in shop.runs()}
    assert (one.kind, one.key, one.origin) == ("flow", "asked", "1")
    assert set(one.person.tolist()) == everybody
    assert set(one.person[~one.treated].tolist()) == held
    assert one.person.tolist() == sorted(one.person.tolist())
    assert 0 < len(held) < 40
    assert one.cost_minor == pytest.approx(30)


def test_an_experiment_has_each_arm_beside_its_control(shop: CampaignShop) -> None:
    arms = [{"key": key, "name": key.upper(), "weight": weight} for key, weight in (("a", 40), ("b", 40), ("c", 20))]
    metric = {"key": "buys", "name": "Buys", "role": "primary", "kind": "proportion", "config": {"event": {"event": "Order Completed"}}}
    spec = {"arms": arms, "control": "b", "metrics": [metric]}
    save_trial(shop.house.store, shop.access(), "price", TrialDraft.model_validate({"name": "Price", "spec": spec}))
    assert [one.kind for one in randomised(shop.house, shop.scope, shop.now).trials()] == ["flow"]
    turn_trial(shop.house.store, shop.access(), "price", "running")
    seen = shop.now + timedelta(hours=1)
    viewed = [
        Happened(user=name, event="Experiment Viewed", ts=seen + timedelta(seconds=n),
                 properties=json.dumps({"experiment_id": "price", "variation_id": "abc"[n % 3]}))
        for n, name in enumerate(NAMES[:30])
    ]  # fmt: skip
    shop.now += timedelta(hours=2)
    shop.take(viewed, shop.now)
    found = {one.key: one for one in randomised(shop.house, shop.scope, shop.now).trials() if one.kind == "experiment"}
    assert set(found) == {"price.a", "price.c"}
    assert found["price.a"].name == "Price: A"
    assert found["price.a"].origin == ""
    owner = shop.owner()
    told = {
        owner[node]: (call.ts, json.loads(call.properties)["variation_id"])
        for call, node in shop.calls
        if call.event == "Experiment Viewed"
    }
    for arm in "ac":
        one = found[f"price.{arm}"]
        assert dict(zip(one.person.tolist(), one.treated.tolist(), strict=True)) == {
            who: shown == arm for who, (_, shown) in told.items() if shown in ("b", arm)
        }
        assert one.since_ms.tolist() == [round(told[who][0].timestamp() * 1000) for who in one.person.tolist()]


def test_purchases_are_those_of_the_role(shop: CampaignShop) -> None:
    evidence = randomised(shop.house, shop.scope, shop.now)
    assert evidence.purchases(START) is None
    set_role(shop.house.store, shop.access(), "purchase", events=["Order Completed"])
    shop.take([bought("u1", shop.now, 500), bought("u2", START - timedelta(days=3), 700)], shop.now)
    found = randomised(shop.house, shop.scope, shop.now + timedelta(minutes=1)).purchases(START)
    assert found is not None
    assert found.amount.tolist() == [500]
    assert randomised(shop.house, shop.scope, shop.now).last_ms() <= round(shop.now.timestamp() * 1000)
