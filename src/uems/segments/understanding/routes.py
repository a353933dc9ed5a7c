"""How are segments understood over HTTP: how they overlap, differ, what is in them, and who moves where?"""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import Query, Request

from uems.access.api import Access, guard, house_of
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.edge import CleanStr, Cursor, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.errors import invalid
from uems.kernel.routing import Routes
from uems.profiles import api as profiles
from uems.profiles.api import PersonRow
from uems.segments.understanding.bodies import ComparisonBody, DistributionBody, MovementBody, OverlapBody
from uems.segments.understanding.comparison import compare
from uems.segments.understanding.distribution import Of, distribution
from uems.segments.understanding.movement import MAX_WEEKS, between_segments, between_values
from uems.segments.understanding.movers import movers
from uems.segments.understanding.overlap import MOST, overlap

router = Routes()

_BASE = "/workspaces/{workspace}/understanding"
_YEARS = (1971, 2148)


@router.get(f"{_BASE}/overlap")
def get_overlap(
    request: Request,
    access: Annotated[Access, guard("segments:read")],
    segment: Annotated[list[Key], Query(description="Keys of the segments, two to eight of them.", max_length=MOST)],
) -> OverlapBody:
    """How many people are in exactly which of the segments: every combination, counted exactly."""
    return OverlapBody.of(overlap(house_of(request), access.scope, segment), access.now)


@router.get(f"{_BASE}/comparison")
def get_comparison(
    request: Request,
    access: Annotated[Access, guard("segments:read")],
    segment: Annotated[Key, Query(description="Key of the segment.")],
    other: Annotated[Key | None, Query(description="Key of the segment to compare it with; left out: everybody else.")] = None,
    first_day: Annotated[date | None, Query(description="First business day of the events; left out: 90 days before the last.")] = None,
    last_day: Annotated[date | None, Query(description="Last business day of the events; left out: the latest there is.")] = None,
    limit: Limit = 200,
) -> ComparisonBody:
    """What sets the segment apart: events, tags and traits that are more or less common in it, the strongest first."""
    last = last_day or day_of(_now(request, access), access.scope.zone)
    first = first_day or _days_before(last, 90)
    _check_year("first_day", first)
    _check_year("last_day", last)
    return ComparisonBody.of(compare(house_of(request), access.scope, segment, other, first, last, limit=limit), access.scope.zone)


@router.get(f"{_BASE}/distribution")
def get_distribution(
    request: Request,
    access: Annotated[Access, guard("segments:read")],
    tag: Annotated[Key | None, Query(description="Name of the tag.")] = None,
    trait: Annotated[Key | None, Query(description="Name of the trait; give one of the two.")] = None,
    segment: Annotated[Key | None, Query(description="Key of the segment; left out: everybody.")] = None,
) -> DistributionBody:
    """How many people have which value of a tag or a trait, with quantiles and a histogram of numbers."""
    if (tag is None) == (trait is None):
        raise invalid("tag", "both" if tag else "none", "give a tag or a trait.")
    if trait is not None:  # the values of traits may be names and addresses
        access.require("people:read")
    of: Of = "tag" if tag is not None else "trait"
    return DistributionBody.of_found(distribution(house_of(request), access.scope, of, tag or trait or "", segment))


@router.get(f"{_BASE}/movement")
def get_movement(
    request: Request,
    access: Annotated[Access, guard("segments:read")],
    tag: Annotated[Key | None, Query(description="Name of a tag between whose values people move.")] = None,
    segment: Annotated[
        list[Key] | None, Query(description="Or keys of up to eight segments; somebody in several counts for the first.", max_length=MOST)
    ] = None,
    weeks: Annotated[int, Query(ge=1, le=MAX_WEEKS)] = 8,
    until: Annotated[date | None, Query(description="Last business day; left out: now.")] = None,
) -> MovementBody:
    """Who moved from where to where, week by week."""
    if (tag is None) == (segment is None):
        raise invalid("tag", "both" if tag else "none", "give a tag or segments.")
    if until is not None:
        _check_year("until", until)
    house, scope, end = house_of(request), access.scope, _end(request, access, until)
    if tag is not None:
        return MovementBody.of(between_values(house, scope, tag, end, weeks), scope.zone)
    return MovementBody.of(between_segments(house, scope, segment or [], end, weeks), scope.zone)


@router.get(f"{_BASE}/movement/people")
def get_movers(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    tag: Annotated[Key, Query(description="Name of the tag.")],
    step: Annotated[int, Query(ge=0, le=MAX_WEEKS, description="Number of the week among the moments of the movement, from 0.")],
    source: Annotated[CleanStr, Query(max_length=2_000, description="State at its start; empty: none.")] = "",
    target: Annotated[CleanStr, Query(max_length=2_000, description="State at its end; empty: none.")] = "",
    weeks: Annotated[int, Query(ge=1, le=MAX_WEEKS)] = 8,
    until: Annotated[date | None, Query(description="Last business day; left out: now.")] = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[PersonRow]:
    """Who is behind one number of the movement between the values of a tag."""
    if until is not None:
        _check_year("until", until)
    house, scope, end = house_of(request), access.scope, _end(request, access, until)
    after = max(0, decode_cursor(cursor, int)[0]) if cursor else 0
    found = movers(house, scope, tag, end, weeks, step=step, source=source, target=target, after=after, limit=limit + 1)
    rows = profiles.profiles_now(house, scope, found[:limit])
    return Page(items=[PersonRow.of(one) for one in rows], next_cursor=encode_cursor(found[limit - 1]) if len(found) > limit else None)


def _now(request: Request, access: Access) -> datetime:
    """Now; in a workspace of history, the instant at which it stands still."""
    return profiles.as_of(house_of(request).store, access.scope, access.now)


def _end(request: Request, access: Access, until: date | None) -> datetime:
    now = _now(request, access)
    if until is None or until >= day_of(now, access.scope.zone):
        return now
    return start_of_day(until + timedelta(days=1), access.scope.zone)


def _days_before(day: date, days: int) -> date:
    return day - timedelta(days=days) if day.year > _YEARS[0] else day


def _check_year(field: str, day: date) -> None:
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise invalid(field, day.isoformat(), f"must be from {_YEARS[0]} to {_YEARS[1]}.")
