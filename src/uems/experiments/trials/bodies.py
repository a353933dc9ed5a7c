"""What do experiments look like over HTTP?"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from uems.experiments.statistics.mismatch import Slice
from uems.experiments.trials.definitions import Experiment, ExperimentVersion, State
from uems.experiments.trials.sources import TrialSource
from uems.experiments.trials.spec import Method, Source, TrialDecision, TrialDraft, TrialSpec
from uems.kernel.edge import Body, Clean, Count


class TrialSave(TrialDraft):
    """base_version: what the caller edited, 0 for a new experiment; null overwrites whatever stands."""

    base_version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class TrialTurn(Body):
    """state: what it is to become. arm, why: of the decision; arm "" for none."""

    state: Literal["running", "stopped", "decided", "archived"]
    arm: Annotated[str, Field(max_length=60), Clean] = ""
    why: Annotated[str, Field(max_length=5_000), Clean] = ""


class TrialLine(Body):
    """An experiment in a list."""

    key: str
    name: str
    state: State
    version: Count
    source: Source
    method: Method
    arms: Count
    primary: str
    planned_days: Count
    started_at: datetime | None
    stopped_at: datetime | None
    decision: TrialDecision | None
    changed_at: datetime
    changed_by: str

    @staticmethod
    def of(one: Experiment) -> "TrialLine":
        same = ("key", "name", "state", "version", "started_at", "stopped_at", "decision", "changed_at", "changed_by")
        spec = one.spec
        return TrialLine(
            **{name: getattr(one, name) for name in same},
            source=spec.source,
            method=spec.method,
            arms=len(spec.arms),
            primary=spec.primary.name,
            planned_days=spec.planned_days,
        )


class TrialList(Body):
    items: list[TrialLine]


class TrialPast(Body):
    """How an experiment was designed since ``at``."""

    version: Count
    spec: TrialSpec
    at: datetime
    by: str


class TrialWhole(TrialLine):
    """versions: the latest first."""

    spec: TrialSpec
    versions: list[TrialPast]

    @staticmethod
    def whole(one: Experiment, versions: list[ExperimentVersion]) -> "TrialWhole":
        past = [TrialPast(version=each.version, spec=each.spec, at=each.at, by=each.by) for each in versions]
        return TrialWhole(**TrialLine.of(one).model_dump(), spec=one.spec, versions=past)


class TrialMetricKind(Body):
    """A kind of metric. schema_of: the JSON schema of its config; sample: one that fits."""

    key: str
    label_zh: str
    label_en: str
    unit: str
    schema_of: dict[str, object]
    sample: dict[str, object]


class TrialMetricKinds(Body):
    items: list[TrialMetricKind]


class TrialSourceArm(Body):
    """weight: in percent, so that all of them make 100."""

    key: str
    name: str
    weight: float


class TrialSourceLine(Body):
    """Something that gives exposures under ``experiment_id``. key: of the flag, flow, campaign or scene that it belongs to."""

    source: Source
    experiment_id: str
    key: str
    name: str
    arms: list[TrialSourceArm]

    @staticmethod
    def of(one: TrialSource) -> "TrialSourceLine":
        total = sum(arm.weight for arm in one.arms)
        shares = [round(100 * arm.weight / total, 2) for arm in one.arms]
        # What rounding leaves over goes to the first, since a design wants 100 in all.
        shares[0] = round(shares[0] + 100 - sum(shares), 2)
        arms = [TrialSourceArm(key=arm.key, name=arm.name, weight=share) for arm, share in zip(one.arms, shares, strict=True)]
        return TrialSourceLine(source=one.source, experiment_id=one.experiment_id, key=one.key, name=one.name, arms=arms)


class TrialSourceList(Body):
    items: list[TrialSourceLine]


class TrialSlice(Body):
    """One value of a dimension. p: that it is this uneven by chance, among all values. explains: alone it is why the whole is uneven."""

    value: str
    counts: dict[str, int]
    p: float
    explains: bool

    @staticmethod
    def of(one: Slice) -> "TrialSlice":
        return TrialSlice(value=one.value, counts=dict(one.counts), p=one.adjusted_p, explains=one.explains)
