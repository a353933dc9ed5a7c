"""Is what was found out a moment ago used again, and only where it still holds?"""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from tests.profiles.conditions.world import NOW
from tests.profiles.tags.shop import a_tag
from tests.segments.shop import Shop
from tests.support import houses
from tests.support.feed import Happened
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.profiles import api as profiles
from uems.segments import remembered
from uems.segments.preview import preview

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("remembered") / "home"))
    yield found
    found.close()


@pytest.fixture
def shop(house: House) -> Shop:
    return Shop(house, next(_numbers))


def did(event: str, least: int = 1) -> dict[str, Any]:
    return {"did": {"events": [event], "op": "gte", "value": least}}


def viewed(user: str, times: int = 1) -> list[Happened]:
    return [Happened(user=user, ts=NOW - timedelta(hours=n + 1), event="Viewed") for n in range(times)]


def count(shop: Shop, condition: Any) -> int:
    return preview(shop.house, shop.scope, profiles.parse_condition(condition), shop.now).count


@pytest.fixture
def asked(house: House, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements over events that were made, with the values in them."""
    found: list[str] = []
    query = type(house.warehouse).query

    def noted(self: Any, sql: Any, params: Any = None, **more: Any) -> Any:
        if "FROM events" in sql and "person" in sql:
            found.append(f"{sql} {params}")
        return query(self, sql, params, **more)

    monkeypatch.setattr(type(house.warehouse), "query", noted)
    return found


def test_only_the_part_that_changed_is_asked_of_everybody(shop: Shop, asked: list[str]) -> None:
    shop.take([*viewed("a", 3), *viewed("b"), Happened(user="a", ts=NOW, event="Order Completed")])
    assert count(shop, {"and": [did("Viewed"), did("Order Completed")]}) == 1
    assert len(asked) == 1
    assert count(shop, {"and": [did("Viewed", 2), did("Order Completed")]}) == 1
    assert len(asked) == 2
    assert "Viewed" in asked[1]
    assert "Order Completed" not in asked[1]
    assert count(shop, {"or": [did("Viewed"), {"not": did("Viewed", 2)}]}) == 2
    assert len(asked) == 2


def test_whoever_did_something_since_is_asked_again(shop: Shop, asked: list[str]) -> None:
    shop.take([*viewed("a"), *viewed("b")])
    assert count(shop, did("Viewed", 2)) == 0
    shop.take([*viewed("b", 2), *viewed("new", 2)])
    asked.clear()
    assert count(shop, did("Viewed", 2)) == 2
    assert len(asked) == 1
    assert "stored" in asked[0] or "person_id IN" in asked[0]


@pytest.mark.parametrize("name", ["FEW", "IDLE_SECONDS", "WHOLE_SECONDS"])
def test_where_it_cannot_be_brought_up_everybody_is_asked(shop: Shop, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    shop.take([*viewed("a"), *viewed("b")])
    assert count(shop, did("Viewed", 2)) == 0
    shop.take(viewed("b", 2))
    monkeypatch.setattr(remembered, name, 0)
    monkeypatch.setattr(remembered, "SHARE", 0.0)
    assert count(shop, did("Viewed", 2)) == 1


def test_a_clock_that_is_turned_back_begins_anew(shop: Shop) -> None:
    recent = {"did": {"events": ["Viewed"], "within": {"op": "after", "value": {"ago": 3, "unit": "hour"}}}}
    shop.take(viewed("a", 2))
    assert count(shop, recent) == 1
    shop.now = NOW + timedelta(hours=5)
    assert count(shop, recent) == 0
    shop.now = NOW
    assert count(shop, recent) == 1


def test_a_tag_is_asked_every_time(shop: Shop) -> None:
    profiles.save_tag(shop.house.store, shop.access(), a_tag("score", "manual", "number"))
    shop.take([*viewed("a"), *viewed("b")])
    high = {"and": [did("Viewed"), {"tag": {"name": "score", "op": "gte", "value": 5}}]}
    assert count(shop, high) == 0
    shop.tag(1, "score", 7)
    assert count(shop, high) == 1


def test_one_and_true_are_two_questions(shop: Shop) -> None:
    for user, text in (("a", "1"), ("b", "true"), ("c", "1.0")):
        shop.take([Happened(user=user, ts=NOW, event="", type="identify", properties=f'{{"plan": {text}}}')])
    number, yes = ({"trait": {"name": "plan", "op": "equals", "value": value}} for value in (1, True))
    assert [count(shop, number), count(shop, yes), count(shop, {"and": [number, yes]}), count(shop, {"or": [number, yes]})] == [2, 1, 0, 3]


def test_many_at_once_get_the_same_answers(shop: Shop) -> None:
    shop.take([one for n in range(12) for one in viewed(f"u{n}", n + 1)])
    trees = [{"and": [did("Viewed", 1 + n % 12), did("Viewed", 1 + n // 4)]} for n in range(40)]
    expected = [min(12 - n % 12, 12 - n // 4) for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda tree: count(shop, tree), trees)) == expected


def test_what_was_not_used_for_long_makes_room(shop: Shop, monkeypatch: pytest.MonkeyPatch, asked: list[str]) -> None:
    monkeypatch.setattr(remembered, "PARTS", 2)
    shop.take(viewed("a", 3))
    for least in (1, 2, 3, 1):
        assert count(shop, did("Viewed", least)) == 1
    assert len(asked) == 4
    assert count(shop, did("Viewed", 3)) == 1
    assert len(asked) == 4
