"""Does a draft propose what a person would write down after looking at the traffic?"""

import json
from datetime import timedelta

from tests.collect.plan.conftest import Send
from tests.support.events import NOW, iso, track
from uems.access.api import Access
from uems.collect.plan.check import compile_plan
from uems.collect.plan.draft import MAX_PROPERTIES, draft_plan, observe
from uems.collect.plan.model import EventPlan, Plan, PropertyPlan
from uems.collect.plan.validate import validate
from uems.kernel.clock import Period
from uems.kernel.house import House

PERIOD = Period(start=NOW - timedelta(days=7), end=NOW + timedelta(days=1))


def order(number: int) -> dict[str, object]:
    properties: dict[str, object] = {
        "order_id": f"A-{number}",
        "revenue": number + (0.5 if number % 2 else 0),
        "quantity": number % 4 + 1,
        "channel": ["store", "app", "web"][number % 3],
        "gift": number % 2 == 0,
        "paid_at": iso(number),
        "products": [{"product_id": "1"}],
        "mixed": number if number % 2 else str(number),
    }
    if number % 10 == 0:
        properties["coupon"] = "SPRING"
    return track(f"u{number}", "Order Completed", properties=properties, timestamp=iso(-number))


def test_a_draft_reads_types_presence_and_choices_from_the_events(house: House, shop: Access, send: Send) -> None:
    send([order(n) for n in range(300)])
    send([track("u1", "Rare Thing", properties={"x": 1})])
    send([{"type": "identify", "userId": f"u{n}", "messageId": f"i{n}", "traits": {"email": f"u{n}@a.example"}} for n in range(60)])
    send([{"type": "page", "userId": "u1", "messageId": "p1", "properties": {"path": "/"}}])
    draft = draft_plan(house.warehouse, shop.scope, PERIOD, limit=10)
    assert [(event.definition.name, event.events, event.sampled) for event in draft.events] == [
        ("Order Completed", 300, 300),
        ("Page Viewed", 1, 1),
        ("Rare Thing", 1, 1),
    ]
    proposed = {one.definition.name: one for one in draft.events[0].properties}
    assert {name: (one.definition.type, one.definition.required) for name, one in proposed.items()} == {
        "order_id": ("text", True), "revenue": ("number", True), "quantity": ("number", True), "channel": ("text", True),
        "gift": ("boolean", True), "paid_at": ("time", True), "products": ("list", True), "mixed": ("any", True), "coupon": ("text", False),
    }  # fmt: skip
    assert proposed["channel"].definition.allowed == ("app", "store", "web")
    assert proposed["order_id"].definition.allowed is None
    assert proposed["order_id"].distinct == 300
    assert (proposed["coupon"].present, proposed["coupon"].examples) == (0.1, ("SPRING",))
    assert proposed["mixed"].types == {"integer": 150, "text": 150}
    assert [(one.definition.name, one.definition.type, one.definition.required) for one in draft.traits] == [("email", "text", True)]
    # What was seen once is not called required.
    assert draft.events[2].properties[0].definition == PropertyPlan(name="x", type="number")


def test_the_traffic_that_a_draft_was_made_from_passes_it(house: House, shop: Access, send: Send) -> None:
    send([order(n) for n in range(300)])
    draft = draft_plan(house.warehouse, shop.scope, PERIOD, limit=10)
    checker = compile_plan(validate(Plan(mode="block", unknown_properties="block", events=(draft.events[0].definition,))))
    assert checker is not None
    for number in range(300):
        assert checker.check("track", "Order Completed", json.dumps(order(number)["properties"]).encode()) is None


def test_only_named_events_and_only_so_many_are_looked_at(house: House, shop: Access, send: Send) -> None:
    send([track("u1", f"Event {n}") for n in range(5)])
    assert [e.definition.name for e in draft_plan(house.warehouse, shop.scope, PERIOD, limit=10, only=["Event 3"]).events] == ["Event 3"]
    few = draft_plan(house.warehouse, shop.scope, PERIOD, limit=2)
    assert (len(few.events), few.truncated) == (2, True)
    before = Period(start=NOW - timedelta(days=90), end=NOW - timedelta(days=60))
    assert draft_plan(house.warehouse, shop.scope, before, limit=10).events == ()


def test_ten_thousand_properties_do_not_make_ten_thousand_proposals() -> None:
    found = observe([{f"p{n}": n for n in range(10_000)}, {"often": 1}, {"often": 2}])
    assert len(found) == MAX_PROPERTIES
    assert found[0].definition.name == "often"
    assert observe([]) == []
    assert observe([{"": 1, " ": 2, "a": None}]) == []
    validate(Plan(events=(EventPlan(name="e", properties=tuple(one.definition for one in found)),)))
