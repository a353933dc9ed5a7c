"""Does the compiled plan say of every event exactly what its definitions say?"""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uems.collect.plan.check import Checker, Verdict, compile_plan
from uems.collect.plan.model import EventPlan, Mode, Plan, PropertyPlan, from_json, to_json
from uems.collect.plan.reasons import CODES, Violation, reason_of, violations_of, words
from uems.collect.plan.validate import validate
from uems.kernel.errors import UemsError

ORDER = EventPlan(
    name="Order Completed",
    properties=(
        PropertyPlan(name="order_id", type="text", required=True, pattern=r"^[A-Z]{2}-\d+$"),
        PropertyPlan(name="revenue", type="number", required=True, minimum=0, maximum=1_000_000),
        PropertyPlan(name="currency", type="text", allowed=("CNY", "USD")),
        PropertyPlan(name="quantity", type="integer", minimum=1),
        PropertyPlan(name="gift", type="boolean"),
        PropertyPlan(name="paid_at", type="time"),
        PropertyPlan(name="products", type="list", minimum=1, maximum=3),
        PropertyPlan(name="address", type="object"),
        PropertyPlan(name="note", type="any"),
        PropertyPlan(name="渠道 with: odd;name%", type="text", maximum=4),
    ),
)
PLAN = Plan(mode="warn", unknown_events="warn", events=(ORDER,))
GOOD = {"order_id": "AB-1", "revenue": 19.9}


def verdict(plan: Plan, properties: object, event: str = "Order Completed", type_: str = "track") -> Verdict | None:
    checker = compile_plan(validate(plan))
    return None if checker is None else checker.check(type_, event, json.dumps(properties, ensure_ascii=False).encode())


def codes(properties: dict[str, object], plan: Plan = PLAN) -> list[tuple[str, str]]:
    found = verdict(plan, GOOD | properties)
    return [] if found is None else [(v.code, v.property) for v in violations_of(found.reason)]


@pytest.mark.parametrize(
    "properties",
    [
        {}, {"currency": "CNY"}, {"currency": None}, {"quantity": 5}, {"quantity": 5.0}, {"quantity": 2**70}, {"gift": False},
        {"note": None}, {"paid_at": "2026-03-02T09:30:00Z"}, {"paid_at": "2026-03-02T09:30:00+08:00"}, {"paid_at": "2026-03-02"},
        {"products": [1, "x", None]}, {"address": {}}, {"note": [1]}, {"note": {"a": 1}}, {"note": True},
        {"渠道 with: odd;name%": "门店一二"}, {"revenue": 0}, {"revenue": 1_000_000}, {"not planned": 1},
    ],
)  # fmt: skip
def test_what_is_as_planned_passes(properties: dict[str, object]) -> None:
    assert codes(properties) == []


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"order_id": None}, [("missing", "order_id")]),
        ({"order_id": 5}, [("wrong_type", "order_id")]),
        ({"order_id": "ab-1"}, [("pattern", "order_id")]),
        ({"revenue": "19.9"}, [("wrong_type", "revenue")]),
        ({"revenue": True}, [("wrong_type", "revenue")]),
        ({"revenue": -0.01}, [("too_small", "revenue")]),
        ({"revenue": 1e300}, [("too_large", "revenue")]),
        ({"currency": "EUR"}, [("not_allowed", "currency")]),
        ({"currency": ["CNY"]}, [("wrong_type", "currency")]),
        ({"quantity": 1.5}, [("wrong_type", "quantity")]),
        ({"quantity": 0}, [("too_small", "quantity")]),
        ({"gift": 1}, [("wrong_type", "gift")]),
        ({"paid_at": "yesterday"}, [("wrong_type", "paid_at")]),
        ({"paid_at": "2026-02-30"}, [("wrong_type", "paid_at")]),
        ({"paid_at": 1772443800}, [("wrong_type", "paid_at")]),
        ({"products": []}, [("too_small", "products")]),
        ({"products": [1, 2, 3, 4]}, [("too_large", "products")]),
        ({"products": {"0": 1}}, [("wrong_type", "products")]),
        ({"address": "here"}, [("wrong_type", "address")]),
        ({"渠道 with: odd;name%": "12345"}, [("too_large", "渠道 with: odd;name%")]),
        ({"order_id": None, "revenue": "x", "gift": "yes"}, [("missing", "order_id"), ("wrong_type", "revenue"), ("wrong_type", "gift")]),
    ],
)
def test_every_violation_is_named(properties: dict[str, object], expected: list[tuple[str, str]]) -> None:
    assert codes(properties) == expected


