"""Which share of people each variant got, of a time of a campaign that learns from the times before."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import Json
from uems.migrations import before

revision = "0047"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaign_occurrences", sa.Column("shares", Json))
