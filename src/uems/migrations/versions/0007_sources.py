"""SQL sources and the rows near their cursors."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import UtcDateTime
from uems.migrations import before

revision = "0007"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    workspace = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "sources",
        sa.Column("source_id", sa.String(40), primary_key=True),
        sa.Column("workspace_id", workspace, sa.ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("config", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("mapping_id", sa.String(40), nullable=False),
        sa.Column("every_minutes", sa.Integer()),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("cursor", sa.Text()),
        sa.Column("next_run_at", UtcDateTime),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("workspace_id", "name"),
    )
    op.create_index("ix_sources_due", "sources", ["next_run_at"])
    op.create_table(
        "source_tail",
        sa.Column("source_id", sa.String(40), sa.ForeignKey("sources.source_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("row_hash", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("source_tail")
    op.drop_table("sources")
