"""Is somebody held out at this instant? A pure function of the holdout, the person's number and the clock, so that nobody can disagree.

The hash is that of flags and flows (version 2). The seed holds the number of the draw: within a draw the same people are held out,
whatever happens; when a draw is over, others are. A larger share keeps those who were held out already.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from uems.kernel.bucketing import bucket, buckets

EVERYTHING: Final = "everything"
"""Key of the global holdout."""
Member: TypeAlias = tuple[str, str]
"""("flow" or "campaign", its key)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a holdout is from ``at`` on. draw, drawn_at: the draw that stood then. renew_days: None for never."""

    percent: float
    renew_days: int | None
    draw: int
    drawn_at: datetime
    members: tuple[Member, ...]
    ended: bool
    at: datetime

    def drawn(self, now: datetime) -> tuple[int, datetime, datetime | None]:
        """(number of the draw, since when, until when; None for ever)."""
        if self.renew_days is None:
            return self.draw, self.drawn_at, None
        length = timedelta(days=self.renew_days)
        past = max(0, (now - self.drawn_at) // length)
        return self.draw + past, self.drawn_at + past * length, self.drawn_at + (past + 1) * length


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From ``start`` to before ``end`` the same people were held out of the same things. end: None while it lasts for ever."""

    seed: str
    percent: float
    members: tuple[Member, ...]
    start: datetime
    end: datetime | None

    def held(self, people: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
        """Who of these is held out. Shape (n,)."""
        found: npt.NDArray[np.bool_] = buckets(self.seed, people.tolist()) < self.percent / 100
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout:
    """shares: what it was, in the order of time; the last one counts. origins: what it is about, as messages name it; of all if global."""

    key: str
    name: str
    salt: str
    shares: Sequence[Share]
    origins: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    @property
    def now(self) -> Share:
        return self.shares[-1]

    @property
    def everything(self) -> bool:
        return self.key == EVERYTHING

    def seed(self, draw: int) -> str:
        return f"holdout:{self.salt}:{draw}"

    def holds(self, person_id: int, now: datetime) -> bool:
        """Whether the person is held out, as it stands."""
        share = self.now
        return not share.ended and bucket(self.seed(share.drawn(now)[0]), str(person_id)) < share.percent / 100

    def held(self, people: npt.NDArray[np.uint64], now: datetime) -> npt.NDArray[np.bool_]:
        """Who of these is held out, as it stands. Shape (n,)."""
        share = self.now
        found: npt.NDArray[np.bool_] = buckets(self.seed(share.drawn(now)[0]), people.tolist()) < share.percent / 100
        return found


def held_by(holdouts: Collection[Holdout], origin: tuple[str, str], person_id: int, now: datetime) -> Holdout | None:
    """The holdout that keeps this from the person; None where none does. origin: who asks, as messages name it."""
    return next((one for one in holdouts if (one.everything or origin in one.origins) and one.holds(person_id, now)), None)


def periods_of(holdout: Holdout, now: datetime) -> list[Period]:
    """Every stretch of time that it lasted, the first one first, until ``now``."""
    found: list[Period] = []
    for place, share in enumerate(holdout.shares):
        over = holdout.shares[place + 1].at if place + 1 < len(holdout.shares) else None
        start = share.at
        while not share.ended and start <= now and (over is None or start < over):
            draw, _, renewed = share.drawn(start)
            ends = [one for one in (renewed, over) if one is not None]
            one = Period(
                seed=holdout.seed(draw), percent=share.percent, members=share.members, start=start, end=min(ends) if ends else None
            )
            found.append(one)
            if one.end is None:
                break
            start = one.end
    return found
