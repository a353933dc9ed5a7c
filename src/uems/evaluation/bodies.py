"""What do actions, their worth, decisions and health look like over HTTP?"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from uems.evaluation.decisions import Decided, Decision
from uems.evaluation.health import Health, HealthPart, Part
from uems.evaluation.league import League
from uems.evaluation.model import ActionKind, Cause, Effect, Evidence, Measure, Proposal, Span, Worth
from uems.evaluation.terms import ActionCost, EvaluationTerms
from uems.kernel.edge import Body, Count, Id, LongText


class SpanBody(Body):
    """A value with its interval of 95 %."""

    value: float
    low: float
    high: float

    @staticmethod
    def of(one: Span | None) -> "SpanBody | None":
        return None if one is None else SpanBody(value=one.value, low=one.low, high=one.high)


class EffectBody(Body):
    """One measure: a person's mean in both groups, and what the action changed. total: over everybody treated who is counted.

    Money is in minor units. reason: why there is no difference; "" where there is one. worse: more of it is bad.
    """

    measure: Measure
    treated: float | None
    control: float | None
    difference: SpanBody | None
    total: SpanBody | None
    p_value: float | None
    reason: str
    worse: bool

    @staticmethod
    def of(one: Effect) -> "EffectBody":
        difference = None
        if one.difference is not None and one.low is not None and one.high is not None:
            difference = Span(value=one.difference, low=one.low, high=one.high)
        total = difference and Span(value=difference.value * one.people, low=difference.low * one.people, high=difference.high * one.people)
        return EffectBody(
            measure=one.measure,
            treated=one.treated,
            control=one.control,
            difference=SpanBody.of(difference),
            total=SpanBody.of(total),
            p_value=one.p_value,
            reason=one.reason,
            worse=one.worse,
        )


class WorthBody(Body):
    """What an action came to. evidence: by lot (holdout) or by how others changed (difference), which is weaker.

    treated, control: people watched for the whole horizon; waiting: not yet so long; both: in both groups, in neither count.
    p_value: of a net return that is not 0; q_value: corrected for all actions judged beside it.
    discount_minor: taken off purchases of those treated, wasted_minor: of it, for people who would have bought anyway.
    net_minor: margin won less cost. placebo: p-value of the same comparison before the action; below 0.05 the groups differed anyway.
    """

    kind: ActionKind
    key: str
    name: str
    state: str
    evidence: Evidence
    horizon_days: int
    first_at: datetime | None
    treated: Count
    control: Count
    waiting: Count
    both: Count
    effects: list[EffectBody]
    cost_minor: int
    net_minor: SpanBody | None
    roi: SpanBody | None
    placebo: float | None
    p_value: float | None
    q_value: float | None
    discount_minor: int
    wasted_minor: int | None
    proposal: Proposal
    causes: list[Cause]
    harmful: bool

    @staticmethod
    def of(one: Worth) -> "WorthBody":
        return WorthBody(
            kind=one.action.kind,
            key=one.action.key,
            name=one.action.name,
            state=one.action.state,
            evidence=one.evidence,
            horizon_days=one.horizon_days,
            first_at=one.first_at,
            treated=one.treated,
            control=one.control,
            waiting=one.waiting,
            both=one.both,
            effects=[EffectBody.of(effect) for effect in one.effects],
            cost_minor=one.cost_minor,
            net_minor=SpanBody.of(one.net_minor),
            roi=SpanBody.of(one.roi),
            placebo=one.placebo,
            p_value=one.p_value,
            q_value=one.q_value,
            discount_minor=one.discount_minor,
            wasted_minor=one.wasted_minor,
            proposal=one.proposal,
            causes=list(one.causes),
            harmful=one.harmful,
        )


class ActionDecision(Body):
    """What was decided. facts: the numbers that stood there then. approved_by: who answers for scaling what harms health."""

    decision_id: Id
    kind: ActionKind
    action: str
    decision: Decided
    reason: str
    approved_by: str
    stopped: bool
    facts: dict[str, Any]
    at: datetime
    by: str
    undone_at: datetime | None
    undone_by: str

    @staticmethod
    def of(one: Decision) -> "ActionDecision":
        return ActionDecision(**{name: getattr(one, name) for name in Decision.__dataclass_fields__})


class LeagueLine(WorthBody):
    """decision: the one that stands, if there is one."""

    decision: ActionDecision | None


class LeagueBody(Body):
    """All actions, the best first. roles_missing: event roles that nobody confirmed, without which little can be said."""

    items: list[LeagueLine]
    currency: str
    horizon_days: int
    margin_percent: float
    roles_missing: list[str]

    @staticmethod
    def of(found: League, decisions: list[Decision], currency: str) -> "LeagueBody":
        standing: dict[tuple[str, str], Decision] = {}
        for one in reversed(decisions):
            if one.undone_at is None:
                standing[one.kind, one.action] = one
        items = []
        for worth in found.worths:
            decided = standing.get((worth.action.kind, worth.action.key))
            items.append(LeagueLine(**dict(WorthBody.of(worth)), decision=ActionDecision.of(decided) if decided else None))
        return LeagueBody(
            items=items,
            currency=currency,
            horizon_days=found.horizon_days,
            margin_percent=found.margin_percent,
            roles_missing=list(found.roles_missing),
        )


class ActionCostBody(Body):
    """What it cost beside its messages, in minor units: once, and for everybody it was for."""

    fixed_minor: Annotated[int, Field(ge=0, le=10**15)] = 0
    per_person_minor: Annotated[int, Field(ge=0, le=10**12)] = 0
    note: Annotated[LongText, Field(max_length=2000)] = ""

    @staticmethod
    def of(one: ActionCost) -> "ActionCostBody":
        return ActionCostBody(fixed_minor=one.fixed_minor, per_person_minor=one.per_person_minor, note=one.note)


class ActionWhole(Body):
    """One action over 7, 30, 60 and 90 days, what it cost beside messages, and what was decided about it, the latest first."""

    worths: list[WorthBody]
    cost: ActionCostBody
    decisions: list[ActionDecision]
    currency: str


class DecisionMade(Body):
    """retire stops a flow or campaign. horizon_days: the numbers that it was decided by."""

    decision: Decided
    reason: Annotated[LongText, Field(max_length=2000)] = ""
    horizon_days: Literal[7, 30, 60, 90] = 30


class RelationHealthPart(Body):
    """value, before: the last 28 whole days and the 28 before. ceiling: where the score is 0. score: 0 to 100."""

    part: Part
    value: float | None
    before: float | None
    ceiling: float | None
    score: float | None

    @staticmethod
    def of(one: HealthPart) -> "RelationHealthPart":
        return RelationHealthPart(**{name: getattr(one, name) for name in HealthPart.__dataclass_fields__})


class RelationHealth(Body):
    """index: the mean of the known scores; before: as it was 28 days earlier. last_day: of the 28 that are judged."""

    last_day: date
    index: float | None
    before: float | None
    parts: list[RelationHealthPart]

    @staticmethod
    def of(one: Health) -> "RelationHealth":
        return RelationHealth(
            last_day=one.last_day, index=one.index, before=one.before, parts=[RelationHealthPart.of(part) for part in one.parts]
        )


class EvaluationTermsBody(EvaluationTerms):
    """By what all actions are judged."""
