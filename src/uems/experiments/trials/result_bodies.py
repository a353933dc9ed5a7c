"""What do the results of an experiment look like over HTTP?"""

from datetime import date, datetime
from typing import Literal

from uems.experiments.registry import METRIC_KINDS
from uems.experiments.statistics.difference import Conclusion, Scale
from uems.experiments.statistics.estimates import NoAnswer
from uems.experiments.trials.bodies import TrialSlice
from uems.experiments.trials.closer import ArmGroups, DayEffect, Wear
from uems.experiments.trials.definitions import Experiment, State
from uems.experiments.trials.judging import Compared, MetricResult, Reason, Verdict
from uems.experiments.trials.ranking import ArmRanks, Ranks
from uems.experiments.trials.results import Code, Results, Warned
from uems.experiments.trials.spec import Direction, Method, Role
from uems.experiments.trials.words import say_verdict
from uems.kernel.edge import Body, Count


class TrialEffect(Body):
    """low, high: the interval of 1 - alpha by the method of the experiment. p: before any correction; null for the method bayesian."""

    value: float
    low: float
    high: float
    p: float | None

    @staticmethod
    def of(one: Conclusion, *, belief: bool = False) -> "TrialEffect":
        return TrialEffect(value=one.value, low=one.low, high=one.high, p=None if belief else one.p_value)


class TrialBelief(Body):
    """The posterior. better: the chance that the effect is above 0. loss_if_chosen, loss_if_left: what is expected to be lost."""

    better: float
    loss_if_chosen: float
    loss_if_left: float
    prior_deviation: float | None


class TrialCompared(Body):
    """An arm beside the control. decisive: the scale that is judged. reason: why there is no relative effect, or none at all."""

    arm: str
    relative: TrialEffect | None
    absolute: TrialEffect | None
    decisive: Scale
    adjusted_p: float | None
    belief: TrialBelief | None
    reason: Reason
    verdict: Verdict

    @staticmethod
    def of(one: Compared) -> "TrialCompared":
        post = one.posterior
        belief = None
        if post is not None:
            width = post.prior.deviation
            belief = TrialBelief(
                better=post.better,
                loss_if_chosen=post.loss_if_chosen,
                loss_if_left=post.loss_if_left,
                prior_deviation=None if width == float("inf") else width,
            )
        return TrialCompared(
            arm=one.arm,
            relative=None if one.relative is None else TrialEffect.of(one.relative, belief=post is not None),
            absolute=None if one.absolute is None else TrialEffect.of(one.absolute, belief=post is not None),
            decisive=one.decisive,
            adjusted_p=one.adjusted_p,
            belief=belief,
            reason=one.reason,
            verdict=one.verdict,
        )


class TrialArmValue(Body):
    arm: str
    people: Count
    value: float | None
    error: float | None
    reason: Reason


class TrialMetricResult(Body):
    """unit: number, share, or money in minor units. kept: share of the variance left after adjustment. cap: that was worked out."""

    key: str
    name: str
    role: Role
    better: Direction
    kind: str
    unit: str
    kept: float
    cap: float | None
    arms: list[TrialArmValue]
    compared: list[TrialCompared]

    @staticmethod
    def of(one: MetricResult) -> "TrialMetricResult":
        metric = one.metric
        arms = [TrialArmValue(**{name: getattr(each, name) for name in TrialArmValue.model_fields}) for each in one.arms]
        return TrialMetricResult(
            key=metric.key,
            name=metric.name,
            role=metric.role,
            better=metric.better,
            kind=metric.kind,
            unit=METRIC_KINDS.get(metric.kind).unit,
            kept=one.kept,
            cap=one.cap,
            arms=arms,
            compared=[TrialCompared.of(each) for each in one.compared],
        )


class TrialRatio(Body):
    """Whether the arms are as large as their weights say. slices: by day and by device, or by stretch where weights were changed."""

    found: bool
    p: float
    counts: dict[str, int]
    expected: dict[str, float]
    slices: dict[str, list[TrialSlice]]


class TrialWarning(Body):
    """What has to be known beside the numbers."""

    code: Warned
    count: Count
    arm: str
    at: datetime | None


class TrialVerdictSaid(Body):
    """One answer: the code for programs, the sentence for people."""

    code: Code
    arm: str
    metric: str
    effect: float | None
    reason: Reason
    zh: str
    en: str


