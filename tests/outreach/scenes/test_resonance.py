"""Is a scene set against people chosen by what they are as brute force does, and are their needs those that they told?"""

import json
import math
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from tests.outreach.flows.world import FlowShop, Nodes, graph
from tests.support.feed import Happened
from tests.support.houses import build
from tests.support.web import Program, operator_client
from uems.kernel.bucketing import bucket
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.store import insert_many, to_microseconds
from uems.outreach.flows.entering import Arrival, enter
from uems.outreach.flows.plans import read_plan
from uems.outreach.flows.reporting import difference_of
from uems.outreach.flows.tables import flows
from uems.outreach.scenes.tables import scene_matches
from uems.outreach.tables import outreach_messages
from uems.profiles import api as profiles
from uems.web.app import create_app

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
HOURS = 24
SPEC: dict[str, Any] = {
    "condition": {"did": {"events": ["Looked"], "within": {"op": "after", "value": {"ago": 30, "unit": "minute"}}}},
    "slot": "home",
    "content": [{"language": "en", "title": "Soothing tea", "text": "For a late night"}],
}
NODES: Nodes = {"hi": ("send", {"template": "hello"}), "rest": ("wait", {"amount": 3, "unit": "day"}), "end": ("exit", {})}
EDGES = {"hi": "rest", "rest": "end"}
PEOPLE = 300


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=tmp_path_factory.mktemp("resonance") / "home"))
    yield made
    made.close()


class Desk:
    """A workspace with a scene, and the operator's client on the clock of the shop."""

    def __init__(self, house: House, number: int) -> None:
        self.shop = FlowShop(house, number, NOW)
        self.api: Program = operator_client(create_app(house, clock=lambda: self.shop.now), house)
        self.base = f"/api/workspaces/{self.shop.scope.slug}"
        assert self.api.send("PUT", f"{self.base}/scenes/late", json={"name": "Late", "spec": SPEC}).status_code == 200

    def get(self, path: str, expected: int = 200) -> Any:
        answer = self.api.get(f"{self.base}/{path}")
        assert answer.status_code == expected, answer.text
        return answer.json()

    def bring(self, key: str, people: Sequence[int]) -> dict[int, bool]:
        """Into a flow; person → whether held out."""
        with self.shop.house.store.write() as conn:
            row = conn.execute(flows.select().where(flows.c.workspace_id == self.shop.scope.workspace_id, flows.c.key == key)).one()
            plan = read_plan(conn, row.workspace_id, row.flow_id)
            assert plan is not None
            at = to_microseconds(self.shop.now)
            enter(conn, plan, [Arrival(person_id=n, at_us=at) for n in people], at)
        self.shop.run()
        return {run["person_id"]: run["state"] == "holdout" for run in self.shop.runs() if run["flow_id"] == row.flow_id}


