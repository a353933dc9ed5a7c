"""Uploaded files, saved mappings and runs of imports."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import UtcDateTime
from uems.migrations import before

revision = "0006"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def _workspace() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("workspace_id", kind, sa.ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "import_files",
        sa.Column("file_id", sa.String(40), primary_key=True),
        _workspace(),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(300), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("deleted_at", UtcDateTime),
    )
    op.create_index("ix_import_files_sha256", "import_files", ["sha256"])
    op.create_index("ix_import_files_recent", "import_files", ["workspace_id", "created_at"])
    op.create_table(
        "import_mappings",
        sa.Column("mapping_id", sa.String(40), primary_key=True),
        _workspace(),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("workspace_id", "name"),
    )
    _runs()


def _runs() -> None:
    op.create_table(
        "import_runs",
        sa.Column("run_id", sa.String(40), primary_key=True),
        _workspace(),
        sa.Column("file_id", sa.String(40)),
        sa.Column("source_id", sa.String(40)),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("mapping_id", sa.String(40)),
        sa.Column("mapping_version", sa.Integer()),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("same_as", sa.String(100), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("rows_total", sa.BigInteger()),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("rows_read", "rows_ok", "rows_bad", "events")),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("problem_bytes", sa.BigInteger(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("created_by", sa.String(300), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("started_at", UtcDateTime),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
    )
    op.create_index("ix_import_runs_recent", "import_runs", ["workspace_id", "created_at"])
    op.create_index("ix_import_runs_state", "import_runs", ["state", "created_at"])
    op.create_index("ix_import_runs_same", "import_runs", ["workspace_id", "same_as"])


def downgrade() -> None:
    for name in ("import_runs", "import_mappings", "import_files"):
        op.drop_table(name)
