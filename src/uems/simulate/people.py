"""Who lives in the world, and what moves them? Hidden values of each person that no event ever says.

People are numbered: those who come by themselves in the order in which they come, then those who were invited.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from uems.simulate.catalogue import AGE_SHARES, CATEGORIES, CITY_SHARES, COUNTRY_SHARES, ENTRIES, PROFILES, REFERRAL
from uems.simulate.world import World

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEVER: Final = 2**31
OLD_SHARE: Final = 0.35
"""So many know the shop before the first day; some of them have an account."""
_GROWS: Final = 3
"""At the end there are more newcomers a day than at first, by one in so many."""
_OLD_KNOWN: Final = 0.65
_SECOND_DEVICE: Final = 0.35

_FIELDS: Final[dict[str, tuple[type, float]]] = {
    "arrives": (np.int64, NEVER), "entry": (np.int64, 0), "inviter": (np.int64, -1), "silent_since": (np.int64, NEVER),
    "intent": (np.float64, 0), "price_sensitivity": (np.float64, 0), "need": (np.float64, 0), "expectation": (np.float64, 0),
    "word_of_mouth": (np.float64, 0), "patience": (np.float64, 0), "habit": (np.float64, 0),
    "favourite": (np.int64, 0), "first_device": (np.int64, 0), "second_device": (np.int64, -1),
    "country": (np.int64, 0), "city": (np.int64, 0), "age": (np.int64, 0),
    "member": (np.bool_, False), "known_first": (np.bool_, False), "known_second": (np.bool_, False),
    "orders": (np.int64, 0), "spent_minor": (np.int64, 0), "visits": (np.int64, 0), "invited": (np.int64, 0),
}  # fmt: skip


class Population:
    """Everybody, a column a value; ``size`` rows of each count.

    intent: visits a day without habit. price_sensitivity: around 1. need, expectation: standard normal. word_of_mouth: readiness to
    invite after a good experience, 0 to 1. patience: standard normal. habit: 0 to 1, grows with visits and orders, fades by itself.
    arrives, silent_since: number of the day. entry: through which door they came first. inviter: a person's number, or -1.
    """

    def __init__(self, world: World) -> None:
        self.size = 0
        self._world = world
        self._columns: dict[str, npt.NDArray[Any]] = {name: np.full(0, empty, kind) for name, (kind, empty) in _FIELDS.items()}
        self._begin(world)

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self._columns[name][: self.size]

    def ints(self, name: str) -> Ints:
        found: Ints = self._columns[name][: self.size]
        return found

    def floats(self, name: str) -> Floats:
        found: Floats = self._columns[name][: self.size]
        return found

    def flags(self, name: str) -> Flags:
        found: Flags = self._columns[name][: self.size]
        return found

    def names(self) -> tuple[str, ...]:
        return tuple(self._columns)

    def _begin(self, world: World) -> None:
        rng = np.random.default_rng([world.seed, 0])
        old = round(world.people * OLD_SHARE)
        people = self._grow(rng, world.people)
        days = np.arange(world.days)
        # A growing shop: at the end a third more newcomers a day than at first, and more at weekends.
        rate = (1 + days / max(1, world.days) / _GROWS) * weekly(world, days)
        arrives = np.sort(rng.choice(days, world.people - old, p=rate / rate.sum()))
        self.ints("arrives")[people] = np.concatenate([-rng.integers(1, 400, old), arrives])
        self.ints("entry")[people] = rng.choice(len(ENTRIES), world.people, p=[entry.first for entry in ENTRIES])
        known = rng.random(world.people) < _OLD_KNOWN
        known[old:] = False
        self.flags("member")[people] = known
        self.floats("habit")[people] = np.where(known, rng.beta(1.5, 6, world.people), 0.0)
        # Most of those who ever came have gone before the story begins.
        gone = (rng.random(world.people) < 0.45) & (self.ints("arrives")[people] < 0)
        self.ints("silent_since")[people[gone]] = -1

    def invite(self, rng: np.random.Generator, inviters: Ints, days: Ints) -> Ints:
        """People who come on these days because these others invited them; their numbers."""
        people = self._grow(rng, len(inviters))
        self.ints("arrives")[people] = days
        self.ints("inviter")[people] = inviters
        self.ints("entry")[people] = REFERRAL
        # Friends are alike.
        self.floats("need")[people] = 0.8 * self.floats("need")[people] + 0.5 * self.floats("need")[inviters]
        return people

    def come(self, rng: np.random.Generator, day: int) -> Ints:
        """Newcomers of a day after the last one; their numbers. As many as the growth of the world came to, by the day of the week."""
        world = self._world
        mean = (world.people - round(world.people * OLD_SHARE)) / world.days * (1 + 1 / _GROWS) / (1 + 1 / _GROWS / 2)
        people = self._grow(rng, int(rng.poisson(mean * float(weekly(world, np.array([day]))[0]))))
        self.ints("arrives")[people] = day
        self.ints("entry")[people] = rng.choice(len(ENTRIES), len(people), p=[entry.first for entry in ENTRIES])
        return people

    def _grow(self, rng: np.random.Generator, count: int) -> Ints:
        """Room for more people, with hidden values of their own."""
        first, self.size = self.size, self.size + count
        if self.size > len(self._columns["arrives"]):
            room = max(self.size, 2 * first)
            for name, (kind, empty) in _FIELDS.items():
                wider: npt.NDArray[Any] = np.full(room, empty, kind)
                wider[:first] = self._columns[name][:first]
                self._columns[name] = wider
        people = np.arange(first, self.size)
        self.floats("intent")[people] = np.minimum(np.exp(rng.normal(np.log(0.085), 0.8, count)), 1.0)
        self.floats("price_sensitivity")[people] = rng.gamma(3.0, 1 / 3, count)
        for name in ("need", "expectation", "patience"):
            self.floats(name)[people] = rng.normal(0, 1, count)
        self.floats("word_of_mouth")[people] = rng.beta(1.2, 6, count)
        self.ints("favourite")[people] = rng.integers(0, len(CATEGORIES), count)
        shares = np.array([profile.share for profile in PROFILES])
        devices = rng.choice(len(PROFILES), (2, count), p=shares / shares.sum())
        self.ints("first_device")[people] = devices[0]
        two = (rng.random(count) < _SECOND_DEVICE) & (devices[0] != devices[1])
        self.ints("second_device")[people] = np.where(two, devices[1], -1)
        for name, weights in (("country", COUNTRY_SHARES), ("city", CITY_SHARES), ("age", AGE_SHARES)):
            self.ints(name)[people] = rng.choice(len(weights), count, p=weights)
        return people


def weekly(world: World, days: Ints) -> Floats:
    """The season of the week: weekends are livelier."""
    weekday = (days + world.start.weekday()) % 7
    return np.array([0.94, 0.92, 0.93, 0.95, 1.05, 1.2, 1.15])[weekday]