def test_the_comparison_is_that_of_brute_force(house: House) -> None:
    desk = Desk(house, 1)
    shop = desk.shop
    shop.publish(graph(NODES, EDGES, entry={"type": "scene", "scene": "late"}, holdout_percent=30), "scened")
    shop.publish(graph(NODES, EDGES, entry={"type": "api"}, holdout_percent=30), "aged")
    shop.take([Happened(user=f"u{n}", event="Came", ts=NOW - timedelta(hours=1)) for n in range(PEOPLE)], NOW)
    numbers = shop.numbers()
    people = [numbers[f"u{n}"] for n in range(PEOPLE)]
    users = {number: user for user, number in numbers.items()}
    # Ten people stand in both; the side of the traits is the larger one.
    scened, aged = desk.bring("scened", people[:110]), desk.bring("aged", people[100:])
    with house.store.write() as conn:
        opened = {"sent_at": NOW, "opened_at": NOW + timedelta(minutes=5)}
        conn.execute(outreach_messages.update().where(outreach_messages.c.person_id.in_(people[:40])).values(**opened, state="accepted"))
    paid: dict[int, int] = {}
    orders = []
    for n, person in enumerate(people):
        held = scened.get(person, aged.get(person))
        every = 9 if held else (2 if n < 105 else 5)
        if n % every == 0:
            orders.append((person, timedelta(hours=1 + n % 20), 100 * (n % 7)))
        if n % 4 == 0:
            orders += [(person, timedelta(hours=HOURS + 1), 999), (person, -timedelta(hours=1), 999)]
    for person, after, minor in orders:
        if timedelta(0) <= after < timedelta(hours=HOURS):
            paid[person] = paid.get(person, 0) + minor
    calls = [
        Happened(user=users[person], event="Order Completed", ts=NOW + after, revenue_minor=minor, currency="USD")
        for person, after, minor in orders
    ]
    shop.now += timedelta(hours=HOURS + 2)
    shop.take(calls, shop.now)
    found = desk.get(f"scenes/late/resonance?flow=scened&against=aged&hours={HOURS}")
    both = set(people[100:110])
    mine = [n for n in scened if not scened[n] and n not in both]
    out = [n for n in scened if scened[n] and n not in both]
    side = found["scene"]
    assert found["in_both"] == 10
    assert (side["came"], side["people"], side["held"]) == (sum(not held for held in scened.values()), len(mine), len(out))
    assert (side["converted"], side["held_converted"]) == (sum(n in paid for n in mine), sum(n in paid for n in out))
    assert (side["sent"], side["opened"], side["clicked"]) == (len(set(people[:40]) & set(mine)),) * 2 + (0,)
    assert side["value_minor"] == pytest.approx(sum(paid.get(n, 0) for n in mine) / len(mine))
    other = found["traits"]
    # As many of the larger side as the smaller one has, all of its own held out.
    rivals_out = [n for n in aged if aged[n] and n not in both]
    assert (other["people"], other["held"]) == (len(mine), len(rivals_out))
    assert other["held_converted"] == sum(n in paid for n in rivals_out)
    for one in (side, other):
        spans = difference_of(one["converted"], one["people"], one["held_converted"], one["held"])
        assert tuple(one["uplift"].values()) == pytest.approx(spans)
    d1, l1, u1 = side["uplift"].values()
    d2, l2, u2 = other["uplift"].values()
    wanted = (d1 - d2, d1 - d2 - math.sqrt((d1 - l1) ** 2 + (u2 - d2) ** 2), d1 - d2 + math.sqrt((u1 - d1) ** 2 + (d2 - l2) ** 2))
    assert tuple(found["uplift"].values()) == pytest.approx(wanted)
    assert found["verdict"] == ("scene" if wanted[1] > 0 else "unsure")
    # Before anybody's hours are over there is nobody to compare, and that is said.
    none = desk.get("scenes/late/resonance?flow=scened&against=aged&hours=48")
    assert (none["verdict"], none["scene"]["people"], none["uplift"], none["scene"]["uplift"]) == ("too_few", 0, None, None)
    assert desk.get("scenes/late/resonance?flow=aged&against=scened", 422)["code"] == "invalid"
    assert desk.get("scenes/late/resonance?flow=scened&against=scened", 422)["code"] == "invalid"


@pytest.fixture(scope="module")
def desk(house: House) -> Desk:
    """Of a workspace in which nobody has done anything yet."""
    return Desk(house, 2)


