"""Which share of people comes back in a stretch of days after the first exposure? Only people count who have had all these days."""

from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from uems.experiments.trials.frame import Frame, Measured
from uems.journeys import api as journeys
from uems.kernel.edge import Body


class RetentionMetric(Body):
    """from_day, to_day: stretches of 24 hours after the first exposure, both included; 7 and 7 is day-7 retention."""

    event: journeys.Step = Field(default_factory=journeys.Step, description="What counts as coming back; left out: any event.")
    from_day: Annotated[int, Field(strict=True, ge=1, le=365)] = 7
    to_day: Annotated[int, Field(strict=True, ge=1, le=365)] = 7

    @model_validator(mode="after")
    def _in_order(self) -> "RetentionMetric":
        if self.to_day < self.from_day:
            raise ValueError(f"to_day is {self.to_day}; must be at least from_day, {self.from_day}")
        return self


class Retention:
    """A mean of zeros and ones among those whose days are over."""

    key = "retention"
    label_zh = "留存"
    label_en = "Retention"
    Config = RetentionMetric
    sample = RetentionMetric()
    unit = "share"

    def measured(self, frame: Frame, config: BaseModel) -> Measured:
        """1 for whoever came back."""
        assert isinstance(config, RetentionMetric)
        after, before = frame.ever(config.event, config.to_day + 1, config.from_day)
        return Measured(shape="mean", values=[after], before=before, ripe_days=config.to_day + 1)


ITEM = Retention()
