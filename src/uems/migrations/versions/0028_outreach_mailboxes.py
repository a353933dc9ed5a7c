"""How far mailboxes are read for delivery reports and complaints."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, UtcDateTime
from uems.migrations import before

revision = "0028"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outreach_mailboxes",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("reports", sa.BigInteger(), nullable=False),
        sa.Column("others", sa.BigInteger(), nullable=False),
        sa.Column("read_at", UtcDateTime),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("tried_at", UtcDateTime, nullable=False),
        sa.Column("next_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("outreach_mailboxes")
