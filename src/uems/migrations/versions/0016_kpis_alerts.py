"""Metrics by formula, guardrails, alerts and what came of them."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0016"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kpi_metrics",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "kpi_metric_versions",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
    )
    op.create_table(
        "kpi_guardrails",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("guardrail_id", sa.String(40), primary_key=True),
        sa.Column("spec", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "kpi_alerts",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("alert_id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("receivers", Json, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("looked_at_bucket", sa.String(10), nullable=False),
        sa.Column("looked_at", UtcDateTime),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "kpi_firings",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("alert_id", sa.String(40), primary_key=True),
        sa.Column("bucket", sa.String(10), primary_key=True),
        sa.Column("told", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "kpi_deliveries",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("alert_id", sa.String(40), primary_key=True),
        sa.Column("bucket", sa.String(10), primary_key=True),
        sa.Column("receiver", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("whom", sa.String(300), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_kpi_deliveries_state", "kpi_deliveries", ["state", "next_at"])


def downgrade() -> None:
    for table in ("kpi_deliveries", "kpi_firings", "kpi_alerts", "kpi_guardrails", "kpi_metric_versions", "kpi_metrics"):
        op.drop_table(table)
