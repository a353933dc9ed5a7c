"""How are nodes and links read and written, thousands at a time?"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from uems.identity._bulk import change
from uems.identity.greedy import SHARED, Link, Node, Pair
from uems.identity.model import CAUSES, EXPLICIT
from uems.identity.tables import LIVE, REJECTED, identity_links
from uems.kernel.lookup import Columns, lookup
from uems.kernel.sql import Sql
from uems.kernel.store import insert_many

Word = tuple[int, str, int]
"""What is known of a link: earliest time, message, and the place of its strongest cause in ``CAUSES``."""


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


_ONE: Final[Columns] = {"n": "bigint"}
_PAIR: Final[Columns] = {"a": "bigint", "b": "bigint"}
_NODES: Final = Sql("identity_nodes")
_LINKS: Final = Sql("identity_links")
_NODE: Final = Sql("t.node_id, t.kind, t.value, t.person_id, t.shared")
_ROW: Final = Sql("t.a_node, t.b_node, t.ts_ms, t.message_id, t.cause, t.standing, t.reason, t.undo_id")
_BOTH: Final = Sql("t.a_node = s.a AND t.b_node = s.b")
_ENDS: Final[Mapping[Sql, Sql]] = {Sql("a_node"): Sql(""), Sql("b_node"): Sql("ix_identity_links_b")}
"""Either end of a link, and the index that finds links by it; by the first end the primary key does."""


def find_nodes(conn: Connection, workspace_id: int, ids: Iterable[tuple[str, str]]) -> dict[tuple[str, str], FoundNode]:
    """The nodes of those (kind, value) that exist."""
    by_kind: dict[str, list[tuple[str]]] = {}
    for kind, value in ids:
        by_kind.setdefault(kind, []).append((value,))
    pick, where = Sql("t.value, t.node_id, t.person_id, t.shared"), Sql("t.kind = :kind AND t.value = s.v")
    found: dict[tuple[str, str], FoundNode] = {}
    # One kind at a time: a single bound column is unfolded in half the time of two.
    for kind, values in by_kind.items():
        rows = lookup(conn, workspace_id, pick, _NODES, where, {"v": "text"}, values, by=Sql("uq_identity_nodes_id"), kind=kind)
        found.update(((kind, value), FoundNode(node, person, bool(shared))) for value, node, person, shared in rows)
    return found


def members(conn: Connection, workspace_id: int, people: Iterable[int]) -> dict[int, Node]:
    """Every node of these people."""
    keys = [(p,) for p in people]
    rows = lookup(conn, workspace_id, _NODE, _NODES, Sql("t.person_id = s.n"), _ONE, keys, by=Sql("ix_identity_nodes_person"))
    return {number: Node(kind, value, person, bool(shared)) for number, kind, value, person, shared in rows}


def nodes_by_number(conn: Connection, workspace_id: int, numbers: Iterable[int]) -> dict[int, Node]:
    """These nodes, those of them that exist."""
    rows = lookup(conn, workspace_id, _NODE, _NODES, Sql("t.node_id = s.n"), _ONE, [(n,) for n in numbers])
    return {number: Node(kind, value, person, bool(shared)) for number, kind, value, person, shared in rows}


def find_links(conn: Connection, workspace_id: int, pairs: Iterable[Pair]) -> dict[Pair, FoundLink]:
    """Those of the links that exist, undone ones included."""
    pick = Sql("t.a_node, t.b_node, t.ts_ms, t.message_id, t.cause, t.standing")
    return {(row[0], row[1]): FoundLink(*row[2:]) for row in lookup(conn, workspace_id, pick, _LINKS, _BOTH, _PAIR, pairs)}


def link_rows(conn: Connection, workspace_id: int, pairs: Iterable[Pair]) -> dict[Pair, LinkRow]:
    """The rows of these links, of those that exist."""
    return {(row[0], row[1]): LinkRow(*row) for row in lookup(conn, workspace_id, _ROW, _LINKS, _BOTH, _PAIR, pairs)}


def latest_links(conn: Connection, workspace_id: int, numbers: Collection[int], most: int) -> dict[Pair, LinkRow]:
    """The rows of all links with an end in these nodes; at most ``most`` in either direction, the latest."""
    found: dict[Pair, LinkRow] = {}
    tail = Sql(f"ORDER BY t.ts_ms DESC LIMIT {most}")
    for end, by in _ENDS.items():
        keys = [(n,) for n in numbers]
        rows = lookup(conn, workspace_id, _ROW, _LINKS, Sql(f"t.{end} = s.n"), _ONE, keys, by=by, tail=tail)
        found.update({(row[0], row[1]): LinkRow(*row) for row in rows})
    return found


def live_links(conn: Connection, workspace_id: int, numbers: Collection[int]) -> dict[Pair, Link]:
    """Every live link with an end in these nodes."""
    found: dict[Pair, Link] = {}
    for end, by in _ENDS.items():
        where = Sql(f"t.{end} = s.n AND t.standing <= {REJECTED}")
        for row in map(LinkRow._make, lookup(conn, workspace_id, _ROW, _LINKS, where, _ONE, [(n,) for n in numbers], by=by)):
            rejected = row.reason if row.standing == REJECTED else ""
            found[row.a_node, row.b_node] = Link(row.a_node, row.b_node, row.ts_ms, row.message_id, CAUSES[row.cause] in EXPLICIT, rejected)
    return found


def with_odd_links(conn: Connection, workspace_id: int, numbers: Collection[int]) -> set[int]:
    """Those of the nodes that have a link which is rejected or undone."""
    found: set[int] = set()
    for end in _ENDS:
        # TRICKY: `standing > 0` has to stand there literally, or the small index is not used.
        where = Sql(f"t.{end} = s.n AND t.standing > 0")
        by = Sql("ix_identity_links_odd_a") if end == "a_node" else Sql("ix_identity_links_odd_b")
        rows = lookup(conn, workspace_id, Sql(f"DISTINCT t.{end}"), _LINKS, where, _ONE, [(n,) for n in numbers], by=by)
        found.update(number for (number,) in rows)
    return found


def degrees(conn: Connection, workspace_id: int, numbers: Collection[int]) -> dict[int, int]:
    """node → how many other ids it was ever linked with."""
    found: dict[int, int] = dict.fromkeys(numbers, 0)
    for end, by in _ENDS.items():
        pick, tail = Sql(f"t.{end}, count(*)"), Sql(f"GROUP BY t.{end}")
        keys = [(n,) for n in numbers]
        for number, count in lookup(conn, workspace_id, pick, _LINKS, Sql(f"t.{end} = s.n"), _ONE, keys, by=by, tail=tail):
            found[number] += count
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


_KEYS: Final = ("a_node", "b_node")


def set_people(conn: Connection, workspace_id: int, people: Mapping[int, int]) -> None:
    """Write the person of these nodes."""
    change(conn, workspace_id, _NODES, Sql("person_id = :person"), ["node_id"], ["node_id", "person"], people.items())


def set_shared(conn: Connection, workspace_id: int, numbers: Iterable[int], shared: bool = True) -> None:
    """Mark these nodes as shared, or not."""
    sets = Sql("shared = (1 = 1)") if shared else Sql("shared = (1 = 0)")
    change(conn, workspace_id, _NODES, sets, ["node_id"], ["node_id"], ((n,) for n in numbers))


def set_verdicts(conn: Connection, workspace_id: int, reasons: Mapping[Pair, str]) -> None:
    """Write of live links whether they are applied ("") or why not."""
    rows = [(a, b, reason, REJECTED if reason else LIVE) for (a, b), reason in reasons.items()]
    change(conn, workspace_id, _LINKS, Sql("reason = :verdict, standing = :now"), _KEYS, [*_KEYS, "verdict", "now"], rows)


def set_standing(conn: Connection, workspace_id: int, pairs: Iterable[Pair], standing: int, undo_id: str | None) -> None:
    """Take links back (``UNDONE``, naming the undo), or put them in force again (``LIVE``) until they are resolved."""
    sets = Sql("standing = :now, reason = '', undo_id = :undo")
    change(conn, workspace_id, _LINKS, sets, _KEYS, [*_KEYS, "now", "undo"], ((a, b, standing, undo_id) for a, b in pairs))


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
    sets = Sql("ts_ms = :first_ms, message_id = :message, cause = :strongest")
    names = [*_KEYS, "first_ms", "message", "strongest"]
    change(conn, workspace_id, _LINKS, sets, _KEYS, names, ((*pair, *word) for pair, word in links.items()))
