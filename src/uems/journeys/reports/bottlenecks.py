"""Where are people lost: at which step, since when, for whom, and what would it be worth to keep them?

Steps are those of a map (each touchpoint to the next one, or each stage) or of a list of events. Everybody counts once a step and
period, by the first time that they entered it. The period is compared with the one before. Each step is tested for everybody and for
each value of each dimension, tag and segment: did the share that goes on fall (``change``), is it lower than that of all others
(``difference``). Over all tests together the false discovery rate is at most ``false_discovery_rate``.

data: ``steps``; ``findings``, those worth most first: ``kind``, ``step`` from 1, ``slice`` (null: everybody), ``now`` and
``compared`` (``people``, ``onward``, ``rate``, ``interval``), ``difference`` with ``interval``, ``p``, ``q``, ``recoverable``
(``people``, ``interval``, ``minor``), ``since`` (``day``, ``earliest``, ``latest``; of changes), ``series`` by day, ``warnings``
(small_sample, mix_shift, simpson), ``echoes`` (other slices in which the same shows), ``sentence`` in ``zh`` and ``en``, and the
``cell`` of the lost; ``tests``, how many were made; ``axes`` that were looked at, with their labels; ``skipped`` with the reason.
Cell: ``step``, ``slice``, ``outcome`` lost, onward or entered, ``before`` for the period before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, Field, model_validator

from uems.journeys.bottleneck import statistics as st
from uems.journeys.bottleneck.explain import conclude
from uems.journeys.bottleneck.model import EVERYBODY, Axis, Finding, Side, Slice, SliceKind, Warning
from uems.journeys.bottleneck.scan import candidates, table_of
from uems.journeys.bottleneck.sentences import Said, label_en, label_zh, sentence_en, sentence_zh
from uems.journeys.map.definitions import journey_map
from uems.journeys.map.model import MAX_WINDOW, Stage, Stages, TouchEvent, Touchpoint, check_stages, touchpoints
from uems.journeys.registry import Answer
from uems.journeys.reports._ask import NOBODY, Ask, People, answer, ask, no_answer
from uems.journeys.reports._buckets import days_before
from uems.journeys.reports._event_axes import event_axes, is_single, one_value, settled, told_axes, without
from uems.journeys.reports._map_sql import steps_of
from uems.journeys.reports._passages import Daily, EventAxis, Passages, Walked, Ways, each_passage, together
from uems.journeys.reports._people_axes import PeopleAxis, Skipped, segment_axes, tag_axes
from uems.journeys.reports._spec import Asked, Dimension, EventBreakdown, Spec, Step
from uems.journeys.reports._touches import bits_of
from uems.kernel import progress
from uems.kernel.edge import Key
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope

USUAL: Final = ("device", "os", "browser", "channel", "country", "locale", "utm_source", "utm_medium", "utm_campaign")
"""The columns that are looked at unless others are named."""
Named = list[Key] | Literal["all"]


class Config(Asked):
    """A saved map, stages, or steps; exactly one of them."""

    map: Key | None = Field(None, description="Key of a saved map.")
    stages: list[Stage] | None = Field(None, min_length=1, max_length=10, description="In place of map: its stages.")
    steps: list[Step] | None = Field(None, min_length=2, max_length=20, description="In place of map: kinds of events, one after another.")
    level: Literal["touchpoints", "stages"] = Field("touchpoints", description="Of a map: from what to what.")
    window_seconds: int | None = Field(None, strict=True, ge=1, le=MAX_WINDOW, description="Left out: that of the map, or a week.")
    dimensions: list[Dimension] = Field([Dimension(column=name) for name in USUAL], max_length=30)
    tags: Named = Field([], description='Keys of tags, or "all".')
    segments: Named = Field("all", description='Keys of segments, or "all".')
    values: int = Field(10, strict=True, ge=1, le=50, description="The most frequent values of each dimension and tag that are looked at.")
    false_discovery_rate: Annotated[float, Field(gt=0, le=0.5)] = 0.05
    least_people: int = Field(20, strict=True, ge=10, le=1_000_000, description="Smaller groups are not tested.")

    @model_validator(mode="after")
    def _drawn(self) -> "Config":
        if sum(one is not None for one in (self.map, self.stages, self.steps)) != 1:
            raise ValueError("give exactly one of map, stages and steps")
        if self.stages is not None:
            check_stages(self.stages)
        return self


class SliceSpec(Spec):
    """Those with a value of a dimension or tag (null: not set), or in a segment (value null)."""

    kind: SliceKind
    name: Key
    value: str | None = None


class BottleneckCell(Spec):
    """The people of a step, of a slice."""

    step: int = Field(1, strict=True, ge=1)
    slice: SliceSpec | None = None
    outcome: Literal["lost", "onward", "entered"] = "lost"
    before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scan:
    """One question made ready. names: (from, to) of each step."""

    ways: Ways
    names: Sequence[tuple[str, str]]
    axes: Sequence[Axis]
    skipped: Sequence[Skipped]


class Bottlenecks:
    """Losses, ranked by what they cost."""

    key = "bottlenecks"
    label_zh = "瓶颈"
    label_en = "Bottlenecks"
    Config = Config
    sample = Config(steps=[Step(event="Product Viewed"), Step(event="Product Added"), Step(event="Order Completed")], last_days=30)
    Cell = BottleneckCell
    sample_cell = BottleneckCell(step=1)

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """Every loss that holds, with its evidence."""
        assert isinstance(spec, Config)
        points, steps, names, window = _steps(house, scope, spec)
        asked = ask(house, scope, spec, now)
        kept = {"steps": [{"from": start, "to": end} for start, end in names], "window_seconds": window, "currency": scope.currency}
        if asked is None or not steps:
            nothing: dict[str, Any] = {"findings": [], "tests": 0, "axes": [], "skipped": [], "counted_until": None}
            return no_answer(house, scope, spec, {**kept, **nothing}, steps_of(points))
        with progress.part(0.0, 0.4):
            scan = _scan(asked, spec, points, steps, names, window, guess=True)
        with progress.part(0.4, 0.9):
            walked = _walked(scan) or _walked(_scan(asked, spec, points, steps, names, window))
            assert walked is not None, "only a guess can fail"
            scan, found = walked
        tables = [table_of(one.units, scan.axes) for one in found]
        losses, tests = candidates(tables, spec.false_discovery_rate, spec.least_people)
        progress.done(0.95)
        findings = conclude(losses, [one.units for one in found], tables, scan.axes, spec.least_people)
        before = scan.ways.before
        told = {
            "before": {"first_day": before.first.isoformat(), "last_day": before.last.isoformat()},
            "findings": [_told(scan, _dated(one, scan, found)) for one in findings],
            "tests": tests,
            "axes": [_axis(one) for one in scan.axes],
            "skipped": [{"kind": one.kind, "name": one.name, "reason": one.reason} for one in scan.skipped],
            "counted_until": min(asked.period.end, now - timedelta(seconds=window)).isoformat(),
        }
        return answer(asked, {**kept, **told}, steps_of(points))

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Who was lost there, went on, or entered."""
        assert isinstance(spec, Config)
        assert isinstance(cell, BottleneckCell)
        points, steps, names, window = _steps(house, scope, spec)
        if cell.step > len(steps):
            raise invalid("cell.step", cell.step, f"must be 1 to {len(steps)}.")
        asked = ask(house, scope, spec, now)
        if asked is None:
            return NOBODY
        scan = _scan(asked, _narrowed(spec, cell.slice), points, steps, names, window)
        where = EVERYBODY if cell.slice is None else _slice(cell.slice, scan.axes)

        def work(told: Walked) -> People:
            one = told.steps[cell.step - 1]
            chosen = one.units.now != cell.before
            if where.axis is not None:
                chosen &= one.units.codes[where.axis] == where.value
            if cell.outcome != "entered":
                chosen &= one.units.onward == (cell.outcome == "onward")
            people: People = one.person[chosen]
            return people

        return np.concatenate(each_passage(scan.ways, work))


