"""What would launching do? Who, how many cannot be reached and why, who is held out, when, and what it costs; nothing is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from sqlalchemy import Connection, func, select

from uems.kernel.clock import Period
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.warehouse import Limits
from uems.outreach.campaigns.audience import HELD, Audience, find_audience, places, plan_turns
from uems.outreach.campaigns.checking import check_campaign
from uems.outreach.campaigns.spec import CampaignSpec
from uems.outreach.campaigns.timing import ONCE, Opening, hours_of, planned
from uems.outreach.consent.settings import restraints
from uems.outreach.flows.checking import Problem
from uems.outreach.flows.told import zones_there
from uems.outreach.messages.attempts import Claimed
from uems.outreach.messages.deciding import standing
from uems.outreach.messages.reaching import reach
from uems.outreach.messages.sender import frame_of
from uems.outreach.tables import outreach_messages, outreach_templates
from uems.profiles.api import People

LIMITS: Final = Limits(seconds=20, memory_bytes=4_000_000_000)
LOOKED_AT: Final = 5_000
"""So many people at most are looked at one by one; of more, a part that is spread evenly."""
_SAMPLE: Final = 10
_M, _T = outreach_messages.c, outreach_templates.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """found: people of the audience before exclusion; held: held out; entered: to be sent something.

    looked_at: of those entered, how many were looked at one by one; refusals: why so many of these would not get it, as things are.
    hours: (beginning of an hour, people whose turn is then). cost_micros: by what messages of the channel cost of late; null where it
    knows no cost. begins_at: null where it begins at once, or never. decide_at: when the winner of a test is chosen.
    sample: some people who would get it.
    """

    problems: Sequence[Problem]
    everybody: int = 0
    found: int = 0
    excluded: int = 0
    held: int = 0
    entered: int = 0
    looked_at: int = 0
    refusals: Mapping[str, int] = field(default_factory=dict)
    hours: Mapping[datetime, int] = field(default_factory=dict)
    cost_micros: int | None = None
    begins_at: datetime | None = None
    decide_at: datetime | None = None
    approval_over: int | None = None
    sample: Sequence[int] = ()


def outlook(house: House, scope: Scope, spec: CampaignSpec, salt: str, now: datetime) -> Outlook:
    """As of now, with everything that can be said already. salt: of the campaign; any for one that was never saved."""
    problems = check_campaign(house, scope, spec, now)
    limit = restraints(house.store, scope)[0].campaigns.approval_over
    if any(one.node == "audience" for one in problems):
        return Outlook(problems=problems, approval_over=limit)
    try:
        audience = find_audience(house, scope, spec.audience, now, LIMITS)
    except UemsError as error:
        if error.passes:
            raise
        broken = Problem(code="bad_who", node="audience", message=error.message, details=error.details)
        return Outlook(problems=[*problems, broken], approval_over=limit)
    return _counted(house, scope, spec, salt, now, problems, audience, limit)


def _counted(
    house: House,
    scope: Scope,
    spec: CampaignSpec,
    salt: str,
    now: datetime,
    problems: Sequence[Problem],
    audience: Audience,
    limit: int | None,
) -> Outlook:
    mine = places(spec, salt, 1, audience.people)
    going = audience.people[mine != HELD]
    opened = None if any(one.node == "timing" for one in problems) else _opening(house, scope, spec, now)
    hours: Mapping[datetime, int] = {}
    decide_at = None
    if opened is not None:
        turns, decide_at = plan_turns(house, scope, spec, audience.people, mine, opened, max(now, opened.at))
        hours = hours_of(turns[mine != HELD])
    looked = going[np.unique(np.linspace(0, len(going) - 1, min(len(going), LOOKED_AT)).astype(int))] if len(going) else going
    sample = looked[np.unique(np.linspace(0, len(looked) - 1, min(len(looked), _SAMPLE)).astype(int))] if len(looked) else looked
    refusals: Mapping[str, int] = {}
    if not any(one.node == "message" for one in problems):
        refusals = _refusals(house, scope, spec, looked, now)
    with house.store.read() as conn:
        cost = _cost(conn, scope, _channel(conn, scope, spec), now)
    return Outlook(
        problems=problems,
        everybody=audience.everybody,
        found=len(audience.people) + audience.excluded,
        excluded=audience.excluded,
        held=len(audience.people) - len(going),
        entered=len(going),
        looked_at=len(looked),
        refusals=refusals,
        hours=hours,
        cost_micros=None if cost is None else round(cost * len(going)),
        begins_at=opened.at if opened is not None and spec.timing.schedule is not None else None,
        decide_at=decide_at,
        approval_over=limit,
        sample=sample.tolist(),
    )


def _opening(house: House, scope: Scope, spec: CampaignSpec, now: datetime) -> Opening | None:
    if spec.timing.schedule is None:
        return Opening(slot=ONCE, at=now, day=None)
    zones = zones_there(house, scope) if spec.timing.clock == "person" else []
    # One that should have begun today begins at once.
    back = now if spec.recurring else now - timedelta(days=2)
    return next(planned(spec.timing, scope.zone, zones, Period(start=back, end=now + timedelta(days=400))), None)


def _refusals(house: House, scope: Scope, spec: CampaignSpec, people: People, now: datetime) -> dict[str, int]:
    """Why → how many of these would not get it, by what a sender would say of them now. Caps and quiet hours are known only then."""
    if not len(people):
        return {}
    numbers = people.tolist()
    known = reach(house, scope, numbers)
    with house.store.read() as conn:
        frame = frame_of(conn, house, scope)
        channel, topic = _channel(conn, scope, spec), spec.topic or _topic(conn, scope, spec)
        asked = [_asked(scope, spec, channel, topic, number, now) for number in numbers]
        reasons = standing(conn, scope, frame.rules, asked, known, now)
    return dict(Counter(reason for reason in reasons if reason).most_common())


def _asked(scope: Scope, spec: CampaignSpec, channel: str, topic: str, person: int, now: datetime) -> Claimed:
    return Claimed(
        message_id=person,
        workspace_id=scope.workspace_id,
        send_key="preview",
        person_id=person,
        channel=channel,
        template_id=spec.variants[0].template,
        kind=spec.kind,
        topic=topic if spec.kind != "service" else spec.topic,
        origin_type="campaign",
        origin_id="",
        origin_version=0,
        origin_node="a",
        context={},
        priority=spec.priority,
        attempts=0,
        expires_at=now + timedelta(hours=spec.hours),
        enqueued_at=now,
    )


def _channel(conn: Connection, scope: Scope, spec: CampaignSpec) -> str:
    if spec.channel:
        return spec.channel
    query = select(_T.channel).where(_T.workspace_id == scope.workspace_id, _T.template_id == spec.variants[0].template)
    return conn.execute(query).scalar_one_or_none() or ""


def _topic(conn: Connection, scope: Scope, spec: CampaignSpec) -> str:
    query = select(_T.topic).where(_T.workspace_id == scope.workspace_id, _T.template_id == spec.variants[0].template)
    return conn.execute(query).scalar_one_or_none() or ""


def _cost(conn: Connection, scope: Scope, channel: str, now: datetime) -> float | None:
    """Millionths of the currency that a message of the channel cost on average in 30 days; None where none ever cost anything."""
    mine = (_M.workspace_id == scope.workspace_id, _M.channel == channel, _M.state == "accepted", _M.sent_at >= now - timedelta(days=30))
    count, cost = conn.execute(select(func.count(), func.sum(_M.cost_micros)).where(*mine)).one()
    return float(cost) / count if count and cost else None
