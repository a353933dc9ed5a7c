"""How do people travel through a map: who touches what, who goes on, who is lost, how long do they stay, where do visits end?

A touch is an event within the period that belongs to a touchpoint. Going on, to the next touchpoint and to the next stage, is a funnel
of two steps: after a touch, a later event within ``window_seconds``, also beyond the period; everybody counts once, by the first of
their touches that leads on. A stage is touched by any of its touchpoints; empty stages are passed over. Bounce is the share of the
visits with a touch whose last deed it was. Dwell is the engaged time reported after a touch, else the time until it ends.

data: ``map`` its key, ``window_seconds``, ``unit``; ``period`` and ``previous`` (null without ``compare``), each with its days,
``people`` on the map, and ``stages``: ``key``, ``name``, ``people``, ``events``, ``onward`` to the next stage (``to``, ``people``,
``lost``, ``conversion``, ``median_seconds``; null at the end), ``series``, and ``touchpoints`` with the same, where ``onward`` is to the
next touchpoint and ``onward_stage`` to the next stage, its ``channels`` (none: all), and ``visits`` (``visits``, ``ended``,
``bounce_rate``), ``dwell`` (``touches``, ``median_seconds``, ``average_seconds``), ``sentiment`` null with the reason. Cell: a ``stage``
or ``touchpoint`` (neither: the whole map), ``of`` which number, and for people a ``bucket`` of the series.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, Field, model_validator

from uems.journeys.engagement import ENGAGED_MS, IS_ACTIVITY, IS_REPORT, PAUSE_MS
from uems.journeys.map.definitions import journey_map
from uems.journeys.map.model import MAX_WINDOW, PartKey, Stage, Stages, TouchEvent, Touchpoint, check_stages, touchpoints
from uems.journeys.registry import Answer
from uems.journeys.reports._ask import NAMED, NOBODY, Ask, People, Query, answer, ask, no_answer
from uems.journeys.reports._buckets import Unit, bucket_of, buckets, days_before
from uems.journeys.reports._figures import Figures, Of, Place, added, figures, people_behind, shown
from uems.journeys.reports._hours import milliseconds
from uems.journeys.reports._map_sql import any_touch_sql, steps_of, touched_sql
from uems.journeys.reports._spec import ANY, Asked, Spec, Step
from uems.journeys.reports._stories import Column, Stories, each_part
from uems.journeys.reports._touches import ACTIVITY, REPORT, VIEW, Frame, Rows, Touches, bits_of
from uems.kernel.clock import start_of_day
from uems.kernel.edge import Key
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql

T = TypeVar("T")
AFTER: Final = timedelta(days=1)
"""How far beyond the period visits are followed to their end."""
MAX_BUCKETS: Final = 400


class Config(Asked):
    """A saved map by its key, or stages drawn here."""

    map: Key | None = Field(None, description="Key of a saved map.")
    stages: list[Stage] | None = Field(None, min_length=1, max_length=10, description="In place of map: the stages themselves.")
    window_seconds: int | None = Field(None, strict=True, ge=1, le=MAX_WINDOW, description="Left out: that of the map, or a week.")
    unit: Unit = Field("day", description="Of the series.")
    compare: Literal["previous_period"] | None = Field(None, description="The same numbers of the stretch right before.")

    @model_validator(mode="after")
    def _drawn(self) -> "Config":
        if (self.map is None) == (self.stages is None):
            raise ValueError("give either map, the key of a saved one, or stages")
        if self.stages is not None:
            check_stages(self.stages)
        return self


class MapCell(Spec):
    """The people of one number."""

    stage: PartKey | None = None
    touchpoint: PartKey | None = None
    of: Of = "people"
    bucket: date | None = None
    previous: bool = False

    @model_validator(mode="after")
    def _one(self) -> "MapCell":
        if self.stage is not None and self.touchpoint is not None:
            raise ValueError("give stage or touchpoint, not both")
        if self.bucket is not None and self.of != "people":
            raise ValueError(f"a bucket is of people, not of {self.of}")
        return self


_SAMPLE: Final = Config(
    stages=[
        Stage(key="use", name="Use", touchpoints=[Touchpoint(key="view", name="View", events=[TouchEvent(event="Product Viewed")])]),
        Stage(key="buy", name="Buy", touchpoints=[Touchpoint(key="order", name="Order", events=[TouchEvent(event="Order Completed")])]),
    ],
    last_days=30,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A map to be measured: its drawing, and its places by key; "" is the whole map."""

    key: str | None
    drawing: Stages
    points: list[Touchpoint]
    places: Mapping[str, Place]


