"""Does one segment, or one workspace, that cannot be computed leave the others current?"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.profiles.conditions.world import NOW
from tests.segments.shop import Shop
from tests.support import houses
from tests.support.feed import Happened
from uems.access.api import Workspaces
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.profiles import api as profiles
from uems.profiles.conditions.did import DidKind
from uems.segments import keeper
from uems.segments.api import Keeper, currency, list_segments
from uems.segments.neighbours import with_neighbours
from uems.web.checks import check_house

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("isolation") / "home"))
    yield found
    found.close()


@pytest.fixture
def shop(house: House) -> Shop:
    shop = Shop(house, next(_numbers))
    shop.take([Happened(user="first", ts=NOW, event="Viewed")])
    shop.save("fine", {"did": {"events": ["Viewed"]}})
    shop.save("other", {"did": {"events": ["Bought"]}})
    shop.catch_up()
    return shop


def break_questions_about(event: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = DidKind.ask

    def ask(self: DidKind, node: profiles.nodes.Did, asking: profiles.Asking) -> profiles.Value:
        value = whole(self, node, asking)
        return replace(value, sql=Sql("max(there_is_no_such_column)")) if node.doing.events == (event,) else value

    monkeypatch.setattr(DidKind, "ask", ask)


def states(shop: Shop) -> dict[str, str]:
    return {one.key: one.state for one in list_segments(shop.house.store, shop.scope)}


def test_a_segment_that_fails_while_events_are_followed_is_set_aside_alone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    break_questions_about("Bought", monkeypatch)
    shop.take([Happened(user="second", ts=NOW, event="Viewed")])
    shop.catch_up()
    assert states(shop) == {"fine": "live", "other": "failed"}
    assert shop.members()[1] == [1, 2]
    monkeypatch.undo()
    shop.save("other", {"did": {"events": ["Bought", "Viewed"]}})
    shop.catch_up()
    assert states(shop) == {"fine": "live", "other": "live"}
    assert shop.members()[2] == [1, 2]


def test_a_round_that_fails_is_made_up_for_by_a_pass_over_everybody(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> set[int]:
        raise UemsError("warehouse_memory", "too much", status=400)

    monkeypatch.setattr(keeper, "with_neighbours", broken)
    shop.take([Happened(user="second", ts=NOW, event="Viewed")])
    shop.keeper.step()
    assert shop.members()[1] == [1]
    monkeypatch.undo()
    shop.catch_up()
    assert shop.members()[1] == [1, 2]


def test_a_workspace_that_keeps_failing_holds_up_no_other_and_is_not_computed_anew_all_the_time(
    house: House, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Shop(house, next(_numbers))
    other.save("fine", {"did": {"events": ["Viewed"]}})
    other.catch_up()
    passes = 0
    whole = keeper.Keeper.full

    def full(self: keeper.Keeper, scope: object, **more: object) -> int:
        nonlocal passes
        passes += 1
        return whole(self, scope, **more)  # type: ignore[arg-type]

    def neighbours(house: House, scope: object, trees: object, people: set[int]) -> set[int]:
        if scope == shop.scope:
            raise UemsError("warehouse_memory", "too much", status=400)
        return people

    monkeypatch.setattr(keeper.Keeper, "full", full)
    monkeypatch.setattr(keeper, "with_neighbours", neighbours)
    for minute in range(3):
        other.now = shop.now = NOW + timedelta(minutes=minute)
        shop.take([Happened(user=f"late {minute}", ts=NOW, event="Viewed")])
        other.take([Happened(user=f"late {minute}", ts=NOW, event="Viewed")])
        other.keeper.step()
        other.keeper.step()
    assert len(other.members()) == 1
    assert all(len(people) == 3 for people in other.members().values())
    assert passes <= 1


def test_the_installation_says_what_cannot_be_computed_and_when_nobody_keeps_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    before = currency(shop.house, shop.now)
    assert before.working
    break_questions_about("Bought", monkeypatch)
    shop.take([Happened(user="second", ts=NOW, event="Viewed")])
    shop.catch_up()
    assert currency(shop.house, shop.now).failed == before.failed + 1
    monkeypatch.undo()
    later = shop.now + timedelta(hours=1)
    found = currency(shop.house, later)
    assert not found.working
    assert found.behind_seconds >= 3600
    said = {check.name: check for check in check_house(shop.house, shop.now)[0]}
    assert said["segments"].level == "warn"
    assert "cannot be computed" in said["segments"].message


def test_a_pass_by_hand_needs_no_round_before_it(house: House) -> None:
    shop = Shop(house, next(_numbers))
    shop.take([Happened(user="first", ts=NOW, event="Viewed")])
    shop.save("fine", {"did": {"events": ["Viewed"]}})
    shop.keeper.close()
    assert shop.keeper.full(shop.scope, now=shop.now) == 0
    assert shop.members() == {1: [1]}


def test_a_round_whose_lease_went_to_somebody_else_meanwhile_is_done_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*given: Any) -> set[int]:
        found = with_neighbours(*given)
        if given[1] != shop.scope:
            return found
        monkeypatch.undo()
        later = shop.now + timedelta(minutes=5)
        other = Keeper(shop.house, Workspaces(shop.house.store), "other", lambda: later)
        while other.step():
            continue
        other.close()
        shop.now = later + timedelta(minutes=1)
        return found

    monkeypatch.setattr(keeper, "with_neighbours", slow)
    shop.take([Happened(user="second", ts=NOW, event="Viewed")])
    with pytest.raises(UemsError) as lost:
        shop.keeper.step()
    assert lost.value.code == "lease_lost"
    shop.catch_up()
    assert shop.members()[1] == [1, 2]
    assert [change for change in shop.changes() if change[1] == 2] == [(1, 2, True, "event")]
