"""Who buys lately, often and for much? Recency, frequency and monetary value of everybody who bought in the period, as a grid.

Recency: business days from the last purchase to the last day. Frequency: number of purchases. Monetary: revenue in minor units of the
workspace's currency. Each becomes a score from 1 (worst) to 5: 1 + the whole fifths of people who are strictly worse, so equals have
the same score; or by ``thresholds``, four ascending limits: one more for each that is reached (recency: one less for each exceeded).

data: ``people``; ``revenue_minor``; ``currency``; ``grid`` one entry for each recency and frequency score: ``r``, ``f``, ``segment``,
``people``, ``revenue_minor``, and ``average_recency_days``, ``average_frequency``, ``average_minor``, null without people; ``segments`` the
same by name; ``scores`` for r, f and m the people with each score from 1 to 5. Cell: ``r``, ``f``, ``m`` and ``segment``, each left out
for any.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field, model_validator

from uems.journeys.registry import Answer
from uems.journeys.reports._ask import NOBODY, Ask, People, answer, ask, no_answer, numbers
from uems.journeys.reports._spec import Asked, Spec, Step
from uems.journeys.reports.overview import ORDER_EVENT
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql

Segment: TypeAlias = Literal[
    "champions", "loyal", "potential_loyalists", "new", "need_attention", "about_to_sleep", "at_risk", "cannot_lose", "hibernating"
]
Scores: TypeAlias = npt.NDArray[np.int64]

# By recency from 1 to 5, then frequency from 1 to 5; the names are those in common use since Putler and Optimove.
_SEGMENTS: Final[Sequence[Sequence[Segment]]] = (
    ("hibernating", "hibernating", "at_risk", "cannot_lose", "cannot_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    ("new", "potential_loyalists", "potential_loyalists", "loyal", "champions"),
    ("new", "potential_loyalists", "potential_loyalists", "champions", "champions"),
)
SEGMENTS: Final = tuple(dict.fromkeys(name for row in reversed(_SEGMENTS) for name in reversed(row)))


class Thresholds(Spec):
    """Four ascending limits each; one left out is scored by fifths of people."""

    recency_days: list[int] | None = Field(None, min_length=4, max_length=4)
    frequency: list[int] | None = Field(None, min_length=4, max_length=4)
    monetary_minor: list[int] | None = Field(None, min_length=4, max_length=4)

    @model_validator(mode="after")
    def _ascending(self) -> "Thresholds":
        for name in ("recency_days", "frequency", "monetary_minor"):
            limits = getattr(self, name)
            if limits is not None and sorted(set(limits)) != limits:
                raise ValueError(f"{name} are {limits}; must be four numbers, each greater than the one before")
        return self


class Config(Asked):
    """A purchase is an event of ``step``."""

    step: Step = Field(Step(event=ORDER_EVENT), description="What counts as a purchase.")
    thresholds: Thresholds = Thresholds()


class RfmCell(Spec):
    """The people with these scores."""

    r: int | None = Field(None, strict=True, ge=1, le=5)
    f: int | None = Field(None, strict=True, ge=1, le=5)
    m: int | None = Field(None, strict=True, ge=1, le=5)
    segment: Segment | None = None


class Rfm:
    """The grid of recency, frequency and monetary value."""

    key = "rfm"
    label_zh = "RFM 矩阵"
    label_en = "RFM grid"
    Config = Config
    sample = Config(last_days=365)
    Cell = RfmCell
    sample_cell = RfmCell(segment="champions")

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """People and revenue of every cell and segment."""
        assert isinstance(spec, Config)
        asked = ask(house, scope, spec, now)
        if asked is None:
            return no_answer(house, scope, spec, _data(scope, spec, _NOBODY), [spec.step])
        return answer(asked, _data(scope, spec, _buyers(asked, spec)), [spec.step])

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Who has these scores."""
        assert isinstance(spec, Config)
        assert isinstance(cell, RfmCell)
        asked = ask(house, scope, spec, now)
        if asked is None:
            return NOBODY
        buyers = _buyers(asked, spec)
        r, f, m = _scores(spec, buyers)
        chosen = np.ones(len(buyers.person), np.bool_)
        for wanted, scores in ((cell.r, r), (cell.f, f), (cell.m, m)):
            if wanted is not None:
                chosen &= scores == wanted
        if cell.segment is not None:
            chosen &= _segment(r, f) == SEGMENTS.index(cell.segment)
        return np.sort(buyers.person[chosen])


