"""What is a sync? An address that is told who comes and goes, and how far it has been told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from sqlalchemy import RowMapping

from uems.segments.exports.columns import Wanted

State: TypeAlias = Literal["active", "paused"]
What: TypeAlias = Literal["entered", "left"]
Phase: TypeAlias = Literal["members", "changes"]
Outcome: TypeAlias = Literal["delivered", "failed", "test"]
BOTH: Final[tuple[What, ...]] = ("entered", "left")
BATCH: Final = 200
MAX_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A batch that is on its way, and where the sync stands when it has arrived. The same until then, so that it can be known again."""

    delivery_id: str
    phase: Phase
    version: int
    person_id: int
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """host: what may be shown of the address. what: which changes. wanted: what is told of each person. batch: most people at once.

    phase, version, person_id: how far it has been told; see ``batches``. failing_since: None while it does well. next_at: not
    before. sent: people told in all. reason: why it is paused.
    """

    workspace_id: int
    sync_id: str
    segment_id: int
    name: str
    host: str
    what: tuple[What, ...]
    wanted: Wanted
    batch: int
    state: State
    reason: str
    phase: Phase
    version: int
    person_id: int
    pending: Pending | None
    failures: int
    failing_since: datetime | None
    next_at: datetime | None
    sent: int
    last_at: datetime | None
    created_at: datetime
    created_by: str
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt. attempt: of this batch, from 1. status: what the server answered, None when it did not."""

    number: int
    delivery_id: str
    at: datetime
    people: int
    attempt: int
    outcome: Outcome
    status: int | None
    milliseconds: int
    message: str


def sync_of(row: RowMapping) -> Sync:
    """A sync as its row says."""
    spec = row["spec"]
    return Sync(
        workspace_id=row["workspace_id"],
        sync_id=row["sync_id"],
        segment_id=row["segment_id"],
        name=row["name"],
        host=row["host"],
        what=tuple(spec["what"]),
        wanted=Wanted.from_json(spec),
        batch=spec["batch"],
        state=row["state"],
        reason=row["reason"],
        phase=row["phase"],
        version=row["version"],
        person_id=row["person_id"],
        pending=Pending(**row["pending"]) if row["pending"] else None,
        failures=row["failures"],
        failing_since=row["failing_since"],
        next_at=row["next_at"],
        sent=row["sent"],
        last_at=row["last_at"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        sealed=row["sealed"],
    )
