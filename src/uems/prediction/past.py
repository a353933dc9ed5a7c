"""What was true of each person when a day began, or happened within a window of days? And where can the past be cut?"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from uems.kernel.clock import day_of, start_of_day
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.profiles import api as profiles
from uems.profiles.api import Chosen, PastAsking, People

check_past = profiles.check_past


class Past(PastAsking):
    """An evaluation that sees the days from ``first`` (None: from ever) to the day before ``end``, and nothing else."""

    def __init__(
        self,
        house: House,
        scope: Scope,
        *,
        end: date,
        first: date | None = None,
        chosen: Chosen | None = None,
        people: People | None = None,
    ) -> None:
        since = None if first is None else start_of_day(first, scope.zone)
        super().__init__(house, scope, start_of_day(end, scope.zone), since=since, chosen=chosen, people=people)


def cuts_before(last: date, first_event: date, days: int, most: int, warm_up: int) -> Sequence[date]:
    """Days on which the past can be cut so that ``days`` are known after each, the oldest first.

    last: the first day that is not over. Cuts lie ``days`` apart, so that no window reaches into the next one; the oldest has
    at least ``warm_up`` days of events before it.
    """
    found: list[date] = []
    cut = last - timedelta(days=days)
    while len(found) < most and (cut - first_event).days >= warm_up:
        found.append(cut)
        cut -= timedelta(days=days)
    return found[::-1]


def today(now: datetime, scope: Scope) -> date:
    """The business day under way; its first instant is where the newest cut lies."""
    return day_of(now, scope.zone)
