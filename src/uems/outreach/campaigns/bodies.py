"""What do campaigns look like over HTTP?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from uems.kernel.edge import Body, Count, Id
from uems.outreach.campaigns.calendar import Planned
from uems.outreach.campaigns.counting import Sent, letter_of
from uems.outreach.campaigns.definitions import Campaign, State
from uems.outreach.campaigns.learning import Learnt
from uems.outreach.campaigns.previewing import Outlook
from uems.outreach.campaigns.reporting import CampaignReport, Took, VariantCount
from uems.outreach.campaigns.spec import CampaignDraft, CampaignSpec
from uems.outreach.flows.checking import Problem
from uems.outreach.flows.reporting import Against


class CampaignLine(Body):
    """A campaign in a list. times: how often it took place; entered, held: people in all of them. next_at: when it takes place next."""

    key: str
    name: str
    description: str
    state: State
    reason: str
    recurring: bool
    variants: Count
    times: Count
    entered: Count
    held: Count
    next_at: datetime | None
    changed_at: datetime
    changed_by: str


class CampaignList(Body):
    """counts: state → how many, whatever state was asked for."""

    items: list[CampaignLine]
    counts: dict[str, Count]


class CampaignWhole(CampaignDraft):
    """A campaign as it stands. revision: give it when you save or launch. reason: why it is in its state, as one word."""

    key: str
    state: State
    reason: str
    revision: Count
    version: Count
    created_at: datetime
    changed_at: datetime
    changed_by: str
    launched_at: datetime | None
    launched_by: str
    approved_by: str
    held_at: datetime | None
    next_at: datetime | None

    @staticmethod
    def of(one: Campaign, next_at: datetime | None) -> "CampaignWhole":
        facts = {name: getattr(one, name) for name in CampaignWhole.model_fields if name != "next_at"}
        return CampaignWhole(**facts, next_at=next_at)


class CampaignSave(CampaignDraft):
    """revision: of what was edited, 0 for a new one; null overwrites."""

    revision: Annotated[int, Field(ge=0)] | None = None


class CampaignLaunch(Body):
    """revision: of what was looked at."""

    revision: Annotated[int, Field(ge=1)]


class CampaignTrial(Body):
    """key: of the campaign, so that those held out are the same people; "" for one that was never saved."""

    spec: CampaignSpec
    key: Annotated[str, Field(max_length=100)] = ""


class CampaignProblem(Body):
    """part: audience, message, test, timing or goal. place: of the variant, or the key of a segment; "" for none."""

    code: str
    part: str
    place: str
    message: str
    details: dict[str, Any]

    @staticmethod
    def of(one: Problem) -> "CampaignProblem":
        return CampaignProblem(code=one.code, part=one.node, place=one.way, message=one.message, details=dict(one.details))


class CampaignHour(Body):
    at: datetime
    people: Count


class CampaignOutlook(Body):
    """What launching would do; see the fields. refusals: of ``looked_at`` people, why so many would get nothing. Everything as of now."""

    problems: list[CampaignProblem]
    everybody: Count
    found: Count
    excluded: Count
    held: Count
    entered: Count
    looked_at: Count
    refusals: dict[str, Count]
    hours: list[CampaignHour]
    cost_micros: Count | None
    begins_at: datetime | None
    decide_at: datetime | None
    approval_over: Count | None
    sample: list[Id]

    @staticmethod
    def of(one: Outlook) -> "CampaignOutlook":
        same = ("everybody", "found", "excluded", "held", "entered", "looked_at", "cost_micros", "begins_at", "decide_at", "approval_over")
        return CampaignOutlook(
            **{name: getattr(one, name) for name in same},
            problems=[CampaignProblem.of(problem) for problem in one.problems],
            refusals=dict(one.refusals),
            hours=[CampaignHour(at=at, people=people) for at, people in one.hours.items()],
            sample=list(one.sample),
        )


class CampaignDecision(Body):
    """Which variant went to the rest. why: "best", or "too_few" where too little happened and the first one went.

    sent, hits, probabilities: in the order of the variants.
    """

    by: str
    why: Literal["best", "too_few"]
    sent: list[Count]
    hits: list[Count]
    probabilities: list[float]
    at: datetime


class CampaignTime(Body):
    """One time that it took place. shares: of people for each variant, where they follow the times before; null where they do not."""

    occurrence: Count
    version: Count
    state: str
    begun_at: datetime
    ended_at: datetime | None
    found: Count
    excluded: Count
    held: Count
    entered: Count
    decide_at: datetime | None
    winner: Count | None
    decision: CampaignDecision | None
    shares: list[float] | None

    @staticmethod
    def of(one: Took) -> "CampaignTime":
        facts = {name: getattr(one, name) for name in Took.__dataclass_fields__ if name != "decision"}
        decision: Mapping[str, Any] | None = one.decision
        return CampaignTime(**facts, decision=None if decision is None else CampaignDecision.model_validate(decision))


class CampaignSent(Body):
    """Messages of one variant by what became of them; one can count in several, such as delivered and opened."""

    handed: Count
    sent: Count
    delivered: Count
    opened: Count
    clicked: Count
    bounced: Count
    complained: Count
    failed: Count
    waiting: Count
    not_sent: Count
    cost_micros: Count

    @staticmethod
    def of(one: Sent) -> "CampaignSent":
        return CampaignSent(**{name: getattr(one, name) for name in Sent.__dataclass_fields__})


class CampaignAgainst(Body):
    """Those who got it against those held out, by the goal. difference: in shares, with its interval of 95 %; null where nobody is."""

    people: Count
    reached: Count
    held: Count
    held_reached: Count
    difference: float | None
    low: float | None
    high: float | None

    @staticmethod
    def of(one: Against | None) -> "CampaignAgainst | None":
        return None if one is None else CampaignAgainst(**{name: getattr(one, name) for name in Against.__dataclass_fields__})


class CampaignVariantCount(Body):
    """people: who have this variant. moved: of them, those whose message is in the outbox or beyond. converted: reached the goal."""

    letter: str
    name: str
    template: str
    people: Count
    moved: Count
    sent: CampaignSent
    converted: Count
    against: CampaignAgainst | None

    @staticmethod
    def of(one: VariantCount) -> "CampaignVariantCount":
        same = {name: getattr(one, name) for name in ("letter", "name", "template", "people", "moved", "converted")}
        return CampaignVariantCount(**same, sent=CampaignSent.of(one.sent), against=CampaignAgainst.of(one.against))


class CampaignLearnt(Body):
    """What a campaign that learns knows of a variant. people, reached: of all times that are over. best: the chance to be the best.

    share: what it would get of the next time. rate: of everybody, by inverse probability; null while nobody had it.
    """

    letter: str
    people: Count
    reached: Count
    best: float
    share: float
    rate: float | None

    @staticmethod
    def of(one: Learnt) -> "CampaignLearnt":
        same = {name: getattr(one, name) for name in ("people", "reached", "best", "share", "rate")}
        return CampaignLearnt(letter=letter_of(one.place), **same)


class CampaignReportBody(Body):
    """times: the latest first. The rest is of one of them, and null or empty while it never took place.

    learnt: as of now, of a campaign whose shares follow the times before; empty for others.
    """

    times: list[CampaignTime]
    occurrence: Count | None
    people: dict[str, Count]
    variants: list[CampaignVariantCount]
    reasons: dict[str, Count]
    against: CampaignAgainst | None
    learnt: list[CampaignLearnt]

    @staticmethod
    def of(times: list[Took], one: CampaignReport | None, learnt: Sequence[Learnt] = ()) -> "CampaignReportBody":
        return CampaignReportBody(
            times=[CampaignTime.of(each) for each in times],
            occurrence=None if one is None else one.took.occurrence,
            people={} if one is None else dict(one.people),
            variants=[] if one is None else [CampaignVariantCount.of(each) for each in one.variants],
            reasons={} if one is None else dict(one.reasons),
            against=None if one is None else CampaignAgainst.of(one.against),
            learnt=[CampaignLearnt.of(each) for each in learnt],
        )


class CampaignPerson(Body):
    """variant: its letter; "" for those held out and those who wait for the winner."""

    person_id: Id
    variant: str
    state: str


class CalendarItem(Body):
    """One thing on one day. sure: it took place, or will as things are; not a draft, nor one that is paused or waits for approval."""

    what: Literal["campaign", "flow"]
    key: str
    name: str
    at: datetime
    state: str
    sure: bool
    occurrence: Count | None
    people: Count | None

    @staticmethod
    def of(one: Planned) -> "CalendarItem":
        return CalendarItem(**{name: getattr(one, name) for name in Planned.__dataclass_fields__})


class CalendarBody(Body):
    """zone: of the workspace, by whose days it is drawn."""

    zone: str
    items: list[CalendarItem]
