"""Which passes changed tags, for those who follow them."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json
from uems.migrations import before

revision = "0013"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tag_passes",
        sa.Column("workspace_id", BigId, autoincrement=False, nullable=False),
        sa.Column("pass", BigId, autoincrement=False, nullable=False),
        sa.Column("version", BigId, nullable=False),
        sa.Column("people", Json(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "pass", name="pk_tag_passes"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], name="fk_tag_passes_workspace_id", ondelete="CASCADE"),
    )


def downgrade() -> None:
    op.drop_table("tag_passes")
