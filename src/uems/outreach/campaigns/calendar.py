"""What is planned, and what has been? Campaigns and the scheduled entries of flows, by the clock of the workspace."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from sqlalchemy import select

from uems.kernel.clock import Period
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.campaigns.definitions import Campaign, list_campaigns
from uems.outreach.campaigns.freezing import slot_of
from uems.outreach.campaigns.tables import campaign_occurrences
from uems.outreach.campaigns.timing import planned
from uems.outreach.flows.definitions import list_flows, versions_of
from uems.outreach.flows.graph import DateEntry, ScheduleEntry
from uems.outreach.flows.schedule import openings
from uems.outreach.flows.told import zones_there

MAX_DAYS: Final = 100
What: TypeAlias = Literal["campaign", "flow"]
_O = campaign_occurrences.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One thing on one day. state: of the campaign or flow. sure: it took place, or will as things are. people: None: not known yet."""

    what: What
    key: str
    name: str
    at: datetime
    state: str
    sure: bool
    occurrence: int | None
    people: int | None


def calendar(house: House, scope: Scope, period: Period, now: datetime) -> list[Planned]:
    """Everything of a period of up to MAX_DAYS days, in order. Drafts with a day are shown as not sure."""
    if period.end - period.start > timedelta(days=MAX_DAYS):
        raise invalid("end", period.end.isoformat(), f"must be within {MAX_DAYS} days of the start.")
    found = [*_campaigns(house, scope, period, now), *_flows(house, scope, period, now)]
    return sorted(found, key=lambda one: (one.at, one.what, one.key, one.occurrence or 0))


def _campaigns(house: House, scope: Scope, period: Period, now: datetime) -> Iterator[Planned]:
    zones: list[str] | None = None
    with house.store.read() as conn:
        columns = (_O.campaign_id, _O.occurrence, _O.slot, _O.begun_at, _O.entered, _O.state)
        rows = conn.execute(select(*columns).where(_O.workspace_id == scope.workspace_id)).all()
    for one in list_campaigns(house.store, scope):
        mine = [row for row in rows if row.campaign_id == one.campaign_id]
        for row in mine:
            if period.contains(row.begun_at):
                yield _planned(one, row.begun_at, True, row.occurrence, None if row.state == "freezing" else row.entered)
        if one.spec.timing.schedule is None or one.state in ("cancelled", "done"):
            continue
        if one.spec.timing.clock == "person" and zones is None:
            zones = zones_there(house, scope)
        begin = max(period.start, now)
        if begin >= period.end:
            continue
        known = {row.slot for row in mine}
        sure = one.state in ("scheduled", "running")
        for opened in planned(one.spec.timing, scope.zone, zones or [], Period(start=begin, end=period.end)):
            if slot_of(one, opened) not in known:
                yield _planned(one, opened.at, sure, None, None)


def _planned(one: Campaign, at: datetime, sure: bool, occurrence: int | None, people: int | None) -> Planned:
    return Planned(what="campaign", key=one.key, name=one.name, at=at, state=one.state, sure=sure, occurrence=occurrence, people=people)


def _flows(house: House, scope: Scope, period: Period, now: datetime) -> Iterator[Planned]:
    for flow in list_flows(house.store, scope):
        if flow.state not in ("live", "paused"):
            continue
        entry = next((one.graph.entry for one in versions_of(house.store, scope, flow) if one.version == flow.version), flow.graph.entry)
        if not isinstance(entry, ScheduleEntry | DateEntry) or max(period.start, now) >= period.end:
            continue
        for at in openings(entry, scope.zone, Period(start=max(period.start, now), end=period.end)):
            sure = flow.state == "live"
            yield Planned(what="flow", key=flow.key, name=flow.name, at=at, state=flow.state, sure=sure, occurrence=None, people=None)
