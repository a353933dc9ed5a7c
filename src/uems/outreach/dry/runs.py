"""Who begins, ends and launches a dry run, and what has it come to?

A dry run is a flow of its own that nobody sees: it has the graph, the salt and so the held out people of the draft that it tries, and
the same engine moves people through it. ``dry_of`` tells the engine to write down what it would do.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, insert, select

from uems.access.api import Access, audit
from uems.kernel.clock import day_of
from uems.kernel.errors import UemsError, not_found
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store, allocate, lock
from uems.outreach.dry.ending import end_dry_runs
from uems.outreach.dry.tables import flow_dry_effects, flow_dry_messages
from uems.outreach.flows import definitions
from uems.outreach.flows.changing import Policy
from uems.outreach.flows.definitions import Flow
from uems.outreach.flows.plans import changed
from uems.outreach.flows.reporting import Report, report
from uems.outreach.flows.tables import flow_slots, flow_versions, flows

_F, _M, _E = flows.c, flow_dry_messages.c, flow_dry_effects.c
VERSION = 1
SHOWN = 50
"""Messages that are shown as examples, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DryMessage:
    """A message that would have been sent."""

    person_id: int
    channel: str
    template_id: str
    node: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """flow: the flow of its own that it is; its revision is that of the draft that is tried. report: with messages by their state.

    days: day of the workspace → channel → how many would have been sent. lost: (state, reason) → how many. effects: kind → how many.
    """

    flow: Flow
    report: Report
    days: Mapping[date, Mapping[str, int]]
    states: Mapping[str, int]
    lost: Mapping[tuple[str, str], int]
    effects: Mapping[str, int]
    latest: Sequence[DryMessage]

    @property
    def going(self) -> bool:
        return self.flow.state == "live"


def start_dry_run(house: House, access: Access, key: str, *, revision: int) -> Flow:
    """Follow live events by the draft from now on, without doing anything. Audited.

    Raises ``flow_changed`` and ``dry_run_going`` (409), ``bad_flow`` (422), ``no_dry_run`` (422) for one that people enter by the API.
    """
    flow = definitions.get_flow(house.store, access.scope, key)
    definitions.must_be_sound(house, access.scope, flow.graph, "tried")
    if flow.graph.entry.type == "api":
        message = "Programs decide who comes in by the API, and they would really bring people in. Publish it, or give it another entry."
        raise UemsError("no_dry_run", message, status=422)
    definitions.begin_to_follow(house, access.scope, flow.graph)
    workspace_id = access.scope.workspace_id
    with house.store.write() as conn:
        lock(conn, f"flows:{workspace_id}")
        flow = definitions.read_flow(conn, workspace_id, key)
        if flow.revision != revision:
            raise UemsError("flow_changed", f"{key} stands at revision {flow.revision}, not {revision}. Look at it again.", status=409)
        if flow.state == "archived":
            raise UemsError("flow_archived", f"{key} is archived; save it again first.", status=409)
        going = select(_F.flow_id).where(_F.workspace_id == workspace_id, _F.dry_of == flow.flow_id, _F.state == "live")
        if conn.execute(going).first() is not None:
            raise UemsError("dry_run_going", f"A dry run of {key} is under way; end it first.", status=409)
        number = allocate(conn, f"flows:{workspace_id}")
        by = access.actor.label[:300]
        graph = flow.graph.model_dump(mode="json")
        place = {"workspace_id": workspace_id, "flow_id": number}
        said = {"key": f"dry.{number}", "name": flow.name, "description": "", "draft": graph, "salt": flow.salt, "dry_of": flow.flow_id}
        stands = {"state": "live", "revision": flow.revision, "version": VERSION, "draining": False}
        conn.execute(insert(flows).values(**place, **said, **stands, created_at=access.now, changed_at=access.now, changed_by=by))
        conn.execute(insert(flow_versions).values(**place, version=VERSION, graph=graph, policy="pin", at=access.now, by=by))
        if flow.graph.entry.type == "segment" and flow.graph.entry.members:
            conn.execute(insert(flow_slots).values(**place, slot=f"members:{VERSION}", after=0, done=False, people=0, at=access.now))
        changed(conn)
        audit(conn, access, "flow.dry_run_started", f"flow:{key}", None, {"revision": flow.revision})
    return flow