def _narrowed(spec: Config, where: SliceSpec | None) -> Config:
    """The same question with the one axis of a slice, of those that it has."""
    kind, name = (where.kind, where.name) if where is not None else ("", "")
    dimensions = [one for one in spec.dimensions if name and name == (one.column if kind == "column" else one.property)]
    tags = [name] if kind == "tag" and (spec.tags == "all" or name in spec.tags) else []
    segments = [name] if kind == "segment" and (spec.segments == "all" or name in spec.segments) else []
    return spec.model_copy(update={"dimensions": dimensions, "tags": tags, "segments": segments})


def _steps(house: House, scope: Scope, spec: Config) -> tuple[list[Touchpoint], list[tuple[int, int]], list[tuple[str, str]], int]:
    """(touchpoints, bits of each step, its names, the window)."""
    if spec.steps is not None:
        points = [
            Touchpoint(key=f"step_{n}", name=(step.title or f"{n}")[:200], events=[TouchEvent(event=step.event, filter=step.filter)])
            for n, step in enumerate(spec.steps, 1)
        ]
        drawing = Stages(stages=[Stage(key="all", name="all", touchpoints=points)])
    else:
        drawing = journey_map(house.store, scope, spec.map).drawing if spec.map is not None else Stages(stages=spec.stages or [])
    points = list(touchpoints(drawing.stages))
    number = {point.key: place for place, point in enumerate(points)}
    stops = [(1 << place, point.name) for place, point in enumerate(points)]
    if spec.level == "stages" and spec.steps is None:
        stops = [(bits_of([number[p.key] for p in stage.touchpoints]), stage.name) for stage in drawing.stages if stage.touchpoints]
    pairs = list(pairwise(stops))
    bits, names = [(a[0], b[0]) for a, b in pairs], [(a[1], b[1]) for a, b in pairs]
    return points, bits, names, spec.window_seconds or drawing.window_seconds


