"""How does a message get into the outbox? Within the caller's transaction, thousands at a time, each send key once for ever."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from uems.kernel.errors import invalid
from uems.kernel.scope import Scope
from uems.kernel.store import upsert_many
from uems.outreach.messages.model import Outgoing
from uems.outreach.tables import outreach_messages as table
from uems.outreach.tables import outreach_templates

MAX_KEY = 300
_CONFLICT = ("workspace_id", "send_key")


def enqueue(conn: Connection, scope: Scope, rows: Sequence[Outgoing], now: datetime) -> int:
    """Put messages into the outbox; how many were new. A send key that is known is passed over, whatever became of it.

    Where a row names no channel, it gets that of its template; where it needs a topic and names none, that of its template too.

    Runs inside the caller's write transaction: with what moves a run, or not at all. Raises ``invalid`` for a send key without
    letters or of more than 300.
    """
    for row in rows:
        if not 0 < len(row.send_key) <= MAX_KEY:
            raise invalid("send_key", row.send_key[:100], f"must have 1 to {MAX_KEY} letters.")
    heads = heads_of(conn, scope, {row.template_id for row in rows if not row.channel or _lacks_topic(row)})
    return upsert_many(conn, table, [_row(scope, row, heads, now) for row in rows], _CONFLICT, ())


def _lacks_topic(one: Outgoing) -> bool:
    return not one.topic and one.kind != "service"


def addressed(one: Outgoing, heads: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """(channel, topic) by which it goes: its own, else those of its template."""
    channel, topic = heads.get(one.template_id, ("", ""))
    return one.channel or channel, topic if _lacks_topic(one) else one.topic


def heads_of(conn: Connection, scope: Scope, templates: set[str]) -> dict[str, tuple[str, str]]:
    """Template → its (channel, topic); archived ones too, of which the decision says that they are not sent."""
    if not templates:
        return {}
    c = outreach_templates.c
    query = select(c.template_id, c.channel, c.topic).where(c.workspace_id == scope.workspace_id, c.template_id.in_(sorted(templates)))
    return {row.template_id: (row.channel, row.topic) for row in conn.execute(query)}


def _row(scope: Scope, one: Outgoing, heads: Mapping[str, tuple[str, str]], now: datetime) -> dict[str, object]:
    origin = one.origin
    channel, topic = addressed(one, heads)
    return {
        "workspace_id": scope.workspace_id,
        "send_key": one.send_key,
        "person_id": one.person_id,
        "channel": channel,
        "template_id": one.template_id,
        "kind": one.kind,
        "topic": topic,
        "origin_type": origin.type,
        "origin_id": origin.id,
        "origin_version": origin.version,
        "origin_node": origin.node,
        "origin_entry": origin.entry,
        "context": dict(one.context),
        "priority": one.priority,
        "next_at": max(one.not_before, now),
        "expires_at": one.expires_at,
        "enqueued_at": now,
        "changed_at": now,
    }
