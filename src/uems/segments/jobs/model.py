"""What is a job? Work on one thing of a workspace that somebody asked for, and how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

Kind: TypeAlias = str
"""upload, export, or a kind of a room above."""
State: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled", "expired"]
LIVE: Final[tuple[State, ...]] = ("queued", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """subject: number of the list, segment or whatever the kind is about. spec: what was asked for, by the kind.

    progress: 0 to 1. result: what came of it.

    attempts: how often it was begun; a job whose process was killed begins again from the beginning.
    """

    workspace_id: int
    job_id: str
    kind: Kind
    subject: int
    spec: Mapping[str, Any]
    state: State
    attempts: int
    progress: float
    result: Mapping[str, Any] | None
    error: Mapping[str, Any] | None
    created_at: datetime
    created_by: str
    started_at: datetime | None
    updated_at: datetime
    finished_at: datetime | None
