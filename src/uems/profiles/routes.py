"""How are people listed, found and told over HTTP?"""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from uems.access.api import Access, guard
from uems.identity import api as identity
from uems.kernel.edge import CleanStr, Cursor, Id, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.profiles.bodies import IdList, PersonBody, PersonRow, TimelineBody, TraitBody
from uems.profiles.people import list_people, profile_of
from uems.profiles.search import Place, search_people
from uems.profiles.timeline import timeline
from uems.profiles.traits import END, trait_history

router = APIRouter()

PersonId = Annotated[Id, Path(description="Number of the person, or one that a merged part of them had before.")]


def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


@router.get("/workspaces/{workspace}/people")
def people(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    search: Annotated[
        CleanStr, Query(description="The start of an id or a trait, or a piece of a trait. Empty: everybody, newest first.")
    ] = "",
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[PersonRow]:
    """People, page by page. A page of a search may be short although more follow: go by ``next_cursor``."""
    house = _house(request)
    if search.strip():
        after = _search_place(cursor) if cursor else None
        found, place = search_people(house, access.scope, search, after=after, limit=limit)
        following = encode_cursor(*place) if place else None
    else:
        before = decode_cursor(cursor, int)[0] if cursor else None
        found, last = list_people(house, access.scope, before=before, limit=limit)
        following = encode_cursor(last) if last is not None else None
    return Page(items=[PersonRow.of(one) for one in found], next_cursor=following)


@router.get("/workspaces/{workspace}/people/{person_id}")
def person(request: Request, access: Annotated[Access, guard("people:read")], person_id: PersonId) -> PersonBody:
    """One person: ids, traits, totals."""
    return PersonBody.of(profile_of(_house(request), access.scope, person_id))


@router.get("/workspaces/{workspace}/people/{person_id}/ids")
def person_ids(request: Request, access: Annotated[Access, guard("people:read")], person_id: PersonId) -> IdList:
    """Every id of a person."""
    store = _house(request).store
    found = identity.person(store, access.scope, person_id)
    ids = identity.ids_of(store, access.scope, [found.person_id])[found.person_id]
    return IdList(items=[identity.IdBody.of(one) for one in ids])


@router.get("/workspaces/{workspace}/people/{person_id}/timeline")
def person_timeline(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    person_id: PersonId,
    event: Annotated[CleanStr, Query(description="Only events whose name contains this, without case.")] = "",
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[TimelineBody]:
    """What a person did, the latest first."""
    house = _house(request)
    before = _place(cursor)
    found = identity.person(house.store, access.scope, person_id)
    items, place = timeline(house, access.scope, found, event=event.strip(), before=before, limit=limit)
    return Page(items=[TimelineBody.of(one) for one in items], next_cursor=encode_cursor(*place) if place else None)


@router.get("/workspaces/{workspace}/people/{person_id}/traits/{trait:path}/history")
def person_trait_history(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    person_id: PersonId,
    trait: Annotated[Key, Path(description="Name of the trait.")],
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[TraitBody]:
    """Every value that a trait of a person ever had, the latest first."""
    house = _house(request)
    found = identity.person(house.store, access.scope, person_id)
    rows, place = trait_history(house, access.scope, found, trait, before=_place(cursor), limit=limit)
    return Page(items=[TraitBody.of(one) for one in rows], next_cursor=encode_cursor(*place) if place else None)


def _place(cursor: str | None) -> tuple[int, int, int]:
    if cursor is None:
        return END
    ts, offset, index = decode_cursor(cursor, int, int, int)
    return ts, max(0, offset), min(max(0, index), END[2])


def _search_place(cursor: str) -> Place:
    stage, needle, trait, node = decode_cursor(cursor, int, str, str, int)
    if not 0 <= stage <= 2 or node < 0:
        raise invalid("cursor", cursor, "take it unchanged from next_cursor of the page before.")
    return Place(stage=stage, needle=needle, trait=trait, node=node)
