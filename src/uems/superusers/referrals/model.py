"""What is said of somebody who came by a code, and of what both sides get for it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import RowMapping

from uems.superusers.referrals.spec import Check, Reason, RewardKind, Side

ReferralState: TypeAlias = Literal["joined", "qualified", "rewarded", "refused"]
RewardState: TypeAlias = Literal["due", "paid", "taken_back", "cancelled", "capped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """inviter_id, person_id: the numbers that both had when it began. reason: why it was refused. flags: what they share.

    exposed_at: when the link was opened, where that is known. due_at: when rewards become due, once an order qualified.
    """

    referral_id: int
    key: str
    code: str
    inviter_id: int
    person_id: int
    state: ReferralState
    reason: Reason | Literal[""]
    flags: Sequence[Check]
    exposed_at: datetime | None
    joined_at: datetime
    ordered_at: datetime | None
    order_minor: int
    due_at: datetime | None
    settled_at: datetime | None

    @staticmethod
    def of(row: RowMapping) -> "Referral":
        return Referral(**{name: row[name] for name in Referral.__dataclass_fields__})


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReward:
    """One side's reward. refunded_at: the order was paid back since, so that it may be taken back."""

    reward_id: int
    referral_id: int
    side: Side
    person_id: int
    kind: RewardKind
    amount: int
    text: str
    state: RewardState
    refunded_at: datetime | None
    due_at: datetime
    changed_at: datetime

    @staticmethod
    def of(row: RowMapping) -> "LedgerReward":
        return LedgerReward(**{name: row[name] for name in LedgerReward.__dataclass_fields__})