def end_dry_run(store: Store, access: Access, key: str) -> None:
    """End it; what it has come to stays. Audited. Raises ``no_dry_run`` (409) where none is under way."""
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"flows:{workspace_id}")
        flow = definitions.read_flow(conn, workspace_id, key)
        if not end_dry_runs(conn, workspace_id, flow.flow_id, access.now, access.actor.label):
            raise UemsError("no_dry_run", f"No dry run of {key} is under way.", status=409)
        changed(conn)
        audit(conn, access, "flow.dry_run_ended", f"flow:{key}", None, None)


def launch_dry_run(house: House, access: Access, key: str, *, policy: Policy) -> Flow:
    """End it and publish exactly what was tried, in one transaction. Audited.

    Raises ``no_dry_run`` (409), and ``flow_changed`` (409) where the draft is another one by now.
    """
    flow = definitions.get_flow(house.store, access.scope, key)
    definitions.must_be_sound(house, access.scope, flow.graph, "published")
    definitions.begin_to_follow(house, access.scope, flow.graph)
    workspace_id = access.scope.workspace_id
    with house.store.write() as conn:
        lock(conn, f"flows:{workspace_id}")
        flow = definitions.read_flow(conn, workspace_id, key)
        mine = (_F.workspace_id == workspace_id, _F.dry_of == flow.flow_id, _F.state == "live")
        tried = conn.execute(select(_F.revision).where(*mine)).scalar()
        if tried is None:
            raise UemsError("no_dry_run", f"No dry run of {key} is under way.", status=409)
        if tried != flow.revision:
            message = f"The draft of {key} stands at revision {flow.revision}, and revision {tried} was tried. End it and try the new one."
            raise UemsError("flow_changed", message, status=409)
        end_dry_runs(conn, workspace_id, flow.flow_id, access.now, access.actor.label)
        audit(conn, access, "flow.dry_run_ended", f"flow:{key}", None, {"launched": True})
        return definitions.publish_in(conn, access, flow, policy=policy, targets={})


def dry_run_of(store: Store, scope: Scope, key: str) -> DryRun:
    """The dry run under way, or the last one. Raises ``not_found`` for a flow that never had one."""
    flow = definitions.get_flow(store, scope, key)
    latest = select(flows).where(_F.workspace_id == scope.workspace_id, _F.dry_of == flow.flow_id).order_by(_F.flow_id.desc())
    with store.read() as conn:
        row = conn.execute(latest.limit(1)).mappings().first()
    if row is None:
        raise not_found("dry run", key)
    return _whole(store, scope, definitions.flow_of(row))


def _whole(store: Store, scope: Scope, dry: Flow) -> DryRun:
    mine = (_M.workspace_id == scope.workspace_id, _M.flow_id == dry.flow_id)
    sent = (*mine, _M.state == "would_send")
    with store.read() as conn:
        by_node = conn.execute(select(_M.node, _M.state, func.count()).where(*mine).group_by(_M.node, _M.state)).all()
        lost = conn.execute(
            select(_M.state, _M.reason, func.count()).where(*mine, _M.state != "would_send", _M.reason != "").group_by(_M.state, _M.reason)
        ).all()
        # A batch shares its instant, so that these are far fewer than the messages.
        times = conn.execute(select(_M.decided_at, _M.channel, func.count()).where(*sent).group_by(_M.decided_at, _M.channel)).all()
        seen = select(_M.person_id, _M.channel, _M.template_id, _M.node, _M.decided_at).where(*sent)
        shown = conn.execute(seen.order_by(_M.decided_at.desc(), _M.dry_id.desc()).limit(SHOWN)).all()
        did = select(_E.kind, func.count()).where(_E.workspace_id == scope.workspace_id, _E.flow_id == dry.flow_id)
        effects = {row[0]: row[1] for row in conn.execute(did.group_by(_E.kind))}
    days: dict[date, Counter[str]] = defaultdict(Counter)
    for at, channel, count in times:
        days[day_of(at, scope.zone)][channel] += count
    states: Counter[str] = Counter()
    nodes: dict[str, dict[str, int]] = defaultdict(dict)
    for node, state, count in by_node:
        nodes[node][state] = count
        states[state] += count
    found = report(store, scope, dry.flow_id, VERSION, dry.graph)
    return DryRun(
        flow=dry,
        report=replace(found, nodes=[replace(node, messages=nodes.get(node.node, {})) for node in found.nodes]),
        days=dict(sorted(days.items())),
        states=states,
        lost={(state, reason): count for state, reason, count in lost},
        effects=effects,
        latest=[DryMessage(person_id=p, channel=c, template_id=t, node=n, at=at) for p, c, t, n, at in shown],
    )
