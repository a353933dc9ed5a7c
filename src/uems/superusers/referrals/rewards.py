"""What is owed to whom, and was it given? Due, then paid, then perhaps taken back: each step once, by somebody who may approve it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from sqlalchemy import Connection, func, insert, or_, select, update

from uems.access.api import Access, audit
from uems.identity import api as identity
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.errors import not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, insert_many
from uems.superusers.referrals import news
from uems.superusers.referrals.model import LedgerReward, Referral, RewardState
from uems.superusers.referrals.spec import ReferralSpec
from uems.superusers.referrals.tables import referral_reward_steps, referral_rewards, referrals

Turn: TypeAlias = Literal["paid", "cancelled", "taken_back"]
FROM: Final[dict[Turn, tuple[RewardState, ...]]] = {"paid": ("due",), "cancelled": ("due", "capped"), "taken_back": ("paid",)}
"""From which states somebody may bring a reward into this one. What was cancelled or taken back stays so."""
_SYSTEM: Final = "referrals"
_W, _S, _R = referral_rewards.c, referral_reward_steps.c, referrals.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """done: those that were brought into the state. left: those that were in another one, and stayed there."""

    done: Sequence[LedgerReward]
    left: Sequence[LedgerReward]


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardStep:
    state: RewardState
    note: str
    at: datetime
    by: str


def make_rewards(
    conn: Connection, scope: Scope, referral: Referral, spec: ReferralSpec, inviter_nodes: Sequence[int], due_at: datetime, now: datetime
) -> None:
    """What the programme promises to both sides, due now. The inviter's is capped where they had enough in this month.

    Within a transaction that has locked the referrals of the workspace.
    """
    for side in ("inviter", "invitee"):
        said = spec.inviter if side == "inviter" else spec.invitee
        if not said.text and not said.amount:
            continue
        capped = side == "inviter" and _this_month(conn, scope, inviter_nodes, due_at) >= spec.limits.per_month
        state: RewardState = "capped" if capped else "due"
        row = {
            "workspace_id": scope.workspace_id,
            "referral_id": referral.referral_id,
            "side": side,
            "person_id": referral.inviter_id if side == "inviter" else referral.person_id,
            "kind": said.kind,
            "amount": said.amount,
            "text": said.text,
            "state": state,
            "due_at": due_at,
            "changed_at": now,
        }
        [number] = conn.execute(insert(referral_rewards).values(**row)).inserted_primary_key or (0,)
        _step(conn, scope, int(number), state, f"{spec.limits.per_month} in this month already" if capped else "", now, _SYSTEM)


def turn_rewards(store: Store, access: Access, rewards: Sequence[int], state: Turn, note: str) -> Turned:
    """Say that rewards were paid, will not be, or were taken back. Audited, and told as an event of whoever it is for.

    Needs ``superusers:approve``. Those in a state from which that cannot be stay as they are. Raises ``not_found``.
    """
    access.require("superusers:approve")
    scope, wanted = access.scope, sorted(set(rewards))
    mine = (_W.workspace_id == scope.workspace_id, _W.reward_id.in_(wanted))
    done: list[int] = []
    with store.write() as conn:
        known = {row.reward_id for row in conn.execute(select(_W.reward_id).where(*mine))}
        if len(known) < len(wanted):
            raise not_found("reward", str(next(one for one in wanted if one not in known)))
        for number in wanted:
            one = (_W.workspace_id == scope.workspace_id, _W.reward_id == number)
            # The state in the condition: of two that pay the same reward at the same time, one finds it paid.
            guarded = update(referral_rewards).where(*one, _W.state.in_(FROM[state])).values(state=state, changed_at=access.now)
            if not conn.execute(guarded).rowcount:
                continue
            done.append(number)
            _step(conn, scope, number, state, note, access.now, access.actor.label[:300])
            audit(conn, access, "referral_reward.turned", f"reward:{number}", None, {"state": state, "note": note})
            _tell(conn, scope, number, state, access.now)
        rows = conn.execute(select(referral_rewards).where(*mine).order_by(_W.reward_id)).mappings().all()
    found = [LedgerReward.of(row) for row in rows]
    return Turned(done=[one for one in found if one.reward_id in done], left=[one for one in found if one.reward_id not in done])


def rewards_of(
    store: Store,
    scope: Scope,
    *,
    state: RewardState | None = None,
    refunded: bool = False,
    person_id: int | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[LedgerReward]:
    """The latest first. refunded: only those paid although the order went back since. person_id: only theirs."""
    query = select(referral_rewards).where(_W.workspace_id == scope.workspace_id)
    if state is not None:
        query = query.where(_W.state == state)
    if refunded:
        query = query.where(_W.refunded_at.is_not(None), _W.state.in_(("due", "paid")))
    if person_id is not None:
        query = query.where(_W.person_id.in_(identity.person(store, scope, person_id).node_ids))
    if before is not None:
        query = query.where(_W.reward_id < before)
    with store.read() as conn:
        rows = conn.execute(query.order_by(_W.reward_id.desc()).limit(limit)).mappings().all()
    return [LedgerReward.of(row) for row in rows]


def steps_of(store: Store, scope: Scope, reward_id: int) -> list[RewardStep]:
    """What became of one reward, in order. Raises ``not_found``."""
    where = (_S.workspace_id == scope.workspace_id, _S.reward_id == reward_id)
    with store.read() as conn:
        rows = conn.execute(select(_S.state, _S.note, _S.at, _S.by).where(*where).order_by(_S.at)).mappings().all()
    if not rows:
        raise not_found("reward", str(reward_id))
    return [RewardStep(**row) for row in rows]


def counts(store: Store, scope: Scope) -> dict[str, dict[RewardState, int]]:
    """programme → state → rewards."""
    query = (
        select(_R.key, _W.state, func.count().label("n"))
        .join_from(referral_rewards, referrals, (_R.referral_id == _W.referral_id) & (_R.workspace_id == _W.workspace_id))
        .where(_W.workspace_id == scope.workspace_id)
        .group_by(_R.key, _W.state)
    )
    found: dict[str, dict[RewardState, int]] = {}
    with store.read() as conn:
        for row in conn.execute(query):
            found.setdefault(row.key, {})[row.state] = row.n
    return found


def mark_refunded(conn: Connection, scope: Scope, referral_id: int, now: datetime) -> None:
    """The order was paid back: what was due is cancelled, and what was paid already waits for somebody to take it back."""
    mine = (_W.workspace_id == scope.workspace_id, _W.referral_id == referral_id, _W.refunded_at.is_(None))
    due = conn.execute(select(_W.reward_id).where(*mine, _W.state == "due")).scalars().all()
    conn.execute(update(referral_rewards).where(*mine).values(refunded_at=now))
    if not due:
        return
    where = (_W.workspace_id == scope.workspace_id, _W.reward_id.in_(due))
    conn.execute(update(referral_rewards).where(*where).values(state="cancelled", changed_at=now))
    rows = [
        {"reward_id": n, "state": "cancelled", "workspace_id": scope.workspace_id, "note": "refunded", "at": now, "by": _SYSTEM}
        for n in due
    ]
    insert_many(conn, referral_reward_steps, rows)


def _this_month(conn: Connection, scope: Scope, nodes: Sequence[int], at: datetime) -> int:
    day = day_of(at, scope.zone).replace(day=1)
    following = day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)
    query = select(func.count()).where(
        _W.workspace_id == scope.workspace_id,
        _W.person_id.in_(nodes),
        _W.side == "inviter",
        or_(_W.state == "due", _W.state == "paid", _W.state == "taken_back"),
        _W.due_at >= start_of_day(day, scope.zone),
        _W.due_at < start_of_day(following, scope.zone),
    )
    return int(conn.execute(query).scalar_one())


def _step(conn: Connection, scope: Scope, reward_id: int, state: RewardState | Turn, note: str, now: datetime, by: str) -> None:
    row = {"reward_id": reward_id, "state": state, "workspace_id": scope.workspace_id, "note": note[:500], "at": now, "by": by}
    conn.execute(insert(referral_reward_steps).values(**row))


def _tell(conn: Connection, scope: Scope, reward_id: int, state: Turn, now: datetime) -> None:
    if state == "cancelled":
        return
    joined = (_R.referral_id == _W.referral_id) & (_R.workspace_id == _W.workspace_id)
    wanted = select(_W.person_id, _W.side, _W.kind, _W.amount, _W.text, _R.key, _R.code).join_from(referral_rewards, referrals, joined)
    row = conn.execute(wanted.where(_W.workspace_id == scope.workspace_id, _W.reward_id == reward_id)).one()
    facts: dict[str, object] = {
        "programme": row.key,
        "code": row.code,
        "side": row.side,
        "kind": row.kind,
        "amount": row.amount,
        "text": row.text,
    }
    event: news.ReferralEvent = "Referral Rewarded" if state == "paid" else "Referral Reward Taken Back"
    news.note_of(conn, scope.workspace_id, row.person_id, event, now, facts)
