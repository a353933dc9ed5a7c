"""Uplift: of which actions those whom they harm are left in peace, and who that is."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, UtcDateTime
from uems.migrations import before

revision = "0042"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "uplift_guards",
        sa.Column(
            "workspace_id", BigId, sa.ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
        ),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("origin", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
    )
    op.create_table(
        "uplift_harmed",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("origin", sa.String(200), primary_key=True),
    )


def downgrade() -> None:
    op.drop_table("uplift_harmed")
    op.drop_table("uplift_guards")
