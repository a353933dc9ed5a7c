"""What does a workspace ask of staying and leaving? How long a silence is leaving, and what an action costs and saves."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Origin = Literal["channel", "device", "country", "utm_source"]


class SurvivalSettings(BaseModel):
    """silent_days: so long a silence is leaving; empty takes four usual gaps of the workspace, from 14 to 60 days. by: what people are told
    apart by, as it was on their first day. action_cost_minor: of one action on one person. saved_percent: of those who would not come
    back, how many the action brings back; measure it by a flow with a holdout. return_days: to come back within so many counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    silent_days: Annotated[int | None, Field(ge=7, le=365)] = None
    by: Origin = "channel"
    action_cost_minor: Annotated[int, Field(ge=0, le=10**9)] = 100
    saved_percent: Annotated[float, Field(gt=0, le=100)] = 5.0
    return_days: Annotated[int, Field(ge=7, le=365)] = 30
