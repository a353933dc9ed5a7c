"""How does a test get a house of its own quickly? Migrating takes longer than most tests, so it is done once a process and copied."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from uems import app
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.warehouse import Warehouse, open_warehouse


@cache
def _template() -> Path:
    """A home as its first start leaves it."""
    folder = Path(tempfile.mkdtemp(prefix="uems-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    app.build(Settings(home=folder / "home")).close()
    return folder / "home"


def prepare(home: Path) -> None:
    """Make ``home`` what a first start leaves. It must not exist, or be empty."""
    # The engine keeps its databases behind symbolic links.
    shutil.copytree(_template(), home, symlinks=True, dirs_exist_ok=True)


def build(settings: Settings) -> House:
    """A house with every room's tables, on a home that is made for it."""
    prepare(settings.home)
    return app.build(settings)


def migrated_warehouse(settings: Settings) -> Iterator[Warehouse]:
    """The embedded warehouse of a home, with every room's tables; for a fixture."""
    shutil.copytree(_template() / "warehouse", settings.home / "warehouse", symlinks=True)
    warehouse = open_warehouse(settings)
    yield warehouse
    warehouse.close()
