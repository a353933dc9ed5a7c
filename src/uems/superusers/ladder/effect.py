"""What was the work on super users worth over the years? Everybody whose lot was an invitation beside those held out.

By intention: leaving out whom nobody got round to invite would choose by what people did. Each is watched from the day of their entry, for
the same number of days, and counts once those are over. Means are compared by Welch's t-test.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from sqlalchemy import select

from uems.experiments import api as experiments
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.prediction import api as prediction
from uems.profiles import api as profiles
from uems.superusers.ladder.tables import superuser_entries
from uems.superusers.referrals.tree_edges import read_edges
from uems.superusers.ties.model import Floats
from uems.superusers.ties.reading import came_after
from uems.superusers.ties.signals import meant

HORIZONS: Final = (30, 91, 365, 730)
LEAST: Final = 30
"""Fewer on either side say nothing."""
_MOST_DAYS: Final = 120
"""Days of entry that are looked at; beyond, those of a week count from its Monday on."""
_E = superuser_entries.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What those of one arm did. Shape (n,)."""

    retained: Floats
    value: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Invited less held out, with limits of 95%."""

    value: float
    low: float
    high: float


def effects(house: House, scope: Scope, now: datetime) -> dict[int, tuple[Side, Side]]:
    """horizon → (to be invited, held out), of those watched for the whole of it. Whoever was merged over both counts in neither."""
    until = prediction.known_days(house, scope, now).until
    known = meant(profiles.roles_of(house.store, scope), {})
    edges = read_edges(house, scope)
    entries = _entries(house, scope)
    found = {}
    for days in HORIZONS:
        sides = []
        for arm in ("invite", "held"):
            ripe = {cut: people for cut, people in entries[arm].items() if cut + timedelta(days=days) <= until}
            came = [
                came_after(house, scope, np.array(sorted(people), np.uint64), cut, cut + timedelta(days=days), known, edges)
                for cut, people in sorted(ripe.items())
            ]
            sides.append(Side(retained=_joined([one.retained for one in came]), value=_joined([one.value for one in came])))
        found[days] = (sides[0], sides[1])
    return found


def _entries(house: House, scope: Scope) -> dict[str, dict[date, set[int]]]:
    """arm → day of entry → people as they are now."""
    with house.store.read() as conn:
        rows = conn.execute(select(_E.person_id, _E.arm, _E.entered_on).where(_E.workspace_id == scope.workspace_id)).all()
    current = identity.people_of(house.store, scope, {row.person_id for row in rows})
    arms: dict[int, set[str]] = defaultdict(set)
    first: dict[int, date] = {}
    for row in rows:
        if row.person_id in current:
            person, day = current[row.person_id].person_id, date.fromisoformat(row.entered_on)
            arms[person].add(row.arm)
            first[person] = min(first.get(person, day), day)
    weekly = len(set(first.values())) > _MOST_DAYS
    found: dict[str, dict[date, set[int]]] = {"invite": defaultdict(set), "held": defaultdict(set)}
    for person, mine in arms.items():
        if len(mine) == 1:
            day = first[person]
            found[next(iter(mine))][day - timedelta(days=day.weekday()) if weekly else day].add(person)
    return found


def _joined(parts: Sequence[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.zeros(0)


def difference(one: Floats, other: Floats) -> Difference | None:
    """None where that cannot be said: too few, or nobody differs."""
    if min(len(one), len(other)) < LEAST:
        return None
    control, treated = (experiments.estimate(experiments.from_rows(side[:, None])) for side in (other, one))
    if isinstance(control, experiments.NoAnswer) or isinstance(treated, experiments.NoAnswer):
        return None
    found = experiments.contrast(control, treated)
    if isinstance(found, experiments.NoAnswer):
        return None
    said = experiments.welch(found)
    return Difference(value=said.value, low=said.low, high=said.high)
