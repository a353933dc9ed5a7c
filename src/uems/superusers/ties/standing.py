"""How strong were ties, and whose are strong now? For the metric of strong ties, which is the number of the pyramid."""

from datetime import date

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kpis import api as kpis
from uems.profiles import api as profiles
from uems.superusers.ties.making import SCORE_TAG
from uems.superusers.work import get_work


def standing_ties(house: House, scope: Scope) -> kpis.Ties | None:
    """The first of each month, and the last time that it was worked out. None before the first time."""
    work = get_work(house.store, scope, "ties")
    if work is None or work.result is None:
        return None
    told = work.result
    found = {date.fromisoformat(one["cut"]): one for one in told["months"]} | {date.fromisoformat(told["as_of"]): told}
    people, score = profiles.scores_of(house, scope, SCORE_TAG)
    return kpis.Ties(
        standings=[
            kpis.Standing(until=day, strong=one["levels"]["strong"], people=one["people"])
            for day, one in sorted(found.items())
            if day <= date.fromisoformat(told["as_of"])
        ],
        strong=people[score >= told["scale"]["strong_at"]],
        scored=people,
    )
