"""Which flows are there, and who makes, publishes, holds and ends them?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection, RowMapping, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.store import Store, allocate, lock, to_microseconds
from uems.outreach.consent.settings import read_topics
from uems.outreach.dry.ending import end_dry_runs
from uems.outreach.flows.changing import Policy, leave_all, move_runs
from uems.outreach.flows.checking import Problem, problems_of
from uems.outreach.flows.graph import FlowDraft, Graph
from uems.outreach.flows.names import Names
from uems.outreach.flows.plans import changed
from uems.outreach.flows.runs import release_runs
from uems.outreach.flows.tables import flow_slots, flow_versions, flows
from uems.outreach.tables import outreach_templates
from uems.segments import api as segments

State: TypeAlias = Literal["draft", "live", "paused", "stopped", "archived"]
KEY_PATTERN: Final = r"[a-z0-9][a-z0-9_]{0,99}"
TAKEN: Final = frozenset({"kinds", "recipes", "check", "person"})
"""Keys that are addresses of something else."""
MAX_FLOWS: Final = 500
SEGMENT_READER: Final = "flows"
"""By this name the comings and goings of segments are followed."""
_F, _V = flows.c, flow_versions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """graph: the one being worked on. version: the published one that takes people in, 0 for none. revision: counts the edits."""

    flow_id: int
    key: str
    name: str
    description: str
    state: State
    graph: Graph
    revision: int
    version: int
    draining: bool
    salt: str
    created_at: datetime
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A published version. policy: what became of those who were inside then."""

    version: int
    graph: Graph
    policy: Policy
    at: datetime
    by: str


def list_flows(store: Store, scope: Scope, *, archived: bool = False) -> list[Flow]:
    """All flows by name, the archived ones only when asked for."""
    query = select(flows).where(_F.workspace_id == scope.workspace_id, _F.dry_of.is_(None)).order_by(_F.name, _F.flow_id)
    with store.read() as conn:
        rows = conn.execute(query if archived else query.where(_F.state != "archived")).mappings().all()
    return [flow_of(row) for row in rows]


def get_flow(store: Store, scope: Scope, key: str) -> Flow:
    """Raises ``not_found``."""
    with store.read() as conn:
        return read_flow(conn, scope.workspace_id, key)


def read_flow(conn: Connection, workspace_id: int, key: str) -> Flow:
    """As ``get_flow``, within a transaction."""
    row = conn.execute(select(flows).where(_F.workspace_id == workspace_id, _F.key == key, _F.dry_of.is_(None))).mappings().one_or_none()
    if row is None:
        raise not_found("flow", key)
    return flow_of(row)


def versions_of(store: Store, scope: Scope, flow: Flow) -> list[Version]:
    """What was published, the latest first."""
    query = select(flow_versions).where(_V.workspace_id == scope.workspace_id, _V.flow_id == flow.flow_id)
    with store.read() as conn:
        rows = conn.execute(query.order_by(_V.version.desc()).limit(200)).mappings().all()
    return [
        Version(version=row["version"], graph=Graph.model_validate(row["graph"]), policy=row["policy"], at=row["at"], by=row["by"])
        for row in rows
    ]


def names_of(house: House, scope: Scope, after: segments.After | None = None) -> Names:
    """What a graph of this workspace may name. after: what there would be, where more is about to be changed."""
    t = outreach_templates.c
    query = select(t.template_id, t.topic).where(t.workspace_id == scope.workspace_id, t.archived.is_(False), t.version > 0)
    with house.store.read() as conn:
        known = {row.template_id: row.topic for row in conn.execute(query)}
        topics = frozenset(read_topics(conn, scope.workspace_id))
    if after is not None:
        gone = {key for kind, key in after.documents.archived if kind == "template"}
        fresh = {key: str(getattr(one, "topic", "")) for key, one in after.documents.rooms.get("template", {}).items()}
        known = {key: topic for key, topic in known.items() if key not in gone} | fresh
    return Names(house=house, scope=scope, templates=known, topics=topics, after=after)


def check_flow(house: House, scope: Scope, graph: Graph) -> list[Problem]:
    """What keeps the graph from being published."""
    return problems_of(graph, names_of(house, scope))


def must_be_sound(house: House, scope: Scope, graph: Graph, done: str) -> None:
    """Raise ``bad_flow`` (422) with every problem of the graph. done: what cannot be done with it."""
    found = check_flow(house, scope, graph)
    if found:
        details = {"problems": [{"code": p.code, "node": p.node, "way": p.way, "message": p.message} for p in found[:50]]}
        raise UemsError("bad_flow", f"The flow cannot be {done}: {found[0].message}", status=422, details=details)


