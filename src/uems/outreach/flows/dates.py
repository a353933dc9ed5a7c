"""Whose date is it today? A birthday, an anniversary, the end of a contract: what a trait says, for everybody at once."""

import json
from calendar import isleap
from datetime import date, timedelta

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.flows.graph import DateEntry
from uems.outreach.flows.told import told_by_all
from uems.outreach.nodes.wait_date import read_day


def people_by_date(house: House, scope: Scope, entry: DateEntry, day: date) -> list[int]:
    """Everybody whose date lies ``days_before`` after ``day``, ascending. Who was born on 29 February has the 28th in other years."""
    wanted = day + timedelta(days=entry.days_before)
    told = told_by_all(house, scope, entry.trait)
    return [person for person, text in told if _is_it(text, wanted, entry, scope)]


def _is_it(text: str, wanted: date, entry: DateEntry, scope: Scope) -> bool:
    try:
        value = json.loads(text)
    except ValueError:
        return False
    day = read_day(value, scope.zone)
    if day is None or not entry.yearly:
        return day == wanted
    if (day.month, day.day) == (2, 29) and not isleap(wanted.year):
        return (wanted.month, wanted.day) == (2, 28)
    return (day.month, day.day) == (wanted.month, wanted.day)
