"""What do tests of models live in? A workspace whose people come by their own, known rhythm."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np

from tests.support.feed import Feed, Happened
from uems.kernel.clock import start_of_day
from uems.kernel.house import House
from uems.kernel.scope import Scope

ZONE = "Asia/Shanghai"
FIRST = date(2026, 1, 1)
DRAWN = 0.035
"""The chance of anybody on any day to be drawn in a lottery, which nothing foretells."""


@dataclass(kw_only=True)
class Town:
    """``people`` users who come on any day with a chance of their own. rates: shape (people,), the chance of a visit on a day."""

    house: House
    scope: Scope
    people: int
    days: int
    seed: int = 1
    rates: "np.ndarray[tuple[int], np.dtype[np.float64]]" = field(init=False)
    feed: Feed = field(init=False)
    person: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        self.rates = np.clip(np.exp(rng.normal(-3.0, 1.2, self.people)), 0.003, 0.6)
        self.feed = Feed(self.house, self.scope)

    def until(self) -> date:
        return FIRST + timedelta(days=self.days)

    def now(self) -> datetime:
        """Noon of the day after the last one with events."""
        return start_of_day(self.until(), ZONE) + timedelta(hours=12)

    def live(self) -> None:
        """All their visits. On the first day everybody is there."""
        rng = np.random.default_rng([self.seed, 1])
        midnight = [start_of_day(FIRST + timedelta(days=n), ZONE) for n in range(self.days)]
        events = []
        for day in range(self.days):
            here = np.ones(self.people, np.bool_) if day == 0 else rng.random(self.people) < self.rates
            hours = rng.uniform(8, 22, self.people)
            buys = rng.random(self.people) < 0.3
            for who in np.flatnonzero(here):
                ts = (midnight[day] + timedelta(hours=float(hours[who]))).replace(microsecond=0)
                events.append(Happened(user=f"u{who}", ts=ts, event="Page Viewed", type="page"))
                if buys[who]:
                    later = ts + timedelta(minutes=5)
                    events.append(Happened(user=f"u{who}", ts=later, event="Order Completed", revenue_minor=2500, currency="CNY"))
            for who in np.flatnonzero(rng.random(self.people) < DRAWN):
                ts = midnight[day] + timedelta(hours=1, seconds=int(who))
                events.append(Happened(user=f"u{who}", ts=ts, event="Drawn", active=False))
        for start in range(0, len(events), 5000):
            stored = self.feed.take(events[start : start + 5000], self.now())
            self.person |= {int(e.user[1:]): s.person_id for e, s in zip(events[start : start + 5000], stored, strict=True)}

    def silent_for(self, days: int) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """The true chance of everybody that they do not come for so many days."""
        found: np.ndarray[tuple[int], np.dtype[np.float64]] = (1 - self.rates) ** days
        return found


def at(day: int, hour: float = 12.0) -> datetime:
    """An instant of the town, ``day`` days after the first."""
    return (start_of_day(FIRST + timedelta(days=day), ZONE) + timedelta(hours=hour)).astimezone(UTC)
