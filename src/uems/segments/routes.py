"""How are segments listed, built, tried out and opened over HTTP?"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.kernel.clock import day_of
from uems.kernel.edge import Cursor, Id, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.profiles import api as profiles
from uems.profiles.api import PersonRow
from uems.segments import definitions, membership
from uems.segments.bodies import (
    Answer,
    Asked,
    History,
    MembershipBody,
    MembershipList,
    MoveBody,
    PassBody,
    PassList,
    SegmentBody,
    SegmentDraft,
    SegmentList,
    SegmentPreviewBody,
    SegmentVersionBody,
    SegmentVersionList,
    SizeBody,
    WhyBody,
)
from uems.segments.model import Draft
from uems.segments.more_routes import router as more
from uems.segments.passes import passes
from uems.segments.preview import preview, why
from uems.segments.uses import SegmentUsers

router = Routes()
router.include(more)

SegmentKey = Annotated[Key, Path(description="Key of the segment.")]
PersonId = Annotated[Id, Path(description="Number of the person, or one that a merged part of them had before.")]
_BASE = "/workspaces/{workspace}/segments"
_MAX_DAYS = 800


@router.get(_BASE)
def list_segments(
    request: Request,
    access: Annotated[Access, guard("segments:read")],
    archived: Annotated[bool, Query(description="Also those that were archived.")] = False,
) -> SegmentList:
    """Every segment by name, with its size and whether it is current."""
    found = definitions.list_segments(house_of(request).store, access.scope, archived=archived)
    return SegmentList(items=[SegmentBody.of(one, access.scope.currency) for one in found])


@router.post(f"{_BASE}/preview")
def preview_segment(request: Request, access: Annotated[Access, guard("segments:read")], body: Asked) -> SegmentPreviewBody:
    """How many people a condition gives, some of them, and how much each part of it decides. Changes nothing."""
    house = house_of(request)
    found = preview(house, access.scope, profiles.parse_condition(body.condition), access.now)
    may_see = "people:read" in access.actor.permissions
    return SegmentPreviewBody.of(found, _rows(house, access, found.sample) if may_see else [])


@router.post(f"{_BASE}/why/{{person_id}}")
def why_condition(request: Request, access: Annotated[Access, guard("people:read")], person_id: PersonId, body: Asked) -> WhyBody:
    """Why a person does or does not fulfil a condition that need not be saved, part by part."""
    return WhyBody.of(why(house_of(request), access.scope, profiles.parse_condition(body.condition), person_id, access.now))


@router.get(f"{_BASE}/passes")
def list_passes(request: Request, access: Annotated[Access, guard("segments:read")], limit: Limit = 50) -> PassList:
    """The passes over everybody, the latest first, with what each had to put right."""
    return PassList(items=[PassBody(**one) for one in passes(house_of(request).store, access.scope, limit)])


@router.get(f"{_BASE}/{{key}}")
def get_segment(request: Request, access: Annotated[Access, guard("segments:read")], key: SegmentKey) -> SegmentBody:
    """One segment."""
    return SegmentBody.of(definitions.segment(house_of(request).store, access.scope, key), access.scope.currency)


@router.put(f"{_BASE}/{{key}}")
def put_segment(request: Request, access: Annotated[Access, guard("segments:write")], key: SegmentKey, body: SegmentDraft) -> SegmentBody:
    """Make or change a segment; its members follow within seconds."""
    draft = Draft(key=key, name=body.name, description=body.description, condition=profiles.parse_condition(body.condition))
    saved = definitions.save_segment(house_of(request).store, access, draft, base_version=body.base_version)
    return SegmentBody.of(saved, access.scope.currency)


@router.delete(f"{_BASE}/{{key}}")
def archive_segment(request: Request, access: Annotated[Access, guard("segments:write")], key: SegmentKey) -> SegmentBody:
    """Take a segment out of use; its history stays, and it can be restored."""
    users: Sequence[SegmentUsers] = request.app.state.segment_users
    return SegmentBody.of(definitions.archive_segment(house_of(request).store, access, key, users=users), access.scope.currency)


@router.post(f"{_BASE}/{{key}}/restore")
def restore_segment(request: Request, access: Annotated[Access, guard("segments:write")], key: SegmentKey) -> SegmentBody:
    """Put an archived segment back into use."""
    return SegmentBody.of(definitions.archive_segment(house_of(request).store, access, key, archived=False), access.scope.currency)


@router.get(f"{_BASE}/{{key}}/versions")
def list_versions(request: Request, access: Annotated[Access, guard("segments:read")], key: SegmentKey) -> SegmentVersionList:
    """What the segment asked over time, the latest first."""
    store = house_of(request).store
    one = definitions.segment(store, access.scope, key)
    return SegmentVersionList(
        items=[
            SegmentVersionBody.of(v, access.scope.currency) for v in definitions.segment_versions_of(store, access.scope, one.segment_id)
        ]
    )


@router.get(f"{_BASE}/{{key}}/members")
def list_members(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    key: SegmentKey,
    on: Annotated[datetime | None, Query(description="As of this instant, with its offset; left out: now.")] = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[PersonRow]:
    """Who is in the segment, or was at an instant, by number."""
    house = house_of(request)
    if on is not None and on.tzinfo is None:
        raise invalid("on", on.isoformat(), "must carry an offset, such as 2026-03-01T00:00:00+08:00.")
    one = definitions.segment(house.store, access.scope, key)
    after = decode_cursor(cursor, int)[0] if cursor else 0
    found = membership.members(house, access.scope, one.segment_id, after=max(0, after), limit=limit + 1, on=on)
    following = encode_cursor(found[limit - 1]) if len(found) > limit else None
    return Page(items=_rows(house, access, found[:limit]), next_cursor=following)


@router.get(f"{_BASE}/{{key}}/members/{{person_id}}")
def member(request: Request, access: Annotated[Access, guard("people:read")], key: SegmentKey, person_id: PersonId) -> Answer:
    """Whether a person is in the segment."""
    house = house_of(request)
    one = definitions.segment(house.store, access.scope, key)
    return Answer(member=membership.is_member(house, access.scope, one.segment_id, person_id))


@router.get(f"{_BASE}/{{key}}/members/{{person_id}}/why")
def why_member(request: Request, access: Annotated[Access, guard("people:read")], key: SegmentKey, person_id: PersonId) -> WhyBody:
    """Why a person is in the segment or out of it, part by part."""
    house = house_of(request)
    one = definitions.segment(house.store, access.scope, key)
    return WhyBody.of(why(house, access.scope, one.condition, person_id, access.now))


@router.get(f"{_BASE}/{{key}}/history")
def history(
    request: Request,
    access: Annotated[Access, guard("segments:read")],
    key: SegmentKey,
    first_day: Annotated[date | None, Query(description="First business day; left out: 90 days before the last.")] = None,
    last_day: Annotated[date | None, Query(description="Last business day; left out: today.")] = None,
) -> History:
    """The size of the segment day by day, with who came and went."""
    house = house_of(request)
    one = definitions.segment(house.store, access.scope, key)
    last = last_day or day_of(access.now, access.scope.zone)
    first = first_day or last - timedelta(days=90)
    if not 0 <= (last - first).days <= _MAX_DAYS or not 1971 <= first.year <= 2148:
        raise invalid("first_day", first.isoformat(), f"must be on or before last_day, {last}, and at most {_MAX_DAYS} days before it.")
    return History(items=[SizeBody.of(size) for size in membership.sizes(house, access.scope, one.segment_id, first, last)])


@router.get("/workspaces/{workspace}/people/{person_id}/segments")
def person_segments(request: Request, access: Annotated[Access, guard("people:read")], person_id: PersonId) -> MembershipList:
    """The segments that a person is in, the latest entered first."""
    house = house_of(request)
    names = {one.segment_id: one for one in definitions.list_segments(house.store, access.scope)}
    found = membership.segments_of(house, access.scope, person_id)
    return MembershipList(items=[MembershipBody.of(one, names[one.segment_id]) for one in found if one.segment_id in names])


@router.get("/workspaces/{workspace}/people/{person_id}/moves")
def person_moves(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    person_id: PersonId,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[MoveBody]:
    """When a person came into segments and left them, the latest first."""
    house = house_of(request)
    names = {one.segment_id: one for one in definitions.list_segments(house.store, access.scope, archived=True)}
    before = max(0, decode_cursor(cursor, int)[0]) if cursor else None
    found, place = membership.moves_of(house, access.scope, person_id, limit, before=before)
    items = [MoveBody.of(one, names[one.segment_id]) for one in found if one.segment_id in names]
    return Page(items=items, next_cursor=encode_cursor(place) if place else None)


def _rows(house: House, access: Access, people: Sequence[int]) -> list[PersonRow]:
    return [PersonRow.of(one) for one in profiles.profiles_now(house, access.scope, people)]
