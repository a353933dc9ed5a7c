"""What becomes of those inside when a flow changes under them, or ends?"""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection, Integer, case, func, literal, literal_column, select, update

from uems.kernel.errors import invalid
from uems.outreach.flows.graph import Graph
from uems.outreach.flows.runs import Counts, add_counts
from uems.outreach.flows.steps import INSIDE
from uems.outreach.flows.tables import flow_runs

Policy: TypeAlias = Literal["pin", "migrate", "drain"]
_R = flow_runs.c
LEAVE: Final = ""
"""In place of a node: those who stand at a removed one leave."""


def standing(conn: Connection, workspace_id: int, flow_id: int) -> dict[tuple[int, str], int]:
    """(version, node) → how many are there now."""
    mine = (_R.workspace_id == workspace_id, _R.flow_id == flow_id, _R.state.in_(INSIDE))
    query = select(_R.version, _R.node, func.count()).where(*mine).group_by(_R.version, _R.node)
    return {(version, node): people for version, node, people in conn.execute(query)}


def move_runs(
    conn: Connection, workspace_id: int, flow_id: int, graph: Graph, version: int, policy: Policy, targets: Mapping[str, str], now_us: int
) -> int:
    """Do to those inside what the policy says; how many were inside. With ``migrate`` in one statement for each node."""
    inside = standing(conn, workspace_id, flow_id)
    if policy != "migrate":
        return sum(inside.values())
    known = {node.id for node in graph.nodes}
    wrong = [node for node in targets.values() if node != LEAVE and node not in known]
    if wrong:
        raise invalid("targets", wrong[0], "is no node of the new version; choose another, or nothing for leaving.")
    counts: Counts = Counts()
    for (old, node), people in inside.items():
        mine = (_R.workspace_id == workspace_id, _R.flow_id == flow_id, _R.version == old, _R.node == node, _R.state.in_(INSIDE))
        to = node if node in known else targets.get(node, LEAVE)
        values: dict[str, object] = {"seq": _R.seq + 1, "version": version}
        if to == LEAVE:
            values |= {"state": "done", "reason": "removed", "wake_at": None, "ended_at": now_us}
        elif to != node:
            # They have not been at that node yet: it does its work when they come to it.
            values |= {"state": case((_R.state == "new", "new"), else_="before"), "node": to, "wake_at": now_us, "signal": ""}
        conn.execute(update(flow_runs).where(*mine).values(**values))
        counts[workspace_id, flow_id, old, node, "moved_out"] += people
        counts[workspace_id, flow_id, version, node if to == LEAVE else to, "removed" if to == LEAVE else "moved_in"] += people
    add_counts(conn, counts)
    return sum(inside.values())


def leave_all(conn: Connection, workspace_id: int, flow_id: int, now_us: int, *, reason: str, parked: bool = False) -> int:
    """Have everybody inside leave at once; only those who are parked, if wished. How many."""
    mine = [_R.workspace_id == workspace_id, _R.flow_id == flow_id, _R.state.in_(INSIDE)]
    if parked:
        mine.append(_R.signal.startswith("parked"))
    counts: Counts = Counts()
    query = select(_R.version, _R.node, func.count(type_=Integer)).where(*mine).group_by(_R.version, _R.node)
    for version, node, people in conn.execute(query).all():
        counts[workspace_id, flow_id, version, node, reason] += people
    gone: dict[str, Any] = {"state": literal("done"), "reason": literal(reason), "wake_at": None, "signal": literal_column("''")}
    conn.execute(update(flow_runs).where(*mine).values(**gone, ended_at=now_us, seq=_R.seq + 1))
    add_counts(conn, counts)
    return sum(counts.values())
