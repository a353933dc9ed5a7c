"""What do segments look like over HTTP?"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from uems.kernel.edge import Body, CleanStr
from uems.profiles import api as profiles
from uems.segments.model import Cause, Membership, Move, SavedVersion, Segment, Size, State
from uems.segments.preview import Part, Preview, Reason, Why

Condition = Annotated[dict[str, Any], Field(description="A condition on people; see the guide on segments.")]


class SegmentDraft(Body):
    """base_version: the version that was edited, 0 for a new segment; left out, whatever stands is overwritten."""

    name: Annotated[CleanStr, Field(min_length=1, max_length=200)]
    description: Annotated[CleanStr, Field(max_length=5_000)] = ""
    condition: Condition
    base_version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class SegmentBody(Body):
    """A segment. zh, en: its condition in words."""

    segment_id: int
    key: str
    name: str
    description: str
    condition: dict[str, Any]
    zh: str
    en: str
    version: int
    state: State
    failure: str
    size: int
    computed_at: datetime | None
    created_at: datetime
    changed_at: datetime
    changed_by: str

    @staticmethod
    def of(one: Segment, currency: str) -> "SegmentBody":
        return SegmentBody(
            segment_id=one.segment_id,
            key=one.key,
            name=one.name,
            description=one.description,
            condition=profiles.dump_condition(one.condition),
            zh=profiles.say(one.condition, "zh", currency),
            en=profiles.say(one.condition, "en", currency),
            version=one.version,
            state=one.state,
            failure=one.failure,
            size=one.size,
            computed_at=one.computed_at,
            created_at=one.created_at,
            changed_at=one.changed_at,
            changed_by=one.changed_by,
        )


class SegmentVersionBody(Body):
    """What a segment asked from then on."""

    version: int
    name: str
    description: str
    condition: dict[str, Any]
    zh: str
    en: str
    at: datetime
    by: str

    @staticmethod
    def of(one: SavedVersion, currency: str) -> "SegmentVersionBody":
        return SegmentVersionBody(
            version=one.version,
            name=one.name,
            description=one.description,
            condition=profiles.dump_condition(one.condition),
            zh=profiles.say(one.condition, "zh", currency),
            en=profiles.say(one.condition, "en", currency),
            at=one.at,
            by=one.by,
        )


class Asked(Body):
    """A condition to try out; nothing is saved."""

    condition: Condition


class PartBody(Body):
    """One part of a condition: for how many people it holds, and how many it takes away from, or adds to, the rest."""

    path: str
    zh: str
    en: str
    count: int
    removes: int | None
    adds: int | None

    @staticmethod
    def of(one: Part) -> "PartBody":
        return PartBody(path=one.path, zh=one.zh, en=one.en, count=one.count, removes=one.removes, adds=one.adds)


class SegmentPreviewBody(Body):
    """count of total people fulfil the condition, exactly; sample: some of them, left empty for callers who may not see people."""

    count: int
    total: int
    sample: list[profiles.PersonRow]
    parts: list[PartBody]
    asked_at: datetime

    @staticmethod
    def of(one: Preview, sample: list[profiles.PersonRow]) -> "SegmentPreviewBody":
        return SegmentPreviewBody(
            count=one.count, total=one.total, sample=sample, parts=[PartBody.of(part) for part in one.parts], asked_at=one.asked_at
        )


class SegmentReasonBody(Body):
    """Whether one part of a condition holds for the person; found: what was counted or told."""

    path: str
    zh: str
    en: str
    holds: bool
    found: str

    @staticmethod
    def of(one: Reason) -> "SegmentReasonBody":
        return SegmentReasonBody(path=one.path, zh=one.zh, en=one.en, holds=one.holds, found=one.found)


class WhyBody(Body):
    """Why somebody is in or out; the whole condition first, then its parts."""

    person_id: int
    holds: bool
    reasons: list[SegmentReasonBody]

    @staticmethod
    def of(one: Why) -> "WhyBody":
        return WhyBody(person_id=one.person_id, holds=one.holds, reasons=[SegmentReasonBody.of(reason) for reason in one.reasons])


class MembershipBody(Body):
    """A segment that a person is in, since when, and what brought them in."""

    key: str
    name: str
    since: datetime
    cause: Cause

    @staticmethod
    def of(one: Membership, segment: Segment) -> "MembershipBody":
        return MembershipBody(key=segment.key, name=segment.name, since=one.since, cause=one.cause)


class MembershipList(Body):
    items: list[MembershipBody]


class MoveBody(Body):
    """A person came into a segment or left it, and what brought that about."""

    key: str
    name: str
    entered: bool
    at: datetime
    cause: Cause

    @staticmethod
    def of(one: Move, segment: Segment) -> "MoveBody":
        return MoveBody(key=segment.key, name=segment.name, entered=one.entered, at=one.at, cause=one.cause)


class Answer(Body):
    """Whether a person is in a segment."""

    member: bool


class SizeBody(Body):
    """At the end of a business day."""

    day: str
    size: int
    entered: int
    left: int

    @staticmethod
    def of(one: Size) -> "SizeBody":
        return SizeBody(day=one.day, size=one.size, entered=one.entered, left=one.left)


class History(Body):
    items: list[SizeBody]


class PassBody(Body):
    """A pass over everybody. differences: members that following had missed, by segment in detail; 0 is what is wanted."""

    at: datetime
    segments: int
    people: int
    differences: int
    seconds: int
    detail: dict[str, int]


class PassList(Body):
    items: list[PassBody]


class SegmentVersionList(Body):
    items: list[SegmentVersionBody]


class SegmentList(Body):
    items: list[SegmentBody]
