"""What became of the messages and of the people of a campaign? Counts that the report shows, the test decides by, and the guard watches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from uems.collect import api as collect
from uems.identity import api as identity
from uems.kernel import filters
from uems.kernel.filters import At, Params
from uems.kernel.house import House
from uems.kernel.lookup import lookup
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import Store
from uems.outreach.campaigns.spec import CampaignGoal
from uems.outreach.campaigns.standstill import of_campaign
from uems.outreach.campaigns.tables import campaign_people
from uems.outreach.tables import outreach_messages

_M, _P = outreach_messages.c, campaign_people.c
MOVING: Final = ("queued", "claimed", "sending")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Messages of one variant. handed: to a provider, whatever came of it. sent: the provider has them, or may have.

    waiting: in the outbox. not_sent: decided against, or too late.
    """

    handed: int = 0
    sent: int = 0
    delivered: int = 0
    opened: int = 0
    clicked: int = 0
    bounced: int = 0
    complained: int = 0
    failed: int = 0
    waiting: int = 0
    not_sent: int = 0
    cost_micros: int = 0


def letter_of(place: int) -> str:
    """The name of a variant in messages and events: a, b, c, ..."""
    return "abcdefgh"[place]


def count_messages(conn: Connection, scope: Scope, key: str, occurrence: int | None, since: datetime | None = None) -> dict[str, Sent]:
    """Letter of the variant → what became of its messages; of one time, or of all. since: only those that were sent from then on."""
    mine = [*of_campaign(scope.workspace_id, key)]
    if occurrence is not None:
        mine.append(_M.origin_entry == occurrence)
    if since is not None:
        mine.append(or_(_M.sent_at >= since, and_(_M.state == "failed", _M.changed_at >= since)))
    left = or_(_M.state.in_(("accepted", "unknown")), and_(_M.state == "failed", _M.sent_at.is_not(None)))
    bounced = and_(_M.state == "failed", _M.reason.in_(("bounced", "bad_address")))
    columns: dict[str, ColumnElement[Any]] = {
        "handed": _sum(_M.state.in_(("accepted", "unknown", "failed"))),
        "sent": _sum(left),
        "delivered": _sum(_M.delivered_at.is_not(None)),
        "opened": _sum(_M.opened_at.is_not(None)),
        "clicked": _sum(_M.clicked_at.is_not(None)),
        "bounced": _sum(bounced),
        "complained": _sum(_M.reason == "complained"),
        "failed": _sum(and_(_M.state == "failed", _M.reason.not_in(("bounced", "bad_address")))),
        "waiting": _sum(_M.state.in_(MOVING)),
        "not_sent": _sum(_M.state.in_(("suppressed", "expired", "cancelled"))),
        "cost_micros": func.coalesce(func.sum(_M.cost_micros), 0),
    }
    query = select(_M.origin_node, *[column.label(name) for name, column in columns.items()]).where(*mine).group_by(_M.origin_node)
    return {row["origin_node"]: Sent(**{name: int(row[name]) for name in columns}) for row in conn.execute(query).mappings()}


def _sum(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def reasons_not_sent(conn: Connection, scope: Scope, key: str, occurrence: int | None) -> dict[str, int]:
    """Why messages were not sent → how many, the most first."""
    mine = [*of_campaign(scope.workspace_id, key), _M.state.in_(("suppressed", "expired", "cancelled", "failed"))]
    if occurrence is not None:
        mine.append(_M.origin_entry == occurrence)
    count = func.count()
    query = select(_M.reason, count).where(*mine).group_by(_M.reason).order_by(count.desc(), _M.reason)
    return {row[0]: row[1] for row in conn.execute(query)}


def count_people(conn: Connection, place: Sequence[ColumnElement[bool]]) -> dict[tuple[int | None, str], int]:
    """(place of the variant, state) → people."""
    query = select(_P.variant, _P.state, func.count()).where(*place).group_by(_P.variant, _P.state)
    return {(variant, state): people for variant, state, people in conn.execute(query)}


def reached_goal(house: House, scope: Scope, goal: CampaignGoal, begun_at: datetime) -> dict[int, tuple[int, ...]]:
    """Person → every number that they ever had, of those who reached the goal within its days of the beginning, as the log knows it now."""
    params = Params("g")
    names = params.bind(list(goal.events), "Array(String)")
    end = begun_at + timedelta(days=goal.days)
    within = Sql(f"ts >= {{since:DateTime64(3, 'UTC')}} AND ts < {{end:DateTime64(3, 'UTC')}} AND {identity.EVENT_NAME} IN {names}")
    if goal.where is not None:
        at = At(now=begun_at, zone=scope.zone)
        within = Sql(f"{within} AND ({filters.to_sql(filters.parse(goal.where), collect.event_fields(), params, at)})")
    rows = identity.rows_of_people(house.store, scope, Sql("events"), (), within)
    query = Sql(f"SELECT DISTINCT person FROM {rows} ORDER BY person")
    found = house.warehouse.query(query, {**params.values, "since": begun_at, "end": end}).column("person").to_pylist()
    owners = identity.people_of(house.store, scope, found)
    return {person: owners[person].node_ids if person in owners else (person,) for person in found}


def count_converted(
    store: Store, scope: Scope, campaign_id: int, occurrence: int, people: Mapping[int, tuple[int, ...]]
) -> dict[tuple[int | None, str], int]:
    """(place of the variant, state) → how many of these people. Somebody who stands under several numbers counts once, under the first."""
    owner = {number: person for person, numbers in people.items() for number in numbers}
    with store.read() as conn:
        rows = lookup(
            conn,
            scope.workspace_id,
            Sql("t.person_id, t.variant, t.state"),
            Sql("campaign_people"),
            Sql("t.campaign_id = :campaign AND t.occurrence = :occurrence AND t.person_id = s.n"),
            {"n": "bigint"},
            [(number,) for number in sorted(owner)],
            campaign=campaign_id,
            occurrence=occurrence,
        )
    counts: dict[tuple[int | None, str], int] = {}
    for _, variant, state in rows:
        if state != "merged":
            counts[variant, state] = counts.get((variant, state), 0) + 1
    return counts
