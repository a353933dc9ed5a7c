"""What stands there to switch things in? A workspace called shop, the operator's client, and a key for flag clients."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.support import houses
from tests.support.feed import Feed
from tests.support.web import Clock, Program, client, make_workspace, operator_client
from uems.access import api as access
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.web.app import App, create_app

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass
class World:
    house: House
    app: App
    inside: access.Access
    program: Program
    clock: Clock
    feed: Feed
    key: str

    @property
    def scope(self) -> Scope:
        return self.inside.scope

    def ask(self, method: str, path: str, body: object = None, expected: int = 200) -> dict[str, Any]:
        answer = self.program.send(method, f"/api/workspaces/shop{path}", json=body)
        assert answer.status_code == expected, answer.text
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def save(self, key: str, spec: object, expected: int = 200, **more: object) -> dict[str, Any]:
        return self.ask("PUT", f"/flags/{key}", {"name": key.title(), "spec": spec, **more}, expected)

    def on(self, key: str, spec: object) -> dict[str, Any]:
        self.save(key, spec)
        return self.ask("POST", f"/flags/{key}/state", {"state": "on"})

    def stranger(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A page of the company: no cookie, no API key."""
        answer: httpx.Response = client(self.app).request(method, path, **options)
        return answer

    def payload(self) -> dict[str, Any]:
        found: dict[str, Any] = self.stranger("GET", f"/api/features/{self.key}").json()["features"]
        return found

    def evaluate(self, context: dict[str, Any], flag: str = "", **headers: str) -> httpx.Response:
        path = "/ofrep/v1/evaluate/flags" + (f"/{flag}" if flag else "")
        return self.stranger("POST", path, json={"context": context}, headers={"authorization": f"Bearer {self.key}", **headers})


@contextmanager
def a_world(settings: Settings) -> Iterator[World]:
    house = houses.build(settings)
    try:
        clock = Clock(NOW)
        _, inside = make_workspace(house.store, "shop", NOW)
        key = access.create_key(house.store, inside, kind="flags", name="site").token
        app = create_app(house, clock=clock)
        feed = Feed(house, inside.scope)
        yield World(house=house, app=app, inside=inside, program=operator_client(app, house), clock=clock, feed=feed, key=key)
    finally:
        house.close()


def forced(value: object = True, **more: object) -> dict[str, Any]:
    return {"kind": "force", "id": "all", "value": value, **more}


def split(experiment: str = "test", weights: tuple[float, ...] = (50, 50), **more: object) -> dict[str, Any]:
    arms = [{"key": f"arm{at}", "name": f"Arm {at}", "value": at, "weight": weight} for at, weight in enumerate(weights)]
    return {"kind": "split", "id": "split", "experiment": experiment, "arms": arms, **more}


def boolean(*rules: object, **more: object) -> dict[str, Any]:
    return {"value_type": "boolean", "default": False, "rules": list(rules), **more}


def number(*rules: object, **more: object) -> dict[str, Any]:
    return {"value_type": "number", "default": -1, "rules": list(rules), **more}
