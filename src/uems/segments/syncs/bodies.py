"""What do syncs look like over HTTP?"""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from uems.kernel.edge import Body, Clean, CleanStr, Count, Key, Name
from uems.segments.exports.bodies import Names
from uems.segments.exports.columns import IDS
from uems.segments.syncs.model import BATCH, BOTH, MAX_BATCH, Delivery, Outcome, Phase, State, Sync, What

Url = Annotated[str, Field(min_length=1, max_length=2_000), Clean]


class SyncDraft(Body):
    """ids, traits, tags, totals: what is told of each person. members_first: begin with everybody who is in the segment now."""

    segment: Key
    name: Name
    url: Url
    events: Annotated[list[What], Field(min_length=1, max_length=2)] = Field(default_factory=lambda: [*BOTH])
    ids: Names = Field(default_factory=lambda: [*IDS])
    traits: Names = Field(default_factory=list)
    tags: Names = Field(default_factory=list)
    totals: bool = False
    batch: Annotated[int, Field(ge=1, le=MAX_BATCH)] = BATCH
    members_first: bool = False


class SyncChange(Body):
    """What is left out stays."""

    name: Name | None = None
    url: Url | None = None


class SyncBody(Body):
    """host: where it goes; the rest of the address is not shown. reason: why it is paused. sent: people told in all.

    phase: "members" while it begins with those who are in, then "changes". waiting_until: not tried again before, after a failure.
    """

    sync_id: str
    segment: str
    name: str
    host: str
    events: list[What]
    ids: list[str]
    traits: list[str]
    tags: list[str]
    totals: bool
    batch: int
    state: State
    reason: str
    phase: Phase
    sent: Count
    failures: Count
    failing_since: datetime | None
    waiting_until: datetime | None
    last_at: datetime | None
    created_at: datetime
    created_by: str

    @staticmethod
    def of(one: Sync, key: str) -> "SyncBody":
        return SyncBody(
            sync_id=one.sync_id,
            segment=key,
            name=one.name,
            host=one.host,
            events=[*one.what],
            ids=[*one.wanted.ids],
            traits=[*one.wanted.traits],
            tags=[name for name, _ in one.wanted.tags],
            totals=one.wanted.totals,
            batch=one.batch,
            state=one.state,
            reason=one.reason,
            phase=one.phase,
            sent=one.sent,
            failures=one.failures,
            failing_since=one.failing_since,
            waiting_until=one.next_at,
            last_at=one.last_at,
            created_at=one.created_at,
            created_by=one.created_by,
        )


class NewSyncBody(SyncBody):
    """secret: signs what is sent; it is shown this once."""

    secret: CleanStr


class SecretBody(Body):
    """The new secret; it is shown this once."""

    secret: CleanStr


class SyncsBody(Body):
    items: list[SyncBody]


class DeliveryBody(Body):
    """One attempt. attempt: of this batch, from 1. status: what the server answered, null when it did not."""

    number: Count
    delivery_id: str
    at: datetime
    people: Count
    attempt: Count
    outcome: Outcome
    status: int | None
    milliseconds: Count
    message: str

    @staticmethod
    def of(one: Delivery) -> "DeliveryBody":
        return DeliveryBody(
            number=one.number,
            delivery_id=one.delivery_id,
            at=one.at,
            people=one.people,
            attempt=one.attempt,
            outcome=one.outcome,
            status=one.status,
            milliseconds=one.milliseconds,
            message=one.message,
        )
