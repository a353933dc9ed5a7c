"""Do the numbered files make exactly the tables that the rooms declare, on both databases?"""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Index, Table, inspect, select, text
from sqlalchemy.sql.schema import SchemaItem

import uems
from uems.kernel._store_migrate import load_tables
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.kernel.store import Store, metadata, open_store, sequences
from uems.migrations import before, revision_of

VERSIONS = sorted((Path(uems.__file__).parent / "migrations" / "versions").glob("[0-9]*.py"))


def differences(conn: Connection) -> list[object]:
    def wanted(item: SchemaItem, name: str | None, kind: str, reflected: bool, other: SchemaItem | None) -> bool:
        table = item if isinstance(item, Table) else getattr(item, "table", None)
        only = table.info.get("only") if isinstance(table, Table) else None
        return name != "schema_versions" and (only is None or only == conn.dialect.name)

    context = MigrationContext.configure(
        conn, opts={"include_object": wanted, "compare_type": True, "compare_server_default": False, "version_table": "schema_versions"}
    )
    return list(compare_metadata(context, metadata))


def test_the_migrated_tables_are_the_declared_ones(store: Store) -> None:
    load_tables()
    with store.read() as conn:
        assert differences(conn) == []


def test_names_of_keys_and_constraints_are_the_declared_ones(store: Store) -> None:
    """compare_metadata is blind to primary keys and check constraints."""
    load_tables()
    inspector = inspect(store.engine)
    for table in metadata.tables.values():
        if table.info.get("only", store.dialect) != store.dialect:
            continue
        found = inspector.get_pk_constraint(table.name)["constrained_columns"]
        assert found == [c.name for c in table.primary_key.columns], table.name
        checks = {c["name"] for c in inspector.get_check_constraints(table.name)}
        declared = {c.name for c in table.constraints if c.__visit_name__ == "check_constraint"}
        assert checks == declared, table.name
        for column in inspector.get_columns(table.name):
            assert column["nullable"] == table.c[column["name"]].nullable, (table.name, column["name"])


def test_partial_indexes_have_the_declared_condition(store: Store) -> None:
    """compare_metadata does not look at WHERE."""
    load_tables()
    for table in metadata.tables.values():
        if table.info.get("only", store.dialect) != store.dialect:
            continue
        for index in table.indexes:
            with store.read() as conn:
                assert _is_partial(conn, index) == (index.dialect_options[store.dialect]["where"] is not None), index.name


def _is_partial(conn: Connection, index: Index) -> bool:
    source = (
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = :name"
        if conn.dialect.name == "sqlite"
        else "SELECT indexdef FROM pg_indexes WHERE indexname = :name"
    )
    return " WHERE " in str(conn.execute(text(source), {"name": index.name}).scalar_one()).upper()


def test_migrating_twice_changes_nothing(store: Store) -> None:
    with store.write() as conn:
        conn.execute(sequences.insert().values(name="kept", next_value=4))
    store.migrate()
    with store.read() as conn:
        assert conn.execute(select(sequences.c.next_value)).scalar_one() == 4


def test_every_version_file_says_its_own_number_and_follows_the_one_before() -> None:
    numbers = [revision_of(str(path)) for path in VERSIONS]
    assert len(numbers) == len(set(numbers))
    assert [before(str(path)) for path in VERSIONS] == [None, *numbers[:-1]]
    for path in VERSIONS:
        assert f'revision = "{revision_of(str(path))}"' in path.read_text(), path.name


def test_foreign_keys_are_checked_again_after_a_migration(sqlite_store: Store) -> None:
    with sqlite_store.read() as conn:
        assert conn.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_a_failing_migration_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def half_way(config: object, target: str) -> None:
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        connection.execute(text("CREATE TABLE half_made (a INTEGER)"))
        raise UemsError("migration_failed", "stop", status=500)

    monkeypatch.setattr("uems.kernel.store.is_current", lambda engine: False)
    monkeypatch.setattr("uems.kernel._store_migrate.command.upgrade", half_way)
    with pytest.raises(UemsError, match="stop"):
        store.migrate()
    assert "half_made" not in inspect(store.engine).get_table_names()


def test_tables_of_a_newer_program_are_left_alone(store: Store) -> None:
    with store.write() as conn:
        conn.execute(text("UPDATE schema_versions SET version_num = '9999'"))
    with pytest.raises(UemsError, match="9999") as caught:
        store.migrate()
    assert caught.value.code == "store_newer"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_processes_that_start_together_migrate_once(settings: Settings, request: pytest.FixtureRequest, database: str) -> None:
    url = "sqlite:" if database == "sqlite" else request.getfixturevalue("postgres_url")
    program = (
        "import sys; from uems.kernel.settings import Settings; from uems.kernel.store import open_store;"
        "open_store(Settings.model_validate_json(sys.argv[1])).migrate()"
    )
    theirs = settings.model_copy(update={"store_url": url, "home": settings.home.resolve()})
    started = [subprocess.Popen([sys.executable, "-c", program, theirs.model_dump_json()]) for _ in range(3)]
    assert [process.wait(120) for process in started] == [0, 0, 0]
    store = open_store(theirs)
    with store.read() as conn:
        assert conn.execute(text("SELECT version_num FROM schema_versions")).scalars().all() == [revision_of(str(VERSIONS[-1]))]
    store.close()
