"""Campaigns, each time that one took place, and what was planned for each person then."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0022"
down_revision = before(__file__)
branch_labels = None
depends_on = None

_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    _definitions()
    op.create_table(
        "campaign_occurrences",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("campaign_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("occurrence", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(60), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("decide_at", UtcDateTime),
        sa.Column("winner", sa.Integer()),
        sa.Column("decision", Json),
        sa.Column("next_release", sa.BigInteger(), nullable=False),
    )
    op.create_index("uq_campaign_occurrences_slot", "campaign_occurrences", ["workspace_id", "campaign_id", "slot"], unique=True)
    op.create_table(
        "campaign_people",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("campaign_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("occurrence", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("variant", sa.Integer()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sqlite_with_rowid=False,
    )
    place = ["workspace_id", "campaign_id", "occurrence", "due_at"]
    op.create_index("ix_campaign_people_due", "campaign_people", place, sqlite_where=_DUE, postgresql_where=_DUE)


def _definitions() -> None:
    op.create_table(
        "campaigns",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("campaign_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(40), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(300), nullable=False),
        sa.Column("launched_at", UtcDateTime),
        sa.Column("launched_by_id", sa.String(200), nullable=False),
        sa.Column("launched_by", sa.String(300), nullable=False),
        sa.Column("approved_by", sa.String(300), nullable=False),
        sa.Column("held_at", UtcDateTime),
        sa.Column("watched_since", UtcDateTime),
    )
    op.create_index("uq_campaigns_key", "campaigns", ["workspace_id", "key"], unique=True)
    op.create_table(
        "campaign_versions",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("campaign_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
    )


def downgrade() -> None:
    for table in ("campaign_people", "campaign_occurrences", "campaign_versions", "campaigns"):
        op.drop_table(table)
