"""Erasure of a person: who was erased, which numbers are nobody any more, and keyed hashes of their ids."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0041"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_erasures",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("erasure_id", sa.String(40), primary_key=True),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("numbers", Json, nullable=False),
        sa.Column("stored", Json, nullable=False),
        sa.Column("ids", Json, nullable=False),
        sa.Column("heads", Json, nullable=False),
        sa.Column("done", Json, nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("looks", sa.SmallInteger(), nullable=False),
        sa.Column("waiting", sa.Text(), nullable=False),
        sa.Column("next_at", UtcDateTime),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("requested_by", sa.String(300), nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identity_erasures_due", "identity_erasures", ["next_at"])
    op.create_table(
        "identity_erased_numbers",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("node_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("erasure_id", sa.String(40), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identity_tombstones",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("id_hash", sa.String(48), primary_key=True),
        sa.Column("erasure_id", sa.String(40), nullable=False),
        sa.Column("erased_at", UtcDateTime, nullable=False),
        sa.Column("returned_at", UtcDateTime),
        sqlite_with_rowid=False,
    )
