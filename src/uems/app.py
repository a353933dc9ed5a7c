"""How is the whole house put together? Opens the engines, brings their tables up to date, and starts what runs beside the requests."""

import importlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, cast

from starlette.types import ASGIApp

import uems
from uems.access import api as access
from uems.collect import api as collect
from uems.evaluation import api as evaluation
from uems.experiments import api as experiments
from uems.identity import api as identity
from uems.journeys import api as journeys
from uems.kernel.clock import utc_now
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.schema import Migration, migrate
from uems.kernel.settings import Settings
from uems.kernel.store import open_store
from uems.kernel.warehouse import open_warehouse
from uems.kpis import api as kpis
from uems.outreach import api as outreach
from uems.prediction import api as prediction
from uems.profiles import api as profiles
from uems.segments import api as segments
from uems.stages import holder_of, pipeline
from uems.superusers import api as superusers
from uems.web.app import ERASERS, App, create_app

Role = Literal["all", "api", "worker"]


class Loop(Protocol):
    """Work that goes on beside the requests. ``stop`` returns when it has ended; both are called once."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


def migrations() -> list[Migration]:
    """The warehouse tables of every room: ``MIGRATIONS`` of each ``uems.<room>.schema``, by number."""
    found: list[Migration] = []
    for room in sorted(p.parent.name for p in Path(uems.__file__).parent.glob("*/schema.py")):
        if room != "kernel":  # whose schema.py says how, and has no tables
            found.extend(importlib.import_module(f"uems.{room}.schema").MIGRATIONS)
    return sorted(found, key=lambda migration: migration.number)


def build(settings: Settings) -> House:
    """Open store, log and warehouse and bring their tables up to date. Safe to call in several processes of a cluster."""
    store = open_store(settings)
    try:
        store.migrate()
        log = open_log(settings, store)
    except BaseException:
        store.close()
        raise
    try:
        warehouse = open_warehouse(settings)
        migrate(warehouse, settings, migrations())
    except BaseException:
        log.close()
        store.close()
        raise
    return House(settings=settings, warehouse=warehouse, store=store, log=log)


def loops(house: House, role: Role, instance: str) -> list[Loop]:
    """What a process of this role does beside answering requests, in the order in which it is started."""
    if role == "api":
        return []
    return [
        pipeline(house, instance),
        identity.Forgetter(house, access.Workspaces(house.store), ERASERS, holder_of(house, instance), utc_now),
        collect.ImportRunner(house, holder_of(house, instance), utc_now),
        segments.Keeper(house, access.Workspaces(house.store), holder_of(house, instance), utc_now, profiles.LiveTags(house)),
        segments.segment_worker(house, holder_of(house, instance), utc_now),
        segments.Syncer(house, holder_of(house, instance), utc_now),
        journeys.Sessioniser(house, access.Workspaces(house.store), holder_of(house, instance), utc_now),
        prediction.Modeller(house, access.Workspaces(house.store), holder_of(house, instance), utc_now, evaluation.randomised),
        superusers.Tender(house, access.Workspaces(house.store), holder_of(house, instance), utc_now),
        kpis.Watcher(house, access.Workspaces(house.store), holder_of(house, instance), utc_now),
        kpis.Mailer(house, access.Workspaces(house.store), holder_of(house, instance), utc_now),
        experiments.Ramper(house, access.Workspaces(house.store), holder_of(house, instance), utc_now),
        outreach.Sender(house, access.Workspaces(house.store), utc_now),
        outreach.Engine(house, access.Workspaces(house.store), utc_now),
        outreach.Campaigner(house, access.Workspaces(house.store), holder_of(house, instance), utc_now),
        outreach.Doors(house, access.Workspaces(house.store), holder_of(house, instance), utc_now),
        outreach.SceneWatch(house, access.Workspaces(house.store), holder_of(house, instance), utc_now),
        outreach.DryDecider(house, access.Workspaces(house.store), holder_of(house, instance), utc_now),
        outreach.BounceReader(house, access.Workspaces(house.store), holder_of(house, instance), utc_now),
        outreach.simulator(house, holder_of(house, instance), utc_now),
        outreach.Caller(house, access.Workspaces(house.store), holder_of(house, instance), utc_now),
        superusers.Referrer(house, access.Workspaces(house.store), holder_of(house, instance), utc_now),
    ]


@dataclass(slots=True, kw_only=True)
class Started:
    """A house at work. web: answers requests. ``stop`` ends the work and closes the engines; calling it twice is fine."""

    house: House
    web: App
    role: Role
    instance: str
    _loops: list[Loop] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _stopped: bool = False

    def warm(self) -> None:
        """Do now what the first request would wait for: make every route ready."""
        self.web.warm()

    def work(self) -> None:
        """Start what goes on beside the requests."""
        for loop in loops(self.house, self.role, self.instance):
            loop.start()
            self._loops.append(loop)

    def _rest(self) -> None:
        while self._loops:
            self._loops.pop().stop()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """No work beside the requests for the length of the block: what was begun is finished first, and goes on afterwards."""
        with self._turn:
            self._rest()
            try:
                yield
            finally:
                if not self._stopped:
                    self.work()

    def stop(self) -> None:
        with self._turn:
            if self._stopped:
                return
            self._stopped = True
            self._rest()
            self.house.close()


def start(settings: Settings, *, role: Role, instance: str) -> Started:
    """Build the house and start the work of ``role``. instance: what ``/healthz`` answers, so that a server can be told from another."""
    house = build(settings)
    try:
        # The event room types ASGI without a framework; it is the same interface.
        ingest = cast(ASGIApp, collect.ingest_app(house))
        application = create_app(house, ingest=ingest, instance=instance)
    except BaseException:
        house.close()
        raise
    started = Started(house=house, web=application, role=role, instance=instance)
    application.state.quiet = started.quiet
    try:
        started.work()
    except BaseException:
        started.stop()
        raise
    return started
