"""How are people listed, found and told over HTTP?"""

from datetime import date
from typing import Annotated

from fastapi import Path, Query, Request
from pydantic import Field

from uems.access.api import Access, guard, house_of
from uems.identity import api as identity
from uems.identity.api import Who
from uems.kernel.edge import CleanStr, Cursor, Id, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.errors import invalid
from uems.kernel.routing import Routes
from uems.profiles.bodies import HappeningBody, IdList, PersonBody, PersonRow, TimelineBody, TraitBody
from uems.profiles.events import Place as EventPlace
from uems.profiles.events import list_events
from uems.profiles.people import Activity, list_people, profile_of
from uems.profiles.roles.routes import router as roles_router
from uems.profiles.search import Place, search_people
from uems.profiles.tags.routes import router as tags_router
from uems.profiles.timeline import timeline
from uems.profiles.traits import END, trait_history

router = Routes()
router.include(roles_router)
router.include(tags_router)

EARLIEST, LATEST = date(1970, 1, 1), date(2149, 6, 5)
"""The days that the warehouse can tell apart."""

PersonId = Annotated[Id, Path(description="Number of the person, or one that a merged part of them had before.")]


Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
"""A business day of the workspace."""
EventName = Annotated[CleanStr, Query(description="Only this event, by the name that reports give it. Empty: any.")]


@router.get("/workspaces/{workspace}/people")
def people(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    search: Annotated[
        CleanStr, Query(description="The start of an id or a trait, or a piece of a trait. Empty: everybody, newest first.")
    ] = "",
    first_day: Annotated[Day | None, Query(description="Only who did something on this day or later.")] = None,
    last_day: Annotated[Day | None, Query(description="Only who did something on this day or before.")] = None,
    event: EventName = "",
    who: Annotated[
        Who | None,
        Query(description="Of those, only who did nothing before the first day, or who has a user id."),
    ] = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[PersonRow]:
    """People, page by page: all of them, those a search finds, or those who did something in a period.

    A page of a search may be short although more follow: go by ``next_cursor``.
    """
    house = house_of(request)
    did = _activity(first_day, last_day, event, who)
    if search.strip():
        if did is not None:
            raise invalid("search", search, "cannot be combined with days, an event or who. Leave one of the two out.")
        after = _search_place(cursor) if cursor else None
        found, place = search_people(house, access.scope, search, after=after, limit=limit)
        following = encode_cursor(*place) if place else None
    else:
        before = decode_cursor(cursor, int)[0] if cursor else None
        found, last = list_people(house, access.scope, did=did, before=before, limit=limit)
        following = encode_cursor(last) if last is not None else None
    return Page(items=[PersonRow.of(one) for one in found], next_cursor=following)


def _activity(first: date | None, last: date | None, event: str, who: Who | None) -> Activity | None:
    if first is None and last is None and not event and who is None:
        return None
    days = _days(first, last)
    return Activity(first_day=days[0], last_day=days[1], event=event, who=who or "active")


def _days(first: date | None, last: date | None) -> tuple[date, date]:
    """Both days, an open end being the first or last there is. Raises ``invalid`` when they are the wrong way round."""
    days = first or EARLIEST, last or LATEST
    if days[1] < days[0]:
        raise invalid("last_day", str(last), f"must not be before first_day {first}; swap them.")
    return days


@router.get("/workspaces/{workspace}/events")
def events(
    request: Request,
    access: Annotated[Access, guard("events:read")],
    first_day: Annotated[Day | None, Query(description="Only of this day or later.")] = None,
    last_day: Annotated[Day | None, Query(description="Only of this day or before.")] = None,
    event: EventName = "",
    revenue: Annotated[bool, Query(description="Only events that the revenue is made of: with an amount in its currency.")] = False,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[HappeningBody]:
    """What was done in a period, the latest first: the events that the reports of the same days count."""
    first, last = _days(first_day, last_day)
    items, place = list_events(
        house_of(request), access.scope, first, last, event=event, revenue=revenue, before=_event_place(cursor), limit=limit
    )
    following = encode_cursor(place[0].toordinal(), *place[1:]) if place else None
    return Page(items=[HappeningBody.of(one) for one in items], next_cursor=following)


def _event_place(cursor: str | None) -> EventPlace | None:
    if cursor is None:
        return None
    day, ms, partition, offset, index = decode_cursor(cursor, int, int, int, int, int)
    day = min(max(day, EARLIEST.toordinal()), LATEST.toordinal())
    return date.fromordinal(day), ms, min(max(partition, 0), 2**31), max(offset, 0), min(max(index, 0), 2**31)


@router.get("/workspaces/{workspace}/people/{person_id}")
def person(request: Request, access: Annotated[Access, guard("people:read")], person_id: PersonId) -> PersonBody:
    """One person: ids, traits, totals."""
    return PersonBody.of(profile_of(house_of(request), access.scope, person_id))


@router.get("/workspaces/{workspace}/people/{person_id}/ids")
def person_ids(request: Request, access: Annotated[Access, guard("people:read")], person_id: PersonId) -> IdList:
    """Every id of a person."""
    store = house_of(request).store
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
    house = house_of(request)
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
    house = house_of(request)
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
