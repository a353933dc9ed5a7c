"""What does the typical, or the largest, of those who do it at all do: the median order, the slowest tenth of loading times?

People without the event are not among those whose quantile it is; where an arm changes how many do it, read the share beside it.
"""

from typing import Annotated

from pydantic import BaseModel, Field

from uems.experiments.trials.frame import Amount, Frame, Measured, WindowDays
from uems.journeys import api as journeys


class QuantileMetric(Amount):
    """share: 0.5 for the median."""

    share: Annotated[float, Field(ge=0.01, le=0.99)] = 0.5
    window_days: WindowDays | None = None


class Quantile:
    """A quantile of sums a person."""

    key = "quantile"
    label_zh = "分位数"
    label_en = "Quantile"
    Config = QuantileMetric
    sample = QuantileMetric(event=journeys.Step(event="Order Completed"), of="revenue", share=0.9)
    unit = "number"

    def measured(self, frame: Frame, config: BaseModel) -> Measured:
        """The sum, and whether there was an event."""
        assert isinstance(config, QuantileMetric)
        after, _ = frame.total(config, config.window_days)
        there, _ = frame.ever(config.event, config.window_days)
        return Measured(shape="quantile", values=[after, there], ripe_days=config.window_days or 0, share=config.share)


ITEM = Quantile()
