"""Who keeps the segments current? One loop in all processes together, a second or two behind the pipeline.

A round takes whom the pipeline touched, whose ids moved, and whom the edge of a window passed; computes their tags and then
every segment for those people only; and writes who came and who went. Once a night, and for a segment that is new or was
changed, everybody is computed: the nightly pass also proves that nothing was missed, and reports what it had to put right.

What is written carries a token made of the round's number, and the marks move last: a round that is killed is done again,
finds what it has written already, and adds nothing.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, select

from uems.kernel import leases
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.errors import UemsError
from uems.kernel.filters import At, Node
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope
from uems.kernel.store import Store, allocate, upsert_many
from uems.kernel.warehouse import Limits
from uems.profiles import api as profiles
from uems.profiles.api import Asking, Chosen, Evaluated, People
from uems.segments.definitions import list_segments, mark_built, resolve, set_sizes, workspaces_with_segments
from uems.segments.flips import people_at_edges
from uems.segments.model import Cause, Segment
from uems.segments.neighbours import with_neighbours
from uems.segments.settled import settle, written
from uems.segments.standing import Members, read_members
from uems.segments.tables import segment_marks, segment_passes
from uems.segments.tagging import NoTags, Tags, asks_nightly, take_cuts

_logger = logging.getLogger("uems.segments")

PAUSE_SECONDS: Final = 1.0
TICK_SECONDS: Final = 30.0
LEASE_SECONDS: Final = 60.0
PEOPLE: Final = 100_000
"""Whose segments one statement computes at most; more are taken in parts."""
NIGHT_HOUR: Final = timedelta(hours=3)
"""When the nightly pass is due, after the start of the workspace's day."""
_OWED: Final = 300_000
"""Milliseconds between passes over everybody that make up for rounds that failed."""
NOBODY: Final[People] = np.zeros(0, np.uint64)
EMPTY: Final[Mapping[str, int]] = {}


class Scopes(Protocol):
    """Which workspaces there are."""

    def look(self, workspace_id: int) -> Scope | None: ...


