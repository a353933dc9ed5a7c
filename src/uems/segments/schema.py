"""Which tables of the warehouse know who is in a segment? Every change ever, and two views of where everybody stands.

Only ``segment_changes`` is written. ``segment_members`` is in the order of segments, ``person_segments`` in that of people.
"""

from uems.kernel.schema import Column, Migration, TableDef, ViewDef
from uems.kernel.sql import Sql

_LOW = "LowCardinality(String)"
_TIME = "DateTime64(3, 'UTC')"
_COLUMNS = (
    Column(name="workspace_id", type="UInt32"),
    Column(name="segment_id", type="UInt32"),
    Column(name="person_id", type="UInt64", codec="Delta, ZSTD(1)"),
    Column(name="entered", type="Bool"),
    Column(name="at", type=_TIME, codec="Delta, ZSTD(1)"),
    Column(name="cause", type=_LOW),
    Column(name="version", type="UInt64", codec="Delta, ZSTD(1)"),
)

SEGMENT_CHANGES = TableDef(
    name="segment_changes",
    columns=_COLUMNS,
    order_by="workspace_id, segment_id, version, person_id",
    shard_by="cityHash64(workspace_id, person_id)",
)
SEGMENT_MEMBERS = TableDef(
    name="segment_members",
    columns=_COLUMNS,
    engine="ReplacingMergeTree(version)",
    order_by="workspace_id, segment_id, person_id",
    shard_by="cityHash64(workspace_id, person_id)",
)
PERSON_SEGMENTS = TableDef(
    name="person_segments",
    columns=_COLUMNS,
    engine="ReplacingMergeTree(version)",
    order_by="workspace_id, person_id, segment_id",
    shard_by="cityHash64(workspace_id, person_id)",
    # Read for one person at a time.
    settings={"index_granularity": 1024, "min_compress_block_size": 16384},
)
_ALL = Sql("SELECT workspace_id, segment_id, person_id, entered, at, cause, version FROM segment_changes")

MIGRATIONS = (
    Migration(
        number=40,
        room="segments",
        name="membership",
        steps=(
            SEGMENT_CHANGES,
            SEGMENT_MEMBERS,
            PERSON_SEGMENTS,
            ViewDef(name="segment_members_view", to="segment_members", source="segment_changes", select=_ALL),
            ViewDef(name="person_segments_view", to="person_segments", source="segment_changes", select=_ALL),
        ),
    ),
)
