"""What does one metric show? From the sums of each arm to estimates, comparisons with the control, and corrected p-values.

Relative changes are what is judged; where the control is 0 or below, absolute ones are, and the comparison says so by its scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from uems.experiments.statistics.bayesian import Posterior, Prior, posterior
from uems.experiments.statistics.bootstrap import drawn_estimate
from uems.experiments.statistics.cuped import adjust
from uems.experiments.statistics.difference import Conclusion, Contrast, Scale, contrast, welch
from uems.experiments.statistics.estimates import Estimate, NoAnswer, estimate
from uems.experiments.statistics.group_sequential import at_look, boundaries
from uems.experiments.statistics.moments import columns
from uems.experiments.statistics.multiple import benjamini_hochberg, holm
from uems.experiments.statistics.sequential import always_valid
from uems.experiments.statistics.strata import weigh
from uems.experiments.trials.spec import TrialMetric, TrialSpec
from uems.experiments.trials.sums import Taken

Verdict = Literal["better", "worse", "open", "no_answer"]
Reason = Literal["", "nobody", "too_few", "no_variance", "zero_denominator", "zero_control"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """An arm beside the control. relative, absolute: by the method of the experiment; None with a reason where there is none.

    decisive: which of the two is judged. adjusted_p: of that one, corrected; None for the method bayesian. better: what it says of the
    metric, given which direction is good.
    """

    arm: str
    relative: Conclusion | None
    absolute: Conclusion | None
    decisive: Scale
    adjusted_p: float | None
    posterior: Posterior | None
    reason: Reason
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The value of a metric in an arm, adjusted where it is. people: who count for it."""

    arm: str
    people: int
    value: float | None
    error: float | None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricResult:
    """kept: the share of the variance that is left after what was before is taken out; 1 for no gain. cap: that was worked out."""

    metric: TrialMetric
    arms: Sequence[Shown]
    compared: Sequence[Compared]
    kept: float
    cap: float | None


def estimates(spec: TrialSpec, taken: Taken) -> tuple[Mapping[str, Estimate | NoAnswer], float]:
    """(each arm's estimate, the share of the variance that is left). Stretches of time with other weights are weighed together."""
    keys = spec.arm_keys
    groups = sorted({group for _, group in taken.cells})
    parts = [within(keys, taken, group) for group in groups or [""]]
    if len(parts) == 1:
        return parts[0]
    by_arm = {key: {group: part[key] for group, (part, _) in zip(groups, parts, strict=True)} for key in keys}
    return weigh(by_arm).arms, sum(kept for _, kept in parts) / len(parts)


def within(keys: Sequence[str], taken: Taken, group: str) -> tuple[Mapping[str, Estimate | NoAnswer], float]:
    """``estimates`` of one group alone; keys: the arms by their places."""
    if taken.measured.shape == "quantile":
        nobody = NoAnswer(reason="nobody")
        return {key: taken.quantiles.get((place, group), nobody) for place, key in enumerate(keys)}, 1.0
    shape = taken.measured.shape
    if shape == "drawn":
        assert taken.measured.statistic is not None  # of its kind
        drawn = {
            cell[0]: drawn_estimate(one, taken.measured.statistic, seed=cell[0]) for cell, one in taken.spread.items() if cell[1] == group
        }
        return {key: drawn.get(place, NoAnswer(reason="nobody", arm=key)) for place, key in enumerate(keys)}, 1.0
    width = len(taken.measured.values)
    arms = {key: taken.moments[place, group] for place, key in enumerate(keys) if (place, group) in taken.moments}
    found: dict[str, Estimate | NoAnswer] = {key: NoAnswer(reason="nobody", arm=key) for key in keys}
    if taken.measured.before:
        adjusted = adjust(arms, shape)
        return {**found, **adjusted.arms}, adjusted.kept
    return {**found, **{key: estimate(columns(one, range(width)), shape) for key, one in arms.items()}}, 1.0


def judge_metric(spec: TrialSpec, metric: TrialMetric, taken: Taken, days: float, people: Mapping[str, int]) -> MetricResult:
    """One metric, its p-values not yet corrected. days: since the start. people: by arm, told of an arm of which nothing else can be."""
    found, kept = estimates(spec, taken)
    control = found[spec.control]
    compared = [compare(spec, metric, arm, control, found[arm], days) for arm in spec.arm_keys if arm != spec.control]
    return MetricResult(
        metric=metric, arms=[_shown(arm, one, people) for arm, one in found.items()], compared=compared, kept=kept, cap=taken.cap
    )


