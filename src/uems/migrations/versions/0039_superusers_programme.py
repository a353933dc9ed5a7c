"""Superusers: the programme, and who was entered, invited and held out."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0039"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "superuser_programmes",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "superuser_entries",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("person_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("arm", sa.String(10), nullable=False),
        sa.Column("stratum", sa.String(10), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("entered_on", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("invited_at", UtcDateTime),
        sa.Column("invited_by", sa.String(300), nullable=False),
        sa.Column("answered_at", UtcDateTime),
        sa.Column("told", sa.String(10), nullable=False),
    )
    op.create_index("ix_superuser_entries_state", "superuser_entries", ["workspace_id", "arm", "state"])


def downgrade() -> None:
    for table in ("superuser_entries", "superuser_programmes"):
        op.drop_table(table)