def test_a_reason_is_machine_readable_and_short() -> None:
    found = verdict(PLAN, {"revenue": -1})
    assert found == Verdict(False, "plan:missing:order_id;plan:too_small:revenue")
    many = replace(ORDER, properties=tuple(PropertyPlan(name=f"p{i}", required=True) for i in range(50)))
    found = verdict(replace(PLAN, events=(many,)), {})
    assert found is not None
    assert len(violations_of(found.reason)) == 5


@given(st.lists(st.builds(Violation, st.sampled_from(CODES), st.text(max_size=100)), max_size=5))
def test_reasons_go_both_ways(found: list[Violation]) -> None:
    assert violations_of(reason_of(found)) == found


def test_every_code_has_words_in_both_languages() -> None:
    for code in CODES:
        said = words(Violation(code, "price"))
        assert said.zh
        assert said.en
        assert ("price" in said.en) == ("property" in said.en or "value" in said.en)
    assert violations_of("junk_id: no id of the event names anybody") == []


@pytest.mark.parametrize(
    ("mode", "event_mode", "blocked"),
    [("warn", None, False), ("block", None, True), ("block", "warn", False), ("warn", "block", True), ("allow", "block", True),
     ("block", "allow", None), ("allow", None, None)],
)  # fmt: skip
def test_an_event_follows_its_own_mode_before_the_plan_s(mode: Mode, event_mode: Mode | None, blocked: bool | None) -> None:
    found = verdict(Plan(mode=mode, events=(replace(ORDER, mode=event_mode),)), {})
    assert (None if found is None else found.blocked) == blocked


def test_unknown_events_follow_their_own_rule_and_built_in_ones_are_known() -> None:
    cases: list[tuple[Mode, bool | None]] = [("allow", None), ("warn", False), ("block", True)]
    for mode, blocked in cases:
        found = verdict(replace(PLAN, unknown_events=mode), {}, "Odrer Completed")
        assert (None if found is None else (found.blocked, found.reason)) == (None if blocked is None else (blocked, "plan:unknown_event:"))
        assert verdict(replace(PLAN, unknown_events=mode), {}, "Page Viewed", "page") is None
    block = replace(PLAN, unknown_events="block")
    assert verdict(block, {}, "", "identify") is None
    assert verdict(block, {}, "", "group") is None
    assert verdict(block, {}, "", "alias") is None


def test_unknown_properties_follow_their_own_rule() -> None:
    plan = replace(PLAN, mode="allow", unknown_properties="block")
    assert verdict(plan, {"order_id": 5}) is None
    assert verdict(plan, {"order_id": 5, "oops": 1}) == Verdict(True, "plan:unknown_property:oops")
    assert verdict(replace(plan, events=(replace(ORDER, unknown_properties="allow"),)), {"oops": 1}) is None
    both = replace(PLAN, mode="warn", unknown_properties="block")
    assert verdict(both, {"revenue": 1, "oops": 1}) == Verdict(True, "plan:unknown_property:oops;plan:missing:order_id")


def test_properties_that_page_calls_bring_by_themselves_are_known() -> None:
    plan = Plan(unknown_properties="warn", events=(EventPlan(name="Page Viewed", properties=(PropertyPlan(name="url", type="number"),)),))
    assert verdict(plan, {"path": "/", "title": "x", "url": "https://a.example/"}, "Page Viewed", "page") is None
    assert verdict(plan, {"path": "/", "oops": 1}, "Page Viewed", "page") == Verdict(False, "plan:unknown_property:oops")


