"""How much of the whole do a few bring? The share of revenue, or of anything, that comes from the keenest tenth of the people.

Its error has no formula that could be summed up; it is found by drawing people again and again, the same draws each time.
"""

from typing import Annotated

from pydantic import BaseModel, Field

from uems.experiments.statistics.bootstrap import top_share
from uems.experiments.trials.frame import Amount, Frame, Measured, WindowDays
from uems.journeys import api as journeys


class TopShareMetric(Amount):
    """share: of the people, those who have the most; 0.1 for a tenth."""

    share: Annotated[float, Field(ge=0.001, le=0.5)] = 0.1
    window_days: WindowDays | None = None


class TopShare:
    """What the highest part of everybody who was exposed has, over what everybody has."""

    key = "top_share"
    label_zh = "头部占比"
    label_en = "Share of the top"
    Config = TopShareMetric
    sample = TopShareMetric(event=journeys.Step(event="Order Completed"), of="revenue")
    unit = "share"

    def measured(self, frame: Frame, config: BaseModel) -> Measured:
        """A sum a person."""
        assert isinstance(config, TopShareMetric)
        after, _ = frame.total(config, config.window_days)
        return Measured(shape="drawn", values=[after], ripe_days=config.window_days or 0, statistic=top_share(config.share))


ITEM = TopShare()
