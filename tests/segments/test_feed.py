"""Does every coming and going reach whoever follows it once, and is it told of a person as they are now?"""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Column as StoreColumn
from sqlalchemy import Connection, Integer, MetaData, String, Table, insert, select

from tests.profiles.conditions.world import NOW
from tests.segments.shop import Shop
from tests.support import houses
from tests.support.feed import Happened
from tests.support.web import Clock, operator_client
from uems.access.api import Workspaces
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.segments import api as segments
from uems.segments.keeper import Keeper
from uems.segments.membership import moves_of
from uems.web.app import create_app

_numbers = itertools.count(1)
_made = Table("made_of_changes", MetaData(), StoreColumn("what", String), StoreColumn("segment", Integer), StoreColumn("person", Integer))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("feed") / "home"))
    _made.metadata.create_all(found.store.engine)
    yield found
    found.close()


@pytest.fixture
def shop(house: House) -> Shop:
    return Shop(house, next(_numbers))


def _keep(conn: Connection, changes: list[segments.Change]) -> None:
    rows = [{"what": "in" if c.entered else "out", "segment": c.segment_id, "person": c.person_id} for c in changes]
    conn.execute(insert(_made), rows)


def _kept(house: House) -> list[tuple[Any, ...]]:
    with house.store.read() as conn:
        return sorted(tuple(row) for row in conn.execute(select(_made)))


def test_every_change_counts_once_whatever_breaks_between(house: House, shop: Shop) -> None:
    shop.take([Happened(user=f"u{n}", ts=NOW, event="Viewed") for n in range(5)])
    shop.save("viewers", {"did": {"events": ["Viewed"]}})
    shop.save("quiet", {"not": {"did": {"events": ["Order Completed"]}}})
    shop.catch_up()
    shop.take([Happened(user=f"u{n}", ts=NOW, event="Order Completed") for n in range(2)])
    shop.catch_up()
    expected = sorted([("in", s, p) for s in (1, 2) for p in range(1, 6)] + [("out", 2, p) for p in (1, 2)])

    def breaks(conn: Connection, changes: list[segments.Change]) -> None:
        _keep(conn, changes)
        raise RuntimeError("the process ends here")

    def is_overtaken(conn: Connection, changes: list[segments.Change]) -> None:
        raise AssertionError("another process was quicker, so these changes are not this one's any more")

    for _ in range(4):  # twelve changes, three at a time
        before = segments.place_of(house, shop.scope, "test")
        with pytest.raises(RuntimeError):
            segments.follow(house, shop.scope, "test", breaks, limit=3)
        assert segments.place_of(house, shop.scope, "test") == before
        assert segments.follow(house, shop.scope, "test", _keep, limit=3) == 3
    assert segments.follow(house, shop.scope, "test", is_overtaken) == 0
    assert _kept(house) == expected
    assert segments.place_of(house, shop.scope, "test") == segments.head(house, shop.scope)


def test_a_reader_that_was_overtaken_stores_nothing(house: House, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.take([Happened(user="a", ts=NOW, event="Viewed")])
    shop.save("viewers", {"did": {"events": ["Viewed"]}})
    shop.catch_up()
    from uems.segments import feed

    read, seen = feed.changes_since, []

    def overtaken(house: House, *rest: Any) -> list[segments.Change]:
        found = read(house, *rest)
        monkeypatch.setattr(feed, "changes_since", read)
        assert segments.follow(house, shop.scope, "two", lambda conn, changes: seen.append(len(changes))) == 1
        return found

    monkeypatch.setattr(feed, "changes_since", overtaken)
    assert segments.follow(house, shop.scope, "two", lambda conn, changes: seen.append(-1)) == 1
    assert segments.follow(house, shop.scope, "two", lambda conn, changes: seen.append(-2)) == 0
    assert seen == [1]


def test_a_round_is_read_once_all_of_it_is_written(house: House, shop: Shop) -> None:
    shop.take([Happened(user=f"u{n}", ts=NOW, event="Viewed") for n in range(3)])
    shop.save("viewers", {"did": {"events": ["Viewed"]}})
    shop.catch_up()
    start = segments.head(house, shop.scope)
    # What another shard of a cluster shows of a round that is being written.
    rows = {
        "workspace_id": pa.array([shop.scope.workspace_id], pa.uint32()),
        "segment_id": pa.array([1], pa.uint32()),
        "person_id": pa.array([3], pa.uint64()),
        "entered": pa.array([False]),
        "at": pa.array([NOW], pa.timestamp("ms", "UTC")),
        "cause": pa.array(["event"]),
        "version": pa.array([start.version + 1], pa.uint64()),
    }
    house.warehouse.insert("segment_changes", pa.table(rows), token=f"half-{shop.scope.slug}")
    assert segments.changes_since(house, shop.scope, start, 10) == []
    assert segments.head(house, shop.scope) == start
    shop.keeper = Keeper(
        house, Workspaces(house.store), "test", lambda: shop.now
    )  # whoever takes over knows that nobody writes that round any more
    shop.catch_up()
    [change] = segments.changes_since(house, shop.scope, start, 10)[:1]
    assert (change.person_id, change.entered) == (3, False)


def test_a_persons_comings_and_goings_survive_a_merge_without_being_told_twice(house: House, shop: Shop) -> None:
    api = operator_client(create_app(house, clock=Clock(NOW)), house)
    shop.take([Happened(user="u", ts=NOW, event="Viewed")])
    shop.save("viewers", {"did": {"events": ["Viewed"], "within": {"op": "after", "value": {"ago": 2, "unit": "day"}}}})
    shop.catch_up()
    shop.now = NOW + timedelta(hours=1)
    shop.take([Happened(anonymous="a", ts=shop.now, event="Viewed")])
    shop.catch_up()
    shop.now = NOW + timedelta(hours=2)
    shop.take([Happened(user="u", anonymous="a", ts=shop.now, event="Order Completed")])  # they are one from here on
    shop.catch_up()
    shop.now = NOW + timedelta(days=3)
    shop.catch_up()
    [person] = shop.souls()
    told = [(move.entered, move.cause) for move in moves_of(house, shop.scope, person, 10)[0]]
    assert told == [(False, "time"), (True, "built")]
    at = f"/api/workspaces/{shop.scope.slug}/people/{person}/moves"
    answer = api.get(at).json()
    assert [(row["key"], row["entered"]) for row in answer["items"]] == [("viewers", False), ("viewers", True)]
    assert answer["next_cursor"] is None
    newest = api.get(at, params={"limit": 1}).json()
    oldest = api.get(at, params={"limit": 1, "cursor": newest["next_cursor"]}).json()
    assert newest["items"] + oldest["items"] == answer["items"]
    assert oldest["next_cursor"] is None
