"""How is written down what a dry run would have said and done? In the transaction of its moves, in place of what would be done."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table

from uems.kernel.scope import Scope
from uems.kernel.store import upsert_many
from uems.outreach.dry.tables import flow_dry_effects, flow_dry_messages
from uems.outreach.flows.steps import Effect, Run
from uems.outreach.messages.model import Outgoing
from uems.outreach.messages.outbox import addressed, heads_of

_TASK: Final = "flow_tasks"
_SHOWN: Final = ("title", "assignee", "outcomes")


def write_messages(conn: Connection, scope: Scope, rows: Sequence[tuple[Run, Outgoing]], now: datetime) -> None:
    """Messages that a dry run asks for; each send key once for ever, as in the outbox."""
    heads = heads_of(conn, scope, {one.template_id for _, one in rows})
    found = [_message(scope, run, one, heads, now) for run, one in rows]
    upsert_many(conn, flow_dry_messages, found, ("workspace_id", "send_key"), ())


def _message(scope: Scope, run: Run, one: Outgoing, heads: Mapping[str, tuple[str, str]], now: datetime) -> dict[str, object]:
    channel, topic = addressed(one, heads)
    return {
        "workspace_id": scope.workspace_id,
        "flow_id": run.flow_id,
        "send_key": one.send_key,
        "person_id": one.person_id,
        "channel": channel,
        "template_id": one.template_id,
        "kind": one.kind,
        "topic": topic,
        "node": one.origin.node,
        "entry": one.origin.entry,
        "context": dict(one.context),
        "priority": one.priority,
        "state": "queued",
        "reason": "",
        "next_at": max(one.not_before, now),
        "expires_at": one.expires_at,
        "enqueued_at": now,
        "decided_at": None,
    }


def write_effects(conn: Connection, effects: Iterable[Effect], kept: Iterable[tuple[Table, Mapping[str, Any]]], now: datetime) -> None:
    """What other steps would have done. kept: rows that steps keep, of which tasks would be seen by somebody."""
    rows: list[dict[str, object]] = [
        {**_place(one.run.workspace_id, one.run.flow_id, one.run.person_id), "kind": one.kind, "key": one.key, "body": dict(one.body)}
        for one in effects
    ]
    for table, row in kept:
        if table.name == _TASK:
            place = _place(row["workspace_id"], row["flow_id"], row["person_id"])
            rows.append({**place, "kind": "task", "key": row["key"], "body": {name: row[name] for name in _SHOWN}})
    upsert_many(conn, flow_dry_effects, [{**row, "at": now} for row in rows], ("workspace_id", "kind", "key"), ())


def _place(workspace_id: int, flow_id: int, person_id: int) -> dict[str, object]:
    return {"workspace_id": workspace_id, "flow_id": flow_id, "person_id": person_id}
