"""Outreach: holdouts of everything and of programmes, in versions."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0036"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outreach_holdouts",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("holdout_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("salt", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(300), nullable=False),
    )
    op.create_index("uq_outreach_holdouts_key", "outreach_holdouts", ["workspace_id", "key"], unique=True)
    op.create_table(
        "outreach_holdout_versions",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("holdout_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("percent", sa.Float(), nullable=False),
        sa.Column("renew_days", sa.Integer()),
        sa.Column("draw", sa.Integer(), nullable=False),
        sa.Column("drawn_at", UtcDateTime, nullable=False),
        sa.Column("members", Json, nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("outreach_holdout_versions")
    op.drop_table("outreach_holdouts")
