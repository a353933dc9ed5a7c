"""What must the profiles room remember? Definitions of tags, how their computing goes, what was set by hand, and roles of events."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

_WORKSPACE = "workspaces.workspace_id"

tag_versions = Table(
    "tag_versions",
    metadata,
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("key", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    # NULL: removed with this version.
    Column("document", Json),
    Column("standard", Boolean, nullable=False),
    Column("note", String(500), nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)
"""Every version of every tag, whole; the highest number of a key is in force."""

tag_states = Table(
    "tag_states",
    metadata,
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("key", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("computed_at", UtcDateTime),
    Column("full_at", UtcDateTime),
    Column("people", BigId, nullable=False),
    Column("everybody", BigId, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("error_code", String(100), nullable=False),
    Column("error", Text, nullable=False),
    Column("error_at", UtcDateTime),
)

tag_batches = Table(
    "tag_batches",
    metadata,
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("batch", BigId, primary_key=True, autoincrement=False),
    Column("key", String(64), nullable=False),
    # "manual" or "imported".
    Column("kind", String(20), nullable=False),
    # What was set, by hand; NULL where it was taken away, and for imports.
    Column("value", Json),
    Column("people", BigId, nullable=False),
    Column("unknown", BigId, nullable=False),
    Column("note", String(500), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String(300), nullable=False),
    Column("undone_at", UtcDateTime),
    Column("undone_by", String(300)),
)
"""What was set by hand or imported, action by action; one that was undone counts no more."""
Index("ix_tag_batches_workspace_id_key", tag_batches.c.workspace_id, tag_batches.c.key)

tag_passes = Table(
    "tag_passes",
    metadata,
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("pass", BigId, primary_key=True, autoincrement=False),
    # Of the rows of tag_values that it wrote; 0 for none.
    Column("version", BigId, nullable=False),
    # More people whom it concerns.
    Column("people", Json, nullable=False),
)
"""Passes that the loop did not begin itself, and has to follow."""

role_mappings = Table(
    "role_mappings",
    metadata,
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("role", String(40), primary_key=True),
    Column("events", Json, nullable=False),
    Column("property", String(200), nullable=False),
    # "guessed" or "confirmed".
    Column("state", String(20), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("reason_zh", String(500), nullable=False),
    Column("reason_en", String(500), nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

profile_settings = Table(
    "profile_settings",
    metadata,
    Column("workspace_id", BigId, ForeignKey(_WORKSPACE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    # Tags of a workspace of history are computed as of this instant; NULL: as of now.
    Column("as_of", UtcDateTime),
    # From which events and properties the stored relations were made; "" before the first time.
    Column("relations", String(64), nullable=False),
)
