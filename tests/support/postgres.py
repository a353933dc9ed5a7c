"""How do tests get a real PostgreSQL? A server of its own in a temporary folder on a free port, stopped at the end."""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from uems.kernel.settings import Settings
from uems.kernel.store import open_store

_numbers = count(1)

_FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def binaries() -> Path | None:
    """The folder with the newest server programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(re.sub(r"\D", "", p.parent.name) or 0))
    on_path = shutil.which("postgres")
    return found[-1] if found else (Path(on_path).resolve().parent if on_path else None)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True, kw_only=True)
class PostgresServer:
    """A running server. ``stop`` and ``start`` let a test see what happens when it is gone."""

    folder: Path
    port: int
    programs: Path
    fast: bool
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "shared_buffers": "64MB",
            **(_FAST if self.fast else {}),
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = _as_postgres(self.programs / "postgres", "-D", str(self.folder / "data"), *settings)
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", start_new_session=True)
        log.close()
        self._until_ready()

    def _until_ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "server.log").read_text()[-2000:]) from None
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: fast shutdown. SIGQUIT: as in a crash."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)
        self.process = None

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Make a database, empty or as a copy of ``template``, and give its address."""
        with psycopg.connect(self.url(), autocommit=True) as conn:
            conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as conn:
            conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _as_postgres(program: Path, *arguments: str) -> list[str]:
    """The command that runs a program of PostgreSQL, which refuses to run as root, and ends it when the test run is killed."""
    account = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *account, "--pdeathsig=INT", str(program), *arguments]


@contextmanager
def running_postgres(*, fast: bool = True) -> Iterator[PostgresServer]:
    """Start a server; skips the test with a reason where there is none. fast: no fsync, for tests that need no crash safety."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL server programs are not installed (Debian: apt-get install postgresql)")
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed (Debian: apt-get install util-linux)")
    folder = Path(tempfile.mkdtemp(prefix="uems-postgres-"))
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    server = PostgresServer(folder=folder, port=free_port(), programs=programs, fast=fast)
    try:
        initialise = ("-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        subprocess.run(_as_postgres(programs / "initdb", *initialise), check=True, capture_output=True, cwd="/")
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the whole run (for each worker)."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database that only this test sees."""
    name = f"test_{next(_numbers)}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def _migrated_database(postgres_server: PostgresServer) -> str:
    """Migrating takes longer than most tests, so it is done once and copied."""
    name = "migrated"
    store = open_store(Settings(store_url=postgres_server.create_database(name)))
    store.migrate()
    store.close()
    return name


@pytest.fixture
def migrated_postgres_url(postgres_server: PostgresServer, _migrated_database: str) -> Iterator[str]:
    """The address of a database with all tables that only this test sees."""
    name = f"test_{next(_numbers)}"
    yield postgres_server.create_database(name, template=_migrated_database)
    postgres_server.drop_database(name)