def _scan(
    asked: Ask,
    spec: Config,
    points: list[Touchpoint],
    steps: list[tuple[int, int]],
    names: list[tuple[str, str]],
    window: int,
    *,
    guess: bool = False,
) -> _Scan:
    """guess: the values of dimensions may be guessed; ``_walked`` proves them."""
    first, last = days_before(asked.first, asked.last)
    both = replace(asked, first=first)
    by = [EventBreakdown(column=one.column, property=one.property, limit=spec.values) for one in spec.dimensions]
    # Values are ranked over all events of the names, of which touchpoints with channels read only some.
    events = event_axes(both, by, steps_of(points), guess=guess and not any(point.channels for point in points))
    days = (first, asked.first)
    with progress.part(0.2, 0.6):
        tags, no_tags = tag_axes(asked.house, asked.scope, spec.tags, days, spec.values)
    with progress.part(0.6, 1.0):
        groups, no_groups = segment_axes(asked.house, asked.scope, spec.segments, days)
    skipped = [one_value(axis) for axis in events if is_single(axis)]
    axes: list[EventAxis | PeopleAxis] = [*(axis for axis in events if not is_single(axis)), *tags, *groups]
    ways = Ways(points=points, steps=steps, window_seconds=window, before=replace(asked, first=first, last=last), now=asked, axes=axes)
    return _Scan(ways=ways, names=names, axes=told_axes(axes), skipped=[*skipped, *no_tags, *no_groups])


def _walked(scan: _Scan) -> tuple[_Scan, list[Passages]] | None:
    """The question with values that are sure, and its steps; None: the guess does not hold."""
    done = settled(scan.ways, *together(each_passage(scan.ways, lambda told: told)))
    if done is None:
        return None
    ways, found = done
    single = [n for n, axis in enumerate(ways.axes) if is_single(axis)]
    skipped = [*(one_value(ways.axes[n]) for n in single), *scan.skipped]
    ways, found = without(ways, found, single)
    return replace(scan, ways=ways, axes=told_axes(ways.axes), skipped=skipped), found


