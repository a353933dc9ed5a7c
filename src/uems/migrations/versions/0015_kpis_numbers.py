"""Spend, targets, and how metrics are set up."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0015"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kpi_spend",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("channel", sa.String(200), primary_key=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "kpi_targets",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("metric", sa.String(100), primary_key=True),
        sa.Column("unit", sa.String(10), primary_key=True),
        sa.Column("bucket", sa.String(10), primary_key=True),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "kpi_settings",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("metric", sa.String(100), primary_key=True),
        sa.Column("config", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )


def downgrade() -> None:
    for table in ("kpi_settings", "kpi_targets", "kpi_spend"):
        op.drop_table(table)
