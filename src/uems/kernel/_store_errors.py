"""What does a failure of the database mean, and what should the operator do about it?"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from uems.kernel.errors import UemsError

Dialect = Literal["sqlite", "postgresql"]

_SQLITE_FULL = {"SQLITE_FULL"}
_SQLITE_BUSY = {"SQLITE_BUSY", "SQLITE_LOCKED"}
_SQLITE_UNAVAILABLE = {"SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_PERM", "SQLITE_NOLFS"}
_SQLITE_DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}
_POSTGRES_DOWN = ("08", "57P", "28", "3D")  # connection, shutdown, bad password, no such database


@contextmanager
def translated(where: str, *, reading: bool = False) -> Iterator[None]:
    """Turn failures of the database and values it cannot hold into ``UemsError``; a duplicate key and a wrong statement pass.

    where: what the message calls the database, for instance "The store (/srv/uems/store.db)". reading: a write is a mistake
    of the program here.
    """
    try:
        yield
    except PoolTimeout as error:
        raise _busy(where, "no free connection") from error
    except IntegrityError:
        raise
    except (UnicodeEncodeError, OverflowError) as error:
        raise _unfit(str(error)) from error
    except DBAPIError as error:
        if reading and _refused_write(error.orig):
            raise UemsError("read_only", "A read block tries to write; use store.write().", status=500) from error
        meaning = explain(error.orig, where, lost=error.connection_invalidated)
        if meaning is None:
            raise
        raise meaning from error
    except Exception as error:  # of a driver, used directly
        meaning = explain(error, where, lost=False)
        if meaning is None:
            raise
        raise meaning from error


def private_file(path: Path, where: str) -> None:
    """Make the file if it is missing, for the user of the server alone: it holds password hashes and what people did.

    SQLite gives the files beside it the same rights. Raises ``store_unavailable``.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600))
    except OSError as error:
        raise _unavailable(where, str(error)) from error


def explain(error: BaseException | None, where: str, *, lost: bool) -> UemsError | None:
    """The UemsError behind a driver's exception; None when the statement is to blame and not the database.

    lost: whether the connection broke under the statement.
    """
    if isinstance(error, sqlite3.Error):
        return _explain_sqlite(error, where)
    if error is None or not type(error).__module__.startswith("psycopg"):
        return None
    state = getattr(error, "sqlstate", None)
    return _explain_postgres(error, state if isinstance(state, str) else "", where, lost=lost)


def _refused_write(error: BaseException | None) -> bool:
    # A read-only file system gives one of SQLite's longer names (SQLITE_READONLY_DIRECTORY, ...) or CANTOPEN.
    return getattr(error, "sqlite_errorname", "") == "SQLITE_READONLY" or getattr(error, "sqlstate", "") == "25006"


def _explain_sqlite(error: sqlite3.Error, where: str) -> UemsError | None:
    name = str(getattr(error, "sqlite_errorname", ""))
    primary = "_".join(name.split("_")[:2])
    if primary in _SQLITE_FULL:
        return _full(where, str(error))
    if primary in _SQLITE_BUSY:
        return _busy(where, str(error))
    if primary in _SQLITE_UNAVAILABLE:
        return _unavailable(where, str(error))
    if primary in _SQLITE_DAMAGED:
        return UemsError(
            "store_damaged",
            f"{where} is damaged ({error}). Stop the server, keep a copy of the file, and bring back the last backup.",
            status=503,
        )
    return None


def _explain_postgres(error: BaseException, state: str, where: str, *, lost: bool) -> UemsError | None:
    said = str(error).strip().split("\n")[0]
    if state.startswith("22") or type(error).__name__ == "DataError":
        return _unfit(said)  # a NUL in a text, a number too large for its column
    if state == "53100":
        return _full(where, said)
    if state in {"40001", "40P01", "55P03"}:
        return _busy(where, said)
    if state.startswith("53") or state == "25006":
        return _unavailable(where, said)
    # A broken connection and a server that cannot be reached come without a state.
    broken = type(error).__name__ in {"OperationalError", "InterfaceError", "ConnectionTimeout"} and not state
    if lost or broken or state.startswith(_POSTGRES_DOWN):
        return UemsError(
            "store_down",
            f"{where} does not answer ({said}). Check that PostgreSQL runs and that UEMS_STORE_URL is right; work resumes by itself.",
            status=503,
        )
    return None


def _unfit(said: str) -> UemsError:
    return UemsError(
        "invalid", f"A value cannot be stored: {said}. Texts must be Unicode without NUL; whole numbers fit into 64 bits.", status=422
    )


def _full(where: str, said: str) -> UemsError:
    return UemsError("store_full", f"{where} cannot grow: {said}. Free disk space; work resumes by itself.", status=503)


def _busy(where: str, said: str) -> UemsError:
    return UemsError(
        "store_busy", f"{where} is busy ({said}). Try again; if it stays so, look for a long transaction in another process.", status=503
    )


def _unavailable(where: str, said: str) -> UemsError:
    return UemsError(
        "store_unavailable",
        f"{where} cannot be used: {said}. Check that the folder exists, is mounted writable and belongs to the user of the server.",
        status=503,
    )
