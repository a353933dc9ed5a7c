"""How do thousands of rows reach SQLite and PostgreSQL fast, with one meaning on both?

SQLite gets one prepared statement run many times; PostgreSQL gets one statement with an array a column (``unnest``), which
measures several times faster than sending rows one by one.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from operator import is_
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.engine import Dialect

from uems.kernel.errors import UemsError

Row = Mapping[str, object]
_Processor = Callable[[Any], Any]
_BATCH = 10_000  # rows a statement: enough to amortise the round trip, small enough for memory


def insert_many(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert ``rows``; every row has the keys of the first. A column left out takes its default. Duplicate keys raise IntegrityError."""
    _write(conn, table, rows, "")


def upsert_many(
    conn: Connection,
    table: Table,
    rows: Sequence[Row],
    conflict_columns: Sequence[str],
    update_columns: Sequence[str] | None = None,
) -> int:
    """Insert ``rows``; where ``conflict_columns`` (a unique key) exist already, overwrite ``update_columns``. How many were written.

    update_columns: None overwrites every other column that the rows carry; an empty sequence keeps the stored row.
    Rows with the same key inside one call are applied in order, as if they came one by one.
    """
    if not rows:
        return 0
    names = list(rows[0])
    updates = [n for n in names if n not in conflict_columns] if update_columns is None else list(update_columns)
    quote = conn.dialect.identifier_preparer.quote
    target = ", ".join(quote(n) for n in conflict_columns)
    if updates:
        sets = ", ".join(f"{quote(n)} = excluded.{quote(n)}" for n in updates)
        clause = f" ON CONFLICT ({target}) DO UPDATE SET {sets}"
    else:
        clause = f" ON CONFLICT ({target}) DO NOTHING"
    if conn.dialect.name == "postgresql" and updates:
        # TRICKY: PostgreSQL refuses to touch a row twice in one statement.
        rows = _fold(rows, conflict_columns, updates)
    return _write(conn, table, rows, clause)


def _fold(rows: Sequence[Row], keys: Sequence[str], updates: Sequence[str]) -> Sequence[Row]:
    folded: dict[tuple[object, ...], dict[str, object]] = {}
    for row in rows:
        key = tuple(row[k] for k in keys)
        earlier = folded.get(key)
        if earlier is None:
            folded[key] = dict(row)
        else:
            for name in updates:
                earlier[name] = row[name]
    return rows if len(folded) == len(rows) else list(folded.values())


def _write(conn: Connection, table: Table, rows: Sequence[Row], clause: str) -> int:
    if not rows:
        return 0
    columns = [_column(table, name) for name in rows[0]]
    constants = _defaults(table, rows[0])
    columns += [column for column, _ in constants]
    filler = tuple(value for _, value in constants)
    processors = [_processor(column, conn.dialect) for column in columns]
    names = list(rows[0])
    written = 0
    for start in range(0, len(rows), _BATCH):
        try:
            lists = [[row[name] for row in rows[start : start + _BATCH]] for name in names]
        except KeyError as error:
            raise UemsError("bad_rows", f"A row for {table.name} lacks {error}; all need the keys of the first.", status=500) from error
        count = len(lists[0])
        lists += [[value] * count for value in filler]
        done = [values if p is None else _processed(values, p) for values, p in zip(lists, processors, strict=True)]
        written += conn.exec_driver_sql(_statement(conn.dialect, table, columns, clause), _parameters(conn.dialect, done)).rowcount
    return written


def _processed(values: list[Any], process: _Processor) -> list[Any]:
    """What the database is given. Where all rows hold the very same object, as the time of a batch, it is made once."""
    first = values[0]
    if all(map(is_, values, repeat(first))):
        return [process(first)] * len(values)
    return [process(value) for value in values]


def _parameters(dialect: Dialect, lists: list[list[Any]]) -> Any:
    return tuple(lists) if dialect.name == "postgresql" else list(zip(*lists, strict=True))


def _statement(dialect: Dialect, table: Table, columns: Sequence[Column[Any]], clause: str) -> str:
    preparer = dialect.identifier_preparer
    names = ", ".join(preparer.quote(c.name) for c in columns)
    into = f"INSERT INTO {preparer.format_table(table)} ({names})"
    if dialect.name == "postgresql":
        # The type of an array element has no collation; the column that it goes into does.
        arrays = ", ".join(f"%s::{c.type.compile(dialect).partition(' COLLATE ')[0]}[]" for c in columns)
        return f"{into} SELECT * FROM unnest({arrays}){clause}"
    return f"{into} VALUES ({', '.join('?' for _ in columns)}){clause}"


def _column(table: Table, name: str) -> Column[Any]:
    column = table.c.get(name)
    if column is None:
        raise UemsError("bad_rows", f"{table.name} has no column {name!r}; it has {', '.join(table.c.keys())}.", status=500)
    return column


def _defaults(table: Table, first: Row) -> list[tuple[Column[Any], object]]:
    """Constant defaults that are set in Python: a bare statement would leave them NULL."""
    found: list[tuple[Column[Any], object]] = []
    for column in table.c:
        default = column.default
        if column.name not in first and default is not None and default.is_scalar:
            found.append((column, default.arg))  # type: ignore[attr-defined]
    return found


def _processor(column: Column[Any], dialect: Dialect) -> _Processor | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)
