"""What is a metric's value, over which days, and why is there none where there is none?"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from uems.journeys import api as journeys

Unit: TypeAlias = Literal["day", "week", "month"]
Measured: TypeAlias = Literal["people", "count", "share", "ratio", "money", "seconds", "score"]
"""money: minor units of the workspace's currency. share: 0 to 1."""
Good: TypeAlias = Literal["up", "down"]
Horizon: TypeAlias = Literal["short", "long"]
Whom: TypeAlias = Literal["new", "active", "buyers", "strong"]
"""Of whom a metric is made: those first seen in its days, those who did something, or those who bought; or those with a strong tie."""
Column: TypeAlias = Literal["value", "numerator", "denominator", "target"]
ReasonCode: TypeAlias = Literal[
    "missing_role", "nobody", "not_ripe", "future", "no_spend", "no_forecast", "no_surveys", "no_feature", "not_by_dimension",
    "not_by_segment", "no_value", "failed", "no_ties", "only_latest",
]  # fmt: skip

EVER: Final = date(1970, 1, 1)
LOOK_BACK: Final = 29
"""Days before the period that a metric may look at: a month is thirty days."""
LOOK_AHEAD: Final = 30
"""Days after the period: the return on the thirtieth day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why there is no value. subjects: the roles that are missing, the metric that has no value, or what else it is about."""

    code: ReasonCode
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One number. numerator, denominator: of what it is a quotient, or the number itself over None."""

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    reason: Reason | None = None


def number(value: float) -> Value:
    """A value that is no quotient."""
    return Value(value=value, numerator=value)


def nothing(code: ReasonCode, *subjects: str) -> Value:
    return Value(value=None, reason=Reason(code=code, subjects=subjects))


def quotient(numerator: float, denominator: float, empty: ReasonCode = "nobody") -> Value:
    """``numerator`` by ``denominator``; of nothing there is no value, and ``empty`` says why."""
    if not denominator:
        return Value(value=None, numerator=numerator, denominator=denominator, reason=Reason(code=empty))
    return Value(value=numerator / denominator, numerator=numerator, denominator=denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Business days, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The period that is asked for, cut into buckets. At its ends a bucket holds only days of the period."""

    first: date
    last: date
    unit: Unit
    today: date

    @property
    def names(self) -> list[date]:
        """The first day of each bucket, also where the period begins within it."""
        return journeys.buckets(self.first, self.last, self.unit)

    @property
    def windows(self) -> list[Window]:
        """The whole period, then bucket by bucket."""
        cut = [Window(first=max(name, self.first), last=min(journeys.last_day_of(name, self.unit), self.last)) for name in self.names]
        return [Window(first=self.first, last=self.last), *cut]

    @property
    def base(self) -> Window:
        """All days that a metric may look at: of the past and of today only."""
        first = max(EVER, self.first - timedelta(days=LOOK_BACK)) if (self.first - EVER).days > LOOK_BACK else EVER
        return Window(first=first, last=min(self.last + timedelta(days=LOOK_AHEAD), self.today))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One part of a breakdown: a value of a dimension ("" for none), all others together, or a segment by its key."""

    value: str | None = None
    other: bool = False
    segment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How the numbers are broken down. words: the values of the dimension with a group of their own. members: segment by segment."""

    groups: tuple[Group, ...]
    dimension: journeys.Dimension | None = None
    words: tuple[str, ...] = ()
    segment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What a channel cost on a day, in minor units of the workspace's currency."""

    day: date
    channel: str
    amount_minor: int