class JourneyMapReport:
    """Stages, touchpoints, and who goes through them."""

    key = "journey_map"
    label_zh = "旅程地图"
    label_en = "Journey map"
    Config = Config
    sample = _SAMPLE
    Cell = MapCell
    sample_cell = MapCell(stage="use", of="lost")

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """Every number of every place, for the period and for the one before."""
        assert isinstance(spec, Config)
        drawn = drawn_of(house, scope, spec)
        asked = ask(house, scope, spec, now)
        kept = {"map": drawn.key, "window_seconds": drawn.drawing.window_seconds, "unit": spec.unit}
        steps = steps_of(drawn.points)
        if asked is None:
            nothing = _shown(drawn, dict.fromkeys(drawn.places, _nothing(0)), [])
            return no_answer(house, scope, spec, {**kept, "period": nothing, "previous": None}, steps)
        before = _previous(asked, spec)
        told = {"period": _measured(asked, drawn, spec), "previous": None if before is None else _measured(before, drawn, spec)}
        return answer(asked, {**kept, **told}, steps)

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Whom the number counts."""
        assert isinstance(spec, Config)
        assert isinstance(cell, MapCell)
        drawn = drawn_of(house, scope, spec)
        place = _place(drawn, cell)
        asked = ask(house, scope, spec, now)
        if asked is not None and cell.previous:
            asked = _previous(asked, spec)
            if asked is None:
                raise invalid("cell.previous", True, "needs compare in the spec.")
        if asked is None or not place.bits:
            return NOBODY
        labels, edges = _buckets(asked, spec.unit)
        number = None
        if cell.bucket is not None:
            if cell.bucket.isoformat() not in labels:
                raise invalid("cell.bucket", cell.bucket.isoformat(), "must be one of the buckets of the answer.")
            number = labels.index(cell.bucket.isoformat())
        work = partial(people_behind, place=place, of=cell.of, bucket=number, edges=edges)
        return np.concatenate(_each(asked, drawn, work, visits=cell.of in ("visited", "ended", "dwelled")))


def drawn_of(house: House, scope: Scope, spec: Config) -> Drawn:
    """The map of a spec; raises ``not_found`` for a key that no map has."""
    drawing = journey_map(house.store, scope, spec.map).drawing if spec.map is not None else Stages(stages=spec.stages or [])
    drawing = drawing.model_copy(update={"window_seconds": spec.window_seconds or drawing.window_seconds})
    points = list(touchpoints(drawing.stages))
    number = {point.key: place for place, point in enumerate(points)}
    bits = [bits_of([number[point.key] for point in stage.touchpoints]) for stage in drawing.stages]
    places = {"": Place(bits=bits_of(range(len(points))))}
    for order, stage in enumerate(drawing.stages):
        following = next((one for one in bits[order + 1 :] if one), 0)
        places[stage.key] = Place(bits=bits[order], to=following if bits[order] else 0)
        for point in stage.touchpoints:
            place = number[point.key]
            further = 1 << (place + 1) if place + 1 < len(points) else 0
            places[point.key] = Place(bits=1 << place, to=further, to_stage=following, has_visits=True)
    return Drawn(key=spec.map, drawing=drawing, points=points, places=places)


def _place(drawn: Drawn, cell: MapCell) -> Place:
    key = cell.stage or cell.touchpoint or ""
    known = [stage.key for stage in drawn.drawing.stages] if cell.stage is not None else [point.key for point in drawn.points]
    if key and key not in known:
        raise invalid("cell.stage" if cell.stage else "cell.touchpoint", key, f"must be one of: {', '.join(known)}.")
    place = drawn.places[key]
    there = {
        "people": True,
        **dict.fromkeys(("onward", "lost"), bool(place.to)),
        **dict.fromkeys(("onward_stage", "lost_stage"), bool(place.to_stage)),
        **dict.fromkeys(("visited", "ended", "dwelled"), place.has_visits),
    }
    if not there[cell.of]:
        raise invalid("cell.of", cell.of, f"must be one of: {', '.join(of for of, is_there in there.items() if is_there)}.")
    return place


def _previous(asked: Ask, spec: Config) -> Ask | None:
    if spec.compare is None:
        return None
    first, last = days_before(asked.first, asked.last)
    return replace(asked, first=first, last=last)


def _buckets(asked: Ask, unit: Unit) -> tuple[list[str], Rows]:
    """The names of the buckets, and the instant at which each begins."""
    names = buckets(asked.first, asked.last, unit)
    if len(names) > MAX_BUCKETS:
        raise invalid("unit", unit, f"would give {len(names)} buckets, at most {MAX_BUCKETS} are shown. Use week or month.")
    starts = [milliseconds(start_of_day(max(name, asked.first), asked.scope.zone)) for name in names]
    assert not names or names[0] == bucket_of(asked.first, unit)
    return [name.isoformat() for name in names], np.array(starts, np.int64)


def _each(asked: Ask, drawn: Drawn, work: Callable[[Touches], T], *, visits: bool) -> list[T]:
    """What ``work`` makes of the events of every part of the people. visits: whether all activity is needed, or touches alone."""
    period = asked.period
    window = timedelta(seconds=drawn.drawing.window_seconds)
    followed = period.end + AFTER

    def wanted(query: Query) -> tuple[Mapping[str, Column], Sql]:
        columns = {"mask": Column(sql=touched_sql(query, drawn.points), bits=len(drawn.points))}
        touched = any_touch_sql(query, drawn.points)
        if not visits:
            return columns, touched
        then = Sql(f"ts < {query.bind(followed, _INSTANT)}")
        columns["kind"] = Column(sql=Sql(f"toUInt8(if({then} AND {IS_ACTIVITY}, {_KIND}, 0))"), bits=3)
        columns["engaged"] = Column(sql=ENGAGED_MS, bits=27)
        return columns, Sql(f"({NAMED} AND ({then} OR {touched}))")

    frame = Frame(
        start=milliseconds(period.start),
        end=milliseconds(period.end),
        window_ms=drawn.drawing.window_seconds * 1000,
        pause_ms=PAUSE_MS,
    )

    def one(told: Stories) -> T:
        return work(Touches(told, frame))

    end = max(period.end + window, followed) if visits else period.end + window
    read: Iterable[Step] = [ANY] if visits else steps_of(drawn.points)
    return each_part(asked, wanted, read, period.start, end, one)


_INSTANT: Final = "DateTime64(3, 'UTC')"
_KIND: Final = Sql(f"({ACTIVITY} + {VIEW} * (type IN ('page', 'screen')) + {REPORT} * {IS_REPORT})")


def _measured(asked: Ask, drawn: Drawn, spec: Config) -> dict[str, Any]:
    labels, edges = _buckets(asked, spec.unit)
    places = {key: place for key, place in drawn.places.items() if place.bits}

    def work(touches: Touches) -> dict[str, Figures]:
        return {key: figures(touches, place, edges) for key, place in places.items()}

    parts = _each(asked, drawn, work, visits=True) if drawn.points else []
    found = {key: added([part[key] for part in parts]) if key in places else _nothing(len(edges)) for key in drawn.places}
    days = {"first_day": asked.first.isoformat(), "last_day": asked.last.isoformat()}
    return {**days, **_shown(drawn, found, labels)}


def _nothing(size: int) -> Figures:
    none = np.zeros(0, np.int64)
    series = np.zeros((2, size), np.int64)
    counts = dict.fromkeys(("events", "people", "visits", "visited", "ended", "ended_people", "dwelled"), 0)
    return Figures(series=series, onward=none, onward_stage=none, dwell=none, **counts)


def _shown(drawn: Drawn, found: Mapping[str, Figures], labels: list[str]) -> dict[str, Any]:
    filled = [stage.key for stage in drawn.drawing.stages if stage.touchpoints]
    points = [point.key for point in drawn.points]

    def told(key: str, name: str, to: str | None, to_stage: str | None) -> dict[str, Any]:
        numbers = shown(drawn.places[key], found[key], labels)
        for way, target in (("onward", to), ("onward_stage", to_stage)):
            if numbers[way] is not None:
                numbers[way] = {"to": target, **numbers[way]}
        return {"key": key, "name": name, **numbers}

    stages = []
    for stage in drawn.drawing.stages:
        after = filled[filled.index(stage.key) + 1] if stage.key in filled[:-1] else None
        row = told(stage.key, stage.name, after, None)
        del row["onward_stage"]
        row["touchpoints"] = [
            {**told(point.key, point.name, _next(points, point.key), after), "channels": point.channels} for point in stage.touchpoints
        ]
        stages.append(row)
    return {"people": found[""].people, "stages": stages}


def _next(points: list[str], key: str) -> str | None:
    place = points.index(key) + 1
    return points[place] if place < len(points) else None


ITEM = JourneyMapReport()
