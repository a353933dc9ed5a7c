"""Whose lot is it not to be invited? That of the programme, or that of a holdout of messages, so that both hold out the same people."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from uems.kernel.bucketing import buckets
from uems.kernel.errors import invalid
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.outreach import api as outreach
from uems.profiles.api import People
from uems.superusers.ties.model import Floats, Marks

Strata: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lots:
    """everything: the holdout of all messages while it lasts, unless it is the shared one. shared: whose draw is that of the programme."""

    everything: outreach.Holdout | None
    shared: outreach.Holdout | None

    def out_of_everything(self, people: People, now: datetime) -> Marks:
        """Who of these gets nothing at all now; neither side of the comparison is theirs while it lasts. Shape (n,)."""
        if self.everything is None:
            return np.zeros(len(people), np.bool_)
        return self.everything.held(people, now)

    def held(self, people: People, strata: Strata, percent: float, scope: Scope, now: datetime) -> Marks:
        """Who of these is never to be invited: by the shared draw, else by one within each stratum. Shape (n,)."""
        if self.shared is not None:
            return self.shared.held(people, now)
        lots: Floats = np.ones(len(people))
        for stratum in np.unique(strata).tolist():
            mine = strata == stratum
            lots[mine] = buckets(f"superusers:{scope.workspace_id}:{stratum}", people[mine].tolist())
        return np.asarray(lots < percent / 100, np.bool_)

    def keep_out(self, person: int, now: datetime) -> bool:
        """Whether messages leave this person alone now, whatever lot they drew: then nobody invites them either."""
        return any(one.holds(person, now) for one in (self.everything, self.shared) if one is not None)


def lots_of(store: Store, scope: Scope, shared: str) -> Lots:
    """shared: key of the holdout whose draw is used, "" for none. One that has ended goes on drawing as it did."""
    known = {one.key: one for one in outreach.holdouts(store, scope)}
    everything = known.get(outreach.EVERYTHING)
    lasting = everything if everything is not None and not everything.now.ended and shared != outreach.EVERYTHING else None
    return Lots(everything=lasting, shared=known.get(shared))


def check_shared(store: Store, scope: Scope, shared: str) -> None:
    """Raises ``invalid`` for a holdout that is not there, has ended, or draws other people from time to time: lots are drawn for good."""
    if not shared:
        return
    lots = lots_of(store, scope, shared)
    if lots.shared is None:
        raise invalid("holdout", shared, "must be the key of a holdout that exists.")
    if lots.shared.now.ended:
        raise invalid("holdout", shared, "has ended; choose one that goes on.")
    if lots.shared.now.renew_days is not None:
        raise invalid("holdout", shared, "draws others from time to time, and lots here are for good; choose one that is never renewed.")
