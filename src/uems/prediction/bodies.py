"""What does a model look like over HTTP? Its definition, its versions with their backtests, runs, and one person's score."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from uems.kernel.edge import Body, CleanStr, Count, Key, Name
from uems.prediction.model import Algorithm, Model, RuleKind, Run, RunKind, RunState, Version, VersionState
from uems.prediction.scoring import Scored
from uems.prediction.words import label

Condition = dict[str, Any]


class OutcomeBody(Body):
    """``condition`` (a condition on people) holds for what a person does in the ``days`` after a cut."""

    kind: Literal["outcome"]
    condition: Condition
    days: int = Field(ge=1, le=365)


class SeedBody(Body):
    """People picked by a condition such as a list, a segment or a tag. against: who is surely not like them; null is everybody else."""

    kind: Literal["seed"]
    who: Condition
    against: Condition | None = None
    as_of: date | None = None


class RuleBody(Body):
    """The naive judgement that a model must beat."""

    kind: RuleKind
    condition: Condition | None = None
    tag: Key | None = None


class DefinitionBody(Body):
    """What is foretold, of whom, and against which rule."""

    label_zh: Name
    label_en: Name
    target: OutcomeBody | SeedBody = Field(discriminator="kind")
    among: Condition | None = None
    rule: RuleBody = RuleBody(kind="recency")
    fallback: bool = False
    auto_promote: bool = True
    retrain_days: int = Field(30, ge=1, le=365)

    def told(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


class NewModelBody(Body):
    """Either a definition, or a template with its config."""

    key: Key
    definition: DefinitionBody | None = None
    template: Key | None = None
    config: dict[str, Any] = Field(default_factory=dict)


class ChangedModelBody(Body):
    definition: DefinitionBody


class ModelPreviewBody(Body):
    definition: DefinitionBody


class OutlookBody(Body):
    """How many people would be asked about at a cut, and of how many it came true."""

    cut: date
    people: Count
    positives: Count


class OutlookList(Body):
    """needed: people with and without the outcome that training, calibration and judgement each need."""

    items: list[OutlookBody]
    needed: Count


class PromotionBody(Body):
    """reason: why the version is used although it does not beat the rule; not needed for one that does."""

    reason: CleanStr = ""


class NewRunBody(Body):
    kind: Literal["train", "score"]


class TemplateBody(Body):
    key: str
    label_zh: str
    label_en: str
    standard: bool
    config_schema: dict[str, Any]
    sample: dict[str, Any]


class TemplateList(Body):
    items: list[TemplateBody]
    next_cursor: str | None = None


class IntervalBody(Body):
    """An estimate with the 95% interval around it."""

    value: float
    low: float
    high: float


class ModelBody(Body):
    """state: "model" while a version is in use, "rule" while the rule stands in, "none" while nothing is written.

    auc: of the version in use, on the period it was judged on. scored: the numbers of the newest scoring.
    """

    key: str
    definition: dict[str, Any]
    version: int | None
    state: Literal["model", "rule", "none"]
    template: str | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    train_at: datetime | None
    score_at: datetime | None
    auc: IntervalBody | None
    scored: dict[str, Any] | None
    scored_at: datetime | None

    @staticmethod
    def of(model: Model, used: Version | None, scored: Run | None) -> "ModelBody":
        stands_in = bool(model.definition.get("fallback"))
        return ModelBody(
            key=model.key,
            definition=dict(model.definition),
            version=model.version,
            state="model" if model.version is not None else "rule" if stands_in else "none",
            template=model.template,
            created_by=model.created_by,
            created_at=model.created_at,
            updated_at=model.updated_at,
            train_at=model.train_at,
            score_at=model.score_at,
            auc=IntervalBody(**used.backtest["auc"]) if used else None,
            scored=dict(scored.result or {}) if scored else None,
            scored_at=scored.finished_at if scored else None,
        )


class ModelList(Body):
    items: list[ModelBody]
    next_cursor: str | None = None


class FeatureBody(Body):
    key: str
    label_zh: str
    label_en: str


class ReachBody(Body):
    """What choosing the ``percent`` of the highest finds. found: share of all with the outcome; lift: precision against chance."""

    percent: float
    people: Count
    found: float
    precision: float
    lift: float


class LiftBody(Body):
    model: ReachBody
    rule: ReachBody


class GroupBody(Body):
    people: Count
    predicted: float
    observed: float


class FoldBody(Body):
    """One held-out period (or part of the people): how the model and the rule did on it."""

    name: str
    rows: Count
    base_rate: float
    predicted: float
    auc: float
    rule_auc: float
    brier: float
    rule_brier: float
    algorithm: Algorithm


class ImportanceBody(Body):
    feature: str
    label_zh: str
    label_en: str
    share: float


class ExpansionBody(Body):
    """Taking so many more people like the seed. found: share of the held-out seed above ``score``; alike: least precision."""

    percent: float
    people: Count
    score: float
    found: float
    lift: float
    alike: float


class BacktestBody(Body):
    """How the model did on what it had not seen, beside the rule. brier.nothing: of saying the same of everybody."""

    kind: Literal["time", "person"]
    cuts: list[date]
    rows: Count
    positives: Count
    base_rate: float
    auc: IntervalBody
    rule_auc: IntervalBody
    auc_gain: IntervalBody
    average_precision: dict[str, float]
    brier: dict[str, float]
    calibration: list[GroupBody]
    lift: list[LiftBody]
    folds: list[FoldBody]
    candidates: dict[str, list[float]]
    importance: list[ImportanceBody]
    beats_rule: bool
    expansion: list[ExpansionBody] = Field(default_factory=list)
    in_use: dict[str, Any] | None


class ModelVersionBody(Body):
    """One training. forced: why it was promoted although it does not beat the rule."""

    version: int
    state: VersionState
    algorithm: Algorithm
    definition: dict[str, Any]
    rows: Count
    seconds: float
    sha256: str
    trained_at: datetime
    promoted_at: datetime | None
    promoted_by: str | None
    forced: str | None
    features: list[FeatureBody]
    backtest: BacktestBody

    @staticmethod
    def of(version: Version) -> "ModelVersionBody":
        names = {feature.key: label(feature) for feature in version.features}
        backtest = dict(version.backtest)
        backtest["importance"] = [_important(one, names) for one in backtest["importance"]]
        return ModelVersionBody(
            version=version.version,
            state=version.state,
            algorithm=version.algorithm,
            definition=dict(version.definition),
            rows=version.rows,
            seconds=version.seconds,
            sha256=version.sha256,
            trained_at=version.trained_at,
            promoted_at=version.promoted_at,
            promoted_by=version.promoted_by,
            forced=version.forced,
            features=[FeatureBody(key=key, label_zh=zh, label_en=en) for key, (zh, en) in names.items()],
            backtest=BacktestBody.model_validate(backtest),
        )


def _important(one: Mapping[str, Any], names: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    zh, en = names[one["feature"]]
    return {"feature": one["feature"], "label_zh": zh, "label_en": en, "share": one["share"]}


class ModelVersionList(Body):
    items: list[ModelVersionBody]
    next_cursor: str | None = None


class ModelRunBody(Body):
    """A training or a scoring. progress: how much of the whole is done, 0 to 1."""

    run_id: str
    model: str
    kind: RunKind
    state: RunState
    step: str
    progress: float
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime
    finished_at: datetime | None

    @staticmethod
    def of(run: Run) -> "ModelRunBody":
        told = {name: value for name, value in asdict(run).items() if name not in ("workspace_id", "key")}
        return ModelRunBody(model=run.key, **told)


class ModelReasonBody(Body):
    """effect: what the feature adds to the log-odds, before calibration."""

    feature: str
    value: float | None
    effect: float
    zh: str
    en: str


class ScoreBody(Body):
    """One person's score as of the start of a day. version: null when the rule speaks."""

    person_id: int
    value: float
    version: int | None
    as_of: date
    reasons: list[ModelReasonBody]

    @staticmethod
    def of(scored: Scored) -> "ScoreBody":
        return ScoreBody(**asdict(scored))
