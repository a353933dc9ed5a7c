"""Messages and what was decided of them, templates, topics, consent, suppressed addresses, restraints, channels."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0020"
down_revision = before(__file__)
branch_labels = None
depends_on = None

_QUEUED = sa.text("state = 'queued'")
_FLYING = sa.text("state IN ('claimed', 'sending')")
_SENT = sa.text("sent_at IS NOT NULL")


def upgrade() -> None:
    _messages()
    _log()
    _content()
    _consent()
    _indexes()


def _messages() -> None:
    op.create_table(
        "outreach_messages",
        sa.Column("message_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("send_key", sa.String(300), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("template_id", sa.String(100), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("topic", sa.String(100), nullable=False),
        sa.Column("origin_type", sa.String(10), nullable=False),
        sa.Column("origin_id", sa.String(100), nullable=False),
        sa.Column("origin_version", sa.Integer(), nullable=False),
        sa.Column("origin_node", sa.String(100), nullable=False),
        sa.Column("origin_entry", sa.Integer(), nullable=False),
        sa.Column("context", Json, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(80), nullable=False),
        sa.Column("claimed_until", UtcDateTime),
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("provider_id", sa.String(300), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("next_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("enqueued_at", UtcDateTime, nullable=False),
        sa.Column("sent_at", UtcDateTime),
        sa.Column("delivered_at", UtcDateTime),
        sa.Column("opened_at", UtcDateTime),
        sa.Column("clicked_at", UtcDateTime),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )


def _log() -> None:
    op.create_table(
        "outreach_decisions",
        sa.Column("decision_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("facts", Json, nullable=False),
    )
    op.create_table(
        "outreach_bodies",
        sa.Column("message_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "outreach_news",
        sa.Column("news_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("properties", Json, nullable=False),
    )
    op.create_table(
        "outreach_touches",
        sa.Column("touch_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
    )


def _content() -> None:
    op.create_table(
        "outreach_templates",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("template_id", sa.String(100), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("topic", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "outreach_template_versions",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("template_id", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
    )


def _consent() -> None:
    op.create_table(
        "outreach_topics",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("spec", Json, nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "outreach_consents",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("topic", sa.String(100), primary_key=True),
        sa.Column("channel", sa.String(40), primary_key=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outreach_consent_changes",
        sa.Column("change_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(100), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "outreach_suppressions",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("channel", sa.String(40), primary_key=True),
        sa.Column("address", sa.String(400), primary_key=True),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
    )
    op.create_table(
        "outreach_restraints",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "outreach_channels",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("channel", sa.String(40), primary_key=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("shown", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )


def _indexes() -> None:
    op.create_index("uq_outreach_messages_send_key", "outreach_messages", ["workspace_id", "send_key"], unique=True)
    op.create_index("ix_outreach_messages_due", "outreach_messages", ["next_at"], sqlite_where=_QUEUED, postgresql_where=_QUEUED)
    op.create_index("ix_outreach_messages_flying", "outreach_messages", ["claimed_until"], sqlite_where=_FLYING, postgresql_where=_FLYING)
    op.create_index(
        "ix_outreach_messages_sent",
        "outreach_messages",
        ["workspace_id", "person_id", "sent_at", "channel", "kind"],
        sqlite_where=_SENT,
        postgresql_where=_SENT,
    )
    op.create_index("ix_outreach_messages_person", "outreach_messages", ["workspace_id", "person_id"])
    op.create_index("ix_outreach_messages_origin", "outreach_messages", ["workspace_id", "origin_id", "origin_node"])
    op.create_index("ix_outreach_decisions_message", "outreach_decisions", ["workspace_id", "message_id"])
    op.create_index("ix_outreach_bodies_at", "outreach_bodies", ["at"])
    op.create_index("ix_outreach_touches_message", "outreach_touches", ["workspace_id", "message_id"])
    op.create_index("ix_outreach_consent_changes_person", "outreach_consent_changes", ["workspace_id", "person_id"])


def downgrade() -> None:
    for table in (
        "outreach_channels",
        "outreach_restraints",
        "outreach_suppressions",
        "outreach_consent_changes",
        "outreach_consents",
        "outreach_topics",
        "outreach_template_versions",
        "outreach_templates",
        "outreach_touches",
        "outreach_news",
        "outreach_bodies",
        "outreach_decisions",
        "outreach_messages",
    ):
        op.drop_table(table)
