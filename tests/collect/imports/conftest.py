"""What do the tests of imports start from? A house with a workspace, and short ways to put a file in and take events out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.events import PlainPeople
from tests.support.web import Clock, make_workspace
from uems.access import api as access
from uems.access.api import Access
from uems.collect.files.mapping import Mapping
from uems.collect.files.reader import inspect
from uems.collect.imports import runs, saved
from uems.collect.imports.model import File, Run
from uems.collect.imports.runner import Runner
from uems.collect.imports.vault import Incoming
from uems.collect.pipeline.consume import Consumer, Stages
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse

VISITS = Mapping.model_validate(
    {
        "event": {"constant": "Visited"},
        "user_id": "user",
        "time": {"column": "t"},
        "properties": [{"name": "n", "column": "n", "type": "integer"}],
    }
)


@dataclass(slots=True, kw_only=True)
class Shop:
    """A workspace and its house at work, one step at a time."""

    house: House
    access: Access
    clock: Clock

    def put(self, data: bytes, name: str = "visits.csv") -> File:
        incoming = Incoming(self.house.settings)
        incoming.write(data)
        stored = incoming.finish()
        return saved.add_file(self.house.settings, self.house.store, self.access, stored, name=name, shape=inspect(stored.path))

    def start(self, file: File, mapping: Mapping = VISITS, *, force: bool = False) -> Run:
        return runs.import_file(self.house.store, self.access, file, mapping, None, force=force, settings=self.house.settings)

    def runner(self, instance: str = "one") -> Runner:
        return Runner(self.house, instance, self.clock)

    def run(self, run: Run) -> Run:
        return runs.get_run(self.house.store, self.access.scope, run.run_id)

    def consume(self) -> None:
        """Take everything through the pipeline, as the next process would."""
        stages = Stages(workspaces=access.Workspaces(self.house.store), people=PlainPeople())
        for partition in range(self.house.settings.log_partitions):
            consumer = Consumer(self.house, stages, partition, "pipeline")
            assert consumer.hold(self.clock())
            while consumer.step(self.clock()):
                continue
            consumer.close(self.clock())

    def query(self, sql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.house.warehouse.query(Sql(sql)).to_pylist()
        return found

    def numbers(self) -> list[int]:
        """The property ``n`` of every stored event."""
        return sorted(int(row["n"]) for row in self.query("SELECT toString(properties.n) AS n FROM events WHERE type = 'track'"))


def visits(count: int, start: int = 0) -> bytes:
    return ("user,t,n\n" + "".join(f"u{n % 97},2026-01-{n % 28 + 1:02d} 10:00:00,{n}\n" for n in range(start, start + count))).encode()


@contextmanager
def housing(settings: Settings, store: Store, warehouse: Warehouse) -> Iterator[House]:
    log = open_log(settings, store)
    yield House(settings=settings, warehouse=warehouse, store=store, log=log)
    log.close()


@pytest.fixture
def house(settings: Settings, sqlite_store: Store, full_warehouse: Warehouse) -> Iterator[House]:
    with housing(settings, sqlite_store, full_warehouse) as found:
        yield found


@pytest.fixture
def shop(house: House, now: datetime) -> Shop:
    _, inside = make_workspace(house.store, "shop", now)
    return Shop(house=house, access=inside, clock=Clock(now))


@pytest.fixture
def folder(shop: Shop) -> Path:
    return shop.house.settings.home / "files"
