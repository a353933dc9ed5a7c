"""With which chance each person of an A/B test was given their way, where shares follow the results."""

import sqlalchemy as sa
from alembic import op

from uems.migrations import before

revision = "0044"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("flow_trials", sa.Column("probability", sa.Float()))