def test_drafts_are_known_and_not_checked_and_deprecated_events_are_worth_a_warning() -> None:
    block = replace(PLAN, mode="block", unknown_events="block", unknown_properties="block")
    assert verdict(replace(block, events=(replace(ORDER, status="draft"),)), {"oops": 1}) is None
    old = replace(block, events=(replace(ORDER, status="deprecated"),))
    assert verdict(old, GOOD) == Verdict(False, "plan:deprecated_event:")
    assert verdict(old, {"revenue": 1}) == Verdict(True, "plan:missing:order_id;plan:deprecated_event:")
    quiet = Plan(events=(replace(ORDER, status="deprecated"),))
    assert verdict(quiet, {}) == Verdict(False, "plan:deprecated_event:")


def test_traits_are_checked_in_identify_calls() -> None:
    plan = Plan(mode="block", traits=(PropertyPlan(name="email", type="text", pattern="@"),))
    assert verdict(plan, {"email": "a@b.example", "more": 1}, "", "identify") is None
    assert verdict(plan, {"email": "nobody"}, "", "identify") == Verdict(True, "plan:pattern:email")
    assert verdict(plan, {"email": "nobody"}, "Sign-up", "track") is None


def test_a_plan_without_consequences_costs_nothing() -> None:
    assert compile_plan(Plan()) is None
    assert compile_plan(Plan(events=(ORDER,))) is None
    assert compile_plan(Plan(mode="block")) is None
    assert compile_plan(Plan(mode="warn", events=(ORDER,))) is not None


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"5", b"null", b'{"a":' * 3000, b'{"revenue":1e999}', b'{"revenue":"\xff"}'])
def test_what_cannot_be_read_is_not_the_plan_s_business(raw: bytes) -> None:
    checker = compile_plan(PLAN)
    assert isinstance(checker, Checker)
    assert checker.check("track", "Order Completed", raw) is None


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (Plan(events=(ORDER, ORDER)), "events[1].name: 'Order Completed' is defined twice"),
        (Plan(events=(EventPlan(name=" "),)), "events[0].name: must not be empty"),
        (Plan(events=tuple(EventPlan(name=str(i)) for i in range(2001))), "events: 2001 events; at most 2000."),
        (Plan(traits=tuple(PropertyPlan(name=str(i)) for i in range(301))), "traits: 301 properties; at most 300."),
        (Plan(traits=(PropertyPlan(name="a"), PropertyPlan(name="a"))), "traits[1].name: 'a' is defined twice"),
        (Plan(traits=(PropertyPlan(name="a", pattern="x"),)), "traits[0].pattern: goes with text only; 'a' is any."),
        (Plan(traits=(PropertyPlan(name="a", type="text", pattern="("),)), "traits[0].pattern: not a regular expression that RE2 can run"),
        (Plan(traits=(PropertyPlan(name="a", type="boolean", minimum=1),)), "traits[0].minimum: and maximum go with"),
        (Plan(traits=(PropertyPlan(name="a", type="number", minimum=2, maximum=1),)), "traits[0].minimum: is 2, more than the maximum, 1"),
        (Plan(traits=(PropertyPlan(name="a", type="number", maximum=float("nan")),)), "traits[0].maximum: must be a finite number."),
        (Plan(traits=(PropertyPlan(name="a", type="text", maximum=1.5),)), "traits[0].maximum: counts the characters; a whole number"),
        (Plan(traits=(PropertyPlan(name="a", type="list", minimum=-1),)), "traits[0].minimum: counts the items; a whole number"),
        (Plan(traits=(PropertyPlan(name="a", allowed=()),)), "traits[0].allowed: 0 values; 1 to 500, or null"),
        (Plan(traits=(PropertyPlan(name="a", type="integer", allowed=(1, 1.5)),)), "traits[0].allowed[1]: 1.5 is not a integer."),
        (Plan(traits=(PropertyPlan(name="a", type="time", allowed=("x",)),)), "traits[0].allowed: does not go with time."),
    ],
)
def test_a_wrong_plan_says_where_and_what(plan: Plan, message: str) -> None:
    with pytest.raises(UemsError) as caught:
        validate(plan)
    assert caught.value.code == "bad_plan"
    assert caught.value.message.startswith(message)


