"""What do the routes of imports take and give?"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from uems.collect.files.dry_run import DryRun
from uems.collect.files.guess import guess_mapping
from uems.collect.files.mapping import Mapping
from uems.collect.files.model import ColumnType, Compression, Format, Problem
from uems.collect.imports.model import File, Run, Saved, State
from uems.kernel.edge import Body, Count, Key, Signed


class ColumnBody(Body):
    """A column as the user sees it."""

    name: str
    type: ColumnType
    examples: list[str]


class FileBody(Body):
    """An uploaded file, how it is read, and a first mapping for it (null where no column can be a person)."""

    file_id: str
    name: str
    bytes: Count
    sha256: str
    format: Format
    compression: Compression
    encoding: str
    delimiter: str
    header: bool
    rows: Count | None
    columns: list[ColumnBody]
    suggested_mapping: Mapping | None
    created_by: str
    created_at: datetime
    deleted_at: datetime | None

    @staticmethod
    def of(file: File) -> "FileBody":
        shape = file.shape
        return FileBody(
            file_id=file.file_id,
            name=file.name,
            bytes=shape.bytes_,
            sha256=file.sha256,
            format=shape.format,
            compression=shape.compression,
            encoding=shape.encoding,
            delimiter=shape.delimiter,
            header=shape.header,
            rows=shape.rows,
            columns=[ColumnBody(name=c.name, type=c.type, examples=list(c.examples)) for c in shape.columns],
            suggested_mapping=guess_mapping(shape.columns),
            created_by=file.created_by,
            created_at=file.created_at,
            deleted_at=file.deleted_at,
        )


class MappingBody(Body):
    mapping_id: str
    name: str
    version: Count
    mapping: Mapping
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def of(saved: Saved) -> "MappingBody":
        return MappingBody(
            mapping_id=saved.mapping_id,
            name=saved.name,
            version=saved.version,
            mapping=saved.mapping,
            created_at=saved.created_at,
            updated_at=saved.updated_at,
        )


class ImportBody(Body):
    """A file and how to map it: a saved mapping, or one that is sent along."""

    file_id: Key
    mapping_id: Key | None = None
    mapping: Mapping | None = None


class NewImportBody(ImportBody):
    """force: import again what came in before; rows that are known are recognised and not counted again."""

    force: bool = False


class DryRunBody(ImportBody):
    rows: Annotated[int, Field(ge=1, le=5_000_000, description="Read about so many rows of the file at most.")] = 200_000


class ProblemBody(Body):
    """Why a row was left out. ``what`` is a stable word; ``wanted`` says it in English."""

    row: Count
    column: str
    what: str
    got: str
    wanted: str

    @staticmethod
    def of(problem: Problem) -> "ProblemBody":
        return ProblemBody(row=problem.row, column=problem.column, what=problem.what, got=problem.got, wanted=problem.wanted)


class ProblemCount(Body):
    column: str
    what: str
    count: Count


class PreviewBody(Body):
    """An event as it would be. row: the first row that it comes from."""

    row: Count
    event: dict[str, Any]


class DryRunAnswer(Body):
    """What the import would do. complete: the whole file was read, so the figures are exact."""

    complete: bool
    rows_read: Count
    rows_ok: Count
    rows_bad: Count
    rows_total: Count
    events: dict[str, Count]
    people: Count
    people_estimated: Count
    repeated: Count
    revenue_minor: dict[str, Signed]
    first_ts: datetime | None
    last_ts: datetime | None
    previews: list[PreviewBody]
    problems: list[ProblemBody]
    problem_counts: list[ProblemCount]

    @staticmethod
    def of(found: DryRun) -> "DryRunAnswer":
        return DryRunAnswer(
            complete=found.complete,
            rows_read=found.rows_read,
            rows_ok=found.rows_ok,
            rows_bad=found.rows_bad,
            rows_total=found.rows_total,
            events=found.events,
            people=found.people,
            people_estimated=found.people_estimated,
            repeated=found.repeated,
            revenue_minor=found.revenue_minor,
            first_ts=found.first_ts,
            last_ts=found.last_ts,
            previews=[PreviewBody(row=preview.row, event=preview.event) for preview in found.previews],
            problems=[ProblemBody.of(problem) for problem in found.problems.listed],
            problem_counts=[
                ProblemCount(column=column, what=what, count=count) for (column, what), count in found.problems.counts.most_common(200)
            ],
        )


class RunBody(Body):
    """An import. progress: 0 to 1, null while the size is unknown. queryable: done, and every report shows all of it."""

    import_id: str
    name: str
    file_id: str | None
    source_id: str | None
    mapping_id: str | None
    mapping_version: Count | None
    mapping: Mapping
    state: State
    progress: float | None
    rows_total: Count | None
    rows_read: Count
    rows_ok: Count
    rows_bad: Count
    events: Count
    queryable: bool
    problem_counts: list[ProblemCount]
    has_problem_file: bool
    error: dict[str, Any] | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime
    finished_at: datetime | None

    @staticmethod
    def of(run: Run, *, queryable: bool) -> "RunBody":
        done = run.rows_ok + run.rows_bad
        progress = 1.0 if run.state == "done" else min(0.99, done / run.rows_total) if run.rows_total else None
        return RunBody(
            import_id=run.run_id,
            name=run.name,
            file_id=run.file_id,
            source_id=run.source_id,
            mapping_id=run.mapping_id,
            mapping_version=run.mapping_version,
            mapping=run.mapping,
            state=run.state,
            progress=progress,
            rows_total=run.rows_total,
            rows_read=run.rows_read,
            rows_ok=run.rows_ok,
            rows_bad=run.rows_bad,
            events=run.events,
            queryable=queryable and run.state == "done",
            problem_counts=[ProblemCount(column=column, what=what, count=count) for column, what, count in run.problems[:200]],
            has_problem_file=run.problem_bytes > 0,
            error=run.error,
            created_by=run.created_by,
            created_at=run.created_at,
            started_at=run.started_at,
            updated_at=run.updated_at,
            finished_at=run.finished_at,
        )