def save_flow(store: Store, access: Access, key: str, draft: FlowDraft, *, revision: int | None = None) -> Flow:
    """Make the flow, or change its draft; people go on by the published version. The same again changes nothing.

    revision: what the caller edited, 0 for none; raises ``flow_changed`` (409) when another one stands. None overwrites.
    """
    if not re.fullmatch(KEY_PATTERN, key) or key in TAKEN:
        raise invalid("key", key[:100], "must be 1 to 100 of a-z, 0-9 and _, not begin with _, and be no address of its own.")
    with store.write() as conn:
        return write_flow(conn, access, key, draft, revision=revision)


def write_flow(conn: Connection, access: Access, key: str, draft: FlowDraft, *, revision: int | None = None) -> Flow:
    """As ``save_flow``, within a transaction that changes more; the key is one that a flow may have."""
    workspace_id = access.scope.workspace_id
    lock(conn, f"flows:{workspace_id}")
    row = conn.execute(select(flows).where(_F.workspace_id == workspace_id, _F.key == key)).mappings().one_or_none()
    old = flow_of(row) if row is not None else None
    standing = old.revision if old else 0
    if revision is not None and revision != standing:
        raise UemsError("flow_changed", f"{key} stands at revision {standing}, not {revision}. Load it again and repeat it.", status=409)
    said: dict[str, Any] = {"name": draft.name, "description": draft.description, "draft": draft.graph.model_dump(mode="json")}
    if old is not None and old.state != "archived" and _said(old) == said:
        return old
    by = {"changed_at": access.now, "changed_by": access.actor.label[:300], "revision": standing + 1}
    if old is None:
        _insert(conn, access, key, {**said, **by})
    else:
        state = "draft" if old.state == "archived" else old.state
        _set(conn, access, old, {**said, **by, "state": state})
    audit(conn, access, "flow.changed" if old else "flow.created", f"flow:{key}", _facts(old) if old else None, {"name": draft.name})
    return read_flow(conn, workspace_id, key)


def _insert(conn: Connection, access: Access, key: str, said: Mapping[str, object]) -> None:
    workspace_id = access.scope.workspace_id
    known = conn.execute(select(_F.flow_id).where(_F.workspace_id == workspace_id, _F.state != "archived", _F.dry_of.is_(None))).all()
    if len(known) >= MAX_FLOWS:
        raise UemsError("too_many_flows", f"There are {MAX_FLOWS} flows already; archive some first.", status=409)
    row = {
        "workspace_id": workspace_id,
        "flow_id": allocate(conn, f"flows:{workspace_id}"),
        "key": key,
        "state": "draft",
        "version": 0,
        "draining": False,
        "salt": new_id("flow"),
        "created_at": access.now,
        **said,
    }
    conn.execute(insert(flows).values(**row))


def publish_flow(house: House, access: Access, key: str, *, revision: int, policy: Policy, targets: Mapping[str, str]) -> Flow:
    """Let people in by the draft, from now on. targets: removed node → where those who stand there go on, with ``migrate``.

    policy, for those who are inside an older version: pin (they finish by it), migrate (they go on by the new one), drain (they
    finish by it, and nobody comes in before the last has left). Raises ``flow_changed`` (409) and ``bad_flow`` (422).
    """
    flow = get_flow(house.store, access.scope, key)
    must_be_sound(house, access.scope, flow.graph, "published")
    begin_to_follow(house, access.scope, flow.graph)
    with house.store.write() as conn:
        lock(conn, f"flows:{access.scope.workspace_id}")
        flow = read_flow(conn, access.scope.workspace_id, key)
        if flow.revision != revision:
            raise UemsError("flow_changed", f"{key} stands at revision {flow.revision}, not {revision}. Look at it again.", status=409)
        if flow.state == "archived":
            raise UemsError("flow_archived", f"{key} is archived; save it again first.", status=409)
        return publish_in(conn, access, flow, policy=policy, targets=targets)


def publish_in(conn: Connection, access: Access, flow: Flow, *, policy: Policy, targets: Mapping[str, str]) -> Flow:
    """Publish the draft of a flow that was found sound, within a transaction that holds the lock of flows."""
    workspace_id = access.scope.workspace_id
    version = flow.version + 1
    row = {"workspace_id": workspace_id, "flow_id": flow.flow_id, "version": version, "graph": flow.graph.model_dump(mode="json")}
    conn.execute(insert(flow_versions).values(**row, policy=policy, at=access.now, by=access.actor.label[:300]))
    now_us = to_microseconds(access.now)
    inside = move_runs(conn, workspace_id, flow.flow_id, flow.graph, version, policy, targets, now_us)
    values: dict[str, object] = {"version": version, "state": "live", "draining": policy == "drain" and inside > 0}
    if flow.state == "paused":
        release_runs(conn, workspace_id, flow.flow_id, now_us)
    _set(conn, access, flow, values)
    if flow.graph.entry.type == "segment" and flow.graph.entry.members:
        slot = {"workspace_id": workspace_id, "flow_id": flow.flow_id, "slot": f"members:{version}"}
        conn.execute(insert(flow_slots).values(**slot, after=0, done=False, people=0, at=access.now))
    changed(conn)
    audit(conn, access, "flow.published", f"flow:{flow.key}", {"version": flow.version}, {"version": version, "policy": policy})
    return read_flow(conn, workspace_id, flow.key)


