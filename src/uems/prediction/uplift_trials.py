"""Which actions were given to some people by lot and withheld from others? What uplift is learned from, told by the rooms that act.

This room lies below those that act on people, so it says what it needs, and the application hands in who can tell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

import numpy as np

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.prediction.metrics import Floats, Ints, Labels
from uems.profiles.api import People

TrialKind: TypeAlias = Literal["flow", "campaign", "experiment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One action. person: each once, sorted; since_ms: from when on it was for them, milliseconds since 1970; treated: by lot. Shape (n,).

    origin: how messages name who asked for them; "" where the action sends none. cost_minor: of one treated person, as far as is known.
    """

    kind: TrialKind
    key: str
    name: str
    origin: str
    person: People
    since_ms: Ints
    treated: Labels
    cost_minor: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """Purchases of anybody. at_ms: milliseconds since 1970. amount: minor units. Shape (n,)."""

    person: People
    at_ms: Ints
    amount: Ints


class Evidence(Protocol):
    """What a workspace knows as of an instant, people as they are known now."""

    def trials(self) -> Sequence[Trial]: ...
    def purchases(self, first: datetime) -> Bought | None:
        """From ``first`` on; None where nobody said which events are purchases."""
        ...

    def last_ms(self) -> int:
        """Until when anything is known."""
        ...


Reader: TypeAlias = Callable[[House, Scope, datetime], Evidence]


class _Nothing:
    def trials(self) -> Sequence[Trial]:
        return ()

    def purchases(self, first: datetime) -> Bought | None:
        return None

    def last_ms(self) -> int:
        return 0


def no_trials(house: House, scope: Scope, now: datetime) -> Evidence:
    """Of an application that acts on nobody."""
    return _Nothing()


def outcomes(trial: Trial, bought: Bought, window_ms: int) -> tuple[Labels, Floats]:
    """(who bought within the window that begins with their own instant, for how much, in minor units). Shape (n,) each."""
    size = len(trial.person)
    place = np.searchsorted(trial.person, bought.person).clip(max=max(0, size - 1))
    after = bought.at_ms - trial.since_ms[place] if size else np.zeros(0, np.int64)
    inside = (trial.person[place] == bought.person) & (after >= 0) & (after < window_ms) if size else np.zeros(len(place), np.bool_)
    count = np.bincount(place[inside], minlength=size)
    amount = np.bincount(place[inside], weights=bought.amount[inside].astype(np.float64), minlength=size)
    return count > 0, amount.astype(np.float64)
