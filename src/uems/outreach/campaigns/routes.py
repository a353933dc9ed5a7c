"""How are campaigns written, tried, launched, held and followed over HTTP? And the calendar of everything planned."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Path, Query, Request
from pydantic import AwareDatetime

from uems.access.api import Access, guard, house_of
from uems.kernel.clock import Period
from uems.kernel.edge import Cursor, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.errors import invalid, not_found
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.outreach.campaigns import bodies, definitions, launching
from uems.outreach.campaigns.calendar import calendar
from uems.outreach.campaigns.counting import letter_of
from uems.outreach.campaigns.definitions import Campaign, State
from uems.outreach.campaigns.learning import learnt
from uems.outreach.campaigns.previewing import outlook
from uems.outreach.campaigns.reporting import occurrences_of, people_in, report, totals
from uems.outreach.campaigns.timing import planned
from uems.outreach.flows.told import zones_there

router = Routes()

_BASE = "/workspaces/{workspace}/campaigns"
_READ = guard("campaigns:read")
_WRITE = guard("campaigns:write")
CampaignKey = Annotated[Key, Path(description="Key of the campaign.")]
Occurrence = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Which time; the latest when left out.")]


@router.get(_BASE)
def list_campaigns(
    request: Request,
    access: Annotated[Access, _READ],
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    search: Annotated[str, Query(max_length=200, description="Part of the name or the key.")] = "",
) -> bodies.CampaignList:
    """Campaigns, the latest change first."""
    house = house_of(request)
    known = totals(house.store, access.scope)
    found = definitions.list_campaigns(house.store, access.scope, search=search, archived=state == "archived")
    items = []
    for one in found:
        if state not in (None, one.state):
            continue
        times, entered, held = known.get(one.campaign_id, (0, 0, 0))
        same = {name: getattr(one, name) for name in ("key", "name", "description", "state", "reason", "changed_at", "changed_by")}
        counts = {"recurring": one.spec.recurring, "variants": len(one.spec.variants), "times": times, "entered": entered, "held": held}
        items.append(bodies.CampaignLine(**same, **counts, next_at=_next_at(house, access, one)))
    return bodies.CampaignList(items=items, counts=dict(Counter(one.state for one in found)))


@router.post("/workspaces/{workspace}/campaign-previews")
def preview_campaign(request: Request, access: Annotated[Access, _READ], body: bodies.CampaignTrial) -> bodies.CampaignOutlook:
    """What launching would do, saved or not: who, how many cannot be reached and why, when, and what it costs. Nothing is written."""
    house = house_of(request)
    salt = definitions.get_campaign(house.store, access.scope, body.key).salt if body.key else ""
    return bodies.CampaignOutlook.of(outlook(house, access.scope, body.spec, salt, access.now))


@router.get(_BASE + "/{key}")
def get_campaign(request: Request, access: Annotated[Access, _READ], key: CampaignKey) -> bodies.CampaignWhole:
    """One campaign."""
    house = house_of(request)
    return _whole(house, access, definitions.get_campaign(house.store, access.scope, key))


@router.put(_BASE + "/{key}")
def save_campaign(request: Request, access: Annotated[Access, _WRITE], key: CampaignKey, body: bodies.CampaignSave) -> bodies.CampaignWhole:
    """Make a campaign, or change one that is a draft. Nobody is sent anything before it is launched."""
    house = house_of(request)
    return _whole(house, access, definitions.save_campaign(house.store, access, key, body, revision=body.revision))


@router.delete(_BASE + "/{key}", status_code=204)
def archive_campaign(request: Request, access: Annotated[Access, _WRITE], key: CampaignKey) -> None:
    """Put it away."""
    launching.archive_campaign(house_of(request).store, access, key)


@router.post(_BASE + "/{key}/launch")
def launch_campaign(
    request: Request, access: Annotated[Access, _WRITE], key: CampaignKey, body: bodies.CampaignLaunch
) -> bodies.CampaignWhole:
    """Let it go, at once or at its time; above a number of people only after somebody else approves."""
    house = house_of(request)
    return _whole(house, access, launching.launch_campaign(house, access, key, revision=body.revision))


@router.post(_BASE + "/{key}/approve")
def approve_campaign(request: Request, access: Annotated[Access, guard("campaigns:approve")], key: CampaignKey) -> bodies.CampaignWhole:
    """Say yes to a campaign of somebody else that waits for approval."""
    house = house_of(request)
    return _whole(house, access, launching.approve_campaign(house.store, access, key))


@router.post(_BASE + "/{key}/withdraw")
def withdraw_campaign(request: Request, access: Annotated[Access, _WRITE], key: CampaignKey) -> bodies.CampaignWhole:
    """Make it a draft again, as long as nobody is being sent anything."""
    house = house_of(request)
    return _whole(house, access, launching.withdraw_campaign(house.store, access, key))


@router.post(_BASE + "/{key}/pause")
def pause_campaign(request: Request, access: Annotated[Access, _WRITE], key: CampaignKey) -> bodies.CampaignWhole:
    """Let nothing more go out until it is resumed."""
    house = house_of(request)
    return _whole(house, access, launching.pause_campaign(house.store, access, key))


@router.post(_BASE + "/{key}/resume")
def resume_campaign(request: Request, access: Annotated[Access, _WRITE], key: CampaignKey) -> bodies.CampaignWhole:
    """Go on exactly where it stopped."""
    house = house_of(request)
    return _whole(house, access, launching.resume_campaign(house.store, access, key))


@router.post(_BASE + "/{key}/cancel")
def cancel_campaign(request: Request, access: Annotated[Access, _WRITE], key: CampaignKey) -> bodies.CampaignWhole:
    """End it for good; what waits in the outbox is taken back."""
    house = house_of(request)
    return _whole(house, access, launching.cancel_campaign(house.store, access, key))


@router.get(_BASE + "/{key}/report")
def campaign_report(
    request: Request, access: Annotated[Access, _READ], key: CampaignKey, occurrence: Occurrence = None
) -> bodies.CampaignReportBody:
    """Who was planned, what reached them, and what it changed against those held out; of one time."""
    house = house_of(request)
    one = definitions.get_campaign(house.store, access.scope, key)
    times = occurrences_of(house.store, access.scope, one)
    took = next((each for each in times if each.occurrence == (occurrence or each.occurrence)), None)
    if took is None and occurrence is not None:
        raise not_found("occurrence", str(occurrence))
    known = learnt(house, access.scope, one, access.now) if one.spec.learns else ()
    return bodies.CampaignReportBody.of(times, None if took is None else report(house, access.scope, one, took), known)


@router.get(_BASE + "/{key}/people")
def list_campaign_people(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    key: CampaignKey,
    occurrence: Annotated[int, Query(ge=1, le=2**31 - 1)] = 1,
    state: Annotated[str, Query(max_length=10, description="held, waiting, ready, sent, merged or cancelled.")] = "",
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Page[bodies.CampaignPerson]:
    """Who was planned for one time, and what became of each."""
    store = house_of(request).store
    one = definitions.get_campaign(store, access.scope, key)
    after = decode_cursor(cursor, int)[0] if cursor else 0
    found = people_in(store, access.scope, one, occurrence, state=state, after=after, limit=limit + 1)
    items = [
        bodies.CampaignPerson(person_id=person, variant="" if place is None else letter_of(place), state=what)
        for person, place, what in found[:limit]
    ]
    return Page[bodies.CampaignPerson](items=items, next_cursor=encode_cursor(found[limit - 1][0]) if len(found) > limit else None)


@router.get("/workspaces/{workspace}/calendar")
def get_calendar(
    request: Request,
    access: Annotated[Access, _READ],
    start: Annotated[AwareDatetime, Query(description="With its zone.")],
    end: Annotated[AwareDatetime, Query(description="Up to 100 days later.")],
) -> bodies.CalendarBody:
    """Campaigns that took place or are planned, and scheduled entries of flows, in order."""
    if end <= start:
        raise invalid("end", end.isoformat(), "must be later than the start.")
    found = calendar(house_of(request), access.scope, Period(start=start, end=end), access.now)
    return bodies.CalendarBody(zone=access.scope.zone, items=[bodies.CalendarItem.of(one) for one in found])


def _whole(house: House, access: Access, one: Campaign) -> bodies.CampaignWhole:
    return bodies.CampaignWhole.of(one, _next_at(house, access, one))


def _next_at(house: House, access: Access, one: Campaign) -> datetime | None:
    """When it takes place next, as far as that is known; None for one that is over, or begins at once."""
    if one.spec.timing.schedule is None or one.state not in ("draft", "waiting", "scheduled", "running", "paused"):
        return None
    zones = zones_there(house, access.scope) if one.spec.timing.clock == "person" else []
    ahead = Period(start=access.now, end=access.now + timedelta(days=400))
    found = next(planned(one.spec.timing, access.scope.zone, zones, ahead), None)
    return None if found is None else found.at
