"""What is an import? A file that was uploaded, a mapping that was saved, and a run that brings one through the other."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from uems.collect.files.mapping import Mapping
from uems.collect.files.model import Shape

State = Literal["queued", "running", "paused", "cancelled", "failed", "done"]

LIVE: tuple[State, ...] = ("queued", "running", "paused")
"""Runs that will go on, or may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An uploaded file. deleted_at: when its content was cleaned up; what it was stays known."""

    file_id: str
    name: str
    sha256: str
    shape: Shape
    created_by: str
    created_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A mapping under a name; ``version`` counts its changes."""

    mapping_id: str
    name: str
    version: int
    mapping: Mapping
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One import of one file, or one reading of a source.

    position: opaque, where to go on. rows_*: rows of the file; events: what was appended to the log for them (repetitions
    included, which the pipeline recognises). marks: log partition → last offset appended. same_as: alike for runs that would
    make the same events. problems: (column, what, count). problem_bytes: how much of the problem file is valid.
    """

    run_id: str
    workspace_id: int
    file_id: str | None
    source_id: str | None
    name: str
    mapping_id: str | None
    mapping_version: int | None
    mapping: Mapping
    same_as: str
    state: State
    position: int
    rows_total: int | None
    rows_read: int
    rows_ok: int
    rows_bad: int
    events: int
    problems: tuple[tuple[str, str, int], ...]
    problem_bytes: int
    marks: dict[int, int]
    error: dict[str, object] | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime
    finished_at: datetime | None
