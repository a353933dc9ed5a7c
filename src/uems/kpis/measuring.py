"""What is the value of a metric: in a period, over time, beside the period before and the last year, in parts, and against its target?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from uems.collect import api as collect
from uems.journeys import api as journeys
from uems.kernel.clock import day_of
from uems.kernel.errors import UemsError, invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kpis.custom.definitions import as_metric, custom_metrics
from uems.kpis.custom.measured import CustomMetric
from uems.kpis.cuts import by_dimension, by_segments
from uems.kpis.facts import Facts, View
from uems.kpis.frames import frame_of, last_year, previous, whole_bucket
from uems.kpis.model import Cut, Frame, Group, Unit, Value, Window, nothing
from uems.kpis.registry import METRICS, Metric
from uems.kpis.setup import read_config, setups_of
from uems.kpis.targets import targets_of
from uems.profiles import api as profiles

MAX_CELLS: Final = 4_000
"""Values of all groups together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. first, last: business days, both included; last left out: today. config: of the metric; None: as it is set up.

    dimension or segments: how to break it down; limit: values with a group of their own. compare: with the period before and the
    last year.
    """

    metric: str
    first: date | None = None
    last: date | None = None
    last_days: int | None = None
    unit: Unit = "day"
    config: Mapping[str, Any] | None = None
    dimension: journeys.Dimension | None = None
    limit: int = 5
    segments: tuple[str, ...] = ()
    compare: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value of one bucket, named by its first day. complete: whether it stays as it is, but for late events."""

    bucket: date
    window: Window
    value: Value
    complete: bool
    target: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The value of an earlier period. change: how much more it is now, as a share of the earlier value; None where that is 0."""

    window: Window
    value: Value
    change: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One group of a breakdown."""

    group: Group
    value: Value
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found. guessed: roles that the numbers rest on and nobody has confirmed yet."""

    metric: Metric
    frame: Frame
    value: Value
    complete: bool
    points: tuple[Point, ...]
    previous: Compared | None
    last_year: Compared | None
    target: float | None
    parts: tuple[Part, ...]
    guessed: tuple[str, ...]
    watermark: datetime | None
    config: Mapping[str, Any] = field(default_factory=dict)


def all_metrics(house: House, scope: Scope) -> list[Metric]:
    """Every metric there is in the workspace: those of the system, then its own by key."""
    saved = custom_metrics(house.store, scope)
    return [*METRICS, *(as_metric(key, saved, values_of) for key in saved)]


def find_metric(house: House, scope: Scope, key: str) -> Metric:
    """A metric by its key; raises ``not_found`` naming what there is."""
    return as_metric(key, custom_metrics(house.store, scope), values_of)


def is_custom(metric: Metric) -> bool:
    """Whether it was made in the workspace."""
    return isinstance(metric, CustomMetric)


def measure(house: House, scope: Scope, question: Question, now: datetime) -> Answer:
    """The answer to one question. Raises ``not_found`` for metric or segment, ``invalid`` and ``invalid_config``."""
    metric = find_metric(house, scope, question.metric)
    given = question.config if question.config is not None else setups_of(house.store, scope).get(metric.key, {})
    frame = frame_of(question.first, question.last, question.last_days, question.unit, day_of(now, scope.zone))
    [answer] = measure_all(house, scope, [(metric, given)], question, frame, now, strict=True)
    return answer


def check_formula(house: House, scope: Scope, metric: Metric, now: datetime) -> None:
    """Whether statements can be written of a metric by formula. Raises ``bad_filter`` and whatever else writing them raises."""
    if isinstance(metric, CustomMetric):
        frame = frame_of(None, None, 1, "day", day_of(now, scope.zone))
        metric.check(Facts(house, scope, now, frame, profiles.roles_of(house.store, scope)).view())


def measure_all(
    house: House,
    scope: Scope,
    metrics: Sequence[tuple[Metric, Mapping[str, Any]]],
    question: Question,
    frame: Frame,
    now: datetime,
    *,
    strict: bool = False,
) -> list[Answer]:
    """Several metrics of one period; what they have in common is read once.

    One that cannot be measured has no value, and the reason ``failed``, beside the others. strict: raises what it raised instead.
    """
    roles = profiles.roles_of(house.store, scope)
    facts = Facts(house, scope, now, frame, roles)
    cut = cut_of(house, scope, facts, question)
    earlier = {"previous": previous(frame), "last_year": last_year(frame)} if question.compare else {}
    before = {name: Facts(house, scope, now, one, roles) for name, one in earlier.items()}
    watermark = collect.watermark(house)

    def answered(metric: Metric, given: Mapping[str, Any]) -> Answer:
        config = read_config(metric, given)
        values = values_of(metric, facts.view(), config)
        targets = targets_of(house.store, scope, metric.key)
        compared = {name: _compared(metric, one, config, values[0]) for name, one in before.items()}
        return Answer(
            metric=metric,
            frame=frame,
            value=values[0],
            complete=_complete(metric, frame, frame.windows[0]),
            points=_points(metric, frame, values[1:], targets),
            previous=compared.get("previous"),
            last_year=compared.get("last_year"),
            target=_target(frame.windows[0], targets),
            parts=_parts(metric, facts, config, cut),
            guessed=tuple(role for role in metric.needs if role in roles.mapped and roles.mapped[role].state == "guessed"),
            watermark=watermark,
            config=config.model_dump(mode="json"),
        )

    found = []
    for metric, given in metrics:
        try:
            found.append(answered(metric, given))
        except UemsError as error:
            if strict or error.passes:
                raise
            found.append(_failed(metric, frame, error, watermark))
    return found


def _failed(metric: Metric, frame: Frame, error: UemsError, watermark: datetime | None) -> Answer:
    """In place of the answer of a metric that cannot be measured."""
    value = nothing("failed", error.code)
    return Answer(
        metric=metric,
        frame=frame,
        value=value,
        complete=_complete(metric, frame, frame.windows[0]),
        points=_points(metric, frame, [value] * len(frame.names), {}),
        previous=None,
        last_year=None,
        target=None,
        parts=(),
        guessed=(),
        watermark=watermark,
    )


def values_of(metric: Metric, view: View, config: Any) -> list[Value]:
    """One value for each window of the view, the whole period first; why there is none where a role is missing or days lie ahead."""
    windows = view.windows
    missing = view.roles.missing(metric.needs)
    if missing:
        return [nothing("missing_role", *missing) for _ in windows]
    if view.frame.first > view.frame.today:
        return [nothing("future") for _ in windows]
    found = metric.measure(view, config)
    return [nothing("future") if window.first > view.frame.today else value for window, value in zip(windows, found, strict=True)]


def cut_of(house: House, scope: Scope, facts: Facts, question: Question) -> Cut | None:
    """Into which groups the question breaks down; None where it does not."""
    if question.dimension is not None and question.segments:
        raise invalid("segments", len(question.segments), "and a dimension exclude each other; break down by one of them.")
    if question.dimension is None and not question.segments:
        return None
    if facts.frame.first > facts.frame.today:
        return None
    cut = by_segments(house, scope, question.segments) if question.segments else None
    if cut is None:
        assert question.dimension is not None
        cut = by_dimension(facts, question.dimension, question.limit)
    cells = len(cut.groups) * len(facts.frame.windows)
    if cells > MAX_CELLS:
        raise invalid("unit", facts.frame.unit, f"and the breakdown make {cells} values; at most {MAX_CELLS}. Use a longer unit.")
    return cut


def _parts(metric: Metric, facts: Facts, config: Any, cut: Cut | None) -> tuple[Part, ...]:
    if cut is None:
        return ()
    found = []
    for place, group in enumerate(cut.groups):
        values = values_of(metric, facts.view(cut, place), config)
        found.append(Part(group=group, value=values[0], points=_points(metric, facts.frame, values[1:], {})))
    return tuple(found)


def _points(metric: Metric, frame: Frame, values: Sequence[Value], targets: Mapping[tuple[Unit, date], float]) -> tuple[Point, ...]:
    return tuple(
        Point(bucket=name, window=window, value=value, complete=_complete(metric, frame, window), target=targets.get((frame.unit, name)))
        for name, window, value in zip(frame.names, frame.windows[1:], values, strict=True)
    )


def _complete(metric: Metric, frame: Frame, window: Window) -> bool:
    return window.last + timedelta(days=metric.ripens_days) < frame.today


def _target(window: Window, targets: Mapping[tuple[Unit, date], float]) -> float | None:
    bucket = whole_bucket(window)
    return None if bucket is None else targets.get(bucket)


def _compared(metric: Metric, facts: Facts, config: Any, now: Value) -> Compared:
    value = values_of(metric, facts.view(), config)[0]
    change = None
    if value.value and now.value is not None:
        change = (now.value - value.value) / abs(value.value)
    return Compared(window=facts.frame.windows[0], value=value, change=change)
