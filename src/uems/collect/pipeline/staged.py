"""What is an event between the log and the warehouse? A row of a staged table, the same for HTTP, files and sources."""

from dataclasses import dataclass

import pyarrow as pa

TEXT = pa.string()

STAGED = pa.schema(
    [
        ("type", TEXT),
        ("event", TEXT),
        ("user_id", TEXT),
        ("anonymous_id", TEXT),
        ("message_id", TEXT),
        ("ts", pa.timestamp("ms", "UTC")),
        ("received_at", pa.timestamp("ms", "UTC")),
        ("properties", TEXT),
        ("context", TEXT),
        ("external_ids", TEXT),
        ("previous_id", TEXT),
        ("group_id", TEXT),
        ("session_hint", TEXT),
        ("active", pa.bool_()),
        ("channel", TEXT),
        ("url", TEXT),
        ("path", TEXT),
        ("title", TEXT),
        ("referrer", TEXT),
        ("utm_source", TEXT),
        ("utm_medium", TEXT),
        ("utm_campaign", TEXT),
        ("utm_term", TEXT),
        ("utm_content", TEXT),
        ("device", TEXT),
        ("os", TEXT),
        ("browser", TEXT),
        ("country", TEXT),
        ("locale", TEXT),
        ("library", TEXT),
        ("revenue_minor", pa.int64()),
        ("currency", TEXT),
        ("log_offset", pa.uint64()),
        ("log_index", pa.uint32()),
    ]
)
"""``external_ids`` is "" or a JSON list of ``[type, id]``; ``ts`` is corrected for clock skew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An item that cannot become a row. ``raw`` is its JSON as received; ``reason`` is ``code`` or ``code: detail``."""

    received_at: int
    message_id: str
    type: str
    event: str
    reason: str
    endpoint: str
    raw: bytes
    log_offset: int
    log_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """All that one pipeline batch holds for one workspace."""

    workspace_id: int
    table: pa.Table
    rejected: tuple[Rejected, ...]
