"""What did this house do to people, and to whom? Flows and campaigns, with those held out, for whoever judges what they were worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Select, case, func, select

from uems.access.api import Access
from uems.kernel.scope import Scope
from uems.kernel.store import Store, to_microseconds
from uems.outreach.campaigns.definitions import get_campaign, list_campaigns
from uems.outreach.campaigns.launching import pause_campaign, resume_campaign
from uems.outreach.campaigns.tables import campaign_occurrences, campaign_people
from uems.outreach.flows.definitions import get_flow, list_flows, resume_flow, stop_flow
from uems.outreach.flows.tables import flow_runs
from uems.outreach.tables import outreach_consent_changes, outreach_messages

ActKind: TypeAlias = Literal["flow", "campaign"]
_R, _O, _P, _M = flow_runs.c, campaign_occurrences.c, campaign_people.c, outreach_messages.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A flow that was published, or a campaign that took place. number: by which its rows know it."""

    kind: ActKind
    key: str
    name: str
    state: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Whom an act was for, each number once. since_us: when it began for them, microseconds since 1970. held: kept out of it on purpose.

    Whoever was planned counts as treated, sent or not: what restraints keep back is no reason to leave somebody out.
    both: numbers that were held out one time and treated another, which are in none of the arrays.
    """

    person: npt.NDArray[np.uint64]
    since_us: npt.NDArray[np.int64]
    held: npt.NDArray[np.bool_]
    both: int


def acts(store: Store, scope: Scope) -> list[Act]:
    """What may have changed somebody, archived ones too: their worth does not go away."""
    flows = [
        Act(kind="flow", key=one.key, name=one.name, state=one.state, number=one.flow_id)
        for one in list_flows(store, scope, archived=True)
        if one.version
    ]
    campaigns = [
        Act(kind="campaign", key=one.key, name=one.name, state=one.state, number=one.campaign_id)
        for one in list_campaigns(store, scope, archived=True)
        if one.version
    ]
    return [*flows, *campaigns]


def touched_by(store: Store, scope: Scope, act: Act) -> Touched:
    """Everybody who came to the door of a flow, or was frozen into a campaign, by the first time that they were."""
    with store.read() as conn:
        rows = _of_flow(conn, scope, act) if act.kind == "flow" else _of_campaign(conn, scope, act)
    table = np.array(rows, np.int64).reshape(-1, 4)
    table = table[np.argsort(table[:, 0], kind="stable")]
    both = table[:, 2] != table[:, 3]
    kept = table[~both]
    return Touched(person=kept[:, 0].astype(np.uint64), since_us=kept[:, 1], held=kept[:, 2] == 1, both=int(both.sum()))


def _of_flow(conn: Connection, scope: Scope, act: Act) -> list[tuple[int, int, int, int]]:
    held = case((_R.state == "holdout", 1), else_=0)
    mine = (_R.workspace_id == scope.workspace_id, _R.flow_id == act.number, _R.state != "new")
    query = select(_R.person_id, func.min(_R.entered_at), func.min(held), func.max(held)).where(*mine).group_by(_R.person_id)
    return [(row[0], row[1], row[2], row[3]) for row in conn.execute(query)]


def _of_campaign(conn: Connection, scope: Scope, act: Act) -> list[tuple[int, int, int, int]]:
    began = select(_O.occurrence, _O.begun_at).where(
        _O.workspace_id == scope.workspace_id, _O.campaign_id == act.number, _O.state.in_(("running", "done"))
    )
    times = {occurrence: to_microseconds(at) for occurrence, at in conn.execute(began)}
    if not times:
        return []
    held = case((_P.state == "held", 1), else_=0)
    mine = (_P.workspace_id == scope.workspace_id, _P.campaign_id == act.number, _P.state != "merged", _P.occurrence.in_(sorted(times)))
    query = select(_P.person_id, func.min(_P.occurrence), func.min(held), func.max(held)).where(*mine).group_by(_P.person_id)
    return [(row[0], times[row[1]], row[2], row[3]) for row in conn.execute(query)]


def costs_of_acts(store: Store, scope: Scope) -> Mapping[tuple[str, str], int]:
    """(kind, flow's number or campaign's key) → what its messages cost, in millionths of the workspace's currency."""
    mine = (_M.workspace_id == scope.workspace_id, _M.origin_type.in_(("flow", "campaign")), _M.sent_at.is_not(None))
    query = select(_M.origin_type, _M.origin_id, func.sum(_M.cost_micros)).where(*mine).group_by(_M.origin_type, _M.origin_id)
    with store.read() as conn:
        return {(kind, number): int(micros) for kind, number, micros in conn.execute(query)}


