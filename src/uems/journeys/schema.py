"""Which table holds the sessions? One row a session of a person as known now, written anew whenever it changes.

A row of a higher ``version`` takes the place of the one before it; ``gone`` says that there is no such session any more.
Reads say ``FROM sessions FINAL WHERE NOT gone``.
"""

from uems.kernel.schema import AlterDef, Column, Migration, TableDef
from uems.kernel.sql import Sql

_LOW = "LowCardinality(String)"
_TIME = "DateTime64(3, 'UTC')"

SESSIONS = TableDef(
    name="sessions",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="person_id", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="started_at", type=_TIME, codec="Delta, ZSTD(1)"),
        Column(name="ended_at", type=_TIME, codec="Delta, ZSTD(1)"),
        # Where the run of activity begins that the session is a piece of: from there it can be computed anew.
        Column(name="run_at", type=_TIME, codec="Delta, ZSTD(1)"),
        Column(name="day", type="Date", codec="Delta, ZSTD(1)"),
        Column(name="events", type="UInt32", codec="ZSTD(1)"),
        Column(name="pages", type="UInt32", codec="ZSTD(1)"),
        Column(name="entry_path", type="String", codec="ZSTD(1)"),
        Column(name="exit_path", type="String", codec="ZSTD(1)"),
        Column(name="referrer", type="String", codec="ZSTD(1)"),
        Column(name="utm_source", type=_LOW),
        Column(name="utm_medium", type=_LOW),
        Column(name="utm_campaign", type=_LOW),
        Column(name="device", type=_LOW),
        Column(name="country", type=_LOW),
        Column(name="channel", type=_LOW),
        Column(name="revenue_minor", type="Int64", codec="ZSTD(1)"),
        Column(name="bounce", type="Bool"),
        Column(name="gone", type="Bool"),
        Column(name="version", type="UInt64", codec="ZSTD(1)"),
    ),
    engine="ReplacingMergeTree(version)",
    order_by="workspace_id, person_id, started_at",
    # Of a key column, so that all versions of a row meet in one partition.
    partition_by="toYYYYMM(started_at)",
    shard_by="cityHash64(workspace_id, person_id)",
    # Every round writes rows of a new version: nothing is ever the repetition of an insert.
    dedup_window=0,
)

# What the browser SDK reported as engaged time, of all events of the session together.
ENGAGED = AlterDef(table="sessions", change=Sql("ADD COLUMN IF NOT EXISTS engaged_ms UInt64 DEFAULT 0 CODEC(ZSTD(1))"))

MIGRATIONS = (
    Migration(number=30, room="journeys", name="sessions", steps=(SESSIONS,)),
    Migration(number=31, room="journeys", name="engaged_time", steps=(ENGAGED,)),
)
