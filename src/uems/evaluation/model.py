"""What is said of an action that was taken on people: whom it was for, what it changed, what it cost, and what to do about it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

ActionKind: TypeAlias = Literal["flow", "campaign", "sending", "change", "coupon", "slot", "programme", "everything"]
"""sending: messages that another tool sent, known by events of the role "sent" alone. change, coupon, slot: an arm of an experiment,
by what shared people out; its key is that of the experiment, ":" and the arm. programme, everything: what holdouts are about."""
TRIED: Final[frozenset[ActionKind]] = frozenset({"change", "coupon", "slot"})
"""These are arms of experiments."""
SUMMARIES: Final = frozenset({"programme", "everything"})
"""These hold other actions; adding them up counts twice."""
Evidence: TypeAlias = Literal["holdout", "difference"]
"""holdout: people drawn by lot were left out. difference: those who were not reached, by how both changed; weaker."""
Measure: TypeAlias = Literal["conversion", "revenue", "retained", "unsubscribed", "complained", "nps"]
"""nps: of those who answered within the horizon, by their last answer: 100 for a 9 or 10, -100 for 0 to 6, else 0."""
Proposal: TypeAlias = Literal["scale", "keep", "fix", "retire", "wait"]
Cause: TypeAlias = Literal[
    "pays", "loses", "unproven_gain", "unproven_loss", "harms_health", "too_young", "too_few", "nobody_held_out", "uneven_before",
    "weak_gain", "weak_loss", "no_variance", "many_tried",
]  # fmt: skip
HORIZONS: Final = (7, 30, 60, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that was done to people. state: of a flow or campaign as its room says; "" for what other tools did."""

    kind: ActionKind
    key: str
    name: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """Two groups of people, each once, sorted. since_ms: from when on they are watched. treated: whom the action was for.

    both: people who were in both groups at different times, who are in neither. Shape (n,).
    """

    person: npt.NDArray[np.uint64]
    since_ms: npt.NDArray[np.int64]
    treated: npt.NDArray[np.bool_]
    evidence: Evidence
    both: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One measure. treated, control: a person's mean. difference: of the means, adjusted for the time before, with its interval of 95 %.

    total: over everybody treated who is counted. reason: why there is no difference, where there is none. worse: more of it is bad.
    error, degrees: of the difference, its standard error and Welch's degrees of freedom.
    """

    measure: Measure
    treated: float | None
    control: float | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    reason: str = ""
    people: int = 0
    error: float | None = None
    degrees: float | None = None

    @property
    def worse(self) -> bool:
        return self.measure in ("unsubscribed", "complained")

    def total(self, of: Literal["difference", "low", "high"]) -> float | None:
        """Over everybody treated who is counted."""
        value: float | None = getattr(self, of)
        return None if value is None else value * self.people


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A value with its interval of 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What an action came to over ``horizon_days`` after it began for each person.

    treated, control: people watched that long. waiting: those who are not yet. cost_minor: for those counted. net_minor: margin won
    less cost. roi: net over cost; None where it cost nothing. placebo: p-value of the same comparison made before the action.
    proposal with its causes, the weightiest first. harmful: health got worse for certain. p_value: of a net return that is not 0;
    q_value: the same, corrected for all the actions that were judged beside it. discount_minor: taken off what those treated bought
    within the horizon, and wasted_minor: as much of it as went to people who would have bought anyway; both are out of revenue already.
    """

    action: Action
    evidence: Evidence
    horizon_days: int
    treated: int
    control: int
    waiting: int
    both: int
    effects: Sequence[Effect]
    cost_minor: int
    net_minor: Span | None
    roi: Span | None
    placebo: float | None
    proposal: Proposal
    causes: Sequence[Cause]
    first_at: datetime | None
    p_value: float | None = None
    q_value: float | None = None
    discount_minor: int = 0
    wasted_minor: int | None = None

    @property
    def harmful(self) -> bool:
        return "harms_health" in self.causes

    def effect(self, measure: Measure) -> Effect | None:
        return next((one for one in self.effects if one.measure == measure), None)

    @property
    def gained_minor(self) -> Span | None:
        """Revenue that it changed, over everybody treated who is counted."""
        revenue = self.effect("revenue")
        if revenue is None or revenue.difference is None or revenue.low is None or revenue.high is None:
            return None
        value, low, high = (one * revenue.people for one in (revenue.difference, revenue.low, revenue.high))
        return Span(value=value, low=low, high=high)
