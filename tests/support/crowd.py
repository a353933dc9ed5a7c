"""What is too much for the engine, for real? A crowd whose pages cannot be grouped in the least memory that a setting may give."""

from datetime import datetime
from typing import Final

from uems.kernel.sql import Sql

LEAST: Final = 100_000_000
"""Bytes; for the setting ``warehouse_max_memory_bytes``."""
_PEOPLE: Final = 240_000


def crowd(workspace_id: int, now: datetime) -> Sql:
    """Everybody looks, ten days ago, at a page of their own, whose long path nobody can group by in so little memory."""
    at = Sql(f"toDateTime64({int(now.timestamp())}, 3, 'UTC') - INTERVAL 10 DAY")
    return Sql(
        "INSERT INTO events (workspace_id, person_id, node_id, type, event, ts, day, received_at, message_id, active, path)"
        f" SELECT {int(workspace_id)}, 1000 + number, 1000 + number, 'track', 'Looked', {at}, toDate({at}), {at}, toString(number), true,"
        f" repeat(hex(sipHash128(number)), 16) FROM numbers({int(_PEOPLE)})"
    )
