"""Flows, their versions, and where each person stands in them."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0021"
down_revision = before(__file__)
branch_labels = None
depends_on = None

_DUE = sa.text("wake_at IS NOT NULL")


def upgrade() -> None:
    _definitions()
    _runs()
    op.create_table(
        "flow_counts",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("flow_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("node", sa.String(40), primary_key=True),
        sa.Column("way", sa.String(60), primary_key=True),
        sa.Column("people", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "flow_slots",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("flow_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("slot", sa.String(60), primary_key=True),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "flow_effects",
        sa.Column("effect_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("flow_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_flow_effects_kind_next_at", "flow_effects", ["kind", "next_at"])


def _definitions() -> None:
    op.create_table(
        "flows",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("flow_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("draft", Json, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("draining", sa.Boolean(), nullable=False),
        sa.Column("salt", sa.String(40), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(300), nullable=False),
    )
    op.create_index("uq_flows_key", "flows", ["workspace_id", "key"], unique=True)
    op.create_table(
        "flow_versions",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("flow_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("graph", Json, nullable=False),
        sa.Column("policy", sa.String(10), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
    )


def _runs() -> None:
    op.create_table(
        "flow_runs",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("flow_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("entry_no", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("came_as", sa.BigInteger(), nullable=False),
        sa.Column("entry_key", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("node", sa.String(40), nullable=False),
        sa.Column("wake_at", sa.BigInteger()),
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("goal_at", sa.BigInteger()),
        sqlite_with_rowid=False,
        postgresql_with={"fillfactor": 80},
    )
    op.create_index("ix_flow_runs_due", "flow_runs", ["wake_at"], sqlite_where=_DUE, postgresql_where=_DUE)


def downgrade() -> None:
    for table in ("flow_effects", "flow_slots", "flow_counts", "flow_runs", "flow_versions", "flows"):
        op.drop_table(table)
