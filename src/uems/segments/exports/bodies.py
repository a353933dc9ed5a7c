"""What do exports look like over HTTP?"""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from uems.kernel.edge import Body, Count, Key
from uems.segments.exports.columns import IDS, MAX_NAMES
from uems.segments.exports.exports import Export
from uems.segments.exports.files import Format
from uems.segments.jobs.model import State
from uems.segments.lists.bodies import JobError, error_of

Names = Annotated[list[Key], Field(max_length=MAX_NAMES)]


class ExportDraft(Body):
    """ids: kinds of ids, a column each. traits, tags: names, a column each. totals: events, orders, revenue, first and last seen."""

    segment: Key
    format: Format = "csv"
    ids: Names = Field(default_factory=lambda: [*IDS])
    traits: Names = Field(default_factory=list)
    tags: Names = Field(default_factory=list)
    totals: bool = True


class ExportBody(Body):
    """progress: 0 to 1. rows, bytes: of the file, when it is done. expires_at: when it goes; the state is expired afterwards."""

    export_id: str
    segment: str
    format: Format
    ids: list[str]
    traits: list[str]
    tags: list[str]
    totals: bool
    state: State
    progress: float
    rows: Count | None
    bytes: Count | None
    expires_at: datetime | None
    error: JobError | None
    created_at: datetime
    created_by: str
    finished_at: datetime | None

    @staticmethod
    def of(one: Export) -> "ExportBody":
        job = one.job
        result = job.result if job.state in ("done", "expired") else None
        return ExportBody(
            export_id=job.job_id,
            segment=job.spec["segment"],
            format=job.spec["format"],
            ids=job.spec["ids"],
            traits=job.spec["traits"],
            tags=[name for name, _ in job.spec["tags"]],
            totals=job.spec["totals"],
            state=job.state,
            progress=job.progress,
            rows=result["rows"] if result else None,
            bytes=result["bytes"] if result else None,
            expires_at=one.expires_at,
            error=error_of(job),
            created_at=job.created_at,
            created_by=job.created_by,
            finished_at=job.finished_at,
        )
