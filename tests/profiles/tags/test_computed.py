"""Are computed traits what plain Python makes of the same events, for everybody and for some, before and after merges?"""

import math
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tests.profiles.conditions.world import NOW, ZONE, Soul, World
from tests.profiles.tags.shop import a_tag, fill, tags_now
from uems.access.api import Access
from uems.identity import api as identity
from uems.kernel.clock import day_of
from uems.kernel.house import House
from uems.profiles.roles.mappings import set_role
from uems.profiles.tags.definitions import save_tag
from uems.profiles.tags.refresh import refresh

TODAY = day_of(NOW, ZONE)
ORDERS = {"events": ["Order Completed"]}
LAST_60 = {"within": {"op": "after", "value": {"ago": 60, "unit": "day"}}}
Event = dict[str, Any]


def events(soul: Soul, *names: str) -> list[Event]:
    return [e for e in soul.events if e["event"] in names]


def lines(soul: Soul, name: str) -> list[Any]:
    return [item[name] for e in events(soul, "Order Completed") for item in e["properties"]["products"] if name in item]


def since(rows: list[Event], days: int) -> list[Event]:
    # "after 60 days ago": a moment later than the instant that many days back on the calendar of the zone.
    here = NOW.astimezone(ZoneInfo(ZONE))
    back = (here.replace(tzinfo=None) - timedelta(days=days)).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    return [e for e in rows if e["ts"] > back]


def frequent(values: list[Any]) -> Any:
    return min(Counter(values).items(), key=lambda pair: (-pair[1], pair[0]))[0] if values else None


