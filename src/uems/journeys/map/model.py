"""What is a journey map? Stages in order, each with touchpoints, each bound to kinds of events and to channels.

This is what is saved and sent, so it is pydantic; nothing here reads anything.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from uems.kernel import filters
from uems.kernel.edge import Key, Name
from uems.kernel.errors import UemsError

MAX_TOUCHPOINTS: Final = 24
"""Of one map; each is a bit of every event that is looked at."""
MAX_STAGES: Final = 10
MAX_WINDOW: Final = 366 * 86_400
WEEK: Final = 7 * 86_400
PartKey = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,59}$")]
"""Key of a stage or a touchpoint; it stays when the name changes."""


def _filter(value: dict[str, Any]) -> dict[str, Any]:
    try:
        filters.parse(value)
    except UemsError as error:
        raise ValueError(error.message) from error
    return value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TouchEvent(_Part):
    """A kind of event. Without a name any named event counts: calls of track, page and screen."""

    event: Key | None = Field(None, description="Name of the event; left out: any.")
    filter: Annotated[dict[str, Any], AfterValidator(_filter)] | None = Field(None, description="Only events that match.")


class Touchpoint(_Part):
    """One place where people meet the product. An event touches it that is of one of the kinds, and of one of the channels."""

    key: PartKey
    name: Name
    events: list[TouchEvent] = Field(min_length=1, max_length=20)
    channels: list[Key] = Field([], max_length=20, description="Values of the column channel; none: all.")


class Stage(_Part):
    """One stage of the journey. It may be empty while nobody has said what belongs there."""

    key: PartKey
    name: Name
    touchpoints: list[Touchpoint] = Field([], max_length=MAX_TOUCHPOINTS)


class Stages(_Part):
    """The drawing itself: keys are unique in the whole map, for stages and touchpoints together."""

    stages: list[Stage] = Field(min_length=1, max_length=MAX_STAGES)
    window_seconds: int = Field(WEEK, strict=True, description="How long after a touch going on counts, to the millisecond.")

    @field_validator("window_seconds")
    @classmethod
    def _bounded(cls, value: int) -> int:
        if not 1 <= value <= MAX_WINDOW:
            raise ValueError(f"window_seconds is {value}; must be 1 to {MAX_WINDOW}. Use 86400 for one day")
        return value

    @model_validator(mode="after")
    def _whole(self) -> "Stages":
        check_stages(self.stages)
        return self


def check_stages(stages: list[Stage]) -> None:
    """Raises ``ValueError`` for keys that are there twice, and for too many touchpoints."""
    keys = [stage.key for stage in stages] + [point.key for point in touchpoints(stages)]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"the keys {', '.join(twice)} are there more than once; give each stage and touchpoint its own")
    if (count := len(list(touchpoints(stages)))) > MAX_TOUCHPOINTS:
        raise ValueError(f"there are {count} touchpoints; at most {MAX_TOUCHPOINTS} are looked at together. Take some out")


def touchpoints(stages: list[Stage]) -> Iterator[Touchpoint]:
    """All touchpoints in the order of the map."""
    return (point for stage in stages for point in stage.touchpoints)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapDraft:
    """What a person drew: a name, words about it, and the drawing."""

    name: str
    description: str
    drawing: Stages


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyMap:
    """A map as it is kept. version: counts up with every change of the draft."""

    key: str
    name: str
    description: str
    drawing: Stages
    version: int
    archived: bool
    created_at: datetime
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MapVersion:
    """The map as it was from ``at`` on."""

    version: int
    name: str
    description: str
    drawing: Stages
    at: datetime
    by: str


def drawing_of(document: Mapping[str, Any]) -> Stages:
    """What was stored, read again."""
    return Stages.model_validate(document)


def document_of(drawing: Stages) -> dict[str, Any]:
    """What is stored of a drawing."""
    return drawing.model_dump(mode="json", exclude_none=True)
