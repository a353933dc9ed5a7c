"""Which tables hold what happened? The events, their receipts, and the rollups that a view keeps beside them.

Every table starts with ``workspace_id``. A person is a dense integer, so bitmaps stay small. ``person_id`` is the person
as known when the event came in; ``node_id`` is the id node that the event names, by which later merges are applied.
"""

from typing import Final

from uems.kernel.schema import AlterDef, Column, Migration, TableDef, ViewDef
from uems.kernel.sql import Sql

_LOW = "LowCardinality(String)"
_TIME = "DateTime64(3, 'UTC')"
# For numbers whose lower digits look like chance: read four times as fast as Delta with ZSTD, and no larger. Measured on times
# of events (reports read them of every event), offsets and prices.
_NUMBERS = "T64, LZ4"

EVENTS = TableDef(
    name="events",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="person_id", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="node_id", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="type", type=_LOW),
        Column(name="event", type=_LOW),
        Column(name="ts", type=_TIME, codec=_NUMBERS),
        Column(name="day", type="Date", codec="Delta, ZSTD(1)"),
        Column(name="received_at", type=_TIME, codec=_NUMBERS),
        Column(name="message_id", type="String", codec="ZSTD(1)"),
        Column(name="anonymous_id", type="String", codec="ZSTD(1)"),
        Column(name="user_id", type="String", codec="ZSTD(1)"),
        Column(name="group_id", type="String", codec="ZSTD(1)"),
        Column(name="session_hint", type="String", codec="ZSTD(1)"),
        Column(name="active", type="Bool"),
        Column(name="channel", type=_LOW),
        Column(name="url", type="String", codec="ZSTD(1)"),
        Column(name="path", type="String", codec="ZSTD(1)"),
        Column(name="title", type="String", codec="ZSTD(1)"),
        Column(name="referrer", type="String", codec="ZSTD(1)"),
        Column(name="utm_source", type=_LOW),
        Column(name="utm_medium", type=_LOW),
        Column(name="utm_campaign", type=_LOW),
        Column(name="utm_term", type=_LOW),
        Column(name="utm_content", type=_LOW),
        Column(name="device", type=_LOW),
        Column(name="os", type=_LOW),
        Column(name="browser", type=_LOW),
        Column(name="country", type=_LOW),
        Column(name="locale", type=_LOW),
        Column(name="library", type=_LOW),
        Column(name="revenue_minor", type="Nullable(Int64)", codec=_NUMBERS),
        Column(name="currency", type=_LOW),
        Column(name="properties", type="JSON(max_dynamic_paths=256, max_dynamic_types=8)"),
        Column(name="context", type="String", codec="ZSTD(3)"),
        Column(name="log_partition", type="UInt32", codec="ZSTD(1)"),
        Column(name="log_offset", type="UInt64", codec=_NUMBERS),
        Column(name="log_index", type="UInt32", codec="ZSTD(1)"),
    ),
    order_by="workspace_id, person_id, ts, log_offset, log_index",
    partition_by="toYYYYMM(ts)",
    shard_by="cityHash64(workspace_id, person_id)",
    # A wide part has a file for every JSON path; fresh parts stay in one file each, which also makes their sync cheap.
    # Steps of the usual size would have a person's page read eight times as much, and a round of segments nearly everything.
    settings={"min_bytes_for_wide_part": 134_217_728, "index_granularity": 1024, "min_compress_block_size": 16384},
)

EVENT_RECEIPTS = TableDef(
    name="event_receipts",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="received_at", type=_TIME, codec="Delta, ZSTD(1)"),
        Column(name="message_id", type="String", codec="ZSTD(1)"),
        Column(name="status", type=_LOW),
        Column(name="reason", type=_LOW),
        Column(name="type", type=_LOW),
        Column(name="event", type=_LOW),
        Column(name="person_id", type="UInt64", codec="ZSTD(1)"),
        Column(name="ts", type=_TIME, codec="Delta, ZSTD(1)"),
        Column(name="log_partition", type="UInt32", codec="ZSTD(1)"),
        Column(name="log_offset", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="log_index", type="UInt32", codec="ZSTD(1)"),
    ),
    order_by="workspace_id, received_at, log_offset, log_index",
    partition_by="toYYYYMMDD(received_at)",
    shard_by="cityHash64(message_id)",
    indexes=(
        "by_message message_id TYPE bloom_filter(0.001) GRANULARITY 4",
        # For whoever follows the log: what was stored since an offset lies in the newest parts.
        "by_offset log_offset TYPE minmax GRANULARITY 1",
    ),
)

DEAD_LETTERS = TableDef(
    name="dead_letters",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="received_at", type=_TIME),
        Column(name="message_id", type="String"),
        Column(name="status", type=_LOW),
        Column(name="reason", type="String"),
        Column(name="endpoint", type=_LOW),
        Column(name="raw", type="String", codec="ZSTD(3)"),
        Column(name="state", type=_LOW),
        Column(name="version", type="UInt64"),
        Column(name="log_partition", type="UInt32"),
        Column(name="log_offset", type="UInt64"),
        Column(name="log_index", type="UInt32"),
    ),
    engine="ReplacingMergeTree(version)",
    order_by="workspace_id, log_partition, log_offset, log_index",
    shard_by="cityHash64(log_offset)",
)

