"""What do metrics look like over HTTP?"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import Field

from uems.journeys import api as journeys
from uems.kernel.edge import Body, CleanStr, Cursor, Key, Limit, Name
from uems.kpis.goals import Goal
from uems.kpis.measuring import Answer, Compared, Part, Point, Question
from uems.kpis.model import Column, Good, Group, Horizon, Measured, Reason, Spend, Unit, Value, Whom
from uems.kpis.reasons import say
from uems.kpis.registry import Metric
from uems.kpis.spending import SpendTold

_SAMPLE: Final = 20
_CHANNELS: Final = 100


class MetricBody(Body):
    """A metric, with its formula in words. custom: made in this workspace. setup: its parameters as they are set up."""

    key: str
    label_zh: str
    label_en: str
    formula_zh: str
    formula_en: str
    unit: Measured
    good: Good
    horizon: Horizon
    needs: list[str]
    missing: list[str]
    ripens_days: int
    custom: bool
    config_schema: dict[str, Any]
    setup: dict[str, Any]

    @staticmethod
    def of(metric: Metric, missing: tuple[str, ...], setup: dict[str, Any], *, custom: bool = False) -> "MetricBody":
        return MetricBody(
            key=metric.key,
            label_zh=metric.label_zh,
            label_en=metric.label_en,
            formula_zh=metric.formula.zh,
            formula_en=metric.formula.en,
            unit=metric.unit,
            good=metric.good,
            horizon=metric.horizon,
            needs=list(metric.needs),
            missing=list(missing),
            ripens_days=metric.ripens_days,
            custom=custom,
            config_schema=metric.Config.model_json_schema(),
            setup=setup,
        )


class MetricList(Body):
    items: list[MetricBody]


class KpiReason(Body):
    """Why there is no number, and what to do about it."""

    code: str
    subjects: list[str]
    zh: str
    en: str

    @staticmethod
    def of(reason: Reason) -> "KpiReason":
        words = say(reason)
        return KpiReason(code=reason.code, subjects=list(reason.subjects), zh=words.zh, en=words.en)


class KpiValue(Body):
    """A number, or why there is none. numerator, denominator: of what it is a quotient."""

    value: float | None
    numerator: float | None
    denominator: float | None
    reason: KpiReason | None

    @staticmethod
    def of(one: Value) -> "KpiValue":
        return KpiValue(
            value=one.value,
            numerator=one.numerator,
            denominator=one.denominator,
            reason=None if one.reason is None else KpiReason.of(one.reason),
        )


class KpiPoint(Body):
    """A bucket, named by its first day; at the ends of the period only days of the period count in it."""

    bucket: date
    first_day: date
    last_day: date
    value: KpiValue
    complete: bool
    target: float | None

    @staticmethod
    def of(one: Point) -> "KpiPoint":
        return KpiPoint(
            bucket=one.bucket,
            first_day=one.window.first,
            last_day=one.window.last,
            value=KpiValue.of(one.value),
            complete=one.complete,
            target=one.target,
        )


class KpiCompared(Body):
    """An earlier period; change: how much more it is now, as a share of the earlier value."""

    first_day: date
    last_day: date
    value: KpiValue
    change: float | None

    @staticmethod
    def of(one: Compared) -> "KpiCompared":
        return KpiCompared(first_day=one.window.first, last_day=one.window.last, value=KpiValue.of(one.value), change=one.change)


class KpiGroup(Body):
    """A group of a breakdown: a value ("" for none), all others, or a segment by its key."""

    value: str | None
    other: bool
    segment: str | None

    @staticmethod
    def of(one: Group) -> "KpiGroup":
        return KpiGroup(value=one.value, other=one.other, segment=one.segment)


class KpiPart(Body):
    """One group with its values."""

    group: KpiGroup
    value: KpiValue
    points: list[KpiPoint]

    @staticmethod
    def of(one: Part) -> "KpiPart":
        return KpiPart(group=KpiGroup.of(one.group), value=KpiValue.of(one.value), points=[KpiPoint.of(p) for p in one.points])


class KpiPeriod(Body):
    """Business days, both included; last_day left out: today. last_days: so many days, in place of first_day; left out: 30."""

    first_day: date | None = None
    last_day: date | None = None
    last_days: Annotated[int, Field(strict=True, ge=1, le=journeys.MAX_DAYS)] | None = None
    unit: Unit = "day"
    compare: bool = True


class KpiQuestion(KpiPeriod):
    """config: parameters of the metric; left out: as it is set up. dimension or segments: how to break it down."""

    config: dict[str, Any] | None = None
    dimension: journeys.Dimension | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=20)] = 5
    segments: Annotated[tuple[Key, ...], Field(max_length=10)] = ()

    def of_metric(self, metric: str) -> Question:
        return Question(
            metric=metric,
            first=self.first_day,
            last=self.last_day,
            last_days=self.last_days,
            unit=self.unit,
            config=self.config,
            dimension=self.dimension,
            limit=self.limit,
            segments=self.segments,
            compare=self.compare,
        )


class KpiPeopleQuestion(KpiQuestion):
    """Whose people: those of the whole period, or of one group of the breakdown, as the answer names it."""

    group: KpiGroup | None = None
    cursor: Cursor | None = None
    page: Limit = Field(50, description="How many people at once.")

    def of_group(self) -> Group | None:
        return None if self.group is None else Group(value=self.group.value, other=self.group.other, segment=self.group.segment)


class KpiBoardQuestion(KpiPeriod):
    """metrics: by their keys; left out: all."""

    metrics: Annotated[list[Key], Field(max_length=100)] | None = None


class KpiGoal(Body):
    """The target of the day, week or month in which the period ends, and its value so far, up to ``through``."""

    unit: Unit
    bucket: date
    last_day: date
    through: date
    target: float
    value: KpiValue
    complete: bool

    @staticmethod
    def of(one: Goal) -> "KpiGoal":
        return KpiGoal(
            unit=one.unit,
            bucket=one.bucket,
            last_day=one.last,
            through=one.through,
            target=one.target,
            value=KpiValue.of(one.value),
            complete=one.complete,
        )


class KpiAnswer(Body):
    """The values of a metric. guessed: roles that they rest on and nobody has confirmed. watermark: what arrived up to then counts.

    whom: of whom it is made; null where no list of people is behind it. back_days: so many days up to the last count in place of those
    of the period; 0 for those. money: which of the numbers are minor units of ``currency``.
    """

    metric: str
    unit: Measured
    whom: Whom | None
    back_days: int
    money: list[Column]
    good: Good
    horizon: Horizon
    first_day: date
    last_day: date
    bucket_unit: Unit
    zone: str
    currency: str
    config: dict[str, Any]
    value: KpiValue
    complete: bool
    target: float | None
    goal: KpiGoal | None
    previous: KpiCompared | None
    last_year: KpiCompared | None
    points: list[KpiPoint]
    parts: list[KpiPart]
    guessed: list[str]
    watermark: datetime | None
    asked_at: datetime

    @staticmethod
    def of(one: Answer, zone: str, currency: str, now: datetime, goal: Goal | None = None) -> "KpiAnswer":
        return KpiAnswer(
            metric=one.metric.key,
            unit=one.metric.unit,
            whom=one.metric.whom,
            back_days=one.metric.back_days,
            money=list(one.metric.money),
            good=one.metric.good,
            horizon=one.metric.horizon,
            first_day=one.frame.first,
            last_day=one.frame.last,
            bucket_unit=one.frame.unit,
            zone=zone,
            currency=currency,
            config=dict(one.config),
            value=KpiValue.of(one.value),
            complete=one.complete,
            target=one.target,
            goal=None if goal is None else KpiGoal.of(goal),
            previous=None if one.previous is None else KpiCompared.of(one.previous),
            last_year=None if one.last_year is None else KpiCompared.of(one.last_year),
            points=[KpiPoint.of(point) for point in one.points],
            parts=[KpiPart.of(part) for part in one.parts],
            guessed=list(one.guessed),
            watermark=one.watermark,
            asked_at=now,
        )


class KpiBoard(Body):
    items: list[KpiAnswer]


class KpiTarget(Body):
    """What is wished for the day, week or month that begins on ``bucket``; null takes it back."""

    unit: Unit
    bucket: date
    value: Annotated[float, Field(allow_inf_nan=False)] | None


class KpiTargetList(Body):
    items: list[KpiTarget]


class KpiSetup(Body):
    config: dict[str, Any]


class SpendRow(Body):
    """What a channel cost on a day. amount: in major units, such as "1234.50"."""

    day: date
    channel: Name
    amount: Annotated[CleanStr, Field(max_length=60)]


class SpendDraft(Body):
    """Each row takes the place of what stood for its day and channel. currency: must be the workspace's."""

    currency: Annotated[str, Field(min_length=3, max_length=3)]
    rows: Annotated[list[SpendRow], Field(max_length=100_000)]


