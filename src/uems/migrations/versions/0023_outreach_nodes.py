"""A/B tests, rate limits and human tasks of flows."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0023"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flow_trials",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("flow_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("node", sa.String(40), primary_key=True),
        sa.Column("about", sa.String(16), primary_key=True),
        sa.Column("person_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("entry_no", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("reached_at", sa.BigInteger()),
    )
    op.create_table(
        "flow_tests",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("flow_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("node", sa.String(40), primary_key=True),
        sa.Column("about", sa.String(16), primary_key=True),
        sa.Column("looked_at", UtcDateTime, nullable=False),
        sa.Column("found", Json, nullable=False),
        sa.Column("winner", sa.String(40), nullable=False),
        sa.Column("decided_at", UtcDateTime),
    )
    op.create_table(
        "flow_gates",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("flow_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("node", sa.String(40), primary_key=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("state", Json, nullable=False),
    )
    op.create_table(
        "flow_tasks",
        sa.Column("task_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("flow_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(40), nullable=False),
        sa.Column("visit", sa.String(400), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("outcomes", Json, nullable=False),
        sa.Column("assignee", sa.String(300), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(300), nullable=False),
    )
    op.create_index("uq_flow_tasks_key", "flow_tasks", ["workspace_id", "key"], unique=True)
    op.create_index("ix_flow_tasks_state", "flow_tasks", ["workspace_id", "state", "due_at"])


def downgrade() -> None:
    for table in ("flow_tasks", "flow_gates", "flow_tests", "flow_trials"):
        op.drop_table(table)
