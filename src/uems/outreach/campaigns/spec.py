"""What is a campaign made of? What is saved and edited; whether it makes sense says ``checking``."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, model_validator

from uems.kernel.edge import Body, Clean, Day, Name
from uems.outreach.flows.graph import Condition, Event, ScheduleEntry, Time
from uems.outreach.messages.model import Kind

MAX_VARIANTS: Final = 5
SegmentKey = Annotated[str, Field(min_length=1, max_length=100), Clean]
Clock: TypeAlias = Literal["workspace", "person", "best"]


class CampaignAudience(Body):
    """Who gets it: whoever is in ``segment`` and meets ``who``, whichever are given, and is in none of ``exclude``.

    Neither given is nobody: everybody has to be asked for by a condition.
    """

    segment: Annotated[str, Field(max_length=100), Clean] = ""
    who: Condition | None = None
    exclude: Annotated[list[SegmentKey], Field(max_length=20)] = Field(default_factory=list)


class CampaignOffer(Body):
    """A coupon that goes with a variant, as its template reads it under ``context.offer``. kind: none, an amount off, or so many percent.

    amount_minor: in the workspace's currency, 0 unless the kind is amount; percent likewise. code: what the shop takes it by, which is
    the shop's to redeem.
    """

    kind: Literal["none", "amount", "percent"] = "none"
    amount_minor: Annotated[int, Field(strict=True, ge=0, le=100_000_000)] = 0
    percent: Annotated[float, Field(ge=0, le=100)] = 0
    code: Annotated[str, Field(max_length=100), Clean] = ""

    @model_validator(mode="after")
    def _whole(self) -> "CampaignOffer":
        if (self.kind == "amount") != (self.amount_minor > 0) or (self.kind == "percent") != (self.percent > 0):
            said = f"the offer is {self.kind} with amount_minor {self.amount_minor} and percent {self.percent:g}"
            raise ValueError(f"{said}; give the amount with amount, the percent with percent, and neither with none")
        if self.kind == "none" and self.code:
            raise ValueError("there is a code and no offer; give the offer, or leave out the code")
        return self


class CampaignVariant(Body):
    """One wording. name: for people; "" is a letter of the alphabet. offer: a coupon that goes with it, in which variants may differ."""

    name: Annotated[str, Field(max_length=100), Clean] = ""
    template: Annotated[str, Field(max_length=100), Clean] = ""
    offer: CampaignOffer = Field(default_factory=CampaignOffer)


class CampaignTest(Body):
    """How several variants are compared. percent: so much of the audience gets one of them by lot; 100 leaves nobody to wait.

    by: what tells them apart; "goal" is the goal of the campaign. wait_hours: after the last of the test was due, one of them goes to
    all others: the one that is best with the highest probability, or the first where too little happened.

    sharing: fixed, as above; or thompson, for campaigns that come again: everybody gets a variant, and each variant as many as the times
    before make it likely to be the best, at least a twentieth. percent counts no more then.
    """

    percent: Annotated[float, Field(ge=1, le=100)] = 20
    by: Literal["opened", "clicked", "goal"] = "clicked"
    wait_hours: Annotated[float, Field(ge=0.25, le=24 * 14)] = 24
    sharing: Literal["fixed", "thompson"] = "fixed"


class CampaignTiming(Body):
    """schedule: null begins at once; one with ``once_on`` is that day, any other comes again and again, until the day ``until``.

    clock: by the workspace's, by that of each person, or at the hour of the day at which the person is active most, within the day
    that begins then. local_at: the hour by the clock of each person where there is no schedule.
    """

    schedule: ScheduleEntry | None = None
    clock: Clock = "workspace"
    local_at: Time = "10:00"
    until: Day = ""


class CampaignThrottle(Body):
    """At most so many a minute or an hour are put into the outbox."""

    messages: Annotated[int, Field(ge=1, le=10_000_000)]
    per: Literal["minute", "hour"] = "hour"


class CampaignGoal(Body):
    """What the campaign is for: one of these events within so many days of its beginning."""

    events: Annotated[list[Event], Field(min_length=1, max_length=20)]
    where: Condition | None = None
    days: Annotated[int, Field(ge=1, le=90)] = 7


class CampaignSpec(Body):
    """channel, topic: empty for those of the template. hours: a message that could not go out so long after its time is not sent."""

    audience: CampaignAudience = Field(default_factory=CampaignAudience)
    variants: Annotated[list[CampaignVariant], Field(min_length=1, max_length=MAX_VARIANTS)] = Field(
        default_factory=lambda: [CampaignVariant()]
    )
    test: CampaignTest = Field(default_factory=CampaignTest)
    channel: Annotated[str, Field(max_length=40), Clean] = ""
    kind: Kind = "sales"
    topic: Annotated[str, Field(max_length=100), Clean] = ""
    hours: Annotated[int, Field(ge=1, le=24 * 30)] = 24
    priority: Annotated[int, Field(ge=-100, le=100)] = 0
    timing: CampaignTiming = Field(default_factory=CampaignTiming)
    throttle: CampaignThrottle | None = None
    holdout_percent: Annotated[float, Field(ge=0, le=50)] = 10
    goal: CampaignGoal | None = None

    @property
    def recurring(self) -> bool:
        return self.timing.schedule is not None and not self.timing.schedule.once_on

    @property
    def offers(self) -> bool:
        """Whether a coupon goes with any variant."""
        return any(one.offer.kind != "none" for one in self.variants)

    @property
    def tries_offers(self) -> bool:
        """Whether variants differ in their coupons."""
        return any(one.offer != self.variants[0].offer for one in self.variants)

    @property
    def tested(self) -> bool:
        """Whether some wait for what a test of the others shows."""
        return len(self.variants) > 1 and self.test.percent < 100 and not self.learns

    @property
    def learns(self) -> bool:
        """Whether the shares of the variants follow what the times before have shown."""
        return len(self.variants) > 1 and self.test.sharing == "thompson"


class CampaignDraft(Body):
    """What somebody wants a campaign to be."""

    name: Name
    description: Annotated[str, Field(max_length=5_000), Clean] = ""
    spec: CampaignSpec = Field(default_factory=CampaignSpec)
