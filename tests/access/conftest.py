"""What do the tests of this room start from? A workspace with an owner, and the application around it."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.support.web import Clock, cheap_hashes, make_workspace
from uems.access.api import Access
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.settings import Settings
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse, open_warehouse
from uems.web.app import App, create_app

__all__ = ["cheap_hashes"]


@pytest.fixture(autouse=True)
def _cheap(request: pytest.FixtureRequest) -> None:
    if request.module.__name__.rpartition(".")[2] != "test_passwords":
        request.getfixturevalue("cheap_hashes")


@pytest.fixture
def shop(store: Store, now: datetime) -> Access:
    """The operator in the workspace "shop"."""
    return make_workspace(store, "shop", now)[1]


@pytest.fixture
def shop_on_sqlite(sqlite_store: Store, now: datetime) -> Access:
    """As ``shop``, for tests in which the database does not matter."""
    return make_workspace(sqlite_store, "shop", now)[1]


@pytest.fixture(scope="module")
def idle_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """This room keeps nothing in the warehouse, so one serves all tests of a module. Only one can be open in a process."""
    warehouse = open_warehouse(Settings(home=tmp_path_factory.mktemp("warehouse")))
    yield warehouse
    warehouse.close()


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def house(settings: Settings, sqlite_store: Store, idle_warehouse: Warehouse) -> Iterator[House]:
    log = open_log(settings, sqlite_store)
    yield House(settings=settings, warehouse=idle_warehouse, store=sqlite_store, log=log)
    log.close()


@pytest.fixture
def app(house: House, clock: Clock) -> App:
    return create_app(house, clock=clock)
