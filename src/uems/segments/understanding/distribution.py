"""Which values of a tag or a trait do the people of a segment have, and how many of them? Counted exactly."""

import json
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.segments.membership import members_sql
from uems.segments.model import Segment
from uems.segments.understanding.evidence import ITEMS, PLAIN, traits_sql
from uems.segments.understanding.overlap import LIMITS, everybody, in_use

Of: TypeAlias = Literal["tag", "trait"]
VALUES: Final = 50
BINS: Final = 20
_NUMBER: Final = Sql("match(value, '^-?[0-9]')")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount:
    """So many people have this value; of a list, this item in it."""

    value: object
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """People with a number from ``low`` on, below ``high``; in the last bin ``high`` itself is in too."""

    low: float
    high: float
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Of those who have a number. The quantiles are numbers that somebody has."""

    people: int
    mean: float
    deviation: float | None
    low: float
    p5: float
    p25: float
    median: float
    p75: float
    p95: float
    high: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """people: of the segment, or everybody. known: how many have any value. values: the most frequent, of ``distinct`` different
    ones. numbers: None where nobody has a number.
    """

    of: Of
    name: str
    segment: Segment | None
    people: int
    known: int
    distinct: int
    values: tuple[ValueCount, ...]
    numbers: Numbers | None


def distribution(house: House, scope: Scope, of: Of, name: str, key: str | None = None) -> Distribution:
    """Over a segment, or over everybody. Raises ``not_found``, ``segment_archived`` and ``invalid`` for a name that cannot be one."""
    if not 1 <= len(name) <= 200:
        raise invalid("name", name[:60], "must be the name of a tag or a trait, of 1 to 200 characters.")
    segment = in_use(house, scope, key) if key is not None else None
    among = Sql("1")
    if segment is not None:
        among = Sql(f"person GLOBAL IN {members_sql(scope, segment.segment_id)}")
        counted = house.warehouse.query(Sql(f"SELECT count() AS n FROM {members_sql(scope, segment.segment_id)}"))
        people = counted.column("n")[0].as_py()
    else:
        people = everybody(house, scope)
    rows = Sql(f"(SELECT value FROM {_told(house, scope, of)} WHERE {among} AND {PLAIN})")
    params: dict[str, Param] = {"name": name}
    [told] = house.warehouse.query(Sql(f"SELECT count() AS known FROM {rows}"), params, limits=LIMITS).to_pylist()
    items = house.warehouse.query(
        Sql(
            "SELECT item, count() AS people, count() OVER () AS distinct FROM ("
            f"SELECT {ITEMS} AS item FROM {rows}) GROUP BY item ORDER BY people DESC, item LIMIT {VALUES}"
        ),
        params,
        limits=LIMITS,
    ).to_pylist()
    return Distribution(
        of=of,
        name=name,
        segment=segment,
        people=people,
        known=told["known"],
        distinct=items[0]["distinct"] if items else 0,
        values=tuple(ValueCount(value=json.loads(row["item"]), people=row["people"]) for row in items),
        numbers=_numbers(house, rows, params),
    )


def _told(house: House, scope: Scope, of: Of) -> Sql:
    if of == "trait":
        return traits_sql(house, scope, Sql("trait = {name:String}"))
    return Sql(
        f"(SELECT person_id AS person, value FROM tag_values FINAL WHERE workspace_id = {scope.workspace_id}"
        " AND tag = {name:String} AND value != '')"
    )


def _numbers(house: House, rows: Sql, params: dict[str, Param]) -> Numbers | None:
    numbers = Sql(f"(SELECT toFloat64OrZero(value) AS x FROM {rows} WHERE {_NUMBER})")
    [told] = house.warehouse.query(
        Sql(
            "SELECT count() AS people, avg(x) AS mean, stddevSampStable(x) AS deviation, min(x) AS low, max(x) AS high,"
            f" quantilesExact(0.05, 0.25, 0.5, 0.75, 0.95)(x) AS quantiles FROM {numbers}"
        ),
        params,
        limits=LIMITS,
    ).to_pylist()
    if not told["people"]:
        return None
    p5, p25, median, p75, p95 = told["quantiles"]
    return Numbers(
        people=told["people"],
        mean=told["mean"],
        deviation=told["deviation"] if told["people"] > 1 else None,
        low=told["low"],
        p5=p5,
        p25=p25,
        median=median,
        p75=p75,
        p95=p95,
        high=told["high"],
        bins=_bins(house, numbers, params, (told["low"], p5, p95, told["high"])),
    )


def _bins(house: House, numbers: Sql, params: dict[str, Param], bounds: tuple[float, float, float, float]) -> tuple[Bin, ...]:
    """Bins of one width over nine tenths of the people; the outer ones reach to the smallest and largest number.

    A few enormous numbers would otherwise put everybody else into the first bin.
    """
    low, first, last, high = bounds
    if low == high:
        return (Bin(low=low, high=high, people=_count(house, numbers, params)),)
    if first == last:
        first, last = low, high
    width = (last - first) / BINS
    found = house.warehouse.query(
        Sql(
            "SELECT toInt64(least(greatest(floor((x - {first:Float64}) / {width:Float64}), 0), {top:Float64})) AS place, count() AS people"
            f" FROM {numbers} GROUP BY place"
        ),
        {**params, "first": first, "width": width, "top": float(BINS - 1)},
        limits=LIMITS,
    ).to_pylist()
    of = {row["place"]: row["people"] for row in found}
    edges = [low, *(first + width * n for n in range(1, BINS)), high]
    return tuple(Bin(low=edges[n], high=edges[n + 1], people=of.get(n, 0)) for n in range(BINS))


def _count(house: House, numbers: Sql, params: dict[str, Param]) -> int:
    found: int = house.warehouse.query(Sql(f"SELECT count() AS n FROM {numbers}"), params, limits=LIMITS).column("n")[0].as_py()
    return found
