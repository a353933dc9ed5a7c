"""Does something go wrong with a campaign? Too many addresses that do not exist, or too many who complain, and it stops by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from uems.outreach.campaigns.counting import Sent
from uems.outreach.consent.model import CampaignLimits

LEAST: Final = 3
"""Fewer bounces or complaints than that stop nothing, whatever share they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """reason: "bounces" or "complaints"; facts: the numbers, for the audit log and the page."""

    reason: Literal["bounces", "complaints"]
    facts: dict[str, object]


def what_is_wrong(counts: Sequence[Sent], limits: CampaignLimits) -> Wrong | None:
    """By the thresholds of the workspace: of all that was handed over, how much bounced for good, and how much was complained of."""
    handed = sum(one.handed for one in counts)
    if handed < limits.at_least:
        return None
    for reason, count, percent in (
        ("complaints", sum(one.complained for one in counts), limits.complaint_percent),
        ("bounces", sum(one.bounced for one in counts), limits.bounce_percent),
    ):
        if count >= LEAST and count * 100 > percent * handed:
            facts: dict[str, object] = {"handed_over": handed, "count": count, "limit_percent": percent}
            return Wrong(reason="complaints" if reason == "complaints" else "bounces", facts=facts)
    return None