class Keeper:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand; ``full`` one pass over everybody."""

    def __init__(self, house: House, workspaces: Scopes, holder: str, clock: Callable[[], datetime], tags: Tags | None = None) -> None:
        self._house = house
        self._workspaces = workspaces
        self._holder = holder
        self._clock = clock
        self._tags: Tags = tags or NoTags()
        self._lease: leases.Lease | None = None
        self._known: dict[tuple[int, int], Members] = {}
        self._taken_over = True
        self._loop = Loop("segments", self.step, store=house.store, pause=lambda worked, took: max(PAUSE_SECONDS, took), close=self.close)

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the statement under way; returns when the thread has ended."""
        self._loop.stop()

    def step(self) -> bool:
        """One round; False when there was nothing to do, or another process does it. Raises what store and warehouse raise."""
        if not self._hold():
            return False
        try:
            return self._step()
        except BaseException:
            self._known.clear()  # what was written is read again
            self._taken_over = True
            raise

    def _step(self) -> bool:
        if self._taken_over:
            # A holder that was killed may have written a round and not said so.
            rounds = written(self._house)
            with self._house.store.write() as conn:
                self._check(conn)
                settle(conn, rounds)
            self._taken_over = False
        now = self._clock()
        marks = read_marks(self._house.store)
        touched = profiles.touched_since(self._house, marks)
        moved = dict(touched.marks) if touched else {}
        worked = touched is not None
        mine = set(workspaces_with_segments(self._house.store)) | set(self._tags.workspaces())
        for workspace_id in sorted(mine):
            scope = self._workspaces.look(workspace_id)
            if scope is None:
                continue
            people = set(touched.people.get(workspace_id, ())) if touched else set()
            try:
                worked = self._round(scope, people, marks, moved, now) or worked
            except UemsError as error:
                # One workspace does not hold up the others, nor its own events: a pass over everybody makes up for the round.
                if error.passes:
                    raise
                _logger.error("segments of %s could not be followed, everybody is computed anew: %s", scope.slug, error.message)
                self._known = {place: members for place, members in self._known.items() if place[0] != workspace_id}
                moved |= {
                    f"tick:{workspace_id}": _ms(now),
                    f"owed:{workspace_id}": max(_ms(now), marks.get(f"owed:{workspace_id}", 0) + _OWED),
                }
                night = self._night(scope, marks, now)
                moved |= {f"night:{workspace_id}": _ms(night)} if night is not None else {}
            if self._loop.ending.is_set() or not self._hold():
                return worked
        if moved:
            self._move(moved)
        return worked

    def follow(self, scope: Scope, people: Sequence[int], now: datetime) -> None:
        """Compute the live segments of some people, as a round does for those whom a batch touched."""
        conditions = self._conditions(scope)
        live = [one for one, _ in conditions if one.built_version == one.version and not one.failure]
        self._some(scope, live, {one.segment_id: tree for one, tree in conditions}, people, set(people), now)

    def _round(self, scope: Scope, people: set[int], marks: Mapping[str, int], moved: dict[str, int], now: datetime) -> bool:
        """One workspace: whom the pipeline touched, whom time passed, then what is new or changed. Whether anything was done."""
        workspace_id = scope.workspace_id
        conditions = self._conditions(scope)
        live = [one for one, _ in conditions if one.built_version == one.version and not one.failure]
        trees = {one.segment_id: tree for one, tree in conditions}
        since = _instant(marks.get(f"tick:{workspace_id}", 0))
        late = self._due(since, now)
        by_time: set[int] = set()
        if late:
            watched = [*(trees[one.segment_id] for one in live), *self._tags.edges(scope)]
            before, at = self._at(scope, since).now, self._at(scope, now).now
            by_time = people_at_edges(self._house, scope, watched, before, at) if since.year > 1970 and before < at else set()
            moved[f"tick:{workspace_id}"] = _ms(now)
        everybody = with_neighbours(self._house, scope, [trees[one.segment_id] for one in live], people | by_time)
        if everybody:
            self._some(scope, live, trees, sorted(everybody), people, now)
        waiting = [one for one, _ in conditions if one.built_version != one.version and not one.failure]
        night = self._night(scope, marks, now)
        owed = f"owed:{workspace_id}"
        is_owed = marks.get(f"done_{owed}", 0) < marks.get(owed, 0) <= _ms(now)
        if night is not None or is_owed:
            with self._keeping():
                self.full(scope, now=now, followed=moved)
            moved |= {f"done_{owed}": _ms(now)} | ({f"night:{workspace_id}": _ms(night)} if night is not None else {})
        elif waiting:
            with self._keeping():
                for one in waiting:
                    self._build(scope, one, trees[one.segment_id], now)
        return bool(everybody or waiting or night)

    def _conditions(self, scope: Scope) -> list[tuple[Segment, Node]]:
        every = list_segments(self._house.store, scope)
        conditions = {one.key: one.condition for one in every}
        return [(one, resolve(one.key, conditions)) for one in every]

    def _due(self, since: datetime, now: datetime) -> bool:
        return (now - since).total_seconds() >= TICK_SECONDS

    def _night(self, scope: Scope, marks: Mapping[str, int], now: datetime) -> datetime | None:
        """The moment of the nightly pass that is due now and was not done; a workspace's first night is the next one."""
        due = start_of_day(day_of(now, scope.zone), scope.zone) + NIGHT_HOUR
        last = marks.get(f"night:{scope.workspace_id}")
        if last is None:
            self._move({f"night:{scope.workspace_id}": _ms(due)})
            return None
        return due if now >= due and _ms(due) > last else None

    def _some(
        self, scope: Scope, live: Sequence[Segment], trees: Mapping[int, Node], people: Sequence[int], events: set[int], now: datetime
    ) -> None:
        """Compute tags and segments of some people, and write who came and went."""
        waiting, done = list(people), set[int]()
        while waiting:
            part, waiting = waiting[:PEOPLE], waiting[PEOPLE:]
            done.update(part)
            refreshed = self._tags.refresh(scope, now, part)
            if refreshed is not None and len(refreshed.related):
                # Whoever invited one of them did nothing, and has one more invited person now.
                more = with_neighbours(self._house, scope, list(trees.values()), refreshed.related.tolist())
                waiting += sorted(more - done - set(waiting))
            if not live:
                continue
            chosen = Chosen.of(self._house, scope, part)
            present = refreshed.people if refreshed is not None else None
            asking = Asking(self._house, scope, self._at(scope, now), chosen, present=present)
            live, found = self._together(scope, live, trees, asking, now)
            if found is None:
                continue
            # Merged into somebody else, or without a single event of their own since an undo.
            gone = np.setdiff1d(np.array(part, np.uint64), found.people)
            changes: list[tuple[int, People, People]] = []
            for one in live:
                members = self._members(scope, one)
                should, are = found.masks[trees[one.segment_id]], members.holds(found.people)
                entered = found.people[should & ~are]
                left = np.concatenate([found.people[are & ~should], gone[members.holds(gone)]])
                if len(entered) or len(left):
                    changes.append((one.segment_id, entered, left))
            self._write(scope, changes, lambda person: "event" if person in events else "time", now)

    def _together(
        self, scope: Scope, live: Sequence[Segment], trees: Mapping[int, Node], asking: Asking, now: datetime
    ) -> tuple[Sequence[Segment], Evaluated | None]:
        """Evaluate segments at once; if that fails, one by one, so that the one that cannot be computed does not hold up the others."""
        try:
            return live, profiles.evaluate([trees[one.segment_id] for one in live], asking, limits=Limits())
        except UemsError as error:
            if error.passes:
                raise
        good = []
        for one in live:
            try:
                profiles.evaluate([trees[one.segment_id]], asking, limits=Limits())
                good.append(one)
            except UemsError as error:
                if error.passes:
                    raise
                self._fail(scope, one, error, now)
        return good, profiles.evaluate([trees[one.segment_id] for one in good], asking, limits=Limits()) if good else None

    def _fail(self, scope: Scope, one: Segment, error: UemsError, now: datetime) -> None:
        """Set a segment aside that cannot be computed: it says why, and is not looked at again before it is changed."""
        _logger.warning("segment %s of %s cannot be computed: %s", one.key, scope.slug, error.message)
        with self._house.store.write() as conn:
            mark_built(conn, scope.workspace_id, one, size=one.size, now=now, failure=error.message)

    def _build(self, scope: Scope, one: Segment, tree: Node, now: datetime) -> None:
        """Compute everybody for a segment that is new or asks something else; a failure is written to the segment."""
        try:
            take_cuts(self._house, scope, [tree])
            found = profiles.evaluate([tree], Asking(self._house, scope, self._at(scope, now)), limits=Limits())
            self._correct(scope, one, found.members(tree), "built", now)
        except UemsError as error:
            if error.passes:
                raise
            self._fail(scope, one, error, now)
            return
        with self._house.store.write() as conn:
            mark_built(conn, scope.workspace_id, one, size=self._members(scope, one).size, now=now)

    def full(self, scope: Scope, *, now: datetime, followed: Mapping[str, int] = EMPTY) -> int:
        """Everybody, every segment: puts right what differs from what was kept, writes a report, and gives the number of differences.

        People of whom something was stored meanwhile are left to the next round: what differs with them is not a difference. Nor
        is what nightly tags, percentiles and relations change, which are computed afterwards. followed: marks of what the round of
        this pass has looked at already, and will move.
        """
        begun = time.perf_counter()
        marks = {**read_marks(self._house.store), **followed}
        conditions = [(one, tree) for one, tree in self._conditions(scope) if not one.failure]
        people, detail = self._everybody(scope, conditions, marks, now)
        self._tags.refresh(scope, now, None)
        take_cuts(self._house, scope, [tree for _, tree in conditions], anew=True)
        asking = [(one, tree) for one, tree in self._conditions(scope) if asks_nightly(tree) and not one.failure]
        if asking:
            self._everybody(scope, asking, marks, now)
        report = {
            "workspace_id": scope.workspace_id,
            "at": now,
            "segments": len(conditions),
            "people": people,
            "differences": sum(detail.values()),
            "seconds": round(time.perf_counter() - begun),
            "detail": detail,
        }
        with self._house.store.write() as conn:
            upsert_many(conn, segment_passes, [report], ["workspace_id", "at"])
        if detail:
            _logger.warning("segments of %s: the full pass put right %s", scope.slug, detail)
        return sum(detail.values())

    def _everybody(
        self, scope: Scope, conditions: Sequence[tuple[Segment, Node]], marks: Mapping[str, int], now: datetime
    ) -> tuple[int, dict[str, int]]:
        """Compute these segments for everybody: (how many people, segment → what had to be put right)."""
        asking = Asking(self._house, scope, self._at(scope, now))
        try:
            found = profiles.evaluate([tree for _, tree in conditions], asking, limits=Limits())
        except UemsError as error:
            if error.passes:
                raise
            for one, tree in conditions:  # one of them cannot be computed, which its own state then says
                self._build(scope, one, tree, now)
            return 0, {}
        newer = profiles.touched_since(self._house, marks)
        busy = np.array(sorted(newer.people.get(scope.workspace_id, ())) if newer else [], np.uint64)
        detail: dict[str, int] = {}
        for one, tree in conditions:
            standing = one.built_version == one.version
            wrong = self._correct(scope, one, found.members(tree), "full" if standing else "built", now, leave=busy if standing else NOBODY)
            if standing and wrong:
                detail[one.key] = wrong
            with self._house.store.write() as conn:
                mark_built(conn, scope.workspace_id, one, size=self._members(scope, one).size, now=now)
        return len(found.people), detail

    def _correct(self, scope: Scope, one: Segment, should: People, cause: Cause, now: datetime, leave: People = NOBODY) -> int:
        """Make the members those that they should be, but for people to leave alone; the number of changes."""
        are = self._members(scope, one).everybody()
        entered, left = np.setdiff1d(should, are, assume_unique=True), np.setdiff1d(are, should, assume_unique=True)
        if len(leave):
            entered, left = np.setdiff1d(entered, leave), np.setdiff1d(left, leave)
        self._write(scope, [(one.segment_id, entered, left)], lambda person: cause, now)
        return len(entered) + len(left)

    def _at(self, scope: Scope, now: datetime) -> At:
        """As of now; in a workspace of history, as of the instant at which it stands still."""
        return At(now=profiles.as_of(self._house.store, scope, now), zone=scope.zone)

    def _members(self, scope: Scope, one: Segment) -> Members:
        place = scope.workspace_id, one.segment_id
        if place not in self._known:
            self._known[place] = read_members(self._house, *place)
        return self._known[place]

    def _write(self, scope: Scope, changes: Sequence[tuple[int, People, People]], cause_of: Callable[[int], Cause], now: datetime) -> None:
        changes = [change for change in changes if len(change[1]) or len(change[2])]
        held = self._lease
        if not changes or not self._hold():
            return
        if held is not None and self._lease is not None and held.epoch != self._lease.epoch:
            # Somebody else may have written meanwhile; these changes were reckoned from what was known before.
            raise UemsError("lease_lost", "The segments were kept by another process meanwhile; the round is done again.", status=409)
        with self._house.store.write() as conn:
            self._check(conn)  # whoever took over numbers their changes from here on
            version = allocate(conn, "segment_changes")
        table = _rows(scope.workspace_id, changes, cause_of, now, version)
        self._house.warehouse.insert("segment_changes", table, token=f"segments:{version}")
        for segment_id, entered, left in changes:
            place = scope.workspace_id, segment_id
            if place in self._known:
                self._known[place].change(entered, left)
            else:  # the lease was only taken now, by hand
                self._known[place] = read_members(self._house, *place)
        sizes = {segment_id: self._known[scope.workspace_id, segment_id].size for segment_id, _, _ in changes}
        with self._house.store.write() as conn:
            self._check(conn)
            settle(conn, {scope.workspace_id: version})
            set_sizes(conn, scope.workspace_id, sizes, now)

    def _keeping(self) -> AbstractContextManager[None]:
        """Hold on to the lease for the length of work on everybody, which takes longer than one."""
        return leases.keeping(self._house.store, self._lease, LEASE_SECONDS, self._clock) if self._lease else nullcontext()

    def _check(self, conn: Connection) -> None:
        if self._lease is not None:
            leases.check(conn, self._lease)

    def _move(self, marks: Mapping[str, int]) -> None:
        if self._lease is None:
            return
        with self._house.store.write() as conn:
            leases.check(conn, self._lease)
            upsert_many(conn, segment_marks, [{"name": name, "value": value} for name, value in marks.items()], ["name"])

    def _hold(self) -> bool:
        """Take or keep the lease; on taking it anew, what another process may have written is read again."""
        now, held, store = self._clock(), self._lease, self._house.store
        epoch = held.epoch if held else 0
        if held is None or held.expires_at - now < timedelta(seconds=LEASE_SECONDS / 2):
            # A pass over everybody takes longer than a lease; as long as nobody took it, what is known still stands.
            kept = leases.renew(store, held, LEASE_SECONDS, now) if held else None
            self._lease = kept or leases.acquire(store, "segments", self._holder, LEASE_SECONDS, now)
        if self._lease is None or self._lease.epoch != epoch:
            self._known.clear()
            self._taken_over = True
        return self._lease is not None

    def close(self) -> None:
        """Give the lease back."""
        if self._lease is not None:
            leases.release(self._house.store, self._lease, self._clock())
            self._lease = None


