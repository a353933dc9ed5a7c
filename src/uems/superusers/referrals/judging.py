"""Who that came by a code has bought by now, whose waiting is over, and who gave it back? Looked at again and again, some at a time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, RowMapping, and_, or_, select, update

from uems.access.api import Workspaces
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.kernel.store import lock
from uems.profiles import api as profiles
from uems.superusers.referrals import news
from uems.superusers.referrals.model import Referral
from uems.superusers.referrals.programmes import Programme, read_programmes
from uems.superusers.referrals.rewards import make_rewards, mark_refunded
from uems.superusers.referrals.spec import Reason
from uems.superusers.referrals.tables import referrals
from uems.superusers.referrals.verdicts import Paid, Qualified, Refused, Verdict, paid_back, verdict

AGAIN: Final = timedelta(minutes=5)
SOON: Final = timedelta(seconds=5)
"""Who has just come often orders at once: for an hour they are looked at more often."""
WATCHED: Final = timedelta(days=180)
"""How long after a reward became due it is looked whether the order was paid back."""
_AT_ONCE: Final = 1_000
_R = referrals.c


def judge(house: House, workspaces: Workspaces, now: datetime) -> int:
    """Look at those who were not looked at for the longest time; how many were."""
    settled = and_(_R.state == "rewarded", _R.settled_at > now - WATCHED)
    fresh = and_(_R.joined_at > now - timedelta(hours=1), _R.looked_at < now - SOON)
    ripe = or_(_R.looked_at.is_(None), _R.looked_at < now - AGAIN, fresh)
    query = select(referrals).where(or_(_R.state.in_(("joined", "qualified")), settled), ripe)
    with house.store.read() as conn:
        rows = conn.execute(query.order_by(_R.looked_at.is_not(None), _R.looked_at, _R.referral_id).limit(_AT_ONCE)).mappings().all()
    for workspace_id in sorted({row["workspace_id"] for row in rows}):
        scope = workspaces.look(workspace_id)
        if scope is not None:
            judge_some(house, scope, [row for row in rows if row["workspace_id"] == workspace_id], now)
    return len(rows)


def judge_some(house: House, scope: Scope, rows: Sequence[RowMapping], now: datetime) -> None:
    """As things stand in the warehouse now; each referral moves at most once."""
    found = [Referral.of(row) for row in rows]
    numbers = {number for one in found for number in (one.person_id, one.inviter_id)}
    people = identity.people_of(house.store, scope, numbers)
    histories = read_histories(house, scope, [people[one.person_id] for one in found if one.person_id in people])
    roles = profiles.roles_of(house.store, scope)
    with house.store.write() as conn:
        lock(conn, f"referrals:{scope.workspace_id}")
        known = {one.key: one for one in read_programmes(conn, scope.workspace_id)}
        for one in found:
            standing = conn.execute(select(referrals).where(_R.referral_id == one.referral_id)).mappings().one()
            referral = Referral.of(standing)
            conn.execute(update(referrals).where(_R.referral_id == one.referral_id).values(looked_at=now))
            programme = known.get(one.key)
            person = people.get(one.person_id)
            if programme is None or person is None or not roles.has("purchase"):
                continue
            history = histories.get(person.person_id, [])
            if referral.state == "rewarded":
                back = referral.ordered_at is not None and paid_back(
                    Paid(at=referral.ordered_at, minor=referral.order_minor), programme.spec.limits, history
                )
                if back:
                    mark_refunded(conn, scope, referral.referral_id, now)
                continue
            if referral.state not in ("joined", "qualified"):
                continue
            first = select(_R.referral_id).where(_R.workspace_id == scope.workspace_id, _R.person_id.in_(person.node_ids))
            earliest = conn.execute(first.order_by(_R.joined_at, _R.referral_id).limit(1)).scalar_one()
            inviter = people.get(one.inviter_id)
            said: Verdict
            if inviter is not None and inviter.person_id == person.person_id:
                said = Refused(reason="self_referral")
            elif earliest != referral.referral_id:
                said = Refused(reason="same_person")
            else:
                said = verdict(referral, programme.spec.limits, history, now)
            nodes = inviter.node_ids if inviter else (one.inviter_id,)
            _move(conn, scope, referral, programme, said, nodes, now)


def read_histories(house: House, scope: Scope, people: Sequence[identity.Person]) -> Mapping[int, list[Paid]]:
    """person → what they paid and got back, by the roles of purchase and refund, in the currency of the workspace."""
    roles = profiles.roles_of(house.store, scope)
    bought, back = sorted(roles.events("purchase")), sorted(roles.events("refund"))
    if not people or not bought:
        return {}
    owner = {node: one.person_id for one in people for node in one.node_ids}
    params: dict[str, Param] = {
        "bought": bought,
        "back": back,
        "stored": sorted({number for one in people for number in one.stored_ids}),
        "nodes": sorted(owner),
        "currency": scope.currency,
    }
    query = Sql(
        "SELECT node_id, ts, event IN {back:Array(String)} AS returned, ifNull(revenue_minor, 0) AS minor FROM events"
        f" WHERE workspace_id = {scope.workspace_id} AND person_id IN {{stored:Array(UInt64)}} AND node_id IN {{nodes:Array(UInt64)}}"
        " AND event IN arrayConcat({bought:Array(String)}, {back:Array(String)}) AND currency IN ('', {currency:String})"
    )
    found: dict[int, list[Paid]] = {}
    for row in house.warehouse.query(query, params).to_pylist():
        minor = -abs(row["minor"]) if row["returned"] else row["minor"]
        found.setdefault(owner[row["node_id"]], []).append(Paid(at=row["ts"].astimezone(UTC), minor=minor))
    return found


def _move(
    conn: Connection, scope: Scope, referral: Referral, programme: Programme, said: Verdict, nodes: Sequence[int], now: datetime
) -> None:
    where = _R.referral_id == referral.referral_id
    if isinstance(said, Refused):
        reason: Reason = said.reason
        conn.execute(update(referrals).where(where).values(state="refused", reason=reason, settled_at=now))
        moved = Referral.of(conn.execute(select(referrals).where(where)).mappings().one())
        news.note(conn, scope.workspace_id, moved, "Referral Refused", now)
    elif isinstance(said, Qualified):
        facts = {"ordered_at": said.order.at, "order_minor": said.order.minor, "due_at": said.due_at}
        conn.execute(update(referrals).where(where).values(state="rewarded" if said.due else "qualified", **facts))
        moved = Referral.of(conn.execute(select(referrals).where(where)).mappings().one())
        if referral.state == "joined":
            news.note(conn, scope.workspace_id, moved, "Referral Qualified", said.order.at)
        if said.due:
            conn.execute(update(referrals).where(where).values(settled_at=now))
            make_rewards(conn, scope, moved, programme.spec, nodes, said.due_at, now)
