"""What comes of an order days later? Content or not, people review, complain, send things back, invite friends, or fall silent."""

from typing import Final

import numpy as np

from uems.simulate import events as ev
from uems.simulate.catalogue import ACCOUNT, COMPLAINTS, INVITE, PRODUCTS, REVIEWS
from uems.simulate.events import Events, Orders, whole
from uems.simulate.people import NEVER, Floats, Ints, Population
from uems.simulate.planted import Planted

_NOON_MS: Final = 12 * 3_600_000
_SPREAD_MS: Final = 3 * 3_600_000
_LATEST_MS: Final = 86_000_000
_ACCEPTS: Final = 0.24
_MOST_INVITES: Final = 4


class Aftermath:
    """Orders on their way, by the day on which they arrive."""

    def __init__(self, people: Population, planted: Planted) -> None:
        self._people = people
        self._planted = planted
        self._due: dict[int, list[Ints]] = {}

    def shipped(self, rng: np.random.Generator, day: int, orders: Orders) -> None:
        """They arrive after two to five days. Whoever bought will come again more readily."""
        arrives = day + rng.integers(2, 6, len(orders.number))
        rows = np.stack([orders.number, orders.person, orders.slot, orders.total_minor, orders.product[orders.starts]])
        for one in np.unique(arrives).tolist():
            self._due.setdefault(one, []).append(rows[:, arrives == one])
        np.add.at(self._people.ints("orders"), orders.person, 1)
        np.add.at(self._people.ints("spent_minor"), orders.person, orders.total_minor)
        habit = self._people.floats("habit")
        habit[orders.person] = np.minimum(habit[orders.person] + 0.12, 1.0)

    def arrived(self, rng: np.random.Generator, day: int, midnight_ms: int) -> list[Events]:
        """What people say and do about what arrived today."""
        rows = np.concatenate(self._due.pop(day, [np.zeros((5, 0), np.int64)]), axis=1)
        number, person, slot, total, product = rows
        size = len(number)
        quality = PRODUCTS.quality[product] + rng.normal(0, 0.9, size) - 0.3 * self._people.floats("expectation")[person]
        at = midnight_ms + np.clip(rng.normal(_NOON_MS, _SPREAD_MS, size), 0, _LATEST_MS).astype(np.int64)
        luck = rng.random((5, size))
        self._feel(day, person, quality, luck[0])
        found = []
        back = np.flatnonzero((quality < -1.3) & (luck[1] < 0.8))
        found.append(self._events(ev.REFUNDED, at[back] + 3_600_000, person[back], back * 0 + ev.SERVER, 0, number[back], total[back]))
        angry = np.flatnonzero((quality < -1.0) & (luck[2] < 0.4))
        topic = rng.integers(0, len(COMPLAINTS), len(angry))
        found += self._on_page(ev.COMPLAINED, at[angry] + 600_000, person[angry], slot[angry], ACCOUNT, number[angry], topic)
        says = np.flatnonzero(luck[3] < 0.14 + 0.12 * (np.abs(quality) > 1))
        rating = np.clip(np.round(3.8 + 1.1 * quality[says]), 1, 5).astype(np.int64)
        text = rating * 10 + rng.integers(0, len(REVIEWS[0]), len(says))
        found += self._on_page(ev.REVIEWED, at[says] + 1_800_000, person[says], slot[says], ACCOUNT, number[says], product[says], text)
        ready = np.where(quality > 0.3, self._people.floats("word_of_mouth")[person] * 1.2, 0.0)
        invites = np.flatnonzero(self._planted.inviting(day, ready, luck[4], person))
        return found + self._invite(rng, day, at[invites] + 2_400_000, person[invites], slot[invites])

    def _feel(self, day: int, person: Ints, quality: Floats, luck: Floats) -> None:
        habit, silent = self._people.floats("habit"), self._people.ints("silent_since")
        good, bad = person[quality > 0.4], person[(quality < -1.0) & (luck < 0.3)]
        habit[good] = np.minimum(habit[good] + 0.08, 1.0)
        silent[bad] = np.minimum(silent[bad], day + 1)

    def _invite(self, rng: np.random.Generator, day: int, at: Ints, person: Ints, slot: Ints) -> list[Events]:
        count = np.minimum(1 + rng.poisson(0.8, len(person)), _MOST_INVITES)
        who = np.repeat(np.arange(len(person)), count)
        nth = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)
        np.add.at(self._people.ints("invited"), person, count)
        coming = person[who[rng.random(len(who)) < _ACCEPTS]]
        if len(coming):
            self._people.invite(rng, coming, day + rng.geometric(0.4, len(coming)))
        return self._on_page(ev.INVITE_SENT, at[who] + nth * 9_000, person[who], slot[who], INVITE, nth)

    def _on_page(
        self, kind: int, at: Ints, person: Ints, slot: Ints, page: int, a: Ints, b: Ints | int = 0, c: Ints | int = 0
    ) -> list[Events]:
        """Something done in the shop, with the page that it was done on; one page for what follows at once."""
        once = np.append(True, (person[1:] != person[:-1]) | (at[1:] - at[:-1] > 60_000)) if len(person) else np.zeros(0, np.bool_)
        viewed = self._events(ev.PAGE, at[once] - 20_000, person[once], slot[once], page)
        return [viewed, self._events(kind, at, person, slot, page, a, b, c)]

    def _events(
        self, kind: int, at: Ints, person: Ints, slot: Ints, page: int, a: Ints | int = 0, b: Ints | int = 0, c: Ints | int = 0
    ) -> Events:
        size = len(person)
        first, second = self._people.ints("first_device")[person], self._people.ints("second_device")[person]
        kinds, pages, entry, a_, b_, c_ = (whole(value, size) for value in (kind, page, -1, a, b, c))
        profile = np.where(slot == 1, second, first)
        return Events(
            ts=at,
            person=person,
            slot=slot,
            known=np.full(size, True),
            kind=kinds,
            profile=profile,
            page=pages,
            entry=entry,
            a=a_,
            b=b_,
            c=c_,
        )

    def fade(self, rng: np.random.Generator, day: int) -> None:
        """Habits fade, some fall silent, and now and then one of the silent wakes."""
        people = self._people
        habit, silent = people.floats("habit"), people.ints("silent_since")
        habit *= 0.985
        age = day - people.ints("arrives")
        hazard = np.where(age < 10, 0.045, 0.008) * np.exp(-0.5 * people.floats("patience")) * (1 - habit) ** 2
        luck = rng.random(people.size)
        here = (age >= 0) & (silent > day)
        silent[here & (luck < hazard)] = day + 1
        silent[(silent <= day) & (luck < 0.0006)] = NEVER
