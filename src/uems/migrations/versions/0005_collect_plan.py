"""Every version of every tracking plan."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0005"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tracking_plans",
        sa.Column("workspace_id", BigId, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", Json(), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "version", name="pk_tracking_plans"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], name="fk_tracking_plans_workspace_id", ondelete="CASCADE"),
    )


def downgrade() -> None:
    op.drop_table("tracking_plans")
