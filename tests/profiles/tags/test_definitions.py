"""Are definitions versioned, checked and refused with words, and does a tag that fails leave the others alone?"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.profiles.conditions.world import NOW, World
from tests.profiles.tags.shop import a_tag, fill, tags_now
from uems.access.api import Access
from uems.kernel.errors import UemsError
from uems.kernel.filters import Node
from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.profiles.conditions.grammar import parse_condition
from uems.profiles.roles.mappings import roles_of, set_role
from uems.profiles.tags import computed
from uems.profiles.tags.as_code import apply_tags, plan_tags, tags_to_yaml
from uems.profiles.tags.asked import check_asked
from uems.profiles.tags.catalogue import Which, catalogue, distribution, people_with
from uems.profiles.tags.config import read_config
from uems.profiles.tags.definitions import definition_versions, definitions, remove_tag, save_tag
from uems.profiles.tags.lineage import lineage_of
from uems.profiles.tags.model import TagDef
from uems.profiles.tags.refresh import refresh
from uems.profiles.tags.registry import TAG_RULES
from uems.profiles.tags.trial import try_tag
from uems.profiles.tags.uses import TagUse, TagUsers

BUYS = {"did": {"events": ["Order Completed"]}}


def rule(*values: tuple[Any, Mapping[str, Any]], default: Any = None) -> dict[str, Any]:
    return {"values": [{"value": value, "when": when} for value, when in values], "default": default}


def asks(key: str, *others: str) -> TagDef:
    parts: list[dict[str, Any]] = [{"tag": {"name": other, "op": "is_set"}} for other in others]
    when = {"and": parts or [BUYS]}
    return a_tag(key, "rule", "boolean", rule((True, when)))


def test_the_first_condition_that_holds_gives_the_value(house: House, world: World, access: Access) -> None:
    fill(world, 31, events=60)
    many = {"did": {"events": ["Order Completed"], "measure": "count", "op": "gte", "value": 3}}
    save_tag(house.store, access, a_tag("buyer", "rule", "text", rule(("many", many), ("some", BUYS), default="none")))
    refresh(house, world.scope, NOW)
    souls = world.souls()
    orders = {p: sum(e["event"] == "Order Completed" for e in soul.events) for p, soul in souls.items()}
    wanted = {p: "many" if n >= 3 else "some" if n else "none" for p, n in orders.items()}
    assert tags_now(house, world.scope)["buyer"] == wanted


def test_tags_that_ask_tags_come_after_them_and_cuts_are_measured_between(house: House, world: World, access: Access) -> None:
    fill(world, 32, events=120)
    save_tag(house.store, access, a_tag("orders", config={"measure": "count", "events": ["Order Completed"]}))
    top = {"top": {"tag": "orders", "percent": 25}}
    save_tag(house.store, access, a_tag("a_top", "rule", "boolean", rule((True, top))))
    save_tag(house.store, access, asks("b_of_top", "a_top"))
    refresh(house, world.scope, NOW)
    stored = tags_now(house, world.scope)
    counts = sorted(stored["orders"].values(), reverse=True)
    cut = counts[max(-(-len(counts) * 25 // 100), 1) - 1]
    assert stored["a_top"] == {p: True for p, n in stored["orders"].items() if n >= cut}
    assert stored["b_of_top"] == stored["a_top"]
    # For some people it is the cut of the pass over everybody that counts.
    one = next(iter(stored["a_top"]))
    refresh(house, world.scope, NOW, [one], tags=["orders", "a_top", "b_of_top"])
    assert tags_now(house, world.scope) == stored


def test_circles_and_unknown_tags_are_refused_by_name(house: House, world: World, access: Access) -> None:
    save_tag(house.store, access, asks("a"))
    save_tag(house.store, access, asks("b", "a"))
    save_tag(house.store, access, asks("c", "b"))
    with pytest.raises(UemsError, match="a → c → b → a"):
        save_tag(house.store, access, asks("a", "c"))
    with pytest.raises(UemsError, match="'nobody'"):
        save_tag(house.store, access, asks("d", "nobody"))
    with pytest.raises(UemsError, match="e → e"):
        save_tag(house.store, access, asks("e", "e"))
    with pytest.raises(UemsError, match="asked by tag b"):
        remove_tag(house.store, access, "a", users=())
    assert list(definitions(house.store, world.scope)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("tag", "place"),
    [
        (a_tag("Bad key"), "key"),
        (a_tag("x", config={"measure": "median"}), "config.measure"),
        (a_tag("x", config={"measure": "sum", "events": ["a"]}), "config.property"),
        (a_tag("x", config={"measure": "sum", "events": ["a"], "property": "$nothing"}), "config.property"),
        (a_tag("x", config={"measure": "sum", "events": ["a"], "property": "a[].b[].c"}), "config.property"),
        (a_tag("x", value_type="text", config={"measure": "count", "events": ["a"]}), "gives a number"),
        (a_tag("x", config={"measure": "trend", "events": ["a"]}, refresh="live"), "midnight"),
        (a_tag("x", config={"measure": "count", "roles": ["nothing"]}), "config.roles"),
        (a_tag("x", config={"measure": "share", "events": ["a"]}), "config.among"),
        (a_tag("x", config={"measure": "count", "events": ["a"], "surprise": 1}), "surprise"),
        (a_tag("x", "rule", "text", {"values": []}), "config.values"),
        (a_tag("x", "rule", "text", rule((5, BUYS))), "no text"),
        (a_tag("x", "rule", "text", rule(("a", BUYS)), allowed=("b",)), "allowed"),
        (a_tag("x", "rule", "text", rule(("a", {"segment": {"key": "s"}}))), "segment"),
        (a_tag("x", "rule", "text", rule(("a", {"did": {"events": ["a"], "within": 3}}))), "config.values[0].when"),
        (a_tag("x", "rule", "text", {"rule": "lifecycle_stage", "settings": {"active_days": 50}}), "config.settings"),
        (a_tag("x", "rule", "number", {"rule": "kol", "settings": {}}, refresh="live"), "everybody at once"),
        (a_tag("x", "manual", "text", {"surprise": 1}), "surprise"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(house: House, access: Access, tag: TagDef, place: str) -> None:
    with pytest.raises(UemsError) as refused:
        save_tag(house.store, access, tag)
    assert refused.value.status == 422
    assert place in refused.value.message
    assert definitions(house.store, access.scope) == {}


def test_every_change_keeps_the_version_before_it(house: House, world: World, access: Access) -> None:
    first = save_tag(house.store, access, asks("a"), base_version=0)
    assert save_tag(house.store, access, asks("a")).version == 1
    second = save_tag(house.store, access, replace(first.tag, owner="CRM"), base_version=1, note="owner")
    with pytest.raises(UemsError) as refused:
        save_tag(house.store, access, replace(first.tag, owner="HR"), base_version=1)
    assert (refused.value.code, refused.value.details) == ("tag_changed", {"version": 2})
    remove_tag(house.store, access, "a", users=())
    again = save_tag(house.store, access, asks("a"), base_version=0)
    assert (second.version, again.version) == (2, 4)
    assert [(saved.version, removed) for saved, removed in definition_versions(house.store, world.scope, "a")] == [
        (4, False), (3, True), (2, False), (1, False),
    ]  # fmt: skip


def test_a_tag_that_fails_says_why_and_holds_up_no_other(
    house: House, world: World, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world, 33, events=40)
    save_tag(house.store, access, a_tag("good", config={"measure": "count", "events": []}))
    save_tag(house.store, access, a_tag("broken", "rule", "number", {"rule": "churn_risk", "settings": {}}))

    def explode(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(type(TAG_RULES.get("churn_risk")), "conclude", explode)
    done = refresh(house, world.scope, NOW)
    assert done.failed == {"broken": "ZeroDivisionError: on purpose"}
    assert tags_now(house, world.scope).keys() == {"good"}
    listed = {one.saved.tag.key: one for one in catalogue(house, world.scope, NOW)}
    assert (listed["broken"].health, listed["good"].health) == ("failing", "ok")
    assert "on purpose" in listed["broken"].reason.zh


def test_when_the_statement_fails_only_the_tag_that_broke_it_is_left_out(
    house: House, world: World, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world, 34, events=40)
    for key in ("a", "b", "c"):
        save_tag(house.store, access, a_tag(key, config={"measure": "days" if key == "b" else "count", "events": []}))
    monkeypatch.setitem(computed._AGGREGATES, "days", lambda *_: Sql("throwIf(count() >= 0)"))
    done = refresh(house, world.scope, NOW)
    assert list(done.failed) == ["b"]
    assert tags_now(house, world.scope).keys() == {"a", "c"}


def test_a_tag_out_of_use_loses_its_values(house: House, world: World, access: Access) -> None:
    fill(world, 35, events=40)
    saved = save_tag(house.store, access, a_tag("a", config={"measure": "count", "events": []}))
    save_tag(house.store, access, a_tag("b", config={"measure": "count", "events": []}))
    refresh(house, world.scope, NOW)
    save_tag(house.store, access, replace(saved.tag, enabled=False))
    remove_tag(house.store, access, "b", users=())
    done = refresh(house, world.scope, NOW)
    assert tags_now(house, world.scope) == {}
    assert {key: len(people) for key, people in done.changed.items()} == {"a": len(done.people), "b": len(done.people)}
    assert [(one.saved.tag.key, one.health, one.state.people) for one in catalogue(house, world.scope, NOW)] == [("a", "disabled", 0)]


def test_the_catalogue_says_how_each_tag_is_and_who_asks_it(house: House, world: World, access: Access) -> None:
    fill(world, 36, events=60)
    save_tag(house.store, access, a_tag("orders", config={"measure": "count", "events": ["Order Completed"]}))
    save_tag(house.store, access, asks("asker", "orders"))
    save_tag(house.store, access, a_tag("waits", config={"measure": "count", "roles": ["purchase"]}))
    save_tag(house.store, access, a_tag("nobody", "manual", "text"))
    assert {one.saved.tag.key: one.health for one in catalogue(house, world.scope, NOW)} == {
        "orders": "new", "asker": "new", "waits": "waiting", "nobody": "new",
    }  # fmt: skip
    refresh(house, world.scope, NOW)
    users: list[TagUsers] = [lambda conn, scope: [TagUse(tag="orders", kind="segment", key="vip", label="VIP")]]
    listed = {one.saved.tag.key: one for one in catalogue(house, world.scope, NOW, users)}
    assert {key: one.health for key, one in listed.items()} == {"orders": "ok", "asker": "ok", "waits": "waiting", "nobody": "empty"}
    assert [(use.kind, use.key) for use in listed["orders"].used_by] == [("tag", "asker"), ("segment", "vip")]
    assert listed["orders"].lineage.events == ("Order Completed",)
    assert "购买" in listed["waits"].reason.zh
    souls = world.souls()
    assert (listed["orders"].state.people, listed["orders"].state.everybody) == (len(souls), len(souls))
    later = {one.saved.tag.key: one.health for one in catalogue(house, world.scope, NOW + timedelta(hours=37))}
    assert later["orders"] == "stale"


def test_lineage_is_read_from_the_config(house: House, world: World, access: Access) -> None:
    set_role(house.store, access, "purchase", events=["Order Completed", "Paid"])
    set_role(house.store, access, "category", property="cat")
    roles = roles_of(house.store, world.scope)
    inner = {"property": {"name": "p", "op": "is_set"}}
    when = {
        "and": [
            {"did": {"events": ["A"], "where": inner, "measure": "sum", "property": "q", "op": "gt", "value": 1}},
            {"trait": {"name": "city", "op": "is_set"}},
            {"related": {"kind": "invited", "who": {"tag": {"name": "other", "op": "is_set"}}}},
        ]
    }  # fmt: skip
    made = lineage_of(read_config(a_tag("x", "rule", "boolean", rule((True, when)))), roles)
    assert (made.events, made.properties, made.traits, made.tags, made.relations) == (("A",), ("p", "q"), ("city",), ("other",), True)
    ready = lineage_of(read_config(a_tag("x", "rule", "text", {"rule": "affinity", "settings": {}})), roles)
    assert ready.events == ("Order Completed", "Paid")
    assert "cat" in ready.properties


def test_a_distribution_counts_everybody_and_opens_to_them(house: House, world: World, access: Access) -> None:
    fill(world, 37, events=100)
    order = {"events": ["Order Completed"]}
    save_tag(house.store, access, a_tag("n", config={"measure": "count", "events": []}))
    save_tag(
        house.store, access, a_tag("brands", value_type="list", config={"measure": "unique_list", **order, "property": "products[].brand"})
    )
    save_tag(house.store, access, a_tag("first", value_type="date", config={"measure": "first_at", **order}))
    refresh(house, world.scope, NOW)
    stored, known = tags_now(house, world.scope), definitions(house.store, world.scope)
    for key, parts in {
        "n": {p: {v} for p, v in stored["n"].items()},
        "brands": {p: set(v) for p, v in stored["brands"].items()},
        "first": {p: {v[:7]} for p, v in stored["first"].items()},
    }.items():
        found = distribution(house, world.scope, known[key].tag)
        values: set[Any] = set().union(*parts.values())
        assert found.people == len(stored[key])
        assert found.distinct == len(values)
        assert {one.value: one.people for one in found.values} == {v: sum(v in mine for mine in parts.values()) for v in values}
        for one in found.values:
            people = people_with(house, world.scope, known[key].tag, Which(value=one.value), limit=100)
            assert people == sorted(p for p, mine in parts.items() if one.value in mine)
    numbers = distribution(house, world.scope, known["n"].tag)
    assert sum(one.people for one in numbers.bins) == numbers.people
    assert numbers.mean == pytest.approx(sum(stored["n"].values()) / numbers.people)
    low = people_with(house, world.scope, known["n"].tag, Which(low=2, high=5), limit=100)
    assert low == sorted(p for p, v in stored["n"].items() if 2 <= v <= 5)


def test_a_trial_says_what_the_tag_would_and_keeps_nothing(house: House, world: World, access: Access) -> None:
    fill(world, 38, events=100)
    tag = a_tag("buyer", "rule", "text", rule(("yes", BUYS)))
    found = try_tag(house, world.scope, tag, NOW)
    assert tags_now(house, world.scope) == {}
    assert definitions(house.store, world.scope) == {}
    save_tag(house.store, access, tag)
    refresh(house, world.scope, NOW)
    buyers = tags_now(house, world.scope)["buyer"]
    assert (found.people, found.everybody) == (len(buyers), len(world.souls()))
    assert [(one.value, one.people) for one in found.values] == [("yes", len(buyers))]
    assert set(found.sample.tolist()) <= buyers.keys()


def test_definitions_as_code_say_what_they_change_and_change_all_or_nothing(house: House, world: World, access: Access) -> None:
    save_tag(house.store, access, asks("a"))
    save_tag(house.store, access, asks("b", "a"))
    written = tags_to_yaml(house.store, world.scope)
    assert [change.act for change in plan_tags(house.store, world.scope, written, prune=True)] == ["keep", "keep"]
    wanted = {"b": {**written["b"], "owner": "CRM"}, "c": {**written["a"], "config": asks("c", "d").config}, "d": written["a"]}
    planned = plan_tags(house.store, world.scope, {**wanted, "a": written["a"]}, prune=True)
    assert {one.key: (one.act, [f.field for f in one.fields][:1]) for one in planned} == {
        "a": ("keep", []),
        "b": ("change", ["owner"]),
        "c": ("add", ["family"]),
        "d": ("add", ["family"]),
    }
    before = definitions(house.store, world.scope)
    with pytest.raises(UemsError, match=r"tags\.e\.kind"):
        apply_tags(house.store, access, {**wanted, "e": {**written["a"], "kind": "magic"}}, users=())
    with pytest.raises(UemsError, match="asked by tag b"):
        apply_tags(house.store, access, wanted, prune=True, users=())
    assert definitions(house.store, world.scope) == before
    apply_tags(house.store, access, {key: wanted[key] for key in ("c", "d")}, prune=True, users=())
    assert sorted(definitions(house.store, world.scope)) == ["c", "d"]
    assert tags_to_yaml(house.store, world.scope) == {"c": wanted["c"], "d": wanted["d"]}


def test_what_the_rooms_above_ask_stands_in_the_way_of_removing_and_of_another_type(house: House, world: World, access: Access) -> None:
    saved = save_tag(house.store, access, a_tag("level", "manual", "number"))
    many = parse_condition({"not": {"related": {"kind": "invited", "who": {"tag": {"name": "level", "op": "gte", "value": 3}}}}})
    segment = TagUse(tag="level", kind="segment", key="vip", label="VIP", conditions=(many,))
    model = TagUse(tag="level", kind="model", key="churn", label="Churn", wants="number")
    for use, why in ((segment, "gte does not fit"), (model, "must be a number")):
        users: list[TagUsers] = [lambda conn, scope, use=use: [use]]  # type: ignore[misc]
        for attempt in (
            lambda users=users: remove_tag(house.store, access, "level", users=users),
            lambda users=users: apply_tags(house.store, access, {}, prune=True, users=users),
        ):
            with pytest.raises(UemsError, match=f"asked by {use.kind} {use.key}") as caught:
                attempt()
            assert (caught.value.status, caught.value.details["users"]) == (409, [f"{use.kind} {use.key}"])
        text = replace(saved.tag, value_type="text")
        with pytest.raises(UemsError, match=why) as caught:
            save_tag(house.store, access, text, users=users)
        assert (caught.value.code, caught.value.status) == ("tag_in_use", 409)
        with pytest.raises(UemsError, match=why):
            apply_tags(
                house.store, access, {"level": {**tags_to_yaml(house.store, world.scope)["level"], "value_type": "text"}}, users=users
            )
        assert definitions(house.store, world.scope)["level"].tag.value_type == "number"
        save_tag(house.store, access, replace(saved.tag, owner=use.key), users=users)
    save_tag(house.store, access, text)


@pytest.mark.parametrize(
    ("value_type", "fits", "misfits"),
    [
        ("text", ["equals x", "in [x]", "regex x", "not_contains x", "is_set"], ["gt 1", "before d", "equals true"]),
        (
            "number",
            ["equals 1", "equals 1.5", "between n", "not_in [2]", "is_not_set"],
            ["equals x", "contains x", "between d", "equals true"],
        ),
        ("boolean", ["equals true", "not_equals false", "is_set"], ["equals x", "gte 1", "equals 1"]),
        ("date", ["before d", "between d", "is_set"], ["equals x", "between n", "gt 1"]),
        ("list", ["list_contains x", "not_list_contains 1", "is_set"], ["equals x", "contains x", "gt 1"]),
    ],
)
def test_a_tag_is_asked_only_what_its_values_can_answer(value_type: Any, fits: list[str], misfits: list[str]) -> None:
    values: dict[str, Any] = {
        "x": "x", "[x]": ["x"], "[2]": [2], "1": 1, "1.5": "1.5", "true": True, "false": False, "n": [1, 2], "d": {"ago": 3, "unit": "day"},
    }  # fmt: skip

    def condition(text: str) -> Node:
        op, _, name = text.partition(" ")
        value = [values["d"], {"ago": 1, "unit": "day"}] if text == "between d" else values.get(name)
        return parse_condition({"or": [{"tag": {"name": "t", "op": op, **({"value": value} if name else {})}}]})

    known = {"t": a_tag("t", "manual", value_type), "tea_lover": a_tag("tea_lover", "manual", "boolean")}
    for text in fits:
        check_asked(condition(text), known)
    for text in misfits:
        with pytest.raises(UemsError) as caught:
            check_asked(condition(text), known)
        assert (caught.value.code, caught.value.details["path"]) == ("bad_filter", "or[0].tag"), text
    top = parse_condition({"top": {"tag": "t", "percent": 10}})
    if value_type == "number":
        check_asked(top, known)
    else:
        with pytest.raises(UemsError, match="percentiles are of numbers"):
            check_asked(top, known)
    with pytest.raises(UemsError, match="did you mean tea_lover") as caught:
        check_asked(parse_condition({"related": {"who": {"not": {"tag": {"name": "tealover", "op": "is_set"}}}}}), known)
    found = {"path": "related.who.not.tag.name", "what": "unknown_tag", "tag": "tealover", "near": ["tea_lover"]}
    assert caught.value.details == found
