"""Is whoever is in the arm ``ignore`` treated as though they did not carry the tag, and everybody else as before? Against plain Python.

The oracle evaluates each condition of one person at a time, with their tags taken away or not, by the arm that the published hash gives.
"""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.profiles.conditions.world import NOW, records
from tests.profiles.tags.shop import a_tag
from tests.segments.shop import Shop
from tests.support.feed import Happened
from tests.support.houses import build
from uems.experiments.tagged.acting import act_on, withheld
from uems.experiments.trials import definitions
from uems.experiments.trials.results import results_of
from uems.experiments.trials.spec import TrialDraft, TrialSpec
from uems.kernel.bucketing import fnv32a
from uems.kernel.errors import UemsError
from uems.kernel.filters import At, Node
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.profiles.api import Asking, Chosen, evaluate, parse_condition, tags_of
from uems.profiles.conditions.grammar import person_check
from uems.profiles.tags.definitions import save_tag

TAGS = ("vip", "tier", "mood")
METRIC = {"key": "m", "name": "M", "role": "primary", "kind": "proportion", "config": {"event": {"event": "Buy"}}}
_numbers = iter(range(1, 1_000))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("tagged")) / "home"))
    yield made
    made.close()


def tag_spec(name: str, ignore: float = 50, **more: Any) -> TrialSpec:
    arms = [{"key": "act", "name": "Act", "weight": 100 - ignore}, {"key": "ignore", "name": "Ignore", "weight": ignore}]
    return TrialSpec.model_validate({"source": "tag", "tag": name, "arms": arms, "control": "ignore", "metrics": [METRIC], **more})


class TagShop(Shop):
    """One workspace whose three tags can be put on trial."""

    def __init__(self, house: House) -> None:
        super().__init__(house, next(_numbers))
        for tag in TAGS:
            save_tag(house.store, self.access(), a_tag(tag, "manual", "text"))

    def crowd(self, count: int, chance: random.Random) -> None:
        """People who looked or bought, and carry some of the tags."""
        self.take([Happened(user=f"u{n}", event=chance.choice(("Look", "Buy")), ts=self.now) for n in range(count)])
        for person in self.souls():
            for tag in TAGS:
                if chance.random() < 0.6:
                    self.tag(person, tag, chance.choice("ab"))

    def on_trial(self, tag: str, ignore: float = 50) -> definitions.Experiment:
        definitions.save_trial(self.house.store, self.access(), f"try-{tag}", TrialDraft(name=tag, spec=tag_spec(tag, ignore)))
        return definitions.turn_trial(self.house.store, self.access(), f"try-{tag}", "running")

    def asking(self, chosen: Chosen | None = None) -> Asking:
        return Asking(self.house, self.scope, At(now=NOW, zone=self.scope.zone), chosen)

    def exposed(self) -> set[tuple[str, str, int]]:
        """(trial, arm, person) as the event log has them; each once."""
        self.consume()
        query = Sql(
            "SELECT toJSONString(properties) AS said, person_id, active FROM events WHERE event = 'experiment.exposed'"
            f" AND workspace_id = {self.scope.workspace_id}"
        )
        rows = self.house.warehouse.query(query).to_pylist()
        assert not any(row["active"] for row in rows)
        found = [(json.loads(row["said"]), row["person_id"]) for row in rows]
        keys = [(said["experiment_id"], said["variation_id"], person) for said, person in found]
        assert len(keys) == len(set(keys))
        return set(keys)


def ignores(trial: str, tag: str, person: int, percent: float = 50) -> bool:
    """By the published hash: the arms stand in the order act, ignore."""
    return fnv32a(str(fnv32a(str(person), fnv32a(f"tag:{tag}:{trial}")))) % 10_000 / 10_000 >= 1 - percent / 100


def a_tree(chance: random.Random, depth: int = 3) -> dict[str, Any]:
    if depth and chance.random() < 0.7:
        kind = chance.choice(("and", "or", "not"))
        inner = [a_tree(chance, depth - 1) for _ in range(2)]
        return {"not": inner[0]} if kind == "not" else {kind: inner}
    if chance.random() < 0.25:
        return {"did": {"events": [chance.choice(("Look", "Buy"))]}}
    name = chance.choice(TAGS)
    op = chance.choice(("equals", "not_equals", "is_set", "is_not_set"))
    return {"tag": {"name": name, "op": op, **({"value": chance.choice("ab")} if op.endswith("equals") else {})}}


def test_random_conditions_are_acted_on_as_if_those_who_are_ignored_carried_no_tag(house: House) -> None:
    chance = random.Random(7)
    shop = TagShop(house)
    shop.crowd(60, chance)
    trials = {"try-vip": "vip", "try-tier": "tier"}
    for tag in trials.values():
        shop.on_trial(tag)
    people = records(shop.souls())
    trees = [parse_condition(a_tree(chance)) for _ in range(40)]

    def holds(tree: Node, person: int, gone: set[str]) -> bool:
        tags: Mapping[str, object] = {tag: value for tag, value in people[person].tags.items() if tag not in gone}
        return person_check(tree, At(now=NOW, zone=shop.scope.zone))(replace(people[person], tags=tags))

    wanted: set[tuple[str, str, int]] = set()
    found = act_on(trees, shop.asking())
    found.tell(house, shop.scope, shop.now, trees)
    reported = evaluate(trees, shop.asking())
    for tree in trees:
        for person in people:
            gone = {tag for trial, tag in trials.items() if ignores(trial, tag, person)}
            assert (person in found.members(tree)) == holds(tree, person, gone)
            assert (person in reported.members(tree)) == holds(tree, person, set()), "reports know of no trial"
            wanted |= {
                (trial, "ignore" if tag in gone else "act", person)
                for trial, tag in trials.items()
                if holds(tree, person, gone - {tag}) != holds(tree, person, gone | {tag})
            }
    assert shop.exposed() == wanted
    assert {arm for _, arm, _ in wanted} == {"act", "ignore"}
    act_on(trees, shop.asking()).tell(house, shop.scope, shop.now, trees)
    assert shop.exposed() == wanted, "asked again, nothing is told again"
    carriers = {person for person, record in people.items() if "vip" in record.tags}
    assert {person for person, values in tags_of(house, shop.scope, sorted(people)).items() if "vip" in {v.tag for v in values}} == carriers


