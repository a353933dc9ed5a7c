"""Messages that wait for a browser."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, UtcDateTime
from uems.migrations import before

revision = "0025"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outreach_inbox",
        sa.Column("message_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("layout", sa.String(10), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("image_url", sa.Text(), nullable=False),
        sa.Column("button", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("shown_at", UtcDateTime),
        sa.Column("clicked_at", UtcDateTime),
        sa.Column("dismissed_at", UtcDateTime),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_outreach_inbox_address", "outreach_inbox", ["workspace_id", "address", "at"])
    op.create_index("ix_outreach_inbox_changed", "outreach_inbox", ["changed_at"])
    op.create_index("ix_outreach_inbox_expires", "outreach_inbox", ["expires_at"])


def downgrade() -> None:
    op.drop_table("outreach_inbox")
