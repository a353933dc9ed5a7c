"""What do lists and uploads look like over HTTP?"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from uems.kernel.edge import Body, CleanStr, Count, Name
from uems.segments.jobs.model import Job, State
from uems.segments.lists.definitions import PeopleList

Mode = Literal["replace", "append"]


class ListDraft(Body):
    """kind: of the ids that will be uploaded: user_id, email, phone, anonymous_id, or a kind of your own; it stays."""

    name: Name
    description: Annotated[CleanStr, Field(max_length=5_000)] = ""
    kind: Annotated[CleanStr, Field(min_length=1, max_length=100)]


class ListChange(Body):
    name: Name
    description: Annotated[CleanStr, Field(max_length=5_000)] = ""


class ListBody(Body):
    """people: who were matched when it was filled last. used_by: keys of the segments that name it."""

    list_id: int
    name: str
    description: str
    kind: str
    people: Count
    filled_at: datetime | None
    created_at: datetime
    changed_at: datetime
    changed_by: str
    used_by: list[str]

    @staticmethod
    def of(one: PeopleList, used_by: list[str]) -> "ListBody":
        return ListBody(
            list_id=one.list_id,
            name=one.name,
            description=one.description,
            kind=one.kind,
            people=one.people,
            filled_at=one.filled_at,
            created_at=one.created_at,
            changed_at=one.changed_at,
            changed_by=one.changed_by,
            used_by=used_by,
        )


class ListsBody(Body):
    items: list[ListBody]


class ExampleBody(Body):
    """A row of the file, counted from 1 without a header line. why: empty, unusable_id, or how the row is broken."""

    row: int
    value: str
    why: str = ""


class ReportBody(Body):
    """rows = invalid + duplicates + distinct; distinct = matched + unknown. people: on the list after the upload.

    The examples are the first of their kind, and are left out for callers who may not see people.
    """

    rows: Count
    invalid: Count
    duplicates: Count
    distinct: Count
    matched: Count
    unknown: Count
    people: Count
    invalid_examples: list[ExampleBody]
    unknown_examples: list[ExampleBody]

    @staticmethod
    def of(told: dict[str, Any], *, examples: bool) -> "ReportBody":
        counts = {name: told[name] for name in ("rows", "invalid", "duplicates", "distinct", "matched", "unknown", "people")}
        shown = {name: told[name] if examples else [] for name in ("invalid_examples", "unknown_examples")}
        return ReportBody(**counts, **shown)


class JobError(Body):
    code: str
    message: str


class UploadBody(Body):
    """A file on its way onto a list. progress: 0 to 1. report: when it is done, and where it matched nobody."""

    upload_id: str
    list_id: int
    file: str
    bytes: Count
    mode: Mode
    column: str
    state: State
    progress: float
    report: ReportBody | None
    error: JobError | None
    created_at: datetime
    created_by: str
    finished_at: datetime | None

    @staticmethod
    def of(job: Job, *, examples: bool) -> "UploadBody":
        told = job.result if job.state == "done" else ((job.error or {}).get("details") or {}).get("report")
        return UploadBody(
            upload_id=job.job_id,
            list_id=job.subject,
            file=job.spec["file"],
            bytes=job.spec["bytes"],
            mode=job.spec["mode"],
            column=job.spec["column"],
            state=job.state,
            progress=job.progress,
            report=ReportBody.of(dict(told), examples=examples) if told else None,
            error=error_of(job, shown=examples),
            created_at=job.created_at,
            created_by=job.created_by,
            finished_at=job.finished_at,
        )


def error_of(job: Job, *, shown: bool = True) -> JobError | None:
    """Why a job failed; shown: the message may quote ids of people."""
    if job.error is None:
        return None
    return JobError(code=job.error["code"], message=job.error["message"] if shown else "")