def test_the_result_is_an_ordinary_one_and_the_end_gives_everything_back(house: House) -> None:
    shop = TagShop(house)
    shop.crowd(50, random.Random(3))
    trial = shop.on_trial("vip", 30)
    tree = parse_condition({"tag": {"name": "vip", "op": "is_set"}})
    acted = act_on([tree], shop.asking())
    acted.tell(house, shop.scope, shop.now, [tree])
    told = shop.exposed()
    carriers = {person for person, soul in shop.souls().items() if "vip" in soul.tags}
    assert {person for _, _, person in told} == carriers
    assert {p for _, arm, p in told if arm == "ignore"} == {p for p in carriers if ignores("try-vip", "vip", p, 30)}
    found = results_of(house, shop.scope, trial, NOW.replace(hour=20))
    assert found.people == {arm: sum(1 for _, one, _ in told if one == arm) for arm in ("act", "ignore")}
    definitions.turn_trial(house.store, shop.access(), "try-vip", "stopped")
    assert set(act_on([tree], shop.asking()).members(tree).tolist()) == carriers


@pytest.mark.parametrize("entered", [True, False])
def test_of_a_change_only_what_the_tag_cannot_have_brought_about_moves_those_who_are_ignored(house: House, entered: bool) -> None:
    """All worlds of one person: tag and deed before, tag and deed now; who comes in, or leaves, without the tag has to be the one moved."""
    shop = TagShop(house)
    shop.crowd(40, random.Random(11))
    shop.on_trial("vip")
    people = records(shop.souls())
    trees: list[Any] = [
        {"and": [{"tag": {"name": "vip", "op": "is_set"}}, {"did": {"events": ["Buy"]}}]},
        {"or": [{"tag": {"name": "vip", "op": "is_set"}}, {"did": {"events": ["Buy"]}}]},
        {"not": {"and": [{"tag": {"name": "vip", "op": "is_set"}}, {"did": {"events": ["Buy"]}}]}},
    ]
    for tree in map(parse_condition, trees):
        check = person_check(tree, At(now=NOW, zone=shop.scope.zone))
        chosen = Chosen.of(house, shop.scope, sorted(people))
        out = withheld(tree, entered, sorted(people), shop.asking(chosen), shop.now)
        assert all(ignores("try-vip", "vip", person) for person in out)
        for person, record in people.items():
            if person in out or not ignores("try-vip", "vip", person):
                continue
            # They were let through. In every past that this change can have had, they changed without the tag as well.
            none = replace(record, tags={})
            pasts = [replace(record, tags=tags, deeds=deeds) for tags in ({"vip": "a"}, {}) for deeds in (record.deeds, [])]
            changed = [past for past in pasts if check(past) != entered and check(record) == entered]
            assert all(check(replace(past, tags={})) != check(none) for past in changed)
    assert act_on([parse_condition({"did": {"events": ["Buy"]}})], shop.asking()).consulted == ()


def test_what_stands_in_the_way_of_a_trial_is_said(house: House) -> None:
    shop = TagShop(house)
    config = {"values": [{"value": "x", "when": {"tag": {"name": "vip", "op": "is_set"}}}]}
    save_tag(house.store, shop.access(), a_tag("from_vip", "rule", "text", config=config))
    shop.crowd(20, random.Random(5))
    person = next(iter(shop.souls()))
    shop.tag(person, "from_vip", "x")
    store, access = house.store, shop.access()
    shop.on_trial("vip", 99.9)
    derived = parse_condition({"tag": {"name": "from_vip", "op": "is_set"}})
    assert act_on([derived], shop.asking()).members(derived).tolist() == [p for p in [person] if not ignores("try-vip", "vip", p, 99.9)]

    def refused(key: str, spec: TrialSpec) -> str:
        definitions.save_trial(store, access, key, TrialDraft(name=key, spec=spec))
        with pytest.raises(UemsError) as error:
            definitions.turn_trial(store, access, key, "running")
        return error.value.code

    assert refused("twice", tag_spec("vip")) == "tag_on_trial"
    assert refused("derived", tag_spec("from_vip")) == "tag_on_trial"
    assert refused("gone", tag_spec("nothing")) == "not_found"
    with pytest.raises(UemsError, match="cannot be changed any more"):
        definitions.save_trial(store, access, "try-vip", TrialDraft(name="vip", spec=tag_spec("vip", 50)))
    for wrong in ({"tag": ""}, {"source": "flag"}, {"exposure": {"experiment_id": "x"}}):
        with pytest.raises(ValueError, match="tag"):
            tag_spec("vip", **wrong)
