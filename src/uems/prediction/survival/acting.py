"""From which day of silence on does an action pay? When what may be lost for good, times what the action saves, is more than it costs.

Whoever is silent may still come back by themselves: the longer the silence, the less likely. Acting early costs for those who would have
come anyway; acting late finds fewer who can be won. The day is the first on which the expected gain covers the cost.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from uems.prediction.metrics import Floats
from uems.prediction.survival.curves import Survival

_STEP: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """day: of silence, from which acting pays; None when it never does. days, returning, gain: the curve behind it, gain in minor units."""

    day: int | None
    days: Floats
    returning: Floats
    gain: Floats


def returning(silence: Survival, days: Floats, ahead: float) -> Floats:
    """The chance to come back by themselves within ``ahead``, after so many days of silence. silence: how long gaps between visits last,
    those that are not over included."""
    still, later = silence.share_at(days), silence.share_at(days + ahead)
    found: Floats = np.where(still > 0, 1 - later / np.maximum(still, 1e-12), 0.0)
    return found


def moment(silence: Survival, *, value: float, cost: float, saved: float, ahead: int, most: int = 365) -> Acting:
    """value: what somebody is worth who stays, minor units. saved: share of those who would not come back that the action brings back."""
    days = np.arange(0, most + 1, _STEP, dtype=np.float64)
    back = returning(silence, days, float(ahead))
    gain = value * saved * (1 - back) - cost
    pays = np.flatnonzero(gain > 0)
    return Acting(day=int(days[pays[0]]) if len(pays) else None, days=days, returning=back, gain=gain)
