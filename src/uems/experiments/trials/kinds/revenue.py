"""How much money does a person bring, in the workspace's currency? A few large buyers can hide everything, so it can be capped.

Money in other currencies does not count. The cap holds for the whole of what a person brings: an amount, or the quantile of those who
brought anything, over all arms together.
"""

from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from uems.experiments.trials.frame import Amount, Frame, Measured, WindowDays
from uems.journeys import api as journeys
from uems.kernel.edge import MAX_INT, Body


class RevenueMetric(Body):
    """cap_minor: the most that a person may count for, in minor units. cap_percent: the same as a percentile of those who paid."""

    event: journeys.Step = Field(default_factory=journeys.Step, description="Whose revenue; left out: of any event.")
    cap_minor: Annotated[int, Field(gt=0, le=MAX_INT)] | None = None
    cap_percent: Annotated[float, Field(ge=50, lt=100)] | None = None
    window_days: WindowDays | None = None

    @model_validator(mode="after")
    def _one_cap(self) -> "RevenueMetric":
        if self.cap_minor is not None and self.cap_percent is not None:
            raise ValueError("cap_minor and cap_percent exclude each other; leave one out")
        return self


class Revenue:
    """The mean over everybody who was exposed."""

    key = "revenue"
    label_zh = "人均收入"
    label_en = "Revenue a person"
    Config = RevenueMetric
    sample = RevenueMetric(cap_percent=99.0)
    unit = "money"

    def measured(self, frame: Frame, config: BaseModel) -> Measured:
        """A sum a person, in minor units."""
        assert isinstance(config, RevenueMetric)
        after, before = frame.total(Amount(event=config.event, of="revenue"), config.window_days, config.cap_minor)
        share = None if config.cap_percent is None else config.cap_percent / 100
        return Measured(shape="mean", values=[after], before=before, ripe_days=config.window_days or 0, cap_share=share)

    def amount(self, config: BaseModel) -> Amount:
        """The revenue, without its cap."""
        assert isinstance(config, RevenueMetric)
        return Amount(event=config.event, of="revenue")

    def limit(self, config: BaseModel) -> float | None:
        """The amount, if there is one; a percentile is no limit that is known before."""
        assert isinstance(config, RevenueMetric)
        return None if config.cap_minor is None else float(config.cap_minor)


ITEM = Revenue()