class _Buyers:
    """One place a person: days since the last purchase, purchases, and minor units."""

    def __init__(self, person: People, recency: Scores, frequency: Scores, monetary: Scores) -> None:
        self.person = person
        self.recency = recency
        self.frequency = frequency
        self.monetary = monetary


_NONE: Final = np.zeros(0, np.int64)
_NOBODY: Final = _Buyers(NOBODY, _NONE, _NONE, _NONE)


def _buyers(asked: Ask, spec: Config) -> _Buyers:
    query = asked.query()
    rows = query.events_sql({"amount": query.revenue_sql(), "on_day": Sql("toUInt16(day)")}, query.step_sql(spec.step))
    found = query.run(
        Sql(f"SELECT person, max(on_day) AS latest, toInt64(count()) AS times, sum(amount) AS money FROM {rows} GROUP BY person")
    )
    last = asked.last.toordinal() - date(1970, 1, 1).toordinal()
    return _Buyers(
        numbers(found, "person", np.uint64),
        last - numbers(found, "latest", np.int64),
        numbers(found, "times", np.int64),
        numbers(found, "money", np.int64),
    )


def by_fifths(values: Scores) -> Scores:
    """1 + the whole fifths of the people whose value is strictly smaller."""
    if not len(values):
        return values
    return 1 + np.searchsorted(np.sort(values), values, "left") * 5 // len(values)


def _scores(spec: Config, buyers: _Buyers) -> tuple[Scores, Scores, Scores]:
    limits = spec.thresholds
    if limits.recency_days is None:
        r = by_fifths(-buyers.recency)
    else:
        r = 5 - np.searchsorted(np.array(limits.recency_days), buyers.recency, "left")
    f = by_fifths(buyers.frequency) if limits.frequency is None else _reached(limits.frequency, buyers.frequency)
    m = by_fifths(buyers.monetary) if limits.monetary_minor is None else _reached(limits.monetary_minor, buyers.monetary)
    return r, f, m


def _reached(limits: Sequence[int], values: Scores) -> Scores:
    return 1 + np.searchsorted(np.array(limits), values, "right")


def _segment(r: Scores, f: Scores) -> Scores:
    """The place among ``SEGMENTS``."""
    table = np.array([[SEGMENTS.index(name) for name in row] for row in _SEGMENTS])
    return np.asarray(table[r - 1, f - 1])


def _data(scope: Scope, spec: Config, buyers: _Buyers) -> dict[str, Any]:
    r, f, m = _scores(spec, buyers)
    segment = _segment(r, f)
    pairs = [(one, other) for one in range(5, 0, -1) for other in range(5, 0, -1)]
    return {
        "people": len(buyers.person),
        "revenue_minor": int(buyers.monetary.sum()),
        "currency": scope.currency,
        "grid": [{"r": a, "f": b, "segment": _SEGMENTS[a - 1][b - 1], **_sums(buyers, (r == a) & (f == b))} for a, b in pairs],
        "segments": [{"segment": name, **_sums(buyers, segment == place)} for place, name in enumerate(SEGMENTS)],
        "scores": {name: np.bincount(one, minlength=6)[1:].tolist() for name, one in (("r", r), ("f", f), ("m", m))},
    }


def _sums(buyers: _Buyers, chosen: npt.NDArray[np.bool_]) -> dict[str, Any]:
    people = int(chosen.sum())
    revenue = int(buyers.monetary[chosen].sum())
    return {
        "people": people,
        "revenue_minor": revenue,
        "average_recency_days": float(buyers.recency[chosen].mean()) if people else None,
        "average_frequency": float(buyers.frequency[chosen].mean()) if people else None,
        "average_minor": revenue / people if people else None,
    }


ITEM = Rfm()
