"""Outreach: conversations, what is said in them, saved answers and office hours; notes that may be answered; mails that answer."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0043"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("conversation_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("opened_by", sa.String(300), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("thread", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("assignee", sa.String(300), nullable=False),
        sa.Column("team", sa.String(64), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("unread", sa.Boolean(), nullable=False),
        sa.Column("started_by", sa.String(4), nullable=False),
        sa.Column("answers_message", sa.BigInteger()),
        sa.Column("origin_type", sa.String(10), nullable=False),
        sa.Column("origin_id", sa.String(100), nullable=False),
        sa.Column("origin_node", sa.String(100), nullable=False),
        sa.Column("said_in", sa.BigInteger(), nullable=False),
        sa.Column("said_out", sa.BigInteger(), nullable=False),
        sa.Column("last_text", sa.String(200), nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.Column("waits_since", UtcDateTime),
        sa.Column("first_in_at", UtcDateTime),
        sa.Column("first_answer_at", UtcDateTime),
        sa.Column("answer_seconds", sa.BigInteger()),
        sa.Column("close_seconds", sa.BigInteger()),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(300), nullable=False),
    )
    op.create_index("uq_conversations_opened_by", "conversations", ["workspace_id", "opened_by"], unique=True)
    op.create_index("ix_conversations_status", "conversations", ["workspace_id", "status", "last_at"])
    op.create_index("ix_conversations_last", "conversations", ["workspace_id", "last_at"])
    op.create_index("ix_conversations_person", "conversations", ["workspace_id", "person_id"])
    op.create_table(
        "conversation_messages",
        sa.Column("entry_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("source_key", sa.String(64), nullable=False),
        sa.Column("direction", sa.String(4), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("attachments", Json, nullable=False),
        sa.Column("wire_key", sa.String(64), nullable=False),
        sa.Column("wire", sa.String(998), nullable=False),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("snippet", sa.String(64), nullable=False),
        sa.Column("taken_back", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(300), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
    )
    op.create_index("uq_conversation_messages_source", "conversation_messages", ["workspace_id", "source_key"], unique=True)
    op.create_index("ix_conversation_messages_conversation", "conversation_messages", ["workspace_id", "conversation_id", "at"])
    op.create_index("ix_conversation_messages_person", "conversation_messages", ["workspace_id", "person_id"])
    op.create_index("ix_conversation_messages_at", "conversation_messages", ["workspace_id", "at"])
    op.create_index("ix_conversation_messages_wire", "conversation_messages", ["workspace_id", "wire_key"])
    op.create_index("ix_conversation_messages_message", "conversation_messages", ["workspace_id", "message_id"])
    _beside()


def _beside() -> None:
    """Saved answers, settings, and what is added to tables of before."""
    op.create_table(
        "conversation_snippets",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "conversation_settings",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.add_column("outreach_inbox", sa.Column("reply", sa.String(3), nullable=False, server_default=""))
    op.add_column("outreach_mailboxes", sa.Column("replies", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("outreach_mailboxes", "replies")
    op.drop_column("outreach_inbox", "reply")
    for table in ("conversation_settings", "conversation_snippets", "conversation_messages", "conversations"):
        op.drop_table(table)
