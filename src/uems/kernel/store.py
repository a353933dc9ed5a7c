"""Where does the system keep its state? One relational database: SQLite in one process, PostgreSQL for many.

SQL is written once, in SQLAlchemy Core. Every room puts its tables on the shared ``metadata``, in its ``tables.py``.

    with store.read() as conn: ...    # one consistent snapshot; cannot write
    with store.write() as conn: ...   # one transaction; durable when the block ends, undone when it raises

On SQLite there is one writer at a time, so a write block sees a world that stands still. PostgreSQL runs write blocks side
by side: a block that reads before it writes takes ``lock(conn, name)`` first, or guards the write by its WHERE.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import BigInteger, Column, Connection, Engine, MetaData, String, Table, create_engine, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url

from uems.kernel._store_bulk import insert_many, upsert_many
from uems.kernel._store_errors import private_file, translated
from uems.kernel._store_head import is_current
from uems.kernel._store_types import BigId, Json, UtcDateTime, dump_json, from_microseconds, to_microseconds
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings

__all__ = [
    "BigId",
    "Json",
    "Store",
    "UtcDateTime",
    "allocate",
    "dump_json",
    "from_microseconds",
    "insert_many",
    "lock",
    "metadata",
    "open_store",
    "sequences",
    "to_microseconds",
    "upsert_many",
]

# Names of constraints are part of the schema: without a convention the databases invent different ones.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

sequences = Table(
    "sequences",
    metadata,
    Column("name", String, primary_key=True),
    Column("next_value", BigInteger, nullable=False),
)

BUSY_SECONDS = 30.0
"""How long a write waits for its turn before it answers ``store_busy``."""


class Store:
    """The open database. Thread-safe; close it when the process ends.

    dialect: "sqlite" or "postgresql". engine: for what read and write cannot do, such as ``metadata.create_all``.
    """

    def __init__(self, engine: Engine, where: str) -> None:
        self.engine = engine
        self.where = where
        self.dialect: Literal["sqlite", "postgresql"] = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        self._turn = threading.Lock() if self.dialect == "sqlite" else None
        self._inside = threading.local()
        self._changes = 0
        if self.dialect == "sqlite":
            self._reading = engine.execution_options(uems_read=True)
        else:
            self._reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only transaction that sees one snapshot. Raises ``store_down`` or ``store_unavailable`` (503)."""
        with translated(self.where, reading=True), self._reading.connect() as conn, conn.begin():
            yield conn

    @property
    def changes(self) -> int | None:
        """Grows with every transaction that may have given somebody work; None where other processes write too."""
        return None if self._turn is None else self._changes

    @contextmanager
    def write(self, *, work: bool = True) -> Iterator[Connection]:
        """A transaction that commits when the block ends. Raises ``store_full``, ``store_busy``, ``store_down``, ... (503).

        work: False says that what it writes gives nobody anything to do.
        """
        if getattr(self._inside, "writing", False):
            raise UemsError("nested_write", "A write block runs inside another one; hand the connection down instead.", status=500)
        with self._one_writer():
            self._inside.writing = True
            try:
                with translated(self.where), self.engine.connect() as conn, conn.begin():
                    yield conn
                self._changes += work  # behind the commit, under the turn: whoever sees it grown reads what was written
            finally:
                self._inside.writing = False

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        # Threads queue here instead of in SQLite's busy handler, which sleeps and retries and starves the unlucky.
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise UemsError("store_busy", f"{self.where} was busy for {BUSY_SECONDS:.0f} seconds. Try again.", status=503)
        try:
            yield
        finally:
            self._turn.release()

    def migrate(self) -> None:
        """Bring the tables to what this version of the program needs. Safe to call at every start and from several processes."""
        with self._turn or nullcontext(), translated(self.where):
            if is_current(self.engine):
                return
            from uems.kernel._store_migrate import upgrade  # alembic: only when there is something to do

            upgrade(self.engine)

    def is_current(self) -> bool:
        """Whether the tables are what this version of the program needs."""
        return is_current(self.engine)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def open_store(settings: Settings) -> Store:
    """Open the database that ``settings.store_url`` names. Neither connects to PostgreSQL yet nor makes tables: see ``Store.migrate``."""
    if settings.store_url.startswith("sqlite:"):
        named = settings.store_url.removeprefix("sqlite:").removeprefix("//")
        path = Path(named) if named else settings.home / "store.db"
        where = f"The store ({path})"
        private_file(path, where)
        return Store(_sqlite_engine(path), where)
    url = make_url(settings.store_url)
    return Store(_postgres_engine(settings.store_url), f"The store (PostgreSQL at {url.host or 'localhost'}/{url.database})")


def _sqlite_engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS, "check_same_thread": False, "cached_statements": 512},
        pool_size=8,
        max_overflow=56,
        pool_timeout=BUSY_SECONDS,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-8000", "temp_store=MEMORY"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        # TRICKY: the driver's own BEGIN is deferred; a transaction that reads and then writes fails with BUSY at once.
        reading = conn.get_execution_options().get("uems_read", False)
        driver: Any = conn.connection.driver_connection
        driver.execute(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
        driver.execute("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgres_engine(url: str) -> Engine:
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        connect_args={
            "connect_timeout": 5,
            "application_name": "uems",
            "keepalives_idle": 30,
            "options": f"-c timezone=UTC -c lock_timeout={int(BUSY_SECONDS * 1000)}",
        },
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=24,
        pool_timeout=BUSY_SECONDS,
    )


def allocate(conn: Connection, name: str, count: int = 1) -> int:
    """The first of ``count`` consecutive integers that nobody else gets, starting at 1; given back when the transaction is undone."""
    if count < 1:
        raise UemsError("bad_count", f"count is {count}; must be at least 1.", status=500)
    insert = sqlite.insert(sequences) if conn.dialect.name == "sqlite" else postgresql.insert(sequences)
    statement = insert.values(name=name, next_value=1 + count).on_conflict_do_update(
        index_elements=[sequences.c.name], set_={"next_value": sequences.c.next_value + count}
    )
    after = conn.execute(statement.returning(sequences.c.next_value)).scalar_one()
    return int(after) - count


def lock(conn: Connection, name: str) -> None:
    """Until this transaction ends, no other one passes ``lock`` with the same name. On SQLite a write block is alone anyway."""
    if conn.dialect.name == "postgresql":
        conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(text(":name"), 0)).label("held")), {"name": name})
