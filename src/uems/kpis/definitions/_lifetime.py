"""What have the newcomers of each day brought so far, and what was spent to win them?"""

import numpy as np

from uems.journeys import api as journeys
from uems.kpis.facts import Ints, View
from uems.kpis.model import Reason, Window

CHANNEL_COLUMN = "utm_source"
"""The dimension whose values are the channels of spend."""


def revenue_of_newcomers(view: View) -> Ints:
    """Row by row of days: the revenue up to today of everybody who came for the first time on that day."""
    new = view.newcomers()
    span = view.span(view.windows[0])
    owner = np.full(new.shape[1] * 64, -1)
    for row in range(span.start, span.stop):
        owner[journeys.members(new[row]).astype(np.int64)] = row
    rows = view.money(view.revenue_events, view.frame.first, view.frame.today, anyhow=True)
    inside = rows.person < len(owner)
    cohort, money = owner[rows.person[inside]], rows.revenue[inside]
    found = np.zeros(len(new), np.int64)
    np.add.at(found, cohort[cohort >= 0], money[cohort >= 0])
    return found


def expected_of_newcomers(view: View) -> Ints | None:
    """Row by row of days: what everybody who came for the first time on that day has brought and is still expected to bring.

    None while nobody's lifetime value is known. Whoever never bought is expected to bring nothing.
    """
    known = view.facts.expected()
    if known is None:
        return None
    new = view.newcomers()
    span = view.span(view.windows[0])
    worth = np.zeros(max(new.shape[1] * 64, int(known.person.max()) + 1))
    worth[known.person] = known.minor
    found = revenue_of_newcomers(view).astype(np.float64)
    for row in range(span.start, span.stop):
        found[row] += worth[journeys.members(new[row]).astype(np.int64)].sum()
    return np.round(found).astype(np.int64)


def spent(view: View, window: Window) -> int | Reason:
    """What was spent in a window on those of the view; why that cannot be said."""
    cut = view.cut
    rows = view.facts.spend()
    if cut is not None and cut.dimension is None:
        return Reason(code="not_by_segment")
    if cut is not None and cut.dimension is not None:
        if cut.dimension.column != CHANNEL_COLUMN:
            return Reason(code="not_by_dimension", subjects=(CHANNEL_COLUMN,))
        group = cut.groups[view.group]
        rows = [one for one in rows if (one.channel not in cut.words if group.other else one.channel == group.value)]
    rows = [one for one in rows if window.first <= one.day <= window.last]
    return sum(one.amount_minor for one in rows) if rows else Reason(code="no_spend")
