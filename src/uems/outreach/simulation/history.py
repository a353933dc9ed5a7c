"""What happened in a stretch of history that a flow would have noticed: events, comings and goings, its own hours and dates?"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from uems.collect import api as collect
from uems.identity import api as identity
from uems.kernel.clock import day_of
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql, ident
from uems.kernel.store import from_microseconds, to_microseconds
from uems.outreach.flows.dates import people_by_date
from uems.outreach.flows.entering import Arrival
from uems.outreach.flows.graph import ApiEntry, DateEntry, SceneEntry, ScheduleEntry, SegmentEntry
from uems.outreach.flows.listening import Happening
from uems.outreach.flows.plans import Plan
from uems.outreach.flows.schedule import due_at
from uems.outreach.simulation.past import Present
from uems.profiles import api as profiles
from uems.profiles.api import Asking, PastAsking
from uems.segments import api as segments

_ALWAYS: Final = {"event", "message_id", "ts"}
_AT_ONCE: Final = 250_000
"""Events in memory at a time, more or less."""
_HEARD: Final = Sql(
    "event IN {events:Array(String)} AND type IN ('track', 'page', 'screen')"
    " AND ts >= {first:DateTime64(3, 'UTC')} AND ts < {last:DateTime64(3, 'UTC')}"
)


class Stretch:
    """Events in their order, column by column; rows are made of those that somebody looks at. at_us: microseconds since 1970."""

    def __init__(self, table: pa.Table) -> None:
        self.at_us: list[int] = pc.cast(pc.cast(table.column("ts"), pa.timestamp("us", "UTC")), pa.int64()).to_pylist()
        self.event: list[str] = table.column("event").to_pylist()
        self.person: list[int] = table.column("person").to_pylist()
        self._names = [name for name in table.column_names if name not in ("ts", "event", "person", "log_offset", "log_index", "said")]
        self._said: list[str] = table.column("said").to_pylist()
        self._columns = [table.column(name).to_pylist() for name in self._names]

    def __len__(self) -> int:
        return len(self.at_us)

    def happening(self, at: int) -> Happening:
        """The event at a place."""
        row = {name: column[at] for name, column in zip(self._names, self._columns, strict=True)}
        row["ts"], row["event"], row["person_id"] = from_microseconds(self.at_us[at]), self.event[at], self.person[at]
        row["properties"] = self._said[at]
        return Happening(row)


def stretches(house: House, scope: Scope, plan: Plan, first: datetime, last: datetime) -> Iterator[Stretch]:
    """What the flow listens to, in parts of some days that fit into memory; empty ones are left out."""
    if not plan.listened:
        return
    found = house.warehouse.query(
        Sql(f"SELECT count() AS n FROM events WHERE workspace_id = {{w:UInt32}} AND {_HEARD}"),
        {"w": scope.workspace_id, "events": sorted(plan.listened), "first": first, "last": last},
    )
    parts = 1 + int(found.column("n")[0].as_py()) // _AT_ONCE
    days = timedelta(days=max(1, (last - first).days // parts))
    while first < last:
        after = min(first + days, last)
        stretch = Stretch(_happened(house, scope, plan, first, after))
        if len(stretch):
            yield stretch
        first = after


def _happened(house: House, scope: Scope, plan: Plan, first: datetime, last: datetime) -> pa.Table:
    """The events from ``first`` to just before ``last`` that the flow listens to, in their order; people as they are known now."""
    graph = plan.graph.model_dump_json()
    # A filter can only read a column that its text names.
    names = sorted(_ALWAYS | {column.name for column in collect.EVENT_COLUMNS if f'"{column.name}"' in graph})
    columns = {**{name: ident(name) for name in (*names, "log_offset", "log_index")}, "said": Sql("toJSONString(properties)")}
    rows = identity.rows_of_people(house.store, scope, Sql("events"), columns, _HEARD)
    query = Sql(f"SELECT * FROM {rows} ORDER BY ts, log_offset, log_index")
    return house.warehouse.query(query, {"events": sorted(plan.listened), "first": first, "last": last})


Arrivals: TypeAlias = Iterator[tuple[datetime, list[Arrival]]]


def arrivals(house: House, scope: Scope, plan: Plan, first: datetime, last: datetime, present: Present) -> Arrivals:
    """(when, who) of those whom no single event brings in, from ``first`` to just before ``last``.

    Raises ``no_history`` (422) for flows that people enter by the API alone, or by a scene.
    """
    entry = plan.graph.entry
    if isinstance(entry, ApiEntry):
        message = "Programs decide who comes in by the API, and history does not tell whom they would have chosen."
        raise UemsError("no_history", message, status=422)
    if isinstance(entry, SceneEntry):
        message = "Scenes find people within seconds of what they do, which the steps of history are too long for. Try a dry run instead."
        raise UemsError("no_history", message, status=422)
    if isinstance(entry, SegmentEntry):
        yield from _moves(house, scope, entry, first, last)
    if isinstance(entry, ScheduleEntry | DateEntry):
        days = (day_of(last, scope.zone) - day_of(first, scope.zone)).days
        for back in range(days, -1, -1):
            due = due_at(entry, scope.zone, last, back)
            if due is None or not first <= due < last:
                continue
            if isinstance(entry, DateEntry):
                people: Sequence[int] = people_by_date(house, scope, entry, day_of(due, scope.zone))
            else:
                people = _audience(house, scope, plan.graph.who, due, present)
            yield due, [Arrival(person_id=person, at_us=to_microseconds(due)) for person in people]


def _moves(house: House, scope: Scope, entry: SegmentEntry, first: datetime, last: datetime) -> Arrivals:
    segment_id = segments.segment(house.store, scope, entry.segment).segment_id
    if entry.members:
        inside = segments.members(house, scope, segment_id, limit=10_000_000, on=first)
        yield first, [Arrival(person_id=person, at_us=to_microseconds(first)) for person in inside]
    for at, people in segments.moved_between(house, scope, segment_id, entry.on == "entered", first, last):
        yield at, [Arrival(person_id=person, at_us=to_microseconds(at)) for person in people]


def _audience(house: House, scope: Scope, who: object, due: datetime, present: Present) -> list[int]:
    node = segments.resolve_node(profiles.parse_condition(who), house.store, scope)
    try:
        profiles.check_past(node, "the entry")
        asking: Asking = PastAsking(house, scope, due)
        found: list[int] = profiles.evaluate([node], asking).members(node).tolist()
    except UemsError as error:
        if error.code != "no_past":
            raise
        found = present.members(json.dumps(who, sort_keys=True), who).tolist()
    return found


def first_known(house: House, scope: Scope, plan: Plan) -> datetime | None:
    """The earliest instant of which history tells what the flow would have noticed; None for nothing."""
    if isinstance(plan.graph.entry, SegmentEntry):
        return segments.known_since(house, scope, segments.segment(house.store, scope, plan.graph.entry.segment).segment_id)
    row = house.warehouse.query(
        Sql("SELECT min(ts) AS at, count() AS n FROM events WHERE workspace_id = {w:UInt32}"), {"w": scope.workspace_id}
    ).to_pylist()[0]
    return row["at"].astimezone(UTC) if row["n"] else None
