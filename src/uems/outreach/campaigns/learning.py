"""Which share of people should each variant get of a campaign that comes again, by what the times before have shown?

Thompson sampling (Biometrika 25, 1933): as many as it is likely to be the best, and never less than a twentieth. What came of a message
counts once the wait of the test, or the days of the goal, are over: else variants that work fast would be favoured. The shares of each
time are kept with it, and the probability stands in every exposure, so that results can be weighted by its inverse.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, case, func, select

from uems.experiments import api as experiments
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.campaigns.counting import count_converted, letter_of, reached_goal
from uems.outreach.campaigns.definitions import Campaign
from uems.outreach.campaigns.standstill import of_campaign
from uems.outreach.campaigns.tables import campaign_occurrences, campaign_people
from uems.outreach.tables import outreach_messages

LEAST: Final = 0.05
"""The share that a variant keeps whatever happens, so that it can still be learnt about."""
MOST_TIMES: Final = 100
"""Of so many times the latest are learnt from."""
_M, _O, _P = outreach_messages.c, campaign_occurrences.c, campaign_people.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """A time that is over far enough. counts: of each variant (people, of them with success). shares: that each variant had then."""

    counts: Sequence[tuple[int, int]]
    shares: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """people, reached: of all times together. best: the chance to be the best. share: of those of the next time.

    rate: how many of everybody would have reached it by this variant, by inverse probability (Horvitz and Thompson, JASA 47, 1952), as
    shares that follow the results make the plain share biased; None while nobody had it.
    """

    place: int
    people: int
    reached: int
    best: float
    share: float
    rate: float | None


def learnt(house: House, scope: Scope, one: Campaign, now: datetime) -> list[Learnt]:
    """What the campaign, as it was launched last, has learnt by ``now``; in the order of the variants."""
    times = _by_goal(house, scope, one, now) if one.spec.test.by == "goal" else _by_messages(house, scope, one, now)
    return conclude(times, len(one.spec.variants))


def conclude(times: Sequence[Time], variants: int) -> list[Learnt]:
    """What follows from these times."""
    counts = [(sum(one.counts[n][0] for one in times), sum(one.counts[n][1] for one in times)) for n in range(variants)]
    shares = experiments.thompson_of_rates({str(n): count for n, count in enumerate(_alike(times, variants))}, LEAST)
    everybody = sum(people for people, _ in counts)
    found = []
    for place, (people, reached) in enumerate(counts):
        weighted = sum(one.counts[place][1] / one.shares[place] for one in times)
        rate = weighted / everybody if people else None
        mine = shares[str(place)]
        found.append(Learnt(place=place, people=people, reached=reached, best=mine.best, share=mine.weight, rate=rate))
    return found


def _alike(times: Sequence[Time], variants: int) -> list[tuple[float, float]]:
    """(people, of them with success) of each variant as though all had been given at the same times: else the one that most people got
    in a good season would be taken for better. Each time counts by its people; so weighted, people are worth as many as Kish says
    (Survey Sampling, 1965). Times that lack a variant compare nothing."""
    used = [one for one in times if all(people for people, _ in one.counts)]
    whole = sum(people for one in used for people, _ in one.counts)
    weights = [sum(people for people, _ in one.counts) / whole for one in used]
    found = []
    for place in range(variants):
        mine = [(weight, *one.counts[place]) for weight, one in zip(weights, used, strict=True)]
        worth = 1 / sum(weight**2 / people for weight, people, _ in mine) if mine else 0.0
        found.append((worth, min(worth, worth * sum(weight * reached / people for weight, people, reached in mine))))
    return found


def _by_messages(house: House, scope: Scope, one: Campaign, now: datetime) -> list[Time]:
    hit = _M.opened_at if one.spec.test.by == "opened" else _M.clicked_at
    over = now - timedelta(hours=one.spec.test.wait_hours)
    sent = and_(_M.state.in_(("accepted", "unknown")), _M.sent_at <= over)
    query = select(
        _M.origin_entry, _M.origin_node, func.count().label("people"), func.sum(case((hit.is_not(None), 1), else_=0)).label("hits")
    )
    with house.store.read() as conn:
        shares = _shares(conn, scope, one)
        mine = (*of_campaign(scope.workspace_id, one.key), sent, _M.origin_entry.in_(shares))
        rows = conn.execute(query.where(*mine).group_by(_M.origin_entry, _M.origin_node)).all()
    counts = {(row.origin_entry, row.origin_node): (int(row.people), int(row.hits)) for row in rows}
    letters = [letter_of(place) for place in range(len(one.spec.variants))]
    return [Time(counts=[counts.get((number, letter), (0, 0)) for letter in letters], shares=part) for number, part in shares.items()]


def _by_goal(house: House, scope: Scope, one: Campaign, now: datetime) -> list[Time]:
    goal = one.spec.goal
    if goal is None:
        return []
    with house.store.read() as conn:
        shares = _shares(conn, scope, one, now - timedelta(days=goal.days))
        begun = _begun(conn, scope, one, list(shares))
        mine = (_P.workspace_id == scope.workspace_id, _P.campaign_id == one.campaign_id, _P.state == "sent", _P.occurrence.in_(shares))
        rows = conn.execute(
            select(_P.occurrence, _P.variant, func.count().label("people")).where(*mine).group_by(_P.occurrence, _P.variant)
        )
        people: dict[int, dict[int, int]] = defaultdict(dict)
        for row in rows:
            people[row.occurrence][row.variant] = int(row.people)
    found = []
    for number, part in shares.items():
        reached = count_converted(house.store, scope, one.campaign_id, number, reached_goal(house, scope, goal, begun[number]))
        counts = [(people[number].get(place, 0), reached.get((place, "sent"), 0)) for place in range(len(one.spec.variants))]
        found.append(Time(counts=counts, shares=part))
    return found


def _shares(conn: Connection, scope: Scope, one: Campaign, begun_by: datetime | None = None) -> dict[int, Sequence[float]]:
    """Number of a time → its shares, of the latest of this launch."""
    mine = [_O.workspace_id == scope.workspace_id, _O.campaign_id == one.campaign_id, _O.version == one.version, _O.state != "freezing"]
    mine += [_O.begun_at <= begun_by] if begun_by is not None else []
    rows = conn.execute(select(_O.occurrence, _O.shares).where(*mine).order_by(_O.occurrence.desc()).limit(MOST_TIMES)).all()
    return {row.occurrence: row.shares for row in rows if row.shares}


def _begun(conn: Connection, scope: Scope, one: Campaign, numbers: Sequence[int]) -> dict[int, datetime]:
    mine = (_O.workspace_id == scope.workspace_id, _O.campaign_id == one.campaign_id, _O.occurrence.in_(numbers))
    return {row.occurrence: row.begun_at for row in conn.execute(select(_O.occurrence, _O.begun_at).where(*mine))}
