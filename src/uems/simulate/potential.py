"""What would each person of a shop have bought with a message, and what without it? Both are known here, of everybody.

A shop runs once, without anything being sent. A flow then writes to some of its people and holds others out by lot; what a message leads
to is drawn for both alike by the rule of ``answering``, and happens only to those who got it. Since answers to messages change nothing of
what people do otherwise, the difference is exact, person by person: what was worth anything can be held against it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from uems.simulate.answering import STEPS, answer, draws_of
from uems.simulate.catalogue import PRODUCTS
from uems.simulate.days import Running
from uems.simulate.events import ORDERED, Happened
from uems.simulate.people import Flags, Floats, Ints
from uems.simulate.reacting import chosen, price_minor
from uems.simulate.world import MessageResponse, World

_LOTS: Final = 5
"""The place of these draws among those of a world."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """Orders. person: their numbers in the world. at_ms: milliseconds since 1970. revenue_minor: in minor units. Shape (n,) each."""

    person: Ints
    at_ms: Ints
    revenue_minor: Ints

    def within(self, people: Ints, from_ms: int, to_ms: int) -> Ints:
        """What each of ``people``, sorted numbers, bought in [from_ms, to_ms). Shape (people,)."""
        place = np.searchsorted(people, self.person).clip(max=len(people) - 1)
        mine = (people[place] == self.person) & (self.at_ms >= from_ms) & (self.at_ms < to_ms)
        return np.bincount(place[mine], self.revenue_minor[mine], len(people)).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One sending by lot. people: sorted numbers. treated: who got it. at_ms: when. orders: what the shop saw, all of it.

    without_minor, with_minor: what each bought within the horizon, had they not got it, and had they. expected_minor: what the
    message adds for each by the rule, before any chance is drawn. Shape (people,) each.
    """

    people: Ints
    treated: Flags
    at_ms: int
    orders: Bought
    without_minor: Ints
    with_minor: Ints
    expected_minor: Floats

    @property
    def gained_minor(self) -> int:
        """Revenue of those who got it that there would not have been without."""
        return int((self.with_minor - self.without_minor)[self.treated].sum())


class Shop:
    """A world that has run to its end, with all its orders."""

    def __init__(self, world: World) -> None:
        self.running = Running(world)
        parts = [_bought(day) for day in self.running.days()]
        person, at_ms, revenue = (np.concatenate(column) for column in zip(*parts, strict=True))
        self.orders = Bought(person=person, at_ms=at_ms, revenue_minor=revenue)

    def flow(self, rule: MessageResponse, at: datetime, *, number: int, people: int, held_share: float, horizon: timedelta) -> Flow:
        """Write to so many people who are there by then, at once. number: of this flow; another one draws people, lot and answers anew."""
        world = self.running.world
        rng = np.random.default_rng([world.seed, _LOTS, number])
        day = (at.date() - world.start).days
        there = np.flatnonzero(self.running.people.ints("arrives") < day)
        asked = np.sort(rng.choice(there, min(people, len(there)), replace=False))
        treated = rng.random(len(asked)) >= held_share
        answered = self._answers(rule, at, number, asked)
        at_ms = round(at.timestamp() * 1000)
        end = at_ms + round(horizon.total_seconds() * 1000)
        without = self.orders.within(asked, at_ms, end)
        happened = np.isin(answered.person, asked[treated])
        return Flow(
            people=asked,
            treated=treated,
            at_ms=at_ms,
            orders=Bought(
                person=np.append(self.orders.person, answered.person[happened]),
                at_ms=np.append(self.orders.at_ms, answered.at_ms[happened]),
                revenue_minor=np.append(self.orders.revenue_minor, answered.revenue_minor[happened]),
            ),
            without_minor=without,
            with_minor=without + answered.within(asked, at_ms, end),
            expected_minor=rule.opens * rule.clicks * rule.buys * self._prices(day)[self.running.people.ints("favourite")[asked]],
        )

    def _prices(self, day: int) -> Floats:
        """What whoever follows a link pays on average, by the category that they like best."""
        price = np.array([price_minor(self.running, product, day) for product in range(len(PRODUCTS.price))], np.float64)
        size = int(PRODUCTS.category.max()) + 1
        paid, weight = (np.bincount(PRODUCTS.category, values, size) for values in (PRODUCTS.weight * price, PRODUCTS.weight))
        return paid / weight

    def _answers(self, rule: MessageResponse, at: datetime, number: int, asked: Ints) -> Bought:
        """The orders that a message leads to, of whoever gets it."""
        rows = []
        for person in asked.tolist():
            message_id = number * self.running.people.size + person
            steps = answer(draws_of(self.running.world.seed, message_id), rule, at, 0)
            if len(steps) == len(STEPS):
                ordered_at = steps[-1]
                _, price = chosen(self.running, person, message_id, ordered_at)
                rows.append((person, round(ordered_at.timestamp() * 1000), price))
        person_, at_ms, revenue = np.array(rows, np.int64).reshape(-1, 3).T
        return Bought(person=person_, at_ms=at_ms, revenue_minor=revenue)


def _bought(day: Happened) -> tuple[Ints, Ints, Ints]:
    """(person, at_ms, revenue_minor) of the orders of a day; only their events know the time."""
    ordered = day.events.kind == ORDERED
    number, at = day.events.a[ordered], day.events.ts[ordered]
    order = np.argsort(number)
    return day.orders.person, at[order][np.searchsorted(number[order], day.orders.number)], day.orders.total_minor
