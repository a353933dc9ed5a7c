"""What was known of everybody in a trial before the action, what came of it, and how likely was each to be treated?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal, TypeAlias

import numpy as np

from uems.kernel.clock import day_of
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.prediction.features import features_at
from uems.prediction.metrics import Floats, Ints, Labels
from uems.prediction.uplift.curves import Lot
from uems.prediction.uplift_settings import UpliftSettings
from uems.prediction.uplift_trials import Bought, Trial, outcomes
from uems.prediction.vocabulary import Vocabulary, vocabulary
from uems.profiles.api import Chosen

Reason: TypeAlias = Literal["", "no_purchases", "nobody_held_out", "too_few", "too_young", "too_few_outcomes"]
"""Why an action is not judged; "" where it is."""
LEAST_SIDE: Final = 200
LEAST_OUTCOMES: Final = 20
"""On either side, of people who bought within the window."""
MOST_PEOPLE: Final = 100_000
MAX_CUTS: Final = 12
_STRETCH: Final = 100
_FEW: Final = 0.2
_CAP: Final = 0.995
DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Those of a trial whose window is over. usual_minor: of a purchase within the window; cap_minor: more than it counts as it."""

    trial: Trial
    lot: Lot
    usual_minor: float
    cap_minor: float | None


def sample(trial: Trial, bought: Bought | None, settings: UpliftSettings, last_ms: int) -> Sample | Reason:
    """Who counts, and what came of it; or why there is nothing to learn."""
    if bought is None:
        return "no_purchases"
    if not (~trial.treated).any() and len(trial.person) >= LEAST_SIDE:
        return "nobody_held_out"
    window = settings.window_days * DAY_MS
    ripe = _some(trial, trial.since_ms + window <= last_ms)
    if _smaller(trial.treated[ripe]) < LEAST_SIDE:
        return "too_young" if _smaller(trial.treated) >= LEAST_SIDE else "too_few"
    counted = Trial(
        kind=trial.kind, key=trial.key, name=trial.name, origin=trial.origin, cost_minor=trial.cost_minor,
        person=trial.person[ripe], since_ms=trial.since_ms[ripe], treated=trial.treated[ripe],
    )  # fmt: skip
    did, amount = outcomes(counted, bought, window)
    if min(int(did[counted.treated].sum()), int(did[~counted.treated].sum())) < LEAST_OUTCOMES:
        return "too_few_outcomes"
    # A handful of large orders would decide who is said to change.
    cap = float(np.quantile(amount[amount > 0], _CAP)) if (amount > 0).any() else None
    y = did.astype(np.float64) if settings.outcome == "conversion" else np.minimum(amount, cap if cap is not None else np.inf)
    lot = Lot(y=y, treated=counted.treated, share=shares(counted))
    usual = float(amount[did].mean())
    return Sample(trial=counted, lot=lot, usual_minor=usual, cap_minor=cap if settings.outcome == "revenue" else None)


def _smaller(treated: Labels) -> int:
    return min(int(treated.sum()), int((~treated).sum()))


def _some(trial: Trial, ripe: Labels) -> Ints:
    """Places of those who are ripe; of very many a part by lot, the smaller side whole where that is possible."""
    rows = np.flatnonzero(ripe)
    if len(rows) <= MOST_PEOPLE:
        return rows
    rng = np.random.default_rng([len(rows), 5])
    sides = [rows[trial.treated[rows]], rows[~trial.treated[rows]]]
    sides.sort(key=len)
    less = sides[0] if len(sides[0]) <= MOST_PEOPLE // 2 else rng.choice(sides[0], MOST_PEOPLE // 2, replace=False)
    more = rng.choice(sides[1], MOST_PEOPLE - len(less), replace=False)
    return np.sort(np.concatenate([less, more]))


def shares(trial: Trial) -> Floats:
    """Each one's chance to be treated: the share of those treated in their stretch of time, as a holdout may have been made larger or
    smaller. Stretches are so long that a hundred of the smaller side lie in each on average. Shape (n,)."""
    stretches = int(np.clip(_smaller(trial.treated) // _STRETCH, 1, MAX_CUTS))
    order = np.argsort(trial.since_ms, kind="stable")
    found = np.empty(len(order))
    for rows in np.array_split(order, stretches):
        part = float(trial.treated[rows].mean())
        # Where all or none were treated by chance alone, one person more of either side stands for it.
        found[rows] = part if 0 < part < 1 else (trial.treated[rows].sum() + 1) / (len(rows) + 2)
    return found


def cuts_of(since: Sequence[date]) -> list[date]:
    """At most ``MAX_CUTS`` of the days, the first among them: features are as of the latest one that is not after the person's own."""
    days = sorted(since)
    picked = {days[n * len(days) // MAX_CUTS] for n in range(MAX_CUTS)}
    return sorted(picked)


def matrix_before(house: House, scope: Scope, trial: Trial, everybody: int) -> tuple[Vocabulary, Floats]:
    """(the words, features of each as of the midnight before the action, or up to some days earlier). Shape (n, features).

    Whoever had done nothing before has nan throughout. everybody: how many people there are.
    """
    days = [day_of(datetime.fromtimestamp(ms / 1000, UTC), scope.zone) for ms in trial.since_ms.tolist()]
    cuts = cuts_of(days)
    words = vocabulary(house, scope, cuts[0])
    place = np.searchsorted(np.array(cuts, "datetime64[D]"), np.array(days, "datetime64[D]"), side="right") - 1
    matrix: Floats | None = None
    for n, cut in enumerate(cuts):
        rows = np.flatnonzero(place == n)
        people = trial.person[rows]
        chosen = Chosen.of(house, scope, people.tolist()) if len(people) < everybody * _FEW else None
        found = features_at(house, scope, cut, words, chosen)
        if matrix is None:
            matrix = np.full((len(trial.person), len(found.features)), np.nan)
        at = np.searchsorted(found.people, people).clip(max=max(0, len(found.people) - 1))
        known = found.people[at] == people if len(found.people) else np.zeros(len(people), np.bool_)
        matrix[rows[known]] = found.matrix[at[known]]
    assert matrix is not None
    return words, matrix