def test_a_rival_says_the_same_to_others_and_is_a_draft(desk: Desk) -> None:
    made = desk.shop.publish(graph(NODES, EDGES, entry={"type": "scene", "scene": "late"}, holdout_percent=20), "scened")
    who = {"trait": {"name": "age", "op": "equals", "value": "18-24"}}
    answer = desk.api.post(f"{desk.base}/scenes/late/rivals", {"flow": "scened", "who": who, "key": "by_age"})
    assert (answer.status_code, answer.json()) == (201, {"key": "by_age"})
    rival = desk.get("flows/by_age")
    assert (rival["state"], rival["graph"]["who"], rival["graph"]["entry"]["type"]) == ("draft", who, "schedule")
    assert rival["graph"]["holdout_percent"] == 20
    assert [node["id"] for node in rival["graph"]["nodes"]] == [node.id for node in made.graph.nodes]
    again = desk.api.post(f"{desk.base}/scenes/late/rivals", {"flow": "scened", "who": who, "key": "by_age"})
    assert (again.status_code, again.json()["code"]) == (409, "flow_exists")
    wrong = desk.api.post(f"{desk.base}/scenes/late/rivals", {"flow": "by_age", "who": who, "key": "other"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid")


def test_the_best_fitting_group_is_that_of_brute_force_judged_by_the_other_half(desk: Desk) -> None:
    chance = random.Random(6)
    who: list[dict[str, Any]] = [
        {"age": chance.choice(["18", "25", "45"]), "city": chance.choice(["A", "B"]), "code": n, "bought": chance.random() < 0.3}
        for n in range(400)
    ]
    for one in who:  # those of one age in one city buy far more readily
        one["bought"] = one["bought"] or (one["age"] == "25" and one["city"] == "B" and chance.random() < 0.6)
    told = [
        Happened(user=f"f{n}", type="identify", event="", ts=NOW, properties=json.dumps({k: one[k] for k in ("age", "city", "code")}))
        for n, one in enumerate(who)
    ]
    bought = [Happened(user=f"f{n}", event="Order Completed", ts=NOW) for n, one in enumerate(who) if one["bought"]]
    old = [Happened(user=f"f{n}", event="Order Completed", ts=NOW - timedelta(days=120)) for n in range(400)]
    desk.shop.take([*told, *bought, *old], NOW)
    person = desk.shop.numbers()
    found = desk.get("scenes/late/fitting-groups?days=30")
    ages, cities = ({one[name] for one in who} for name in ("age", "city"))
    both = ({"age": age, "city": city} for age in ages for city in cities)
    every = [*({"age": age} for age in ages), *({"city": city} for city in cities), *both]
    sizes = {str(sorted(group.items())): [n for n, one in enumerate(who) if group.items() <= one.items()] for group in every}
    # No code is a group: there are too many of them.
    assert (found["found"], found["tried"]) == (0, sum(len(inside) >= 50 for inside in sizes.values()))
    best = found["groups"][0]
    assert {one["name"]: one["value"] for one in best["traits"]} == {"age": "25", "city": "B"}
    for group in found["groups"]:
        inside = sizes[str(sorted((one["name"], one["value"]) for one in group["traits"]))]
        others = [n for n in inside if bucket(f"fitting:{desk.shop.scope.workspace_id}:late", str(person[f"f{n}"])) >= 0.5]
        assert (group["people"], group["of"]) == (len(inside), len(others))
        assert group["did"] == sum(who[n]["bought"] for n in others)
        assert group["low"] <= group["did"] / group["of"] <= group["high"]
    made = desk.api.post(f"{desk.base}/segments/preview", {"condition": best["condition"]}).json()
    assert made["count"] == best["people"]


def test_needs_are_what_they_said_and_did_before_they_were_found(house: House) -> None:
    desk = Desk(house, 3)
    shop, store = desk.shop, house.store
    for role, said in (("search", "Products Searched"), ("view", "Product Viewed")):
        profiles.set_role(store, shop.access(), role, events=[said])
    for role, said in (("query", "query"), ("category", "category")):
        profiles.set_role(store, shop.access(), role, property=said)

    def did(user: str, event: str, minutes: float, **properties: str) -> Happened:
        return Happened(user=user, event=event, ts=NOW - timedelta(minutes=minutes), properties=json.dumps(properties))

    shop.take(
        [
            did("ann", "Products Searched", 10, query="Soothing  Tea"),
            did("bob", "Products Searched", 20, query="Soothing Tea"),
            did("bob", "Products Searched", 5, query="lamp"),
            did("ann", "Products Searched", 60 * 25, query="yesterday"),
            did("ann", "Products Searched", -5, query="afterwards"),
            did("ann", "Product Viewed", 8, category="tea"),
            did("ann", "Product Viewed", 6, category="tea"),
            did("bob", "Product Viewed", 6, category="tea"),
            did("eve", "Product Viewed", 6, category="home"),
            did("eve", "Product Viewed", 5, category="home"),
            did("bob", "need.predicted", 60 * 24 * 3, need="coffee"),
            did("zoe", "Looked", 3),
            did("mia", "Products Searched", 3, query="of no scene"),
        ],
        NOW,
    )
    numbers = shop.numbers()
    with store.write() as conn:
        row = {"workspace_id": shop.scope.workspace_id, "scene_id": 1, "version": 1, "match_no": 1, "at": NOW, "until": NOW}
        insert_many(conn, scene_matches, [{**row, "person_id": numbers[user]} for user in ("ann", "bob", "eve", "zoe")])
        conn.execute(insert(scene_matches).values(**{**row, "match_no": 2, "at": NOW - timedelta(days=3)}, person_id=numbers["ann"]))
    found = desk.get("scenes/late/needs")
    told = [(one["source"], one["words"], one["people"], one["offered"]) for one in found["needs"]]
    assert told == [
        ("searched", "Soothing Tea", 2, True),
        ("searched", "lamp", 1, False),
        ("expected", "coffee", 1, False),
        ("viewed_again", "home", 1, False),
        ("viewed_again", "tea", 1, True),
    ]
    assert found["needs"][0]["witnesses"] == sorted(numbers[user] for user in ("ann", "bob"))
    # Zoe said nothing; Ann and Bob asked for what the scene speaks of, Eve for something else.
    assert (found["people"], found["with_need"], found["met"]) == (4, 3, 2)
    assert found["offer"] == ["Soothing tea", "For a late night"]
    assert set(found["missing"]) == {"complaint", "words", "cart"}
