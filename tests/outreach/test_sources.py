"""Do coupons of campaigns and variants of slots give exposures, and can an experiment be set over each of the things that part people?"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from tests.outreach.campaigns.world import CampaignShop
from tests.outreach.flows.world import graph
from tests.outreach.test_exposed import told
from tests.support.houses import build
from uems.access.api import Workspaces
from uems.experiments.flags.definitions import save_flag
from uems.experiments.flags.spec import FlagDraft, FlagSpec
from uems.experiments.trials import definitions
from uems.experiments.trials.results import results_of
from uems.experiments.trials.spec import TrialDraft, TrialSpec
from uems.kernel.bucketing import fnv32a
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.store import insert_many
from uems.outreach import api as outreach
from uems.outreach.campaigns.spec import CampaignOffer
from uems.outreach.campaigns.tables import campaign_occurrences
from uems.outreach.flows.definitions import save_flow
from uems.outreach.flows.graph import FlowDraft, Graph
from uems.outreach.scenes.definitions import Scene, save_scene, turn_scene
from uems.outreach.scenes.spec import SceneDraft, SceneSpec
from uems.outreach.scenes.standing import shown_to
from uems.outreach.scenes.tables import scene_matches
from uems.web.app import TRIAL_SOURCES

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
_O = campaign_occurrences.c
METRIC = {"key": "m", "name": "M", "role": "primary", "kind": "proportion", "config": {"event": {"event": "Order Completed"}}}
VARIANTS: list[dict[str, Any]] = [
    {"key": "tea", "name": "Tea", "weight": 40, "content": [{"language": "en", "title": "Tea"}]},
    {"key": "cups", "name": "Cups", "weight": 30, "content": [{"language": "zh", "title": "杯"}, {"language": "en", "title": "Cups"}]},
    {"key": "nothing", "name": "Nothing", "weight": 30},
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("sources")) / "home"))
    yield made
    made.close()


def scene(shop: CampaignShop, people: list[int]) -> Scene:
    """Live, and these people are in it."""
    condition = {"did": {"events": ["Look"]}}
    spec = SceneSpec.model_validate({"condition": condition, "stays_minutes": 60, "slot": "home", "variants": VARIANTS})
    save_scene(shop.house, shop.access(), "looks", SceneDraft(name="Looks", spec=spec))
    found = turn_scene(shop.house.store, shop.access(), "looks", "live")
    head = {"workspace_id": shop.scope.workspace_id, "scene_id": found.scene_id, "version": 1, "match_no": 1}
    times = {"at": shop.now, "until": shop.now + timedelta(hours=1)}
    with shop.house.store.write() as conn:
        insert_many(conn, scene_matches, [{**head, "person_id": person, **times} for person in people])
    return found


def over(shop: CampaignShop, key: str, experiment: str, arms: dict[str, float]) -> definitions.Experiment:
    design = {
        "arms": [{"key": arm, "name": arm, "weight": weight} for arm, weight in arms.items()],
        "control": next(iter(arms)),
        "metrics": [METRIC],
        "exposure": {"experiment_id": experiment},
    }
    definitions.save_trial(shop.house.store, shop.access(), key, TrialDraft(name=key, spec=TrialSpec.model_validate(design)))
    return definitions.turn_trial(shop.house.store, shop.access(), key, "running")


def place(seed: str, person: int) -> float:
    return fnv32a(str(fnv32a(str(person), fnv32a(seed)))) % 10_000 / 10_000


def test_a_slot_shows_each_their_own_variant_and_tells_it_once(house: House) -> None:
    shop = CampaignShop(house, 1, NOW)
    people = shop.people([f"u{n}" for n in range(50)])
    scene(shop, [*people.values()])
    trial = over(shop, "slot", "slot:looks", {one["key"]: one["weight"] for one in VARIANTS})
    wanted: dict[str, int] = {}
    for user, person in people.items():
        at = place("slot:looks", person)
        arm = "tea" if at < 0.4 else "cups" if at < 0.7 else "nothing"
        wanted[arm] = wanted.get(arm, 0) + 1
        for _ in range(2):
            shown = shown_to(house, shop.scope, [f"user_id:{user}"], "home", "zh", shop.now)
            assert [one.content.title for one in shown] == {"tea": ["Tea"], "cups": ["杯"], "nothing": []}[arm]
        assert shown_to(house, shop.scope, [f"user_id:{user}"], "elsewhere", "zh", shop.now) == []
    seen = told(shop)
    assert set(seen.values()) == {1}
    found = results_of(house, shop.scope, trial, NOW + timedelta(days=1))
    assert found.people == wanted
    assert min(wanted.values()) > 5


def test_coupons_go_with_the_variants_of_a_campaign_and_are_compared(house: House) -> None:
    shop = CampaignShop(house, 2, NOW)
    shop.people([f"u{n}" for n in range(60)])
    trial = over(shop, "coupon", "campaign:spring:1", {"a": 34, "b": 33, "c": 33})
    offers = [{}, {"kind": "amount", "amount_minor": 500, "code": "FIVE"}, {"kind": "percent", "percent": 12.5, "code": "PER"}]
    shop.launch("spring", variants=[{"template": "hello", "offer": one} for one in offers], test={"percent": 100})
    shop.launch("plain")
    shop.go(hours=1)
    texts: dict[str, set[tuple[str, str]]] = {}
    for row in shop.messages():
        context = json.loads(row["context"]) if isinstance(row["context"], str) else row["context"]
        assert ("offer" in context) == (row["origin_id"] == "spring")
        if "offer" in context:
            texts.setdefault(row["origin_node"], set()).add((context["offer"]["text"], context["offer"]["code"]))
    assert texts == {"a": {("", "")}, "b": {("5.00 USD", "FIVE")}, "c": {("12.5%", "PER")}}
    told_of = {(experiment, arm, person) for experiment, arm, person in told_by_sender(shop)}
    assert {(row["origin_node"], row["person_id"]) for row in shop.messages() if row["origin_id"] == "spring"} == {
        (arm, person) for _, arm, person in told_of
    }
    assert sum(results_of(house, shop.scope, trial, NOW + timedelta(days=1)).people.values()) == 60


def told_by_sender(shop: CampaignShop) -> set[tuple[str, str, int]]:
    outreach.Sender(shop.house, Workspaces(shop.house.store), lambda: shop.now).step()
    return set(told(shop))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "amount"},
        {"kind": "percent", "amount_minor": 5},
        {"code": "X"},
        {"kind": "none", "percent": 3},
        {"kind": "percent", "percent": 101},
    ],
)
def test_an_offer_says_one_thing(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CampaignOffer.model_validate(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"variants": VARIANTS[:1]},
        {"variants": [*VARIANTS, VARIANTS[0]]},
        {"variants": VARIANTS, "content": VARIANTS[0]["content"]},
        {"variants": [{**VARIANTS[2], "weight": 50}, {**VARIANTS[2], "key": "b", "weight": 50}]},
        {"variants": VARIANTS[:2]},
        {"variants": VARIANTS, "slot": ""},
    ],
)
def test_a_slot_has_variants_that_can_be_told_apart(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SceneSpec.model_validate({"condition": {"did": {"events": []}}, "slot": "home", **wrong})


def test_everything_that_parts_people_is_there_to_be_chosen_under_the_name_of_its_exposures(house: House) -> None:
    shop = CampaignShop(house, 3, NOW)
    scene(shop, [])
    parts = {"parts": [{"way": "a", "weight": 3}, {"way": "b", "weight": 1}]}
    nodes: Any = {"part": ("split", parts), "end": ("exit", {})}
    shop.publish(graph(nodes, {"part:a": "end", "part:b": "end"}), "f")
    arms = [{"key": arm, "name": arm, "value": arm == "a", "weight": 50} for arm in ("a", "b")]
    rule = {"kind": "split", "id": "r", "experiment": "page", "arms": arms}
    spec = FlagSpec.model_validate({"value_type": "boolean", "default": False, "rules": [rule]})
    save_flag(house, shop.access(), "new_page", FlagDraft(name="New page", spec=spec))
    shop.people(["u"])
    two = [{"template": "hello"}, {"template": "again"}]
    shop.launch("words", variants=two)
    shop.launch("money", variants=[{**two[0], "offer": {"kind": "percent", "percent": 5}}, two[0]])
    shop.launch("one")
    with house.store.read() as conn:
        found = {one.experiment_id: one for room in TRIAL_SOURCES for one in room(conn, shop.scope)}
    assert {name: one.source for name, one in found.items()} == {
        "page": "flag",
        "flow:f:part": "flow",
        "campaign:words:1": "message",
        "campaign:money:1": "coupon",
        "slot:looks": "slot",
    }
    assert [(arm.key, arm.weight) for arm in found["flow:f:part"].arms] == [("a", 3), ("b", 1)]
    assert [arm.key for arm in found["slot:looks"].arms] == ["tea", "cups", "nothing"]


def test_what_has_no_weights_or_is_not_sound_yet_is_not_offered(house: House) -> None:
    shop = CampaignShop(house, 4, NOW)
    learning = ("ab", {"sharing": "thompson"})
    unsound = ("split", {"parts": [{"way": "a", "weight": 0}, {"way": "b"}]})
    nodes: Any = {"learns": learning, "even": ("ab", {}), "unsound": unsound, "end": ("exit", {})}
    ways = {f"{node}:{way}": "end" for node in ("learns", "even", "unsound") for way in ("a", "b")}
    draft = FlowDraft(name="F", graph=Graph.model_validate(graph(nodes, ways)))
    save_flow(shop.house.store, shop.access(), "f", draft)
    assert [(name, list(arms.values())) for name, arms in offered(shop).items()] == [("flow:f:even", [1, 1])]


def test_a_campaign_that_learns_is_offered_with_the_shares_that_it_had(house: House) -> None:
    shop = CampaignShop(house, 5, NOW)
    shop.people([f"u{n}" for n in range(40)])
    two = [{"template": "hello"}, {"template": "again"}]
    test = {"sharing": "thompson", "by": "clicked", "wait_hours": 12}
    shop.launch("words", variants=two, timing={"schedule": {"at": "11:00"}}, test=test)
    assert offered(shop) == {}, "nobody knows yet how many each will get"
    shop.go(hours=3)
    # Everybody who got the second one clicked, and nobody else.
    shop.settle(40, node="b", clicked_at=shop.now)
    shop.settle()
    shop.go(hours=24)
    with house.store.read() as conn:
        query = select(_O.occurrence, _O.shares).where(_O.workspace_id == shop.scope.workspace_id)
        kept = {row.occurrence: row.shares for row in conn.execute(query)}
    assert kept[2][1] > 0.9
    assert offered(shop) == {"campaign:words:2": dict(zip("ab", kept[2], strict=True))}


def offered(shop: CampaignShop) -> dict[str, dict[str, float]]:
    """Experiment → arm → its weight."""
    with shop.house.store.read() as conn:
        found = [one for room in TRIAL_SOURCES for one in room(conn, shop.scope)]
    return {one.experiment_id: {arm.key: arm.weight for arm in one.arms} for one in found}
