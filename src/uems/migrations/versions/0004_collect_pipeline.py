"""Where each consumer of the event log stands."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import UtcDateTime
from uems.migrations import before

revision = "0004"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pipeline_cursors",
        sa.Column("log_partition", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("done_offset", sa.BigInteger(), nullable=False),
        sa.Column("intent_first", sa.BigInteger()),
        sa.Column("intent_last", sa.BigInteger()),
        sa.Column("watermark", UtcDateTime()),
        sa.Column("events", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("pipeline_cursors")
