"""What must the engine know of each version of each flow? Read once, and again when something was changed."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, select

from uems.kernel.errors import UemsError
from uems.kernel.filters import Matcher
from uems.kernel.store import Store, allocate, sequences, to_microseconds
from uems.outreach.flows.checking import step_of
from uems.outreach.flows.graph import Graph
from uems.outreach.flows.names import event_filter
from uems.outreach.flows.steps import Step, Trying
from uems.outreach.flows.tables import flow_versions, flows

_logger = logging.getLogger("uems.flows")
_REVISION: Final = "flows:revision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One node, made ready. to: way → next node. events: what wakes those who wait here; matches: a filter on it. trying: of a test,
    whose successes are those of its events that ``success`` lets through."""

    step: Step
    config: BaseModel
    to: Mapping[str, str]
    events: frozenset[str]
    matches: Matcher | None
    trying: Trying | None = None
    success: Matcher | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Events that matter to a whole flow: its goal, or what makes people leave."""

    events: frozenset[str]
    matches: Matcher | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of one flow. current: whether it takes people in; state: of the flow.

    since_us: when it was published. entering: the filter on the entering event. telling: events that concern those who are inside.
    dry: a dry run, of which everything is written down and nothing done.
    """

    workspace_id: int
    flow_id: int
    key: str
    name: str
    version: int
    state: str
    current: bool
    salt: str
    since_us: int
    graph: Graph
    stops: Mapping[str, Stop]
    entering: Matcher | None
    goal: Watched | None
    leaving: Watched
    telling: frozenset[str]
    dry: bool = False

    @property
    def open(self) -> bool:
        """Whether people may come in by this version now."""
        return self.current and self.state == "live"

    @property
    def listened(self) -> set[str]:
        """Every event that this version wants to hear of."""
        found = set(self.telling)
        if self.graph.entry.type == "event" and self.open:
            found.add(self.graph.entry.event)
        tested = (stop.trying.events for stop in self.stops.values() if stop.trying)
        return found.union(*tested)


def compile_plan(
    graph: Graph,
    *,
    workspace_id: int,
    flow_id: int,
    key: str,
    name: str,
    version: int,
    state: str,
    current: bool,
    salt: str,
    since_us: int = 0,
    dry: bool = False,
) -> Plan:
    """A graph that was found to be in order, made ready to run."""
    to: dict[str, dict[str, str]] = {}
    for edge in graph.edges:
        to.setdefault(edge.source, {})[edge.way] = edge.target
    stops = {}
    for node in graph.nodes:
        step, config = step_of(node)
        events, where = step.events(config)
        tested = step.trying(config, graph)
        stops[node.id] = Stop(
            step=step,
            config=config,
            to=to.get(node.id, {}),
            events=frozenset(events),
            matches=event_filter(where),
            trying=tested,
            success=event_filter(tested.where) if tested else None,
        )
    goal = graph.goal
    return Plan(
        workspace_id=workspace_id,
        flow_id=flow_id,
        key=key,
        name=name,
        version=version,
        state=state,
        current=current,
        salt=salt,
        since_us=since_us,
        dry=dry,
        graph=graph,
        stops=stops,
        entering=event_filter(graph.entry.where) if graph.entry.type == "event" else None,
        goal=Watched(events=frozenset(goal.events), matches=event_filter(goal.where)) if goal else None,
        leaving=Watched(events=frozenset(graph.exit.events), matches=event_filter(graph.exit.where)),
        telling=frozenset(graph.exit.events).union(goal.events if goal else (), *(stop.events for stop in stops.values())),
    )


def changed(conn: Connection) -> None:
    """Have every process read the flows anew; in the transaction that changes one."""
    allocate(conn, _REVISION)


def read_plans(conn: Connection) -> list[Plan]:
    """Every published version of every flow that is not archived."""
    f, v = flows.c, flow_versions.c
    query = select(flows, v.version.label("of"), v.graph, v.at).join(
        flow_versions, (v.workspace_id == f.workspace_id) & (v.flow_id == f.flow_id)
    )
    found = []
    for row in conn.execute(query.where(f.state != "archived").order_by(f.workspace_id, f.flow_id, v.version)).mappings():
        try:
            plan = compile_plan(
                Graph.model_validate(row["graph"]),
                workspace_id=row["workspace_id"],
                flow_id=row["flow_id"],
                key=row["key"],
                name=row["name"],
                version=row["of"],
                state=row["state"],
                current=row["of"] == row["version"] and not row["draining"],
                salt=row["salt"],
                since_us=to_microseconds(row["at"]),
                dry=row["dry_of"] is not None,
            )
        except (UemsError, ValidationError) as error:
            # One that an earlier program could run and this one cannot must hold up neither the pipeline nor the others.
            _logger.error("version %d of flow %s cannot be run: %s", row["of"], row["key"], error)
            continue
        found.append(plan)
    return found


def read_plan(conn: Connection, workspace_id: int, flow_id: int) -> Plan | None:
    """The version of a flow that takes people in; None while there is none."""
    mine = [plan for plan in read_plans(conn) if (plan.workspace_id, plan.flow_id) == (workspace_id, flow_id)]
    return next((plan for plan in mine if plan.current), None)


class Plans:
    """The plans of all workspaces, kept in memory. Not for several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._revision = -1
        self._plans: dict[tuple[int, int, int], Plan] = {}
        self._listeners: dict[int, dict[str, list[Plan]]] = {}

    def refresh(self, conn: Connection) -> None:
        """Read again if anything was changed; otherwise one short read. conn: a transaction of any kind."""
        revision = conn.execute(select(sequences.c.next_value).where(sequences.c.name == _REVISION)).scalar() or 0
        if revision == self._revision:
            return
        plans = read_plans(conn)
        self._plans = {(plan.workspace_id, plan.flow_id, plan.version): plan for plan in plans}
        self._listeners = {}
        for plan in plans:
            mine = self._listeners.setdefault(plan.workspace_id, {})
            for event in plan.listened:
                mine.setdefault(event, []).append(plan)
        self._revision = revision

    def __iter__(self) -> Iterator[Plan]:
        return iter(self._plans.values())

    def get(self, workspace_id: int, flow_id: int, version: int) -> Plan | None:
        return self._plans.get((workspace_id, flow_id, version))

    def current(self, workspace_id: int) -> list[Plan]:
        """Those that take people in now."""
        return [plan for plan in self._plans.values() if plan.workspace_id == workspace_id and plan.open]

    def listeners(self, workspace_id: int) -> Mapping[str, list[Plan]]:
        """event → the versions that want to hear of it."""
        return self._listeners.get(workspace_id, {})
