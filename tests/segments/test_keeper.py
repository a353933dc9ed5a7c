"""Are members always those of the condition, after whatever came, was merged, came late, or simply passed?"""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.profiles.conditions import oracle
from tests.profiles.conditions.strategies import calls, savable
from tests.profiles.conditions.world import NOW
from tests.profiles.tags.shop import a_tag
from tests.segments.shop import Shop
from tests.support import houses
from tests.support.depth import worlds
from tests.support.feed import Happened
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.profiles import api as profiles
from uems.segments.preview import preview

_numbers = itertools.count(1)
SILENT = {"not": {"did": {"events": [], "within": {"op": "after", "value": {"ago": 30, "unit": "day"}}}}}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("segments") / "home"))
    yield found
    found.close()


@pytest.fixture
def shop(house: House) -> Shop:
    return Shop(house, next(_numbers))


def test_a_new_segment_is_built_and_then_follows_what_happens(shop: Shop) -> None:
    shop.take([Happened(user=f"u{n}", ts=NOW - timedelta(hours=n), event="Viewed") for n in range(3)])
    made = shop.save("buyers", {"did": {"events": ["Order Completed"]}})
    assert (made.state, made.size) == ("building", 0)
    shop.catch_up()
    assert shop.members() == {}
    shop.take([Happened(user="u1", ts=NOW, event="Order Completed")])
    shop.catch_up()
    assert shop.members() == {1: [2]}
    assert shop.changes() == [(1, 2, True, "event")]


def test_silence_begins_at_the_minute_with_nothing_happening(shop: Shop) -> None:
    last = datetime(2026, 2, 10, 12, 0, 30, tzinfo=UTC)
    shop.now = datetime(2026, 3, 1, tzinfo=UTC)
    shop.take([Happened(user="a", ts=last, event="Viewed"), Happened(user="b", ts=last + timedelta(days=5), event="Viewed")])
    shop.save("silent", SILENT)
    shop.catch_up()
    assert shop.members() == {}
    # New York puts its clocks forward on 8 March, so thirty days of its calendar are an hour shorter.
    flip = last + timedelta(days=30, hours=-1)
    shop.now = flip - timedelta(seconds=1)
    shop.catch_up()
    assert shop.members() == {}
    shop.now = flip + timedelta(seconds=30)
    shop.catch_up()
    assert shop.members() == {1: [1]}
    assert shop.changes() == [(1, 1, True, "time")]
    shop.take([Happened(user="a", ts=shop.now, event="Viewed")])
    shop.catch_up()
    assert shop.members() == {}
    assert [c[2:] for c in shop.changes()] == [(True, "time"), (False, "event")]


def test_a_persons_own_midnight_moves_them_and_nobody_else(shop: Shop) -> None:
    shop.now = datetime(2026, 3, 2, 15, tzinfo=UTC)
    bought = datetime(2026, 3, 2, 12, tzinfo=UTC)  # the evening of the 2nd in Shanghai, the morning in New York
    told = Happened(user="a", ts=bought, event="", type="identify", properties='{"timezone": "Asia/Shanghai"}')
    shop.take([told, *(Happened(user=name, ts=bought, event="Viewed") for name in ("a", "b"))])
    today = {"op": "after", "value": {"ago": 0, "unit": "day", "whole": True}}
    viewed = {"events": ["Viewed"]}
    shop.save("today", {"did": {**viewed, "within": today, "zone": "person"}})
    shop.save("habit", {"regular": {**viewed, "unit": "day", "at_least": 1, "out_of": 1, "zone": "person"}})
    shop.save("last", {"did": {**viewed, "measure": "last_at", **today, "zone": "person"}})
    shop.save("seen", {"person": {"name": "last_seen", **today, "zone": "person"}})
    shop.save("steps", {"not": {"sequence": {"steps": [viewed, viewed], "amount": 1, "unit": "day", "within": today, "zone": "person"}}})
    shop.catch_up()
    both = [1, 2]
    assert shop.members() == {1: both, 2: both, 3: both, 4: both, 5: both}
    for minute, left in ((59, both), (60, [2])):  # midnight in Shanghai is at 16:00 UTC
        shop.now = datetime(2026, 3, 2, 15, tzinfo=UTC) + timedelta(minutes=minute)
        shop.catch_up()
        assert shop.members() == {1: left, 2: left, 3: left, 4: left, 5: both}, minute
    shop.now = datetime(2026, 3, 3, 4, 59, tzinfo=UTC)
    shop.catch_up()
    assert shop.members() == {1: [2], 2: [2], 3: [2], 4: [2], 5: both}
    shop.now = datetime(2026, 3, 3, 5, tzinfo=UTC)
    shop.catch_up()
    assert shop.members() == {5: both}
    assert {cause for *_, cause in shop.changes()[10:]} == {"time"}


def test_a_date_that_a_tag_holds_flips_at_its_minute(shop: Shop) -> None:
    profiles.save_tag(shop.house.store, shop.access(), a_tag("first_order", "manual", "date"))
    first = datetime(2026, 2, 10, 12, tzinfo=UTC)
    shop.now = datetime(2026, 3, 1, tzinfo=UTC)
    shop.take([Happened(user="a", ts=first, event="Order Completed")])
    shop.tag(1, "first_order", first.isoformat())
    shop.save("old", {"tag": {"name": "first_order", "op": "before", "value": {"ago": 20, "unit": "day"}}})
    shop.catch_up()
    assert shop.members() == {}
    for second, members in ((-1, {}), (31, {1: [1]})):
        shop.now = first + timedelta(days=20, seconds=second)
        shop.catch_up()
        assert shop.members() == members, second


