"""What is a metric by formula? Letters that stand for series of events or for other metrics, and what is worked out of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from uems.journeys import api as journeys
from uems.kernel.edge import CleanStr, Key, Name
from uems.kpis.model import Good, Horizon, Measured

LETTERS: Final = "ABCDEFGHIJ"
UNNAMED: Final = "-"
"""Stands for a metric that has no key yet; no real key is like it."""


class Letter(BaseModel):
    """What a letter stands for: a series of events, or another metric with its parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    series: journeys.Series | None = Field(None, description="Events, and what to measure of them.")
    metric: Key | None = Field(None, description="Key of another metric.")
    config: dict[str, Any] = Field({}, description="Parameters of that metric.")

    @model_validator(mode="after")
    def _one(self) -> "Letter":
        if (self.series is None) == (self.metric is None):
            raise ValueError("give either series or metric")
        if self.series is not None and self.config:
            raise ValueError("config belongs to a metric")
        return self


class CustomSpec(BaseModel):
    """The first letter is A, the second B, ... formula: such as A / B * 100."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    description: CleanStr = Field("", max_length=2_000)
    letters: list[Letter] = Field(min_length=1, max_length=len(LETTERS))
    formula: CleanStr = Field(min_length=1, max_length=journeys.MAX_TEXT)
    unit: Measured | None = Field(None, description="Left out: money where the formula comes to money, else ratio.")
    good: Good = "up"
    horizon: Horizon = "short"

    @model_validator(mode="after")
    def _readable(self) -> "CustomSpec":
        journeys.read_formula(self.formula, LETTERS[: len(self.letters)])
        return self

    @property
    def metrics(self) -> list[str]:
        """Keys of the metrics that it is made of."""
        return [letter.metric for letter in self.letters if letter.metric is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A metric of the workspace as it stands."""

    key: str
    version: int
    spec: CustomSpec
    archived: bool
    saved_at: datetime
    saved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedVersion:
    """What the metric said from then on."""

    version: int
    spec: Mapping[str, Any]
    at: datetime
    by: str
