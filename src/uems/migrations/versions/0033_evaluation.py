"""Evaluation: the terms, costs of actions beside messages, and decisions about them."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0033"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evaluation_terms",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "evaluation_costs",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("action", sa.String(200), primary_key=True),
        sa.Column("fixed_minor", sa.BigInteger(), nullable=False),
        sa.Column("per_person_minor", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "evaluation_decisions",
        sa.Column("decision_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("action", sa.String(200), nullable=False),
        sa.Column("decision", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.String(300), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("undone_at", UtcDateTime),
        sa.Column("undone_by", sa.String(300), nullable=False),
    )
    op.create_index("ix_evaluation_decisions_action", "evaluation_decisions", ["workspace_id", "kind", "action"])


def downgrade() -> None:
    for table in ("evaluation_decisions", "evaluation_costs", "evaluation_terms"):
        op.drop_table(table)
