"""When did somebody order for the second time?"""

import numpy as np

from uems.journeys import api as journeys
from uems.kpis.facts import Ints, View
from uems.kpis.model import EVER


def second_order(view: View) -> tuple[Ints, Ints]:
    """(people with two orders or more ever, the day of the second: days since the start of ``Frame.base``)."""
    rows = view.money(view.roles.events("purchase"), EVER, view.frame.last, anyhow=True)
    order = np.lexsort((rows.day, rows.person))
    person, day, events = rows.person[order], rows.day[order], rows.events[order]
    total = np.cumsum(events)
    begins = np.flatnonzero(np.append(True, person[1:] != person[:-1])) if len(person) else np.zeros(0, np.int64)
    before = np.repeat((total - events)[begins], np.diff(np.append(begins, len(person))))
    twice = np.flatnonzero((total - before >= 2) & (total - before - events < 2))
    return person[twice], day[twice]


def flags_of(people: Ints) -> journeys.Words:
    """A set of people."""
    chosen = np.zeros(int(people.max()) + 1 if len(people) else 0, np.bool_)
    chosen[people] = True
    return journeys.from_flags(chosen)
