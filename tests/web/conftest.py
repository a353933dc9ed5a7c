"""What do the tests of the application start from? The whole house with every room's tables, built once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support import houses
from tests.support.web import Clock, Program, browser
from tests.web.world import World, build_world
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.web.app import App, create_app

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = houses.build(Settings(home=tmp_path_factory.mktemp("home")))
    yield built
    built.close()


@pytest.fixture(scope="module")
def world(house: House) -> World:
    return build_world(house, create_app(house, clock=Clock(NOW)), NOW)


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A built UI."""
    (tmp_path / "static" / "assets").mkdir(parents=True)
    (tmp_path / "static" / "index.html").write_text("<!doctype html><title>UEMS</title><div id=root></div>")
    (tmp_path / "static" / "uems.js").write_text("console.log(2)")
    (tmp_path / "static" / "favicon.svg").write_text("<svg/>")
    (tmp_path / "static" / "assets" / "index-a1b2c3d4.js").write_text("console.log(1)")
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "static"


@pytest.fixture
def app(house: House, static: Path) -> App:
    return create_app(house, clock=Clock(NOW), static=static)


@pytest.fixture
def visitor(app: App) -> Program:
    return browser(app)
