"""What would an experiment have found in the days behind us? The time, the people and what they did, with no arms at all.

Whoever does the entry event in the days of history would have been exposed, from that event on. The same sums as for results are taken
of them, so that what a design promises is what its results will be made of.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from uems.experiments.exposures import INSTANT, Exposures, exposed_sql
from uems.experiments.registry import METRIC_KINDS, Daily
from uems.experiments.trials.frame import Amount, Columns, Frame
from uems.experiments.trials.results import not_theirs
from uems.experiments.trials.spec import TrialMetric, TrialSpec
from uems.experiments.trials.sums import World
from uems.journeys import api as journeys
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.errors import UemsError, invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql

LEAST_DAYS: Final = 3
MOST_PEOPLE: Final = 20_000
"""People that simulations are made of; of more than these a stable random part."""
Floats = npt.NDArray[np.float64]
_SPAN: Final = Sql("SELECT min(day) AS first, count() AS n FROM event_daily WHERE workspace_id = {workspace:UInt32} AND event != ''")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """days: how many whole days end with yesterday. world: of whoever entered in them, all in the one arm ``history``."""

    days: int
    first: date
    world: World

    def end_of(self, day: int) -> datetime:
        """The end of the so-manieth day, 1 for the first."""
        return start_of_day(self.first + timedelta(days=day), self.world.scope.zone)


def history_of(house: House, scope: Scope, spec: TrialSpec, entry: journeys.Step, now: datetime) -> History:
    """As many days as are planned, or as there are. Raises ``too_little_history`` (409)."""
    [row] = house.warehouse.query(_SPAN, {"workspace": scope.workspace_id}).to_pylist()
    today = day_of(now, scope.zone)
    known = (today - row["first"]).days if row["n"] else 0
    days = min(spec.planned_days, known)
    if days < LEAST_DAYS:
        message = f"There are {max(known, 0)} whole days of events; a plan needs at least {LEAST_DAYS}. Send or import events of the past."
        raise UemsError("too_little_history", message, status=409)
    first = today - timedelta(days=days)
    exposures = Exposures(
        experiment_id="", arms=["history"], start=start_of_day(first, scope.zone), end=start_of_day(today, scope.zone), entry=entry
    )
    world = World(house=house, scope=scope, now=now, exposures=exposures, before_days=spec.before_days, not_theirs=not_theirs(house, scope))
    return History(days=days, first=first, world=world)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """entered: on which day each person came, shape (n,). before: the covariate, shape (n,). totals: up to each day, shape (n, days)."""

    entered: npt.NDArray[np.int64]
    before: Floats
    totals: Floats


def people_of(history: History, metric: TrialMetric) -> People:
    """What each person of history did day by day. Raises ``invalid`` for kinds of which no day can be told from another."""
    kind, config = METRIC_KINDS.get(metric.kind), metric.settled()
    if not isinstance(kind, Daily):
        there = ", ".join(one.key for one in METRIC_KINDS if isinstance(one, Daily))
        raise invalid("metric", metric.key, f"is of the kind {metric.kind}; history can be played again for: {there}.")
    world = history.world
    share = _share(world)
    query = world.query()
    some = _some(query, share)
    entered = query.run(Sql(f"SELECT person, f FROM {exposed_sql(query, world.exposures)} WHERE {some} ORDER BY person"))
    numbers = np.asarray(entered.column("person").to_numpy(), np.uint64)
    firsts = np.asarray(entered.column("f").to_numpy(), np.int64)
    ends = np.asarray([round(history.end_of(day).timestamp() * 1000) for day in range(1, history.days + 1)], np.int64)
    done = _done(history, kind.amount(config), share, ends)
    who = np.searchsorted(numbers, np.asarray(done.column("person").to_numpy(), np.uint64))
    when = np.minimum(np.asarray(done.column("place").to_numpy(), np.int64), history.days - 1)
    daily = np.zeros((len(numbers), history.days))
    np.add.at(daily, (who, when), np.asarray(done.column("after").to_numpy(), np.float64))
    before = np.zeros(len(numbers))
    np.add.at(before, who, np.asarray(done.column("earlier").to_numpy(), np.float64))
    limit = kind.limit(config)
    top = np.inf if limit is None else limit
    totals = np.minimum(np.cumsum(daily, axis=1), top)
    return People(entered=np.searchsorted(ends, firsts, side="right"), before=np.minimum(before, top), totals=totals)


def _done(history: History, amount: Amount, share: float, ends: npt.NDArray[np.int64]) -> pa.Table:
    """(person, place of the day, what was done after the entry, what before it)."""
    world = history.world
    query = world.query()
    columns = Columns(query=query, not_theirs=world.not_theirs)
    frame = Frame(columns=columns, until_ms=int(ends[-1]), before_days=world.before_days)
    amount_sql = frame.amount_sql(amount)
    start = world.exposures.start - timedelta(days=world.before_days)
    rows = query.events_sql({"t": INSTANT, **columns.made}, columns.where(), start, world.exposures.end)
    kept = Sql(f"SELECT person, f FROM {exposed_sql(query, world.exposures)} WHERE {_some(query, share)}")
    place = Sql(f"arrayCount(e -> t >= e, {query.bind(ends.tolist(), 'Array(Int64)')})")
    return query.run(
        Sql(
            f"SELECT person, {place} AS place, sumIf({amount_sql}, {frame.after_sql()}) AS after,"
            f" sumIf({amount_sql}, {frame.earlier_sql()}) AS earlier"
            f" FROM {rows} AS r GLOBAL INNER JOIN ({kept}) AS e USING (person) GROUP BY person, place"
        )
    )


def _share(world: World) -> float:
    """Which share of the people is looked at."""
    query = world.query()
    [row] = query.run(Sql(f"SELECT count() AS n FROM {exposed_sql(query, world.exposures)}")).to_pylist()
    return min(1.0, MOST_PEOPLE / max(int(row["n"]), 1))


def _some(query: journeys.Query, share: float) -> Sql:
    """The condition of a stable random part of the people."""
    return Sql(f"cityHash64(person) % 1000000 < {query.bind(round(share * 1_000_000), 'UInt64')}")
