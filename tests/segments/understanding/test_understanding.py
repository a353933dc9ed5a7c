"""Are overlap, comparison, distribution and movement what counting by hand in plain Python gives?"""

import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.identity.conftest import make_access
from tests.profiles.conditions.world import NOW
from tests.segments.shop import Shop
from tests.support import houses
from tests.support.feed import Happened
from tests.support.web import Clock, Program, operator_client
from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.segments.understanding.comparison import compare
from uems.segments.understanding.distribution import distribution
from uems.segments.understanding.movement import between_segments
from uems.segments.understanding.overlap import overlap
from uems.web.app import create_app

_numbers = itertools.count(1)
FIRST, LAST = date(2026, 1, 1), date(2026, 4, 30)
CITIES = ["北京", "Lyon", "Oslo"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("understanding") / "home"))
    yield found
    found.close()


class Town(Shop):
    """People with random events, tags and traits, some of them merged; what is known of each is kept in plain Python."""

    def __init__(self, house: House, number: int, size: int = 60) -> None:
        super().__init__(house, number)
        dice = random.Random(number)
        self.did: dict[str, Counter[str]] = {}
        self.city: dict[str, str] = {}
        calls: list[Happened] = []
        for n in range(size):
            name = f"u{n}"
            done = Counter({event: dice.choice([0, 0, 1, 3]) for event in ("Viewed", "Bought", "Shared")}) + Counter(Viewed=1)
            self.did[name] = done
            for event, count in done.items():
                money = 500 if event == "Bought" else None
                calls += [
                    Happened(user=name, ts=NOW - timedelta(days=k, hours=n % 5), event=event, revenue_minor=money, currency="USD")
                    for k in range(count)
                ]
            if dice.random() < 0.8:
                self.city[name] = dice.choice(CITIES)
                told = json.dumps({"city": self.city[name], "age": 20 + n % 7})
                calls.append(Happened(user=name, ts=NOW, type="identify", properties=told))
            if n % 6 == 0:
                # An anonymous part that is merged afterwards: its events are theirs.
                done["Shared"] += 1
                calls.append(Happened(anonymous=f"a{n}", ts=NOW - timedelta(days=3), event="Shared"))
                calls.append(Happened(user=name, anonymous=f"a{n}", ts=NOW - timedelta(days=2), event="Viewed"))
                done["Viewed"] += 1
        self.take(calls)
        found = identity.find_nodes(house.store, self.scope, [("user_id", name) for name in self.did])
        owners = identity.people_of(house.store, self.scope, [node for node in found if node is not None])
        self.person = {name: owners[node].person_id for name, node in zip(self.did, found, strict=True) if node is not None}
        for person in self.person.values():
            if dice.random() < 0.7:
                self.tag(person, "tier", dice.choice(["gold", "silver"]))
            self.tag(person, "score", dice.randint(0, 9))
            self.tag(person, "likes", dice.sample(["tea", "milk", "rice"], dice.randint(0, 2)))
        self.save("viewers", {"did": {"events": ["Viewed"], "op": "gte", "value": 3}})
        self.save("buyers", {"did": {"events": ["Bought"]}})
        self.save("sharers", {"did": {"events": ["Shared"]}})
        self.catch_up()

    def told(self, name: str) -> dict[str, Any]:
        """The tags of somebody by name, None for none."""
        return {tag: self.tags.get((self.person[name], tag)) for tag in ("tier", "score", "likes")}

    def members_of(self, key: str) -> set[str]:
        return {
            "viewers": {name for name, done in self.did.items() if done["Viewed"] >= 3},
            "buyers": {name for name, done in self.did.items() if done["Bought"]},
            "sharers": {name for name, done in self.did.items() if done["Shared"]},
        }[key]


@pytest.fixture(scope="module")
def town(house: House) -> Town:
    return Town(house, next(_numbers))


def test_every_combination_is_counted_exactly_and_all_add_up(house: House, town: Town) -> None:
    found = overlap(house, town.scope, ["viewers", "buyers", "sharers"])
    by_hand = Counter(tuple(k for k in ("viewers", "buyers", "sharers") if name in town.members_of(k)) for name in town.did)
    assert {one.keys: one.size for one in found.combinations} == {keys: n for keys, n in by_hand.items() if keys}
    assert (found.nowhere, found.total) == (by_hand[()], len(town.did))
    assert [*found.sizes] == [len(town.members_of(k)) for k in ("viewers", "buyers", "sharers")]
    assert [one.size for one in found.combinations] == sorted((one.size for one in found.combinations), reverse=True)


