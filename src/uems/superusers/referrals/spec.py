"""What does a referral programme say? Where its links lead, what both sides get, how much of it, and what is looked at before."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from uems.kernel.edge import Body, Clean, Day, Name

ProgrammeState: TypeAlias = Literal["draft", "on", "paused", "ended"]
RewardKind: TypeAlias = Literal["words", "points", "coupon"]
Side: TypeAlias = Literal["inviter", "invitee"]
Check: TypeAlias = Literal["device", "network", "address", "mailbox"]
Strictness: TypeAlias = Literal["refuse", "flag", "off"]
Reason: TypeAlias = Literal[
    "self_referral", "ring", "same_device", "same_network", "same_address", "same_mailbox", "already_customer", "no_order", "refunded",
    "same_person", "erased",
]  # fmt: skip
"""Why somebody who came by a code brings no reward. same_person: their other account had come before. erased: nobody knows any more whether
they bought."""
CHECKS: Final[Mapping[Check, Reason]] = {
    "device": "same_device",
    "network": "same_network",
    "address": "same_address",
    "mailbox": "same_mailbox",
}
KEY_PATTERN: Final = r"[a-z0-9][a-z0-9_-]{0,62}"
ProgrammeKey = Annotated[str, Field(min_length=1, max_length=63, pattern=f"^{KEY_PATTERN}$")]


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        named = parts.hostname
    except ValueError:
        named = None
    if not named or parts.scheme not in ("https", "http") or "@" in parts.netloc or any(c <= " " or c == "\\" for c in value):
        raise ValueError("must be a whole address such as https://shop.example/welcome, without a user name or blanks")
    return value


Target = Annotated[str, Field(min_length=1, max_length=1000), Clean, AfterValidator(_address)]


class Reward(Body):
    """What one side gets. text: what it says, the coupon's code or the thanks. amount: points, or money in minor units on a coupon."""

    kind: RewardKind = "words"
    text: Annotated[str, Field(max_length=500), Clean] = ""
    amount: Annotated[int, Field(ge=0, le=10**12)] = 0


class ReferralLimits(Body):
    """per_month: rewards of one inviter in a month of the calendar; what is above is kept and marked capped. waiting_days: from the
    order until its reward is due, so that it can be paid back first. min_order_minor: the least that an order must be worth.
    order_within_days: from coming until the order. new_people_only: who bought before brings nothing."""

    per_month: Annotated[int, Field(ge=0, le=100_000)] = 20
    waiting_days: Annotated[int, Field(ge=0, le=365)] = 14
    min_order_minor: Annotated[int, Field(ge=0, le=10**12)] = 0
    order_within_days: Annotated[int, Field(ge=1, le=730)] = 90
    new_people_only: bool = True


class ReferralChecks(Body):
    """What is done where both sides share something. flag: nobody is refused, and whoever pays the reward sees it."""

    device: Strictness = "refuse"
    network: Strictness = "flag"
    address: Strictness = "refuse"
    mailbox: Strictness = "refuse"


class ReferralSpec(Body):
    """target: where links lead; nobody can have them lead elsewhere. last_day: the last one on which codes are taken; "" for no end."""

    name: Name
    description: Annotated[str, Field(max_length=2000), Clean] = ""
    target: Target
    last_day: Day = ""
    inviter: Reward = Reward()
    invitee: Reward = Reward()
    limits: ReferralLimits = ReferralLimits()
    checks: ReferralChecks = ReferralChecks()
