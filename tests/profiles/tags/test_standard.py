"""Does the shipped set work on a stream with mapped roles, and is each rule as the contract wants it?"""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.profiles.conditions.world import NOW, World
from tests.profiles.tags.shop import a_tag, fill, tags_now
from uems.access.api import Access
from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.profiles.tags.config import read_config
from uems.profiles.tags.definitions import definitions, remove_tag, save_tag
from uems.profiles.tags.model import FAMILIES, Words
from uems.profiles.tags.refresh import refresh
from uems.profiles.tags.registry import TAG_RULES, TagRule
from uems.profiles.tags.standard import install_standard_tags, standard_tags
from uems.profiles.tags.states import states_of


@pytest.mark.parametrize("rule", list(TAG_RULES), ids=lambda rule: rule.key)
def test_a_rule_says_everything_that_it_has_to_say(rule: TagRule) -> None:
    assert rule.family in FAMILIES
    for text in (rule.label_zh, rule.label_en, rule.text_zh, rule.text_en):
        assert text.strip()
    assert isinstance(rule.sample, rule.Config)
    assert rule.Config.model_validate(rule.Config().model_dump(mode="json")) == rule.Config()
    gives = rule.gives(rule.sample)
    assert gives.allowed is None or set(gives.labels) <= set(gives.allowed)
    for words in gives.labels.values():
        assert words.zh
        assert words.en
    for one in rule.standard:
        assert one.label.zh
        assert one.label.en
        assert one.description.zh
        assert one.description.en
        rule.Config.model_validate(dict(one.settings))


def test_every_shipped_tag_can_be_read_and_says_what_it_is_in_both_languages() -> None:
    tags = list(standard_tags())
    assert len({tag.key for tag in tags}) == len(tags) >= 30
    assert {tag.family for tag in tags} == set(FAMILIES)
    for tag in tags:
        read_config(tag)
        assert all((tag.label.zh, tag.label.en, tag.description.zh, tag.description.en, tag.owner)), tag.key


def test_the_shipped_set_is_computed_on_a_shop(house: House, world: World, access: Access) -> None:
    fill(world, 11, events=300)
    made = install_standard_tags(house, access, NOW)
    assert len(made) == len(list(standard_tags()))
    done = refresh(house, world.scope, NOW)
    assert done.failed == {}
    stored = tags_now(house, world.scope)
    people = done.people.tolist()
    assert sorted(stored["lifecycle_stage"]) == people
    for key in ("rfm_cell", "rfm_group", "value_tier", "favourite_category", "favourite_brand", "price_sensitivity", "coupon_sensitivity",
                "order_rhythm", "purchase_due", "preferred_hour", "preferred_weekday", "product_exploration", "brand_loyalty",
                "deal_seeker", "novelty_seeker", "loyalist", "main_motive", "churn_risk", "orders_365d"):  # fmt: skip
        assert stored.get(key), key
    states = states_of(house.store, world.scope)
    assert {key: state.people for key, state in states.items() if state.people} == {key: len(values) for key, values in stored.items()}
    again = refresh(house, world.scope, NOW + timedelta(minutes=1))
    assert (again.failed, again.touched.tolist()) == ({}, [])


def test_evidence_is_json_with_both_languages(house: House, world: World, access: Access) -> None:
    fill(world, 12, events=300)
    install_standard_tags(house, access, NOW)
    refresh(house, world.scope, NOW)
    rows = house.warehouse.query(
        Sql("SELECT toString(tag) AS tag, value, evidence FROM tag_values FINAL WHERE evidence != '' AND value != ''")
    ).to_pylist()
    assert {row["tag"] for row in rows} >= {"lifecycle_stage", "rfm_cell", "favourite_brand", "deal_seeker", "main_motive"}
    for row in rows:
        said = json.loads(row["evidence"])
        assert set(said) == {"zh", "en"}
        assert all(said.values()), row
        assert "{" not in said["zh"] + said["en"], row


def test_installing_again_changes_nothing_and_leaves_what_people_did(house: House, world: World, access: Access) -> None:
    fill(world, 13, events=40)
    install_standard_tags(house, access, NOW)
    assert install_standard_tags(house, world.scope, NOW) == []
    known = definitions(house.store, world.scope)
    mine = replace(known["value_tier"].tag, label=Words(zh="我的分层", en="My tiers"))
    save_tag(house.store, access, mine)
    remove_tag(house.store, access, "main_motive", users=())
    assert install_standard_tags(house, world.scope, NOW) == []
    after = definitions(house.store, world.scope)
    assert (after["value_tier"].tag.label.zh, after["value_tier"].standard) == ("我的分层", False)
    assert "main_motive" not in after


def test_a_tag_waits_for_a_role_that_nothing_plays(house: House, world: World, access: Access) -> None:
    fill(world, 14, events=30)
    save_tag(house.store, access, a_tag("bought", config={"measure": "count", "roles": ["purchase"]}))
    save_tag(house.store, access, a_tag("tier", kind="rule", value_type="text", config={"rule": "value_tier", "settings": {}}))
    done = refresh(house, world.scope, NOW)
    assert done.failed == {}
    assert tags_now(house, world.scope) == {}
    assert {key: (state.error_code, state.error) for key, state in states_of(house.store, world.scope).items()} == {
        "bought": ("roles_missing", "purchase"),
        "tier": ("roles_missing", "purchase"),
    }
