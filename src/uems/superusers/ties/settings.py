"""What does a workspace say of ties? The window, what each signal counts, where strong begins, and which events mean what."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from uems.superusers.ties.signals import SIGNALS, WEIGHTS

Events = Annotated[list[Annotated[str, Field(min_length=1, max_length=500)]], Field(max_length=50)]
Weight = Annotated[float, Field(ge=0, le=100)]


def _weights() -> dict[str, float]:
    return {str(key): value for key, value in WEIGHTS.items()}


class TieSettings(BaseModel):
    """window_days: so far back signals are looked at. reply_hours: whoever comes within so many hours of a message did not start it.
    strong_at, medium_at: scores from which a tie is strong or medium; empty puts them where so many percent of people were at the start.
    change_points: so many points within 30 days are rising or cooling. weights: of each signal; 0 leaves it out. answers, heard, advice,
    benefits: events that mean so, beside the usual ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window_days: Annotated[int, Field(ge=14, le=365)] = 90
    reply_hours: Annotated[int, Field(ge=1, le=336)] = 48
    strong_at: Annotated[float | None, Field(gt=0, le=100)] = None
    medium_at: Annotated[float | None, Field(gt=0, le=100)] = None
    strong_percent: Annotated[float, Field(gt=0, le=50)] = 2.0
    medium_percent: Annotated[float, Field(gt=0, le=90)] = 20.0
    change_points: Annotated[float, Field(ge=1, le=100)] = 10.0
    weights: Annotated[dict[str, Weight], Field(max_length=len(SIGNALS))] = Field(default_factory=_weights)
    answers: Events = Field(default_factory=list)
    heard: Events = Field(default_factory=list)
    advice: Events = Field(default_factory=list)
    benefits: Events = Field(default_factory=list)

    @model_validator(mode="after")
    def _sensible(self) -> "TieSettings":
        unknown = sorted(set(self.weights) - set(SIGNALS))
        if unknown:
            raise ValueError(f"weights name {', '.join(unknown)}; there are: {', '.join(SIGNALS)}.")
        if sum(self.weights.values()) <= 0:
            raise ValueError("weights are all 0; at least one signal must count.")
        if self.strong_at is not None and self.medium_at is not None and self.medium_at >= self.strong_at:
            raise ValueError("medium_at must be below strong_at.")
        if self.medium_percent <= self.strong_percent:
            raise ValueError("medium_percent must be above strong_percent: it counts the strong ones too.")
        return self
