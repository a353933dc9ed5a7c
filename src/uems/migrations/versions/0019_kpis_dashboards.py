"""Dashboards, their links, and their scheduled papers."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0019"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kpi_dashboards",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tiles", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "kpi_dashboard_links",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("link_id", sa.String(40), primary_key=True),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(300), nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime),
        sa.UniqueConstraint("token_hash", name="uq_kpi_dashboard_links_token_hash"),
    )
    op.create_table(
        "kpi_schedules",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("schedule_id", sa.String(40), primary_key=True),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("settled_through", UtcDateTime, nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("failed_at", UtcDateTime),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "kpi_mailings",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("schedule_id", sa.String(40), primary_key=True),
        sa.Column("slot", sa.String(13), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_bytes", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "kpi_mailing_letters",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("schedule_id", sa.String(40), primary_key=True),
        sa.Column("slot", sa.String(13), primary_key=True),
        sa.Column("receiver", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("whom", sa.String(300), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_kpi_dashboard_links_workspace_id_key", "kpi_dashboard_links", ["workspace_id", "key"])
    op.create_index("ix_kpi_schedules_workspace_id_key", "kpi_schedules", ["workspace_id", "key"])
    op.create_index("ix_kpi_mailing_letters_state", "kpi_mailing_letters", ["state", "next_at"])


def downgrade() -> None:
    for table in ("kpi_mailing_letters", "kpi_mailings", "kpi_schedules", "kpi_dashboard_links", "kpi_dashboards"):
        op.drop_table(table)