@pytest.mark.parametrize("other", [None, "sharers"])
def test_a_comparison_counts_what_a_person_would_count(house: House, town: Town, other: str | None) -> None:
    found = compare(house, town.scope, "buyers", other, FIRST, LAST)
    ours = town.members_of("buyers")
    theirs = town.members_of(other) if other else set(town.did) - ours
    a, b = ours - theirs, theirs - ours
    assert (found.sizes, found.both) == ((len(a), len(b)), len(ours & theirs))
    shares = {(f.kind, f.name, json.dumps(f.value)): (f.a.count, f.b.count) for f in found.findings if f.a.count is not None}
    expected: dict[tuple[str, str, str], tuple[int, int]] = {}

    def count(kind: str, name: str, value: object, has: set[str]) -> None:
        pair = (len(a & has), len(b & has))
        if 5 <= sum(pair) < len(a) + len(b):
            expected[kind, name, json.dumps(value)] = pair

    for event in ("Viewed", "Bought", "Shared"):
        count("event", event, None, {name for name, done in town.did.items() if done[event]})
    tags = {name: town.told(name) for name in town.person}
    for tier in ("gold", "silver"):
        count("tag", "tier", tier, {name for name, t in tags.items() if t["tier"] == tier})
    count("tag", "tier", None, {name for name, t in tags.items() if t["tier"]})
    for item in ("tea", "milk", "rice"):
        count("tag", "likes", item, {name for name, t in tags.items() if item in (t["likes"] or [])})
    for city in CITIES:
        count("trait", "city", city, {name for name, c in town.city.items() if c == city})
    count("trait", "city", None, set(town.city))
    count("trait", "age", None, set(town.city))
    assert shares == expected
    means: dict[tuple[str, str], Any] = {
        (f.kind, f.name): (f.a.people, f.a.mean, f.b.people, f.b.mean) for f in found.findings if f.a.mean is not None
    }
    for side, members in ((0, a), (1, b)):
        scores = [tags[name]["score"] for name in members]
        assert means["tag", "score"][2 * side : 2 * side + 2] == (len(scores), pytest.approx(sum(scores) / len(scores)))
        money = [500 * town.did[name]["Bought"] for name in members]
        assert means["activity", "revenue_minor"][2 * side : 2 * side + 2] == (len(money), pytest.approx(sum(money) / len(money)))
    assert found.tested == len(found.findings)
    first = found.findings[0]
    assert (first.kind, first.name) in {("event", "Bought"), ("activity", "revenue_minor")}


def test_nobody_on_a_side_is_said_and_not_computed(house: House, town: Town) -> None:
    town.save("nobody", {"did": {"events": ["Never"]}})
    town.save("all", {"person": {"name": "events", "op": "gte", "value": 0}})
    town.catch_up()
    for key in ("nobody", "all"):
        with pytest.raises(UemsError, match="nothing to compare") as refused:
            compare(house, town.scope, key, None, FIRST, LAST)
        assert refused.value.code == "nothing_to_compare"


@pytest.mark.parametrize("key", [None, "buyers"])
def test_a_distribution_counts_values_items_and_numbers(house: House, town: Town, key: str | None) -> None:
    members = town.members_of(key) if key else set(town.did)
    tags = [town.told(name) for name in members]
    tier = distribution(house, town.scope, "tag", "tier", key)
    assert (tier.people, tier.known) == (len(members), sum(t["tier"] is not None for t in tags))
    assert {v.value: v.people for v in tier.values} == dict(Counter(t["tier"] for t in tags if t["tier"]))
    likes = distribution(house, town.scope, "tag", "likes", key)
    assert {v.value: v.people for v in likes.values} == dict(Counter(item for t in tags for item in t["likes"]))
    score = distribution(house, town.scope, "tag", "score", key)
    scores = sorted(t["score"] for t in tags)
    assert score.numbers is not None
    assert (score.numbers.low, score.numbers.high, score.numbers.people) == (scores[0], scores[-1], len(scores))
    assert score.numbers.mean == pytest.approx(sum(scores) / len(scores))
    assert sum(b.people for b in score.numbers.bins) == len(scores)
    for n, each in enumerate(score.numbers.bins):
        last = n == len(score.numbers.bins) - 1
        assert each.people == sum(each.low <= s < each.high or (last and s == each.high) for s in scores)
    city = distribution(house, town.scope, "trait", "city", key)
    assert {v.value: v.people for v in city.values} == dict(Counter(town.city[name] for name in members if name in town.city))
    nothing = distribution(house, town.scope, "tag", "unheard", key)
    assert (nothing.known, nothing.values, nothing.numbers) == (0, (), None)


