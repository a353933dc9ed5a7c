"""Which share of people takes all the steps in order, of everybody or of those who took the first one?"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from uems.experiments.trials.frame import Frame, Measured
from uems.journeys import api as journeys
from uems.kernel.edge import Body
from uems.kernel.sql import Sql

HOUR_MS = 3_600_000


class FunnelMetric(Body):
    """within_hours: from the first step to the last. of: whom the share is of."""

    steps: Annotated[list[journeys.Step], Field(min_length=2, max_length=10)]
    within_hours: Annotated[int, Field(strict=True, ge=1, le=24 * 90)] = 24
    of: Literal["exposed", "first_step"] = "first_step"


class Funnel:
    """Conversion through steps after the first exposure."""

    key = "funnel"
    label_zh = "漏斗转化"
    label_en = "Funnel conversion"
    Config = FunnelMetric
    sample = FunnelMetric(steps=[journeys.Step(event="Product Viewed"), journeys.Step(event="Order Completed")])
    unit = "share"

    def measured(self, frame: Frame, config: BaseModel) -> Measured:
        """1 for whoever came through, and of the first step 1 for whoever began."""
        assert isinstance(config, FunnelMetric)
        reached = frame.reached_sql(config.steps, config.within_hours * HOUR_MS)
        through = Sql(f"{reached} = {len(config.steps)}")
        if config.of == "exposed":
            _, before = frame.ever(config.steps[-1], None)
            return Measured(shape="mean", values=[through], before=before)
        return Measured(shape="ratio", values=[through, Sql(f"{reached} > 0")])


ITEM = Funnel()
