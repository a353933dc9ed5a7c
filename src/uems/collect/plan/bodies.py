"""What does a tracking plan look like in a request and an answer? The domain objects, strictly typed."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from uems.collect.plan.draft import Draft, DraftEvent, Observed
from uems.collect.plan.history import Change, SavedPlan
from uems.collect.plan.model import EventPlan, Mode, Plan, PropertyPlan, PropertyType, Status, Words
from uems.collect.plan.reasons import Code, Violation, words
from uems.collect.plan.violations import ViolationCount
from uems.kernel.edge import MAX_INT, Body, Clean, Count, Key, Name
from uems.kernel.patterns import MAX_PATTERN

Text = Annotated[str, Field(max_length=2_000), Clean]
PropertyName = Annotated[str, Field(min_length=1, max_length=200), Clean]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
AllowedText = Annotated[StrictStr, Field(max_length=500), Clean]
WholeNumber = Annotated[StrictInt, Field(ge=-MAX_INT, le=MAX_INT)]
Fraction = Annotated[StrictFloat, Field(allow_inf_nan=False)]
Value = StrictBool | WholeNumber | Fraction | AllowedText
Number = WholeNumber | Fraction


class WordsBody(Body):
    """One text in both languages; either may be empty."""

    zh: Text = ""
    en: Text = ""

    @staticmethod
    def of(found: Words) -> "WordsBody":
        return WordsBody(zh=found.zh, en=found.en)


class PropertyBody(Body):
    """One property of an event, or one trait; ``null`` counts as missing.

    ``minimum`` and ``maximum`` bound a number, the characters of a text, or the items of a list. ``pattern`` is RE2, for texts.
    """

    name: PropertyName
    type: PropertyType = "any"
    required: bool = False
    allowed: list[Value] | None = None
    pattern: Annotated[str, Field(max_length=MAX_PATTERN), Clean] = ""
    minimum: Number | None = None
    maximum: Number | None = None
    description: WordsBody = WordsBody()

    @staticmethod
    def of(found: PropertyPlan) -> "PropertyBody":
        return PropertyBody(
            name=found.name,
            type=found.type,
            required=found.required,
            allowed=None if found.allowed is None else list(found.allowed),
            pattern=found.pattern,
            minimum=found.minimum,
            maximum=found.maximum,
            description=WordsBody.of(found.description),
        )

    def plan(self) -> PropertyPlan:
        return PropertyPlan(
            name=self.name,
            type=self.type,
            required=self.required,
            allowed=None if self.allowed is None else tuple(self.allowed),
            pattern=self.pattern,
            minimum=self.minimum,
            maximum=self.maximum,
            description=Words(zh=self.description.zh, en=self.description.en),
        )


class EventBody(Body):
    """One event by its exact name. ``mode`` and ``unknown_properties`` null: as the plan says."""

    name: Key
    status: Status = "active"
    owner: Annotated[str, Field(max_length=200), Clean] = ""
    description: WordsBody = WordsBody()
    mode: Mode | None = None
    unknown_properties: Mode | None = None
    properties: list[PropertyBody] = Field(default_factory=list)

    @staticmethod
    def of(found: EventPlan) -> "EventBody":
        return EventBody(
            name=found.name,
            status=found.status,
            owner=found.owner,
            description=WordsBody.of(found.description),
            mode=found.mode,
            unknown_properties=found.unknown_properties,
            properties=[PropertyBody.of(definition) for definition in found.properties],
        )

    def plan(self) -> EventPlan:
        return EventPlan(
            name=self.name,
            status=self.status,
            owner=self.owner,
            description=Words(zh=self.description.zh, en=self.description.en),
            mode=self.mode,
            unknown_properties=self.unknown_properties,
            properties=tuple(definition.plan() for definition in self.properties),
        )


class PlanBody(Body):
    """allow takes what is not as planned and says nothing, warn says so in the receipt, block keeps it as a dead letter."""

    mode: Mode = "allow"
    unknown_events: Mode = "allow"
    unknown_properties: Mode = "allow"
    events: list[EventBody] = Field(default_factory=list)
    traits: list[PropertyBody] = Field(default_factory=list)

    def plan(self) -> Plan:
        return Plan(
            mode=self.mode,
            unknown_events=self.unknown_events,
            unknown_properties=self.unknown_properties,
            events=tuple(event.plan() for event in self.events),
            traits=tuple(definition.plan() for definition in self.traits),
        )


class NewPlanBody(PlanBody):
    """``base_version``: the version that was edited; the answer is 409 when another one is in force. Null overwrites."""

    base_version: Version | None = None
    note: Annotated[str, Field(max_length=500), Clean] = ""


class PlanAnswer(PlanBody):
    """A version of the plan. Version 0 is the empty plan before the first one was saved."""

    version: Version
    note: str
    saved_at: datetime | None
    saved_by: str

    @staticmethod
    def of(saved: SavedPlan) -> "PlanAnswer":
        plan = saved.plan
        return PlanAnswer(
            mode=plan.mode,
            unknown_events=plan.unknown_events,
            unknown_properties=plan.unknown_properties,
            events=[EventBody.of(event) for event in plan.events],
            traits=[PropertyBody.of(definition) for definition in plan.traits],
            version=saved.version,
            note=saved.note,
            saved_at=saved.saved_at,
            saved_by=saved.saved_by,
        )


class PlanVersionBody(Body):
    """One line of the plan's history."""

    version: Version
    note: str
    saved_at: datetime | None
    saved_by: str
    mode: Mode
    events: Count
    properties: Count

    @staticmethod
    def of(saved: SavedPlan) -> "PlanVersionBody":
        return PlanVersionBody(
            version=saved.version,
            note=saved.note,
            saved_at=saved.saved_at,
            saved_by=saved.saved_by,
            mode=saved.plan.mode,
            events=len(saved.plan.events),
            properties=len(saved.plan.traits) + sum(len(event.properties) for event in saved.plan.events),
        )


