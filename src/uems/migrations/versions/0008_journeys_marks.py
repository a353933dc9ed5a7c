"""How far the sessions follow the events."""

import sqlalchemy as sa
from alembic import op

from uems.migrations import before

revision = "0008"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "journey_marks",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("journey_marks")
