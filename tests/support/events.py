"""What do tests send? Small builders of protocol bodies and of log records, and a stand-in for the rooms above collect."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from uems.collect.pipeline.stages import Claim, Resolved
from uems.collect.records import Endpoint, Entry, encode_entries
from uems.kernel.log import Record
from uems.kernel.scope import Scope

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
SCOPE = Scope(workspace_id=1, slug="shop", zone="Asia/Shanghai", currency="CNY")


def track(user: str, event: str = "Product Viewed", **fields: object) -> dict[str, object]:
    """One track item; ``fields`` override or add."""
    return {"type": "track", "userId": user, "event": event, "messageId": f"m-{user}-{event}"[:100], "timestamp": NOW.isoformat(), **fields}


def record(items: Sequence[object], *, offset: int = 1, endpoint: Endpoint = "batch", received_ms: int = NOW_MS, **outer: object) -> Record:
    """A log record that holds one body."""
    body = json.dumps({"batch": list(items), **outer} if endpoint == "batch" else items[0]).encode()
    return Record(
        partition=0, offset=offset, body=encode_entries([Entry(1, received_ms, endpoint, body)]), events=len(items), appended_at=NOW
    )


def iso(seconds: float) -> str:
    """An ISO time so many seconds after ``NOW``."""
    return (NOW + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


class PlainPeople:
    """Each pair of ids is a person of its own, numbered in order of appearance: what the pipeline needs and no more."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, str], int] = {}
        self.claims: list[Claim] = []

    def barred(self, scope: Scope, rows: pa.Table, now: datetime) -> Sequence[int]:
        return ()

    def resolve(self, scope: Scope, pairs: Sequence[tuple[str, str]], claims: Sequence[Claim], now: datetime) -> Resolved:
        self.claims.extend(claims)
        found = [self.numbers.setdefault(pair, len(self.numbers) + 1) for pair in pairs]
        return Resolved(node_ids=found, person_ids=found)

    def flush(self, now: datetime) -> None:
        """Has nothing of its own to bring to the warehouse."""


class OneWorkspace:
    """Knows ``SCOPE`` and nothing else."""

    def scope(self, workspace_id: int) -> Scope | None:
        return SCOPE if workspace_id == SCOPE.workspace_id else None
