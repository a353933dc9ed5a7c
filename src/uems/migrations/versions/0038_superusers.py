"""Superusers: what is worked out of ties, and the strong ones that cool."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0038"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "superuser_jobs",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(20), primary_key=True),
        sa.Column("settings", Json, nullable=False),
        sa.Column("result", Json),
        sa.Column("result_at", UtcDateTime),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("error", Json),
        sa.Column("started_at", UtcDateTime),
        sa.Column("run_at", UtcDateTime),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(300), nullable=False),
    )
    op.create_index("ix_superuser_jobs_state", "superuser_jobs", ["state", "run_at"])
    op.create_table(
        "tie_episodes",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("person_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("began_on", sa.String(10), primary_key=True),
        sa.Column("before", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("told_at", UtcDateTime),
        sa.Column("ended_on", sa.String(10)),
    )
    op.create_index("ix_tie_episodes_open", "tie_episodes", ["workspace_id", "ended_on"])


def downgrade() -> None:
    for table in ("tie_episodes", "superuser_jobs"):
        op.drop_table(table)
