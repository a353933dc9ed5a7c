"""Maps of the journey, and how they were drawn before."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0014"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def _workspace() -> "sa.Column[int]":
    target = sa.ForeignKey("workspaces.workspace_id", ondelete="CASCADE")
    return sa.Column("workspace_id", BigId, target, primary_key=True, autoincrement=False)


def upgrade() -> None:
    op.create_table(
        "journey_maps",
        _workspace(),
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("drawing", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "journey_map_versions",
        _workspace(),
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("drawing", Json(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("journey_map_versions")
    op.drop_table("journey_maps")
