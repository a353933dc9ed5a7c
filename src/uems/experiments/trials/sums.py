"""What did the people of each arm do? One pass over the events gives counts, sums and sums of products: nobody's own numbers leave SQL.

Everybody who was exposed counts, also whoever did nothing: their numbers are all 0. People of ``SEVERAL`` and ``UNKNOWN`` arms are
counted apart and not compared. A group is a value of a trait at the first exposure, or the stretch of time in which that fell.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from uems.experiments.exposures import INSTANT, SEVERAL, UNKNOWN, Exposures, exposed_sql
from uems.experiments.registry import METRIC_KINDS, Daily
from uems.experiments.statistics.estimates import Estimate, NoAnswer
from uems.experiments.statistics.moments import Moments, from_sums
from uems.experiments.statistics.quantiles import quantile_estimate, shares_around
from uems.experiments.trials.frame import DAY_MS, Columns, Frame, Measured
from uems.experiments.trials.spec import TrialMetric
from uems.journeys import api as journeys
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql, ident, join

Cell = tuple[int, str]
"""An arm by its place, and a group."""
_EVERYBODY: Final = Sql("''")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One metric at one time. until: what happened before it counts.

    halves: instead of the metric, what a person did a day in so many days, and in as many after them; two columns.
    """

    metric: TrialMetric
    until: datetime
    halves: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Where the sums are taken. exposures: of whom. before_days: of the covariate. not_theirs: events that people do not do themselves.

    group: a trait of the exposures by which they are parted. cuts: instants that part them by their first exposure.
    """

    house: House
    scope: Scope
    now: datetime
    exposures: Exposures
    before_days: int
    not_theirs: Sequence[str] = ()
    group: str | None = None
    cuts: Sequence[datetime] = ()

    def query(self) -> journeys.Query:
        """A statement about this workspace; it brings its own bounds of time."""
        day = self.now.date()
        return journeys.Ask(house=self.house, scope=self.scope, spec=journeys.Asked(), now=self.now, first=day, last=day).query()

    def group_sql(self, query: journeys.Query) -> Sql:
        """The group of somebody who was exposed."""
        if self.group is not None:
            return ident(self.group)
        if not self.cuts:
            return _EVERYBODY
        passed = [Sql(f"toUInt8(f >= {query.bind(_ms(cut), 'Int64')})") for cut in self.cuts]
        return Sql(f"toString({join(Sql(' + '), passed)})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was found of one metric: the moments, or the estimates of a quantile, of each arm and group. cap: that was worked out."""

    measured: Measured
    moments: Mapping[Cell, Moments]
    quantiles: Mapping[Cell, Estimate | NoAnswer]
    cap: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A statement in parts. people_sql: a person of an arm a row, with the values ``v<metric>_<n>`` and the ripeness ``r<metric>``."""

    query: journeys.Query
    measured: Sequence[Measured]
    people_sql: Sql


def take(world: World, asked: Sequence[Asking]) -> list[Taken]:
    """The sums of every metric, in order. Raises what ``Warehouse.query`` raises."""
    # Traits by which nobody is parted would be worked out for everybody, in every statement.
    wanted = {name: one for name, one in world.exposures.traits.items() if name == world.group}
    world = replace(world, exposures=replace(world.exposures, traits=wanted))
    caps = _caps(world, asked)
    made = _made(world, asked, caps)
    ripe = _counts(world, asked, made.measured)
    sums = _sums(made)
    rows = {(int(row["arm"]), str(row["g"])): row for row in made.query.run(sums).to_pylist()}
    quantiles = _quantiles(world, asked, made.measured, rows)
    found = []
    for place, measured in enumerate(made.measured):
        if measured.shape == "quantile":
            found.append(Taken(measured=measured, moments={}, quantiles=quantiles[place]))
            continue
        width = len(measured.values) + len(measured.before)
        moments = {cell: _moments(rows.get(cell), count[place], place, width) for cell, count in ripe.items()}
        found.append(Taken(measured=measured, moments=moments, quantiles={}, cap=caps[place]))
    return found


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _ripe(asked: Asking, measured: Measured) -> int:
    """The last millisecond of a first exposure with which somebody counts: before the end, and with all their days over."""
    return _ms(asked.until) - max(measured.ripe_days * DAY_MS, 1)


def _made(world: World, asked: Sequence[Asking], caps: Sequence[float | None]) -> _Made:
    """Every person of an arm with an event that any metric counts."""
    query = world.query()
    columns = Columns(query=query, not_theirs=world.not_theirs)
    measured = []
    for one, cap in zip(asked, caps, strict=True):
        kind = METRIC_KINDS.get(one.metric.kind)
        frame = Frame(columns=columns, until_ms=_ms(one.until), before_days=world.before_days)
        found = kind.measured(frame, one.metric.settled()) if one.halves is None else _halved(frame, one.metric, one.halves)
        if cap is not None:
            found = replace(
                found, values=[frame.capped_sql(v, cap) for v in found.values], before=[frame.capped_sql(v, cap) for v in found.before]
            )
        measured.append(found)
    start = world.exposures.start - timedelta(days=world.before_days)
    rows = query.events_sql({"t": INSTANT, **columns.made}, columns.where(), start, max(one.until for one in asked))
    exposed = exposed_sql(query, world.exposures)
    values = [Sql(f"{value} AS {ident(f'v{place}_{n}')}") for place, one in enumerate(measured) for n, value in enumerate(one.all_sql())]
    ripe = [
        Sql(f"toFloat64(any(f) <= {_ripe(one, found)}) AS {ident(f'r{place}')}")
        for place, (one, found) in enumerate(zip(asked, measured, strict=True))
    ]
    kept = Sql(f"SELECT * FROM {exposed} WHERE arm < {len(world.exposures.arms)}")
    # The time before somebody's covariate is of no use to anything: cut off where the rows are joined.
    useful = Sql(f"t >= f - {int(world.before_days * DAY_MS)}")
    people = Sql(
        f"(SELECT person, any(arm) AS arm, any({world.group_sql(query)}) AS g, {join(Sql(', '), [*values, *ripe])}"
        f" FROM {rows} AS r GLOBAL INNER JOIN ({kept}) AS e USING (person) WHERE {useful} GROUP BY person)"
    )
    return _Made(query=query, measured=measured, people_sql=people)


def _halved(frame: Frame, metric: TrialMetric, days: int) -> Measured:
    """Raises ``invalid`` for a kind of which no day can be told from another."""
    kind, config = METRIC_KINDS.get(metric.kind), metric.settled()
    if not isinstance(kind, Daily):
        there = ", ".join(one.key for one in METRIC_KINDS if isinstance(one, Daily))
        raise invalid("metric", metric.key, f"is of the kind {metric.kind}; only of these kinds each day can be told apart: {there}.")
    column = frame.amount_sql(kind.amount(config))
    early, late = Sql(f"sumIf({column}, {frame.after_sql(days)})"), Sql(f"sumIf({column}, {frame.after_sql(2 * days, days)})")
    return Measured(shape="mean", values=[Sql(f"{early} / {int(days)}"), Sql(f"{late} / {int(days)}")], ripe_days=2 * days)


def _sums(made: _Made) -> Sql:
    parts: list[Sql] = []
    for place, one in enumerate(made.measured):
        ripe, names = ident(f"r{place}"), [ident(f"v{place}_{n}") for n in range(len(one.values) + len(one.before))]
        for n, name in enumerate(names):
            parts.append(Sql(f"sum({name} * {ripe}) AS {ident(f's{place}_{n}')}"))
            parts += [Sql(f"sum({name} * {other} * {ripe}) AS {ident(f'p{place}_{n}_{n + m}')}") for m, other in enumerate(names[n:])]
    return Sql(f"SELECT arm, g, {join(Sql(', '), parts)} FROM {made.people_sql} GROUP BY arm, g")


def _moments(row: Mapping[str, Any] | None, count: int, place: int, width: int) -> Moments:
    """The moments of a cell; whoever has no event at all adds to the count alone."""
    if row is None:
        return from_sums(count, [0.0] * width, [[0.0] * width] * width)
    sums = [float(row[f"s{place}_{n}"]) for n in range(width)]
    products = [[float(row[f"p{place}_{min(n, m)}_{max(n, m)}"]) for m in range(width)] for n in range(width)]
    return from_sums(count, sums, products)


def _counts(world: World, asked: Sequence[Asking], measured: Sequence[Measured]) -> dict[Cell, list[int]]:
    """How many people of each cell count for each metric: those exposed before its end whose days are over."""
    query = world.query()
    ends = sorted({_ripe(one, found) for one, found in zip(asked, measured, strict=True)})
    parts = [Sql(f"countIf(f <= {end}) AS {ident(f'n{place}')}") for place, end in enumerate(ends)]
    arms = len(world.exposures.arms)
    found = query.run(
        Sql(
            f"SELECT arm, {world.group_sql(query)} AS g, {join(Sql(', '), parts)} FROM {exposed_sql(query, world.exposures)}"
            f" WHERE arm < {arms} GROUP BY arm, g"
        )
    )
    places = [ends.index(_ripe(one, one_measured)) for one, one_measured in zip(asked, measured, strict=True)]
    return {(int(row["arm"]), str(row["g"])): [int(row[f"n{place}"]) for place in places] for row in found.to_pylist()}


def _caps(world: World, asked: Sequence[Asking]) -> list[float | None]:
    """The caps that are a quantile of what people do, over all arms together; one statement for all of them."""
    plain = _made(world, asked, [None] * len(asked))
    wanted = {place: one.cap_share for place, one in enumerate(plain.measured) if one.cap_share is not None}
    if not wanted:
        return [None] * len(asked)
    parts = []
    for place, share in wanted.items():
        name, bound = ident(f"v{place}_0"), plain.query.bind(share, "Float64")
        parts.append(Sql(f"quantileExactInclusiveIf({bound})({name}, {name} > 0) AS {ident(f'k{place}')}"))
    [row] = plain.query.run(Sql(f"SELECT {join(Sql(', '), parts)} FROM {plain.people_sql}")).to_pylist()
    return [_number(row[f"k{place}"]) if place in wanted else None for place in range(len(asked))]


def _number(value: object) -> float | None:
    """A cap, or None where nobody has anything to cut off."""
    found = float(str(value))
    return found if found > 0 else None


def _quantiles(
    world: World, asked: Sequence[Asking], measured: Sequence[Measured], rows: Mapping[Cell, Mapping[str, Any]]
) -> dict[int, dict[Cell, Estimate | NoAnswer]]:
    """metric → the quantile of each cell, read at three ranks; a second statement, since the ranks depend on how many there are."""
    wanted = {place: one for place, one in enumerate(measured) if one.shape == "quantile"}
    found: dict[int, dict[Cell, Estimate | NoAnswer]] = {place: {} for place in wanted}
    if not wanted:
        return found
    made = _made(world, [asked[place] for place in wanted], [None] * len(wanted))
    parts: list[Sql] = []
    names: dict[tuple[int, Cell, int], str] = {}
    for inside, (place, one) in enumerate(wanted.items()):
        for cell, row in rows.items():
            count = round(float(row[f"s{place}_1"]))
            if not count:
                continue
            here = Sql(f"arm = {int(cell[0])} AND g = {made.query.bind(cell[1], 'String')} AND v{int(inside)}_1 > 0 AND r{int(inside)} > 0")
            for n, share in enumerate(shares_around(count, one.share)):
                name = f"q{len(names)}"
                names[place, cell, n] = name
                bound = made.query.bind(share, "Float64")
                parts.append(Sql(f"quantileExactInclusiveIf({bound})({ident(f'v{inside}_0')}, {here}) AS {ident(name)}"))
    if not parts:
        return found
    [told] = made.query.run(Sql(f"SELECT {join(Sql(', '), parts)} FROM {made.people_sql}")).to_pylist()
    for place, cell, n in names:
        if n == 0:
            low, value, high = (float(told[names[place, cell, m]]) for m in range(3))
            found[place][cell] = quantile_estimate(round(float(rows[cell][f"s{place}_1"])), low, value, high)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Everybody who was exposed. arms: arm → people. apart: people seen in several arms; strange: only in arms that nobody defined.

    days, traits: (value, arm) → people, by the business day of the first exposure and by a trait. cuts: (stretch, arm) → people.
    """

    arms: Mapping[int, int]
    apart: int
    strange: int
    days: Mapping[tuple[str, int], int]
    traits: Mapping[str, Mapping[tuple[str, int], int]]
    cuts: Mapping[tuple[str, int], int]


