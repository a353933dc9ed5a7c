"""Sessions are computed anew once, with the engaged time of their events, as far back as receipts are kept."""

from alembic import op

from uems.migrations import before

revision = "0017"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM journey_marks")


def downgrade() -> None:
    """The marks move on by themselves."""
