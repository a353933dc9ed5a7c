"""What was an action worth, and what follows from it? Pure functions on what people did after it began for each of them.

With a holdout the means of both groups are compared by Welch's t-test, revenue adjusted by what each spent in as many days before
(CUPED). Without one, the change of those reached is compared with the change of those not reached (difference in differences, Card and
Krueger 1994), and the same comparison one horizon earlier, when nothing had been sent, tells whether the groups were going apart anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from uems.evaluation.model import SUMMARIES, Action, Arms, Cause, Effect, Measure, Proposal, Span, Worth
from uems.evaluation.reading import Lives
from uems.evaluation.reading import Span as KnownSpan
from uems.evaluation.watched import DAY_MS, Happenings, Watched
from uems.experiments import api as experiments

Floats = npt.NDArray[np.float64]
MIN_PEOPLE: Final = 30
"""Fewer in either group say nothing."""
_UNEVEN: Final = 0.05
_CHANCE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By what actions are judged. margin: the share of revenue that is left after the goods are paid. cost_minor: of everybody treated."""

    horizon_days: int
    margin: float
    cost_minor: int = 0


def judge(action: Action, arms: Arms, lives: Lives, terms: Terms) -> Worth:
    """What is known by now. Only who was watched for the whole horizon counts, in both groups alike.

    Where changes are compared, somebody counts only whose whole time before is known too.
    """
    horizon = terms.horizon_days * DAY_MS
    counted = watched_for(arms, lives.known, terms.horizon_days)
    treated, control = int(counted.treated.sum()), int((~counted.treated).sum())
    everybody = int(arms.treated.sum())
    cost = round(terms.cost_minor * treated / everybody) if everybody else 0
    effects = _effects(counted, lives, horizon)
    placebo = _placebo(counted, lives, horizon) if arms.evidence == "difference" else None
    net = _net(effects, terms.margin, cost)
    discount = int(Watched(counted, lives.discounts).amount(0, horizon)[counted.treated].sum())
    proposal, causes = _proposed(arms.evidence, treated, control, everybody, int((~arms.treated).sum()), effects, net, placebo)
    return Worth(
        action=action,
        evidence=arms.evidence,
        horizon_days=terms.horizon_days,
        treated=treated,
        control=control,
        waiting=len(arms.person) - len(counted.person),
        both=arms.both,
        effects=effects,
        cost_minor=cost,
        net_minor=net,
        roi=Span(value=net.value / cost, low=net.low / cost, high=net.high / cost) if net is not None and cost else None,
        placebo=placebo,
        proposal=proposal,
        causes=causes,
        p_value=_p_of_net(effects, terms.margin, cost),
        discount_minor=discount,
        wasted_minor=_wasted(discount, effects) if arms.evidence == "holdout" else None,
        first_at=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(arms.since_ms.min())) if len(arms.since_ms) else None,
    )


def watched_for(arms: Arms, known: KnownSpan, horizon_days: int) -> Arms:
    """Those of whom enough is known to count."""
    horizon = horizon_days * DAY_MS
    ripe = arms.since_ms + horizon <= known.last_ms
    if arms.evidence == "difference":
        ripe &= arms.since_ms - horizon >= known.first_ms
    return replace(arms, person=arms.person[ripe], since_ms=arms.since_ms[ripe], treated=arms.treated[ripe])


def _wasted(discount: int, effects: Sequence[Effect]) -> int | None:
    """How much of the discount went to people who would have bought anyway: the share of buyers whom the control has too."""
    conversion = next((one for one in effects if one.measure == "conversion"), None)
    if conversion is None or conversion.treated is None or conversion.control is None:
        return None
    return round(discount * min(1.0, conversion.control / conversion.treated)) if conversion.treated else 0


