"""How are sources set up, tested and read over HTTP?"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Request
from pydantic import Field

from uems.access.api import Access, guard, house_of
from uems.collect.files.mapping import Mapping
from uems.collect.imports import runs
from uems.collect.imports.bodies import ColumnBody, PreviewBody, ProblemBody, RunBody
from uems.collect.sources import due, saved
from uems.collect.sources.look import look
from uems.collect.sources.model import KINDS, Reading, Source, What
from uems.collect.sources.saved import SourceBody
from uems.collect.sources.trial import Trial, try_saved, try_unsaved
from uems.kernel.edge import Body, Count, Key, Page
from uems.kernel.routing import Routes

router = Routes()

_W = "/workspaces/{workspace}/sources"
SourceId = Annotated[Key, Path(description="Id of the source.")]


class SourceKindBody(Body):
    """A kind of database. config: JSON schema of ``connection``."""

    kind: str
    label_zh: str
    label_en: str
    config: dict[str, Any]


class SourceAnswer(Body):
    """A source; its secrets are never shown. cursor: the last value that was read."""

    source_id: str
    name: str
    kind: str
    connection: dict[str, Any]
    has_secret: bool
    reading: Reading
    mapping_id: str
    every_minutes: Count | None
    enabled: bool
    cursor: str | None
    next_run_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def of(source: Source) -> "SourceAnswer":
        return SourceAnswer(
            source_id=source.source_id,
            name=source.name,
            kind=source.kind,
            connection=source.connection,
            has_secret=source.has_secret,
            reading=source.reading,
            mapping_id=source.mapping_id,
            every_minutes=source.every_minutes,
            enabled=source.enabled,
            cursor=source.cursor.value if source.cursor else None,
            next_run_at=source.next_run_at,
            created_at=source.created_at,
            updated_at=source.updated_at,
        )


class TrialAnswer(Body):
    """What a source would give: its columns, the first events, and what is wrong. Nothing is written.

    null_cursor: there are rows without a cursor value, which are never read.
    """

    columns: list[str]
    null_cursor: bool
    rows_read: Count
    previews: list[PreviewBody]
    problems: list[ProblemBody]

    @staticmethod
    def of(found: Trial) -> "TrialAnswer":
        return TrialAnswer(
            columns=list(found.columns),
            null_cursor=found.null_cursor,
            rows_read=found.rows_read,
            previews=[PreviewBody(row=preview.row, event=preview.event) for preview in found.previews],
            problems=[ProblemBody.of(problem) for problem in found.problems.listed],
        )


class LookBody(What):
    """A table or a query of a database. source_id: a saved source whose password is used while the connection is the same."""

    kind: Annotated[str, Field(max_length=20)]
    connection: dict[str, Any]
    source_id: Key | None = None


class LookAnswer(Body):
    """What is there, and a first mapping for it (null where no column can be a person)."""

    columns: list[ColumnBody]
    suggested_mapping: Mapping | None


@router.get("/workspaces/{workspace}/source-kinds")
def list_source_kinds(access: Annotated[Access, guard("sources:read")]) -> Page[SourceKindBody]:
    """The kinds of databases that can be read, and what each needs to know."""
    return Page[SourceKindBody](
        items=[
            SourceKindBody(kind=item.key, label_zh=item.label_zh, label_en=item.label_en, config=item.Config.model_json_schema())
            for item in KINDS
        ]
    )


@router.get(_W)
def list_sources(request: Request, access: Annotated[Access, guard("sources:read")]) -> Page[SourceAnswer]:
    """The sources of the workspace, by name."""
    return Page[SourceAnswer](items=[SourceAnswer.of(source) for source in saved.list_sources(house_of(request).store, access.scope)])


@router.post(_W, status_code=201)
def create_source(request: Request, access: Annotated[Access, guard("sources:write")], body: SourceBody) -> SourceAnswer:
    """Set up a source. It is read at once, and then every so many minutes, if it has a schedule."""
    house = house_of(request)
    return SourceAnswer.of(saved.create(house.settings, house.store, access, body))


@router.post(_W + "/test")
def try_new_source(request: Request, access: Annotated[Access, guard("sources:write")], body: SourceBody) -> TrialAnswer:
    """Try a source before it is saved."""
    return TrialAnswer.of(try_unsaved(house_of(request), access, body))


@router.post(_W + "/columns")
def list_source_columns(request: Request, access: Annotated[Access, guard("sources:write")], body: LookBody) -> LookAnswer:
    """The columns of a table or a query, with examples and a first mapping. Nothing is saved."""
    what = What(table=body.table, query=body.query)
    columns, mapping = look(house_of(request), access, body.kind, body.connection, what, body.source_id)
    return LookAnswer(columns=[ColumnBody(name=c.name, type=c.type, examples=list(c.examples)) for c in columns], suggested_mapping=mapping)


@router.get(_W + "/{source_id}")
def get_source(request: Request, access: Annotated[Access, guard("sources:read")], source_id: SourceId) -> SourceAnswer:
    """One source."""
    return SourceAnswer.of(saved.load(house_of(request).store, access.scope, source_id)[0])


@router.put(_W + "/{source_id}")
def change_source(
    request: Request, access: Annotated[Access, guard("sources:write")], source_id: SourceId, body: SourceBody
) -> SourceAnswer:
    """Change a source. A password that is left out stays, unless the connection changes."""
    house = house_of(request)
    return SourceAnswer.of(saved.change(house.settings, house.store, access, source_id, body))


@router.delete(_W + "/{source_id}", status_code=204)
def delete_source(request: Request, access: Annotated[Access, guard("sources:write")], source_id: SourceId) -> None:
    """Forget a source; what was imported stays."""
    saved.remove(house_of(request).store, access, source_id)


@router.post(_W + "/{source_id}/test")
def try_source(request: Request, access: Annotated[Access, guard("sources:write")], source_id: SourceId) -> TrialAnswer:
    """Try a saved source: can it be reached, and what would the next rows become?"""
    return TrialAnswer.of(try_saved(house_of(request), access, source_id))


@router.post(_W + "/{source_id}/run", status_code=201)
def run_source(request: Request, access: Annotated[Access, guard("sources:write")], source_id: SourceId) -> RunBody:
    """Read a source now."""
    house = house_of(request)
    run = due.run_now(house.store, access, source_id)
    return RunBody.of(run, queryable=runs.settled(house.store, run))
