"""How much of a habit is it? How many people were active on one day of the period, on two, ... on all of them; or in weeks or months.

data: ``units`` how many days (weeks, months) the period has; ``people`` active at least once; ``average`` of the active people's
numbers of units; ``ratio`` the average number of people active in a unit as a share of ``people`` (with days over a month, this is
DAU/MAU); ``distribution`` one entry for each number of units from 1: ``units``, ``people`` with exactly so many, ``at_least`` with
so many or more. At the ends of the period only its days count. Cell: ``units``, ``at_least`` true for so many or more.
"""

from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field

from uems.journeys.registry import Answer
from uems.journeys.reports import _bits
from uems.journeys.reports._ask import NOBODY, Ask, People, answer, ask, no_answer
from uems.journeys.reports._buckets import Unit
from uems.journeys.reports._sets import people_by_bucket
from uems.journeys.reports._spec import ANY, Asked, Spec, Step
from uems.kernel.house import House
from uems.kernel.scope import Scope


class Config(Asked):
    """Active is who did ``step``."""

    step: Step = Field(ANY, description="What makes somebody active.")
    unit: Unit = Field("day", description="What is counted: days, weeks or months with at least one such event.")


class StickinessCell(Spec):
    """The people with so many units."""

    units: int = Field(1, strict=True, ge=1)
    at_least: bool = False


class Stickiness:
    """On how many days people are active."""

    key = "stickiness"
    label_zh = "粘性"
    label_en = "Stickiness"
    Config = Config
    sample = Config(last_days=28)
    Cell = StickinessCell
    sample_cell = StickinessCell(units=3, at_least=True)

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """How many people have how many units."""
        assert isinstance(spec, Config)
        asked = ask(house, scope, spec, now)
        if asked is None:
            empty: dict[str, Any] = {"unit": spec.unit, "units": 0, "people": 0, "average": None, "ratio": None, "distribution": []}
            return no_answer(house, scope, spec, empty, [spec.step])
        units, per_person = _per_person(asked, spec)
        exactly = np.bincount(per_person, minlength=units + 1)[1:]
        at_least = exactly[::-1].cumsum()[::-1]
        people, sum_of_units = int(exactly.sum()), int((exactly * np.arange(1, units + 1)).sum())
        data = {
            "unit": spec.unit,
            "units": units,
            "people": people,
            "average": sum_of_units / people if people else None,
            "ratio": sum_of_units / people / units if people else None,
            "distribution": [{"units": n + 1, "people": int(exactly[n]), "at_least": int(at_least[n])} for n in range(units)],
        }
        return answer(asked, data, [spec.step])

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Who has so many units."""
        assert isinstance(spec, Config)
        assert isinstance(cell, StickinessCell)
        asked = ask(house, scope, spec, now)
        if asked is None:
            return NOBODY
        _, per_person = _per_person(asked, spec)
        chosen = per_person >= cell.units if cell.at_least else per_person == cell.units
        return np.flatnonzero(chosen).astype(np.uint64)


def _per_person(asked: Ask, spec: Config) -> tuple[int, npt.NDArray[np.uint16]]:
    """How many units there are, and how many each person has; place p is person p."""
    sets = people_by_bucket(asked, spec.step, asked.first, asked.last, spec.unit)
    return len(sets), _bits.sums(sets)


ITEM = Stickiness()
