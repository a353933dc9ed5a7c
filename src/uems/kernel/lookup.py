"""How are thousands of keys looked up in one statement on SQLite and PostgreSQL, and always by an index?

Keys travel as one bound value (a JSON text, or arrays) that the statement unfolds into rows, so that its text stays the same.
Left to themselves both planners can take the wrong way, and then one batch takes minutes: SQLite without statistics
finds the primary key cheapest, of which only the workspace is given; PostgreSQL with statistics from when the table was
empty reads the table first and looks for each row among the keys. So both are told.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, cast

from sqlalchemy import Connection, text

from uems.kernel.sql import Sql

Kind = Literal["text", "bigint"]
Columns = Mapping[str, Kind]
_CHUNK: Final = 20_000


def lookup(
    conn: Connection,
    workspace_id: int,
    pick: Sql,
    table: Sql,
    where: Sql,
    columns: Columns,
    rows: Iterable[Sequence[object]],
    *,
    by: Sql = Sql(""),
    tail: Sql = Sql(""),
    **more: object,
) -> list[tuple[Any, ...]]:
    """``pick`` from ``table`` as t for each of the bound rows as s, where ``where`` holds within the workspace.

    columns: names and kinds of the bound rows. by: the index to use; empty for a whole primary key. tail: what follows, such
    as a GROUP BY; the statement then runs on some thousands of rows at a time. more: other bound values.
    """
    wanted = list(rows)
    if not wanted:
        return []
    mine = Sql(f"WHERE t.workspace_id = :workspace AND {where}")
    source = _source(conn, columns)
    if conn.dialect.name == "sqlite":
        indexed = Sql(f" INDEXED BY {by}" if by else "")
        statement = Sql(f"SELECT {pick} FROM {source} CROSS JOIN {table} AS t{indexed} {mine} {tail}")
    else:
        # OFFSET 0 keeps the planner from turning the join around.
        statement = Sql(f"SELECT {pick} FROM {source} CROSS JOIN LATERAL (SELECT * FROM {table} AS t {mine} OFFSET 0) AS t {tail}")
        conn.execute(text("SELECT set_config('enable_seqscan', 'off', true)"))
    bound = text(statement)
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(wanted), _CHUNK):
        params = _params(conn, columns, wanted[start : start + _CHUNK])
        result = conn.execute(bound, {"workspace": workspace_id, **params, **more})
        found.extend(cast("list[tuple[Any, ...]]", result.all()))
    return found


def _source(conn: Connection, columns: Columns) -> Sql:
    if conn.dialect.name == "sqlite":
        if len(columns) == 1:
            return Sql(f"(SELECT value AS {next(iter(columns))} FROM json_each(:rows)) AS s")
        picks = ", ".join(f"json_extract(value, '$[{n}]') AS {name}" for n, name in enumerate(columns))
        return Sql(f"(SELECT {picks} FROM json_each(:rows)) AS s")
    arrays = ", ".join(f"CAST(:rows_{name} AS {kind}[])" for name, kind in columns.items())
    return Sql(f"unnest({arrays}) AS s({', '.join(columns)})")


def _params(conn: Connection, columns: Columns, rows: Sequence[Sequence[object]]) -> dict[str, object]:
    if conn.dialect.name == "sqlite":
        plain = [row[0] for row in rows] if len(columns) == 1 else rows
        return {"rows": json.dumps(plain, ensure_ascii=False, separators=(",", ":"))}
    return {f"rows_{name}": [row[n] for row in rows] for n, name in enumerate(columns)}
