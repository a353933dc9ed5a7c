"""Is somebody who was erased gone on every engine, also where their rows lie on several servers?"""

from datetime import datetime

import pytest

from tests.identity.conftest import make_scope
from tests.identity.test_erasure import erase, is_of, seen, story
from tests.support.feed import Feed
from uems.app import migrations
from uems.identity import api as identity
from uems.kernel.erasure import Subject
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.schema import migrate
from uems.kernel.settings import Settings
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse
from uems.web.app import ERASERS


@pytest.fixture
def house(engine_settings: Settings, any_warehouse: Warehouse, sqlite_store: Store) -> House:
    migrate(any_warehouse, engine_settings, migrations())
    return House(settings=engine_settings, warehouse=any_warehouse, store=sqlite_store, log=open_log(engine_settings, sqlite_store))


def test_everything_is_as_if_they_had_never_been_on_every_engine(house: House, now: datetime) -> None:
    with_them, without = make_scope(), make_scope()
    feed, other = Feed(house, with_them), Feed(house, without)
    for batch in story(3):
        feed.take(batch, now)
        other.take([one for one in batch if not is_of(one, 0)], now)
    person = identity.find_person(house.store, with_them, "user_id", "u0")
    assert person is not None
    erase(house, with_them, person.person_id, now)
    assert seen(house, with_them) == seen(house, without)
    left = Subject(scope=with_them, numbers=person.node_ids, stored=person.stored_ids, ids=(("user_id", "u0"),))
    assert [one.key for one in ERASERS if one.count(house, left) not in ({}, {"ids": 1})] == []
