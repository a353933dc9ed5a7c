"""How are files uploaded, mapped, tried and imported over HTTP?"""

from datetime import datetime
from pathlib import PurePath
from typing import Annotated

from fastapi import Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from uems.access.api import Access, guard, house_of
from uems.collect.files.dry_run import dry_run
from uems.collect.files.mapping import Mapping, SavedMapping
from uems.collect.files.model import Format
from uems.collect.files.reader import ReadOptions, inspect
from uems.collect.files.rows import Target
from uems.collect.imports import runs, saved
from uems.collect.imports.bodies import DryRunAnswer, DryRunBody, FileBody, ImportBody, MappingBody, NewImportBody, RunBody
from uems.collect.imports.model import File, Run, Saved
from uems.collect.imports.problem_file import problems_path
from uems.collect.imports.upload import receive
from uems.collect.imports.vault import Stored, discard, require, scratch_of
from uems.collect.imports.work import KEY_DIGITS
from uems.kernel.edge import Cursor, Key, Limit, Page, decode_cursor, encode_cursor, takes_upload
from uems.kernel.errors import invalid, not_found
from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.routing import Routes
from uems.kernel.store import from_microseconds, to_microseconds

router = Routes()

_W = "/workspaces/{workspace}"
_MOST_BYTES = 1 << 50
"""The framework sets no limit of its own: UEMS_FILES_MAX_BYTES does, while the file comes in."""
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM = {"schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}}

ImportId = Annotated[Key, Path(description="Id of the import.")]
FileId = Annotated[Key, Path(description="Id of the file.")]
MappingId = Annotated[Key, Path(description="Id of the mapping.")]


@router.post(
    _W + "/files",
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": _FORM, "application/octet-stream": _BINARY}}},
)
@takes_upload(_MOST_BYTES)
async def upload_file(
    request: Request,
    access: Annotated[Access, guard("imports:write")],
    name: Annotated[str, Query(max_length=500, description="Name of the file, where the body is the file itself.")] = "",
    file_format: Annotated[Format | None, Query(alias="format")] = None,
    encoding: Annotated[str, Query(max_length=32)] = "auto",
    delimiter: Annotated[str, Query(max_length=4)] = "auto",
    header: Annotated[bool | None, Query()] = None,
) -> FileBody:
    """Upload a CSV, JSON Lines or Parquet file, plain or packed with gzip or zstd: as a form, or as the whole body."""
    house = house_of(request)
    options = ReadOptions(format=file_format, encoding=encoding, delimiter=delimiter, header=header)
    stored, sent_name = await receive(request, house.settings)
    return await run_in_threadpool(_take_in, house, access, stored, _plain_name(name or sent_name), options)


def _plain_name(name: str) -> str:
    shown = "".join(c for c in PurePath(name.replace("\\", "/")).name if c.isprintable())
    return shown.encode("utf-8", "replace").decode()[:300] or "file"


def _take_in(house: House, access: Access, stored: Stored, name: str, options: ReadOptions) -> FileBody:
    try:
        shape = inspect(stored.path, options)
        return FileBody.of(saved.add_file(house.settings, house.store, access, stored, name=name, shape=shape))
    finally:
        stored.path.unlink(missing_ok=True)


def _page_place(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    at, last = decode_cursor(cursor, int, str)
    try:
        return from_microseconds(at), last
    except OverflowError as error:
        raise invalid("cursor", cursor, "take it unchanged from next_cursor of the page before.") from error


@router.get(_W + "/files")
def list_files(
    request: Request,
    access: Annotated[Access, guard("imports:read")],
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Page[FileBody]:
    """The uploaded files that are still kept, the newest first."""
    found = saved.list_files(house_of(request).store, access.scope, before=_page_place(cursor), limit=limit + 1)
    page = found[:limit]
    after = encode_cursor(to_microseconds(page[-1].created_at), page[-1].file_id) if len(found) > limit else None
    return Page[FileBody](items=[FileBody.of(file) for file in page], next_cursor=after)


@router.get(_W + "/files/{file_id}")
def get_file(request: Request, access: Annotated[Access, guard("imports:read")], file_id: FileId) -> FileBody:
    """One file, and a first mapping for it."""
    return FileBody.of(saved.get_file(house_of(request).store, access.scope, file_id))


@router.post(_W + "/files/{file_id}/inspect")
def inspect_file(request: Request, access: Annotated[Access, guard("imports:write")], file_id: FileId, body: ReadOptions) -> FileBody:
    """Read the file in another way than was detected: another encoding, delimiter, format, with or without a header."""
    house = house_of(request)
    file = saved.get_file(house.store, access.scope, file_id)
    shape = inspect(require(house.settings, file.sha256), body)
    return FileBody.of(saved.change_shape(house.store, access, file_id, shape))


@router.delete(_W + "/files/{file_id}", status_code=204)
def delete_file(request: Request, access: Annotated[Access, guard("imports:write")], file_id: FileId) -> None:
    """Delete the content of a file now. What was imported from it stays."""
    house = house_of(request)
    file = saved.get_file(house.store, access.scope, file_id)
    discard(house.settings, house.store, access, file_id=file.file_id, sha256=file.sha256, name=file.name)


@router.get(_W + "/mappings")
def list_mappings(
    request: Request,
    access: Annotated[Access, guard("imports:read")],
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Page[MappingBody]:
    """The saved mappings, by name."""
    after = str(decode_cursor(cursor, str)[0]) if cursor else None
    found = saved.list_mappings(house_of(request).store, access.scope, after=after, limit=limit + 1)
    page = found[:limit]
    return Page[MappingBody](
        items=[MappingBody.of(item) for item in page], next_cursor=encode_cursor(page[-1].name) if len(found) > limit else None
    )


@router.post(_W + "/mappings")
def save_mapping(request: Request, access: Annotated[Access, guard("imports:write")], body: SavedMapping) -> MappingBody:
    """Save a mapping under a new name, or the next version of the one that has it."""
    return MappingBody.of(saved.save_mapping(house_of(request).store, access, body))


@router.get(_W + "/mappings/{mapping_id}")
def get_mapping(request: Request, access: Annotated[Access, guard("imports:read")], mapping_id: MappingId) -> MappingBody:
    """One saved mapping."""
    return MappingBody.of(saved.get_mapping(house_of(request).store, access.scope, mapping_id))


@router.delete(_W + "/mappings/{mapping_id}", status_code=204)
def delete_mapping(request: Request, access: Annotated[Access, guard("imports:write")], mapping_id: MappingId) -> None:
    """Forget a mapping; imports keep their copy."""
    saved.delete_mapping(house_of(request).store, access, mapping_id)


def _chosen(house: House, access: Access, body: ImportBody) -> tuple[File, Mapping, Saved | None]:
    if (body.mapping is None) == (body.mapping_id is None):
        raise invalid("mapping", body.mapping_id, "give mapping_id of a saved mapping, or a mapping, and not both.")
    file = saved.get_file(house.store, access.scope, body.file_id)
    if body.mapping is not None:
        return file, body.mapping, None
    found = saved.get_mapping(house.store, access.scope, body.mapping_id or "")
    return file, found.mapping, found


@router.post(_W + "/imports/dry-run")
def try_import(request: Request, access: Annotated[Access, guard("imports:write")], body: DryRunBody) -> DryRunAnswer:
    """What would the import do? The first events, every problem, counts, people. Nothing is written."""
    house = house_of(request)
    file, mapping, _ = _chosen(house, access, body)
    target = Target(zone=access.scope.zone, currency=access.scope.currency, key=file.sha256[:KEY_DIGITS], now=access.now)
    path = require(house.settings, file.sha256)
    return DryRunAnswer.of(
        dry_run(path, file.shape, mapping, target, scratch=scratch_of(house.settings, new_id("try")), most_rows=body.rows)
    )


@router.post(_W + "/imports", status_code=201)
def start_import(request: Request, access: Annotated[Access, guard("imports:write")], body: NewImportBody) -> RunBody:
    """Import a file. A worker takes it up at once; the same file is not imported twice unless ``force`` says so."""
    house = house_of(request)
    file, mapping, found = _chosen(house, access, body)
    return _body(house, runs.import_file(house.store, access, file, mapping, found, force=body.force, settings=house.settings))


def _body(house: House, run: Run) -> RunBody:
    return RunBody.of(run, queryable=runs.settled(house.store, run))


@router.get(_W + "/imports")
def list_imports(
    request: Request,
    access: Annotated[Access, guard("imports:read")],
    source_id: Annotated[Key | None, Query(description="Only the readings of this source.")] = None,
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Page[RunBody]:
    """Imports of files and readings of sources, the newest first."""
    house = house_of(request)
    found = runs.list_runs(house.store, access.scope, source_id=source_id, before=_page_place(cursor), limit=limit + 1)
    page = found[:limit]
    after = encode_cursor(to_microseconds(page[-1].created_at), page[-1].run_id) if len(found) > limit else None
    return Page[RunBody](items=[_body(house, run) for run in page], next_cursor=after)


@router.get(_W + "/imports/{import_id}")
def get_import(request: Request, access: Annotated[Access, guard("imports:read")], import_id: ImportId) -> RunBody:
    """One import and how far it is."""
    house = house_of(request)
    return _body(house, runs.get_run(house.store, access.scope, import_id))


@router.post(_W + "/imports/{import_id}/cancel")
def cancel_import(request: Request, access: Annotated[Access, guard("imports:write")], import_id: ImportId) -> RunBody:
    """Stop it. What came in so far stays; it can be resumed."""
    house = house_of(request)
    return _body(house, runs.change_state(house.store, access, import_id, "cancelled", settings=house.settings))


@router.post(_W + "/imports/{import_id}/pause")
def pause_import(request: Request, access: Annotated[Access, guard("imports:write")], import_id: ImportId) -> RunBody:
    """Hold it until it is resumed."""
    house = house_of(request)
    return _body(house, runs.change_state(house.store, access, import_id, "paused", settings=house.settings))


@router.post(_W + "/imports/{import_id}/resume")
def resume_import(request: Request, access: Annotated[Access, guard("imports:write")], import_id: ImportId) -> RunBody:
    """Let a paused, cancelled or failed import go on where it stopped."""
    house = house_of(request)
    return _body(house, runs.change_state(house.store, access, import_id, "queued", settings=house.settings))


@router.get(
    _W + "/imports/{import_id}/problems",
    response_class=FileResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "row, column, problem, got, wanted"}},
)
def download_problems(request: Request, access: Annotated[Access, guard("imports:read")], import_id: ImportId) -> FileResponse:
    """The rows that were left out (the first 10,000), as a CSV file."""
    house = house_of(request)
    run = runs.get_run(house.store, access.scope, import_id)
    path = problems_path(house.settings, run.run_id)
    if not run.problem_bytes or not path.is_file():
        raise not_found("problem file", import_id)
    return FileResponse(path, media_type="text/csv; charset=utf-8", filename=f"problems-{run.run_id}.csv")
