"""Which shop do tests ask over HTTP? Two people who come every day of November by phone, and one of them pays."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import httpx

from tests.journeys.reports.world import DAY, HOUR, START, Act, Town
from tests.support import houses
from tests.support.web import Clock, Program, operator_client
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.web.app import create_app


@dataclass
class Shop:
    """The operator's client in one workspace."""

    house: House
    scope: Scope
    program: Program
    clock: Clock
    town: Town

    def _path(self, path: str) -> str:
        return f"/api/workspaces/{self.scope.slug}{path}"

    def get(self, path: str) -> httpx.Response:
        return self.program.get(self._path(path))

    def post(self, path: str, body: object = None) -> httpx.Response:
        return self.program.post(self._path(path), body)

    def put(self, path: str, body: object) -> httpx.Response:
        return self.program.send("PUT", self._path(path), json=body)

    def patch(self, path: str, body: object) -> httpx.Response:
        return self.program.patch(self._path(path), body)

    def delete(self, path: str) -> httpx.Response:
        return self.program.delete(self._path(path))

    def upload(self, path: str, content: bytes) -> httpx.Response:
        return self.program.send("POST", self._path(path), content=content, headers={"content-type": "text/csv"})

    def confirm(self, role: str, event: str) -> None:
        assert self.put(f"/roles/{role}", {"events": [event]}).status_code == 200

    def forget(self, role: str) -> None:
        assert self.delete(f"/roles/{role}").status_code == 204


def november(days: int = 20) -> list[Act]:
    """a and b come at noon of each day from the first of November on; b pays 10 USD; a was seen in October too."""
    acts = [Act(ms=DAY, user="a", event="Looked", device="phone")]
    for day in range(days):
        noon = (2 + day) * DAY + 14 * HOUR
        acts.append(Act(ms=noon, user="a", event="Looked", device="phone"))
        acts.append(Act(ms=noon, user="b", event="Paid", device="phone", properties={"revenue": 10, "currency": "USD"}))
    return acts


@contextmanager
def a_shop(settings: Settings, now: datetime, acts: Sequence[Act] | None = None) -> Iterator[Shop]:
    house = houses.build(settings)
    try:
        clock = Clock(now)
        town = Town(house)
        world = town.world()
        world.send(november() if acts is None else acts)
        program = operator_client(create_app(house, clock=clock), house)
        shop = Shop(house=house, scope=world.scope, program=program, clock=clock, town=town)
        shop.confirm("purchase", "Paid")
        yield shop
    finally:
        house.close()


__all__ = ["START", "Shop", "a_shop", "november"]
