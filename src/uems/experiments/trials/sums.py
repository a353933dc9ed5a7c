"""What did the people of each arm do? One pass over the events gives counts, sums and sums of products; only of quantiles the values
themselves leave SQL, without whose they are.

Everybody who was exposed counts, also whoever did nothing: their numbers are all 0. People of ``SEVERAL`` and ``UNKNOWN`` arms are
counted apart and not compared. A group is a value of a trait at the first exposure, the stretch of time in which that fell, or both.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from uems.experiments.trials.parts import Cell, Part, of_part, people_parts, together
from uems.experiments.trials.spec import TrialMetric
from uems.journeys import api as journeys
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql, ident, join

BETWEEN: Final = "\x1f"
"""Stands between the value of a trait and the stretch of a group."""
_EVERYBODY: Final = Sql("''")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One metric at one time. until: what happened before it counts.

    halves: instead of the metric, what a person did a day in so many days, and in as many after them; two columns. spread: instead of
    its mean, how many people have which value.
    """

    metric: TrialMetric
    until: datetime
    halves: int | None = None
    spread: bool = False


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
        if not self.cuts:
            return _EVERYBODY if self.group is None else ident(self.group)
        passed = [Sql(f"toUInt8(f >= {query.bind(_ms(cut), 'Int64')})") for cut in self.cuts]
        stretch = Sql(f"toString({join(Sql(' + '), passed)})")
        return stretch if self.group is None else Sql(f"concat(toString({ident(self.group)}), {query.bind(BETWEEN, 'String')}, {stretch})")

    def trait_of(self, group: str) -> str:
        """The value of the trait by which people are parted, of one of the groups."""
        return group.rpartition(BETWEEN)[0] if self.cuts else group


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was found of one metric in each arm and group: the moments, the estimates of a quantile, or how many people have which value.

    cap: that was worked out.
    """

    measured: Measured
    moments: Mapping[Cell, Moments]
    quantiles: Mapping[Cell, Estimate | NoAnswer]
    spread: Mapping[Cell, Mapping[float, int]] = field(default_factory=dict)
    cap: float | None = None

    @property
    def cells(self) -> Sequence[Cell]:
        """Where anything was found."""
        by_shape: Mapping[str, Mapping[Cell, object]] = {"quantile": self.quantiles, "drawn": self.spread}
        return list(by_shape.get(self.measured.shape, self.moments))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A statement in parts. people_sql: a person of an arm a row. values: metric → its columns. ripe: metric → the column of its ripeness.

    What several metrics ask of a person is one column, and a ripeness that everybody has is none ("").
    """

    query: journeys.Query
    measured: Sequence[Measured]
    values: Sequence[Sequence[str]]
    ripe: Sequence[str]
    people_sql: Sql


def take(world: World, asked: Sequence[Asking]) -> list[Taken]:
    """The sums of every metric, in order. Raises what ``Warehouse.query`` raises."""
    return _take(world, asked, None)[1]


def take_all(world: World, asked: Sequence[Asking]) -> tuple["Tally", list[Taken]]:
    """As ``tally`` and ``take``, with one look less at the exposures."""
    ends = _ends(world, asked, _made(world, asked, [None] * len(asked)).measured)
    counted = tally(world, ends)
    return counted, _take(world, asked, counted)[1]


def _take(world: World, asked: Sequence[Asking], counted: "Tally | None") -> tuple["Tally", list[Taken]]:
    # Traits by which nobody is parted would be worked out for everybody, in every statement.
    wanted = {name: one for name, one in world.exposures.traits.items() if name == world.group}
    world = replace(world, exposures=replace(world.exposures, traits=wanted))
    caps = _caps(world, asked)
    made = _made(world, asked, caps)
    if counted is None:
        counted = tally(world, _ends(world, asked, made.measured))
    parts = people_parts(sum(counted.arms.values()), *counted.numbers)
    each = (made if part is None else _made(world, asked, caps, part) for part in parts)
    rows = together(one.query.run(_sums(one)) for one in each)
    found = []
    for place, (one, measured) in enumerate(zip(asked, made.measured, strict=True)):
        if measured.shape == "quantile":
            quantiles = {cell: _quantile(row[f"q{place}"], measured.share) for cell, row in rows.items() if len(row[f"q{place}"])}
            found.append(Taken(measured=measured, moments={}, quantiles=quantiles))
            continue
        ripe = counted.ripe[_ripe(one, measured)]
        if measured.shape == "drawn":
            spread = {cell: _spread(rows.get(cell), ripe.get(cell, 0), place) for cell in counted.cells}
            found.append(Taken(measured=measured, moments={}, quantiles={}, spread=spread, cap=caps[place]))
            continue
        moments = {cell: _moments(rows.get(cell), ripe.get(cell, 0), made, place) for cell in counted.cells}
        found.append(Taken(measured=measured, moments=moments, quantiles={}, cap=caps[place]))
    return counted, found


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _ripe(asked: Asking, measured: Measured) -> int:
    """The last millisecond of a first exposure with which somebody counts: before the end, and with all their days over."""
    return _ms(asked.until) - max(measured.ripe_days * DAY_MS, 1)


