"""Does whoever chance gave a way of a flow, or a variant of a campaign, stand in the log once, and can an experiment be set over it?"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.outreach.campaigns.world import CampaignShop
from tests.outreach.flows.world import graph
from tests.support.feed import Happened
from tests.support.houses import build
from uems.access.api import Workspaces
from uems.experiments.trials import definitions
from uems.experiments.trials.results import results_of
from uems.experiments.trials.spec import TrialDraft, TrialSpec
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.outreach import api as outreach

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
PARTS = {"parts": [{"way": "a", "weight": 3}, {"way": "b", "weight": 1}]}
GRAPH = graph(
    {
        "part": ("split", PARTS),
        "test": ("ab", {**PARTS, "event": "Order Completed"}),
        "again": ("split", PARTS),
        "end": ("exit", {}),
    },
    {"part:a": "test", "part:b": "again", "test:a": "end", "test:b": "end", "again:a": "end", "again:b": "end"},
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("exposed")) / "home"))
    yield made
    made.close()


def told(shop: CampaignShop) -> Counter[tuple[str, str, int]]:
    """(experiment, arm, person) → how often it stands in the log; none of it was done by the people themselves."""
    shop.take([Happened(user="somebody else", event="Looked", ts=shop.now)], shop.now)  # whatever waits in the log is read with it
    rows = shop.house.warehouse.query(
        Sql(
            "SELECT toJSONString(properties) AS said, person_id, active FROM events WHERE event = 'experiment.exposed'"
            f" AND workspace_id = {shop.scope.workspace_id}"
        )
    ).to_pylist()
    assert not any(row["active"] for row in rows)
    said = [(json.loads(row["said"]), row["person_id"]) for row in rows]
    return Counter((one["experiment_id"], one["variation_id"], person) for one, person in said)


def test_ways_of_a_flow_are_told_once_and_an_experiment_reads_them(house: House) -> None:
    shop = CampaignShop(house, 1, NOW)
    shop.publish(GRAPH, "f")
    arms = [{"key": arm, "name": arm, "weight": weight} for arm, weight in (("a", 75), ("b", 25))]
    metric = {"key": "m", "name": "M", "role": "primary", "kind": "proportion", "config": {"event": {"event": "Order Completed"}}}
    spec = TrialSpec.model_validate({"arms": arms, "control": "b", "metrics": [metric], "exposure": {"experiment_id": "flow:f:part"}})
    definitions.save_trial(house.store, shop.access(), "t", TrialDraft(name="T", spec=spec))
    trial = definitions.turn_trial(house.store, shop.access(), "t", "running")
    shop.now += timedelta(minutes=1)
    shop.take([Happened(user=f"u{n}", event="Signed Up", ts=shop.now) for n in range(60)], shop.now)
    shop.run()
    shop.run()  # the doors tell what was written with the moves
    went = Counter(
        (f"flow:f:{step.split('|')[1]}", step.split("|")[2], run["person_id"])
        for run in shop.runs()
        for step in run["path"].splitlines()
        if step.split("|")[1] != "end"
    )
    assert len({(where, way) for where, way, _ in went}) == 6
    assert told(shop) == went
    found = results_of(house, shop.scope, trial, shop.now + timedelta(days=1))
    assert found.people == {way: sum(1 for where, one, _ in went if (where, one) == ("flow:f:part", way)) for way in "ab"}
    assert (found.several_arms, found.strange_arms) == (0, 0)


def test_variants_of_a_campaign_are_told_of_those_whom_chance_gave_them(house: House) -> None:
    shop = CampaignShop(house, 2, NOW)
    sender = outreach.Sender(house, Workspaces(house.store), lambda: shop.now)
    shop.people([f"u{n}" for n in range(80)])
    variants = [{"template": "hello"}, {"template": "again"}]
    shop.launch("tested", variants=variants, holdout_percent=20, test={"percent": 40, "wait_hours": 2})
    shop.launch("plain", variants=variants)
    shop.launch("one", variants=variants[:1])
    shop.go(hours=1)
    shop.go(hours=3)
    sender.step()
    seen = told(shop)
    assert set(seen.values()) == {1}
    assert {experiment for experiment, _, _ in seen} == {"campaign:tested:1", "campaign:plain:1"}
    origins = {(row["origin_id"], row["origin_node"], row["person_id"]) for row in shop.messages() if row["origin_id"] != "one"}
    whole = {(experiment.split(":")[1], arm, person) for experiment, arm, person in seen}
    assert {one for one in whole if one[0] == "plain"} == {one for one in origins if one[0] == "plain"}
    tested = {one for one in whole if one[0] == "tested"}
    assert tested < {one for one in origins if one[0] == "tested"}, "who waited for the winner was given it by no chance"
    assert len(tested) > 10
