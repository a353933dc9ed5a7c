"""Co-creation: ideas, votes, who is credited, voices with consent, beta groups, and thanks."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, UtcDateTime
from uems.migrations import before

revision = "0040"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    _ideas()
    _people()


def _ideas() -> None:
    op.create_table(
        "cocreation_ideas",
        sa.Column("idea_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("person_id", BigId),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(300), nullable=False),
    )
    op.create_index("ix_cocreation_ideas_votes", "cocreation_ideas", ["workspace_id", "state", "votes"])
    op.create_index("ix_cocreation_ideas_person", "cocreation_ideas", ["workspace_id", "person_id"])
    op.create_table(
        "cocreation_votes",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("idea_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("person_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_cocreation_votes_person", "cocreation_votes", ["workspace_id", "person_id"])
    op.create_table(
        "cocreation_credits",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("idea_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("person_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_cocreation_credits_person", "cocreation_credits", ["workspace_id", "person_id"])


def _people() -> None:
    op.create_table(
        "cocreation_voices",
        sa.Column("voice_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rating", sa.Integer()),
        sa.Column("consented_at", UtcDateTime),
        sa.Column("withdrawn_at", UtcDateTime),
        sa.Column("consent_note", sa.String(500), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_cocreation_voices_person", "cocreation_voices", ["workspace_id", "person_id"])
    op.create_table(
        "beta_groups",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "beta_members",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("person_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("invited_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_beta_members_person", "beta_members", ["workspace_id", "person_id"])
    op.create_table(
        "advocate_thanks",
        sa.Column("thanks_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("what_for", sa.String(500), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
    )
    op.create_index("ix_advocate_thanks_person", "advocate_thanks", ["workspace_id", "person_id"])


def downgrade() -> None:
    for table in (
        "advocate_thanks",
        "beta_members",
        "beta_groups",
        "cocreation_voices",
        "cocreation_credits",
        "cocreation_votes",
        "cocreation_ideas",
    ):
        op.drop_table(table)
