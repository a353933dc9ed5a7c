"""Messages are found by the number that their provider gave them."""

import sqlalchemy as sa
from alembic import op

from uems.migrations import before

revision = "0024"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    named = sa.text("provider_id <> ''")
    op.create_index(
        "ix_outreach_messages_provider",
        "outreach_messages",
        ["workspace_id", "provider_id"],
        sqlite_where=named,
        postgresql_where=named,
    )


def downgrade() -> None:
    op.drop_index("ix_outreach_messages_provider", "outreach_messages")