class SpendSaved(Body):
    """How many rows were new, took the place of another amount, and were there already."""

    new: int
    changed: int
    same: int


class SpendBody(Body):
    day: date
    channel: str
    amount_minor: int


class SpendFileRow(SpendBody):
    """before_minor: what stands for the day and channel so far; null for nothing."""

    before_minor: int | None


class SpendFileChannel(Body):
    channel: str
    rows: int
    amount_minor: int


class SpendFileAnswer(SpendSaved):
    """What is in a file. sample: rows that are new or say another amount, the first of them. dry_run: nothing was written."""

    dry_run: bool
    currency: str
    first_day: date | None
    last_day: date | None
    amount_minor: int
    channels: list[SpendFileChannel]
    sample: list[SpendFileRow]

    @staticmethod
    def of(rows: Sequence[Spend], told: SpendTold, currency: str, *, dry_run: bool) -> "SpendFileAnswer":
        channels = sorted({row.channel for row in rows})
        mine = {name: [row.amount_minor for row in rows if row.channel == name] for name in channels[:_CHANNELS]}
        return SpendFileAnswer(
            new=told.new,
            changed=told.changed,
            same=told.same,
            dry_run=dry_run,
            currency=currency,
            first_day=min((row.day for row in rows), default=None),
            last_day=max((row.day for row in rows), default=None),
            amount_minor=sum(row.amount_minor for row in rows),
            channels=[SpendFileChannel(channel=name, rows=len(found), amount_minor=sum(found)) for name, found in mine.items()],
            sample=[
                SpendFileRow(day=row.day, channel=row.channel, amount_minor=row.amount_minor, before_minor=before)
                for row, before in told.moved[:_SAMPLE]
            ],
        )


class SpendList(Body):
    """By day and channel, in minor units of ``currency``."""

    items: list[SpendBody]
    currency: str
    first_day: date
    last_day: date


class SpendGone(Body):
    """How many days of the channel were taken away."""

    rows: int