def read_marks(store: Store) -> dict[str, int]:
    """name → value of every mark that was ever moved."""
    with store.read() as conn:
        return {row.name: row.value for row in conn.execute(select(segment_marks))}


def _rows(
    workspace_id: int, changes: Sequence[tuple[int, People, People]], cause_of: Callable[[int], Cause], now: datetime, version: int
) -> pa.Table:
    people = np.concatenate([np.concatenate([entered, left]) for _, entered, left in changes])
    entered = np.concatenate([np.arange(len(came) + len(went)) < len(came) for _, came, went in changes])
    of = np.concatenate([np.full(len(came) + len(went), segment_id, np.uint32) for segment_id, came, went in changes])
    size = len(people)
    return pa.table(
        {
            "workspace_id": pa.array(np.full(size, workspace_id, np.uint32)),
            "segment_id": pa.array(of),
            "person_id": pa.array(people),
            "entered": pa.array(entered),
            "at": pa.repeat(pa.scalar(now, pa.timestamp("ms", "UTC")), size),
            "cause": pa.array([cause_of(person) for person in people.tolist()], pa.string()),
            "version": pa.array(np.full(size, version, np.uint64)),
        }
    )


def _ms(ts: datetime) -> int:
    return round(ts.timestamp() * 1000)


def _instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
