"""What do holdouts look like over HTTP?"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from uems.kernel.edge import Body, Clean, Count
from uems.outreach.holdouts.assigning import Holdout, Member


class HoldoutMember(Body):
    """A flow or a campaign of a programme."""

    kind: Literal["flow", "campaign"]
    key: Annotated[str, Field(min_length=1, max_length=100), Clean]


class HoldoutDraft(Body):
    """renew_days: after so many days other people are drawn; null for never. members: of a programme; none for the global one."""

    name: Annotated[str, Field(min_length=1, max_length=200), Clean]
    percent: Annotated[float, Field(gt=0, le=50)] = 5
    renew_days: Annotated[int, Field(ge=30, le=1_825)] | None = 180
    members: Annotated[list[HoldoutMember], Field(max_length=500)] = Field(default_factory=list)

    def pairs(self) -> list[Member]:
        return [(one.kind, one.key) for one in self.members]


class HoldoutBody(Body):
    """key: "everything" for the global one. draw: how often people were drawn before. drawn_at, renewed_at: of those held out now.

    people: how many of the ``everybody`` that are known are held out now; 0 where it has ended.
    """

    key: str
    name: str
    everything: bool
    percent: float
    renew_days: int | None
    members: list[HoldoutMember]
    ended: bool
    since: datetime
    draw: int
    drawn_at: datetime
    renewed_at: datetime | None
    people: Count
    everybody: Count

    @staticmethod
    def of(one: Holdout, held: int, everybody: int, now: datetime) -> "HoldoutBody":
        share = one.now
        draw, drawn_at, renewed_at = share.drawn(now)
        return HoldoutBody(
            key=one.key,
            name=one.name,
            everything=one.everything,
            percent=share.percent,
            renew_days=share.renew_days,
            members=[HoldoutMember.model_validate({"kind": kind, "key": key}) for kind, key in share.members],
            ended=share.ended,
            since=one.shares[0].at,
            draw=draw,
            drawn_at=drawn_at,
            renewed_at=None if share.ended else renewed_at,
            people=held,
            everybody=everybody,
        )


class HoldoutList(Body):
    items: list[HoldoutBody]
    everybody: Count
