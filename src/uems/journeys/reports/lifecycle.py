"""Is the base of active people growing from inside or leaking? In each day, week or month: new, returning, resurrecting, dormant.

Of a bucket: **new** are those who are active for the first time ever; **returning** were active in the bucket before too;
**resurrecting** were not, but earlier; **dormant** were active in the bucket before and are not now. Weeks and months count whole,
also where the period begins or ends within one.

data: ``buckets`` one entry each: ``bucket`` its first day, ``new``, ``returning``, ``resurrecting``, ``dormant``, ``active`` (the first
three together) and ``complete``, whether it has passed. Cell: ``bucket`` and ``state``, one of these names.
"""

from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from pydantic import BaseModel, Field

from uems.journeys.registry import Answer
from uems.journeys.reports import _bits
from uems.journeys.reports._ask import NOBODY, Ask, People, answer, ask, no_answer
from uems.journeys.reports._bits import Words
from uems.journeys.reports._buckets import Unit, buckets, following, is_over, last_day_of
from uems.journeys.reports._sets import EVER, people_by_bucket, people_of_days
from uems.journeys.reports._spec import ANY, Asked, Spec, Step
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope

State: TypeAlias = Literal["new", "returning", "resurrecting", "dormant", "active"]
STATES: Final[tuple[State, ...]] = ("new", "returning", "resurrecting", "dormant", "active")


class Config(Asked):
    """Active is who did ``step``."""

    step: Step = Field(ANY, description="What makes somebody active.")
    unit: Unit = "week"


class LifecycleCell(Spec):
    """The people of one state in one bucket."""

    bucket: date
    state: State


class Lifecycle:
    """New, returning, resurrecting and dormant people."""

    key = "lifecycle"
    label_zh = "生命周期"
    label_en = "Lifecycle"
    Config = Config
    sample = Config(unit="week", last_days=84)
    Cell = LifecycleCell
    sample_cell = LifecycleCell(bucket=date(2026, 1, 5), state="dormant")

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """How many people are in each state of each bucket."""
        assert isinstance(spec, Config)
        asked = ask(house, scope, spec, now)
        if asked is None:
            return no_answer(house, scope, spec, {"unit": spec.unit, "buckets": []}, [spec.step])
        names = buckets(asked.first, asked.last, spec.unit)
        counts = {state: _bits.counts(sets) for state, sets in _states(asked, spec).items()}
        rows: list[dict[str, Any]] = [
            {
                "bucket": name.isoformat(),
                **{state: int(counts[state][place]) for state in STATES},
                "complete": is_over(name, spec.unit, scope.zone, now),
            }
            for place, name in enumerate(names)
        ]
        return answer(asked, {"unit": spec.unit, "buckets": rows}, [spec.step])

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Who is in one state of one bucket."""
        assert isinstance(spec, Config)
        assert isinstance(cell, LifecycleCell)
        asked = ask(house, scope, spec, now)
        if asked is None:
            return NOBODY
        names = buckets(asked.first, asked.last, spec.unit)
        if cell.bucket not in names:
            raise invalid("cell.bucket", cell.bucket.isoformat(), "must be a bucket of the answer.")
        return _bits.members(_states(asked, spec)[cell.state][names.index(cell.bucket)])


def _states(asked: Ask, spec: Config) -> dict[State, Words]:
    """For each state the people of each bucket; shape (buckets, words)."""
    names = buckets(asked.first, asked.last, spec.unit)
    before = following(names[0], spec.unit, -1)
    history = people_of_days(asked, spec.step, EVER, before - timedelta(days=1))
    found = people_by_bucket(asked, spec.step, before, last_day_of(names[-1], spec.unit), spec.unit)
    whole = _bits.matrix([history, *found])
    # Row 0 is all that was earlier, row 1 the bucket before the first.
    earlier = np.bitwise_or.accumulate(whole, axis=0)[1:-1]
    previous, active = whole[1:-1], whole[2:]
    return {
        "new": active & ~earlier,
        "returning": active & previous,
        "resurrecting": active & earlier & ~previous,
        "dormant": previous & ~active,
        "active": active,
    }


ITEM = Lifecycle()
