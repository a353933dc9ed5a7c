"""Whom does what just happened bring into a flow, wake, or take out? In the transaction that closes the pipeline's batch.

The cursor moves with it, so that each event counts exactly once for flows too. Where nobody listens it is one short read.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from uems.kernel.filters import Matcher, Record
from uems.kernel.store import Store, to_microseconds
from uems.outreach.flows.entering import Arrival, enter
from uems.outreach.flows.graph import EventEntry
from uems.outreach.flows.plans import Plan, Plans
from uems.outreach.flows.runs import Told, runs_of, write_signals
from uems.outreach.flows.steps import INSIDE, SECOND, Run
from uems.outreach.flows.testing import reach_goals

_LONG: Final = 300
"""Digits of a whole number that a double surely holds."""
_HOUR: Final = 3600 * SECOND
_DAY: Final = 24 * _HOUR
_DOES: Final = pa.array(["track", "page", "screen"])


class Listener:
    """What the pipeline tells of each batch. One for each consumer; not for several threads."""

    def __init__(self, store: Store) -> None:
        self._plans = Plans(store)

    def take(self, conn: Connection, batches: Sequence[pa.Table], now: datetime) -> None:
        """batches: stored events, each table of one workspace."""
        self._plans.refresh(conn)
        for table in batches:
            if not table.num_rows:
                continue
            workspace_id = table.column("workspace_id")[0].as_py()
            listeners = self._plans.listeners(workspace_id)
            if not listeners:
                continue
            heard = pc.and_(pc.is_in(table.column("event"), pa.array(list(listeners))), pc.is_in(table.column("type"), _DOES))
            rows = table.filter(heard).to_pylist()
            if rows:
                rows.sort(key=lambda row: (row["ts"], row["log_offset"], row["log_index"]))
                take_events(conn, listeners, [Happening(row) for row in rows], to_microseconds(now))


class Happening:
    """One event as flows see it."""

    __slots__ = ("_properties", "_record", "_row", "at_us", "event", "message_id", "person_id")

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.event: str = row["event"]
        self.person_id: int = row["person_id"]
        self.message_id: str = row["message_id"]
        ts: datetime = row["ts"]
        self.at_us = to_microseconds(ts.astimezone(UTC))
        self._row = row
        self._properties: dict[str, Any] | None = None
        self._record: Record | None = None

    @property
    def properties(self) -> dict[str, Any]:
        """Decoded when somebody first asks: most events are of interest to nobody."""
        found = self._properties
        if found is None:
            raw = self._row["properties"]
            found = self._properties = read_properties(raw) if isinstance(raw, str) else dict(raw or {})
        return found

    def fits(self, matches: Matcher | None) -> bool:
        if matches is None:
            return True
        if self._record is None:
            self._record = Record(columns=self._row, properties=self.properties)
        return matches(self._record)

    def told(self) -> dict[str, Any]:
        """What templates and later steps read of it."""
        return {"event": self.event, "properties": self.properties, "at": self.at_us // 1000, "message_id": self.message_id}


def read_properties(raw: str) -> dict[str, Any]:
    """The properties of an event as every database can keep them. Whatever a page sent must not stop the pipeline.

    Numbers that no double holds stay as they were written; NUL goes, and half a character becomes a question mark.
    """
    found = _decoded(raw) if len(raw) < _LONG else json.loads(raw, parse_int=_whole, parse_float=_fraction, parse_constant=str)
    if not isinstance(found, dict):
        return {}
    return _storable(found) if "\\u" in raw else found


def _decoded(raw: str) -> object:
    """Short ones the fast way: no number of theirs can be too long; where one is too large, or half a character stands, the other way."""
    try:
        found: object = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeEncodeError):
        found = json.loads(raw, parse_int=_whole, parse_float=_fraction, parse_constant=str)
    return found


def _whole(text: str) -> int | str:
    return int(text) if len(text) < _LONG else text


def _fraction(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return value


def take_events(conn: Connection, listeners: Mapping[str, Sequence[Plan]], happened: Sequence[Happening], now_us: int) -> None:
    """Events of one workspace in their order: arrivals first, then what they do to those who are inside."""
    arrivals: dict[tuple[int, int], tuple[Plan, list[Arrival]]] = {}
    heard: dict[int, list[Happening]] = {}
    versions: dict[int, dict[int, Plan]] = {}
    reached: dict[tuple[int, int], dict[tuple[str, str], list[tuple[int, int]]]] = {}
    for one in happened:
        for plan in listeners.get(one.event, ()):
            entry = plan.graph.entry
            comes = isinstance(entry, EventEntry) and plan.open and entry.event == one.event
            if isinstance(entry, EventEntry) and comes and one.at_us >= earliest(entry, now_us) and one.fits(plan.entering):
                _, mine = arrivals.setdefault((plan.flow_id, plan.version), (plan, []))
                mine.append(arrival_of(entry, one, now_us))
            for node, stop in plan.stops.items():
                if stop.trying and one.event in stop.trying.events and one.fits(stop.success):
                    people = reached.setdefault((plan.workspace_id, plan.flow_id), {}).setdefault((node, stop.trying.about), [])
                    people.append((one.person_id, one.at_us))
            if one.event not in plan.telling:
                continue
            versions.setdefault(plan.flow_id, {})[plan.version] = plan
            flow = heard.setdefault(plan.flow_id, [])
            if not flow or flow[-1] is not one:
                flow.append(one)
    for plan, mine in arrivals.values():
        enter(conn, plan, mine, now_us)
    for (workspace_id, flow_id), tests in reached.items():
        reach_goals(conn, workspace_id, flow_id, tests)
    told: list[Told] = []
    for flow_id, events in heard.items():
        told += _tell(conn, versions[flow_id], flow_id, events, now_us)
    write_signals(conn, told)


def earliest(entry: EventEntry, now_us: int) -> int:
    """Events from before this instant (microseconds) are too old to bring anybody in."""
    return now_us - entry.hours * _HOUR


def arrival_of(entry: EventEntry, one: Happening, now_us: int) -> Arrival:
    """Whom an event brings to the door."""
    found: Any = one.properties.get(entry.key) if entry.key else None
    key = "" if found is None else str(found)[:200]
    return Arrival(person_id=one.person_id, at_us=min(one.at_us, now_us), key=key, context={"event": one.told()})


def _tell(conn: Connection, versions: Mapping[int, Plan], flow_id: int, events: Sequence[Happening], now_us: int) -> list[Told]:
    """What the runs of one flow are told; written for all flows together."""
    workspace_id = next(iter(versions.values())).workspace_id
    by_person: dict[int, list[Happening]] = {}
    for one in events:
        by_person.setdefault(one.person_id, []).append(one)
    told = []
    for run in runs_of(conn, workspace_id, flow_id, by_person, lock=True):
        plan = versions.get(run.version)
        if plan is None:
            continue
        change = change_of(plan, run, by_person[run.person_id], now_us)
        if change is not None:
            told.append((run, *change))
    return told


def change_of(plan: Plan, run: Run, events: Sequence[Happening], now_us: int) -> tuple[str, int | None, int | None] | None:
    """(signal, when to wake, when the goal was reached) by what a person did; None when none of it concerns the run."""
    signal, wake, reached = run.signal, run.wake_at, None
    parked = signal.startswith("parked")
    inside = run.state in INSIDE
    stop = plan.stops.get(run.node) if inside and (run.state == "active" or run.node == plan.graph.start) else None
    mine = run.context.partition('"message_id":"')[2].partition('"')[0]
    # Whoever is about to leave leaves; an event or an answer that was waited for gives way to it.
    final = signal.removeprefix("parked").startswith(('{"kind":"goal"', '{"kind":"exit"'))
    for one in events:
        if one.at_us < run.entered_at or one.message_id == mine:
            continue
        kind = ""
        goal = plan.goal
        if goal and reached is None and one.event in goal.events and one.fits(goal.matches):
            days = plan.graph.goal.days if plan.graph.goal else 0
            if one.at_us < run.entered_at + days * _DAY:
                reached = one.at_us
                kind = "goal" if plan.graph.goal and plan.graph.goal.leave else ""
        if not kind and one.event in plan.leaving.events and one.fits(plan.leaving.matches):
            kind = "exit"
        if not kind and stop is not None and not signal and one.event in stop.events and one.fits(stop.matches):
            kind = "event"
        if kind and inside and not final:
            final = kind != "event"
            body = json.dumps({"kind": kind, **one.told()}, ensure_ascii=False, separators=(",", ":"))
            signal, wake = ("parked" + body, None) if parked else (body, now_us)
    if signal == run.signal and wake == run.wake_at and reached is None:
        return None
    return signal, wake, reached
