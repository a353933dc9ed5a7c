"""How much does a person do on average: events, or a property of them, summed up? Values above a cap count as the cap."""

from typing import Annotated

from pydantic import BaseModel, Field

from uems.experiments.trials.frame import Amount, Frame, Measured, WindowDays
from uems.journeys import api as journeys


class MeanMetric(Amount):
    """cap: the most that one person may count for."""

    cap: Annotated[float, Field(gt=0, le=1e15)] | None = None
    window_days: WindowDays | None = None


class Mean:
    """The mean over everybody who was exposed; whoever did nothing counts with 0."""

    key = "mean"
    label_zh = "人均值"
    label_en = "Mean a person"
    Config = MeanMetric
    sample = MeanMetric(event=journeys.Step(event="Product Viewed"))
    unit = "number"

    def measured(self, frame: Frame, config: BaseModel) -> Measured:
        """A sum a person."""
        assert isinstance(config, MeanMetric)
        after, before = frame.total(config, config.window_days, config.cap)
        return Measured(shape="mean", values=[after], before=before, ripe_days=config.window_days or 0)

    def amount(self, config: BaseModel) -> Amount:
        """The amount itself."""
        assert isinstance(config, MeanMetric)
        return config

    def limit(self, config: BaseModel) -> float | None:
        """The cap."""
        assert isinstance(config, MeanMetric)
        return config.cap


ITEM = Mean()
