"""How are thousands of ids and links read and changed in one statement, on SQLite and PostgreSQL alike?

Keys travel as one bound value (a JSON text, or arrays) that the statement unfolds into rows, so that its text stays the same.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, cast

from sqlalchemy import Connection, TextClause, text

from uems.identity.greedy import SHARED, Link, Node, Pair
from uems.identity.model import CAUSES, EXPLICIT
from uems.identity.tables import LIVE, REJECTED, identity_links
from uems.kernel.sql import Sql
from uems.kernel.store import insert_many, lock

Kind = Literal["text", "bigint"]
Word = tuple[int, str, int]
"""What is known of a link: earliest time, message, and the place of its strongest cause in ``CAUSES``."""
_CHUNK: Final = 20_000


class FoundNode(NamedTuple):
    """A node as the store has it."""

    node_id: int
    person_id: int
    shared: bool


class LinkRow(NamedTuple):
    """A whole row of the ledger."""

    a_node: int
    b_node: int
    ts_ms: int
    message_id: str
    cause: int
    standing: int
    reason: str
    undo_id: str | None


class FoundLink(NamedTuple):
    """A link as the store has it; cause is its place in ``CAUSES``."""

    ts_ms: int
    message_id: str
    cause: int
    standing: int


def take_turn(conn: Connection, workspace_id: int) -> None:
    """Until the transaction ends nobody else decides who is who in this workspace."""
    lock(conn, f"identity:{workspace_id}")
    prefer_indexes(conn)


def prefer_indexes(conn: Connection) -> None:
    """For this transaction: look keys up one by one."""
    if conn.dialect.name == "postgresql":
        # The keys come as an array of unknown size: without this the planner may read whole tables to join them.
        conn.execute(text("SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"))


def _source(conn: Connection, columns: Mapping[str, Kind]) -> Sql:
    """The bound rows ``:rows`` (``:rows_<column>`` on PostgreSQL) as a table ``s`` with these columns."""
    if conn.dialect.name == "sqlite":
        if len(columns) == 1:
            return Sql(f"(SELECT value AS {next(iter(columns))} FROM json_each(:rows)) AS s")
        picks = ", ".join(f"json_extract(value, '$[{n}]') AS {name}" for n, name in enumerate(columns))
        return Sql(f"(SELECT {picks} FROM json_each(:rows)) AS s")
    arrays = ", ".join(f"CAST(:rows_{name} AS {kind}[])" for name, kind in columns.items())
    return Sql(f"unnest({arrays}) AS s({', '.join(columns)})")


def _params(conn: Connection, columns: Mapping[str, Kind], rows: Sequence[Sequence[object]]) -> dict[str, object]:
    if conn.dialect.name == "sqlite":
        plain = [row[0] for row in rows] if len(columns) == 1 else rows
        return {"rows": json.dumps(plain, ensure_ascii=False, separators=(",", ":"))}
    return {f"rows_{name}": [row[n] for row in rows] for n, name in enumerate(columns)}


_HINT: Final = re.compile(r" \{by (\w+)\}")


def over(
    conn: Connection, statement: str, columns: Mapping[str, Kind], rows: Iterable[Sequence[object]], workspace_id: int, **more: object
) -> list[tuple[Any, ...]]:
    """Run ``statement`` for all rows, some thousands at a time; the rows it returns.

    In the statement ``{s}`` stands for the bound rows, and `` {by <index>}`` after a table for the index to look them up in.
    """
    wanted = list(rows)
    if not wanted:
        return []
    # TRICKY: every index starts with the workspace, and without statistics SQLite takes the primary key for the cheapest of them,
    # which means reading the whole workspace.
    hinted = _HINT.sub(r" INDEXED BY \1" if conn.dialect.name == "sqlite" else "", statement)
    bound: TextClause = text(hinted.replace("{s}", _source(conn, columns)))
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(wanted), _CHUNK):
        params = _params(conn, columns, wanted[start : start + _CHUNK])
        result = conn.execute(bound, {"workspace": workspace_id, **params, **more})
        if result.returns_rows:
            found.extend(cast("list[tuple[Any, ...]]", result.all()))
    return found


_ONE: Final[Mapping[str, Kind]] = {"n": "bigint"}
_PAIR: Final[Mapping[str, Kind]] = {"a": "bigint", "b": "bigint"}


def find_nodes(conn: Connection, workspace_id: int, ids: Iterable[tuple[str, str]]) -> dict[tuple[str, str], FoundNode]:
    """The nodes of those (kind, value) that exist."""
    by_kind: dict[str, list[str]] = {}
    for kind, value in ids:
        by_kind.setdefault(kind, []).append(value)
    # One kind at a time: a single bound column is unfolded in half the time of two.
    statement = (
        "SELECT n.value, n.node_id, n.person_id, n.shared FROM {s} CROSS JOIN identity_nodes AS n {by uq_identity_nodes_id}"
        " WHERE n.workspace_id = :workspace AND n.kind = :kind AND n.value = s.v"
    )
    found: dict[tuple[str, str], FoundNode] = {}
    for kind, values in by_kind.items():
        for value, node, person, shared in over(conn, statement, {"v": "text"}, ((v,) for v in values), workspace_id, kind=kind):
            found[kind, value] = FoundNode(node, person, bool(shared))
    return found


def members(conn: Connection, workspace_id: int, people: Iterable[int]) -> dict[int, Node]:
    """Every node of these people."""
    statement = (
        "SELECT n.node_id, n.kind, n.value, n.person_id, n.shared FROM {s}"
        " CROSS JOIN identity_nodes AS n {by ix_identity_nodes_person} WHERE n.workspace_id = :workspace AND n.person_id = s.n"
    )
    return _nodes(over(conn, statement, _ONE, ((p,) for p in people), workspace_id))


def nodes_by_number(conn: Connection, workspace_id: int, numbers: Iterable[int]) -> dict[int, Node]:
    """These nodes, those of them that exist."""
    statement = (
        "SELECT n.node_id, n.kind, n.value, n.person_id, n.shared FROM {s} CROSS JOIN identity_nodes AS n"
        " WHERE n.workspace_id = :workspace AND n.node_id = s.n"
    )
    return _nodes(over(conn, statement, _ONE, ((n,) for n in numbers), workspace_id))


def _nodes(rows: Iterable[tuple[Any, ...]]) -> dict[int, Node]:
    return {number: Node(kind, value, person, bool(shared)) for number, kind, value, person, shared in rows}


def find_links(conn: Connection, workspace_id: int, pairs: Iterable[Pair]) -> dict[Pair, FoundLink]:
    """Those of the links that exist, undone ones included."""
    statement = (
        "SELECT l.a_node, l.b_node, l.ts_ms, l.message_id, l.cause, l.standing FROM {s} CROSS JOIN identity_links AS l"
        " WHERE l.workspace_id = :workspace AND l.a_node = s.a AND l.b_node = s.b"
    )
    found = over(conn, statement, _PAIR, pairs, workspace_id)
    return {(a, b): FoundLink(ts, message, cause, standing) for a, b, ts, message, cause, standing in found}


def with_odd_links(conn: Connection, workspace_id: int, numbers: Collection[int]) -> set[int]:
    """Those of the nodes that have a link which is rejected or undone."""
    found: set[int] = set()
    for end in ("a", "b"):
        # TRICKY: `standing > 0` has to stand there literally, or the small index is not used.
        statement = Sql(
            f"SELECT DISTINCT l.{end}_node FROM {{s}} CROSS JOIN identity_links AS l {{by ix_identity_links_odd_{end}}}"
            f" WHERE l.workspace_id = :workspace AND l.{end}_node = s.n AND l.standing > 0"
        )
        found.update(n for (n,) in over(conn, statement, _ONE, ((n,) for n in numbers), workspace_id))
    return found


_ENDS: Final[Mapping[Sql, Sql]] = {Sql("a_node"): Sql(""), Sql("b_node"): Sql(" {by ix_identity_links_b}")}


def degrees(conn: Connection, workspace_id: int, numbers: Collection[int]) -> dict[int, int]:
    """node → how many other ids it was ever linked with."""
    found: dict[int, int] = dict.fromkeys(numbers, 0)
    for end, by in _ENDS.items():
        statement = Sql(
            f"SELECT l.{end}, count(*) FROM {{s}} CROSS JOIN identity_links AS l{by} WHERE l.workspace_id = :workspace"
            f" AND l.{end} = s.n GROUP BY l.{end}"
        )
        for number, count in over(conn, statement, _ONE, ((n,) for n in numbers), workspace_id):
            found[number] += count
    return found


_ROW: Final = Sql("SELECT l.a_node, l.b_node, l.ts_ms, l.message_id, l.cause, l.standing, l.reason, l.undo_id FROM {s}")


def link_rows(conn: Connection, workspace_id: int, pairs: Iterable[Pair]) -> dict[Pair, LinkRow]:
    """The rows of these links, of those that exist."""
    statement = Sql(f"{_ROW} CROSS JOIN identity_links AS l WHERE l.workspace_id = :workspace AND l.a_node = s.a AND l.b_node = s.b")
    return {(row[0], row[1]): LinkRow(*row) for row in over(conn, statement, _PAIR, pairs, workspace_id)}


def latest_links(conn: Connection, workspace_id: int, numbers: Collection[int], most: int) -> dict[Pair, LinkRow]:
    """The rows of all links with an end in these nodes; at most ``most`` in either direction, the latest."""
    found: dict[Pair, LinkRow] = {}
    for end, by in _ENDS.items():
        statement = Sql(
            f"{_ROW} CROSS JOIN identity_links AS l{by} WHERE l.workspace_id = :workspace AND l.{end} = s.n"
            f" ORDER BY l.ts_ms DESC LIMIT {most}"
        )
        rows = over(conn, statement, _ONE, ((n,) for n in numbers), workspace_id)
        found.update({(row[0], row[1]): LinkRow(*row) for row in rows})
    return found


def live_links(conn: Connection, workspace_id: int, numbers: Collection[int]) -> dict[Pair, Link]:
    """Every live link with an end in these nodes."""
    found: dict[Pair, Link] = {}
    for end, by in _ENDS.items():
        statement = Sql(
            f"SELECT l.a_node, l.b_node, l.ts_ms, l.message_id, l.cause, l.standing, l.reason FROM {{s}} CROSS JOIN identity_links AS l{by}"
            f" WHERE l.workspace_id = :workspace AND l.{end} = s.n AND l.standing <= {REJECTED}"
        )
        for a, b, ts, message, cause, standing, reason in over(conn, statement, _ONE, ((n,) for n in numbers), workspace_id):
            explicit = CAUSES[cause] in EXPLICIT
            found[a, b] = Link(a, b, ts, message, explicit, reason if standing == REJECTED else "")
    return found


class StoreGraph:
    """The people of a workspace, for ``settle``. Within one transaction."""

    def __init__(self, conn: Connection, workspace_id: int) -> None:
        self._conn = conn
        self._workspace_id = workspace_id

    def touching(self, people: Collection[int]) -> tuple[dict[int, Node], list[Link]]:
        nodes = members(self._conn, self._workspace_id, people)
        # A shared id may have a million links; it is alone, and its person is asked for only when it has just become shared.
        links = live_links(self._conn, self._workspace_id, nodes)
        others = {end for pair in links for end in pair} - nodes.keys()
        nodes.update(nodes_by_number(self._conn, self._workspace_id, others))
        return nodes, list(links.values())

    def inside(self, people: Collection[int]) -> tuple[dict[int, Node], list[Link]]:
        nodes = members(self._conn, self._workspace_id, people)
        links = live_links(self._conn, self._workspace_id, nodes)
        return nodes, [k for k in links.values() if not k.rejected and k.a in nodes and k.b in nodes]


def _change(
    conn: Connection,
    workspace_id: int,
    table: Sql,
    sets: Sql,
    keys: Sequence[str],
    columns: Mapping[str, Kind],
    rows: Iterable[Sequence[object]],
) -> None:
    """Run ``UPDATE table SET sets WHERE keys`` for each row, whose first columns are the keys; ``sets`` names the others ``:name``.

    SQLite runs it row by row: its UPDATE FROM walks the whole table first and looks for each row among the bound ones.
    """
    wanted = list(rows)
    if not wanted:
        return
    where = Sql(f"{table}.workspace_id = :workspace")
    if conn.dialect.name == "sqlite":
        matches = Sql("".join(f" AND {key} = :{key}" for key in keys))
        named = [{"workspace": workspace_id, **dict(zip(columns, row, strict=True))} for row in wanted]
        conn.exec_driver_sql(Sql(f"UPDATE {table} SET {sets} WHERE {where}{matches}"), named)
        return
    matches = Sql("".join(f" AND {table}.{key} = s.{key}" for key in keys))
    changed = re.sub(r":(\w+)", r"s.\1", sets)
    over(conn, f"UPDATE {table} SET {changed} FROM {{s}} WHERE {where}{matches}", columns, wanted, workspace_id)


_NODES: Final = Sql("identity_nodes")
_LINKS: Final = Sql("identity_links")
_KEYS: Final = ("a_node", "b_node")
_ENDS_OF_LINK: Final[Mapping[str, Kind]] = {"a_node": "bigint", "b_node": "bigint"}


def set_people(conn: Connection, workspace_id: int, people: Mapping[int, int]) -> None:
    """Write the person of these nodes."""
    columns: dict[str, Kind] = {"node_id": "bigint", "person": "bigint"}
    _change(conn, workspace_id, _NODES, Sql("person_id = :person"), ["node_id"], columns, people.items())


def set_shared(conn: Connection, workspace_id: int, numbers: Iterable[int], shared: bool = True) -> None:
    """Mark these nodes as shared, or not."""
    sets = Sql("shared = (1 = 1)") if shared else Sql("shared = (1 = 0)")
    _change(conn, workspace_id, _NODES, sets, ["node_id"], {"node_id": "bigint"}, ((n,) for n in numbers))


def set_verdicts(conn: Connection, workspace_id: int, reasons: Mapping[Pair, str]) -> None:
    """Write of live links whether they are applied ("") or why not."""
    sets = Sql(
        f"reason = CASE WHEN standing > {REJECTED} THEN reason ELSE :verdict END,"
        f" standing = CASE WHEN standing > {REJECTED} THEN standing WHEN :verdict = '' THEN {LIVE} ELSE {REJECTED} END"
    )
    columns: dict[str, Kind] = {**_ENDS_OF_LINK, "verdict": "text"}
    _change(conn, workspace_id, _LINKS, sets, _KEYS, columns, ((a, b, reason) for (a, b), reason in reasons.items()))


def set_standing(conn: Connection, workspace_id: int, pairs: Iterable[Pair], standing: int, undo_id: str | None) -> None:
    """Take links back (``UNDONE``, naming the undo), or put them in force again (``LIVE``) until they are resolved."""
    columns: dict[str, Kind] = {**_ENDS_OF_LINK, "now_standing": "bigint", "undo": "text"}
    sets = Sql("standing = :now_standing, reason = '', undo_id = :undo")
    _change(conn, workspace_id, _LINKS, sets, _KEYS, columns, ((a, b, standing, undo_id) for a, b in pairs))


def insert_links(conn: Connection, workspace_id: int, links: Mapping[Pair, Word], now: datetime, rejected: Collection[Pair] = ()) -> None:
    """Add links; those in ``rejected`` lead to a shared id."""
    rows = [
        {
            "workspace_id": workspace_id,
            "a_node": pair[0],
            "b_node": pair[1],
            "ts_ms": word[0],
            "message_id": word[1],
            "cause": word[2],
            "standing": REJECTED if pair in rejected else LIVE,
            "reason": SHARED if pair in rejected else "",
            "undo_id": None,
            "created_at": now,
        }
        for pair, word in links.items()
    ]
    insert_many(conn, identity_links, rows)


def rekey(conn: Connection, workspace_id: int, links: Mapping[Pair, Word]) -> None:
    """Write time, message and cause of links that were claimed earlier, or more strongly, than known."""
    columns: dict[str, Kind] = {**_ENDS_OF_LINK, "first_ms": "bigint", "first_message": "text", "strongest": "bigint"}
    sets = Sql("ts_ms = :first_ms, message_id = :first_message, cause = :strongest")
    _change(conn, workspace_id, _LINKS, sets, _KEYS, columns, ((*pair, *word) for pair, word in links.items()))
