"""Which tables does this version of the program need, and how do existing ones get there?

alembic runs the numbered files of ``uems/migrations/versions`` in order, all in one transaction.
"""

import importlib
import pkgutil
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

import uems
from uems.kernel.errors import UemsError

_SCRIPTS = Path(uems.__file__).parent / "migrations"
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
    """Run what is missing, or nothing at all when one file fails."""
    with engine.connect() as conn:
        if engine.dialect.name == "sqlite":
            _upgrade_sqlite(conn)
        else:
            with conn.begin():
                conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                command.upgrade(config_for(conn), "head")


def _upgrade_sqlite(conn: Connection) -> None:
    # TRICKY: SQLite changes a table by copying it and dropping the old one, which would cascade to every child row;
    # and foreign keys can be switched off only outside a transaction.
    raw = conn.connection.driver_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        with conn.begin():
            command.upgrade(config_for(conn), "head")
            broken = conn.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
            if broken:
                raise UemsError("migration_failed", f"The migration would leave rows without their parents: {broken}.", status=500)
    finally:
        raw.execute("PRAGMA foreign_keys=ON")
