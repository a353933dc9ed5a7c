"""What does a workspace ask of the next need? How early to act, how sure to be, and how many kinds of thing to follow."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.edge import Key


class NeedsSettings(BaseModel):
    """lead_days: so many days before the early limit a need is told of. chance_percent: only of those at least so likely to come within
    ``horizon_days``. kinds: of the most frequent categories. events: which are purchases; without any, every event with revenue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lead_days: Annotated[int, Field(ge=0, le=60)] = 3
    chance_percent: Annotated[float, Field(gt=0, le=100)] = 60.0
    horizon_days: Annotated[int, Field(ge=7, le=365)] = 90
    kinds: Annotated[int, Field(ge=1, le=500)] = 200
    events: Annotated[list[Key], Field(max_length=50)] = []
