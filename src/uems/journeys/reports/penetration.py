"""How many of those who are there use a feature? The share of the active people who did each thing, over time and in all.

data: ``buckets`` the first day of each; ``complete``; ``base`` the active people of each, and ``base_people`` of the whole period;
``features`` one entry each: ``name``, ``event``, ``people`` active people who used it in the period, ``share`` of them, ``values`` and
``shares`` one a bucket. In a bucket only what was done in that bucket counts. At the ends of the period only its days count.
Cell: ``feature`` by its place (left out: the base), ``bucket`` (left out: the whole period), ``outcome``.
"""

from datetime import date, datetime
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from uems.journeys.registry import Answer
from uems.journeys.reports import _bits
from uems.journeys.reports._ask import NOBODY, Ask, People, answer, ask, no_answer
from uems.journeys.reports._bits import Words
from uems.journeys.reports._buckets import Unit, buckets, is_over
from uems.journeys.reports._sets import people_by_bucket
from uems.journeys.reports._spec import ANY, Asked, Spec, Step
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope


class Config(Asked):
    """Features are kinds of events."""

    features: list[Step] = Field(min_length=1, max_length=20)
    base: Step = Field(ANY, description="What makes somebody active.")
    unit: Unit = "week"


class PenetrationCell(Spec):
    """Active people who used a feature, or who did not."""

    feature: int | None = Field(None, strict=True, ge=0)
    bucket: date | None = None
    outcome: Literal["used", "not_used"] = "used"


class Penetration:
    """Who of the active people uses what."""

    key = "penetration"
    label_zh = "功能渗透率"
    label_en = "Feature penetration"
    Config = Config
    sample = Config(features=[Step(event="Product Searched")], last_days=84)
    Cell = PenetrationCell
    sample_cell = PenetrationCell(feature=0, outcome="not_used")

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """People and shares of every feature."""
        assert isinstance(spec, Config)
        asked = ask(house, scope, spec, now)
        steps = [*spec.features, spec.base]
        if asked is None:
            nothing: dict[str, Any] = {"buckets": [], "complete": [], "base": [], "base_people": 0, "features": []}
            return no_answer(house, scope, spec, {"unit": spec.unit, **nothing}, steps)
        names = buckets(asked.first, asked.last, spec.unit)
        base, *features = _sets(asked, spec)
        everybody = np.bitwise_or.reduce(base, axis=0)
        sizes, people = _bits.counts(base).tolist(), _bits.count(everybody)
        rows = []
        for step, one in zip(spec.features, features, strict=True):
            values = _bits.counts(one & base).tolist()
            used = _bits.count(np.bitwise_or.reduce(one, axis=0) & everybody)
            shares = [value / size if size else None for value, size in zip(values, sizes, strict=True)]
            row = {"name": step.title, "event": step.event, "people": used, "share": used / people if people else None}
            rows.append({**row, "values": values, "shares": shares})
        data = {
            "unit": spec.unit,
            "buckets": [name.isoformat() for name in names],
            "complete": [is_over(name, spec.unit, scope.zone, now) for name in names],
            "base": sizes,
            "base_people": people,
            "features": rows,
        }
        return answer(asked, data, steps)

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Who of the active people used a feature, or did not."""
        assert isinstance(spec, Config)
        assert isinstance(cell, PenetrationCell)
        if cell.feature is not None and cell.feature >= len(spec.features):
            raise invalid("cell.feature", cell.feature, f"must be below {len(spec.features)}, the number of features.")
        asked = ask(house, scope, spec, now)
        if asked is None:
            return NOBODY
        names = buckets(asked.first, asked.last, spec.unit)
        if cell.bucket is not None and cell.bucket not in names:
            raise invalid("cell.bucket", cell.bucket.isoformat(), "must be a bucket of the answer.")
        base, *features = (
            np.bitwise_or.reduce(one, axis=0) if cell.bucket is None else one[names.index(cell.bucket)] for one in _sets(asked, spec)
        )
        if cell.feature is None:
            return _bits.members(base)
        used = features[cell.feature]
        return _bits.members(base & (used if cell.outcome == "used" else ~used))


def _sets(asked: Ask, spec: Config) -> list[Words]:
    """The base and then each feature, of one width; shape (buckets, words) each."""
    found = [people_by_bucket(asked, step, asked.first, asked.last, spec.unit) for step in (spec.base, *spec.features)]
    width = max(one.shape[1] for one in found)
    return [_bits.matrix(list(one), width) for one in found]


ITEM = Penetration()
