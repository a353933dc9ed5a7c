"""Which share of people does it at least once after the first exposure?"""

from pydantic import BaseModel, Field

from uems.experiments.trials.frame import Amount, Frame, Measured, WindowDays
from uems.journeys import api as journeys
from uems.kernel.edge import Body


class ProportionMetric(Body):
    """event: what must be done."""

    event: journeys.Step = Field(default_factory=journeys.Step)
    window_days: WindowDays | None = None


class Proportion:
    """A mean of zeros and ones."""

    key = "proportion"
    label_zh = "转化比例"
    label_en = "Share of people"
    Config = ProportionMetric
    sample = ProportionMetric(event=journeys.Step(event="Order Completed"))
    unit = "share"

    def measured(self, frame: Frame, config: BaseModel) -> Measured:
        """1 for whoever did it."""
        assert isinstance(config, ProportionMetric)
        after, before = frame.ever(config.event, config.window_days)
        return Measured(shape="mean", values=[after], before=before, ripe_days=config.window_days or 0)

    def amount(self, config: BaseModel) -> Amount:
        """How often it was done."""
        assert isinstance(config, ProportionMetric)
        return Amount(event=config.event)

    def limit(self, config: BaseModel) -> float | None:
        """Once is enough."""
        assert isinstance(config, ProportionMetric)
        return 1.0


ITEM = Proportion()
