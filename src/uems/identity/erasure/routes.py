"""How is a person erased over HTTP, and how does somebody get a copy of what is held about them?"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Path, Request
from fastapi.responses import StreamingResponse

from uems.access.api import Access, guard, house_of
from uems.identity.erasure.bodies import ErasureBody, ErasurePreview, ErasureRequest
from uems.identity.erasure.handing import held_about
from uems.identity.erasures import erasure_of, erasures, preview_erasure, request_erasure
from uems.identity.rules import rules_of
from uems.kernel.edge import Cursor, Id, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.erasure import Eraser
from uems.kernel.routing import Routes

router = Routes()

PersonId = Annotated[Id, Path(description="Number of the person, or one that a merged part of them had before.")]
_PERSON = "/workspaces/{workspace}/people/{person_id}"
_ERASURES = "/workspaces/{workspace}/erasures"


def _erasers(request: Request) -> Sequence[Eraser]:
    found: Sequence[Eraser] = request.app.state.erasers
    return found


@router.post(f"{_PERSON}/erasure/preview")
def preview_person_erasure(request: Request, access: Annotated[Access, guard("erasures:read")], person_id: PersonId) -> ErasurePreview:
    """What would go, room by room and in numbers. Changes nothing."""
    house = house_of(request)
    subject, counts = preview_erasure(house, access.scope, person_id, _erasers(request))
    return ErasurePreview.of(subject, counts, rules_of(house.store, access.scope).erased_may_return)


@router.post(f"{_PERSON}/erasure", status_code=202)
def erase_person(
    request: Request, access: Annotated[Access, guard("erasures:write")], person_id: PersonId, body: ErasureRequest
) -> ErasureBody:
    """Erase a person for good. From the answer on nobody finds them; the rest is forgotten room by room, see the erasure."""
    return ErasureBody.of(request_erasure(house_of(request), access, person_id, body.confirm, _erasers(request)))


@router.get(_ERASURES)
def list_erasures(
    request: Request, access: Annotated[Access, guard("erasures:read")], cursor: Cursor | None = None, limit: Limit = 50
) -> Page[ErasureBody]:
    """Who was erased, as numbers that are nobody any more; the latest first."""
    before = decode_cursor(cursor, str)[0] if cursor else None
    found = erasures(house_of(request), access.scope, before=before, limit=limit + 1, rooms=len(_erasers(request)))
    page = found[:limit]
    following = encode_cursor(page[-1].erasure_id) if len(found) > limit else None
    return Page[ErasureBody](items=[ErasureBody.of(one) for one in page], next_cursor=following)


@router.get(f"{_ERASURES}/{{erasure_id}}")
def get_erasure(
    request: Request,
    access: Annotated[Access, guard("erasures:read")],
    erasure_id: Annotated[Key, Path(description="As the answer to the request names it, `erasure_...`.")],
) -> ErasureBody:
    """How far an erasure is."""
    return ErasureBody.of(erasure_of(house_of(request), access.scope, erasure_id, len(_erasers(request))))


@router.get(
    f"{_PERSON}/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}, "description": "ids, and rooms → tables → rows"}},
)
def export_person(request: Request, access: Annotated[Access, guard("people:read")], person_id: PersonId) -> StreamingResponse:
    """Everything that is held about one person, as JSON. Who fetches it is written into the audit log."""
    pieces = held_about(house_of(request), access, person_id, _erasers(request))
    headers = {"Content-Disposition": f'attachment; filename="person-{person_id}.json"'}
    return StreamingResponse(pieces, media_type="application/json", headers=headers)