class ChangeBody(Body):
    """One difference. ``field`` is empty when the whole event, property or trait was added (``before`` null) or removed."""

    event: str
    property: str
    is_trait: bool
    field: str
    before: Any
    after: Any

    @staticmethod
    def of(found: Change) -> "ChangeBody":
        return ChangeBody(
            event=found.event,
            property=found.property,
            is_trait=found.is_trait,
            field=found.field,
            before=found.before,
            after=found.after,
        )


class ViolationBody(Body):
    """What is not as planned, in words, and how many events carry it; ``blocked`` of them were not stored."""

    type: str
    event: str
    code: Code
    property: str
    words: WordsBody
    events: Count
    blocked: Count
    first_at: datetime
    last_at: datetime

    @staticmethod
    def of(found: ViolationCount) -> "ViolationBody":
        return ViolationBody(
            type=found.type,
            event=found.event,
            code=found.code,
            property=found.property,
            words=WordsBody.of(words(Violation(found.code, found.property))),
            events=found.events,
            blocked=found.blocked,
            first_at=found.first_at,
            last_at=found.last_at,
        )


class DraftRequest(Body):
    """Which traffic to look at: the last ``days``, the ``limit`` most frequent events, or only those that are named."""

    days: Annotated[int, Field(ge=1, le=400)] = 30
    limit: Annotated[int, Field(ge=1, le=200)] = 100
    events: list[Name] = Field(default_factory=list, max_length=200)


class ObservedBody(Body):
    """A proposed property and what it was read from. ``present``: share of the sampled events; ``types``: type → how often."""

    definition: PropertyBody
    present: float
    types: dict[PropertyType, Count]
    distinct: Count
    examples: list[Any]

    @staticmethod
    def of(found: Observed) -> "ObservedBody":
        return ObservedBody(
            definition=PropertyBody.of(found.definition),
            present=found.present,
            types=found.types,
            distinct=found.distinct,
            examples=list(found.examples),
        )


class DraftEventBody(Body):
    """A proposed event. ``is_planned``: the plan in force has a definition of that name already."""

    definition: EventBody
    is_planned: bool
    events: Count
    sampled: Count
    properties: list[ObservedBody]

    @staticmethod
    def of(found: DraftEvent, planned: frozenset[str]) -> "DraftEventBody":
        return DraftEventBody(
            definition=EventBody.of(found.definition),
            is_planned=found.definition.name in planned,
            events=found.events,
            sampled=found.sampled,
            properties=[ObservedBody.of(one) for one in found.properties],
        )


class DraftAnswer(Body):
    """A proposal; nothing is saved. ``truncated``: there are more event names than were looked at."""

    events: list[DraftEventBody]
    traits: list[ObservedBody]
    truncated: bool

    @staticmethod
    def of(found: Draft, planned: frozenset[str]) -> "DraftAnswer":
        return DraftAnswer(
            events=[DraftEventBody.of(event, planned) for event in found.events],
            traits=[ObservedBody.of(one) for one in found.traits],
            truncated=found.truncated,
        )
