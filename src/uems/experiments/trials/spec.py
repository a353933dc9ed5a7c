"""How is an experiment designed? Its arms, where people enter them, what is measured and how it is judged: written before it starts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from uems.experiments.exposures import EVENTS
from uems.experiments.registry import METRIC_KINDS
from uems.kernel.edge import Body, Clean, Key, Name
from uems.kernel.errors import UemsError, faults
from uems.kernel.sql import Sql, json_path

MAX_ARMS: Final = 10
MAX_METRICS: Final = 30
ShortKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
Source = Literal["flag", "flow", "message", "coupon", "slot", "tag", "other"]
ACT: Final = "act"
IGNORE: Final = "ignore"
"""The arms of a trial of a tag: whoever carries it is treated so, or as though they did not."""


def _property(value: str) -> str:
    try:
        json_path(Sql("properties"), value)
    except UemsError as error:
        raise ValueError(error.message) from error
    return value


PropertyName = Annotated[Key, AfterValidator(_property)]
Role = Literal["primary", "secondary", "guardrail"]
Direction = Literal["up", "down"]
Method = Literal["sequential", "planned", "once", "bayesian"]
"""sequential: always valid. planned: one look a day, O'Brien and Fleming. once: Welch's test at the end. bayesian: chance to be better."""


class TrialArm(Body):
    """key: what exposures call it. weight: the percentage of people that it is to get."""

    key: ShortKey
    name: Name
    weight: Annotated[float, Field(gt=0, le=100)]


class TrialMetric(Body):
    """role: primary decides, guardrails must not get worse, secondary ones explain. better: which direction is good."""

    key: ShortKey
    name: Name
    role: Role = "secondary"
    better: Direction = "up"
    kind: Annotated[str, Field(min_length=1, max_length=40)]
    config: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _config(self) -> "TrialMetric":
        try:
            self.settled()
        except UemsError as error:
            raise ValueError(error.message) from error
        except ValidationError as error:
            found = faults(error.errors(), "config", 3)
            raise ValueError(f"the config of {self.key} does not fit the kind {self.kind}: {found}") from error
        return self

    def settled(self) -> BaseModel:
        """The config in the form of its kind."""
        return METRIC_KINDS.get(self.kind).Config.model_validate(self.config)


class TrialExposure(Body):
    """Which events say that somebody was exposed. experiment_id: as the events call it; "" for the key of the experiment."""

    events: Annotated[list[Key], Field(min_length=1, max_length=5)] = Field(default_factory=lambda: list(EVENTS))
    experiment_id: Annotated[str, Field(max_length=200), Clean] = ""
    id_property: PropertyName = "experiment_id"
    arm_property: PropertyName = "variation_id"


class TrialSpec(Body):
    """smallest_effect: the relative change that is worth finding, 0.05 for 5%. before_days: of the covariate, 0 for none.

    tuned_for: people at which always-valid intervals are narrowest. prior_deviation: of relative effects, for the method bayesian.
    tag: which tag is on trial; "" where the source is none.
    correction: of the p-values of the primary metric among arms, and of secondary metrics among themselves.
    """

    hypothesis: Annotated[str, Field(max_length=5_000), Clean] = ""
    source: Source = "flag"
    tag: Annotated[str, Field(max_length=200), Clean] = ""
    exposure: TrialExposure = Field(default_factory=TrialExposure)
    arms: Annotated[list[TrialArm], Field(min_length=2, max_length=MAX_ARMS)]
    control: ShortKey
    metrics: Annotated[list[TrialMetric], Field(min_length=1, max_length=MAX_METRICS)]
    method: Method = "sequential"
    alpha: Annotated[float, Field(ge=0.001, le=0.2)] = 0.05
    power: Annotated[float, Field(ge=0.5, le=0.99)] = 0.8
    smallest_effect: Annotated[float, Field(ge=0.001, le=10)] = 0.05
    planned_days: Annotated[int, Field(strict=True, ge=1, le=180)] = 28
    before_days: Annotated[int, Field(strict=True, ge=0, le=90)] = 28
    correction: Literal["none", "holm", "benjamini_hochberg"] = "holm"
    tuned_for: Annotated[int, Field(strict=True, ge=100, le=100_000_000)] = 5_000
    prior_deviation: Annotated[float, Field(ge=0.001, le=100)] = 0.3

    @model_validator(mode="after")
    def _whole(self) -> "TrialSpec":
        arms, metrics = [arm.key for arm in self.arms], [metric.key for metric in self.metrics]
        for what, keys in (("arms", arms), ("metrics", metrics)):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise ValueError(f"{what} have the key {', '.join(twice)} twice; give each its own")
        if self.control not in arms:
            raise ValueError(f"control is {self.control!r}; must be one of the arms: {', '.join(arms)}")
        total = sum(arm.weight for arm in self.arms)
        if abs(total - 100) > 0.01:
            raise ValueError(f"the weights of the arms add up to {total:g}; must add up to 100. Change one of them by {100 - total:g}")
        primary = [metric.key for metric in self.metrics if metric.role == "primary"]
        if len(primary) != 1:
            raise ValueError(f"{len(primary)} metrics are primary; exactly one must be, since one number has to decide")
        self._check_tag(arms)
        return self

    def _check_tag(self, arms: Sequence[str]) -> None:
        if (self.source == "tag") != bool(self.tag):
            raise ValueError(f"source is {self.source} and tag is {self.tag!r}; name the tag when, and only when, the source is tag")
        if not self.tag:
            return
        if sorted(arms) != [ACT, IGNORE]:
            raise ValueError(f"the arms are {', '.join(arms)}; a tag is tried with the arms {ACT} and {IGNORE}")
        if self.exposure != TrialExposure():
            raise ValueError("the exposures of a tag on trial are told by the server under the experiment's own key; leave exposure out")

    @property
    def primary(self) -> TrialMetric:
        return next(metric for metric in self.metrics if metric.role == "primary")

    @property
    def arm_keys(self) -> list[str]:
        return [arm.key for arm in self.arms]

    @property
    def weights(self) -> dict[str, float]:
        return {arm.key: arm.weight for arm in self.arms}


class TrialDraft(Body):
    """What somebody wants an experiment to be."""

    name: Name
    spec: TrialSpec


class TrialDecision(Body):
    """What was decided. arm: the one that everybody gets from now on; "" for none of them."""

    arm: Annotated[str, Field(max_length=60), Clean] = ""
    why: Annotated[str, Field(min_length=1, max_length=5_000), Clean]
    by: str = ""
    at: datetime | None = None
