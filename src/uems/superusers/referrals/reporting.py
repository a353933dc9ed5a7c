"""What has a programme brought so far? From links opened to rewards given, and why some brought nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import func, select

from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.profiles import api as profiles
from uems.superusers.referrals import rewards
from uems.superusers.referrals.model import Referral, ReferralState, RewardState
from uems.superusers.referrals.tables import referral_codes, referral_waiting, referrals

_R, _C, _W = referrals.c, referral_codes.c, referral_waiting.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeCounts:
    """codes: issued. opened: links. states: people who came, by what became of them. reasons: of those refused. order_minor: of orders
    that qualified. waiting: of all programmes, people who redeemed a code and of whom no event has come in yet."""

    codes: int
    opened: int
    states: Mapping[ReferralState, int]
    reasons: Mapping[str, int]
    rewards: Mapping[RewardState, int]
    order_minor: int


def counts_of(store: Store, scope: Scope) -> dict[str, ProgrammeCounts]:
    """programme → what it has brought, for those with a code."""
    codes = select(_C.key, func.count().label("n"), func.sum(_C.opened).label("opened")).where(_C.workspace_id == scope.workspace_id)
    came = select(_R.key, _R.state, _R.reason, func.count().label("n"), func.sum(_R.order_minor).label("minor"))
    came = came.where(_R.workspace_id == scope.workspace_id).group_by(_R.key, _R.state, _R.reason)
    with store.read() as conn:
        issued = {row.key: row for row in conn.execute(codes.group_by(_C.key))}
        rows = conn.execute(came).all()
    owed = rewards.counts(store, scope)
    found = {}
    for key, row in issued.items():
        mine = [one for one in rows if one.key == key]
        states: dict[ReferralState, int] = {state: sum(one.n for one in mine if one.state == state) for state in get_args(ReferralState)}
        found[key] = ProgrammeCounts(
            codes=row.n,
            opened=int(row.opened),
            states=states,
            reasons={one.reason: one.n for one in mine if one.reason},
            rewards=owed.get(key, {}),
            order_minor=sum(int(one.minor) for one in mine if one.state in ("qualified", "rewarded")),
        )
    return found


def waiting_of(store: Store, scope: Scope) -> int:
    """People who redeemed a code and of whom no event has come in yet."""
    with store.read() as conn:
        return int(conn.execute(select(func.count()).where(_W.workspace_id == scope.workspace_id)).scalar_one())


def roles_missing(house: House, scope: Scope) -> tuple[str, ...]:
    """Without which nothing qualifies (purchase), or nothing is seen to be paid back (refund)."""
    return profiles.roles_of(house.store, scope).missing(("purchase", "refund"))


def referrals_of(
    store: Store,
    scope: Scope,
    *,
    key: str | None = None,
    state: ReferralState | None = None,
    person_id: int | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Referral]:
    """The latest first. person_id: whom that person brought, and by whom they came themselves."""
    query = select(referrals).where(_R.workspace_id == scope.workspace_id)
    if key is not None:
        query = query.where(_R.key == key)
    if state is not None:
        query = query.where(_R.state == state)
    if person_id is not None:
        nodes = identity.person(store, scope, person_id).node_ids
        query = query.where(_R.inviter_id.in_(nodes) | _R.person_id.in_(nodes))
    if before is not None:
        query = query.where(_R.referral_id < before)
    with store.read() as conn:
        rows = conn.execute(query.order_by(_R.referral_id.desc()).limit(limit)).mappings().all()
    return [Referral.of(row) for row in rows]
