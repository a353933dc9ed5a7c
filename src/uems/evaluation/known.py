"""What was an action really worth, where somebody knows: on simulated shops, beside the estimate, and beside what last touch says?

The simulator writes down every order that came of a message and of nothing else (``answers.parquet``: cause, person, time, revenue). Since
that is all its messages change, the revenue of those orders is the truth that the estimate and attribution are held to. Everything else
on the page of an action is worked out without this file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from uems.evaluation.crediting import credits, names_in_messages
from uems.evaluation.judging import watched_for
from uems.evaluation.league import worth_over_time
from uems.evaluation.model import ActionKind, Arms, Span, Worth
from uems.evaluation.reading import Reading
from uems.evaluation.reading import Span as KnownSpan
from uems.evaluation.terms import terms_of
from uems.evaluation.watched import DAY_MS, Happenings, Watched
from uems.journeys import api as journeys
from uems.kernel.house import House
from uems.kernel.scope import Scope

_FILE: Final = "answers.parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWorth:
    """One horizon, of the same people as the estimate. true_minor: revenue that there would not have been. estimate_minor: as judged.

    inside: whether the interval of the estimate holds the truth; None while there is no interval. true_roi: None where it cost nothing.
    """

    horizon_days: int
    treated: int
    true_minor: int
    estimate_minor: Span | None
    true_roi: float | None
    roi: Span | None

    @property
    def inside(self) -> bool | None:
        return None if self.estimate_minor is None else self.estimate_minor.low <= self.true_minor <= self.estimate_minor.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """orders, true_minor: all that came of the action's messages until now. last_touch_minor: what last touch gives it over the same time;
    None while nothing is credited. horizon_days: how far last touch looks back."""

    worths: Sequence[KnownWorth]
    orders: int
    true_minor: int
    last_touch_minor: int | None
    horizon_days: int

    @property
    def last_touch_error_minor(self) -> int | None:
        return None if self.last_touch_minor is None else self.last_touch_minor - self.true_minor


def known(house: House, scope: Scope, now: datetime, kind: ActionKind, key: str, horizons: Sequence[int]) -> Known | None:
    """The truth of a flow or campaign; None where nobody knows it. Raises ``not_found`` for an action that does not exist."""
    worths = worth_over_time(house, scope, now, kind, key, horizons)
    told = _told(house.settings.truth_folder, scope.slug)
    cause = names_in_messages(house, scope).get((kind, key))
    if told is None or cause is None:
        return None
    reading = Reading(house, scope, now)
    [arms] = [arms for action, arms in reading.acts() if (action.kind, action.key) == (kind, key)]
    orders = _orders(told, f"{kind}:{cause}", reading, now)
    margin = terms_of(house.store, scope).margin_percent / 100
    found = credits(house, scope, now)
    line = next((one for one in found.lines if (one.action.kind, one.action.key) == (kind, key)), None)
    return Known(
        worths=[_held(one, arms, orders, reading.known(), margin) for one in worths],
        orders=len(orders.person),
        true_minor=int(orders.amount.sum()),
        last_touch_minor=None if line is None else line.attributed_minor.get("last"),
        horizon_days=found.horizon_days,
    )


def _held(worth: Worth, arms: Arms, orders: Happenings, span: KnownSpan, margin: float) -> KnownWorth:
    """Of those whom the estimate counts, and as many days of each."""
    counted = watched_for(arms, span, worth.horizon_days)
    gained = Watched(counted, orders).amount(0, worth.horizon_days * DAY_MS)[counted.treated]
    true = int(gained.sum())
    return KnownWorth(
        horizon_days=worth.horizon_days,
        treated=len(gained),
        true_minor=true,
        estimate_minor=worth.gained_minor,
        true_roi=(margin * true - worth.cost_minor) / worth.cost_minor if worth.cost_minor else None,
        roi=worth.roi,
    )


def _told(folder: Path, workspace: str) -> pa.Table | None:
    """The simulator's file, where there is one and it is of this workspace."""
    file = folder / _FILE
    if not file.is_file():
        return None
    table = pq.read_table(file)
    return table if (table.schema.metadata or {}).get(b"workspace") == workspace.encode() else None


def _orders(told: pa.Table, cause: str, reading: Reading, now: datetime) -> Happenings:
    """Those of one cause until ``now``, by people as they are now."""
    person, amount = journeys.numbers(told, "person_id", np.uint64), journeys.numbers(told, "revenue_minor", np.int64)
    at_ms = told.column("ordered_at").cast(pa.int64()).to_numpy()
    mine = np.array([one == cause for one in told.column("cause").to_pylist()], np.bool_) & (at_ms <= round(now.timestamp() * 1000))
    return Happenings(person=reading.people_now(person[mine]), at_ms=at_ms[mine], amount=amount[mine])
