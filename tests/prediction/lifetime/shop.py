"""What shop do tests of lifetime value look at? Buyers whose parameters are known, their purchases stored as events."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from tests.support.feed import Feed, Happened
from uems.kernel.clock import start_of_day
from uems.kernel.house import House
from uems.kernel.scope import Scope

FIRST = date(2026, 1, 1)
ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """One purchase. day: after the first of the shop."""

    who: int
    day: int
    minor: int


def purchases(people: int, days: int, seed: int = 1) -> list[Bought]:
    """People come over the first half, buy at a rate of their own, leave at one of their own, and spend a sum of their own."""
    rng = np.random.default_rng(seed)
    found = []
    for who in range(people):
        came, rate = float(rng.uniform(0, days / 2)), rng.gamma(1.2, 1 / 18)
        gone, usual = came + rng.exponential(1 / rng.gamma(1.0, 1 / 90)), 3000 * np.exp(rng.normal(0, 0.5))
        day, taken = came, set()
        while day < min(gone, days):
            if int(day) not in taken:
                taken.add(int(day))
                found.append(Bought(who=who, day=int(day), minor=max(1, int(usual * rng.gamma(4, 0.25)))))
            day += rng.exponential(1 / rate)
        if not taken:
            found.append(Bought(who=who, day=int(came), minor=2000))
    return sorted(found, key=lambda one: (one.day, one.who))


def store(house: House, scope: Scope, bought: list[Bought], days: int) -> tuple[dict[int, int], datetime]:
    """(person of each buyer, noon of the day after the last)."""
    feed, now = Feed(house, scope), start_of_day(FIRST + timedelta(days=days), ZONE) + timedelta(hours=12)
    events = [
        Happened(
            user=f"b{one.who}",
            ts=start_of_day(FIRST + timedelta(days=one.day), ZONE) + timedelta(hours=10, seconds=n % 3600),
            event="Order Refunded" if one.minor < 0 else "Order Completed",
            revenue_minor=one.minor,
            currency=scope.currency,
        )
        for n, one in enumerate(bought)
    ]
    person: dict[int, int] = {}
    for start in range(0, len(events), 5000):
        stored = feed.take(events[start : start + 5000], now)
        person |= {int(e.user[1:]): s.person_id for e, s in zip(events[start : start + 5000], stored, strict=True)}
    return person, now
