"""Definitions of tags and how they do, what was set by hand, and the roles of events."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0010"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def _of_workspace(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("workspace_id", BigId, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], name=f"fk_{table}_workspace_id", ondelete="CASCADE"),
    ]


def upgrade() -> None:
    op.create_table(
        "tag_versions",
        *_of_workspace("tag_versions"),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", Json()),
        sa.Column("standard", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "key", "version", name="pk_tag_versions"),
    )
    op.create_table(
        "tag_states",
        *_of_workspace("tag_states"),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("computed_at", UtcDateTime()),
        sa.Column("full_at", UtcDateTime()),
        sa.Column("people", BigId, nullable=False),
        sa.Column("everybody", BigId, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("error_code", sa.String(100), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("error_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("workspace_id", "key", name="pk_tag_states"),
    )
    op.create_table(
        "tag_batches",
        *_of_workspace("tag_batches"),
        sa.Column("batch", BigId, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("value", Json()),
        sa.Column("people", BigId, nullable=False),
        sa.Column("unknown", BigId, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(300), nullable=False),
        sa.Column("undone_at", UtcDateTime()),
        sa.Column("undone_by", sa.String(300)),
        sa.PrimaryKeyConstraint("workspace_id", "batch", name="pk_tag_batches"),
    )
    op.create_index("ix_tag_batches_workspace_id_key", "tag_batches", ["workspace_id", "key"])
    op.create_table(
        "role_mappings",
        *_of_workspace("role_mappings"),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("events", Json(), nullable=False),
        sa.Column("property", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("reason_zh", sa.String(500), nullable=False),
        sa.Column("reason_en", sa.String(500), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "role", name="pk_role_mappings"),
    )
    op.create_table(
        "profile_settings",
        *_of_workspace("profile_settings"),
        sa.Column("as_of", UtcDateTime()),
        sa.Column("relations", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_profile_settings"),
    )


def downgrade() -> None:
    for table in ("profile_settings", "role_mappings", "tag_batches", "tag_states", "tag_versions"):
        op.drop_table(table)
