"""What do tests of profiles start from? A house with the tables of people and traits, and a workspace."""

from datetime import UTC, datetime

import pytest

from tests.support.feed import Feed
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse

START = datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
def house(settings: Settings, sqlite_store: Store, full_warehouse: Warehouse) -> House:
    """An embedded warehouse with its tables."""
    return House(settings=settings, warehouse=full_warehouse, store=sqlite_store, log=open_log(settings, sqlite_store))


@pytest.fixture
def scope() -> Scope:
    return Scope(workspace_id=1, slug="shop", zone="Asia/Shanghai", currency="CNY")


@pytest.fixture
def feed(house: House, scope: Scope) -> Feed:
    return Feed(house, scope)
