"""Which tag an experiment tries, found without reading its design."""

import sqlalchemy as sa
from alembic import op

from uems.migrations import before

revision = "0046"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("trials", sa.Column("tag", sa.String(200), nullable=False, server_default=""))
