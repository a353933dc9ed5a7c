"""Uploaded lists and their parts, work on lists and exports, and where the changes of segments are sent."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import BigId, Json, UtcDateTime
from uems.migrations import before

revision = "0012"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_parts",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("part", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
    )
    op.create_index("ix_list_parts_list_id", "list_parts", ["workspace_id", "list_id"])
    op.create_table(
        "people_lists",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("list_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("filled_at", UtcDateTime),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(300), nullable=False),
        sa.Column("deleted_at", UtcDateTime),
    )
    op.create_table(
        "segment_jobs",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("job_id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("progress", sa.Float(), nullable=False, server_default=sa.text("0")),
        sa.Column("result", Json),
        sa.Column("error", Json),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(300), nullable=False),
        sa.Column("started_at", UtcDateTime),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
    )
    op.create_index("ix_segment_jobs_state", "segment_jobs", ["state", "created_at"])
    op.create_index("ix_segment_jobs_recent", "segment_jobs", ["workspace_id", "kind", "created_at"])
    op.create_table(
        "segment_syncs",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("sync_id", sa.String(40), primary_key=True),
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("host", sa.String(300), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("phase", sa.String(20), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("pending", Json),
        sa.Column("failures", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("failing_since", UtcDateTime),
        sa.Column("next_at", UtcDateTime),
        sa.Column("sent", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("last_at", UtcDateTime),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(300), nullable=False),
        sa.Column("deleted_at", UtcDateTime),
    )
    op.create_table(
        "sync_deliveries",
        sa.Column("workspace_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("sync_id", sa.String(40), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("delivery_id", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    for table in ("sync_deliveries", "segment_syncs", "segment_jobs", "people_lists", "list_parts"):
        op.drop_table(table)
