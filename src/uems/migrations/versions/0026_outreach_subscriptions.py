"""Browsers that asked for notes by web push."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, UtcDateTime
from uems.migrations import before

revision = "0026"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outreach_subscriptions",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("endpoint_hash", sa.String(64), primary_key=True),
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.String(100), nullable=False),
        sa.Column("auth", sa.String(40), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_outreach_subscriptions_address", "outreach_subscriptions", ["workspace_id", "address"])


def downgrade() -> None:
    op.drop_table("outreach_subscriptions")
