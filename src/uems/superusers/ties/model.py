"""What is known of ties? Signals of everybody, how they are measured here, and the scores."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from uems.profiles.api import People
from uems.superusers.ties.signals import SignalKey

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Marks: TypeAlias = npt.NDArray[np.bool_]
Level: TypeAlias = Literal["weak", "medium", "strong"]
LEVELS: Final[tuple[Level, ...]] = ("weak", "medium", "strong")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Everybody who did something within the window before a midnight. Arrays of shape (n,), by person.

    values: signal → what was counted (``recent``: whole days of silence; ``started``: share of contacts that they started).
    contacts: days with a contact; of a workspace that sends nothing, those are all started. returned: refunds were at least what was
    paid. crowd: they did more a day than a person can.
    """

    people: People
    values: Mapping[SignalKey, Floats]
    contacts: Floats
    returned: Marks
    crowd: Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How the workspace measures. as_of: of the day whose people it was measured on. key: of settings and signals; another one is
    measured anew. halves: signal → what half of those who have it at all reach, and is worth 50 of 100 points (``started``: the usual
    share). weights: of the signals that the workspace has, adding up to 1. strong_at, medium_at: scores."""

    as_of: str
    key: str
    halves: Mapping[str, float]
    weights: Mapping[str, float]
    strong_at: float
    medium_at: float

    def told(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def read(told: Mapping[str, Any]) -> "Scale":
        return Scale(**told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """points: signal → 0 to 100. score: 0 to 100. level: index into ``LEVELS``. Shape (n,)."""

    people: People
    points: Mapping[SignalKey, Floats]
    score: Floats
    level: Ints