def _slice(given: SliceSpec, axes: Sequence[Axis]) -> Slice:
    for n, axis in enumerate(axes):
        if (axis.kind, axis.name) == (given.kind, given.name):
            value = "in" if axis.kind == "segment" else given.value or ""
            if value in axis.values:
                return Slice(axis=n, value=list(axis.values).index(value))
            raise invalid("cell.slice.value", given.value, f"must be one of: {', '.join(axis.values)}.")
    raise invalid("cell.slice", f"{given.kind} {given.name}", "must be one of the axes of the answer.")


def _days(scan: _Scan) -> list[date]:
    first = scan.ways.before.first
    return [first + timedelta(days=n) for n in range((scan.ways.now.last - first).days + 1)]


def _dated(one: Finding, scan: _Scan, found: Sequence[Passages]) -> Finding:
    """With its series by day, and for a change since when."""
    daily = found[one.step].daily
    mine: Daily = daily[0] if one.slice.axis is None else daily[one.slice.axis + 1]
    series = mine[one.slice.value]
    since = st.change_point(series[:, 1], series[:, 0]) if one.kind == "change" else None
    return replace(one, series=series, since=None if since is None else (since.place, since.earliest, since.latest))


def _told(scan: _Scan, one: Finding) -> dict[str, Any]:
    days = _days(scan)
    said = Said(steps=scan.names, axes=scan.axes, days=days, currency=scan.ways.now.scope.currency)
    where = _named(one.slice, scan.axes)
    low, high = one.interval
    since = None
    if one.since is not None:
        since = dict(zip(("day", "earliest", "latest"), (days[place].isoformat() for place in one.since), strict=True))
    return {
        "kind": one.kind,
        "step": one.step + 1,
        "from": scan.names[one.step][0],
        "to": scan.names[one.step][1],
        "slice": where,
        "now": _side(one.a),
        "compared": _side(one.b),
        "difference": one.a.rate - one.b.rate,
        "interval": [low, high],
        "z": one.z,
        "p": one.p,
        "q": one.q,
        "recoverable": {
            "people": one.recoverable,
            "interval": [-high * one.a.people, -low * one.a.people],
            "minor": None if one.minor is None else round(one.worth_minor),
            "per_passage_minor": one.minor,
        },
        "since": since,
        "series": [
            {"day": day.isoformat(), "people": int(people), "onward": int(onward)}
            for day, (people, onward) in zip(days, one.series.tolist(), strict=True)
        ],
        "warnings": [_warning(warning, scan.axes) for warning in one.warnings],
        "echoes": [_named(echo, scan.axes) for echo in one.echoes],
        "sentence": {"zh": sentence_zh(one, said), "en": sentence_en(one, said)},
        "cell": {"step": one.step + 1, "slice": where, "outcome": "lost"},
    }


def _side(side: Side) -> dict[str, Any]:
    return {"people": side.people, "onward": side.onward, "rate": side.rate, "interval": list(st.wilson(side.onward, side.people))}


def _warning(warning: Warning, axes: Sequence[Axis]) -> dict[str, Any]:
    if warning.axis is None:
        return {"code": warning.code}
    axis = axes[warning.axis]
    return {"code": warning.code, "kind": axis.kind, "name": axis.name, "rate": warning.rate, "mix": warning.mix}


def _axis(one: Axis) -> dict[str, Any]:
    labels = {"label_zh": label_zh(one), "label_en": label_en(one)}
    return {"kind": one.kind, "name": one.name, **labels, "values": [value or None for value in one.values]}


def _named(one: Slice, axes: Sequence[Axis]) -> dict[str, Any] | None:
    if one.axis is None:
        return None
    axis = axes[one.axis]
    value = None if axis.kind == "segment" else axis.values[one.value] or None
    return {"kind": axis.kind, "name": axis.name, "value": value}


ITEM = Bottlenecks()
