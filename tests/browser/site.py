"""What do the tests of the web UI talk to? A running server, by HTTP, as a client and as its operator."""

import base64
import json
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
WAIT_SECONDS = 60.0
_MOST = 500  # events in one request


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A server at ``url``; ``token`` is its operator's, ``write_key`` that of the workspace "shop".

    sources: the folder from which it may read SQLite files. home: where it keeps all its state.
    """

    url: str
    token: str
    email: str
    password: str
    write_key: str
    sources: Path
    home: Path

    def sign_in(self, page: Page) -> None:
        page.goto(f"{self.url}/login")
        page.get_by_label("Email").fill(self.email)
        page.get_by_label("Password", exact=True).fill(self.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/w/shop/overview")

    def send(self, events: Sequence[dict[str, Any]], key: str | None = None) -> None:
        """Send as a client library would, a batch after the other; all of it is in the reports when this returns."""
        secret = base64.b64encode(f"{key or self.write_key}:".encode()).decode()
        headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/json"}
        for start in range(0, len(events), _MOST):
            body = json.dumps({"batch": list(events[start : start + _MOST]), "sentAt": datetime.now(UTC).isoformat()}).encode()
            request = urllib.request.Request(f"{self.url}/v1/batch", data=body, headers=headers)
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert answer.status == 200
        # What is still under way would change the numbers between two looks at them.
        self.wait(lambda: self.ask("health")["backlog_events"] == 0)

    def ask(self, path: str, body: object = None, method: str | None = None) -> Any:
        """Ask the API of the workspace "shop" as the operator."""
        request = urllib.request.Request(
            f"{self.url}/api/workspaces/shop/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def overview(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("reports/overview", {})["data"]
        return found

    def wait(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while not holds():
            assert time.monotonic() < deadline, "it did not come true"
            time.sleep(0.2)


def ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def a_little_traffic() -> list[dict[str, Any]]:
    """Ada (known by a user id, an anonymous id and an email), Grace twice under two user ids, and a stranger: 8 events, 2 orders."""
    order = {"type": "track", "event": "Order Completed"}
    return [
        {"type": "page", "anonymousId": "anon-ada", "name": "Home", "timestamp": ago(9)},
        {"type": "identify", "userId": "ada", "anonymousId": "anon-ada", "traits": {"name": "Ada", "plan": "free"}, "timestamp": ago(8)},
        {"type": "identify", "userId": "ada", "traits": {"email": "ada@example.com", "plan": "pro"}, "timestamp": ago(7)},
        {**order, "userId": "ada", "properties": {"order_id": "A-1", "revenue": 12.5, "currency": "USD"}, "timestamp": ago(6)},
        {"type": "identify", "userId": "grace-1", "traits": {"name": "Grace"}, "timestamp": ago(5)},
        {"type": "identify", "userId": "grace-2", "traits": {"name": "Grace H."}, "timestamp": ago(4)},
        {**order, "userId": "grace-2", "properties": {"order_id": "G-1", "revenue": 30, "currency": "USD"}, "timestamp": ago(3)},
        {"type": "track", "event": "Product Viewed", "anonymousId": "anon-x", "properties": {"product_id": "p-1"}, "timestamp": ago(2)},
    ]
