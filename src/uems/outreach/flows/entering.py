"""Who comes in? Each arrival once, by the rule of coming in again."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from uems.kernel.store import insert_many, lock
from uems.outreach.flows.plans import Plan
from uems.outreach.flows.runs import Counts, add_counts, runs_of
from uems.outreach.flows.steps import INSIDE, SECOND, Run
from uems.outreach.flows.tables import flow_runs

_DAY = 86_400 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody is at the door. at_us: since when. key: what it is about. context: what templates and later steps may read."""

    person_id: int
    at_us: int
    key: str = ""
    context: Mapping[str, object] = field(default_factory=dict)


def enter(conn: Connection, plan: Plan, arrivals: Sequence[Arrival], now_us: int) -> Counts:
    """Take in those who may come, in the caller's transaction; what was counted, which is written too.

    They stand before the first node; whether ``who`` holds for them, and who is held out, the engine finds for all at once.
    """
    counts: Counts = Counts()
    if not arrivals:
        return counts
    if conn.dialect.name == "postgresql":
        lock(conn, f"flow:{plan.workspace_id}:{plan.flow_id}")
    before: dict[int, list[Run]] = defaultdict(list)
    for run in runs_of(conn, plan.workspace_id, plan.flow_id, [one.person_id for one in arrivals]):
        before[run.person_id].append(run)
    keyed = plan.graph.entry.type == "event" and bool(plan.graph.entry.key)
    rows = []
    for one in sorted(arrivals, key=lambda arrival: (arrival.at_us, arrival.person_id)):
        mine = before[one.person_id]
        alike = [run for run in mine if not keyed or _key_of(run) == one.key]
        inside, last = any(_stays(run) for run in alike), max((run.entered_at for run in alike), default=None)
        refused = refusal(plan, inside, last, one.at_us)
        counts[plan.workspace_id, plan.flow_id, plan.version, "", refused or "arrived"] += 1
        if refused:
            continue
        run = new_run(plan, one, 1 + max((r.entry_no for r in mine), default=0))
        mine.append(run)
        rows.append(_row(run, one.key, now_us))
    insert_many(conn, flow_runs, rows)
    add_counts(conn, counts)
    return counts


def _stays(run: Run) -> bool:
    """Whether they are on their way, and nothing has happened that ends it with the next round."""
    told = run.event()
    return run.state in INSIDE and not (told is not None and told["kind"] in ("goal", "exit"))


def _key_of(run: Run) -> str:
    return str(run.known().get("key", ""))


def refusal(plan: Plan, inside: bool, last: int | None, at_us: int) -> str:
    """Why somebody may not come in; "" if they may. inside: whether they are on their way. last: when they came in last, None for never."""
    if inside:
        return "inside"
    if last is None or plan.graph.reentry.allow == "always":
        return ""
    if plan.graph.reentry.allow == "after_days" and at_us >= last + plan.graph.reentry.days * _DAY:
        return ""
    return "again"


def new_run(plan: Plan, one: Arrival, entry_no: int) -> Run:
    """The run of somebody who comes in, before the first node."""
    context = {**one.context, "key": one.key} if one.key else dict(one.context)
    return Run(
        workspace_id=plan.workspace_id,
        flow_id=plan.flow_id,
        person_id=one.person_id,
        entry_no=entry_no,
        version=plan.version,
        node=plan.graph.start,
        seq=0,
        signal="",
        context=json.dumps(context, ensure_ascii=False, separators=(",", ":")),
        path="",
        state="new",
        entered_at=one.at_us,
        came_as=one.person_id,
    )


def _row(run: Run, key: str, now_us: int) -> dict[str, object]:
    return {
        "workspace_id": run.workspace_id,
        "flow_id": run.flow_id,
        "person_id": run.person_id,
        "entry_no": run.entry_no,
        "came_as": run.came_as,
        "entry_key": key[:200],
        "version": run.version,
        "state": "new",
        "node": run.node,
        "wake_at": now_us,
        "signal": "",
        "seq": 0,
        "context": run.context,
        "path": "",
        "reason": "",
        "entered_at": run.entered_at,
        "ended_at": None,
        "goal_at": None,
    }
