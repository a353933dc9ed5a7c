"""Which values of a dimension will have groups of their own? Guessed from a few people, and proved once everybody has been read.

To rank the values one has to look at all events, which costs a funnel a third of its time and the finder of bottlenecks more: they
read the same events again afterwards. So they take all values that a few people have, count each while they read, and keep the most
frequent. What nobody among the few had is counted together; the ranking holds unless that many events could make a place in it.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from uems.identity import api as identity
from uems.journeys.reports._arrays import Counts
from uems.journeys.reports._ask import Ask, ranked_values
from uems.journeys.reports._spec import EventBreakdown, Step
from uems.journeys.reports._stories import expected_rows

ENOUGH_ROWS: Final = 4_000_000
"""Of fewer events a look at all of them takes no time."""
SHARE: Final = 128
"""One of so many people is asked."""
MOST: Final = 60
"""A dimension with more values than this is ranked by a look of its own; the number of a value and "others" fit into six bits."""


def likely_values(asked: Ask, breakdowns: Sequence[EventBreakdown], steps: Sequence[Step]) -> list[list[str] | None]:
    """For each breakdown all values that events of ``steps`` of a few people have in the period; None: not worth it, or too many."""
    nothing: list[list[str] | None] = [None] * len(breakdowns)
    if not breakdowns or expected_rows(asked, steps, asked.period.start, asked.period.end) < ENOUGH_ROWS:
        return nothing
    newest = identity.newest_people(asked.house.store, asked.scope, before=None, limit=1)
    if not newest:
        return nothing
    people = newest[0] + 1
    few = range(people * (SHARE // 2) // SHARE, people * (SHARE // 2 + 1) // SHARE)
    found = ranked_values(asked, breakdowns, steps, MOST + 1, few)
    return [values if 0 < len(values) <= MOST else None for values in found]


def tallied(codes: npt.NDArray[np.uint8], chosen: npt.NDArray[np.bool_], values: Sequence[str]) -> Counts:
    """How many of the chosen events have each value; last, all others."""
    return np.bincount(codes[chosen], minlength=len(values) + 1)


def proved(values: Sequence[str], counts: Counts, limit: int) -> list[str] | None:
    """The most frequent values, as a look at all events would rank them; None where an unknown one might be among them."""
    order = sorted(np.flatnonzero(counts[:-1]).tolist(), key=lambda place: (-counts[place], values[place]))[:limit]
    others = int(counts[-1])
    if others and (len(order) < limit or others >= counts[order[-1]]):
        return None
    return [values[place] for place in order]


def codes_among(values: Sequence[str], chosen: Sequence[str]) -> npt.NDArray[np.uint8]:
    """For the code of each value, and for that of others, its place among the chosen; the place after the last for all others."""
    found = np.full(len(values) + 1, len(chosen), np.uint8)
    place = {value: n for n, value in enumerate(values)}
    for code, value in enumerate(chosen):
        found[place[value]] = code
    return found
