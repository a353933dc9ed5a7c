"""What does a workspace ask of lifetime value? Its margin, its discount rate, how far ahead, what counts as a purchase."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.edge import Key


class ValueSettings(BaseModel):
    """margin_percent: of revenue, what stays; 100 tells revenue. discount_percent: a year. period_days: days whose purchases count as one;
    empty takes the day, or the week where people buy more often than every two weeks. events: which are purchases; without any,
    every event with revenue. contract: people renew every ``renewal_days``, and their end is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    margin_percent: Annotated[float, Field(gt=0, le=100)] = 100.0
    discount_percent: Annotated[float, Field(ge=0, le=100)] = 10.0
    horizon_days: Annotated[int, Field(ge=30, le=1825)] = 365
    period_days: Literal[1, 7, 30] | None = None
    contract: Literal["none", "renewals"] = "none"
    renewal_days: Annotated[int, Field(ge=1, le=400)] = 30
    events: Annotated[list[Key], Field(max_length=50)] = []
