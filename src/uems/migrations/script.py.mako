"""${message}"""

import sqlalchemy as sa
from alembic import op

from uems.migrations import before

revision = "${up_revision}"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
