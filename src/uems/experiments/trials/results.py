"""What did an experiment show, and may it be believed? Who was in which arm, every metric, and one verdict.

What makes results untrue is said first: arms that are not as large as they should be, people seen in several arms, weights that were
changed, looks that were not planned, and an end before its time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from uems.experiments.exposures import EVENTS, Exposures
from uems.experiments.statistics.mismatch import THRESHOLD, Mismatch, Slice, mismatch, where
from uems.experiments.statistics.multiple import holm
from uems.experiments.trials.definitions import Experiment, ExperimentVersion, versions_of
from uems.experiments.trials.judging import MetricResult, Reason, correct, judge_metric
from uems.experiments.trials.spec import TrialSpec
from uems.experiments.trials.sums import Asking, Tally, World, take_all
from uems.journeys import api as journeys
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.profiles import api as profiles

TRAITS: Final[Mapping[str, journeys.Dimension]] = {name: journeys.Dimension(column=name) for name in ("device", "os", "country", "channel")}
"""What is known of the first exposure by which an effect may differ."""
PLATFORM: Final = "device"
FEW: Final = 100
"""People of an arm below whom the normal approximation is not to be relied on."""
Code = Literal["nobody", "mismatch", "no_answer", "early", "guardrail", "better", "worse", "open", "no_difference"]


Warned = Literal["several_arms", "strange_arms", "weights_changed", "stopped_early", "peeking", "empty_arm", "few_people"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialNotice:
    """What has to be known beside the numbers. count: people, or days; arm: whom it concerns; at: when."""

    code: Warned
    count: int = 0
    arm: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialVerdict:
    """One answer. arm: of whom it is said. metric: the guardrail that got worse. effect: relative, of the primary metric."""

    code: Code
    arm: str = ""
    metric: str = ""
    effect: float | None = None
    reason: Reason = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """until: what happened before it counts. days: since the start. people: by arm. slices: dimension → values, the least likely first."""

    until: datetime
    days: float
    people: Mapping[str, int]
    several_arms: int
    strange_arms: int
    mismatch: Mismatch
    slices: Mapping[str, Sequence[Slice]]
    metrics: Sequence[MetricResult]
    notices: Sequence[TrialNotice]
    verdict: TrialVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time in which the arms had these weights."""

    since: datetime
    weights: Mapping[str, float] = field(default_factory=dict)


def results_of(house: House, scope: Scope, trial: Experiment, now: datetime) -> Results:
    """Raises ``trial_not_started`` (409), and what ``Warehouse.query`` raises."""
    world = world_of(house, scope, trial, now)
    spec, until = trial.spec, world.exposures.end
    stretches = _stretches(trial, versions_of(house.store, scope, trial), until)
    days = (until - world.exposures.start) / timedelta(days=1)
    counted, taken = take_all(world, [Asking(metric=metric, until=until) for metric in spec.metrics])
    people = {key: counted.arms.get(place, 0) for place, key in enumerate(spec.arm_keys)}
    judged = correct(spec, [judge_metric(spec, metric, one, days, people) for metric, one in zip(spec.metrics, taken, strict=True)])
    even, slices = _evenness(spec, counted, stretches)
    return Results(
        until=until,
        days=days,
        people=people,
        several_arms=counted.apart,
        strange_arms=counted.strange,
        mismatch=even,
        slices=slices,
        metrics=judged,
        notices=_notices(trial, counted, people, stretches, days),
        verdict=_verdict(trial, even, judged, people, days),
    )


def world_of(house: House, scope: Scope, trial: Experiment, now: datetime, group: str | None = None) -> World:
    """Where the sums of an experiment are taken. group: a trait by which people are parted, besides by changes of the weights."""
    if trial.started_at is None:
        raise UemsError(
            "trial_not_started", f"{trial.key} has not been started; start it, then results appear as people are exposed.", status=409
        )
    end = min(trial.stopped_at or now, now)
    # Of a start at this very instant nothing can be known; a period must not be empty.
    end = max(end, trial.started_at + timedelta(milliseconds=1))
    spec = trial.spec
    exposures = Exposures(
        experiment_id=spec.exposure.experiment_id or trial.key,
        arms=spec.arm_keys,
        start=trial.started_at,
        end=end,
        events=spec.exposure.events,
        id_property=spec.exposure.id_property,
        arm_property=spec.exposure.arm_property,
        traits={group: TRAITS[group]} if group else {PLATFORM: TRAITS[PLATFORM]},
    )
    cuts = [one.since for one in _stretches(trial, versions_of(house.store, scope, trial), end)[1:]]
    return World(
        house=house,
        scope=scope,
        now=now,
        exposures=exposures,
        before_days=spec.before_days,
        not_theirs=not_theirs(house, scope),
        group=group,
        cuts=cuts,
    )


def not_theirs(house: House, scope: Scope) -> list[str]:
    """Events that people do not do themselves: what is sent to them, and what the system writes of exposures."""
    return sorted({*profiles.roles_of(house.store, scope).events("sent"), EVENTS[1]})


