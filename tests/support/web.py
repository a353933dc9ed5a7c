"""How do tests speak to the application? As a browser with a cookie, as a program with a key, or as the operator."""

import atexit
import warnings
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from argon2 import PasswordHasher

from uems.access import api as access
from uems.access.api import Access, Caller, Role, Workspace
from uems.kernel.house import House
from uems.kernel.store import Store

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the client under it is to be renamed; nothing that a test can act on
    from starlette.testclient import TestClient

__all__ = [
    "Clock",
    "Program",
    "TestClient",
    "add_person",
    "bearer",
    "browser",
    "cheap_hashes",
    "client",
    "log_in",
    "make_workspace",
    "operator",
    "operator_client",
]


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real argon2id with the smallest parameters: tests that log in often are about something else than its strength."""
    monkeypatch.setattr("uems.access.passwords._HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr("uems.access.passwords._nobody", None)


@dataclass(slots=True)
class Clock:
    """The time at which requests arrive; stands still until a test moves it."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(slots=True)
class Program:
    """An HTTP client that sends the same headers with every request."""

    http: TestClient
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        answer: httpx.Response = self.http.request(method, path, headers=headers, **options)
        return answer

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.send("GET", path, **options)

    def post(self, path: str, body: object = None, **options: Any) -> httpx.Response:
        return self.send("POST", path, json=body, **options)

    def patch(self, path: str, body: object = None, **options: Any) -> httpx.Response:
        return self.send("PATCH", path, json=body, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.send("DELETE", path, **options)


def client(app: Any, **options: Any) -> TestClient:
    made = TestClient(app, raise_server_exceptions=False, **options)
    made.portal = _portal()
    return made


@cache
def _portal() -> BlockingPortal:
    """One event loop for all clients of the process: a thread and a loop of its own for each request would cost more than the request."""
    opened = start_blocking_portal()
    portal = opened.__enter__()
    atexit.register(opened.__exit__, None, None, None)
    return portal


def operator(now: datetime) -> Caller:
    """Whoever sits at the machine."""
    return Caller(actor=access.operator("192.0.2.1"), now=now)


def operator_client(app: Any, house: House) -> Program:
    return bearer(app, access.operator_token(house.settings.home))


def bearer(app: Any, token: str) -> Program:
    return Program(client(app), {"Authorization": f"Bearer {token}"})


def browser(app: Any) -> Program:
    """Somebody who has not logged in."""
    return Program(client(app))


def log_in(app: Any, email: str, password: str) -> Program:
    """Somebody with a session; their page sends the CSRF token along."""
    program = browser(app)
    answer = program.post("/api/login", {"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    program.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return program


def make_workspace(store: Store, slug: str, now: datetime) -> tuple[Workspace, Access]:
    """A workspace, and the operator inside it."""
    made = access.create_workspace(store, operator(now), slug=slug, name=slug.title(), zone="Asia/Shanghai", currency="CNY")
    return made, access.enter(store, operator(now), slug)


def add_person(store: Store, inside: Access, email: str, role: Role) -> str:
    """A new member; gives the password."""
    made = access.add_member(store, inside, email=email, name=email.partition("@")[0], role=role)
    assert made.password is not None
    return made.password
