"""Why did, or didn't, this person get this? Every run of theirs, step by step, and of a flow without one, why not."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from uems.experiments import api as experiments
from uems.identity import api as identity
from uems.kernel.filters import At
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.flows.definitions import Flow, list_flows, versions_of
from uems.outreach.flows.graph import EventEntry, Graph
from uems.outreach.flows.steps import INSIDE, SECOND, instant
from uems.outreach.flows.tables import flow_runs
from uems.profiles import api as profiles
from uems.profiles.api import Asking, Chosen
from uems.segments import api as segments

_R = flow_runs.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A node that was left, when, and which way. type, name: of the node in that version; "" for one that is not known any more.

    held: the holdout that kept the person from being reached there; "" for none.
    """

    node: str
    type: str
    name: str
    way: str
    at: datetime
    held: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One run. standing: the node at which they are. event: what brought them in, "" for no event. wakes_at: None while held or done.

    standing_held: the holdout by which nothing reaches them where they stand; "" for none.
    """

    flow: str
    flow_name: str
    entry_no: int
    version: int
    state: str
    reason: str
    standing: str
    standing_type: str
    standing_held: str
    entered_at: datetime
    ended_at: datetime | None
    goal_at: datetime | None
    wakes_at: datetime | None
    event: str
    key: str
    passed: Sequence[Passed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A flow that takes people in, and in which they never were. reason: not_eligible, no_event, or not_arrived."""

    flow: str
    flow_name: str
    reason: str
    event: str


def ways_of(house: House, scope: Scope, person_id: int) -> list[Way]:
    """Every run of a person, the latest first. Raises ``not_found``."""
    person = identity.person(house.store, scope, person_id)
    known = {flow.flow_id: flow for flow in list_flows(house.store, scope, archived=True)}
    mine = (_R.workspace_id == scope.workspace_id, _R.flow_id.in_(known), _R.person_id.in_(person.stored_ids))
    with house.store.read() as conn:
        rows = conn.execute(select(flow_runs).where(*mine).order_by(_R.entered_at.desc()).limit(200)).mappings().all()
    graphs = {one: {v.version: v.graph for v in versions_of(house.store, scope, known[one])} for one in {row["flow_id"] for row in rows}}
    return [_way(known[row["flow_id"]], graphs[row["flow_id"]].get(row["version"]), dict(row)) for row in rows]


def _way(flow: Flow, graph: Graph | None, row: dict[str, Any]) -> Way:
    nodes = {node.id: node for node in graph.nodes} if graph else {}
    context = json.loads(row["context"] or "{}")
    held: dict[str, str] = context.get("held", {})
    passed = []
    for line in row["path"].splitlines():
        seconds, node, way = line.split("|", 2)
        at = instant(row["entered_at"] + int(seconds) * SECOND)
        known = nodes.get(node)
        passed.append(
            Passed(node=node, type=known.type if known else "", name=known.name if known else "", way=way, at=at, held=held.get(node, ""))
        )
    standing = nodes.get(row["node"])
    return Way(
        flow=flow.key,
        flow_name=flow.name,
        entry_no=row["entry_no"],
        version=row["version"],
        state=row["state"],
        reason=row["reason"],
        standing=row["node"] if row["state"] in INSIDE else "",
        standing_type=standing.type if standing and row["state"] in INSIDE else "",
        standing_held=held.get(row["node"], "") if row["state"] in INSIDE else "",
        entered_at=instant(row["entered_at"]),
        ended_at=_maybe(row["ended_at"]),
        goal_at=_maybe(row["goal_at"]),
        wakes_at=_maybe(row["wake_at"]),
        event=str(context.get("event", {}).get("event", "")),
        key=row["entry_key"],
        passed=passed,
    )


def _maybe(us: int | None) -> datetime | None:
    return None if us is None else instant(us)


def absences_of(house: House, scope: Scope, person_id: int, now: datetime) -> list[Absent]:
    """Flows that take people in and in which the person never was, with the first thing that kept them out."""
    person = identity.person(house.store, scope, person_id)
    flows = [flow for flow in list_flows(house.store, scope) if flow.state == "live"]
    with house.store.read() as conn:
        mine = (_R.workspace_id == scope.workspace_id, _R.flow_id.in_([f.flow_id for f in flows]), _R.person_id.in_(person.stored_ids))
        inside = set(conn.execute(select(_R.flow_id).where(*mine)).scalars())
    found = []
    for flow in flows:
        if flow.flow_id in inside:
            continue
        graph = next((one.graph for one in versions_of(house.store, scope, flow) if one.version == flow.version), flow.graph)
        entry = graph.entry
        event = entry.event if isinstance(entry, EventEntry) else ""
        conditions = [] if graph.who is None else [("not_eligible", graph.who)]
        conditions += (
            [("no_event", {"did": {"events": [event], **({"where": entry.where} if entry.where else {})}})]
            if isinstance(entry, EventEntry)
            else []
        )
        reason = next((name for name, body in conditions if not _holds(house, scope, body, person_id, now)), "not_arrived")
        found.append(Absent(flow=flow.key, flow_name=flow.name, reason=reason, event=event))
    return found


def _holds(house: House, scope: Scope, body: object, person_id: int, now: datetime) -> bool:
    node = segments.resolve_node(profiles.parse_condition(body), house.store, scope)
    at = At(now=profiles.as_of(house.store, scope, now), zone=scope.zone)
    asking = Asking(house, scope, at, Chosen.of(house, scope, [person_id]))
    return len(experiments.act_on([node], asking).members(node)) > 0
