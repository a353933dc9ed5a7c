"""How do gathered lists and imported tables become the same staged table? Column by column, without a loop over rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.collect.pipeline.context import Context, Contexts
from uems.collect.pipeline.staged import STAGED, TEXT, Rejected, Staged
from uems.collect.pipeline.wire import MAX_DEPTH, MAX_EVENT_BYTES, MAX_EVENT_CHARS, MAX_ID_CHARS, MAX_MESSAGE_ID_CHARS, TYPES, too_deep
from uems.collect.records import ColumnsHeader

if TYPE_CHECKING:
    from uems.collect.pipeline.decode import Columns

_EARLIEST = 946_684_800_000
_DAY = 86_400_000
_STAMP = pa.timestamp("ms", "UTC")


def context_columns(contexts: Sequence[Context], codes: pa.Array | None) -> dict[str, pa.Array]:
    """The promoted columns for rows that point into ``contexts`` by ``codes`` (None: all rows have the one context)."""
    columns: dict[str, pa.Array] = {}
    for position, name in enumerate(Context._fields):
        values = pa.array([c[position] for c in contexts], pa.bool_() if name == "active" else TEXT)
        columns["context" if name == "text" else name] = values.take(codes) if codes is not None else values
    return columns


def stage(columns: "Columns") -> Staged:
    """One workspace's gathered rows as a staged table, HTTP rows first, then those of files, in log order each."""
    position: dict[int, int] = {}
    distinct: list[Context] = []
    codes = np.empty(len(columns.context), np.int32)
    for row, context in enumerate(columns.context):
        code = position.get(id(context))
        if code is None:
            code = position[id(context)] = len(distinct)
            distinct.append(context)
        codes[row] = code
    arrays = context_columns(distinct, pa.array(codes)) if distinct else context_columns([], None)
    arrays |= {
        "type": pa.array(columns.type, TEXT),
        "event": pa.array(columns.event, TEXT),
        "user_id": pa.array(columns.user_id, TEXT),
        "anonymous_id": pa.array(columns.anonymous_id, TEXT),
        "message_id": pa.array(columns.message_id, TEXT),
        "ts": pa.array(columns.ts, pa.int64()).cast(_STAMP),
        "received_at": pa.array(columns.received_at, pa.int64()).cast(_STAMP),
        # The body was checked to be UTF-8 at the door, so this cast only looks once more.
        "properties": pa.array(columns.properties, pa.binary()).cast(TEXT),
        "previous_id": pa.array(columns.previous_id, TEXT),
        "group_id": pa.array(columns.group_id, TEXT),
        "revenue_minor": pa.array(columns.revenue_minor, pa.int64()),
        "currency": pa.array(columns.money, TEXT),
        "log_offset": pa.array(columns.log_offset, pa.uint64()),
        "log_index": pa.array(columns.log_index, pa.uint32()),
    }
    table = pa.table([arrays[f.name] for f in STAGED], schema=STAGED)
    tables = [t for t in (table, *columns.tables) if t.num_rows]
    whole = pa.concat_tables(tables) if tables else table
    return Staged(workspace_id=columns.workspace_id, table=whole.combine_chunks(), rejected=tuple(columns.rejected))


def widen(table: pa.Table, header: ColumnsHeader, offset: int, contexts: Contexts) -> tuple[pa.Table, list[Rejected]]:
    """Rows of an ``A`` record as staged rows; rows that break a rule of the protocol are rejected one by one."""
    size = table.num_rows
    table = table.append_column("log_index", pa.array(np.arange(size, dtype=np.uint32)))
    reasons = _reasons(table, header.received_at)
    rejected = [_reject(table.slice(i, 1).to_pylist()[0], str(reasons[i]), header, offset) for i in np.flatnonzero(reasons != "")]
    if rejected:
        table = table.filter(pa.array(reasons == ""))
        size = table.num_rows
    encoded = table.column("context").combine_chunks().dictionary_encode()
    found = [contexts.of((text or "").encode()) for text in encoded.dictionary.to_pylist()]
    arrays: dict[str, pa.Array] = dict(context_columns(found, encoded.indices))
    arrays["channel"] = pc.if_else(pc.equal(arrays["channel"], ""), header.source, arrays["channel"])
    for name in (
        "type",
        "user_id",
        "anonymous_id",
        "message_id",
        "ts",
        "revenue_minor",
        "currency",
        "previous_id",
        "group_id",
        "log_index",
    ):
        arrays[name] = table.column(name).combine_chunks()
    kind = arrays["type"]
    named = pc.if_else(pc.equal(kind, "page"), "Page Viewed", pc.if_else(pc.equal(kind, "screen"), "Screen Viewed", ""))
    arrays["event"] = pc.if_else(pc.equal(kind, "track"), table.column("event").combine_chunks(), named)
    properties = table.column("properties").combine_chunks()
    arrays["properties"] = pc.if_else(pc.equal(properties, ""), "{}", properties)
    arrays["received_at"] = pa.repeat(pa.scalar(header.received_at, pa.int64()).cast(_STAMP), size)
    arrays["log_offset"] = pa.repeat(pa.scalar(offset, pa.uint64()), size)
    return pa.table([arrays[f.name] for f in STAGED], schema=STAGED), rejected


