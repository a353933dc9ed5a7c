"""Forecasts: what each workspace asks of lifetime value and the like, and what was found last."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0032"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forecasts",
        sa.Column(
            "workspace_id", BigId, sa.ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
        ),
        sa.Column("key", sa.String(40), primary_key=True),
        sa.Column("settings", Json, nullable=False),
        sa.Column("result", Json),
        sa.Column("result_at", UtcDateTime),
        sa.Column("run_at", UtcDateTime),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(300), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("forecasts")
