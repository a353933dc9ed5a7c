"""What do the plan and the proof of a design look like over HTTP?"""

from typing import Annotated

from pydantic import Field

from uems.experiments.trials.planning import TrialPlan
from uems.experiments.trials.proving import Found, Proof
from uems.experiments.trials.spec import TrialSpec
from uems.journeys import api as journeys
from uems.kernel.edge import Body, Count


class TrialPlanAsk(Body):
    """entry: what will expose people; left out: any event. traffic_percent: how many of them take part."""

    spec: TrialSpec
    entry: journeys.Step = Field(default_factory=journeys.Step)
    traffic_percent: Annotated[float, Field(gt=0, le=100)] = 100.0


class TrialProofAsk(Body):
    """entry: what would have exposed people; left out: any event."""

    spec: TrialSpec
    entry: journeys.Step = Field(default_factory=journeys.Step)


class TrialPlanPoint(Body):
    day: Count
    people: Count
    smallest: float | None
    smallest_without: float | None


class TrialPlanMetric(Body):
    key: str
    value: float | None
    kept: float
    smallest: float | None
    reason: str


class TrialPlanned(Body):
    """days: of history. points: the smallest relative effect that is found after so many days, with and without the covariate."""

    days: Count
    arrivals: list[Count]
    points: list[TrialPlanPoint]
    metrics: list[TrialPlanMetric]
    people_needed: Count | None
    days_needed: Count | None

    @staticmethod
    def of(one: TrialPlan) -> "TrialPlanned":
        points = [TrialPlanPoint(**{name: getattr(each, name) for name in TrialPlanPoint.model_fields}) for each in one.points]
        metrics = [TrialPlanMetric(**{name: getattr(each, name) for name in TrialPlanMetric.model_fields}) for each in one.metrics]
        return TrialPlanned(
            days=one.days,
            arrivals=list(one.arrivals),
            points=points,
            metrics=metrics,
            people_needed=one.people_needed,
            days_needed=one.days_needed,
        )


class TrialFound(Body):
    """In which share of the runs something was found, with its 95% interval."""

    share: float
    low: float
    high: float

    @staticmethod
    def of(one: Found) -> "TrialFound":
        return TrialFound(share=one.share, low=one.low, high=one.high)


class TrialProof(Body):
    """false_alarms: found though there was no effect. power: found when there was. By way: once, once_daily, planned, sequential."""

    people: Count
    days: Count
    runs: Count
    effect: float
    false_alarms: dict[str, TrialFound]
    power: dict[str, TrialFound]

    @staticmethod
    def of(one: Proof) -> "TrialProof":
        return TrialProof(
            people=one.people,
            days=one.days,
            runs=one.runs,
            effect=one.effect,
            false_alarms={way: TrialFound.of(found) for way, found in one.false_alarms.items()},
            power={way: TrialFound.of(found) for way, found in one.power.items()},
        )