def _ends(world: World, asked: Sequence[Asking], measured: Sequence[Measured]) -> list[int]:
    """Every ripeness that is asked for, the earliest first."""
    return sorted({_ripe(one, found) for one, found in zip(asked, measured, strict=True)})


def _made(world: World, asked: Sequence[Asking], caps: Sequence[float | None], part: Part | None = None) -> _Made:
    """Every person of an arm with an event that any metric counts. part: only of these people."""
    query = world.query()
    columns = Columns(query=query, not_theirs=world.not_theirs)
    measured = []
    for one, cap in zip(asked, caps, strict=True):
        kind = METRIC_KINDS.get(one.metric.kind)
        frame = Frame(columns=columns, until_ms=_ms(one.until), before_days=world.before_days)
        found = kind.measured(frame, one.metric.settled()) if one.halves is None else _halved(frame, one.metric, one.halves)
        if one.spread:
            found = replace(found, shape="drawn", values=found.values[:1], before=())
        if cap is not None:
            found = replace(
                found, values=[frame.capped_sql(v, cap) for v in found.values], before=[frame.capped_sql(v, cap) for v in found.before]
            )
        measured.append(found)
    start = world.exposures.start - timedelta(days=world.before_days)
    rows = query.events_sql({"t": INSTANT, **columns.made}, columns.where(), start, max(one.until for one in asked))
    rows, exposed = of_part(rows, part), of_part(exposed_sql(query, world.exposures), part)
    everybody = _ms(world.exposures.end) - 1
    ripe_by = [_ripe(one, found) for one, found in zip(asked, measured, strict=True)]
    values: dict[Sql, str] = {}
    names = [[values.setdefault(value, f"v{len(values)}") for value in one.all_sql()] for one in measured]
    ripe = {end: f"r{n}" for n, end in enumerate(sorted(set(ripe_by))) if end < everybody}
    told = [Sql(f"{value} AS {ident(name)}") for value, name in values.items()]
    told += [Sql(f"any(f) <= {int(end)} AS {ident(name)}") for end, name in ripe.items()]
    kept = Sql(f"SELECT * FROM {exposed} WHERE arm < {len(world.exposures.arms)}")
    # The time before somebody's covariate is of no use to anything: cut off where the rows are joined.
    useful = Sql(f"t >= f - {int(world.before_days * DAY_MS)}")
    people = Sql(
        f"(SELECT person, any(arm) AS arm, any({world.group_sql(query)}) AS g, {join(Sql(', '), told)}"
        f" FROM {rows} AS r GLOBAL INNER JOIN ({kept}) AS e USING (person) WHERE {useful} GROUP BY person)"
    )
    return _Made(query=query, measured=measured, values=names, ripe=[ripe.get(end, "") for end in ripe_by], people_sql=people)


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
    """The sums and sums of products of each cell, each once (``_sum_name``); of quantiles and of what is drawn all values."""
    parts: dict[str, Sql] = {}
    for place, (one, names, ripe) in enumerate(zip(made.measured, made.values, made.ripe, strict=True)):
        if one.shape == "quantile":
            parts[f"q{place}"] = _there(names, ripe)
        elif one.shape == "drawn":
            counted = _counted(_rounded(ident(names[0])), ripe)
            parts |= {f"{name}{place}": Sql(f"tupleElement({counted}, {int(n)})") for n, name in ((1, "k"), (2, "c"))}
        else:
            parts |= {_sum_name(product, ripe): _summed(product, ripe) for product in _products(names)}
    told = join(Sql(", "), [_named(each, name) for name, each in parts.items()])
    return Sql(f"SELECT arm, g, {told} FROM {made.people_sql} GROUP BY arm, g")


