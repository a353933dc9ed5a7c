"""Models, their versions, and the work on them."""

import sqlalchemy as sa
from alembic import op

from uems.kernel.store import UtcDateTime
from uems.migrations import before

revision = "0011"
down_revision = before(__file__)
branch_labels = None
depends_on = None


def _workspace(*, key: bool) -> "sa.Column[int]":
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    target = sa.ForeignKey("workspaces.workspace_id", ondelete="CASCADE")
    if key:
        return sa.Column("workspace_id", kind, target, primary_key=True, autoincrement=False)
    return sa.Column("workspace_id", kind, target, nullable=False)


def upgrade() -> None:
    op.create_table(
        "models",
        _workspace(key=True),
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer()),
        sa.Column("template", sa.String(60)),
        sa.Column("created_by", sa.String(300), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("train_at", UtcDateTime),
        sa.Column("score_at", UtcDateTime),
        sa.Column("deleted_at", UtcDateTime),
    )
    _versions()
    op.create_table(
        "model_runs",
        sa.Column("run_id", sa.String(40), primary_key=True),
        _workspace(key=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("result", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("created_by", sa.String(300), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("started_at", UtcDateTime),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
    )
    op.create_index("ix_model_runs_recent", "model_runs", ["workspace_id", "key", "created_at"])
    op.create_index("ix_model_runs_state", "model_runs", ["state", "created_at"])


def _versions() -> None:
    op.create_table(
        "model_versions",
        _workspace(key=True),
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("algorithm", sa.String(20), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("vocabulary", sa.Text(), nullable=False),
        sa.Column("features", sa.Text(), nullable=False),
        sa.Column("backtest", sa.Text(), nullable=False),
        sa.Column("baseline", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("trained_at", UtcDateTime, nullable=False),
        sa.Column("promoted_at", UtcDateTime),
        sa.Column("promoted_by", sa.String(300)),
        sa.Column("forced", sa.String(500)),
    )


def downgrade() -> None:
    for table in ("model_runs", "model_versions", "models"):
        op.drop_table(table)
