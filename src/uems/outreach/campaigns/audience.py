"""Who gets a campaign, who is held out of it, and which variant does each get? The same people get the same answer, whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from uems.experiments import api as experiments
from uems.identity import api as identity
from uems.kernel.bucketing import buckets, chosen
from uems.kernel.errors import UemsError
from uems.kernel.filters import And, At, Node, Not
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import to_microseconds
from uems.kernel.warehouse import Limits
from uems.outreach.campaigns.spec import CampaignAudience, CampaignSpec
from uems.outreach.campaigns.timing import Instants, Opening, turns
from uems.outreach.flows.local_time import next_local
from uems.outreach.flows.told import zones_of_people
from uems.profiles import api as profiles
from uems.profiles.api import Asking, People
from uems.segments import api as segments

Places = npt.NDArray[np.int64]
HELD: Final = -2
REST: Final = -1
"""Instead of the place of a variant: held out; waits for the winner."""
_LOOKED_BACK: Final = timedelta(days=60)
_ENOUGH: Final = 5
"""Fewer happenings than that say nothing about somebody's hour."""
_ACTIVE: Final = Sql(
    "type IN ('track', 'page', 'screen') AND (event NOT LIKE 'message.%' OR event IN ('message.opened', 'message.clicked'))"
)
_WEIGHT: Final = Sql("if(event IN ('message.opened', 'message.clicked'), 4, 1)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """people: ascending, without those excluded. excluded: how many were taken out. everybody: how many there are at all.

    acted, wanted: how that was answered, and the condition that it was; None where it was not asked.
    """

    people: People
    excluded: int
    everybody: int
    acted: experiments.Acted | None = None
    wanted: Node | None = None

    def tell(self, house: House, scope: Scope, now: datetime) -> None:
        """For who really sends: that a tag on trial had a say about somebody. Raises what the log raises when it takes no more."""
        if self.acted is not None and self.wanted is not None:
            self.acted.tell(house, scope, now, [self.wanted])


def condition_of(audience: CampaignAudience, exclude: bool = True) -> object:
    """The whole audience as one condition of the one grammar, as JSON."""
    parts: list[object] = []
    if audience.segment:
        parts.append({"segment": {"key": audience.segment}})
    if audience.who is not None:
        parts.append(audience.who)
    if exclude:
        parts += [{"not": {"segment": {"key": key}}} for key in audience.exclude]
    return parts[0] if len(parts) == 1 else {"and": parts}


def find_audience(house: House, scope: Scope, audience: CampaignAudience, now: datetime, limits: Limits | None = None) -> Audience:
    """Exact, as of now. Raises ``bad_filter`` and ``not_found`` for what is not there, ``no_audience`` (422) where nobody is asked for."""
    if not audience.segment and audience.who is None:
        raise UemsError("no_audience", "The campaign says nobody; choose a segment, or write a condition.", status=422)

    def resolved(body: object) -> Node:
        return segments.resolve_node(profiles.parse_condition(body), house.store, scope)

    wanted = resolved(condition_of(audience, exclude=False))
    out = [resolved({"segment": {"key": key}}) for key in audience.exclude]
    nodes = [wanted, *([And(parts=(wanted, *(Not(part=one) for one in out)))] if out else [])]
    asking = Asking(house, scope, At(now=profiles.as_of(house.store, scope, now), zone=scope.zone))
    found = experiments.act_on(nodes, asking, limits=limits)
    before, people = found.members(nodes[0]), found.members(nodes[-1])
    return Audience(people=people, excluded=len(before) - len(people), everybody=len(found.people), acted=found, wanted=nodes[-1])


def places(spec: CampaignSpec, salt: str, occurrence: int, people: People, shares: Sequence[float] = ()) -> Places:
    """Of each the place of the variant, HELD or REST. Shape (n,). Who is held out stays so every time that it takes place.

    shares: of the variants; none for equal ones.
    """
    numbers, count = people.tolist(), len(spec.variants)
    mine = chosen(buckets(f"{salt}:variant:{occurrence}", numbers), shares or [1.0] * count).astype(np.int64)
    if spec.tested:
        mine[buckets(f"{salt}:test:{occurrence}", numbers) >= spec.test.percent / 100] = REST
    mine[held_out(spec, salt, people)] = HELD
    return mine


def held_out(spec: CampaignSpec, salt: str, people: People) -> npt.NDArray[np.bool_]:
    """Who is sent nothing and only watched. Shape (n,)."""
    found: npt.NDArray[np.bool_] = buckets(f"{salt}:holdout", people.tolist()) < spec.holdout_percent / 100
    return found


def plan_turns(
    house: House, scope: Scope, spec: CampaignSpec, people: People, mine: Places, opened: Opening, now: datetime
) -> tuple[Instants, datetime | None]:
    """(when it is each person's turn, when the winner is chosen; None where nobody waits for one)."""
    clock = spec.timing.clock
    zones = zones_of_people(house, scope, people) if clock == "person" else [scope.zone] * len(people)
    best = best_hours(house, scope, people, spec.timing.local_at, now) if clock == "best" else []
    begin = max(now, opened.at)
    planned = turns(spec.timing, zones, best, opened, begin)
    if not (spec.tested and (mine == REST).any()):
        return planned, None
    tested = planned[mine >= 0]
    last = int(tested.max()) if len(tested) else to_microseconds(begin)
    decide_at = now + timedelta(microseconds=last - to_microseconds(now)) + timedelta(hours=spec.test.wait_hours)
    later = turns(spec.timing, zones, best, opened, decide_at)
    return np.where(mine == REST, later, planned), decide_at


def best_hours(house: House, scope: Scope, people: People, otherwise: str, now: datetime) -> list[int]:
    """The hour of the day (UTC) at which each does most, by 60 days of activity; opening and clicking count four times.

    Who did less than five things gets the hour at which most is done by all; where nothing is known at all, ``otherwise`` by the clock
    of the workspace.
    """
    columns = {"hour": Sql("toHour(ts)"), "weight": _WEIGHT}
    within = Sql(f"ts >= {{since:DateTime64(3, 'UTC')}} AND ts < {{now:DateTime64(3, 'UTC')}} AND {_ACTIVE}")
    rows = identity.rows_of_people(house.store, scope, Sql("events"), columns, within)
    query = Sql(
        "SELECT person, argMax(hour, (done, -toInt32(hour))) AS best, toInt64(sum(count)) AS things FROM"
        f" (SELECT person, hour, sum(weight) AS done, count() AS count FROM {rows} GROUP BY person, hour) GROUP BY person ORDER BY person"
    )
    found = house.warehouse.query(query, {"since": now - _LOOKED_BACK, "now": now})
    who = np.asarray(found.column("person").to_numpy(), np.uint64)
    hours = np.asarray(found.column("best").to_numpy(), np.int64)
    things = np.asarray(found.column("things").to_numpy(), np.int64)
    common = _common_hour(house, scope, rows, otherwise, now)
    known = dict(zip(who[things >= _ENOUGH].tolist(), hours[things >= _ENOUGH].tolist(), strict=True))
    return [known.get(person, common) for person in people.tolist()]


def _common_hour(house: House, scope: Scope, rows: Sql, otherwise: str, now: datetime) -> int:
    query = Sql(f"SELECT hour FROM {rows} GROUP BY hour ORDER BY sum(weight) DESC, hour LIMIT 1")
    found = house.warehouse.query(query, {"since": now - _LOOKED_BACK, "now": now}).column("hour").to_pylist()
    if found:
        return int(found[0])
    return next_local(now, otherwise, (), scope.zone).hour
