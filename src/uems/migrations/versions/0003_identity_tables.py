"""Ids, the links between them, changes of person, undone merges and the rules of each workspace."""

import sqlalchemy as sa
from alembic import op

from uems.migrations import before

revision = "0003"
down_revision = before(__file__)
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _workspace() -> sa.Column[int]:
    return sa.Column("workspace_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False)


def upgrade() -> None:
    _nodes()
    _links()
    _overrides()
    op.create_table(
        "identity_merges",
        _workspace(),
        sa.Column("merge_id", sa.String(40), nullable=False),
        sa.Column("links", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "merge_id", name="pk_identity_merges"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identity_undos",
        _workspace(),
        sa.Column("undo_id", sa.String(40), nullable=False),
        sa.Column("merge_id", sa.String(60), nullable=False),
        sa.Column("links", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(300), nullable=False),
        sa.Column("redone_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("workspace_id", "undo_id", name="pk_identity_undos"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identity_rules",
        _workspace(),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_identity_rules"),
    )
    op.create_table(
        "identity_flushed",
        _workspace(),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_identity_flushed"),
    )


def _nodes() -> None:
    op.create_table(
        "identity_nodes",
        _workspace(),
        sa.Column("node_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("value", _TEXT, nullable=False),
        sa.Column("search", _TEXT, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "node_id", name="pk_identity_nodes"),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_identity_nodes_id", "identity_nodes", ["workspace_id", "kind", "value"], unique=True)
    op.create_index("ix_identity_nodes_person", "identity_nodes", ["workspace_id", "person_id", "kind"])
    op.create_index("ix_identity_nodes_search", "identity_nodes", ["workspace_id", "search"])


def _links() -> None:
    op.create_table(
        "identity_links",
        _workspace(),
        sa.Column("a_node", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("b_node", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ts_ms", sa.BigInteger(), nullable=False),
        sa.Column("message_id", _TEXT, nullable=False),
        sa.Column("cause", sa.SmallInteger(), nullable=False),
        sa.Column("standing", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(120), nullable=False),
        sa.Column("undo_id", sa.String(40)),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "a_node", "b_node", name="pk_identity_links"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identity_links_b", "identity_links", ["workspace_id", "b_node", "a_node"])
    op.create_index("ix_identity_links_time", "identity_links", ["workspace_id", "ts_ms"])
    odd, said = sa.text("standing > 0"), sa.text("cause > 1")
    for name, column, where in (
        ("odd_a", "a_node", odd),
        ("odd_b", "b_node", odd),
        ("odd_time", "ts_ms", odd),
        ("said_time", "ts_ms", said),
    ):
        columns = ["workspace_id", column]
        op.create_index(f"ix_identity_links_{name}", "identity_links", columns, sqlite_where=where, postgresql_where=where)


def _overrides() -> None:
    op.create_table(
        "identity_overrides",
        _workspace(),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("old_person_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "version", name="pk_identity_overrides"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identity_overrides_node", "identity_overrides", ["workspace_id", "node_id"])
    unsent = sa.text("sent = false")
    op.create_index(
        "ix_identity_overrides_unsent", "identity_overrides", ["workspace_id", "version"], sqlite_where=unsent, postgresql_where=unsent
    )
