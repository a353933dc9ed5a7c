"""How are lists made, filled and deleted over HTTP?"""

from pathlib import PurePath
from typing import Annotated

from fastapi import Path, Query, Request
from starlette.concurrency import run_in_threadpool

from uems.access.api import Access, guard, house_of
from uems.collect import api as collect
from uems.kernel.edge import Cursor, Id, Key, Limit, Page, takes_upload
from uems.kernel.errors import not_found
from uems.kernel.routing import Routes
from uems.segments.definitions import list_segments
from uems.segments.jobs import queue
from uems.segments.jobs.model import Job
from uems.segments.jobs.paging import page_of, page_start
from uems.segments.lists import definitions
from uems.segments.lists.bodies import ListBody, ListChange, ListDraft, ListsBody, Mode, UploadBody
from uems.segments.lists.naming import lists_in
from uems.segments.lists.uploads import ask_upload

router = Routes()

_BASE = "/workspaces/{workspace}/lists"
_MOST_BYTES = 1 << 50
"""The framework sets no limit of its own: UEMS_FILES_MAX_BYTES does, while the file comes in."""
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM = {"schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}}

ListId = Annotated[Id, Path(description="Number of the list.", le=2**31 - 1)]
UploadId = Annotated[Key, Path(description="Id of the upload.")]


@router.get(_BASE)
def list_lists(request: Request, access: Annotated[Access, guard("segments:read")]) -> ListsBody:
    """Every list by name."""
    store = house_of(request).store
    users = _users(request, access)
    return ListsBody(items=[ListBody.of(one, users.get(one.list_id, [])) for one in definitions.list_lists(store, access.scope)])


@router.post(_BASE, status_code=201)
def create_list(request: Request, access: Annotated[Access, guard("segments:write")], body: ListDraft) -> ListBody:
    """Make an empty list; upload a file of ids to fill it."""
    made = definitions.create_list(house_of(request).store, access, name=body.name, description=body.description, kind=body.kind)
    return ListBody.of(made, [])


@router.get(_BASE + "/{list_id}")
def get_list(request: Request, access: Annotated[Access, guard("segments:read")], list_id: ListId) -> ListBody:
    """One list."""
    return _body(request, access, definitions.people_list(house_of(request).store, access.scope, list_id))


@router.patch(_BASE + "/{list_id}")
def change_list(request: Request, access: Annotated[Access, guard("segments:write")], list_id: ListId, body: ListChange) -> ListBody:
    """Give it another name or description."""
    changed = definitions.rename_list(house_of(request).store, access, list_id, name=body.name, description=body.description)
    return _body(request, access, changed)


@router.delete(_BASE + "/{list_id}", status_code=204)
def delete_list(request: Request, access: Annotated[Access, guard("segments:write")], list_id: ListId) -> None:
    """Delete a list that no segment and no tag names."""
    definitions.delete_list(house_of(request).store, access, list_id)


@router.post(
    _BASE + "/{list_id}/uploads",
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": _FORM, "application/octet-stream": _BINARY}}},
)
@takes_upload(_MOST_BYTES)
async def upload_ids(
    request: Request,
    access: Annotated[Access, guard("segments:write")],
    list_id: ListId,
    mode: Annotated[Mode, Query(description="Replace who is on the list, or append to them.")] = "replace",
    column: Annotated[str, Query(max_length=200, description="Name of the column of ids, or its number; left out: the likeliest.")] = "",
    name: Annotated[str, Query(max_length=500, description="Name of the file, where the body is the file itself.")] = "",
    header: Annotated[bool | None, Query(description="Whether the first row names the columns; left out: detected.")] = None,
    encoding: Annotated[str, Query(max_length=32)] = "auto",
    delimiter: Annotated[str, Query(max_length=4)] = "auto",
) -> UploadBody:
    """Upload a CSV or text file of ids, plain or packed with gzip or zstd. It is read in the background, and counts when it is complete."""
    house = house_of(request)
    await run_in_threadpool(definitions.people_list, house.store, access.scope, list_id)  # before a large file is taken in
    options = collect.ReadOptions(encoding=encoding, delimiter=delimiter, header=header)
    stored, sent_name = await collect.receive_file(request, house.settings)

    def take_in() -> Job:
        try:
            plain = _plain_name(name or sent_name)
            return ask_upload(house, access, list_id, stored, name=plain, mode=mode, column=column.strip(), options=options)
        finally:
            stored.path.unlink(missing_ok=True)

    return UploadBody.of(await run_in_threadpool(take_in), examples=True)


@router.get(_BASE + "/{list_id}/uploads")
def list_uploads(
    request: Request,
    access: Annotated[Access, guard("segments:read")],
    list_id: ListId,
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Page[UploadBody]:
    """What was uploaded to a list, the newest first."""
    store = house_of(request).store
    definitions.people_list(store, access.scope, list_id)
    found = queue.list_jobs(store, access.scope, "upload", subject=list_id, before=page_start(cursor), limit=limit + 1)
    page, following = page_of(found, limit)
    return Page[UploadBody](items=[_upload(access, job) for job in page], next_cursor=following)


@router.get(_BASE + "/{list_id}/uploads/{upload_id}")
def get_upload(request: Request, access: Annotated[Access, guard("segments:read")], list_id: ListId, upload_id: UploadId) -> UploadBody:
    """How far an upload is, and what was in the file."""
    return _upload(access, _job(request, access, list_id, upload_id))


@router.post(_BASE + "/{list_id}/uploads/{upload_id}/cancel")
def cancel_upload(request: Request, access: Annotated[Access, guard("segments:write")], list_id: ListId, upload_id: UploadId) -> UploadBody:
    """Call it off; the list stays as it is."""
    _job(request, access, list_id, upload_id)
    return _upload(access, queue.cancel(house_of(request).store, access, "upload", upload_id))


def _job(request: Request, access: Access, list_id: int, upload_id: str) -> Job:
    job = queue.get_job(house_of(request).store, access.scope, "upload", upload_id)
    if job.subject != list_id:
        raise not_found("upload", upload_id)
    return job


def _upload(access: Access, job: Job) -> UploadBody:
    return UploadBody.of(job, examples="people:read" in access.actor.permissions)


def _body(request: Request, access: Access, one: definitions.PeopleList) -> ListBody:
    return ListBody.of(one, _users(request, access).get(one.list_id, []))


def _users(request: Request, access: Access) -> dict[int, list[str]]:
    """list → keys of the segments that name it."""
    found: dict[int, list[str]] = {}
    for one in list_segments(house_of(request).store, access.scope):
        for list_id in lists_in(one.condition):
            found.setdefault(list_id, []).append(one.key)
    return found


def _plain_name(name: str) -> str:
    shown = "".join(c for c in PurePath(name.replace("\\", "/")).name if c.isprintable())
    return shown.encode("utf-8", "replace").decode()[:300] or "file"
