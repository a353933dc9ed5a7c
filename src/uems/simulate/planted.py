"""What do the planted effects do on a day, and what did they really do so far? Factors for the model, and a count of the difference.

The count is counterfactual: an event that the same draw of chance would have brought without the effect, and did not with it.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from uems.simulate.catalogue import CATEGORIES, DEVICES
from uems.simulate.people import Flags, Floats, Ints
from uems.simulate.world import BrokenStep, PriceChange, Step, ViralInvitation, World


@dataclass(slots=True)
class Tally:
    """reached: how often the effect could work. lost, gained: what would, and would not, have happened without it.

    lost_minor: what the lost passages would have brought in, each by its cart and the chance of getting through what was left.
    counts: what else happened because of it, by name. by: the same for each cause of its own, such as a flow that wrote.
    """

    reached: int = 0
    lost: int = 0
    gained: int = 0
    lost_minor: float = 0.0
    people: set[int] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    by: dict[str, dict[str, int]] = field(default_factory=dict)


class Planted:
    """The effects of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.tallies: Final = [Tally() for _ in world.effects]

    def step(self, day: int, step: Step, device: Ints, usual: Floats, luck: Floats, people: Ints, worth: Floats) -> Flags:
        """Who gets through a step. usual: their chances without effects. luck: their draws. worth: what a passage brings on average."""
        chance = np.clip(usual, 0, 1)
        for effect, tally in zip(self._world.effects, self.tallies, strict=True):
            if isinstance(effect, BrokenStep) and effect.step == step and effect.on(self._world.day(day)):
                hit = np.full(len(device), True) if effect.device is None else device == DEVICES.index(effect.device)
                lost = hit & (luck < chance) & (luck >= chance * effect.factor)
                chance = np.where(hit, chance * effect.factor, chance)
                tally.reached += int(hit.sum())
                tally.lost += int(lost.sum())
                tally.lost_minor += float(worth[lost].sum())
                tally.people.update(people[lost].tolist())
        return luck < chance

    def price_factors(self, day: int) -> Floats:
        """What prices are multiplied with, by category."""
        factors = np.ones(len(CATEGORIES))
        for effect in self._world.effects:
            if isinstance(effect, PriceChange) and effect.on(self._world.day(day)):
                where = slice(None) if effect.category is None else CATEGORIES.index(effect.category)
                factors[where] *= effect.factor
        return factors

    def count_prices(self, day: int, category: Ints, without: Flags, with_: Flags, people: Ints) -> None:
        """Which products went into the cart at the old price and which do at the new one."""
        for effect, tally in zip(self._world.effects, self.tallies, strict=True):
            if isinstance(effect, PriceChange) and effect.on(self._world.day(day)):
                hit = np.full(len(category), True) if effect.category is None else category == CATEGORIES.index(effect.category)
                tally.reached += int(hit.sum())
                lost = hit & without & ~with_
                tally.lost += int(lost.sum())
                tally.gained += int((hit & with_ & ~without).sum())
                tally.people.update(people[lost].tolist())

    def inviting(self, day: int, usual: Floats, luck: Floats, people: Ints) -> Flags:
        """Who invites somebody."""
        chance = usual
        for effect, tally in zip(self._world.effects, self.tallies, strict=True):
            if isinstance(effect, ViralInvitation) and effect.on(self._world.day(day)):
                more = np.minimum(chance * effect.factor, 0.95)
                gained = (luck < more) & (luck >= chance)
                tally.reached += len(people)
                tally.gained += int(gained.sum())
                tally.people.update(people[gained].tolist())
                chance = more
        return luck < chance