def _shown(arm: str, one: Estimate | NoAnswer, people: Mapping[str, int]) -> Shown:
    if isinstance(one, NoAnswer):
        return Shown(arm=arm, people=people.get(arm, 0), value=None, error=None, reason=one.reason)
    return Shown(arm=arm, people=one.count, value=one.value, error=one.error, reason="")


def compare(
    spec: TrialSpec, metric: TrialMetric, arm: str, control: Estimate | NoAnswer, treatment: Estimate | NoAnswer, days: float
) -> Compared:
    """One arm beside the control."""
    for one in (control, treatment):
        if isinstance(one, NoAnswer):
            return _unanswered(arm, one.reason)
    assert isinstance(control, Estimate)
    assert isinstance(treatment, Estimate)
    absolute = contrast(control, treatment, "absolute")
    if isinstance(absolute, NoAnswer):
        return _unanswered(arm, absolute.reason)
    relative = contrast(control, treatment, "relative") if control.value > 0 else NoAnswer(reason="zero_control")
    usable = relative if isinstance(relative, Contrast) else None
    decisive = usable or absolute
    believed = posterior(decisive, _prior(spec, decisive, control), spec.alpha) if spec.method == "bayesian" else None
    judged = _conclude(spec, decisive, control, days)
    return Compared(
        arm=arm,
        relative=None if usable is None else judged,
        absolute=judged if usable is None else _conclude(spec, absolute, control, days),
        decisive=decisive.scale,
        adjusted_p=None if believed else judged.p_value,
        posterior=believed,
        reason="" if usable else "zero_control",
        verdict=_verdict(metric, judged, judged.p_value, spec.alpha),
    )


def _unanswered(arm: str, reason: Reason) -> Compared:
    return Compared(
        arm=arm, relative=None, absolute=None, decisive="absolute", adjusted_p=None, posterior=None, reason=reason, verdict="no_answer"
    )


def _prior(spec: TrialSpec, found: Contrast, control: Estimate) -> Prior:
    """The prior is said of relative effects; of absolute ones it is as wide in terms of the control, or flat where that is 0."""
    if found.scale == "relative":
        return Prior(deviation=spec.prior_deviation)
    return Prior(deviation=spec.prior_deviation * abs(control.value) if control.value else float("inf"))


def _conclude(spec: TrialSpec, found: Contrast, control: Estimate, days: float) -> Conclusion:
    if spec.method == "sequential":
        return always_valid(found, spec.alpha, spec.tuned_for)
    if spec.method == "planned":
        # Results of a whole day are the same however often they are looked at: one look a day, the last on the last planned one.
        looks = boundaries([day / spec.planned_days for day in range(1, spec.planned_days + 1)], spec.alpha)
        return at_look(found, looks[min(max(int(days), 1), spec.planned_days) - 1], spec.alpha)
    if spec.method == "bayesian":
        one = posterior(found, _prior(spec, found, control), spec.alpha)
        return Conclusion(value=one.value, low=one.low, high=one.high, p_value=2 * min(one.better, 1 - one.better), alpha=spec.alpha)
    return welch(found, spec.alpha)


def _verdict(metric: TrialMetric, judged: Conclusion, p_value: float, alpha: float) -> Verdict:
    if p_value > alpha:
        return "open"
    return "better" if (judged.value > 0) == (metric.better == "up") else "worse"


def correct(spec: TrialSpec, results: Sequence[MetricResult]) -> list[MetricResult]:
    """p-values corrected: those of the primary metric among the arms, those of all secondary metrics among themselves.

    Guardrails are not corrected: there it is worse to overlook harm than to look twice. A posterior needs no correction by this rule.
    """
    if spec.correction == "none" or spec.method == "bayesian":
        return list(results)
    adjusted: dict[tuple[str, str], float] = {}
    for role in ("primary", "secondary"):
        mine = [(one.metric.key, each.arm, each.adjusted_p) for one in results if one.metric.role == role for each in one.compared]
        known = [(metric, arm, p) for metric, arm, p in mine if p is not None]
        rule = holm if spec.correction == "holm" else benjamini_hochberg
        adjusted |= {(metric, arm): p for (metric, arm, _), p in zip(known, rule([p for _, _, p in known]), strict=True)}
    return [replace(one, compared=[_corrected(spec, one.metric, each, adjusted) for each in one.compared]) for one in results]


def _corrected(spec: TrialSpec, metric: TrialMetric, one: Compared, adjusted: Mapping[tuple[str, str], float]) -> Compared:
    p_value = adjusted.get((metric.key, one.arm))
    judged = one.relative or one.absolute
    if p_value is None or judged is None:
        return one
    return replace(one, adjusted_p=p_value, verdict=_verdict(metric, judged, p_value, spec.alpha))
