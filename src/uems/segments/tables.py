"""What must the segments room remember? What each segment asks and asked, uploaded lists, and how far the keeper has come."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

segments = Table(
    "segments",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("segment_id", Integer, primary_key=True, autoincrement=False),
    Column("key", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("condition", Json, nullable=False),
    Column("version", Integer, nullable=False),
    # The version that its members were computed by; behind ``version`` while it is built.
    Column("built_version", Integer, nullable=False, server_default=text("0")),
    Column("size", BigInteger, nullable=False, server_default=text("0")),
    Column("computed_at", UtcDateTime),
    Column("failure", Text, nullable=False, server_default=text("''")),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
    Index("uq_segments_key", "workspace_id", "key", unique=True),
)

segment_versions = Table(
    "segment_versions",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("segment_id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("condition", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

# What the nightly pass over everybody found to differ from what was kept, pass by pass.
segment_passes = Table(
    "segment_passes",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, primary_key=True),
    Column("segments", Integer, nullable=False),
    Column("people", BigInteger, nullable=False),
    Column("differences", BigInteger, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("detail", Json, nullable=False),
)

segment_marks = Table(
    "segment_marks",
    metadata,
    # "receipts:<partition>", "changes:<workspace>" (see profiles.touched_since), "tick:<workspace>" and "night:<workspace>" in ms.
    Column("name", String(60), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