class TrialResults(Body):
    """until: what happened before it counts. several_arms: people seen in more than one arm, who are not compared."""

    key: str
    state: State
    until: datetime
    days: float
    planned_days: Count
    alpha: float
    method: Method
    control: str
    people: dict[str, int]
    several_arms: Count
    strange_arms: Count
    ratio: TrialRatio
    metrics: list[TrialMetricResult]
    warnings: list[TrialWarning]
    verdict: TrialVerdictSaid

    @staticmethod
    def of(trial: Experiment, one: Results) -> "TrialResults":
        zh, en = say_verdict(trial.spec, one.verdict, int(one.days))
        verdict = {name: getattr(one.verdict, name) for name in ("code", "arm", "metric", "effect", "reason")}
        even = one.mismatch
        slices = {name: [TrialSlice.of(each) for each in found[:10]] for name, found in one.slices.items()}
        return TrialResults(
            key=trial.key,
            state=trial.state,
            until=one.until,
            days=one.days,
            planned_days=trial.spec.planned_days,
            alpha=trial.spec.alpha,
            method=trial.spec.method,
            control=trial.spec.control,
            people=dict(one.people),
            several_arms=one.several_arms,
            strange_arms=one.strange_arms,
            ratio=TrialRatio(found=even.found, p=even.p_value, counts=dict(even.counts), expected=dict(even.expected), slices=slices),
            metrics=[TrialMetricResult.of(each) for each in one.metrics],
            warnings=[TrialWarning(code=each.code, count=each.count, arm=each.arm, at=each.at) for each in one.notices],
            verdict=TrialVerdictSaid(**verdict, zh=zh, en=en),
        )


class TrialDay(Body):
    """Everything up to the end of a day. effect: with an always-valid interval; null while nothing can be said."""

    day: date
    arm: str
    people: Count
    scale: Scale
    effect: TrialEffect | None


class TrialDays(Body):
    items: list[TrialDay]

    @staticmethod
    def of(found: list[DayEffect]) -> "TrialDays":
        items = [
            TrialDay(
                day=one.day,
                arm=one.arm,
                people=one.people,
                scale=one.scale,
                effect=None if one.effect is None else TrialEffect.of(one.effect),
            )
            for one in found
        ]
        return TrialDays(items=items)


class TrialGroup(Body):
    """An absolute effect in one group. away: from all other groups; p: of that distance, corrected for how many groups there are."""

    group: str
    people: Count
    value: float
    error: float
    away: float
    p: float


class TrialArmGroups(Body):
    """p: of the groups differing this much by chance. left_out: groups with too few people."""

    arm: str
    p: float
    groups: list[TrialGroup]
    left_out: list[str]

    @staticmethod
    def of(one: ArmGroups) -> "TrialArmGroups":
        groups = [
            TrialGroup(
                group=each.group,
                people=each.contrast.count,
                value=each.contrast.value,
                error=each.contrast.error,
                away=each.away,
                p=each.adjusted_p,
            )
            for each in one.found.groups
        ]
        return TrialArmGroups(arm=one.arm, p=one.found.p_value, groups=groups, left_out=list(one.left_out))


class TrialGroups(Body):
    items: list[TrialArmGroups]


class TrialArmWear(Body):
    """Effects a day in the early and the late days, and their difference. verdict: fades, grows, turns, steady; "" with a reason."""

    arm: str
    early: TrialEffect | None
    late: TrialEffect | None
    change: TrialEffect | None
    verdict: Literal["fades", "grows", "turns", "steady", ""]
    reason: Reason


class TrialWear(Body):
    """days: how many early ones, and as many late ones."""

    days: Count
    items: list[TrialArmWear]

    @staticmethod
    def of(one: Wear) -> "TrialWear":
        items = []
        for arm, found in one.found.items():
            if isinstance(found, NoAnswer):
                items.append(TrialArmWear(arm=arm, early=None, late=None, change=None, verdict="", reason=found.reason))
                continue
            said = {name: TrialEffect.of(getattr(found, name)) for name in ("early", "late", "change")}
            items.append(TrialArmWear(arm=arm, **said, verdict=found.verdict, reason=""))
        return TrialWear(days=one.days, items=items)


class TrialSpan(Body):
    """A number with its interval."""

    value: float
    low: float
    high: float


class TrialArmRanks(Body):
    """superiority: how often somebody of the arm has more than somebody of the control, ties half; 0.5 for no difference.

    value, low, high: the difference of means, its interval by drawing people. Null with a reason.
    """

    arm: str
    superiority: TrialSpan | None
    rank_p: float | None
    difference: TrialSpan | None
    difference_p: float | None
    reason: Reason | Literal["weights_changed"]

    @staticmethod
    def of(one: ArmRanks) -> "TrialArmRanks":
        ranked, drawn = one.ranked, one.drawn
        return TrialArmRanks(
            arm=one.arm,
            superiority=None if ranked is None else TrialSpan(value=ranked.superiority, low=ranked.low, high=ranked.high),
            rank_p=None if ranked is None else ranked.p_value,
            difference=None if drawn is None else TrialSpan(value=drawn.value, low=drawn.low, high=drawn.high),
            difference_p=None if drawn is None else drawn.p_value,
            reason=one.reason,
        )


class TrialRanks(Body):
    """top: what the highest hundredth of all people has of the whole. heavy: so much that a mean is that of a few."""

    items: list[TrialArmRanks]
    top: float | None
    heavy: bool

    @staticmethod
    def of(one: Ranks) -> "TrialRanks":
        return TrialRanks(items=[TrialArmRanks.of(each) for each in one.arms], top=one.top, heavy=one.heavy)
