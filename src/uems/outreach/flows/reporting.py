"""How does a flow do: who came in, where do they stand, which way did they go, and what did it change against those held out?"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import and_, case, func, or_, select

from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.outreach.flows.graph import Graph
from uems.outreach.flows.steps import INSIDE
from uems.outreach.flows.tables import flow_counts, flow_runs
from uems.outreach.tables import outreach_messages

ENTRIES: Final = ("arrived", "inside", "again", "not_eligible", "holdout", "entered")
_LEAVES: Final = frozenset({"goal", "exit", "removed", "merged", "paused", "stopped", "archived", "overdue", "end"})
_C, _R = flow_counts.c, flow_runs.c
_Z: Final = 1.959964


@dataclass(slots=True, kw_only=True)
class NodeCount:
    """One node. came: into it. standing: now. ways: way out → how many took it; leaving by goal and exit rules among them."""

    node: str
    came: int = 0
    standing: int = 0
    ways: dict[str, int] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """Those who were in the flow against those held out. reached: the goal, within its days. difference: in shares, with its interval."""

    people: int
    reached: int
    held: int
    held_reached: int
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """entries: what became of those who came to the door."""

    version: int
    entries: Mapping[str, int]
    nodes: Sequence[NodeCount]
    against: Against | None


def report(store: Store, scope: Scope, flow_id: int, version: int, graph: Graph) -> Report:
    """The counts of one version, and of all versions together what the flow changed."""
    mine = (_C.workspace_id == scope.workspace_id, _C.flow_id == flow_id, _C.version == version)
    with store.read() as conn:
        rows = conn.execute(select(_C.node, _C.way, _C.people).where(*mine)).all()
        m = outreach_messages.c
        sent = select(m.origin_node, m.state, func.count()).where(
            m.workspace_id == scope.workspace_id, m.origin_type == "flow", m.origin_id == str(flow_id), m.origin_version == version
        )
        messages = conn.execute(sent.group_by(m.origin_node, m.state)).all()
    entries = dict.fromkeys(ENTRIES, 0)
    nodes = {node.id: NodeCount(node=node.id) for node in graph.nodes}
    to = {(edge.source, edge.way): edge.target for edge in graph.edges}
    for node, way, people in rows:
        if node == "":
            entries[way] = people
            continue
        if node in nodes and way != "moved_in":
            nodes[node].ways[way] = people
        target = node if way == "moved_in" else to.get((node, way), "")
        if target in nodes:
            nodes[target].came += people
    if graph.start in nodes:
        nodes[graph.start].came += entries["entered"]
    for one in nodes.values():
        one.standing = max(0, one.came - sum(one.ways.values()))
    for node, state, count in messages:
        if node in nodes:
            nodes[node].messages[state] = count
    return Report(version=version, entries=entries, nodes=list(nodes.values()), against=_against(store, scope, flow_id, graph))


def _against(store: Store, scope: Scope, flow_id: int, graph: Graph) -> Against | None:
    if graph.goal is None:
        return None
    held = case((_R.state == "holdout", 1), else_=0)
    mine = (_R.workspace_id == scope.workspace_id, _R.flow_id == flow_id, _R.state != "new")
    with store.read() as conn:
        found = {
            row[0]: (row[1], row[2]) for row in conn.execute(select(held, func.count(), func.count(_R.goal_at)).where(*mine).group_by(held))
        }
    people, reached = found.get(0, (0, 0))
    others, theirs = found.get(1, (0, 0))
    difference, low, high = difference_of(reached, people, theirs, others)
    return Against(people=people, reached=reached, held=others, held_reached=theirs, difference=difference, low=low, high=high)


def difference_of(one: int, of_one: int, other: int, of_other: int) -> tuple[float | None, float | None, float | None]:
    """(difference of two shares, low, high): Newcombe's interval from Wilson's (1998, method 10), 95 %; None where nobody is."""
    if not of_one or not of_other:
        return None, None, None
    p, q = one / of_one, other / of_other
    (p_low, p_high), (q_low, q_high) = wilson(one, of_one), wilson(other, of_other)
    low = p - q - math.sqrt((p - p_low) ** 2 + (q_high - q) ** 2)
    high = p - q + math.sqrt((p_high - p) ** 2 + (q - q_low) ** 2)
    return p - q, low, high


def wilson(some: int, of: int) -> tuple[float, float]:
    """Limits of a share, with 95 % (Wilson 1927); of nobody anything is possible."""
    if of == 0:
        return 0.0, 1.0
    p = some / of
    middle = (p + _Z**2 / (2 * of)) / (1 + _Z**2 / of)
    half = _Z / (1 + _Z**2 / of) * math.sqrt(p * (1 - p) / of + _Z**2 / (4 * of**2))
    return middle - half, middle + half


def people_at(store: Store, scope: Scope, flow_id: int, *, node: str, after: tuple[int, int], limit: int) -> list[tuple[int, int, str]]:
    """(person, entry, state) of those who stand at a node, or with "holdout" of those held out; behind a place."""
    mine = [_R.workspace_id == scope.workspace_id, _R.flow_id == flow_id]
    mine += [_R.state == "holdout"] if node == "holdout" else [_R.node == node, _R.state.in_(INSIDE)]
    mine.append(or_(_R.person_id > after[0], and_(_R.person_id == after[0], _R.entry_no > after[1])))
    query = select(_R.person_id, _R.entry_no, _R.state).where(*mine).order_by(_R.person_id, _R.entry_no).limit(limit)
    with store.read() as conn:
        return [(row.person_id, row.entry_no, row.state) for row in conn.execute(query)]


def totals(store: Store, scope: Scope) -> dict[int, tuple[int, int, int]]:
    """flow → (on their way now, ever entered, held out)."""
    mine = _C.workspace_id == scope.workspace_id
    ways = ("entered", "holdout")
    with store.read() as conn:
        counted = conn.execute(
            select(_C.flow_id, _C.way, func.sum(_C.people)).where(mine, _C.node == "", _C.way.in_(ways)).group_by(_C.flow_id, _C.way)
        ).all()
        left = conn.execute(
            select(_C.flow_id, func.sum(_C.people)).where(mine, _C.node != "", _C.way.in_(sorted(_LEAVES))).group_by(_C.flow_id)
        ).all()
    found: dict[int, dict[str, int]] = {}
    for flow_id, way, people in counted:
        found.setdefault(flow_id, {})[way] = int(people)
    gone = {flow_id: int(people) for flow_id, people in left}
    return {
        flow_id: (max(0, one.get("entered", 0) - gone.get(flow_id, 0)), one.get("entered", 0), one.get("holdout", 0))
        for flow_id, one in found.items()
    }
