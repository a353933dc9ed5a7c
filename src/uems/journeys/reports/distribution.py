"""How is something spread over people? So many bought once, so many twice; so many spent that much.

Of everybody with such an event in the period: ``measure`` "events" how many they had, "days" on how many days, "revenue" for how much
(minor units of the workspace's currency), "sum" the sum of a property (only people with a number in it).

data: ``bins`` one entry each: ``from``, ``to`` (not included; null in the last), ``people``, ``share``; ``people``; ``total``, ``average``,
``median``, ``p90``, ``maximum`` of the people's values; ``currency``. Without ``edges`` bins are made to fit. Values below the first
edge are in no bin; ``below`` counts them. Cell: ``bin`` by its place.
"""

from datetime import datetime
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field, model_validator

from uems.journeys.registry import Answer
from uems.journeys.reports._ask import NOBODY, Ask, People, answer, ask, no_answer, numbers
from uems.journeys.reports._spec import ANY, Asked, Spec, Step
from uems.kernel.edge import Key
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql

_COUNT_EDGES: Final = (1, 2, 3, 4, 5, 6, 11, 21, 51, 101, 201, 501, 1001)
_BINS: Final = 12


class Config(Asked):
    """One measure a person."""

    step: Step = ANY
    measure: Literal["events", "days", "revenue", "sum"] = "events"
    property: Key | None = Field(None, description="For the measure sum.")
    edges: list[float] = Field([], max_length=50, description="Lower edges of the bins, ascending; money in minor units.")

    @model_validator(mode="after")
    def _fitting(self) -> "Config":
        if (self.property is not None) != (self.measure == "sum"):
            raise ValueError(f"measure {self.measure} " + ("needs a property" if self.property is None else "takes no property"))
        if any(not np.isfinite(edge) for edge in self.edges) or sorted(set(self.edges)) != self.edges:
            raise ValueError(f"edges are {self.edges}; must be numbers, each greater than the one before")
        return self


class DistributionCell(Spec):
    """The people of one bin; left out: all."""

    bin: int | None = Field(None, strict=True, ge=0)


class Distribution:
    """A measure over people."""

    key = "distribution"
    label_zh = "分布"
    label_en = "Distribution"
    Config = Config
    sample = Config(step=Step(event="Order Completed"), last_days=90)
    Cell = DistributionCell
    sample_cell = DistributionCell(bin=0)

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """The bins, and what the values come to."""
        assert isinstance(spec, Config)
        asked = ask(house, scope, spec, now)
        if asked is None:
            return no_answer(house, scope, spec, _data(scope, spec, np.zeros(0)), [spec.step])
        return answer(asked, _data(scope, spec, _values(asked, spec)[1]), [spec.step])

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Whose value is in a bin."""
        assert isinstance(spec, Config)
        assert isinstance(cell, DistributionCell)
        asked = ask(house, scope, spec, now)
        if asked is None:
            return NOBODY
        people, values = _values(asked, spec)
        edges = _edges(spec, values)
        if cell.bin is not None and cell.bin >= len(edges):
            raise invalid("cell.bin", cell.bin, f"must be below {len(edges)}, the number of bins.")
        return np.sort(people if cell.bin is None else people[_bin(values, edges) == cell.bin])


def _values(asked: Ask, spec: Config) -> tuple[People, npt.NDArray[np.float64]]:
    """The value of each person who has one."""
    query = asked.query()
    amount, value, having = Sql("toUInt8(1)"), Sql("count()"), Sql("1")
    if spec.measure == "days":
        amount, value = Sql("day"), Sql("uniqExact(amount)")
    if spec.measure == "revenue":
        amount, value = query.revenue_sql(), Sql("sum(amount)")
    if spec.property is not None:
        amount, value, having = query.number_sql(spec.property), Sql("round(sumKahan(amount), 6)"), Sql("count(amount) > 0")
    rows = query.events_sql({"amount": amount}, query.step_sql(spec.step))
    found = query.run(Sql(f"SELECT person, toFloat64({value}) AS value FROM {rows} GROUP BY person HAVING {having}"))
    return numbers(found, "person", np.uint64), numbers(found, "value", np.float64)


def _edges(spec: Config, values: npt.NDArray[np.float64]) -> list[float]:
    """The lower edges of the bins: those asked for, or round numbers that fit."""
    if spec.edges:
        return list(spec.edges)
    if not len(values):
        return []
    top = float(values.max())
    if spec.measure in ("events", "days"):
        return [float(edge) for edge in _COUNT_EDGES if edge <= top]
    low = float(values.min())
    width = _round_up((top - low) / _BINS) if top > low else 1.0
    first = np.floor(low / width) * width
    return [float(round(first + n * width, 9)) for n in range(int((top - first) // width) + 1)]


def _round_up(width: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, ..."""
    power = 10.0 ** np.floor(np.log10(width))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= width))


def _bin(values: npt.NDArray[np.float64], edges: list[float]) -> npt.NDArray[np.int64]:
    """The place of each value; -1 below the first edge."""
    return np.searchsorted(np.array(edges), values, "right") - 1


def _data(scope: Scope, spec: Config, values: npt.NDArray[np.float64]) -> dict[str, Any]:
    edges = _edges(spec, values)
    places = _bin(values, edges)
    counts = np.bincount(places[places >= 0], minlength=len(edges))
    ends: list[float | None] = [*edges[1:], None]
    bins = [
        {"from": _plain(low), "to": _plain(high), "people": int(count), "share": _share(count, len(values))}
        for low, high, count in zip(edges, ends, counts, strict=False)
    ]
    known = len(values) > 0
    return {
        "bins": bins,
        "below": int((places < 0).sum()) if edges else 0,
        "people": len(values),
        "total": _plain(round(float(values.sum()), 6)),
        "average": float(values.mean()) if known else None,
        "median": float(np.median(values)) if known else None,
        "p90": float(np.percentile(values, 90)) if known else None,
        "maximum": _plain(float(values.max())) if known else None,
        "currency": scope.currency,
    }


def _plain(value: float | None) -> float | None:
    """Whole numbers without a fraction, as money in minor units is."""
    return int(value) if value is not None and value == int(value) else value


def _share(count: Any, people: int) -> float | None:
    return int(count) / people if people else None


ITEM = Distribution()
