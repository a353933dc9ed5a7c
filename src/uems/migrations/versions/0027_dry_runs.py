"""Dry runs of flows: which flow a dry run is of, and what it would have said and done."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0027"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("flows", sa.Column("dry_of", sa.Integer()))
    op.create_table(
        "flow_dry_messages",
        sa.Column("dry_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("flow_id", sa.Integer(), nullable=False),
        sa.Column("send_key", sa.String(300), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("template_id", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("topic", sa.String(100), nullable=False),
        sa.Column("node", sa.String(100), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("context", Json, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("next_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("enqueued_at", UtcDateTime, nullable=False),
        sa.Column("decided_at", UtcDateTime),
    )
    op.create_index("uq_flow_dry_messages_send_key", "flow_dry_messages", ["workspace_id", "send_key"], unique=True)
    waiting = sa.text("state = 'queued'")
    op.create_index("ix_flow_dry_messages_due", "flow_dry_messages", ["next_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("ix_flow_dry_messages_flow", "flow_dry_messages", ["workspace_id", "flow_id", "person_id", "decided_at"])
    op.create_table(
        "flow_dry_effects",
        sa.Column("effect_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("flow_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("uq_flow_dry_effects_key", "flow_dry_effects", ["workspace_id", "kind", "key"], unique=True)
    op.create_index("ix_flow_dry_effects_flow", "flow_dry_effects", ["workspace_id", "flow_id"])


def downgrade() -> None:
    op.drop_table("flow_dry_effects")
    op.drop_table("flow_dry_messages")
    op.drop_column("flows", "dry_of")
