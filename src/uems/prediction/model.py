"""What are the things of this room? What a model foretells, the rule it must beat, its versions, and the work on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from uems.kernel.filters import Node
from uems.prediction.features import Feature

RuleKind: TypeAlias = Literal["recency", "frequency", "rhythm", "condition", "tag"]
RULES: Final[tuple[RuleKind, ...]] = get_args(RuleKind)
Algorithm: TypeAlias = Literal["logistic", "boosting"]
VersionState: TypeAlias = Literal["refused", "candidate", "promoted", "retired"]
RunKind: TypeAlias = Literal["train", "score", "value", "need", "survival", "uplift"]
RunState: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]
LIVE: Final[tuple[RunState, ...]] = ("queued", "running")

MIN_DAYS: Final = 1
MAX_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``condition`` holds for what the person does in the ``days`` after a cut, and for nothing before or after them."""

    condition: Node
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """People picked by hand or by a condition, as they are now. against: who is surely not like them; None is everybody else.

    as_of: features are those of the start of this day, so that what followed from being picked is not seen; None is today.
    """

    who: Node
    against: Node | None = None
    as_of: date | None = None


Target: TypeAlias = Outcome | Seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The naive judgement that a model replaces and must beat.

    recency: days since the last event. frequency: events in 90 days. rhythm: how likely the person's own
    usual gaps make a silence as long as the window. condition: whoever fulfils ``condition``.
    tag: the higher a tag that a rule computes, as it would have been at the cut.
    """

    kind: RuleKind
    condition: Node | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What is foretold, of whom, and against which rule. among: of whom it is asked at all; None is everybody with an event.

    fallback: until a version is promoted, the rule itself writes the tag. auto_promote: a version that beats the rule, and the
    version in use, is put to use at once. retrain_days: how old a version may grow.
    """

    label_zh: str
    label_en: str
    target: Target
    among: Node | None
    rule: Rule
    fallback: bool
    auto_promote: bool
    retrain_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """key: its name, and that of the tag it writes. version: the one in use; None is the rule, or nothing. definition: ``Spec`` as JSON."""

    workspace_id: int
    key: str
    definition: Mapping[str, Any]
    version: int | None
    template: str | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    train_at: datetime | None
    score_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One training. backtest: as ``backtest.Backtest`` tells it; verdict: whether it beats the rule, in numbers.

    definition: what it was trained for. vocabulary: the events, devices and values its features name. baseline: how features
    and scores were spread in training, for drift. forced: why it was promoted although it does not beat the rule.
    """

    workspace_id: int
    key: str
    version: int
    state: VersionState
    algorithm: Algorithm
    definition: Mapping[str, Any]
    vocabulary: Mapping[str, Any]
    features: tuple[Feature, ...]
    backtest: Mapping[str, Any]
    baseline: Mapping[str, Any]
    sha256: str
    rows: int
    seconds: float
    trained_at: datetime
    promoted_at: datetime | None
    promoted_by: str | None
    forced: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A training, a scoring, or the making of a forecast, whose key is then in place of a model's.

    step, progress: what is being done and how much of the whole is done (0 to 1). result: its numbers.
    """

    run_id: str
    workspace_id: int
    key: str
    kind: RunKind
    state: RunState
    step: str
    progress: float
    result: Mapping[str, Any] | None
    error: Mapping[str, Any] | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a score is as high or low as it is. effect: what the feature adds to the log-odds, before calibration."""

    feature: str
    value: float | None
    effect: float
    zh: str
    en: str
