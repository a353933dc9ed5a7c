"""What is kept of a source? Where it is, how it is mapped, and how far it has been read."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

sources = Table(
    "sources",
    metadata,
    Column("source_id", String(40), primary_key=True),
    Column("workspace_id", BigId, ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    # Everything but the password, which is encrypted in ``secret`` and never leaves.
    Column("config", Json, nullable=False),
    Column("secret", LargeBinary),
    Column("mapping_id", String(40), nullable=False),
    # Null: only when somebody starts it.
    Column("every_minutes", Integer),
    Column("enabled", Boolean, nullable=False),
    # The greatest value of the cursor column that was read, as {"type", "value"}; null before the first row.
    Column("cursor", Json),
    Column("next_run_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("workspace_id", "name"),
    Index("ix_sources_due", "next_run_at"),
)

source_tail = Table(
    "source_tail",
    metadata,
    Column("source_id", String(40), ForeignKey("sources.source_id", ondelete="CASCADE"), primary_key=True),
    # 64 bits of the message id of a row that the next run will meet again.
    Column("row_hash", BigInteger, primary_key=True, autoincrement=False),
    # The cursor value as a number, where it has one; else 0. Rows that fall behind the cursor are forgotten by it.
    Column("place", BigInteger, nullable=False),
)
"""Rows at and near the cursor: read again by the next run because others may have joined them, and not imported again."""
