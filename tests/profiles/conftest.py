"""What do tests of profiles start from? A house with the tables of people and traits, and a workspace."""

from datetime import UTC, datetime

import pytest

from tests.support.feed import Feed
from uems.collect.api import MIGRATIONS as COLLECT
from uems.identity.api import MIGRATIONS as IDENTITY
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.schema import migrate
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse
from uems.profiles.api import MIGRATIONS as PROFILES

START = datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
def house(settings: Settings, sqlite_store: Store, warehouse: Warehouse) -> House:
    """An embedded warehouse with its tables."""
    migrate(warehouse, settings, [*COLLECT, *IDENTITY, *PROFILES])
    return House(settings=settings, warehouse=warehouse, store=sqlite_store, log=open_log(settings, sqlite_store))


@pytest.fixture
def scope() -> Scope:
    return Scope(workspace_id=1, slug="shop", zone="Asia/Shanghai", currency="CNY")


@pytest.fixture
def feed(house: House, scope: Scope) -> Feed:
    return Feed(house, scope)