def begin_to_follow(house: House, scope: Scope, graph: Graph) -> None:
    """The first flow by a segment hears of comings and goings from now on, not of those of all time."""
    if graph.entry.type == "segment" and segments.place_of(house, scope, SEGMENT_READER) == segments.Place():
        segments.start_at(house, scope, SEGMENT_READER, segments.head(house, scope))


def pause_flow(store: Store, access: Access, key: str) -> Flow:
    """Nobody comes in, and nobody inside moves, until it is resumed. Only a live one: else a stopped one would be live again after it."""
    return _turn(store, access, key, "paused", ("live",), "flow.paused")


def resume_flow(store: Store, access: Access, key: str, *, overdue: Literal["continue", "leave"] = "continue") -> Flow:
    """Go on where it stopped. overdue: what becomes of those whose time came meanwhile. Audited."""
    return _turn(store, access, key, "live", ("paused", "stopped"), "flow.resumed", overdue=overdue)


def stop_flow(store: Store, access: Access, key: str, *, inside: Literal["finish", "leave"]) -> Flow:
    """Nobody comes in any more; those inside finish, or leave at once. Audited."""
    return _turn(store, access, key, "stopped", ("live", "paused"), "flow.stopped", overdue="continue", inside=inside)


def archive_flow(store: Store, access: Access, key: str) -> Flow:
    """Put it away; whoever is inside leaves. Its history stays. Audited."""
    return _turn(store, access, key, "archived", ("draft", "live", "paused", "stopped"), "flow.archived", inside="leave")


def archive_in(conn: Connection, access: Access, flow: Flow) -> Flow:
    """As ``archive_flow``, within a transaction that holds the lock of flows."""
    return _turn_in(conn, access, flow, "archived", "flow.archived", overdue=None, inside="leave")


def _turn(
    store: Store,
    access: Access,
    key: str,
    to: State,
    fro: tuple[State, ...],
    action: str,
    *,
    overdue: Literal["continue", "leave"] | None = None,
    inside: Literal["finish", "leave"] = "finish",
) -> Flow:
    with store.write() as conn:
        lock(conn, f"flows:{access.scope.workspace_id}")
        flow = read_flow(conn, access.scope.workspace_id, key)
        if flow.state == to:
            return flow
        if flow.state not in fro:
            raise UemsError("flow_state", f"{key} is {flow.state}; this can be done to one that is {', '.join(fro)}.", status=409)
        return _turn_in(conn, access, flow, to, action, overdue=overdue, inside=inside)


def _turn_in(
    conn: Connection,
    access: Access,
    flow: Flow,
    to: State,
    action: str,
    *,
    overdue: Literal["continue", "leave"] | None,
    inside: Literal["finish", "leave"],
) -> Flow:
    place = (access.scope.workspace_id, flow.flow_id)
    now_us = to_microseconds(access.now)
    if to == "archived":
        end_dry_runs(conn, access.scope.workspace_id, flow.flow_id, access.now, access.actor.label)
    if inside == "leave":
        leave_all(conn, *place, now_us, reason=to)
    elif overdue == "leave":
        leave_all(conn, *place, now_us, reason="overdue", parked=True)
    elif overdue == "continue":
        release_runs(conn, *place, now_us)
    _set(conn, access, flow, {"state": to, "changed_at": access.now, "changed_by": access.actor.label[:300]})
    changed(conn)
    audit(conn, access, action, f"flow:{flow.key}", {"state": flow.state}, {"state": to, "inside": inside})
    return read_flow(conn, access.scope.workspace_id, flow.key)


def _set(conn: Connection, access: Access, flow: Flow, values: Mapping[str, object]) -> None:
    mine = (_F.workspace_id == access.scope.workspace_id, _F.flow_id == flow.flow_id)
    conn.execute(update(flows).where(*mine).values(**values))


def _said(flow: Flow) -> dict[str, Any]:
    return {"name": flow.name, "description": flow.description, "draft": flow.graph.model_dump(mode="json")}


def _facts(flow: Flow) -> dict[str, object]:
    return {"name": flow.name, "revision": flow.revision}


def flow_of(row: RowMapping) -> Flow:
    """A row of ``flows``."""
    return Flow(
        flow_id=row["flow_id"],
        key=row["key"],
        name=row["name"],
        description=row["description"],
        state=row["state"],
        graph=Graph.model_validate(row["draft"]),
        revision=row["revision"],
        version=row["version"],
        draining=row["draining"],
        salt=row["salt"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
    )
