"""What would an offer by mail change of each person of a world? A planted rule that no event tells: some are won by it, some put off.

Regulars would buy anyway, and are annoyed; whoever comes seldom is won, the more so the more they look at prices. The rule is of the state
of people at the end of the world, and about the thirty days after it. ``people.parquet`` holds both chances, so that whoever says whom an
offer changes can be held to the truth.
"""

from typing import Final

import numpy as np

from uems.simulate.people import Floats, Population

REGULAR_HABIT: Final = 0.3
"""From this habit on somebody is a regular through and through."""
_ANYWAY: Final = (0.06, 0.3)
_WON: Final = 0.4
_PUT_OFF: Final = 0.16


def offer_response(people: Population) -> tuple[Floats, Floats]:
    """(chance to buy without the offer, chance with it), shape (people,) each."""
    regular = np.clip(people.floats("habit") / REGULAR_HABIT, 0.0, 1.0)
    looks_at_prices = people.floats("price_sensitivity") / (1.0 + people.floats("price_sensitivity"))
    without = _ANYWAY[0] + _ANYWAY[1] * regular
    change = _WON * looks_at_prices * (1 - regular) - _PUT_OFF * regular
    return without, np.clip(without + change, 0.0, 1.0)
