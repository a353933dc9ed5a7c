"""Are merged people counted once on every engine, also where rows of one person lie on several servers?"""

import random
from datetime import UTC, datetime, timedelta

import pytest

from tests.identity.conftest import make_access, make_scope
from tests.identity.test_queries import DAYS, assert_lists_hold_whom_the_counts_count, current, expected_counts
from tests.support.feed import Feed, Happened
from uems.collect.api import MIGRATIONS as COLLECT
from uems.identity import api as identity
from uems.identity.api import MIGRATIONS as IDENTITY
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.schema import migrate
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse
from uems.profiles import api as profiles
from uems.profiles.people import profiles_of

START = datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
def house(engine_settings: Settings, any_warehouse: Warehouse, sqlite_store: Store) -> House:
    migrate(any_warehouse, engine_settings, [*COLLECT, *IDENTITY, *profiles.MIGRATIONS])
    return House(settings=engine_settings, warehouse=any_warehouse, store=sqlite_store, log=open_log(engine_settings, sqlite_store))


def test_counts_totals_and_search_agree_with_the_definition(house: House, now: datetime) -> None:
    scope, dice = make_scope(), random.Random(7)
    feed = Feed(house, scope)

    def happened() -> Happened:
        user, traits = dice.choice(("", "", *(f"u{n}" for n in range(12)))), f'{{"city": "city{dice.randrange(4)}"}}'
        at = START + timedelta(days=dice.randrange(6), minutes=dice.randrange(600))
        kind = dice.choice(("track", "identify"))
        return Happened(user=user, anonymous=f"a{dice.randrange(40)}", ts=at, type=kind, event="Page Viewed", properties=traits)

    for _ in range(12):
        feed.take([happened() for _ in range(40)], now)
    access = make_access(scope, now)
    active = [m for m in identity.merges(house.store, scope, state="active", limit=100) if m.a_person_id == m.b_person_id]
    undone = [identity.undo_merge(house, access, m.merge_id) for m in active[:8:2]]
    identity.redo_merge(house, access, undone[0].undo_id)
    who = current(feed)
    first, last = DAYS[1], DAYS[4]
    assert identity.actives_by_day(house, scope, first, last) == {
        day: len({who[r.node_id] for r in feed.stored if r.day == day}) for day in DAYS[1:5]
    }
    assert identity.count_people(house, scope, first, last) == expected_counts(feed, who, first, last)
    assert_lists_hold_whom_the_counts_count(feed, who, first, last)
    days = [r for r in feed.stored if first <= r.day <= last]
    events, more_events = profiles.list_events(house, scope, first, last, event="Page Viewed", limit=1000)
    assert sorted((e.message_id, e.person_id) for e in events) == sorted((r.message_id, who[r.node_id]) for r in days)
    assert more_events is None
    people = {p.person_id: p for p in identity.people_of(house.store, scope, who).values()}
    totals = identity.totals_of(house, scope, list(people.values()))
    assert {p: t.events for p, t in totals.items()} == {p: sum(who[r.node_id] == p for r in feed.stored) for p in people}
    rows = identity.rows_of_people(house.store, scope, Sql("events"), ("message_id",), Sql("1"))
    found = house.warehouse.query(Sql(f"SELECT message_id, person FROM {rows}")).to_pylist()
    assert sorted((r["message_id"], r["person"]) for r in found) == sorted((r.message_id, who[r.node_id]) for r in feed.stored)
    cities = {p.person_id for p in profiles_of(house, scope, list(people.values())) if '"city2"' in {t.value for t in p.traits}}
    hits, more = profiles.search_people(house, scope, "city2", limit=100)
    assert ({p.person_id for p in hits}, len(hits), more) == (cities, len(cities), None)
