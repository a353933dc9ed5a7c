"""Referrals: programmes, codes, who came by them, rewards, and which making of the tree counts."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0037"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    _people()
    _rewards()


def _people() -> None:
    op.create_table(
        "referral_programmes",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "referral_programme_versions",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
    )
    op.create_table(
        "referral_codes",
        sa.Column("code", sa.String(16), primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("marks", Json, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(300), nullable=False),
    )
    op.create_index("uq_referral_codes_person", "referral_codes", ["workspace_id", "key", "person_id"], unique=True)
    op.create_table(
        "referral_clicks",
        sa.Column("click_id", sa.String(32), primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_referral_clicks_source", "referral_clicks", ["workspace_id", "code", "source", "at"])
    op.create_index("ix_referral_clicks_at", "referral_clicks", ["at"])
    op.create_table(
        "referrals",
        sa.Column("referral_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("inviter_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("flags", Json, nullable=False),
        sa.Column("marks", Json, nullable=False),
        sa.Column("exposed_at", UtcDateTime),
        sa.Column("joined_at", UtcDateTime, nullable=False),
        sa.Column("ordered_at", UtcDateTime),
        sa.Column("order_minor", sa.BigInteger(), nullable=False),
        sa.Column("due_at", UtcDateTime),
        sa.Column("settled_at", UtcDateTime),
        sa.Column("looked_at", UtcDateTime),
    )
    op.create_index("uq_referrals_person", "referrals", ["workspace_id", "person_id"], unique=True)
    op.create_index("ix_referrals_inviter", "referrals", ["workspace_id", "inviter_id"])
    op.create_index("ix_referrals_state", "referrals", ["workspace_id", "state", "looked_at"])
    op.create_table(
        "referral_waiting",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("user_kind", sa.String(50), primary_key=True),
        sa.Column("user_value", sa.String(500), primary_key=True),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("click_id", sa.String(32), nullable=False),
        sa.Column("marks", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )


def _rewards() -> None:
    op.create_table(
        "referral_rewards",
        sa.Column("reward_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("referral_id", BigId, nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("refunded_at", UtcDateTime),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_index("uq_referral_rewards_side", "referral_rewards", ["workspace_id", "referral_id", "side"], unique=True)
    op.create_index("ix_referral_rewards_state", "referral_rewards", ["workspace_id", "state", "reward_id"])
    op.create_index("ix_referral_rewards_person", "referral_rewards", ["workspace_id", "person_id"])
    op.create_table(
        "referral_reward_steps",
        sa.Column("reward_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(12), primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
    )
    op.create_table(
        "referral_news",
        sa.Column("news_id", BigId, primary_key=True),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("properties", Json, nullable=False),
    )
    op.create_table(
        "referral_settings",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
    )
    op.create_table(
        "referral_trees",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "referral_trees",
        "referral_settings",
        "referral_news",
        "referral_reward_steps",
        "referral_rewards",
        "referral_waiting",
        "referrals",
        "referral_clicks",
        "referral_codes",
        "referral_programme_versions",
        "referral_programmes",
    ):
        op.drop_table(table)