def tally(world: World) -> Tally:
    """How many came into which arm, when, and from where; one statement."""
    query = world.query()
    names = list(world.exposures.traits)
    zone = query.bind(world.scope.zone, "String")
    day = Sql(f"toString(toDate(fromUnixTimestamp64Milli(f, {zone}), {zone}))")
    grouped = [Sql("arm"), Sql("day"), Sql("g"), *(ident(name) for name in names)]
    columns = join(Sql(""), [Sql(f", {ident(name)}") for name in names])
    found = query.run(
        Sql(
            f"SELECT arm, {day} AS day, {world.group_sql(query)} AS g{columns}, count() AS n"
            f" FROM {exposed_sql(query, world.exposures)} GROUP BY {join(Sql(', '), grouped)}"
        )
    ).to_pylist()
    size = len(world.exposures.arms)
    good = [row for row in found if row["arm"] < size]
    return Tally(
        arms=_added(good, lambda row: int(row["arm"])),
        apart=sum(row["n"] for row in found if row["arm"] == SEVERAL),
        strange=sum(row["n"] for row in found if row["arm"] == UNKNOWN),
        days=_added(good, lambda row: (str(row["day"]), int(row["arm"]))),
        traits={name: _by_trait(good, name) for name in names},
        cuts=_added(good, lambda row: (str(row["g"]), int(row["arm"]))),
    )


K = TypeVar("K")


def _by_trait(rows: Sequence[Mapping[str, Any]], name: str) -> dict[tuple[str, int], int]:
    return _added(rows, lambda row: (str(row[name]), int(row["arm"])))


def _added(rows: Sequence[Mapping[str, Any]], key: Callable[[Mapping[str, Any]], K]) -> dict[K, int]:
    found: dict[K, int] = {}
    for row in rows:
        found[key(row)] = found.get(key(row), 0) + int(row["n"])
    return found


def people_of_arm(world: World, arm: int) -> npt.NDArray[np.uint64]:
    """Everybody of an arm, sorted; ``SEVERAL`` and ``UNKNOWN`` are arms too."""
    query = world.query()
    found = query.run(Sql(f"SELECT person FROM {exposed_sql(query, world.exposures)} WHERE arm = {int(arm)} ORDER BY person"))
    return np.asarray(found.column("person").to_numpy(), np.uint64)
