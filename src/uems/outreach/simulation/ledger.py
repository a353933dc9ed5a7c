"""Where does everybody stand in a simulation? Runs in memory while anything can still happen to them, and written when it is over.

The rules are those of the engine, which reads and writes its runs in the store: who comes in, what wakes them, what ends. Only the
place is another, for nobody else works on them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from heapq import heappop, heappush
from itertools import count
from typing import Final

from uems.kernel.sql import Sql, ident, join
from uems.kernel.store import Store
from uems.outreach.flows.engine import DELAY_SECONDS, Walked
from uems.outreach.flows.entering import Arrival, new_run, refusal
from uems.outreach.flows.listening import Happening, change_of
from uems.outreach.flows.plans import Plan
from uems.outreach.flows.runs import Counts, add_counts
from uems.outreach.flows.steps import INSIDE, SECOND, Run

_DAY: Final = 86_400 * SECOND
_KEPT: Final = 20_000
"""Finished runs that are written at once."""
_NAMES: Final = (
    "workspace_id", "flow_id", "person_id", "entry_no", "came_as", "entry_key", "version", "state", "node", "wake_at", "signal", "seq",
    "context", "path", "reason", "entered_at", "ended_at", "goal_at",
)  # fmt: skip
_INTO: Final = join(Sql(", "), [ident(name) for name in _NAMES])
_VALUES: Final = join(Sql(", "), [Sql("?") for _ in _NAMES])
_INSERT: Final = Sql(f"INSERT INTO flow_runs ({_INTO}) VALUES ({_VALUES})")


@dataclass(slots=True, kw_only=True, eq=False)
class Way(Run):
    """A run with what the store keeps of it beside. entry_key: what it is about."""

    entry_key: str = ""
    ended_at: int | None = None
    goal_at: int | None = None


_FIELDS: Final = tuple(one.name for one in fields(Run))


class Ledger:
    """The runs of one version of one flow; not for several threads. Times are microseconds since 1970."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._keyed = plan.graph.entry.type == "event" and bool(plan.graph.entry.key)
        self._window = plan.graph.goal.days * _DAY if plan.graph.goal else 0
        self._open: dict[int, list[Way]] = {}
        # Of runs that were let go of: the last entry number of each person, and when they came in last about each thing.
        self._entries: dict[int, int] = {}
        self._last: dict[tuple[int, str], int] = {}
        # (when, person, entry, a number so that no two are alike, run); of a run that was moved since, the time is another.
        self._due: list[tuple[int, int, int, int, Way]] = []
        self._closing: list[tuple[int, int, Way]] = []
        self._numbers = count()
        self._over: list[Way] = []
        self.counts = Counts()

    def knows(self, person: int) -> bool:
        """Whether anything that they do now can still concern one of their runs."""
        return person in self._open

    def inside(self) -> Iterable[int]:
        """People with runs to whom anything can happen."""
        return self._open

    def refuses(self, person: int, key: str, at_us: int) -> str:
        """Why they may not come in then, which is counted; "" if they may."""
        mine = self._open.get(person, ())
        about = key if self._keyed else ""
        last = self._last.get((person, about))
        inside = False
        for run in mine:
            if not self._keyed or run.entry_key == about:
                inside = inside or run.state in INSIDE
                last = run.entered_at if last is None else max(last, run.entered_at)
        why = refusal(self._plan, inside, last, at_us)
        self._count("", why or "arrived")
        return why

    def admit(self, one: Arrival, now_us: int) -> None:
        """Take in somebody whom ``refuses`` let pass."""
        mine = self._open.setdefault(one.person_id, [])
        run = new_run(self._plan, one, 1 + max((run.entry_no for run in mine), default=self._entries.get(one.person_id, 0)))
        way = Way(**{name: getattr(run, name) for name in _FIELDS}, entry_key=one.key)
        way.wake_at = now_us
        mine.append(way)
        self._push(way)

    def tell(self, told: Mapping[int, Sequence[Happening]], now_us: int) -> None:
        """What people did, by person, in their order: goals, ends, and what was waited for."""
        for person, events in told.items():
            for run in self._open.get(person, ()):
                change = change_of(self._plan, run, events, now_us)
                if change is None:
                    continue
                run.signal, wake, reached = change
                if run.goal_at is None:
                    run.goal_at = reached
                run.seq += 1
                if wake != run.wake_at:
                    run.wake_at = wake
                    self._push(run)
        while self._closing and self._closing[0][0] <= now_us:
            self._let_go(heappop(self._closing)[2])

    @property
    def next_at(self) -> int | None:
        """When somebody's time comes next; None while nobody waits for any."""
        while self._due and self._due[0][0] != self._due[0][4].wake_at:
            heappop(self._due)
        return self._due[0][0] if self._due else None

    def take_due(self, now_us: int, most: int) -> list[Run]:
        """Those whose time has come, the longest overdue first; to be given back by ``moved``."""
        found: dict[int, Run] = {}
        while len(found) < most and (at := self.next_at) is not None and at <= now_us:
            run = heappop(self._due)[4]
            found[id(run)] = run
        return list(found.values())

    def save(self, runs: Sequence[Run]) -> list[tuple[object, ...]]:
        """How they stand, for ``restore``."""
        return [tuple(getattr(run, name) for name in _FIELDS) for run in runs]

    def restore(self, runs: Sequence[Run], saved: Sequence[tuple[object, ...]]) -> None:
        """As if the round had not been: what a version that cannot be worked out has begun is taken back."""
        for run, values in zip(runs, saved, strict=True):
            for name, value in zip(_FIELDS, values, strict=True):
                setattr(run, name, value)

    def moved(self, walked: Walked, now_us: int) -> None:
        """Keep what became of those who were due."""
        for run in walked.moved:
            assert isinstance(run, Way)
            run.signal = ""
            run.seq += 1
            if run.state == "done":
                run.ended_at = now_us
            self._push(run)
            if run.state not in INSIDE:
                self._close(run, now_us)
        for run in walked.removed:
            self._forget(run)
        for run in walked.delayed:
            assert isinstance(run, Way)
            run.wake_at = now_us + DELAY_SECONDS * SECOND
            run.seq += 1
            self._push(run)
        self.counts.update(walked.counts)

    def write(self, scratch: Store, *, everything: bool = False) -> None:
        """Write finished runs where there are many, or all runs, and the counts, at the end."""
        over = self._over
        if everything:
            over = over + [run for runs in self._open.values() for run in runs]
        elif len(over) < _KEPT:
            return
        with scratch.write() as conn:
            if over:
                conn.exec_driver_sql(_INSERT, [tuple(getattr(run, name) for name in _NAMES) for run in over])
            if everything:
                add_counts(conn, self.counts)
        self._over = []

    def _count(self, node: str, way: str) -> None:
        plan = self._plan
        self.counts[plan.workspace_id, plan.flow_id, plan.version, node, way] += 1

    def _push(self, run: Way) -> None:
        if run.wake_at is not None:
            heappush(self._due, (run.wake_at, run.person_id, run.entry_no, next(self._numbers), run))

    def _close(self, run: Way, now_us: int) -> None:
        """Nothing happens to it any more, but for a goal that may be reached within its days."""
        until = run.entered_at + self._window
        if self._window and until > now_us:
            heappush(self._closing, (until, next(self._numbers), run))
        else:
            self._let_go(run)

    def _let_go(self, run: Way) -> None:
        self._forget(run)
        place = (run.person_id, run.entry_key if self._keyed else "")
        self._entries[run.person_id] = max(run.entry_no, self._entries.get(run.person_id, 0))
        self._last[place] = max(run.entered_at, self._last.get(place, run.entered_at))
        self._over.append(run)

    def _forget(self, run: Run) -> None:
        rest = [one for one in self._open[run.person_id] if one is not run]
        if rest:
            self._open[run.person_id] = rest
        else:
            del self._open[run.person_id]
        run.wake_at = None
