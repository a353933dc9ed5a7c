"""What does the ledger say? Every link there ever was, with its cause, its time, and what became of it."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, or_, select, text, tuple_

from uems.identity import _rows
from uems.identity.greedy import Node, Pair
from uems.identity.model import CAUSES, Cause, Id, Merge, MergeState
from uems.identity.people import read_person
from uems.identity.tables import LIVE, REJECTED, UNDONE, identity_links, identity_undos
from uems.kernel.errors import not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store

_L = identity_links.c
_STATES: Final[dict[int, MergeState]] = {LIVE: "active", REJECTED: "rejected", UNDONE: "undone"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_OF_A_PERSON: Final = 5000

Place = tuple[int, int, int]
"""Time in milliseconds and the two nodes of the last link that was shown."""


def pair_of(merge_id: str) -> Pair:
    """The nodes of a link's name in the ledger, ``<a>-<b>``; raises ``not_found`` for anything else."""
    match = re.fullmatch(r"([1-9]\d{0,17})-([1-9]\d{0,17})", merge_id)
    if match is None:
        raise not_found("merge", merge_id)
    a, b = sorted((int(match[1]), int(match[2])))
    return a, b


def merges(
    store: Store,
    scope: Scope,
    *,
    state: MergeState | None = None,
    cause: Cause | None = None,
    person_id: int | None = None,
    after: Place | None = None,
    limit: int,
) -> list[Merge]:
    """Links, the latest first, from ``after`` (the ``place_of`` the last one shown). person_id: only those at ids of this person."""
    with store.read() as conn:
        if person_id is not None:
            return _of_person(conn, scope.workspace_id, person_id, state, cause, after, limit)
        conditions = _conditions(state, cause)
        if after is not None:
            moment, a, b = after
            conditions += [_L.ts_ms <= moment, or_(_L.ts_ms < moment, tuple_(_L.a_node, _L.b_node) < tuple_(a, b))]
        latest = (_L.ts_ms.desc(), _L.a_node.desc(), _L.b_node.desc())
        columns = [_L[name] for name in _rows.LinkRow._fields]
        query = select(*columns).where(_L.workspace_id == scope.workspace_id, *conditions).order_by(*latest).limit(limit)
        return _merges(conn, scope.workspace_id, [_rows.LinkRow(*row) for row in conn.execute(query)])


def place_of(merge: Merge) -> Place:
    """Where a list goes on after this link."""
    return (merge.ts - _EPOCH) // timedelta(milliseconds=1), merge.a.node_id, merge.b.node_id


def read_links(conn: Connection, workspace_id: int, pairs: Iterable[Pair]) -> list[Merge]:
    """These links as they stand, in the order given; those that exist."""
    wanted = list(dict.fromkeys(pairs))
    found = _rows.link_rows(conn, workspace_id, wanted)
    return _merges(conn, workspace_id, [found[pair] for pair in wanted if pair in found])


def _conditions(state: MergeState | None, cause: Cause | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if state is not None:
        found.append(_L.standing == next(number for number, name in _STATES.items() if name == state))
        if state != "active":
            found.append(text("standing > 0"))  # type: ignore[arg-type]  # the words of the index's condition
    if cause is not None:
        place = CAUSES.index(cause)
        found.append(_L.cause == place)
        if place > 1:
            found.append(text("cause > 1"))  # type: ignore[arg-type]
    return found


def _of_person(
    conn: Connection, workspace_id: int, person_id: int, state: MergeState | None, cause: Cause | None, after: Place | None, limit: int
) -> list[Merge]:
    nodes = read_person(conn, workspace_id, person_id).node_ids
    # Of an id that is shared with millions only the latest few thousand links are looked at.
    found = _rows.latest_links(conn, workspace_id, nodes, _MOST_OF_A_PERSON).values()
    rows = [
        row
        for row in found
        if (state is None or _STATES[row.standing] == state)
        and (cause is None or CAUSES[row.cause] == cause)
        and (after is None or _place(row) < after)
    ]
    return _merges(conn, workspace_id, sorted(rows, key=_place, reverse=True)[:limit])


def _place(row: _rows.LinkRow) -> Place:
    return row.ts_ms, row.a_node, row.b_node


def _merges(conn: Connection, workspace_id: int, rows: Sequence[_rows.LinkRow]) -> list[Merge]:
    nodes = _rows.nodes_by_number(conn, workspace_id, {n for row in rows for n in (row.a_node, row.b_node)})
    undos = {row.undo_id for row in rows if row.undo_id}
    c = identity_undos.c
    undone = select(c.undo_id, c.at).where(c.workspace_id == workspace_id, c.undo_id.in_(undos))
    when = {row.undo_id: row.at for row in conn.execute(undone)} if undos else {}
    return [_merge(row, nodes, when.get(row.undo_id)) for row in rows]


def _merge(row: _rows.LinkRow, nodes: dict[int, Node], undone_at: datetime | None) -> Merge:
    a, b = nodes[row.a_node], nodes[row.b_node]
    return Merge(
        merge_id=f"{row.a_node}-{row.b_node}",
        a=Id(node_id=row.a_node, kind=a.kind, value=a.value),
        b=Id(node_id=row.b_node, kind=b.kind, value=b.value),
        a_person_id=a.person,
        b_person_id=b.person,
        cause=CAUSES[row.cause],
        state=_STATES[row.standing],
        reason=row.reason,
        ts=_EPOCH + timedelta(milliseconds=row.ts_ms),
        message_id=row.message_id,
        undo_id=row.undo_id,
        undone_at=undone_at,
    )
