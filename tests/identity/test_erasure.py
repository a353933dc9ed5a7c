"""Is somebody who was erased gone from everywhere, and is everything else as if they had never been?"""

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from tests.identity.conftest import make_access, make_scope
from tests.support.feed import Feed, Happened
from uems.identity import api as identity
from uems.kernel.erasure import Subject
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.store import Store, metadata
from uems.kernel.warehouse import Warehouse
from uems.web.app import ERASERS

START = datetime(2026, 2, 1, 12, tzinfo=UTC)


class Only:
    """A house with one workspace."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def scope(self, workspace_id: int) -> Scope | None:
        return self._scope if workspace_id == self._scope.workspace_id else None


def erase(house: House, scope: Scope, person_id: int, now: datetime) -> identity.Erasure:
    asked = identity.request_erasure(house, make_access(scope, now), person_id, person_id, ERASERS)
    assert identity.finish_now(house, Only(scope), ERASERS, "tests", now)
    return identity.erasure_of(house, scope, asked.erasure_id, len(ERASERS))


def story(seed: int) -> list[list[Happened]]:
    """Batches of some people with devices, e-mails and orders; "u0" is to be erased, and shares no id with anybody."""
    chance = random.Random(seed)
    names = ["Page Viewed", "Order Completed", "Cart Viewed"]
    batches = []
    for _ in range(chance.randint(1, 4)):
        batch = []
        for _ in range(chance.randint(1, 12)):
            who, at = chance.randint(0, 4), START + timedelta(hours=chance.randint(0, 200))
            event = chance.choice(names)
            paid = chance.randint(1, 90) * 100 if event == "Order Completed" else None
            known = chance.random() < 0.6
            device = f"d{who}-{chance.randint(0, 2)}" if not known or chance.random() < 0.5 else ""
            batch.append(
                Happened(
                    user=f"u{who}" if known else "",
                    anonymous=device,
                    ts=at,
                    event=event,
                    revenue_minor=paid,
                    currency="CNY" if paid else "",
                )
            )
        if chance.random() < 0.7:
            who = chance.randint(0, 4)
            batch.append(
                Happened(
                    user=f"u{who}",
                    anonymous=f"d{who}-0",
                    ts=START,
                    type="identify",
                    event="",
                    email=f"u{who}@example.com",
                    properties=f'{{"email":"u{who}@example.com","plan":"p{who % 2}"}}',
                )
            )
        batches.append(batch)
    # Every device says whose it is, so that the person is one.
    batches.append([Happened(user=f"u{who}", anonymous=f"d{who}-{n}", ts=START) for who in range(5) for n in range(3)])
    return batches


def is_of(one: Happened, who: int) -> bool:
    return one.user == f"u{who}" or one.anonymous.startswith(f"d{who}-")


def seen(house: House, scope: Scope) -> dict[str, Any]:
    """What reports are made of, without the numbers of people, which depend on who came first."""

    def rows(text: str) -> list[dict[str, Any]]:
        return list(house.warehouse.query(Sql(text.replace("WS", str(scope.workspace_id)))).to_pylist())

    first, last = START.date() - timedelta(days=1), START.date() + timedelta(days=20)
    return {
        "daily": rows(
            "SELECT day, type, event, currency, toInt64(sum(events)) AS n, toInt64(sum(revenue_minor)) AS minor FROM event_daily"
            " WHERE workspace_id = WS GROUP BY ALL ORDER BY ALL"
        ),
        "names": rows("SELECT DISTINCT event FROM event_daily WHERE workspace_id = WS ORDER BY event"),
        "span": rows("SELECT min(day) AS first, max(day) AS last FROM event_daily WHERE workspace_id = WS"),
        "bitmaps": rows(
            "SELECT type, event, day, groupBitmapMerge(people) AS n FROM person_day_bitmaps WHERE workspace_id = WS"
            " GROUP BY ALL ORDER BY ALL"
        ),
        "events": rows("SELECT user_id, anonymous_id, ts, event FROM events WHERE workspace_id = WS ORDER BY ALL"),
        "traits": rows("SELECT trait, value, ts FROM traits WHERE workspace_id = WS ORDER BY ALL"),
        "needles": rows("SELECT needle, trait FROM trait_index FINAL WHERE workspace_id = WS ORDER BY ALL"),
        "actives": identity.actives_by_day(house, scope, first, last),
        "people": identity.count_people(house, scope, first, last),
        "listed": len(identity.newest_people(house.store, scope, before=None, limit=100)),
    }


@pytest.mark.parametrize("seed", range(3))
def test_everything_says_what_it_would_say_had_the_person_never_been(seed: int, house: House, now: datetime) -> None:
    with_them, without = make_scope(), make_scope()
    batches = story(seed)
    feed = Feed(house, with_them)
    for batch in batches:
        feed.take(batch, now)
    other = Feed(house, without)
    for batch in batches:
        kept = [one for one in batch if not is_of(one, 0)]
        if kept:
            other.take(kept, now)
    person = identity.find_person(house.store, with_them, "user_id", "u0")
    assert person is not None
    assert erase(house, with_them, person.person_id, now).state == "done"
    assert seen(house, with_them) == seen(house, without)


def test_nothing_in_the_warehouse_bears_a_number_of_theirs(house: House, now: datetime) -> None:
    scope, feed = (one := make_scope()), Feed(house, one)
    for batch in story(1):
        feed.take(batch, now)
    person = identity.find_person(house.store, scope, "user_id", "u0")
    assert person is not None
    erase(house, scope, person.person_id, now)
    left = Subject(scope=scope, numbers=person.node_ids, stored=person.stored_ids, ids=())
    assert {one.key: dict(one.count(house, left)) for one in ERASERS if one.count(house, left)} == {}


def test_a_merged_person_goes_with_all_ids_and_the_merge_cannot_be_undone(house: House, now: datetime) -> None:
    scope = make_scope()
    feed = Feed(house, scope)
    feed.take([Happened(user="ann", ts=START), Happened(user="anna", ts=START), Happened(user="bob", ts=START)], now)
    ann, anna = (identity.find_person(house.store, scope, "user_id", name) for name in ("ann", "anna"))
    assert ann is not None
    assert anna is not None
    merge_id, _ = identity.merge(house, make_access(scope, now), [ann.person_id, anna.person_id])
    found = identity.subject_of(house, scope, anna.person_id)
    assert found.ids == (("user_id", "ann"), ("user_id", "anna"))
    erase(house, scope, ann.person_id, now)
    for number in (ann.person_id, anna.person_id):
        with pytest.raises(UemsError, match="was erased on 2026-03-02") as caught:
            identity.person(house.store, scope, number)
        assert (caught.value.code, caught.value.status) == ("person_erased", 410)
    for name in (merge_id, f"{ann.person_id}-{anna.person_id}"):
        with pytest.raises(UemsError, match="parted any more"):
            identity.undo_merge(house, make_access(scope, now), name)
    assert identity.count_people(house, scope, START.date(), START.date()).active == 1


def test_an_undone_merge_leaves_the_other_side_whole(house: House, now: datetime) -> None:
    scope = make_scope()
    feed, access = Feed(house, scope), make_access(scope, now)
    feed.take([Happened(user="ann", ts=START), Happened(user="bob", ts=START)], now)
    ann, bob = (identity.find_person(house.store, scope, "user_id", name) for name in ("ann", "bob"))
    assert ann is not None
    assert bob is not None
    merge_id, _ = identity.merge(house, access, [ann.person_id, bob.person_id])
    feed.take([Happened(user="bob", ts=START + timedelta(days=1))], now)  # stored under ann's number
    identity.undo_merge(house, access, merge_id)
    erase(house, scope, ann.person_id, now)
    day = START.date()
    assert identity.actives_by_day(house, scope, day, day + timedelta(days=3)) == {day: 1, day + timedelta(days=1): 1}
    assert identity.totals_of(house, scope, [identity.person(house.store, scope, bob.person_id)])[bob.person_id].events == 2


def test_asking_twice_says_that_it_was_done(house: House, now: datetime) -> None:
    scope = make_scope()
    feed = Feed(house, scope)
    [row] = feed.take([Happened(user="ann", ts=START)], now)
    access = make_access(scope, now)
    with pytest.raises(UemsError, match="confirm is 99; must be"):
        identity.request_erasure(house, access, row.person_id, 99, ERASERS)
    identity.request_erasure(house, access, row.person_id, row.person_id, ERASERS)
    with pytest.raises(UemsError, match="was erased"):
        identity.request_erasure(house, access, row.person_id, row.person_id, ERASERS)


def test_a_store_that_is_read_by_a_stranger_holds_no_id_of_theirs(house: House, now: datetime) -> None:
    scope = make_scope()
    feed = Feed(house, scope)
    feed.take([Happened(user="ann-8812", anonymous="dev-8812", ts=START, type="identify", email="ann-8812@example.com")], now)
    person = identity.find_person(house.store, scope, "user_id", "ann-8812")
    assert person is not None
    erase(house, scope, person.person_id, now)
    with house.store.read() as conn:
        for table in metadata.sorted_tables:
            if table.name.startswith("log_"):
                continue  # the event log of a cluster; what was read is trimmed
            for row in conn.execute(table.select()):
                assert "8812" not in repr(tuple(row)), table.name


def barred(house: House, scope: Scope, rows: Sequence[Happened], now: datetime, channel: str = "browser") -> list[int]:
    resolver = identity.Resolver(house.store, house.warehouse, key=identity.tombstone_key(house.settings))
    table = pa.table(
        {
            "user_id": [one.user for one in rows],
            "anonymous_id": [one.anonymous for one in rows],
            "ts": pa.array([one.ts for one in rows], pa.timestamp("ms", "UTC")),
            "type": [one.type for one in rows],
            "channel": [channel] * len(rows),
        }
    )
    return list(resolver.barred(scope, table, now))


def test_what_is_old_is_turned_away_for_ever_and_a_new_identify_makes_a_new_person(house: House, now: datetime) -> None:
    scope = make_scope()
    feed = Feed(house, scope)
    [first] = feed.take([Happened(user="ann", anonymous="phone", ts=START)], now)
    erase(house, scope, first.person_id, now)
    old, later = Happened(user="ann", ts=START), Happened(user="ann", ts=now + timedelta(days=1))
    assert barred(house, scope, [old, later, replace(later, user="", anonymous="phone")], now) == [0, 1, 2]
    told = replace(later, type="identify")
    assert barred(house, scope, [told], now, channel="import") == [0], "a file is no word of the person"
    assert barred(house, scope, [later, told, later, old], now) == [0, 3]
    assert barred(house, scope, [replace(later, user="bob")], now) == []
    again = Feed(house, scope)
    again.offset = 50
    [back] = again.take([told], now + timedelta(days=2))
    assert back.person_id != first.person_id
    with pytest.raises(UemsError, match="was erased"):
        identity.person(house.store, scope, first.person_id)


def test_a_workspace_can_have_nobody_come_back(house: House, now: datetime) -> None:
    scope = make_scope()
    feed, access = Feed(house, scope), make_access(scope, now)
    [first] = feed.take([Happened(user="ann", ts=START)], now)
    identity.change_rules(house, access, replace(identity.rules_of(house.store, scope), erased_may_return=False))
    erase(house, scope, first.person_id, now)
    told = Happened(user="ann", ts=now + timedelta(days=1), type="identify")
    assert barred(house, scope, [told], now) == [0]


def test_a_worker_that_remembers_them_makes_no_node_of_theirs_again(house: House, now: datetime) -> None:
    scope = make_scope()
    feed = Feed(house, scope)
    [first] = feed.take([Happened(user="ann", anonymous="phone", ts=START)], now)
    erase(house, scope, first.person_id, now)
    resolved = feed.resolver.resolve(scope, [("ann", ""), ("", "phone"), ("bob", "phone")], [], now)
    assert list(resolved.node_ids)[:2] == [0, 0]
    assert resolved.node_ids[2] > 0
    assert identity.find_person(house.store, scope, "user_id", "ann") is None
    assert identity.find_person(house.store, scope, "anonymous_id", "phone") is None


def test_an_erasure_in_one_workspace_leaves_the_same_ids_elsewhere(house: House, now: datetime) -> None:
    one, other = make_scope(), make_scope()
    for scope in (one, other):
        Feed(house, scope).take([Happened(user="ann", ts=START)], now)
    before = seen(house, other)
    [person] = identity.newest_people(house.store, one, before=None, limit=5)
    erase(house, one, person, now)
    assert seen(house, other) == before
    assert barred(house, other, [Happened(user="ann", ts=START)], now) == []


@pytest.fixture
def plain_house(settings: Settings, sqlite_store: Store, full_warehouse: Warehouse) -> Iterator[House]:
    """On one store, for what does not depend on it."""
    log = open_log(settings, sqlite_store)
    yield House(settings=settings, warehouse=full_warehouse, store=sqlite_store, log=log)
    log.close()


class Killed(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("step", [0, 1, 2, 4, 6, 8])
def test_a_kill_at_any_step_is_made_good_by_the_next_process(
    step: int, plain_house: House, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = plain_house
    with_them, without = make_scope(), make_scope()
    batches = story(3)
    feed, other = Feed(house, with_them), Feed(house, without)
    for batch in batches:
        feed.take(batch, now)
        other.take([one for one in batch if not is_of(one, 0)], now)
    person = identity.find_person(house.store, with_them, "user_id", "u0")
    assert person is not None
    identity.request_erasure(house, make_access(with_them, now), person.person_id, person.person_id, ERASERS)
    writes = 0
    plain = type(house.warehouse).execute

    def execute(self: object, *args: object, **more: object) -> object:
        nonlocal writes
        writes += 1
        if writes == step + 1:
            raise Killed
        return plain(self, *args, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(type(house.warehouse), "execute", execute)
        with suppress(Killed):
            identity.finish_now(house, Only(with_them), ERASERS, "first", now)
    later = now + timedelta(minutes=2)  # the lease of the dead one has run out
    assert identity.finish_now(house, Only(with_them), ERASERS, "second", later)
    assert seen(house, with_them) == seen(house, without)