def test_the_same_thing_twice_is_a_sequence_and_one_instant_is_none(shop: Shop) -> None:
    def at(user: str, event: str, *seconds: float) -> list[Happened]:
        return [Happened(user=user, ts=NOW - timedelta(hours=1) + timedelta(seconds=s), event=event) for s in seconds]

    shop.take([*at("a", "Viewed", 0, 7), *at("b", "Viewed", 0, 70), *at("c", "Viewed", 5, 5), *at("d", "Viewed", 0, 50, 90)])
    shop.take([*at("a", "Order Completed", 7, 60), *at("d", "Order Completed", 90, 100), *at("c", "Order Completed", 5)])
    viewed, bought = {"events": ["Viewed"]}, {"events": ["Order Completed"]}
    for key, steps in (("twice", [viewed, viewed]), ("bought", [viewed, bought]), ("both", [viewed, viewed, bought])):
        shop.save(key, {"sequence": {"steps": steps, "amount": 1, "unit": "minute"}})
    shop.catch_up()
    # a: 0, 7, then 60. d: 50, 90, then 100; what happened at 90 is both a view and an order.
    assert shop.members() == {1: [1, 4], 2: [1, 4], 3: [1, 4]}


def test_a_segment_in_a_segment_is_rebuilt_when_the_inner_one_asks_something_else(shop: Shop) -> None:
    shop.take([Happened(user="a", ts=NOW, event="Viewed"), Happened(user="b", ts=NOW, event="Order Completed")])
    shop.save("inner", {"did": {"events": ["Viewed"]}})
    shop.save("outer", {"not": {"segment": {"key": "inner"}}})
    shop.catch_up()
    assert shop.members() == {1: [1], 2: [2]}
    shop.save("inner", {"did": {"events": ["Order Completed"]}})
    shop.catch_up()
    assert shop.members() == {1: [2], 2: [1]}


_ops = st.one_of(
    st.tuples(st.just("take"), st.lists(calls, min_size=1, max_size=6)),
    st.tuples(st.just("take"), st.lists(calls, min_size=1, max_size=6)),
    st.tuples(st.just("pass"), st.sampled_from([timedelta(minutes=1), timedelta(hours=7), timedelta(days=1), timedelta(days=8)])),
    st.tuples(st.just("undo"), st.integers(0, 5)),
    st.tuples(st.just("save"), savable),
    st.tuples(st.just("restart"), st.none()),
)


@hypothesis_settings(max_examples=worlds(5), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    first=st.lists(calls, min_size=1, max_size=6),
    trees=st.lists(savable, min_size=3, max_size=6),
    ops=st.lists(_ops, min_size=2, max_size=6),
)
def test_following_comes_to_the_same_as_computing_everybody(house: House, first: list[Any], trees: list[Any], ops: list[Any]) -> None:
    start = datetime(2026, 3, 6, 23, tzinfo=UTC)  # the clocks change two days later
    shop = Shop(house, next(_numbers), start)
    for key, value_type in (("stage", "text"), ("score", "number")):
        profiles.save_tag(house.store, shop.access(), a_tag(key, "manual", value_type))
    saved: dict[int, Any] = {}
    for tree in trees:
        saved[shop.save(f"s{len(saved)}", tree).segment_id] = tree
    moved = [_shifted(call, start) for call in first]
    shop.take(moved)
    shop.catch_up()
    for what, value in ops:
        if what == "take":
            shop.take([_shifted(call, shop.now) for call in value])
        elif what == "pass":
            shop.now += value
        elif what == "undo":
            active = list(identity.merges(house.store, shop.scope, state="active", limit=50))
            if active:
                identity.undo_merge(house, shop.access(), active[value % len(active)].merge_id)
        elif what == "save":
            saved[shop.save(f"s{len(saved)}", value).segment_id] = value
        else:
            shop.keeper.close()
            shop = _again(shop)
        shop.catch_up()
        souls = shop.souls()
        expected = {
            number: sorted(n for n, soul in souls.items() if oracle.holds(tree, soul, souls, shop.now)) for number, tree in saved.items()
        }
        found = shop.members()
        wrong = {n: (found.get(n, []), expected[n], saved[n]) for n in saved if found.get(n, []) != expected[n]}
        assert not wrong, what
        # What is tried out while a condition is built remembers earlier answers, and must know all that happened since.
        for number, tree in list(saved.items())[-3:]:
            tried = preview(house, shop.scope, profiles.parse_condition(tree), shop.now)
            assert (tried.count, tried.total) == (len(expected[number]), len(souls)), (what, tree)
    assert shop.keeper.full(shop.scope, now=shop.now) == 0
    seen: dict[tuple[int, int], bool] = {}
    for segment_id, person, entered, _ in shop.changes():
        assert seen.get((segment_id, person), False) != entered, "nobody enters twice or leaves without having been in"
        seen[segment_id, person] = entered


def _shifted(call: Happened, now: datetime) -> Happened:
    """The same call as long before this now as it was before that of the strategies."""
    return Happened(**{name: getattr(call, name) for name in call.__dataclass_fields__} | {"ts": now - (NOW - call.ts)})


def _again(shop: Shop) -> Shop:
    from uems.access.api import Workspaces
    from uems.segments.api import Keeper

    shop.keeper = Keeper(shop.house, Workspaces(shop.house.store), "test", lambda: shop.now)
    return shop
