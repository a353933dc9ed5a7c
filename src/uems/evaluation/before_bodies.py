"""What does a change without a holdout look like over HTTP?"""

from datetime import date
from typing import Annotated

from pydantic import Field

from uems.evaluation.before_after import Change, Changed, Counted
from uems.evaluation.synthetic import NoControl
from uems.journeys import api as journeys
from uems.kernel.edge import Body, Count


class BeforeAfterAsked(Body):
    """dimension, value: the group that the change came to. day: the first day with it."""

    dimension: journeys.Dimension
    value: Annotated[str, Field(min_length=1, max_length=500)]
    day: Annotated[date, Field(ge=date(1971, 1, 1), le=date(2148, 12, 31))]
    counted: Counted = "revenue"
    before_days: Annotated[int, Field(ge=14, le=180)] = 56
    after_days: Annotated[int, Field(ge=1, le=90)] = 28

    def change(self) -> Change:
        return Change(
            dimension=self.dimension,
            value=self.value,
            day=self.day,
            counted=self.counted,
            before_days=self.before_days,
            after_days=self.after_days,
        )


class BeforeAfterBody(Body):
    """actual, expected: of each day, expected as the others weighed by ``weights`` have it; empty where ``reason`` says why not.

    after: days since the change that are over. total: actual less expected over them; by_difference: by difference in differences.
    fit: how far both lie apart before, as a share of the group's mean; large ones make the rest doubtful. p_value: how many of the groups
    depart as far from their own synthetic control; never less than one over ``groups``.
    """

    days: list[date]
    actual: list[float]
    expected: list[float]
    after: Count
    weights: dict[str, float]
    total: float | None
    by_difference: float | None
    fit: float | None
    p_value: float | None
    groups: Count
    reason: NoControl | None
    currency: str

    @staticmethod
    def of(one: Changed, currency: str) -> "BeforeAfterBody":
        kept = {name: getattr(one, name) for name in Changed.__dataclass_fields__}
        return BeforeAfterBody(**kept, currency=currency)
