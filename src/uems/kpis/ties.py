"""How strong were ties at which midnight? Worked out by a room above, which fills the slot: what it says is what the metric says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope

KEPT: Final = timedelta(days=31)
"""So long what was found at a midnight is what is known: the past is known by months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Ties as they were at the midnight that ``until`` begins with: people scored, and how many of their ties were strong."""

    until: date
    strong: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """standings: the oldest first. strong, scored: who stands in the last one, sorted, each once."""

    standings: Sequence[Standing]
    strong: npt.NDArray[np.uint64]
    scored: npt.NDArray[np.uint64]

    def at(self, day: date) -> Standing | None:
        """What is known of the end of a day; None where that is nothing, or too old."""
        end = day + timedelta(days=1)
        return next((one for one in reversed(self.standings) if one.until <= end < one.until + KEPT), None)

    def is_last(self, standing: Standing) -> bool:
        """Whether it is known of this one who is meant, and not only how many."""
        return standing is self.standings[-1]


Teller: TypeAlias = Callable[[House, Scope], Ties | None]
"""None while nobody's tie was scored."""
_tellers: dict[str, Teller] = {}


def fill_ties(teller: Teller) -> None:
    """Say from now on what this one says. Raises ``duplicate_key`` where another one speaks already."""
    if _tellers.setdefault("ties", teller) is not teller:
        raise UemsError("duplicate_key", "Two rooms tell of ties; let one of them do it.", status=500)


def ties_of(house: House, scope: Scope) -> Ties | None:
    """None while nobody's tie was scored, or no room tells of ties."""
    teller = _tellers.get("ties")
    return None if teller is None else teller(house, scope)