def _reasons(table: pa.Table, received_at: int) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """A reason a row, "" for a good one; the same rules, in the same words, as for HTTP."""
    reasons = np.full(table.num_rows, "", dtype=object)

    def mark(condition: pa.ChunkedArray, reason: str) -> None:
        where = np.asarray(pc.fill_null(condition, True).combine_chunks().to_numpy(zero_copy_only=False), dtype=bool)
        reasons[where & (reasons == "")] = reason

    kind, user, anonymous = table.column("type"), table.column("user_id"), table.column("anonymous_id")
    ts = table.column("ts").cast(pa.int64())
    is_alias, is_track = pc.equal(kind, "alias"), pc.equal(kind, "track")
    mark(pc.invert(pc.is_in(kind, pa.array(sorted(TYPES)))), "unknown_type: wanted track, page, screen, identify, group or alias")
    mark(pc.and_(pc.equal(user, ""), pc.equal(anonymous, "")), "missing_id: neither userId nor anonymousId is set")
    mark(pc.and_(is_track, pc.equal(table.column("event"), "")), "missing_event: a track call needs an event name")
    mark(pc.and_(is_alias, pc.equal(table.column("previous_id"), "")), "missing_id: an alias needs previousId and userId")
    mark(pc.is_null(ts), "bad_timestamp: the time cannot be read")
    outside = pc.or_(pc.less(ts, _EARLIEST), pc.greater(ts, received_at + _DAY))
    mark(outside, "timestamp_out_of_range: before 2000 or more than a day ahead")
    mark(pc.equal(table.column("message_id"), ""), "missing_message_id: a row of a file needs a stable id")
    mark(pc.greater(pc.utf8_length(table.column("message_id")), MAX_MESSAGE_ID_CHARS), "message_id_too_long: at most 100 characters")
    mark(pc.greater(pc.utf8_length(user), MAX_ID_CHARS), "id_too_long: userId has at most 512 characters")
    mark(pc.greater(pc.utf8_length(anonymous), MAX_ID_CHARS), "id_too_long: anonymousId has at most 512 characters")
    mark(pc.greater(pc.utf8_length(table.column("event")), MAX_EVENT_CHARS), "event_too_long: at most 200 characters")
    # A basket of many products is one event; a file has no client that could split it, so it may be larger than HTTP allows.
    properties = table.column("properties")
    mark(pc.greater(pc.binary_length(properties), 16 * MAX_EVENT_BYTES), "too_large: more than 524288 bytes of properties")
    # Only a text with many brackets can be deep; those few are read.
    brackets = pc.add(pc.count_substring(properties, "{"), pc.count_substring(properties, "["))
    for row in np.flatnonzero(brackets.combine_chunks().to_numpy() > MAX_DEPTH):
        if reasons[row] == "" and too_deep(properties[int(row)].as_py().encode()):
            reasons[row] = f"too_deep: properties nest at most {MAX_DEPTH} levels"
    return reasons


def _reject(row: dict[str, object], reason: str, header: ColumnsHeader, offset: int) -> Rejected:
    raw = {k: (v.isoformat() if hasattr(v, "isoformat") else v) for k, v in row.items() if v not in (None, "") and k != "log_index"}
    return Rejected(
        received_at=header.received_at,
        message_id=str(row["message_id"])[:MAX_MESSAGE_ID_CHARS],
        type=str(row["type"]) if row["type"] in TYPES else "",
        event=str(row["event"])[:MAX_EVENT_CHARS],
        reason=reason,
        endpoint="columns",
        raw=msgspec.json.encode(raw),
        log_offset=offset,
        log_index=int(str(row["log_index"])),
    )