def _products(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Every column by itself, and every pair of columns."""
    return [product for n, left in enumerate(names) for product in ((left,), *((left, right) for right in names[n:]))]


def _summed(product: Sequence[str], ripe: str) -> Sql:
    value = join(Sql(" * "), [ident(each) for each in product])
    return Sql(f"sumIf({value}, {ident(ripe)})") if ripe else Sql(f"sum({value})")


def _counted(value: Sql, ripe: str) -> Sql:
    """(values, how many people have each)."""
    return Sql(f"sumMapIf([{value}], [toUInt64(1)], {ident(ripe)})") if ripe else Sql(f"sumMap([{value}], [toUInt64(1)])")


def _there(names: Sequence[str], ripe: str) -> Sql:
    """The values of all whose second column is there."""
    ready = Sql(f" AND {ident(ripe)}") if ripe else Sql("")
    return Sql(f"groupArrayIf(toFloat64({ident(names[0])}), {ident(names[1])} > 0{ready})")


def _named(value: Sql, name: str) -> Sql:
    return Sql(f"{value} AS {ident(name)}")


def _rounded(value: Sql) -> Sql:
    """To three digits, so that the values are few, however many people there are."""
    number = Sql(f"toFloat64({value})")
    scale = Sql(f"exp10(2 - floor(log10(abs({number}))))")
    return Sql(f"if({number} = 0, 0., round({number} * {scale}) / {scale})")


def _spread(row: Mapping[str, Any] | None, count: int, place: int) -> dict[float, int]:
    """Value → people who have it; whoever has no event at all has 0."""
    told = {} if row is None else {float(value): int(n) for value, n in row[f"k{place}"].items()}
    without = count - sum(told.values())
    return told | ({0.0: told.get(0.0, 0) + without} if without else {})


def _sum_name(product: Sequence[str], ripe: str) -> str:
    return f"s_{'_'.join(sorted(product))}_{ripe}"


def _quantile(values: npt.NDArray[np.float64], share: float) -> Estimate | NoAnswer:
    """Of a quantile its lower neighbour, the value and its upper one, between two values in proportion (Hyndman and Fan 1996, type 7)."""
    return quantile_estimate(len(values), *np.quantile(values, shares_around(len(values), share)).tolist())


def _moments(row: Mapping[str, Any] | None, count: int, made: _Made, place: int) -> Moments:
    """The moments of a cell; whoever has no event at all adds to the count alone."""
    names, ripe = made.values[place], made.ripe[place]
    if row is None:
        return from_sums(count, [0.0] * len(names), [[0.0] * len(names)] * len(names))
    sums = [float(row[_sum_name((name,), ripe)]) for name in names]
    products = [[float(row[_sum_name((left, right), ripe)]) for right in names] for left in names]
    return from_sums(count, sums, products)


def _caps(world: World, asked: Sequence[Asking]) -> list[float | None]:
    """The caps that are a quantile of what people do, over all arms together; one statement for all of them."""
    plain = _made(world, asked, [None] * len(asked))
    wanted = {place: one.cap_share for place, one in enumerate(plain.measured) if one.cap_share is not None}
    if not wanted:
        return [None] * len(asked)
    parts = []
    for place, share in wanted.items():
        name, bound = ident(plain.values[place][0]), plain.query.bind(share, "Float64")
        parts.append(Sql(f"quantileExactInclusiveIf({bound})(toFloat64({name}), {name} > 0) AS {ident(f'k{place}')}"))
    [row] = plain.query.run(Sql(f"SELECT {join(Sql(', '), parts)} FROM {plain.people_sql}")).to_pylist()
    return [_number(row[f"k{place}"]) if place in wanted else None for place in range(len(asked))]


def _number(value: object) -> float | None:
    """A cap, or None where nobody has anything to cut off."""
    found = float(str(value))
    return found if found > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Everybody who was exposed. arms: arm → people. apart: people seen in several arms; strange: only in arms that nobody defined.

    days, traits: (value, arm) → people, by the business day of the first exposure and by a trait. cuts: (stretch, arm) → people.
    ripe: end → cell → people exposed by then, of the ends that were asked for. cells: those with anybody. numbers: the lowest and the
    highest number of these people.
    """

    arms: Mapping[int, int]
    apart: int
    strange: int
    days: Mapping[tuple[str, int], int]
    traits: Mapping[str, Mapping[tuple[str, int], int]]
    cuts: Mapping[tuple[str, int], int]
    ripe: Mapping[int, Mapping[Cell, int]]
    cells: Sequence[Cell]
    numbers: tuple[int, int]


def tally(world: World, ends: Sequence[int] = ()) -> Tally:
    """How many came into which arm, when, and from where; one statement. ends: milliseconds, ascending, by which some are counted."""
    query = world.query()
    names = list(world.exposures.traits)
    zone = query.bind(world.scope.zone, "String")
    day = Sql(f"toDate(fromUnixTimestamp64Milli(f, {zone}), {zone})")
    late = join(Sql(" + "), [Sql("toUInt16(0)"), *(Sql(f"(f > {int(end)})") for end in ends)])
    columns = join(Sql(""), [Sql(f", {ident(name)}") for name in names])
    found = query.run(
        Sql(
            f"SELECT arm, {day} AS day, {world.group_sql(query)} AS g, {late} AS late{columns},"
            f" count() AS n, min(person) AS low, max(person) AS high"
            f" FROM {exposed_sql(query, world.exposures)} GROUP BY arm, day, g, late{columns}"
        )
    ).to_pylist()
    size = len(world.exposures.arms)
    good = [row for row in found if row["arm"] < size]
    cells = _by_cell(good)
    return Tally(
        arms=_added(good, lambda row: int(row["arm"])),
        apart=sum(row["n"] for row in found if row["arm"] == SEVERAL),
        strange=sum(row["n"] for row in found if row["arm"] == UNKNOWN),
        days=_added(good, lambda row: (str(row["day"]), int(row["arm"]))),
        traits={name: _by_trait(good, name) for name in names},
        cuts=_added(good, lambda row: (str(row["g"]), int(row["arm"]))),
        ripe={end: _by_cell([row for row in good if row["late"] <= n]) for n, end in enumerate(ends)},
        cells=sorted(cells),
        numbers=(min((row["low"] for row in good), default=0), max((row["high"] for row in good), default=0)),
    )


def _by_cell(rows: Sequence[Mapping[str, Any]]) -> dict[Cell, int]:
    return _added(rows, lambda row: (int(row["arm"]), str(row["g"])))


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