def _effects(arms: Arms, lives: Lives, horizon: int) -> list[Effect]:
    bought, came = Watched(arms, lives.purchases), Watched(arms, lives.days)
    after = {
        "conversion": (bought.count(0, horizon) > 0).astype(np.float64),
        "revenue": bought.amount(0, horizon).astype(np.float64),
        "retained": (came.count(horizon // 2, horizon) > 0).astype(np.float64),
    }
    before = {
        "conversion": (bought.count(-horizon, 0) > 0).astype(np.float64),
        "revenue": bought.amount(-horizon, 0).astype(np.float64),
        "retained": (came.count(-horizon, -horizon // 2) > 0).astype(np.float64),
    }
    measures: tuple[Measure, ...] = ("conversion", "revenue", "retained")
    if arms.evidence == "difference":
        return [_changed(measure, arms, after[measure], before[measure]) for measure in measures]
    found = [_compared(measure, arms, after[measure], before[measure]) for measure in measures]
    said_no: tuple[tuple[Measure, Happenings], ...] = (("unsubscribed", lives.unsubscribed), ("complained", lives.complained))
    for measure, happened in said_no:
        found.append(_compared(measure, arms, (Watched(arms, happened).count(0, horizon) > 0).astype(np.float64), None))
    return found if lives.answers is None else [*found, _recommended(arms, lives.answers, horizon)]


def _recommended(arms: Arms, answers: Happenings, horizon: int) -> Effect:
    """Of those in both groups who answered within the horizon, each by their last answer."""
    did, points = Watched(arms, answers).last(0, horizon)
    answered = replace(arms, person=arms.person[did], since_ms=arms.since_ms[did], treated=arms.treated[did])
    return _effect("nps", answered, points[did].astype(np.float64))


def _compared(measure: Measure, arms: Arms, after: Floats, before: Floats | None) -> Effect:
    """The means of both groups, adjusted by the time before where that explains anything."""
    rows = after[:, None] if before is None else np.column_stack([after, before])
    groups = {"control": experiments.from_rows(rows[~arms.treated]), "treated": experiments.from_rows(rows[arms.treated])}
    plain = _effect(measure, arms, after)
    if before is None:
        return plain
    adjusted = experiments.adjust(groups).arms
    return _concluded(plain, adjusted["control"], adjusted["treated"])


def _changed(measure: Measure, arms: Arms, after: Floats, before: Floats) -> Effect:
    change = after - before
    control, treated = (experiments.estimate(experiments.from_rows(change[who])) for who in (~arms.treated, arms.treated))
    return _concluded(replace(_effect(measure, arms, after), difference=None), control, treated)


def _effect(measure: Measure, arms: Arms, values: Floats) -> Effect:
    treated, control = values[arms.treated], values[~arms.treated]
    plain = Effect(
        measure=measure,
        treated=float(treated.mean()) if len(treated) else None,
        control=float(control.mean()) if len(control) else None,
        people=len(treated),
    )
    one, other = (experiments.estimate(experiments.from_rows(group)) for group in (control, treated))
    return _concluded(plain, one, other)


def _concluded(
    effect: Effect, control: experiments.Estimate | experiments.NoAnswer, treated: experiments.Estimate | experiments.NoAnswer
) -> Effect:
    for one in (control, treated):
        if isinstance(one, experiments.NoAnswer):
            return replace(effect, difference=None, low=None, high=None, p_value=None, reason=one.reason)
    assert isinstance(control, experiments.Estimate)
    assert isinstance(treated, experiments.Estimate)
    found = experiments.contrast(control, treated)
    if isinstance(found, experiments.NoAnswer):
        return replace(effect, difference=None, low=None, high=None, p_value=None, reason=found.reason)
    said = experiments.welch(found)
    known = replace(effect, difference=said.value, low=said.low, high=said.high, p_value=said.p_value, reason="")
    return replace(known, error=found.error, degrees=found.degrees)


def _placebo(arms: Arms, lives: Lives, horizon: int) -> float | None:
    """The p-value of the change in revenue from two horizons before to one before, when nothing had happened yet; of whom that is known."""
    known = arms.since_ms - 2 * horizon >= lives.known.first_ms
    arms = replace(arms, person=arms.person[known], since_ms=arms.since_ms[known], treated=arms.treated[known])
    bought = Watched(arms, lives.purchases)
    earlier = _changed(
        "revenue", arms, bought.amount(-horizon, 0).astype(np.float64), bought.amount(-2 * horizon, -horizon).astype(np.float64)
    )
    return earlier.p_value


def _net(effects: Sequence[Effect], margin: float, cost: int) -> Span | None:
    revenue = next(one for one in effects if one.measure == "revenue")
    if revenue.difference is None or revenue.low is None or revenue.high is None:
        return None
    low, high = sorted((revenue.low * revenue.people * margin, revenue.high * revenue.people * margin))
    return Span(value=revenue.difference * revenue.people * margin - cost, low=low - cost, high=high - cost)


def _p_of_net(effects: Sequence[Effect], margin: float, cost: int) -> float | None:
    """How likely so large a net return is, either way, where there is none: the difference is tested against what it has to cover."""
    revenue = next(one for one in effects if one.measure == "revenue")
    if revenue.difference is None or not revenue.error or revenue.degrees is None or not revenue.people:
        return None
    beyond = revenue.difference - cost / (revenue.people * margin)
    tested = experiments.Contrast(scale="absolute", value=beyond, error=revenue.error, degrees=revenue.degrees, count=revenue.people)
    return experiments.welch(tested).p_value


def corrected(worths: Sequence[Worth]) -> list[Worth]:
    """The same, corrected for how many there are (Benjamini and Hochberg 1995): of those that are said to pay or to lose, 5 % are
    expected to be wrong. What only seems proven is neither scaled nor retired. Sums of other actions are no actions of their own.
    """
    tested = [place for place, one in enumerate(worths) if one.p_value is not None and one.action.kind not in SUMMARIES]
    sure = experiments.benjamini_hochberg([p for place in tested if (p := worths[place].p_value) is not None])
    found = list(worths)
    for place, q in zip(tested, sure, strict=True):
        found[place] = _once_more(replace(found[place], q_value=q))
    return found


def _once_more(one: Worth) -> Worth:
    if one.q_value is None or one.q_value <= _CHANCE or not {"pays", "loses"} & set(one.causes):
        return one
    causes: tuple[Cause, ...] = (*(cause for cause in one.causes if cause not in ("pays", "loses")), "many_tried")
    if one.proposal == "fix":
        return replace(one, causes=causes)
    gains = one.net_minor is not None and one.net_minor.value > 0
    return replace(one, proposal="keep" if gains else "fix", causes=causes)


def _proposed(
    evidence: str, treated: int, control: int, all_treated: int, all_control: int,
    effects: Sequence[Effect], net: Span | None, placebo: float | None,
) -> tuple[Proposal, tuple[Cause, ...]]:  # fmt: skip
    """What to do, with why. Harm for certain weighs more than any gain; what is not proven is not scaled."""
    if evidence == "holdout" and not all_control and all_treated >= MIN_PEOPLE:
        return "fix", ("nobody_held_out",)
    if min(treated, control) < MIN_PEOPLE:
        young = min(all_treated, all_control) >= MIN_PEOPLE
        return "wait", ("too_young" if young else "too_few",)
    harm: tuple[Cause, ...] = ("harms_health",) if any(one.worse and one.low is not None and one.low > 0 for one in effects) else ()
    if net is None:
        return ("fix", harm) if harm else ("wait", ("no_variance",))
    if evidence == "difference":
        uneven: tuple[Cause, ...] = ("uneven_before",) if placebo is not None and placebo < _UNEVEN else ()
        return ("keep", (*uneven, "weak_gain")) if net.value > 0 else ("fix", (*uneven, "weak_loss"))
    if net.high < 0:
        return "retire", (*harm, "loses")
    if harm:
        return "fix", (*harm, "pays" if net.low > 0 else "unproven_gain" if net.value > 0 else "unproven_loss")
    if net.low > 0:
        return "scale", ("pays",)
    return ("keep", ("unproven_gain",)) if net.value > 0 else ("fix", ("unproven_loss",))
