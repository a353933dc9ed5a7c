"""What do tests of people start from? A house with its tables, a workspace, and somebody who may change things."""

import itertools
from datetime import datetime

import pytest

from uems.access.api import Access, Actor
from uems.kernel.house import House
from uems.kernel.log import Log
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse

_numbers = itertools.count(1)


@pytest.fixture
def house(settings: Settings, store: Store, full_warehouse: Warehouse, log: Log) -> House:
    """An embedded warehouse with its tables; the test runs once on each store."""
    return House(settings=settings, warehouse=full_warehouse, store=store, log=log)


def make_scope() -> Scope:
    """A workspace of its own."""
    number = next(_numbers)
    return Scope(workspace_id=number, slug=f"w{number}", zone="Asia/Shanghai", currency="CNY")


def make_access(scope: Scope, now: datetime) -> Access:
    """An editor in the workspace."""
    actor = Actor(kind="account", actor_id="acc_1", label="Ann", account_id="acc_1", address="127.0.0.1", role="editor")
    return Access(scope=scope, actor=actor, now=now)


@pytest.fixture
def scope() -> Scope:
    return make_scope()


@pytest.fixture
def access(scope: Scope, now: datetime) -> Access:
    return make_access(scope, now)
