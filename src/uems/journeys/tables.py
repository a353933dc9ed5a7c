"""What must the journeys room remember? How far sessions follow the events, and the maps and reports that people made."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text, text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

_WORKSPACE = "workspaces.workspace_id"

journey_marks = Table(
    "journey_marks",
    metadata,
    # "receipts:<log partition>": an offset of the log; "changes:<workspace>": a version of the changes of person.
    Column("name", String(60), primary_key=True),
    # Everything up to and including this is in the sessions.
    Column("value", BigInteger, nullable=False),
)

journey_maps = Table(
    "journey_maps",
    metadata,
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("key", String(100), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("drawing", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
)

journey_map_versions = Table(
    "journey_map_versions",
    metadata,
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("key", String(100), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("drawing", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

saved_reports = Table(
    "saved_reports",
    metadata,
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("key", String(100), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    # The key of the report, and what it is asked with.
    Column("report", String(100), nullable=False),
    Column("spec", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("removed", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(300), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
)
