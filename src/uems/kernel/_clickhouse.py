"""What do the embedded engine and the servers have in common? Settings of reads and inserts, ids, and the meaning of errors."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from uems.kernel.errors import UemsError
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits

EngineSettings: TypeAlias = Mapping[str, int | float | str]

# In force for every statement. JSON is stored as it was sent: by default the engine turns text that looks like a date into
# a date, [true, 1] into [1, 1], and refuses a whole block because one object repeats a key; here the first of equal keys wins.
SESSION_SETTINGS: Final[EngineSettings] = {
    "type_json_skip_duplicated_paths": 1,
    "input_format_try_infer_dates": 0,
    "input_format_try_infer_datetimes": 0,
    "input_format_json_read_bools_as_numbers": 0,
    "output_format_json_escape_forward_slashes": 0,
    # A time without a zone is UTC, wherever the server stands.
    "session_timezone": "UTC",
    # Long parameters stand in the text of the statement.
    "max_query_size": 1_000_000_000,
}

# Changes run to their end. TRICKY: by default an INSERT SELECT between Distributed tables runs inside each shard: the rows
# stay on the wrong shard, and on one of its replicas only.
CHANGE_SETTINGS: Final[EngineSettings] = {
    **SESSION_SETTINGS,
    "async_insert": 0,
    "distributed_foreground_insert": 1,
    "parallel_distributed_insert_select": 0,
    "max_execution_time": 0,
    "max_memory_usage": 0,
    "max_result_rows": 0,
    "max_result_bytes": 0,
}

# One durable block, remembered by its token in the table and in the target of every view. TRICKY: async_insert is on by
# default since 26.x, and an asynchronous insert is acknowledged under other rules of deduplication.
INSERT_SETTINGS: Final[EngineSettings] = {
    **CHANGE_SETTINGS,
    "insert_deduplicate": 1,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    "max_partitions_per_insert_block": 0,
    "max_insert_threads": 1,
    # Seconds that a server waits for a replica that says nothing; below the time that this end waits for the server.
    "send_timeout": 40,
    "receive_timeout": 40,
    # A null where the column takes none is an error, and not the default value.
    "insert_null_as_default": 0,
    "input_format_null_as_default": 0,
}

_CODE: Final = re.compile(r"\bCode: (\d+)\b")
_TRAILER: Final = re.compile(r"\s*\(version [^()]*(\([^()]*\))?[^()]*\)\s*$")
_TIMEOUT: Final = {159, 160}
_MEMORY: Final = {241}
_ROWS: Final = {158, 307, 396}
_CANCELLED: Final = {394, 735}
_BUSY: Final = {202, 252, 745}
_FULL: Final = {243}
UNREACHABLE: Final = frozenset({32, 101, 198, 209, 210, 279, 519})
"""Codes that mean that a server, or one behind it, could not be reached: another host may do better."""
# What the data of an insert can be blamed for: text that is no JSON, a number out of range, a null where none may be.
_BAD_ROWS: Final = {6, 26, 27, 38, 41, 53, 69, 70, 72, 117, 131, 321, 349, 376, 407, 441, 469, 675, 691}


def read_settings(limits: Limits) -> dict[str, int | float | str]:
    """The engine settings that hold one query within ``limits``."""
    return {
        **SESSION_SETTINGS,
        "max_execution_time": limits.seconds or 0,
        "max_memory_usage": limits.memory_bytes or 0,
        "max_result_rows": limits.rows or 0,
        # The result is held in memory outside of the engine's own count.
        "max_result_bytes": limits.memory_bytes or 0,
        "result_overflow_mode": "throw",
        **({"max_threads": limits.threads} if limits.threads else {}),
    }


def plain(text: str, what: str) -> str:
    """``text`` if it can stand in a query as it is; ids and insert tokens are made by code and always can."""
    if not re.fullmatch(r"[A-Za-z0-9_.:/-]{1,200}", text):
        raise UemsError("invalid", f"{text[:80]!r} cannot be a {what}; use 1 to 200 letters, digits and _ . : / -", status=422)
    return text


COLUMN_TYPES: Final = Sql("SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String}")


def column_types(table: str, rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """What ``COLUMN_TYPES`` found; raises ``warehouse_failed`` when there is no such table."""
    types = {row["name"]: row["type"] for row in rows}
    if not types:
        raise UemsError("warehouse_failed", f"The warehouse has no table {table}. Run the migrations first.", status=500)
    return types


def failure(text: str, *, inserting: bool = False) -> UemsError:
    """The error that an engine's message stands for."""
    match = _CODE.search(text)
    code = int(match[1]) if match else 0
    said = _TRAILER.sub("", text)[:1500]
    details: dict[str, object] = {"engine_code": code}
    if inserting and code in _BAD_ROWS:
        return UemsError("warehouse_rejected_rows", f"The warehouse refused rows: {said}", status=422, details=details)
    if code in _TIMEOUT:
        advice = "Ask for a shorter period or fewer events, or raise UEMS_WAREHOUSE_MAX_SECONDS."
        return UemsError("warehouse_timeout", f"The query took too long. {advice} ({said})", status=422, details=details)
    if code in _MEMORY and "(total)" in said:
        return UemsError(
            "warehouse_busy", f"The warehouse is short of memory. Try again in a moment. ({said})", status=503, details=details
        )
    if code in _MEMORY:
        advice = "Ask for a shorter period or fewer groups, or raise UEMS_WAREHOUSE_MAX_MEMORY_BYTES."
        return UemsError("warehouse_memory", f"The query needs too much memory. {advice} ({said})", status=422, details=details)
    if code in _ROWS:
        return UemsError(
            "warehouse_rows", f"The result has too many rows. Narrow it, or page through it. ({said})", status=422, details=details
        )
    if code in _CANCELLED:
        return UemsError("warehouse_cancelled", "The query was cancelled. Run it again if that was not meant.", status=409, details=details)
    if code in _BUSY:
        return UemsError("warehouse_busy", f"The warehouse is overloaded. Try again in a moment. ({said})", status=503, details=details)
    if code in _FULL:
        return UemsError("warehouse_full", f"The disk of the warehouse is full. Free space on it. ({said})", status=503, details=details)
    if code in UNREACHABLE:
        return UemsError(
            "warehouse_down", f"A server of the warehouse does not answer. Check that it runs. ({said})", status=503, details=details
        )
    return UemsError("warehouse_failed", said or "The warehouse failed without a word.", status=500, details=details)