def test_a_plan_goes_into_json_and_back() -> None:
    plan = Plan(mode="block", events=(replace(ORDER, mode="warn", owner="growth"),), traits=ORDER.properties)
    assert from_json(json.loads(json.dumps(to_json(plan)))) == plan


# The fast way must never accept what the slow way would not: both are asked about random objects under random definitions.
_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 12), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=6),
        st.sampled_from(["CNY", "AB-1", "2026-03-02", "2026-03-02T09:30:00Z", "2026-03-02 09:30:00", 5.0, 1.5]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
_NAMES = ["a", "b", "c:d", "价格"]


_ALLOWED = {"text": ("CNY", "AB-1", ""), "number": (1, 1.5), "integer": (1, 5), "any": (True, 1, "CNY"), "boolean": (True,)}


@st.composite
def _property(draw: st.DrawFn, name: str) -> PropertyPlan:
    type_: Any = draw(st.sampled_from(["any", "text", "number", "integer", "boolean", "time", "list", "object"]))
    low, high = sorted(draw(st.tuples(st.integers(0, 9), st.integers(0, 9))))
    bounded = type_ in ("text", "number", "integer", "list") and draw(st.booleans())
    allowed: Any = _ALLOWED.get(type_)
    return PropertyPlan(
        name=name,
        type=type_,
        required=draw(st.booleans()),
        allowed=allowed if draw(st.booleans()) else None,
        pattern="[A-Z]" if type_ == "text" and draw(st.booleans()) else "",
        minimum=low if bounded else None,
        maximum=high if bounded else None,
    )


def _is(type_: str, value: object) -> bool:
    """The rules of types once more, plainly."""
    number = type(value) in (int, float)
    if type_ == "time":
        for kind in ("datetime", "date"):
            try:
                msgspec.json.decode(json.dumps(value), type=getattr(__import__("datetime"), kind))
            except msgspec.ValidationError:
                continue
            return isinstance(value, str)
        return False
    kinds = {"text": str, "boolean": bool, "list": list, "object": dict}
    return {"any": True, "number": number, "integer": number and value == int(value)}.get(type_, isinstance(value, kinds.get(type_, str)))  # type: ignore[call-overload]


def _expected(properties: dict[str, Any], definitions: list[PropertyPlan], unknown: Mode) -> set[tuple[str, str]]:
    found = set()
    for p in definitions:
        value = properties.get(p.name)
        if value is None:
            found |= {("missing", p.name)} if p.required else set()
        elif not _is(p.type, value):
            found.add(("wrong_type", p.name))
        elif p.allowed is not None and not any(
            (type(value) is not bool and type(a) is not bool and value == a) or value is a for a in p.allowed
        ):
            found.add(("not_allowed", p.name))
        elif p.pattern and not any("A" <= c <= "Z" for c in value):
            found.add(("pattern", p.name))
        elif p.minimum is not None and p.maximum is not None:
            size = len(value) if isinstance(value, str | list) else value
            found |= {("too_small", p.name)} if size < p.minimum else {("too_large", p.name)} if size > p.maximum else set()
    if unknown != "allow":
        found |= {("unknown_property", name) for name in properties if name not in {p.name for p in definitions}}
    return found


@given(st.data(), st.dictionaries(st.sampled_from([*_NAMES, "other"]), _values, max_size=4), st.sampled_from(["allow", "warn"]))
def test_the_fast_way_and_the_definitions_agree(data: st.DataObject, properties: dict[str, Any], unknown: Mode) -> None:
    definitions = [data.draw(_property(name)) for name in data.draw(st.lists(st.sampled_from(_NAMES), unique=True, max_size=4))]
    plan = Plan(mode="warn", unknown_properties=unknown, events=(EventPlan(name="E", properties=tuple(definitions)),))
    found = verdict(plan, properties, "E")
    said = set() if found is None else {(v.code, v.property) for v in violations_of(found.reason)}
    assert said == _expected(properties, definitions, unknown)