PERSON_DAILY = TableDef(
    name="person_daily",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="person_id", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="node_id", type="UInt64", codec="Delta, ZSTD(1)"),
        Column(name="day", type="Date", codec="Delta, ZSTD(1)"),
        Column(name="type", type=_LOW),
        Column(name="event", type=_LOW),
        Column(name="currency", type=_LOW),
        Column(name="events", type="SimpleAggregateFunction(sum, UInt64)"),
        Column(name="revenue_minor", type="SimpleAggregateFunction(sum, Int64)"),
        Column(name="first_ts", type=f"SimpleAggregateFunction(min, {_TIME})"),
        Column(name="last_ts", type=f"SimpleAggregateFunction(max, {_TIME})"),
        Column(name="last_active_ts", type=f"SimpleAggregateFunction(max, {_TIME})"),
    ),
    engine="AggregatingMergeTree",
    order_by="workspace_id, person_id, node_id, day, type, event, currency",
    partition_by="toYYYYMM(day)",
    shard_by="cityHash64(workspace_id, person_id)",
    # A page of people reads the rows of fifty of them, who lie far apart. With steps and blocks of the usual size that costs five
    # times as much; the table grows by nothing, as each block holds like values.
    settings={"index_granularity": 512, "min_compress_block_size": 8192},
)

PERSON_DAY_BITMAPS = TableDef(
    name="person_day_bitmaps",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="event", type=_LOW),
        Column(name="type", type=_LOW),
        Column(name="day", type="Date"),
        Column(name="people", type="AggregateFunction(groupBitmap, UInt64)"),
    ),
    engine="AggregatingMergeTree",
    order_by="workspace_id, type, event, day",
    partition_by="toYYYYMM(day)",
    shard_by="cityHash64(workspace_id, day)",
)

EVENT_DAILY = TableDef(
    name="event_daily",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        Column(name="day", type="Date"),
        Column(name="type", type=_LOW),
        Column(name="event", type=_LOW),
        Column(name="currency", type=_LOW),
        Column(name="events", type="SimpleAggregateFunction(sum, UInt64)"),
        Column(name="revenue_minor", type="SimpleAggregateFunction(sum, Int64)"),
        Column(name="received_at", type=f"SimpleAggregateFunction(max, {_TIME})"),
    ),
    engine="AggregatingMergeTree",
    order_by="workspace_id, day, type, event, currency",
    partition_by="toYYYYMM(day)",
    shard_by="cityHash64(workspace_id, day)",
)

_PERSON_DAILY_VIEW = ViewDef(
    name="person_daily_view",
    to="person_daily",
    source="events",
    select=Sql(
        "SELECT workspace_id, person_id, node_id, day, type, event, currency, count() AS events,"
        " sum(ifNull(revenue_minor, 0)) AS revenue_minor, min(ts) AS first_ts, max(ts) AS last_ts,"
        # A row sent with context.active = false must not move "last seen"; 1970 never wins a max.
        " max(if(active, ts, toDateTime64(0, 3, 'UTC'))) AS last_active_ts"
        " FROM events GROUP BY workspace_id, person_id, node_id, day, type, event, currency"
    ),
)
_BITMAPS_VIEW = ViewDef(
    name="person_day_bitmaps_view",
    to="person_day_bitmaps",
    source="events",
    select=Sql(
        "SELECT workspace_id, event, type, day, groupBitmapState(person_id) AS people FROM events GROUP BY workspace_id, event, type, day"
    ),
)
_EVENT_DAILY_VIEW = ViewDef(
    name="event_daily_view",
    to="event_daily",
    source="events",
    select=Sql(
        "SELECT workspace_id, day, type, event, currency, count() AS events, sum(ifNull(revenue_minor, 0)) AS revenue_minor,"
        " max(received_at) AS received_at FROM events GROUP BY workspace_id, day, type, event, currency"
    ),
)

# A month that an hour has added nothing to becomes one part: whoever asks of one person opens a file a month, and not several.
_CALM: Final = Sql("MODIFY SETTING min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1")
_BY_MONTH: Final = (EVENTS, PERSON_DAILY, PERSON_DAY_BITMAPS, EVENT_DAILY)

MIGRATIONS = (
    Migration(
        number=1,
        room="collect",
        name="events",
        steps=(
            EVENTS,
            EVENT_RECEIPTS,
            DEAD_LETTERS,
            PERSON_DAILY,
            PERSON_DAY_BITMAPS,
            EVENT_DAILY,
            _PERSON_DAILY_VIEW,
            _BITMAPS_VIEW,
            _EVENT_DAILY_VIEW,
        ),
    ),
    Migration(
        number=60,
        room="collect",
        name="one part a calm month",
        steps=tuple(AlterDef(table=table.name, change=_CALM, distributed=False) for table in _BY_MONTH),
    ),
)
