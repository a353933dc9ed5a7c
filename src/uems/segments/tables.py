"""What must the segments room remember? What each segment asks and asked, uploaded lists, work under way, and where changes go."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text, text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata
from uems.profiles.api import list_parts

__all__ = [
    "list_parts",
    "people_lists",
    "segment_jobs",
    "segment_marks",
    "segment_passes",
    "segment_syncs",
    "segment_versions",
    "segments",
    "sync_deliveries",
]

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
    # "receipts:<partition>", "changes:<workspace>", "tags:<workspace>" (see profiles.touched_since),
    # "tick:<workspace>" and "night:<workspace>" in ms; "feed:<workspace>:<reader>:<part>" is where a reader of the feed is.
    Column("name", String(60), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

people_lists = Table(
    "people_lists",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("list_id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    # Of the ids in it: user_id, email, phone, anonymous_id, or a kind of the workspace's own.
    Column("kind", String(100), nullable=False),
    Column("people", BigInteger, nullable=False, server_default=text("0")),
    Column("filled_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
    Column("deleted_at", UtcDateTime),
)

segment_jobs = Table(
    "segment_jobs",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("job_id", String(40), primary_key=True),
    # "upload" of a list, "export" of a segment, or a kind of a room above.
    Column("kind", String(20), nullable=False),
    # Which list, segment, or thing of the room above.
    Column("subject", Integer, nullable=False),
    Column("spec", Json, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("progress", Float, nullable=False, server_default=text("0")),
    Column("result", Json),
    Column("error", Json),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(300), nullable=False),
    Column("started_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Index("ix_segment_jobs_state", "state", "created_at"),
    Index("ix_segment_jobs_recent", "workspace_id", "kind", "created_at"),
)

segment_syncs = Table(
    "segment_syncs",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("sync_id", String(40), primary_key=True),
    Column("segment_id", Integer, nullable=False),
    Column("name", String(200), nullable=False),
    # Address and secret, encrypted: the path of a webhook is often its password. ``host`` is what may be shown.
    Column("sealed", LargeBinary, nullable=False),
    Column("host", String(300), nullable=False),
    Column("spec", Json, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", Text, nullable=False, server_default=text("''")),
    # First those who are in (phase "members", by number, as of version ``through``), then who comes and goes ("changes").
    Column("phase", String(20), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    # The batch that is on its way, which is sent again as it is until it has arrived.
    Column("pending", Json),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("failing_since", UtcDateTime),
    Column("next_at", UtcDateTime),
    Column("sent", BigInteger, nullable=False, server_default=text("0")),
    Column("last_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(300), nullable=False),
    Column("deleted_at", UtcDateTime),
)

sync_deliveries = Table(
    "sync_deliveries",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("sync_id", String(40), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("delivery_id", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("people", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    # "delivered", "failed" or "test".
    Column("outcome", String(20), nullable=False),
    Column("status", Integer),
    Column("milliseconds", Integer, nullable=False),
    Column("message", Text, nullable=False),
)
