"""Which tables does this version of the program need, and how do existing ones get there?

alembic runs the numbered files of ``uems/migrations/versions`` in order, all in one transaction.
"""

import importlib
import pkgutil
import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

import uems
from uems.kernel.errors import UemsError

_SCRIPTS = Path(uems.__file__).parent / "migrations"
_one_at_a_time = threading.Lock()  # alembic keeps what it works on in global variables
_LOCK = 0x55454D53  # "UEMS": one migration at a time on a PostgreSQL database


def load_tables() -> None:
    """Import ``uems.<room>.tables`` of every room, so that ``metadata`` is complete."""
    for room in sorted(pkgutil.iter_modules(uems.__path__), key=lambda m: m.name):
        if room.ispkg and (Path(uems.__file__).parent / room.name / "tables.py").is_file():
            importlib.import_module(f"uems.{room.name}.tables")
    importlib.import_module("uems.kernel.leases")
    importlib.import_module("uems.kernel._log_postgres")


def config_for(conn: Connection) -> Config:
    """alembic's configuration for a connection with an open transaction."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = conn
    return config


def upgrade(engine: Engine) -> None:
    """Run what is missing, or nothing at all when one file fails. Raises ``store_newer`` for tables of a later version."""
    with _one_at_a_time, engine.connect() as conn:
        if engine.dialect.name == "sqlite":
            _upgrade_sqlite(conn)
        else:
            with conn.begin():
                conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                _to_head(conn)


def _to_head(conn: Connection) -> None:
    config = config_for(conn)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = MigrationContext.configure(conn, opts={"version_table": "schema_versions"}).get_current_revision()
    if found is not None and found not in known:
        raise UemsError(
            "store_newer",
            f"The store is at version {found}; this program knows versions up to {max(known)}. Install the newer program again, "
            "or restore a backup made with this one.",
            status=500,
        )
    command.upgrade(config, "head")


def _upgrade_sqlite(conn: Connection) -> None:
    # TRICKY: SQLite changes a table by copying it and dropping the old one, which would cascade to every child row;
    # and foreign keys can be switched off only outside a transaction.
    raw = conn.connection.driver_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        with conn.begin():
            _to_head(conn)
            broken = conn.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
            if broken:
                raise UemsError("migration_failed", f"The migration would leave rows without their parents: {broken}.", status=500)
    finally:
        raw.execute("PRAGMA foreign_keys=ON")
