"""What does a workspace ask of uplift? What an action is to change, within how many days, and what that and a contact are worth."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class UpliftSettings(BaseModel):
    """outcome: whether people buy, or for how much, within ``window_days`` after the action began for them. worth: of a conversion, the
    person's expected lifetime value, or a usual purchase. margin_percent: of revenue, what stays. contact_minor: what one contact costs
    beside its messages and what evaluation was told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: Literal["conversion", "revenue"] = "conversion"
    window_days: Annotated[int, Field(ge=1, le=180)] = 30
    worth: Literal["lifetime_value", "purchase"] = "lifetime_value"
    margin_percent: Annotated[float, Field(gt=0, le=100)] = 100.0
    contact_minor: Annotated[int, Field(ge=0, le=10**9)] = 0
