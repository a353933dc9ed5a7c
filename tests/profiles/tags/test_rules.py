"""Does every shipped rule say of each person what its definition says, worked out in plain Python from the same events?"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.profiles.conditions.world import NOW, ZONE, World
from tests.profiles.tags.shop import fill, tags_now
from tests.support.feed import Happened
from uems.access.api import Access
from uems.kernel.clock import day_of
from uems.kernel.filters import At
from uems.kernel.house import House
from uems.kernel.schema import change_rows
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.profiles.conditions.asking import Asking
from uems.profiles.conditions.grammar import edges_of
from uems.profiles.tags.live import LiveTags
from uems.profiles.tags.refresh import refresh
from uems.profiles.tags.standard import install_standard_tags

TODAY = day_of(NOW, ZONE)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Person:
    """What somebody did, as plain lists."""

    def __init__(self, calls: Iterable[Happened]) -> None:
        self.calls = sorted(calls, key=lambda call: call.ts)

    def of(self, *events: str) -> list[Happened]:
        return [call for call in self.calls if call.event in events]

    @property
    def orders(self) -> list[Happened]:
        return self.of("Order Completed")

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [line for order in self.orders for line in said(order)["products"]]


def said(call: Happened) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call.properties)
    return found


def day(call: Happened) -> date:
    return day_of(call.ts, ZONE)


def cuts(values: Iterable[float], shares: Iterable[float]) -> list[float]:
    """The value of the last of the lowest ``share`` percent of people, or of the first of the highest -``share``."""
    known = sorted(values)
    found = []
    for share in shares:
        count = max(math.ceil(Fraction(len(known)) * Fraction(abs(share)) / 100), 1)
        found.append(known[count - 1] if share > 0 else known[-count])
    return found


def stage(person: Person) -> str:
    days = sorted({day(call) for call in person.calls})
    idle = (TODAY - days[-1]).days
    bought = [day(order) for order in person.orders]
    known = any(call.user for call in person.calls)
    if idle >= 90:
        return "lost"
    if not bought:
        return "not_activated" if known else "new_visitor"
    if idle >= 14:
        return "churn_risk" if idle >= 30 else "silent"
    before, since = [d for d in days if d <= TODAY - timedelta(days=30)], [d for d in days if d > TODAY - timedelta(days=30)]
    if before and since and (since[0] - before[-1]).days >= 90:
        return "returned"
    return "new" if (TODAY - bought[0]).days < 30 else "active"


def money(person: Person) -> int:
    return sum(order.revenue_minor or 0 for order in person.orders if order.currency == "USD")


def rfm(people: dict[int, Person]) -> dict[int, tuple[int, int, int]]:
    buyers = {p: one for p, one in people.items() if one.orders}
    parts: list[Callable[[Person], float]] = [lambda one: day(one.orders[-1]).toordinal(), lambda one: len(one.orders), money]
    found: dict[int, list[int]] = defaultdict(list)
    for part in parts:
        bounds = cuts((part(one) for one in buyers.values()), (20, 40, 60, 80))
        for p, one in buyers.items():
            found[p].append(1 + sum(part(one) > bound for bound in bounds))
    return {p: (r, f, m) for p, (r, f, m) in found.items()}


def group(r: int, f: int, m: int) -> str:
    high = (m >= 4, f >= 4, r >= 4)
    return {
        (True, True, True): "champions",
        (True, True, False): "key_keep",
        (True, False, True): "key_grow",
        (True, False, False): "key_win_back",
        (False, True, True): "regular",
        (False, True, False): "regular_keep",
        (False, False, True): "regular_grow",
        (False, False, False): "regular_win_back",
    }[high]


def tier(people: dict[int, Person]) -> dict[int, str]:
    spent = {p: money(one) for p, one in people.items() if money(one) > 0}
    top, high, middle = cuts(spent.values(), (-3, -20, -50))
    return {p: "top" if v >= top else "high" if v >= high else "middle" if v >= middle else "low" for p, v in spent.items()}


def favourite(person: Person, of: str) -> str | None:
    weights: Counter[str] = Counter()
    for line in person.lines:
        weights[line.get(of, "")] += 5
    for view in person.of("Product Viewed"):
        weights[said(view).get(of, "")] += 1
    del weights[""]
    return min(weights, key=lambda name: (-weights[name], name.encode())) if weights.total() >= 3 else None


def cheapness(people: dict[int, Person]) -> dict[int, float]:
    prices: dict[str, list[float]] = defaultdict(list)
    for one in people.values():
        for line in one.lines:
            prices[line.get("category", "")].append(line["price"])
    usual = {category: median(found) for category, found in prices.items() if len(found) >= 10}
    found = {}
    for p, one in people.items():
        lines = [(line["price"], usual[line.get("category", "")]) for line in one.lines if line.get("category", "") in usual]
        if len(lines) >= 3:
            below = sum(1.0 if price < middle else 0.5 if price == middle else 0.0 for price, middle in lines)
            found[p] = (below + 1) / (len(lines) + 2)
    return found


def discounted(order: Happened) -> bool:
    off, paid = said(order).get("discount", 0), (order.revenue_minor or 0) / 100
    return bool(said(order).get("coupon")) or (off > 0 and off >= 0.1 * (paid + off))


def dealing(people: dict[int, Person]) -> dict[int, float]:
    counts = {p: (sum(map(discounted, one.orders)), len(one.orders)) for p, one in people.items()}
    usual = sum(k for k, _ in counts.values()) / sum(n for _, n in counts.values())
    return {p: (k + 3 * usual) / (n + 3) for p, (k, n) in counts.items() if n >= 2}


def pause(person: Person) -> float | None:
    days = sorted({day(order) for order in person.orders})
    return median([(b - a).days for a, b in pairwise(days)]) if len(days) >= 3 else None


def due(person: Person) -> str | None:
    usual = pause(person)
    if usual is None:
        return None
    times = (TODAY - day(person.orders[-1])).days / usual if usual else math.inf
    return "not_due" if times < 0.8 else "due" if times < 1.3 else "overdue" if times < 2.5 else "lapsed"


def usual_hour(person: Person) -> int | None:
    calls = [call for call in person.calls if day(call) > TODAY - timedelta(days=90)]
    hours = Counter(call.ts.astimezone(ZoneInfo(ZONE)).hour for call in calls)
    return min(hours, key=lambda hour: (-hours[hour], hour)) if hours.total() >= 5 else None


def usual_weekday(person: Person) -> str | None:
    calls = [call for call in person.calls if day(call) > TODAY - timedelta(days=90)]
    days = Counter(WEEKDAYS[day(call).weekday()] for call in calls)
    return min(days, key=lambda name: (-days[name], WEEKDAYS.index(name))) if days.total() >= 5 else None


def repeats(person: Person, of: str) -> tuple[int, int]:
    """(new things after the first order that has any, things bought after it)."""
    sets = [mine for order in person.orders if (mine := {line[of] for line in said(order)["products"] if of in line})]
    if not sets:
        return 0, 0
    return len(set().union(*sets)) - len(sets[0]), sum(map(len, sets)) - len(sets[0])


def exploring(person: Person, of: str) -> float | None:
    new, bought = repeats(person, of)
    return new / bought if bought >= 3 else None


def brand(person: Person) -> tuple[float, int]:
    """(the share of their money that one brand gets, lines with a brand)."""
    spent: Counter[str] = Counter()
    for line in person.lines:
        spent[line["brand"]] += line["price"] * line.get("quantity", 1)
    return (max(spent.values()) / spent.total() if spent else 0.0), len(person.lines)


def risk(person: Person) -> float:
    days = sorted({day(call) for call in person.calls})
    usual = max(((days[-1] - days[0]).days + 30) / len(days), 7)
    away = (TODAY - days[-1]).days
    return away / (away + 2 * usual)


def noisy(*signs: tuple[float, float, float]) -> float | None:
    if sum(cases for _, _, cases in signs) < 3:
        return None
    return 1 - math.prod(1 - weight * held / (cases + 2) for weight, held, cases in signs)


def deal(person: Person) -> float | None:
    return noisy((0.8, sum(map(discounted, person.orders)), len(person.orders)))


def novelty(person: Person) -> float | None:
    return noisy((0.6, *repeats(person, "product_id")), (0.5, *repeats(person, "category")))


def loyal(person: Person) -> float | None:
    new, bought = repeats(person, "product_id")
    share, lines = brand(person)
    return noisy((0.6, bought - new, bought), (0.5, max(2 * share - 1, 0) * lines, lines))


def each(people: dict[int, Person], rule: Callable[[Person], Any]) -> dict[int, Any]:
    return {p: value for p, one in people.items() if (value := rule(one)) is not None}


def wanted(people: dict[int, Person]) -> dict[str, dict[int, Any]]:
    quintiles = rfm(people)
    motives = {"deal_seeker": each(people, deal), "novelty_seeker": each(people, novelty), "loyalist": each(people, loyal)}
    main = {}
    for p in people:
        scores = {key: round(found[p], 2) for key, found in motives.items() if p in found}
        best = max(scores, key=lambda key: scores[key], default=None)
        if best is not None and scores[best] >= 0.3:
            main[p] = best
    return {
        "lifecycle_stage": each(people, stage),
        "rfm_recency": {p: r for p, (r, _, _) in quintiles.items()},
        "rfm_frequency": {p: f for p, (_, f, _) in quintiles.items()},
        "rfm_monetary": {p: m for p, (_, _, m) in quintiles.items()},
        "rfm_cell": {p: f"{r}{f}{m}" for p, (r, f, m) in quintiles.items()},
        "rfm_group": {p: group(*found) for p, found in quintiles.items()},
        "value_tier": tier(people),
        "favourite_category": each(people, lambda one: favourite(one, "category")),
        "favourite_brand": each(people, lambda one: favourite(one, "brand")),
        "price_sensitivity": cheapness(people),
        "coupon_sensitivity": dealing(people),
        "order_rhythm": each(people, pause),
        "purchase_due": each(people, due),
        "preferred_hour": each(people, usual_hour),
        "preferred_weekday": each(people, usual_weekday),
        "product_exploration": each(people, lambda one: exploring(one, "product_id")),
        "category_exploration": each(people, lambda one: exploring(one, "category")),
        "brand_loyalty": each(people, lambda one: brand(one)[0] if brand(one)[1] >= 3 else None),
        "repeat_share": each(people, lambda one: 1 - e if (e := exploring(one, "product_id")) is not None else None),
        "churn_risk": each(people, risk),
        **motives,
        "main_motive": main,
    }


def same(got: Any, expected: Any) -> bool:
    if isinstance(expected, int | float):
        return isinstance(got, int | float) and abs(got - expected) <= 0.0051
    return bool(got == expected)


@pytest.mark.parametrize(("seed", "people", "events"), [(1, 12, 260), (2, 40, 500), (3, 8, 120)])
def test_every_rule_says_what_python_works_out(house: House, world: World, access: Access, seed: int, people: int, events: int) -> None:
    fill(world, seed, people=people, events=events)
    owner = world.owner()
    calls: dict[int, list[Happened]] = defaultdict(list)
    for call, node in world.calls:
        calls[owner[node]].append(call)
    install_standard_tags(house, access, NOW)
    assert refresh(house, world.scope, NOW).failed == {}
    stored = tags_now(house, world.scope)
    for key, expected in wanted({p: Person(mine) for p, mine in calls.items()}).items():
        got = stored.get(key, {})
        assert got.keys() == expected.keys(), key
        wrong = {p: (got[p], value) for p, value in expected.items() if not same(got[p], value)}
        assert not wrong, (key, wrong)


def test_motives_are_read_from_words_too(house: House, world: World, access: Access) -> None:
    def search(user: str, query: str) -> Happened:
        return Happened(user=user, ts=NOW - timedelta(days=3), event="Products Searched", properties=json.dumps({"query": query}))

    def bought(user: str, **more: Any) -> Happened:
        return Happened(
            user=user, ts=NOW - timedelta(days=2), event="Order Completed", revenue_minor=500, currency="USD", properties=json.dumps(more)
        )

    world.take(
        [
            *(search("gift", query) for query in ("生日礼物", "gift box", "tea")),
            *(search("deal", query) for query in ("便宜 茶", "Tea SALE", "coupon")),
            *(search("rush", query) for query in ("next day delivery", "加急", "茶")),
            bought("rush", shipping="express", is_gift=False),
            bought("gift", shipping="standard", is_gift=True),
            bought("deal", shipping="standard"),
        ]
    )
    install_standard_tags(house, access, NOW)
    assert refresh(house, world.scope, NOW).failed == {}
    stored = tags_now(house, world.scope)
    number = dict(zip(("gift", "deal", "rush"), sorted(world.souls()), strict=True))
    # Signs are drawn towards 0 as by two more cases: 2 of 3 searches and 1 of 1 orders are 2/5 and 1/3.
    assert stored["gift_giver"][number["gift"]] == pytest.approx(1 - (1 - 0.9 / 3) * (1 - 0.7 * 2 / 5), abs=0.006)
    assert stored["urgent_need"][number["rush"]] == pytest.approx(1 - (1 - 0.8 / 3) * (1 - 0.7 * 2 / 5), abs=0.006)
    assert stored["deal_seeker"][number["deal"]] == pytest.approx(0.6 * 3 / 5, abs=0.006)
    assert {key: stored["main_motive"].get(p) for key, p in number.items()} == {
        "gift": "gift_giver",
        "deal": "deal_seeker",
        "rush": "urgent_need",
    }


def test_stages_flip_at_midnight_for_those_whom_an_edge_names(house: House, world: World, access: Access) -> None:
    """As the loop does it: people with something at the edge of a window are computed, and then nobody else differs."""
    fill(world, 9, people=30, events=150)
    tags = LiveTags(house)
    tags.refresh(world.scope, NOW, None)
    before = tags_now(house, world.scope)["lifecycle_stage"]
    later = NOW + timedelta(days=3)
    moved: set[int] = set()
    owner = world.owner()
    for node in tags.edges(world.scope):
        spans = []
        for now in (NOW, later):
            edges = edges_of(node, Asking(house, world.scope, At(now=now, zone=ZONE)))
            spans.append([moment for edge in edges for moment in edge.moments])
        for low, high in zip(*spans, strict=True):
            moved |= {owner[n] for call, n in world.calls if low <= call.ts < high}
    tags.refresh(world.scope, later, sorted(moved))
    some = tags_now(house, world.scope)["lifecycle_stage"]
    tags.refresh(world.scope, later, None)
    assert tags_now(house, world.scope)["lifecycle_stage"] == some
    assert some != before


def test_the_usual_channel_is_the_most_frequent_of_the_last_days(house: House, settings: Settings, world: World, access: Access) -> None:
    fill(world, 4, people=10, events=200)
    # The feed of tests knows no channels.
    change = Sql("UPDATE channel = ['browser', 'mobile', 'import'][1 + cityHash64(message_id) % 3] WHERE workspace_id > 0")
    change_rows(house.warehouse, settings, "events", change)
    install_standard_tags(house, access, NOW)
    refresh(house, world.scope, NOW)
    owner = world.owner()
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for row in house.warehouse.query(Sql("SELECT node_id, day, toString(channel) AS channel FROM events")).to_pylist():
        if row["channel"] != "import" and row["day"] > TODAY - timedelta(days=90):
            counts[owner[row["node_id"]]][row["channel"]] += 1
    expected = {p: min(found, key=lambda name: (-found[name], name)) for p, found in counts.items() if found.total() >= 3}
    assert tags_now(house, world.scope)["preferred_channel"] == expected
    assert set(expected.values()) == {"browser", "mobile"}