def at(ts: datetime) -> str:
    return ts.replace(microsecond=ts.microsecond // 1000 * 1000).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ts.microsecond // 1000:03d}Z"


def trend(soul: Soul, days: int) -> float | None:
    def count(first: int, last: int) -> int:
        return sum(TODAY - timedelta(days=first) <= e["day"] < TODAY - timedelta(days=last) for e in events(soul, "Product Viewed"))

    this, before = count(days, 0), count(2 * days, days)
    return (this - before) / before if before else None


def slope(soul: Soul, days: int, periods: int) -> float | None:
    first = TODAY - timedelta(days=days * periods)
    sums = np.zeros(periods)
    found = False
    for e in events(soul, "Order Completed"):
        if first <= e["day"] < TODAY:
            found = True
            sums[(e["day"] - first).days // days] += e["revenue"] or 0
    return float(np.polyfit(np.arange(periods), sums, 1)[0]) if found else None


def share(soul: Soul) -> float | None:
    both = events(soul, "Order Completed", "Product Viewed")
    return len(events(soul, "Order Completed")) / len(both) if both else None


def wallet(soul: Soul) -> float | None:
    rows = [(e, e["revenue"] or 0) for e in events(soul, "Order Completed")]
    whole = sum(amount for _, amount in rows)
    return sum(amount for e, amount in rows if "coupon" in e["properties"]) / whole if whole else None


def prices(soul: Soul) -> list[float]:
    return [float(p) for p in lines(soul, "price")]


def revenues(soul: Soul) -> list[int]:
    return [e["revenue"] for e in events(soul, "Order Completed") if e["revenue"] is not None]


def last_view(soul: Soul) -> Any:
    rows = [e for e in events(soul, "Product Viewed") if "category" in e["properties"]]
    return max(rows, key=lambda e: e["ts"])["properties"]["category"] if rows else None


def first_price(soul: Soul) -> Any:
    rows = events(soul, "Product Viewed")
    return float(min(rows, key=lambda e: e["ts"])["properties"]["price"]) if rows else None


def ends(soul: Soul, pick: Callable[[list[datetime]], datetime]) -> str | None:
    rows = [e["ts"] for e in events(soul, "Order Completed")]
    return at(pick(rows)) if rows else None


CATEGORY = {**ORDERS, "property": "products[].category"}
CASES: dict[str, tuple[str, dict[str, Any], Callable[[Soul], Any]]] = {
    "orders": ("number", {"measure": "count", "roles": ["purchase"]}, lambda s: len(events(s, "Order Completed"))),
    "orders_60": ("number", {"measure": "count", **ORDERS, **LAST_60}, lambda s: len(since(events(s, "Order Completed"), 60))),
    "order_days": ("number", {"measure": "days", **ORDERS}, lambda s: len({e["day"] for e in events(s, "Order Completed")})),
    "revenue": ("number", {"measure": "sum", **ORDERS, "property": "$revenue"}, lambda s: sum(revenues(s))),
    "pieces": ("number", {"measure": "sum", **ORDERS, "property": "products[].quantity"}, lambda s: sum(lines(s, "quantity"))),
    "price_average": (
        "number",
        {"measure": "average", **ORDERS, "property": "products[].price", "digits": 3},
        lambda s: sum(prices(s)) / len(prices(s)) if prices(s) else None,
    ),
    "price_min": ("number", {"measure": "min", **ORDERS, "property": "products[].price"}, lambda s: min(prices(s), default=None)),
    "revenue_max": ("number", {"measure": "max", **ORDERS, "property": "$revenue"}, lambda s: max(revenues(s), default=None)),
    "categories": (
        "number",
        {"measure": "distinct", **CATEGORY},
        lambda s: len(set(lines(s, "category"))),
    ),
    "category": (
        "text",
        {"measure": "most_frequent", **CATEGORY},
        lambda s: frequent(lines(s, "category")),
    ),
    "usual_price": (
        "number",
        {"measure": "most_frequent", **ORDERS, "property": "products[].price"},
        lambda s: frequent(prices(s)),
    ),
    "brands": (
        "list",
        {"measure": "unique_list", **ORDERS, "property": "products[].brand", "limit": 2},
        lambda s: sorted(set(lines(s, "brand")), key=lambda b: b.encode())[:2] or None,
    ),
    "last_category": ("text", {"measure": "last", "events": ["Product Viewed"], "property": "category"}, last_view),
    "first_price": ("number", {"measure": "first", "events": ["Product Viewed"], "property": "price"}, first_price),
    "order_share": ("number", {"measure": "share", **ORDERS, "among": {"events": ["Order Completed", "Product Viewed"]}}, share),
    "coupon_wallet": (
        "number",
        {
            "measure": "share",
            **ORDERS,
            "where": {"property": {"name": "coupon", "op": "is_set"}},
            "among": ORDERS,
            "property": "$revenue",
        },
        wallet,
    ),
    "view_trend": ("number", {"measure": "trend", "events": ["Product Viewed"], "days": 30}, lambda s: trend(s, 30)),
    "revenue_slope": (
        "number",
        {"measure": "trend", **ORDERS, "property": "$revenue", "style": "slope", "days": 10, "periods": 5},
        lambda s: slope(s, 10, 5),
    ),
    "days_since_order": (
        "number",
        {"measure": "days_since", **ORDERS},
        lambda s: min(((TODAY - e["day"]).days for e in events(s, "Order Completed")), default=None),
    ),
    "first_order": ("date", {"measure": "first_at", **ORDERS}, lambda s: ends(s, min)),
    "last_order": ("date", {"measure": "last_at", **ORDERS}, lambda s: ends(s, max)),
    "visits": ("number", {"measure": "count", "events": []}, lambda s: len(s.events)),
}


def same(got: Any, wanted: Any) -> bool:
    if isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return isinstance(got, int | float) and math.isclose(got, wanted, rel_tol=1e-6, abs_tol=2e-3)
    return bool(got == wanted)


def define(house: House, access: Access) -> None:
    set_role(house.store, access, "purchase", events=["Order Completed"])
    for key, (value_type, config, _) in CASES.items():
        save_tag(house.store, access, a_tag(key, value_type=value_type, config=config))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_measure_is_what_python_makes_of_the_events(house: House, world: World, access: Access, seed: int) -> None:
    define(house, access)
    fill(world, seed)
    souls = world.souls()
    done = refresh(house, world.scope, NOW)
    assert (done.failed, done.people.tolist()) == ({}, sorted(souls))
    stored = tags_now(house, world.scope)
    for key, (_, _, oracle) in CASES.items():
        wanted = {number: value for number, soul in souls.items() if (value := oracle(soul)) is not None}
        got = stored.get(key, {})
        assert got.keys() == wanted.keys(), key
        wrong = {number: (got[number], wanted[number]) for number in wanted if not same(got[number], wanted[number])}
        assert not wrong, (key, wrong)


def test_some_people_get_what_everybody_gets_and_nothing_is_written_twice(house: House, world: World, access: Access) -> None:
    define(house, access)
    fill(world, 4)
    people = sorted(world.souls())
    part = refresh(house, world.scope, NOW, people[:5], tags=CASES)
    after = tags_now(house, world.scope)
    assert set(part.people.tolist()) == set(people[:5])
    refresh(house, world.scope, NOW)
    whole = tags_now(house, world.scope)
    for key, values in after.items():
        assert {p: v for p, v in whole[key].items() if p in people[:5]} == values, key
    again = refresh(house, world.scope, NOW)
    assert {key: changed.tolist() for key, changed in again.changed.items() if len(changed)} == {}
    assert not len(again.touched)


def test_tags_follow_a_merge_and_its_undo(house: House, world: World, access: Access) -> None:
    define(house, access)
    fill(world, 5)
    refresh(house, world.scope, NOW)
    before = tags_now(house, world.scope)
    two = sorted(world.souls())[:2]
    merge_id, _ = identity.merge(house, access, two)
    refresh(house, world.scope, NOW, two, tags=CASES)
    souls = world.souls()
    merged = tags_now(house, world.scope)
    assert not any(two[1] in values for values in merged.values())
    assert merged["visits"] == {number: len(soul.events) for number, soul in souls.items()}
    refresh(house, world.scope, NOW)
    assert tags_now(house, world.scope) == merged
    identity.undo_merge(house, access, merge_id)
    refresh(house, world.scope, NOW, two, tags=CASES)
    assert tags_now(house, world.scope) == before
    assert not len(refresh(house, world.scope, NOW).touched)


def test_a_live_pass_takes_every_tag_from_somebody_who_is_nobody_any_more(house: House, world: World, access: Access) -> None:
    define(house, access)
    fill(world, 6)
    refresh(house, world.scope, NOW)
    two = sorted(world.souls())[:2]
    identity.merge(house, access, two)
    done = refresh(house, world.scope, NOW, two)
    assert not any(two[1] in values for values in tags_now(house, world.scope).values())
    assert two[1] in done.touched.tolist()
