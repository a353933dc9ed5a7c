"""How much of one thing is there for each of another: orders a visit, revenue an order? Its variance is that of both (delta method)."""

from pydantic import BaseModel

from uems.experiments.trials.frame import Amount, Frame, Measured, WindowDays
from uems.journeys import api as journeys
from uems.kernel.edge import Body


class RatioMetric(Body):
    """Both are summed up over all people before they are divided."""

    numerator: Amount
    denominator: Amount
    window_days: WindowDays | None = None


class Ratio:
    """The sum of one over the sum of the other."""

    key = "ratio"
    label_zh = "比率"
    label_en = "Ratio"
    Config = RatioMetric
    sample = RatioMetric(
        numerator=Amount(event=journeys.Step(event="Order Completed")), denominator=Amount(event=journeys.Step(event="Page Viewed"))
    )
    unit = "number"

    def measured(self, frame: Frame, config: BaseModel) -> Measured:
        """Two sums a person."""
        assert isinstance(config, RatioMetric)
        above, above_before = frame.total(config.numerator, config.window_days)
        below, below_before = frame.total(config.denominator, config.window_days)
        before = (*above_before, *below_before)
        return Measured(shape="ratio", values=[above, below], before=before, ripe_days=config.window_days or 0)


ITEM = Ratio()
