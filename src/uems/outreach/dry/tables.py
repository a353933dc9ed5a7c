"""Where is it kept what a dry run would have said and done? Beside the outbox, never in it: no sender, cap or report reads these."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

WAITING = text("state = 'queued'")

# Messages that the flow asked for. flow_id: that of the dry run.
flow_dry_messages = Table(
    "flow_dry_messages",
    metadata,
    Column("dry_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("flow_id", Integer, nullable=False),
    Column("send_key", String(300), nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("channel", String(40), nullable=False),
    Column("template_id", String(100), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("topic", String(100), nullable=False),
    Column("node", String(100), nullable=False),
    Column("entry", Integer, nullable=False),
    Column("context", Json, nullable=False),
    Column("priority", Integer, nullable=False),
    # queued, would_send, suppressed, expired or cancelled (the dry run ended before its time).
    Column("state", String(12), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("enqueued_at", UtcDateTime, nullable=False),
    # When it would have been sent, or was found not to be.
    Column("decided_at", UtcDateTime),
    Index("uq_flow_dry_messages_send_key", "workspace_id", "send_key", unique=True),
    Index("ix_flow_dry_messages_due", "next_at", sqlite_where=WAITING, postgresql_where=WAITING),
    Index("ix_flow_dry_messages_flow", "workspace_id", "flow_id", "person_id", "decided_at"),
)

# What other steps would have done. kind: event, webhook, tag or task.
flow_dry_effects = Table(
    "flow_dry_effects",
    metadata,
    Column("effect_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("flow_id", Integer, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("key", String(300), nullable=False),
    Column("body", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("uq_flow_dry_effects_key", "workspace_id", "kind", "key", unique=True),
    Index("ix_flow_dry_effects_flow", "workspace_id", "flow_id"),
)
