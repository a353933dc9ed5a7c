"""Who speaks to whom? Unmodified clients from the registries, and one real server that all of them send to."""

import shutil
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.cli import Server, Uems

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A server with a workspace, as a client and as a reader see it."""

    server: Server
    write_key: str

    @property
    def url(self) -> str:
        return self.server.url

    def get(self, path: str) -> Any:
        answer = httpx.get(
            f"{self.url}/api/workspaces/shop/{path}", headers={"authorization": f"Bearer {self.server.token}"}, timeout=30, trust_env=False
        )
        return answer.json()

    def receipts(self, event: str, count: int) -> list[dict[str, Any]]:
        """The receipts of the events with this name, as soon as there are ``count``; fails after a minute."""
        deadline = time.monotonic() + 60
        while True:
            items: list[dict[str, Any]] = self.get(f"events/live?limit=1000&event={urllib.parse.quote(event)}")["items"]
            if len(items) >= count:
                return items
            assert time.monotonic() < deadline, f"{len(items)} of {count} receipts came; the health says {self.get('health')}"
            time.sleep(0.1)

    def event(self, message_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"receipts/{urllib.parse.quote(message_id, safe='')}")["event"]
        return found


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    uems = Uems(home=tmp_path_factory.mktemp("clients") / "home")
    uems.run("init", "--workspace", "shop", "--zone", "Asia/Shanghai", "--currency", "CNY", "--format", "json").json()
    server = uems.serve()
    try:
        key = uems.run("key", "create", "--kind", "write", "--workspace", "shop", "--format", "json").json()["token"]
        yield Target(server=server, write_key=key)
    finally:
        server.stop()


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder of the npm clients."""
    found = HERE / "node_modules"
    if not found.is_dir():
        pytest.skip("the npm clients are not installed; `make test` installs them (npm ci in tests/clients)")
    return found


@pytest.fixture(scope="session")
def node() -> str:
    found = shutil.which("node")
    assert found, "node is not installed; UEMS needs Node 20 or newer to build its UI"
    return found
