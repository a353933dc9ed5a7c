"""What would a plan of today's traffic look like? Definitions proposed from observed events, each with its evidence.

The newest events of each name are read whole; what is proposed is meant to be looked over by a person before it is saved.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import msgspec

from uems.collect.plan.model import EventPlan, PropertyPlan, PropertyType
from uems.kernel.clock import Period, day_of
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.kernel.warehouse import Limits, Warehouse

SAMPLE: Final = 1_000
MAX_EVENTS: Final = 200
MAX_PROPERTIES: Final = 100
_SURE: Final = 50
_MANY: Final = 100
_MAX_ALLOWED: Final = 10
_MAX_DISTINCT: Final = 1_000
_EXAMPLES: Final = 5
_TIME = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One property as it came in, and the definition proposed for it.

    present: share of the sampled events that carry it, 0 to 1. types: type → how often in the sample. distinct: different
    scalar values in the sample, at most 1000 counted. examples: the most frequent ones.
    """

    definition: PropertyPlan
    present: float
    types: dict[PropertyType, int]
    distinct: int
    examples: tuple[str | int | float | bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEvent:
    """One event, proposed. events: how many came in the period. sampled: how many of them were looked at."""

    definition: EventPlan
    events: int
    sampled: int
    properties: tuple[Observed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """events: the most frequent first. truncated: there are more event names than were looked at."""

    events: tuple[DraftEvent, ...]
    traits: tuple[Observed, ...]
    truncated: bool


def draft_plan(warehouse: Warehouse, scope: Scope, period: Period, *, limit: int, only: Sequence[str] = ()) -> Draft:
    """Propose definitions for the ``limit`` most frequent events of the period (of ``only``, if given), and for traits."""
    counted = _counted(warehouse, scope, period, limit + 1, only)
    events = []
    for name, count in counted[:limit]:
        properties, sampled = _sampled(warehouse, scope, period, "", name)
        found = observe(properties)
        definition = EventPlan(name=name, properties=tuple(one.definition for one in found))
        events.append(DraftEvent(definition=definition, events=count, sampled=sampled, properties=tuple(found)))
    traits, _ = _sampled(warehouse, scope, period, "identify", "")
    return Draft(events=tuple(events), traits=tuple(observe(traits)), truncated=len(counted) > limit)


def _counted(warehouse: Warehouse, scope: Scope, period: Period, limit: int, only: Sequence[str]) -> list[tuple[str, int]]:
    """(event, how many), most first. Whole days: the rollup is kept by day."""
    params: dict[str, Param] = {
        "workspace": scope.workspace_id,
        "first": day_of(period.start, scope.zone),
        "last": day_of(period.end, scope.zone),
        "limit": limit,
        "names": list(only),
    }
    sql = Sql(
        "SELECT event, sum(events) AS n FROM event_daily WHERE workspace_id = {workspace:UInt32} AND event != ''"
        " AND day BETWEEN {first:Date} AND {last:Date} AND (empty({names:Array(String)}) OR has({names:Array(String)}, event))"
        " GROUP BY event ORDER BY n DESC, event LIMIT {limit:UInt32}"
    )
    rows = warehouse.query(sql, params).to_pylist()
    return [(row["event"], int(row["n"])) for row in rows]


def _sampled(warehouse: Warehouse, scope: Scope, period: Period, type_: str, event: str) -> tuple[list[dict[str, object]], int]:
    """The properties of the newest events of that name; with ``type_`` "identify" the traits."""
    sql = Sql(
        "SELECT toString(properties) AS properties FROM events WHERE workspace_id = {workspace:UInt32} AND event = {event:String}"
        " AND ({type:String} = '' OR type = {type:String}) AND type NOT IN ('group', 'alias')"
        " AND ts >= {start:DateTime64(3, 'UTC')} AND ts < {end:DateTime64(3, 'UTC')} ORDER BY ts DESC LIMIT {limit:UInt32}"
    )
    params: dict[str, Param] = {
        "workspace": scope.workspace_id,
        "event": event,
        "type": type_,
        "start": period.start,
        "end": period.end,
        "limit": SAMPLE,
    }
    texts = warehouse.query(sql, params, limits=Limits(seconds=20.0)).column("properties").to_pylist()
    return [msgspec.json.decode(text) for text in texts], len(texts)


@dataclass(slots=True)
class _Seen:
    present: int = 0
    types: dict[PropertyType, int] = field(default_factory=dict)
    values: dict[tuple[bool, str | int | float | bool], int] = field(default_factory=dict)

    def add(self, value: object) -> None:
        self.present += 1
        type_ = _type_of(value)
        self.types[type_] = self.types.get(type_, 0) + 1
        if isinstance(value, str | int | float) and len(str(value)) <= 200:
            key = (isinstance(value, bool), value)
            if key in self.values or len(self.values) < _MAX_DISTINCT:
                self.values[key] = self.values.get(key, 0) + 1


def observe(found: Iterable[dict[str, object]]) -> list[Observed]:
    """A proposal for each property of these objects, the most frequent first."""
    seen: dict[str, _Seen] = {}
    sampled = 0
    for properties in found:
        sampled += 1
        for name, value in properties.items():
            if value is not None and name.strip() and len(name) <= 200:
                seen.setdefault(name, _Seen()).add(value)
    ordered = sorted(seen.items(), key=lambda pair: (-pair[1].present, pair[0]))
    return [_proposed(name, one, sampled) for name, one in ordered[:MAX_PROPERTIES]]


def _proposed(name: str, seen: _Seen, sampled: int) -> Observed:
    by_count = sorted(seen.values.items(), key=lambda pair: (-pair[1], str(pair[0][1])))
    values = [value for (_, value), _ in by_count]
    type_ = _proposed_type(seen.types)
    few = type_ == "text" and seen.present >= _MANY and len(values) <= _MAX_ALLOWED and sum(seen.values.values()) == seen.present
    # Each of the few values was seen often: a list of names, not a handful of free texts.
    is_choice = few and all(count >= seen.present / 100 and len(str(value[1])) <= 40 for value, count in by_count)
    definition = PropertyPlan(
        name=name,
        type=type_,
        required=seen.present == sampled >= _SURE,
        allowed=tuple(sorted(values, key=str)) if is_choice else None,
    )
    return Observed(
        definition=definition,
        present=seen.present / sampled,
        types=dict(sorted(seen.types.items(), key=lambda pair: -pair[1])),
        distinct=len(values),
        examples=tuple(values[:_EXAMPLES]),
    )


def _proposed_type(types: dict[PropertyType, int]) -> PropertyType:
    kinds = set(types)
    if kinds <= {"number", "integer"}:
        return "number"  # whole so far says little: prices are whole until the first discount
    if kinds <= {"text", "time"} and "text" in kinds:
        return "text"
    return kinds.pop() if len(kinds) == 1 else "any"


def _type_of(value: object) -> PropertyType:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "integer" if isinstance(value, int) else "number"
    if isinstance(value, str):
        return "time" if _TIME.match(value) and _is_time(value) else "text"
    return "list" if isinstance(value, list) else "object"


def _is_time(text: str) -> bool:
    for kind in (datetime, date):
        try:
            msgspec.convert(text, kind)
        except msgspec.ValidationError:
            continue
        return True
    return False
