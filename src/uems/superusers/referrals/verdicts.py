"""What becomes of somebody who came by a code, by what they bought and gave back? Pure: the same facts, the same verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from uems.superusers.referrals.model import Referral
from uems.superusers.referrals.spec import Reason, ReferralLimits

BEFORE: Final = timedelta(days=1)
"""A code is often given with the order itself, or right after it: an order of the day before belongs to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """An order, or with a minus what was paid back, in minor units."""

    at: datetime
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    at: datetime
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualified:
    """due: the waiting days are over, and nothing was paid back."""

    order: Order
    due_at: datetime
    due: bool


Verdict: TypeAlias = Refused | Qualified | Literal["wait"]


def verdict(referral: Referral, limits: ReferralLimits, history: Sequence[Paid], now: datetime) -> Verdict:
    """history: everything they ever paid and got back, in any order."""
    begun = referral.exposed_at or referral.joined_at - BEFORE
    orders = sorted((one for one in history if one.minor > 0), key=lambda one: one.at)
    if limits.new_people_only and any(one.at < begun for one in orders):
        return Refused(reason="already_customer")
    last = referral.joined_at + timedelta(days=limits.order_within_days)
    fitting = (one for one in orders if begun <= one.at <= last and one.minor >= limits.min_order_minor)
    first = next(fitting, None)
    if first is None:
        return Refused(reason="no_order") if now > last else "wait"
    due_at = first.at + timedelta(days=limits.waiting_days)
    if paid_back(first, limits, history):
        return Refused(reason="refunded")
    return Qualified(order=Order(at=first.at, minor=first.minor), due_at=due_at, due=now >= due_at)


def paid_back(order: Paid | Order, limits: ReferralLimits, history: Sequence[Paid]) -> bool:
    """Whether so much went back since the order that it would not have been enough."""
    back = -sum(one.minor for one in history if one.minor < 0 and one.at >= order.at)
    return back > 0 and order.minor - back < max(1, limits.min_order_minor)
