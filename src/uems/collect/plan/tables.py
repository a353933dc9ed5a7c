"""Where are tracking plans kept? Every version, whole; the highest number is in force."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

tracking_plans = Table(
    "tracking_plans",
    metadata,
    Column("workspace_id", BigId, ForeignKey("workspaces.workspace_id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", Json, nullable=False),
    Column("note", String(500), nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)
