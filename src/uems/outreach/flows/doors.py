"""Who comes in that no single event brings: by a segment, a schedule, a date? And what follows merges and ends a drain.

One loop in all processes together. Each coming counts once: a reader of the feed, and a slot of a schedule, move in the transaction
that takes people in.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, insert, select, update

from uems.access.api import Workspaces
from uems.experiments import api as experiments
from uems.identity import api as identity
from uems.kernel import leases
from uems.kernel.clock import day_of
from uems.kernel.errors import UemsError
from uems.kernel.filters import At
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope
from uems.kernel.store import lock, to_microseconds
from uems.outreach.flows.changing import standing
from uems.outreach.flows.dates import people_by_date
from uems.outreach.flows.definitions import SEGMENT_READER
from uems.outreach.flows.effects import do_effects
from uems.outreach.flows.entering import Arrival, enter
from uems.outreach.flows.graph import DateEntry, ScheduleEntry, SegmentEntry
from uems.outreach.flows.merging import follow_merges
from uems.outreach.flows.plans import Plan, Plans, changed
from uems.outreach.flows.schedule import due_at
from uems.outreach.flows.tables import flow_slots, flows
from uems.outreach.flows.tagging import do_tags
from uems.outreach.flows.tasks import end_tasks
from uems.outreach.flows.testing import decide_tests
from uems.profiles import api as profiles
from uems.profiles.api import Asking, Chosen
from uems.segments import api as segments

_logger = logging.getLogger("uems.flows")
PAUSE_SECONDS: Final = 1.0
LEASE_SECONDS: Final = 60.0
CHUNK: Final = 20_000
LATE: Final = timedelta(hours=12)
"""A schedule whose time passed longer ago, as while the server was down, is not made up for."""
_S = flow_slots.c


class Doors:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand."""

    def __init__(self, house: House, workspaces: Workspaces, holder: str, clock: Callable[[], datetime]) -> None:
        self._house, self._workspaces, self._clock = house, workspaces, clock
        self._plans = Plans(house.store)
        self._hold = leases.Hold(house.store, "flow_doors", holder, LEASE_SECONDS, clock)
        self._loop = Loop(
            "flow doors",
            self.step,
            store=house.store,
            pause=lambda worked, took: 0.0 if worked else PAUSE_SECONDS,
            close=self._hold.release,
        )

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the round under way; returns when the thread has ended."""
        self._loop.stop()

    def step(self) -> bool:
        """One round; False when there was nothing to do."""
        with self._house.store.read() as conn:
            self._plans.refresh(conn)
        plans = list(self._plans)
        if not plans or self._hold.take() is None:
            return False
        now = self._clock()
        worked = False
        for workspace_id in sorted({plan.workspace_id for plan in plans}):
            scope = self._workspaces.look(workspace_id)
            if scope is None or self._loop.ending.is_set():
                continue
            mine = [plan for plan in plans if plan.workspace_id == workspace_id]
            worked |= follow_merges(self._house, scope, {plan.flow_id for plan in mine}, to_microseconds(now))
            worked |= self._by_segment(scope, [plan for plan in mine if plan.open or (plan.current and plan.state == "paused")], now)
            for plan in mine:
                if plan.open:
                    worked |= self._opened(scope, plan, now)
                if plan.state == "live":
                    worked |= decide_tests(self._house.store, plan, now)
            worked |= do_effects(self._house, scope, now)
            worked |= do_tags(self._house, scope, now)
            worked |= end_tasks(self._house.store, scope, now)
        self._end_drains(plans)
        return worked

    def _opened(self, scope: Scope, plan: Plan, now: datetime) -> bool:
        """As ``_by_slots``; an entry that cannot be worked out, as when its segment is gone, keeps no other door shut."""
        try:
            return self._by_slots(scope, plan, now)
        except (UemsError, ValueError) as error:
            if isinstance(error, UemsError) and error.passes:
                raise
            _logger.error("the entry of version %d of flow %s cannot be worked out: %s", plan.version, plan.key, error)
            return False

    def _by_segment(self, scope: Scope, plans: Sequence[Plan], now: datetime) -> bool:
        """Of a paused flow too: who comes meanwhile waits at the door, parked, until it goes on or they are let go."""
        wanted: dict[tuple[int, bool], list[Plan]] = {}
        ids: dict[str, int] = {}
        for plan in plans:
            entry = plan.graph.entry
            if isinstance(entry, SegmentEntry):
                ids = ids or {one.key: one.segment_id for one in segments.list_segments(self._house.store, scope, archived=True)}
                wanted.setdefault((ids.get(entry.segment, 0), entry.on == "entered"), []).append(plan)
        if not wanted:
            return False
        now_us = to_microseconds(now)

        out: dict[tuple[int, bool], set[int]] = {}

        def ask(changes: list[segments.Change]) -> None:
            for (segment_id, entered), mine in wanted.items():
                # A dry run acts on nobody, nor does a flow on what was before it.
                since = min((plan.since_us for plan in mine if not plan.dry), default=None)
                came = _of(changes, segment_id, entered)
                acted = {one.person_id for one in came if since is not None and to_microseconds(one.at) >= since}
                out[segment_id, entered] = self._kept_out(scope, segment_id, entered, acted, now)

        def take(conn: Connection, changes: list[segments.Change]) -> None:
            for (segment_id, entered), mine in wanted.items():
                kept_out, came = out[segment_id, entered], _of(changes, segment_id, entered)
                for plan in mine:
                    fresh = [(one.person_id, to_microseconds(one.at)) for one in came if plan.dry or one.person_id not in kept_out]
                    rows = [Arrival(person_id=person, at_us=min(at, now_us)) for person, at in fresh if at >= plan.since_us]
                    enter(conn, plan, rows, now_us)

        return segments.follow(self._house, scope, SEGMENT_READER, take, CHUNK, ask) > 0

    def _kept_out(self, scope: Scope, segment_id: int, entered: bool, people: set[int], now: datetime) -> set[int]:
        """Whom a change of a segment brings nowhere, since a tag on trial may have brought it about."""
        one = next((one for one in segments.list_segments(self._house.store, scope, archived=True) if one.segment_id == segment_id), None)
        if one is None or not people:
            return set()
        node = segments.resolve_node(one.condition, self._house.store, scope)
        if not experiments.asks_tag_on_trial(self._house, scope, node):
            return set()
        owners = identity.people_of(self._house.store, scope, people)
        at = At(now=profiles.as_of(self._house.store, scope, now), zone=scope.zone)
        asking = Asking(self._house, scope, at, Chosen.of(self._house, scope, sorted(people)))
        out = experiments.withheld(node, entered, [owner.person_id for owner in owners.values()], asking, now)
        return {number for number, owner in owners.items() if owner.person_id in out}

    def _by_slots(self, scope: Scope, plan: Plan, now: datetime) -> bool:
        worked = False
        for slot, people_of in self._slots(scope, plan, now):
            with self._house.store.read() as conn:
                row = conn.execute(select(flow_slots).where(*_is(plan, slot))).mappings().first()
            if row is not None and row["done"]:
                continue
            if row is None:
                with self._house.store.write() as conn:
                    lock(conn, f"flow_slot:{plan.workspace_id}:{plan.flow_id}")
                    fresh = {"workspace_id": plan.workspace_id, "flow_id": plan.flow_id, "slot": slot}
                    conn.execute(insert(flow_slots).values(**fresh, after=0, done=False, people=0, at=now))
            self._take(plan, slot, people_of(row["after"] if row is not None else 0), now)
            worked = True
        return worked

    def _take(self, plan: Plan, slot: str, parts: Iterator[Sequence[int]], now: datetime) -> None:
        """People of a slot in ascending order, a part at a time; each part moves the slot behind it."""
        now_us = to_microseconds(now)
        for part in parts:
            if self._hold.take() is None or self._loop.ending.is_set():
                return
            with self._house.store.write() as conn:
                enter(conn, plan, [Arrival(person_id=person, at_us=now_us) for person in part], now_us)
                conn.execute(update(flow_slots).where(*_is(plan, slot)).values(after=part[-1], people=_S.people + len(part)))
        with self._house.store.write() as conn:
            conn.execute(update(flow_slots).where(*_is(plan, slot)).values(done=True))

    def _slots(self, scope: Scope, plan: Plan, now: datetime) -> Iterator[tuple[str, Callable[[int], Iterator[Sequence[int]]]]]:
        """(name, who above a number) of what is due."""
        entry = plan.graph.entry
        if isinstance(entry, SegmentEntry) and entry.members:
            yield f"members:{plan.version}", lambda after: self._members(scope, plan, entry.segment, after, now)
        if isinstance(entry, ScheduleEntry | DateEntry):
            for due in (due_at(entry, scope.zone, now, days) for days in (1, 0)):
                if due is None or not now - LATE <= due <= now or to_microseconds(due) < plan.since_us:
                    continue
                day = day_of(due, scope.zone)
                if isinstance(entry, DateEntry):
                    yield f"{day}", lambda after, day=day: _parts(people_by_date(self._house, scope, entry, day), after)  # type: ignore[misc]
                else:
                    yield f"{day}T{entry.at}", lambda after: _parts(self._audience(scope, plan, plan.graph.who, now), after)

    def _members(self, scope: Scope, plan: Plan, key: str, after: int, now: datetime) -> Iterator[Sequence[int]]:
        one = segments.segment(self._house.store, scope, key)
        if experiments.asks_tag_on_trial(self._house, scope, segments.resolve_node(one.condition, self._house.store, scope)):
            # What is kept of the segment goes by the tag for everybody.
            yield from _parts(self._audience(scope, plan, {"segment": {"key": key}}, now), after)
            return
        while part := segments.members(self._house, scope, one.segment_id, after=after, limit=CHUNK):
            yield part
            after = part[-1]

    def _audience(self, scope: Scope, plan: Plan, who: object, now: datetime) -> list[int]:
        node = segments.resolve_node(profiles.parse_condition(who), self._house.store, scope)
        at = At(now=profiles.as_of(self._house.store, scope, now), zone=scope.zone)
        acted = experiments.act_on([node], Asking(self._house, scope, at))
        if not plan.dry:
            acted.tell(self._house, scope, now, [node])
        found: list[int] = acted.members(node).tolist()
        return found

    def _end_drains(self, plans: Sequence[Plan]) -> None:
        """Let people in again where the last of the older versions has left."""
        for place in {(plan.workspace_id, plan.flow_id) for plan in plans}:
            with self._house.store.read() as conn:
                mine = (flows.c.workspace_id == place[0], flows.c.flow_id == place[1])
                row = conn.execute(select(flows.c.version, flows.c.draining).where(*mine)).one()
                over = row.draining and not any(people for (version, _), people in standing(conn, *place).items() if version < row.version)
            if over:
                with self._house.store.write() as conn:
                    conn.execute(update(flows).where(*mine, flows.c.version == row.version).values(draining=False))
                    changed(conn)


def _of(changes: Sequence[segments.Change], segment_id: int, entered: bool) -> list[segments.Change]:
    return [one for one in changes if one.segment_id == segment_id and one.entered == entered]


def _parts(people: Sequence[int], after: int) -> Iterator[Sequence[int]]:
    rest = [person for person in people if person > after]
    return (rest[start : start + CHUNK] for start in range(0, len(rest), CHUNK))


def _is(plan: Plan, slot: str) -> tuple[ColumnElement[bool], ...]:
    return _S.workspace_id == plan.workspace_id, _S.flow_id == plan.flow_id, _S.slot == slot
