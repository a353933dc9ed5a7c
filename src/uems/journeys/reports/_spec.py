"""What do all reports ask alike? The days, the events that count, a breakdown; strict, bounded, with errors that say what to do.

A spec is what a client sends, so it is pydantic; nothing here reads the warehouse.
"""

from datetime import date
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from uems.kernel import filters
from uems.kernel.edge import Key, Name
from uems.kernel.errors import UemsError
from uems.profiles import api as profiles

MAX_DAYS: Final = 1_100
"""Three years: the longest period of a report."""
FIRST_YEAR, LAST_YEAR = 1970, 2148


def _filter(value: dict[str, Any]) -> dict[str, Any]:
    try:
        filters.parse(value)
    except UemsError as error:
        raise ValueError(error.message) from error
    return value


FilterTree = Annotated[dict[str, Any], AfterValidator(_filter)]
"""The JSON of a filter on events; see ``uems.kernel.filters``."""


def _condition(value: dict[str, Any]) -> dict[str, Any]:
    try:
        profiles.parse_condition(value)
    except UemsError as error:
        raise ValueError(error.message) from error
    return value


PeopleTree = Annotated[dict[str, Any], AfterValidator(_condition)]
"""The JSON of a condition on people, as segments ask it."""
Small = Annotated[int, Field(strict=True)]
SamplePercent = Annotated[
    Annotated[float, Field(gt=0, lt=100)] | None,
    Field(description="Look at this share of the people only; numbers are of the sample, and the answer says that it is not exact."),
]


class Spec(BaseModel):
    """Base of everything in a spec: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(Spec):
    """What every report takes. Both days are included; one left out is the outermost day with events."""

    first_day: date | None = Field(None, description="First day, in the zone of the workspace; left out: the first with events.")
    last_day: date | None = Field(None, description="Last day; left out: the last with events, or today with last_days.")
    last_days: Annotated[int, Field(strict=True, ge=1, le=MAX_DAYS)] | None = Field(
        None, description="So many days up to last_day, in place of first_day; for reports that are looked at again."
    )
    filter: FilterTree | None = Field(None, description="Only events that match; holds for every event of the report.")
    segment: Key | None = Field(None, description="Only people who are in this segment now; its key.")
    people: PeopleTree | None = Field(
        None,
        description="Only people for whom this condition holds now: on tags, traits, segments, what they did; as in segments.",
    )
    sample_percent: SamplePercent = None

    @property
    def of_some(self) -> bool:
        """Whether not everybody counts, so that what is kept of everybody together does not answer it."""
        return self.sample_percent is not None or self.segment is not None or self.people is not None

    @model_validator(mode="after")
    def _in_order(self) -> "Asked":
        if self.first_day and self.last_days:
            raise ValueError("first_day and last_days exclude each other; leave one out")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} is before first_day {self.first_day}; swap them")
        if self.first_day and self.last_day and (self.last_day - self.first_day).days >= MAX_DAYS:
            raise ValueError(f"{self.first_day} to {self.last_day} are more than {MAX_DAYS} days; ask for a shorter period")
        for day in (self.first_day, self.last_day):
            if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise ValueError(f"{day} is outside the years {FIRST_YEAR} to {LAST_YEAR}")
        return self


class Step(Spec):
    """One kind of event. Without a name any named event counts: calls of track, page and screen."""

    event: Key | None = Field(None, description="Name of the event; left out: any.")
    filter: FilterTree | None = Field(None, description="Only events that match.")
    label: Name | None = Field(None, description="What to call it in the chart; left out: the name of the event.")

    @property
    def title(self) -> str:
        return self.label or self.event or ""


ANY: Final = Step()
"""Any named event."""


class Dimension(Spec):
    """A column or a property of events, exactly one of them, read as text. A list or an object counts as not set."""

    column: Key | None = Field(None, description="A column of events, such as utm_source or device.")
    property: Key | None = Field(None, description="A property of events; a dot steps into an object.")

    @model_validator(mode="after")
    def _one(self) -> "Dimension":
        if (self.column is None) == (self.property is None):
            raise ValueError("give either column or property")
        return self


class EventBreakdown(Dimension):
    """Groups by the most frequent values; all others are one group. Frequent is what has the most events, then by the alphabet."""

    limit: int = Field(5, strict=True, ge=1, le=50, description="How many values get a group of their own.")


PersonKind: TypeAlias = Literal["tag", "trait", "segment"]


class Breakdown(EventBreakdown):
    """By events as well, or by what is known of the person now: then all their events are in one group, also earlier ones."""

    tag: Key | None = Field(None, description="A tag: its value of the person now.")
    trait: Key | None = Field(None, description="A trait: what the person told last; a dot steps into an object.")
    segment: Key | None = Field(None, description="A segment by its key: whether the person is in it now, as in and out.")

    @model_validator(mode="after")
    def _one(self) -> "Breakdown":
        given = [self.column, self.property, self.tag, self.trait, self.segment]
        if sum(one is not None for one in given) != 1:
            raise ValueError("give either column or property, or one of tag, trait and segment")
        return self

    @property
    def of_person(self) -> tuple[PersonKind, str] | None:
        """What of the person it goes by; None where it goes by events."""
        kinds: tuple[tuple[PersonKind, str | None], ...] = (("tag", self.tag), ("trait", self.trait), ("segment", self.segment))
        return next(((kind, name) for kind, name in kinds if name is not None), None)


class Group(Spec):
    """One group of a breakdown, in an answer and in a cell: a value, null for events without one, or all others together."""

    value: str | None = None
    other: bool = False


class Cell(Spec):
    """Base of what names one number of an answer. group: of the breakdown, if there is one; left out: all groups."""

    group: Group | None = None