def _stretches(trial: Experiment, versions: Sequence[ExperimentVersion], until: datetime) -> list[Stretch]:
    """The weights over time, from the start on."""
    assert trial.started_at is not None
    found: list[Stretch] = []
    for one in sorted(versions, key=lambda each: each.version):
        if one.at > until:
            break
        if one.at <= trial.started_at or not found:
            found = [Stretch(since=trial.started_at, weights=one.spec.weights)]
        elif one.spec.weights != found[-1].weights:
            found.append(Stretch(since=one.at, weights=one.spec.weights))
    return found


def _evenness(spec: TrialSpec, counted: Tally, stretches: Sequence[Stretch]) -> tuple[Mismatch, dict[str, Sequence[Slice]]]:
    """Whether the arms are as large as their weights say, and where not. With changed weights, each stretch by its own."""
    keys = spec.arm_keys
    if len(stretches) == 1:
        weights = stretches[0].weights
        whole = mismatch({key: counted.arms.get(place, 0) for place, key in enumerate(keys)}, weights)
        by = {"day": counted.days, PLATFORM: counted.traits.get(PLATFORM, {})}
        return whole, {name: where(_sliced(keys, found), weights) for name, found in by.items()}
    parts = _sliced(keys, counted.cuts)
    found = [(str(n), mismatch(parts.get(str(n), {}), one.weights)) for n, one in enumerate(stretches)]
    sure = holm([one.p_value for _, one in found])
    expected = {key: sum(one.expected[key] for _, one in found) for key in keys}
    counts = {key: sum(one.counts[key] for _, one in found) for key in keys}
    whole = Mismatch(counts=counts, expected=expected, p_value=min(sure))
    slices = [
        Slice(value=name, counts=one.counts, p_value=one.p_value, adjusted_p=p, rest_p=1.0, explains=p < THRESHOLD)
        for (name, one), p in zip(found, sure, strict=True)
    ]
    return whole, {"stretch": slices}


def _sliced(keys: Sequence[str], counts: Mapping[tuple[str, int], int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (value, arm), people in sorted(counts.items()):
        found.setdefault(value, dict.fromkeys(keys, 0))[keys[arm]] = people
    return found


def _notices(trial: Experiment, counted: Tally, people: Mapping[str, int], stretches: Sequence[Stretch], days: float) -> list[TrialNotice]:
    found = [TrialNotice(code="weights_changed", at=one.since) for one in stretches[1:]]
    if counted.apart:
        found.append(TrialNotice(code="several_arms", count=counted.apart))
    if counted.strange:
        found.append(TrialNotice(code="strange_arms", count=counted.strange))
    if any(people.values()):
        found += [TrialNotice(code="empty_arm", arm=arm) for arm, count in people.items() if not count]
        found += [TrialNotice(code="few_people", arm=arm, count=count) for arm, count in people.items() if 0 < count < FEW]
    if trial.stopped_at is not None and days < trial.spec.planned_days:
        found.append(TrialNotice(code="stopped_early", count=int(days)))
    if trial.state == "running" and trial.spec.method == "once" and days < trial.spec.planned_days:
        found.append(TrialNotice(code="peeking", count=int(days)))
    return found


def _verdict(trial: Experiment, even: Mismatch, judged: Sequence[MetricResult], people: Mapping[str, int], days: float) -> TrialVerdict:
    """The first of these that holds."""
    if not any(people.values()):
        return TrialVerdict(code="nobody")
    if even.found:
        return TrialVerdict(code="mismatch")
    primary = next(one for one in judged if one.metric.role == "primary")
    compared = [(one, one.relative or one.absolute) for one in primary.compared]
    known = [(one, judged_by) for one, judged_by in compared if judged_by is not None]
    if not known:
        return TrialVerdict(code="no_answer", reason=primary.compared[0].reason)
    if trial.spec.method == "once" and trial.state == "running" and days < trial.spec.planned_days:
        return TrialVerdict(code="early")
    sign = 1 if primary.metric.better == "up" else -1
    winners = [(one, by) for one, by in known if one.verdict == "better"]
    if winners:
        one, by = max(winners, key=lambda pair: sign * pair[1].value)
        effect = by.value if one.relative else None
        hurt = next(
            (m for m in judged if m.metric.role == "guardrail" for c in m.compared if c.arm == one.arm and c.verdict == "worse"), None
        )
        if hurt is not None:
            return TrialVerdict(code="guardrail", arm=one.arm, metric=hurt.metric.key, effect=effect)
        return TrialVerdict(code="better", arm=one.arm, effect=effect)
    worse = [(one, by) for one, by in known if one.verdict == "worse"]
    if len(worse) == len(known):
        one, by = min(worse, key=lambda pair: sign * pair[1].value)
        return TrialVerdict(code="worse", arm=one.arm, effect=by.value if one.relative else None)
    over = trial.state != "running" or days >= trial.spec.planned_days
    return TrialVerdict(code="no_difference" if over else "open")