def test_movement_between_segments_follows_what_was_recorded(house: House) -> None:
    start = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
    shop = Shop(house, next(_numbers), start)
    shop.save("buyers", {"did": {"events": ["Bought"]}})
    shop.save("viewers", {"did": {"events": ["Viewed"]}})

    def week(n: int, *calls: tuple[str, str]) -> None:
        shop.now = start + timedelta(days=7 * n)
        shop.take([Happened(user=user, ts=shop.now, event=event) for user, event in calls])
        shop.catch_up()

    week(0, ("a", "Viewed"), ("b", "Viewed"), ("c", "Other"))
    week(1, ("a", "Bought"))
    week(2, ("b", "Bought"), ("c", "Viewed"))
    found = between_segments(house, shop.scope, ["buyers", "viewers"], shop.now + timedelta(hours=1), 2)
    # The clock was at noon of three Mondays: the weeks begin on the second and the third of them, before that day's events.
    assert [moment.astimezone(UTC).date() for moment in found.moments] == [date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 16)]
    assert [(f.step, f.source, f.target, f.people) for f in found.flows] == [
        (0, "viewers", "buyers", 1),
        (0, "viewers", "viewers", 1),
        (1, "buyers", "buyers", 1),
        (1, "viewers", "buyers", 1),
        (1, "", "viewers", 1),
    ]
    assert found.sizes == ({"viewers": 2}, {"buyers": 1, "viewers": 1}, {"buyers": 2, "viewers": 1})


@pytest.fixture(scope="module")
def api(house: House, town: Town) -> Program:
    return operator_client(create_app(house, clock=Clock(NOW)), house)


def test_everything_answers_over_http_and_refuses_what_cannot_be(api: Program, town: Town) -> None:
    base = f"/api/workspaces/{town.scope.slug}/understanding"
    found = api.get(f"{base}/overlap?segment=viewers&segment=buyers").json()
    assert sum(one["size"] for one in found["combinations"]) + found["nowhere"] == found["total"] == len(town.did)
    compared = api.get(f"{base}/comparison?segment=buyers").json()
    assert compared["other"] is None
    assert compared["findings"][0]["condition"] or compared["findings"][0]["test"] == "welch"
    for finding in compared["findings"]:
        if finding["condition"] and "tag" not in finding["condition"]:  # the town's tags are values without a definition
            # The condition that a finding offers is read, and gives exactly the people that were counted.
            both = {"and": [finding["condition"], {"segment": {"key": "buyers"}}]}
            count = api.post(f"/api/workspaces/{town.scope.slug}/segments/preview", {"condition": both}).json()["count"]
            assert count == finding["a"]["count"], finding
    assert api.get(f"{base}/distribution?tag=tier&segment=buyers").json()["known"] > 0
    assert api.get(f"{base}/movement?segment=buyers&weeks=3").json()["basis"] == "recorded"
    for query, code in {
        "overlap?segment=viewers": "invalid",
        "overlap?segment=viewers&segment=viewers": "invalid",
        "overlap?segment=viewers&segment=none": "not_found",
        "comparison?segment=buyers&other=buyers": "invalid",
        "comparison?segment=buyers&first_day=2026-05-01&last_day=2026-04-01": "invalid",
        "comparison?segment=buyers&first_day=0001-01-01": "invalid",
        "distribution": "invalid",
        "distribution?tag=a&trait=b": "invalid",
        "movement?tag=unheard": "not_found",
        "movement": "invalid",
    }.items():
        refused = api.get(f"{base}/{query}")
        assert refused.status_code in (404, 409, 422), query
        assert refused.json()["code"] == code, query


def test_what_another_workspace_does_is_not_counted(house: House, town: Town) -> None:
    before = overlap(house, town.scope, ["viewers", "buyers"])
    other = Town(house, next(_numbers), size=10)
    assert overlap(house, other.scope, ["viewers", "buyers"]).total == 10
    assert overlap(house, town.scope, ["viewers", "buyers"]).total == before.total
    assert make_access(other.scope, NOW).scope.workspace_id != town.scope.workspace_id
