"""How much does a person do on average, when the very largest are left out of both arms? For amounts with heavy tails.

Its error is found by drawing people again and again, the same draws each time.
"""

from typing import Annotated

from pydantic import BaseModel, Field

from uems.experiments.statistics.bootstrap import capped_mean
from uems.experiments.trials.frame import Amount, Frame, Measured, WindowDays
from uems.journeys import api as journeys


class TrimmedMetric(Amount):
    """share: of the people, those with the most, who are left out; 0.01 for a hundredth."""

    share: Annotated[float, Field(ge=0.0001, le=0.5)] = 0.01
    window_days: WindowDays | None = None


class Trimmed:
    """The mean of everybody but those with the most."""

    key = "trimmed"
    label_zh = "截尾均值"
    label_en = "Trimmed mean"
    Config = TrimmedMetric
    sample = TrimmedMetric(event=journeys.Step(event="Order Completed"), of="property", property="quantity")
    unit = "number"

    def measured(self, frame: Frame, config: BaseModel) -> Measured:
        """A sum a person."""
        assert isinstance(config, TrimmedMetric)
        after, _ = frame.total(config, config.window_days)
        return Measured(shape="drawn", values=[after], ripe_days=config.window_days or 0, statistic=capped_mean(config.share))


ITEM = Trimmed()
