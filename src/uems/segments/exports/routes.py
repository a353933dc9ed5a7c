"""How are people of a segment exported over HTTP?"""

from typing import Annotated

from fastapi import Path, Query, Request
from starlette.responses import FileResponse

from uems.access.api import Access, guard, house_of
from uems.kernel.edge import Cursor, Key, Limit, Page
from uems.kernel.routing import Routes
from uems.segments.definitions import segment
from uems.segments.exports import exports
from uems.segments.exports.bodies import ExportBody, ExportDraft
from uems.segments.exports.columns import wanted_of
from uems.segments.exports.files import MEDIA
from uems.segments.jobs import queue
from uems.segments.jobs.model import Job
from uems.segments.jobs.paging import page_of, page_start

router = Routes()

_BASE = "/workspaces/{workspace}/exports"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
ExportId = Annotated[Key, Path(description="Id of the export.")]


def _body(request: Request, job: Job) -> ExportBody:
    return ExportBody.of(exports.export_of(house_of(request).settings, job))


@router.post(_BASE, status_code=201)
def ask_export(request: Request, access: Annotated[Access, guard("people:write")], body: ExportDraft) -> ExportBody:
    """Have the people of a segment written into a CSV or Parquet file, in the background."""
    house = house_of(request)
    wanted = wanted_of(house, access.scope, ids=body.ids, traits=body.traits, tags=body.tags, totals=body.totals)
    return _body(request, exports.ask_export(house, access, body.segment, body.format, wanted))


@router.get(_BASE)
def list_exports(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    key: Annotated[Key | None, Query(alias="segment", description="Only of this segment.")] = None,
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Page[ExportBody]:
    """The exports that were asked for, the newest first."""
    store = house_of(request).store
    subject = segment(store, access.scope, key).segment_id if key is not None else None
    found = queue.list_jobs(store, access.scope, "export", subject=subject, before=page_start(cursor), limit=limit + 1)
    page, following = page_of(found, limit)
    return Page[ExportBody](items=[_body(request, job) for job in page], next_cursor=following)


@router.get(_BASE + "/{export_id}")
def get_export(request: Request, access: Annotated[Access, guard("people:read")], export_id: ExportId) -> ExportBody:
    """How far an export is."""
    return _body(request, queue.get_job(house_of(request).store, access.scope, "export", export_id))


@router.post(_BASE + "/{export_id}/cancel")
def cancel_export(request: Request, access: Annotated[Access, guard("people:write")], export_id: ExportId) -> ExportBody:
    """Call it off; no file stays."""
    return _body(request, queue.cancel(house_of(request).store, access, "export", export_id))


@router.delete(_BASE + "/{export_id}", status_code=204)
def delete_export(request: Request, access: Annotated[Access, guard("people:write")], export_id: ExportId) -> None:
    """Delete the file now, before it expires."""
    exports.discard(house_of(request), access, export_id)


@router.get(
    _BASE + "/{export_id}/file",
    response_class=FileResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}, MEDIA["parquet"]: _BINARY}, "description": "The file."}},
)
def download_export(request: Request, access: Annotated[Access, guard("people:read")], export_id: ExportId) -> FileResponse:
    """The file of an export that is done. Who fetches it is written into the audit log."""
    path, job = exports.fetch(house_of(request), access, export_id)
    name = f"{job.spec['segment']}-{job.created_at:%Y%m%d-%H%M}.{job.spec['format']}"
    return FileResponse(path, media_type=MEDIA[job.spec["format"]], filename=name)
