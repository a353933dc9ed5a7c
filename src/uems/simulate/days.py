"""How does the world go on from day to day? The same draws of chance for the same seed and day, whatever is asked of it."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from uems.kernel.clock import start_of_day
from uems.kernel.money import exponent
from uems.simulate.aftermath import Aftermath
from uems.simulate.events import Events, Happened, Orders
from uems.simulate.people import Ints, Population, weekly
from uems.simulate.planted import Planted
from uems.simulate.timing import timed
from uems.simulate.visits import Visiting, wave_of
from uems.simulate.world import World

_PEAKS = (9.5, 12.8, 20.7)
_PEAK_SHARES = (0.2, 0.27, 0.53)
_APART_MS = 3_600_000


class Running:
    """A world while it goes on: ``people`` and ``planted`` tell the truth up to the day that was given last."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people = Population(world)
        self.planted = Planted(world)
        self._aftermath = Aftermath(self.people, self.planted)
        self._minor = 10 ** exponent(world.currency)
        self._orders = 0

    def days(self, *, endless: bool = False) -> Iterator[Happened]:
        """One day after the other, from the first to the last. Once. endless: and on, with as many newcomers a day as at the end."""
        for day in count() if endless else range(self.world.days):
            if day >= self.world.days:
                self.people.come(np.random.default_rng([self.world.seed, 2, day]), day)
            yield self._day(day)

    def _day(self, day: int) -> Happened:
        rng = np.random.default_rng([self.world.seed, 1, day])
        midnight = round(start_of_day(self.world.day(day), self.world.zone).timestamp() * 1000)
        parts = self._aftermath.arrived(rng, day, midnight)
        orders = []
        first, second = self._comers(rng, day)
        start = self._clock(rng, len(first))
        again = np.minimum(np.maximum(self._clock(rng, len(second)), start[np.searchsorted(first, second)] + _APART_MS), 86_395_000)
        for people, at in ((first, start), (second, again)):
            if len(people):
                events, bought = self._wave(rng, day, people, midnight + at)
                parts.append(events)
                orders.append(bought)
        for bought in orders:
            self._aftermath.shipped(rng, day, bought)
        self._aftermath.fade(rng, day)
        return Happened(day=day, events=Events.joined(parts), orders=_joined(orders))

    def _comers(self, rng: np.random.Generator, day: int) -> tuple[Ints, Ints]:
        """Who comes today, and who of them twice."""
        people = self.people
        arrives = people.ints("arrives")
        here = (arrives <= day) & (people.ints("silent_since") > day)
        rate = people.floats("intent") * (0.4 + 2.8 * people.floats("habit")) * weekly(self.world, np.array([day]))
        visits = rng.poisson(np.where(here, rate, 0.0))
        # On the day on which they hear of the shop they come.
        visits = np.maximum(visits, (arrives == day).astype(np.int64))
        return np.flatnonzero(visits > 0), np.flatnonzero(visits > 1)

    def _clock(self, rng: np.random.Generator, size: int) -> Ints:
        """Times of day in milliseconds: morning, noon, and most in the evening."""
        peak = rng.choice(np.array(_PEAKS), size, p=_PEAK_SHARES)
        hours = (peak + rng.normal(0, 1.6, size)) % 24
        return np.minimum(hours * 3_600_000, 86_395_000).astype(np.int64)

    def _wave(self, rng: np.random.Generator, day: int, people: Ints, start: Ints) -> tuple[Events, Orders]:
        wave = wave_of(rng, self.people, people, start)
        visiting = Visiting(rng, self.people, self.planted, day, self._minor, wave)
        visiting.arrive()
        carts = visiting.look()
        orders = visiting.buy(carts, self._orders)
        self._orders += len(orders.number)
        known = wave.known_from < 1e9
        for slot, name in ((0, "known_first"), (1, "known_second")):
            self.people.flags(name)[people[known & (wave.slot == slot)]] = True
        self.people.ints("visits")[people] += 1
        habit = self.people.floats("habit")
        habit[people[wave.stays]] = np.minimum(habit[people[wave.stays]] + 0.03, 1.0)
        return timed(rng, visiting, wave), orders


def no_orders() -> Orders:
    """Of a day on which nobody bought."""
    none = np.zeros(0, np.int64)
    return Orders(
        number=none, person=none, slot=none, total_minor=none, discount_minor=none, coupon=none,
        starts=none, product=none, quantity=none, price_minor=none,
    )  # fmt: skip


def _joined(orders: list[Orders]) -> Orders:
    if not orders:
        return no_orders()
    lines = np.cumsum([0, *(len(one.product) for one in orders)])
    columns = {name: np.concatenate([getattr(one, name) for one in orders]) for name in Orders.__slots__ if name != "starts"}
    starts = np.concatenate([one.starts + before for one, before in zip(orders, lines[:-1], strict=True)])
    return Orders(starts=starts, **columns)
