"""What do the tests of the tracking plan start from? A workspace, and a house whose pipeline can be run by hand."""

import json
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.support.events import NOW, NOW_MS, PlainPeople
from tests.support.web import make_workspace
from uems.access import api as access
from uems.access.api import Access
from uems.collect.pipeline.consume import Consumer, Stages
from uems.collect.plan.history import StoredPlans
from uems.collect.records import Entry, encode_entries
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.settings import Settings
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse

Send = Callable[[Sequence[object]], None]


@pytest.fixture
def house(settings: Settings, sqlite_store: Store, full_warehouse: Warehouse) -> Iterator[House]:
    log = open_log(settings, sqlite_store)
    yield House(settings=settings, warehouse=full_warehouse, store=sqlite_store, log=log)
    log.close()


@pytest.fixture
def shop(house: House) -> Access:
    """The operator in the workspace "shop"."""
    return make_workspace(house.store, "shop", NOW)[1]


@pytest.fixture
def send(house: House, shop: Access) -> Iterator[Send]:
    """Takes items through the log and the pipeline, checked against the plan in force."""
    stages = Stages(workspaces=access.Workspaces(house.store), people=PlainPeople(), plans=StoredPlans(house.store))
    consumer = Consumer(house, stages, 0, "test")

    def through(items: Sequence[object]) -> None:
        body = json.dumps({"batch": list(items)}).encode()
        house.log.append(0, encode_entries([Entry(shop.scope.workspace_id, NOW_MS, "batch", body)]), len(items)).result()
        assert consumer.hold(NOW)
        while consumer.step(NOW):
            continue

    yield through
    consumer.close(NOW)
