"""What are the things of this room? Traits, people with what is known of them, and what they did."""

from dataclasses import dataclass
from datetime import datetime

from uems.identity.api import Id, Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """A value that was told of a person.

    value: JSON text. ts: when it was told. node_id: under which of their ids. needle: what the value now is found by, "" for
    none (an object, a list), and in a history.
    """

    trait: str
    value: str
    ts: datetime
    message_id: str
    node_id: int
    needle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person with all that is known of them now. traits: by name; one that was set to null is not there."""

    person_id: int
    ids: tuple[Id, ...]
    traits: tuple[Trait, ...]
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event in a list of everybody's. event_id: its place in the log. person_id: who did it, as known now."""

    event_id: str
    message_id: str
    person_id: int
    ts: datetime
    type: str
    event: str
    revenue_minor: int | None
    currency: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineItem:
    """One event of a person. properties: JSON text; of an identify or group call its traits."""

    message_id: str
    ts: datetime
    type: str
    event: str
    revenue_minor: int | None
    currency: str
    properties: str
    url: str
    log_offset: int
    log_index: int
