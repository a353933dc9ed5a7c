"""What does every test start from? A home of its own, real engines, a fixed clock."""

import gc
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import hypothesis
import pytest

from tests.support.clickhouse import any_warehouse, clickhouse_cluster, clickhouse_server, engine_settings
from tests.support.disks import small_disk
from tests.support.folder import choose_folder
from tests.support.houses import migrated_warehouse
from tests.support.postgres import _migrated_database, migrated_postgres_url, postgres_server, postgres_url
from uems.kernel._clickhouse import SESSION_SETTINGS
from uems.kernel.log import Log, open_log
from uems.kernel.settings import Settings
from uems.kernel.store import Store, open_store
from uems.kernel.warehouse import Warehouse, open_warehouse

__all__ = [
    "_migrated_database",
    "any_warehouse",
    "clickhouse_cluster",
    "clickhouse_server",
    "engine_settings",
    "migrated_postgres_url",
    "postgres_server",
    "postgres_url",
    "small_disk",
]


choose_folder()
# The engine translates what a query computes into machine code when it has come a few times. That pays for millions of rows.
cast(dict[str, object], SESSION_SETTINGS).update(compile_expressions=0, compile_aggregate_expressions=0, compile_sort_description=0)
gc.disable()  # until everything is collected, see below

# Nothing here depends on how fast the machine is.
hypothesis.settings.register_profile("uems", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("uems")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins early: a long file that begins last leaves the other processors idle until it ends.

    But not all of it at once. Long files mostly wait, for a page or a server; between them stand files that calculate.
    """
    long = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    many = Counter(item.path for item in items)
    waiting = sorted(path for path in many if path in long)
    others = sorted((path for path in many if path not in long), key=lambda path: (-many[path], path))
    # The last third of the others, which have few tests, fill what is left at the end.
    before_each = len(others) * 2 / 3 / max(1, len(waiting))
    places = {path: (n * before_each, 0) for n, path in enumerate(waiting)} | {path: (n, 1) for n, path in enumerate(others)}
    items.sort(key=lambda item: (*places[item.path], item.path))


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: the collector walks them neither while they come nor afterwards."""
    gc.freeze()
    gc.enable()


@pytest.fixture
def now() -> datetime:
    """The instant at which tests play."""
    return datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Embedded engines in a folder that goes away."""
    return Settings(home=tmp_path / "home")


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrating takes longer than most tests, so it is done once and copied."""
    home = tmp_path_factory.mktemp("migrated")
    store = open_store(Settings(home=home))
    store.migrate()
    store.close()
    return home / "store.db"


@pytest.fixture
def sqlite_store(settings: Settings, _migrated_file: Path) -> Iterator[Store]:
    """A migrated store on SQLite, for tests in which the database does not matter."""
    settings.home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_migrated_file, settings.home / "store.db")
    store = open_store(settings)
    yield store
    store.close()


@pytest.fixture
def postgres_store(settings: Settings, migrated_postgres_url: str) -> Iterator[Store]:
    """A migrated store on PostgreSQL."""
    store = open_store(settings.model_copy(update={"store_url": migrated_postgres_url}))
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Store:
    """A migrated store; the test runs once on each database."""
    found = request.getfixturevalue("sqlite_store" if request.param == "sqlite" else "postgres_store")
    assert isinstance(found, Store)
    return found


@pytest.fixture
def log(store: Store, settings: Settings) -> Iterator[Log]:
    """An empty event log beside ``store``."""
    log = open_log(settings, store)
    yield log
    log.close()


@pytest.fixture
def warehouse(settings: Settings) -> Iterator[Warehouse]:
    """An empty embedded warehouse."""
    warehouse = open_warehouse(settings)
    yield warehouse
    warehouse.close()


@pytest.fixture
def full_warehouse(settings: Settings) -> Iterator[Warehouse]:
    """An embedded warehouse with every room's tables and nothing in them."""
    yield from migrated_warehouse(settings)
