"""Who has just come into a scene? One loop in all processes together, a second or two behind the pipeline.

A round takes whom the pipeline touched since the last one and asks every live scene of those people only. What it finds, the flows that
begin with it, and how far it has come are written in one transaction: each match counts once, whenever a process ends.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, select

from uems.access.api import Workspaces
from uems.identity import api as identity
from uems.kernel import leases
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope
from uems.kernel.store import insert_many, lock, to_microseconds, upsert_many
from uems.outreach.flows.entering import Arrival, enter
from uems.outreach.flows.graph import SceneEntry
from uems.outreach.flows.plans import Plan, Plans
from uems.outreach.scenes.definitions import Scene, live_scenes
from uems.outreach.scenes.matching import who_is_in
from uems.outreach.scenes.tables import scene_marks, scene_matches
from uems.profiles import api as profiles

_logger = logging.getLogger("uems.scenes")
PAUSE_SECONDS: Final = 1.0
LEASE_SECONDS: Final = 60.0
_PART: Final = 500
_M = scene_matches.c


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """People for whom a scene holds. numbers: each number that any of them ever had → who they are now."""

    scene: Scene
    people: Sequence[int]
    numbers: Mapping[int, int]


class SceneWatch:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand."""

    def __init__(self, house: House, workspaces: Workspaces, holder: str, clock: Callable[[], datetime]) -> None:
        self._house, self._workspaces, self._clock = house, workspaces, clock
        self._plans = Plans(house.store)
        self._hold = leases.Hold(house.store, "scenes", holder, LEASE_SECONDS, clock)
        self._loop = Loop(
            "scenes", self.step, store=house.store, pause=lambda worked, took: max(PAUSE_SECONDS, took), close=self._hold.release
        )

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the round under way; returns when the thread has ended."""
        self._loop.stop()

    def step(self) -> bool:
        """One round; False when there was nothing to do. What happened before the first scene was started is never looked at."""
        with self._house.store.read() as conn:
            scenes = live_scenes(conn)
            marks = {row.name: row.value for row in conn.execute(select(scene_marks))}
        if not scenes and not marks:
            return False
        lease = self._hold.take()
        if lease is None:
            return False
        if not scenes:
            # Nobody watches: what happens until the next scene is started concerns none.
            with self._house.store.write() as conn:
                leases.check(conn, lease)
                conn.execute(delete(scene_marks))
            return False
        if not marks:
            now_there = {"started": 1, **profiles.marks_now(self._house)}
            with self._house.store.write() as conn:
                leases.check(conn, lease)
                _move(conn, now_there)
            return True
        touched = profiles.touched_since(self._house, marks)
        if touched is None:
            return False
        now = self._clock()
        found = self._found(scenes, touched.people, now)
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            self._write(conn, found, now)
            _move(conn, touched.marks)
        return True

    def _found(self, scenes: Sequence[Scene], touched: Mapping[int, set[int]], now: datetime) -> list[_Found]:
        found: list[_Found] = []
        for workspace_id, people in touched.items():
            mine = [scene for scene in scenes if scene.workspace_id == workspace_id]
            scope = self._workspaces.look(workspace_id) if mine else None
            if scope is None or not people:
                continue
            try:
                found += _in_workspace(self._house, scope, mine, people, now)
            except UemsError as error:
                # A scene is of the moment: one workspace that cannot be asked in time misses it, and holds up no other.
                if error.passes:
                    raise
                _logger.error("scenes of %s could not be asked: %s", scope.slug, error.message)
        return found

    def _write(self, conn: Connection, found: Sequence[_Found], now: datetime) -> None:
        if not found:
            return
        self._plans.refresh(conn)
        for workspace_id in sorted({one.scene.workspace_id for one in found}):
            lock(conn, f"scenes:{workspace_id}")
        standing = {(one.workspace_id, one.scene_id): one.version for one in live_scenes(conn)}
        for one in found:
            # Whoever paused or changed it meanwhile is right.
            if standing.get((one.scene.workspace_id, one.scene.scene_id)) != one.scene.version:
                continue
            fresh = _keep(conn, one, now)
            for plan in self._plans.current(one.scene.workspace_id):
                if _begins_with(plan, one.scene):
                    enter(conn, plan, _arrivals(one.scene, fresh, now), to_microseconds(now))


def _in_workspace(house: House, scope: Scope, scenes: Sequence[Scene], touched: set[int], now: datetime) -> list[_Found]:
    inside = who_is_in(house, scope, scenes, touched, now)
    everybody = sorted({person for people in inside.values() for person in people})
    people = {one.person_id: one for one in identity.people_of(house.store, scope, everybody).values()}
    found = []
    for scene in scenes:
        mine = inside.get(scene.scene_id, [])
        numbers = {number: person for person in mine if person in people for number in people[person].node_ids}
        if mine:
            found.append(_Found(scene=scene, people=mine, numbers=numbers))
    return found


def _keep(conn: Connection, found: _Found, now: datetime) -> dict[int, int]:
    """Write down those whose cool-down is over: person → which time it is for them, under the number that they have now."""
    scene, spec = found.scene, found.scene.spec
    last: dict[int, datetime] = {}
    count: dict[int, int] = {}
    numbers = sorted(found.numbers)
    query = select(_M.person_id, func.max(_M.at).label("at"), func.max(_M.match_no).label("no")).group_by(_M.person_id)
    for start in range(0, len(numbers), _PART):
        part = numbers[start : start + _PART]
        mine = (_M.workspace_id == scene.workspace_id, _M.scene_id == scene.scene_id, _M.person_id.in_(part))
        for row in conn.execute(query.where(*mine)):
            person = found.numbers[row.person_id]
            last[person] = max(row.at, last.get(person, row.at))
            # Numbers of merged people may have been counted side by side.
            count[person] = max(row.no, count.get(person, 0))
    over = now - timedelta(minutes=spec.cool_down_minutes)
    fresh = {one: count.get(one, 0) + 1 for one in found.people if one not in last or last[one] <= over}
    head = {"workspace_id": scene.workspace_id, "scene_id": scene.scene_id, "version": scene.version}
    times = {"at": now, "until": now + timedelta(minutes=spec.stays_minutes)}
    insert_many(conn, scene_matches, [{**head, "person_id": person, "match_no": no, **times} for person, no in fresh.items()])
    return fresh


def _begins_with(plan: Plan, scene: Scene) -> bool:
    entry = plan.graph.entry
    return isinstance(entry, SceneEntry) and entry.scene == scene.key


def _arrivals(scene: Scene, fresh: Mapping[int, int], now: datetime) -> list[Arrival]:
    said = {"scene": {"key": scene.key, "name": scene.name, "at": to_microseconds(now) // 1000}}
    return [Arrival(person_id=person, at_us=to_microseconds(now), context=said) for person in fresh]


def _move(conn: Connection, marks: Mapping[str, int]) -> None:
    if marks:
        upsert_many(conn, scene_marks, [{"name": name, "value": value} for name, value in marks.items()], ["name"])