def channels_of_acts(store: Store, scope: Scope) -> Mapping[tuple[str, str], frozenset[str]]:
    """(kind, flow's number or campaign's key) → the channels that its messages went by."""
    mine = (_M.workspace_id == scope.workspace_id, _M.origin_type.in_(("flow", "campaign")), _M.sent_at.is_not(None))
    found: dict[tuple[str, str], frozenset[str]] = {}
    with store.read() as conn:
        for kind, number, channel in conn.execute(select(_M.origin_type, _M.origin_id, _M.channel).where(*mine).distinct()):
            found[kind, number] = found.get((kind, number), frozenset()) | {channel}
    return found


def cost_micros(costs: Mapping[tuple[str, str], int], act: Act) -> int:
    """What the messages of ``act`` cost, out of ``costs_of_acts``."""
    return costs.get((act.kind, str(act.number) if act.kind == "flow" else act.key), 0)


def retire_act(store: Store, access: Access, kind: ActKind, key: str) -> bool:
    """Let nobody in any more; whether there was anything to stop. Audited. Raises ``not_found``, and what stopping raises."""
    if kind == "flow":
        if get_flow(store, access.scope, key).state not in ("live", "paused"):
            return False
        stop_flow(store, access, key, inside="finish")
        return True
    if get_campaign(store, access.scope, key).state not in ("scheduled", "running"):
        return False
    pause_campaign(store, access, key)
    return True


def revive_act(store: Store, access: Access, kind: ActKind, key: str) -> None:
    """Take ``retire_act`` back; one that was changed since stays as it is. Audited."""
    if kind == "flow":
        if get_flow(store, access.scope, key).state == "stopped":
            resume_flow(store, access, key)
    elif get_campaign(store, access.scope, key).state == "paused":
        resume_campaign(store, access, key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Who said no, and when. person: the number that they had then. at_us: microseconds since 1970; both by time. Shape (n,)."""

    person: npt.NDArray[np.uint64]
    at_us: npt.NDArray[np.int64]


def unsubscribed(store: Store, scope: Scope) -> Refusals:
    """Every time that somebody unsubscribed from anything, as the proof of consent has it."""
    c = outreach_consent_changes.c
    query = select(c.person_id, c.at).where(c.workspace_id == scope.workspace_id, c.state == "unsubscribed").order_by(c.at)
    return _refusals(store, query)


def complained(store: Store, scope: Scope) -> Refusals:
    """Every message that somebody reported as spam."""
    query = select(_M.person_id, _M.changed_at).where(_M.workspace_id == scope.workspace_id, _M.reason == "complained")
    return _refusals(store, query.order_by(_M.changed_at))


def _refusals(store: Store, query: Select[Any]) -> Refusals:
    with store.read() as conn:
        rows = [(int(number), to_microseconds(at)) for number, at in conn.execute(query)]
    return Refusals(person=np.array([number for number, _ in rows], np.uint64), at_us=np.array([at for _, at in rows], np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure:
    """How much was said in a stretch of time. people: who were sent anything."""

    messages: int
    people: int
    complaints: int
    unsubscribed: int


def pressure(store: Store, scope: Scope, start: datetime, end: datetime) -> Pressure:
    """Messages that left in [start, end), and who refused more in it."""
    sent = (_M.workspace_id == scope.workspace_id, _M.sent_at >= start, _M.sent_at < end)
    c = outreach_consent_changes.c
    refused = (c.workspace_id == scope.workspace_id, c.state == "unsubscribed", c.at >= start, c.at < end)
    with store.read() as conn:
        count = select(func.count(), func.count(_M.person_id.distinct()), func.count(case((_M.reason == "complained", 1))))
        messages, people, complaints = conn.execute(count.where(*sent)).one()
        gone = conn.execute(select(func.count(c.person_id.distinct())).where(*refused)).scalar_one()
    return Pressure(messages=messages, people=people, complaints=complaints, unsubscribed=gone)
