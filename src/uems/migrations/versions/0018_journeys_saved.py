"""Reports that people saved."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0018"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    target = sa.ForeignKey("workspaces.workspace_id", ondelete="CASCADE")
    op.create_table(
        "saved_reports",
        sa.Column("workspace_id", BigId, target, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("report", sa.String(100), nullable=False),
        sa.Column("spec", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(300), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(300), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("saved_reports")
