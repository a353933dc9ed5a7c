"""What do the tests of the command line start from? A home, and one server that all tests which only ask share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import Server, Uems


@pytest.fixture
def uems(tmp_path: Path) -> Uems:
    """The command on a home that does not exist yet."""
    return Uems(home=tmp_path / "home")


@pytest.fixture(scope="session")
def shared_uems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Uems]:
    """The command on a home with the workspace "shop" and a running server."""
    uems = Uems(home=tmp_path_factory.mktemp("shared") / "home")
    server: Server = uems.serve()
    try:
        made = uems.run(
            "init", "--workspace", "shop", "--zone", "Asia/Shanghai", "--currency", "CNY", "--email", "mei@example.com", "--format", "json"
        )
        assert made.json()["password"]
        yield uems
    finally:
        server.stop()
