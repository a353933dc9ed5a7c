"""How do people move on? All whose time has come at once, node by node, and what they do is written with the move or not at all.

A round takes a large batch of due runs, walks each to where it next has to wait, and writes moves, messages and counts in one
transaction. A run is moved only from the count of moves that it was read with, so that no move happens twice, whoever else works
and whenever the process ends.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from sqlalchemy import Connection, Table

from uems.kernel.bucketing import buckets
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope
from uems.kernel.store import insert_many, to_microseconds, upsert_many
from uems.outreach.dry.writing import write_effects, write_messages
from uems.outreach.flows.gates import Gate
from uems.outreach.flows.gating import write_gates
from uems.outreach.flows.plans import Plan, Plans, Stop
from uems.outreach.flows.runs import Counts, Overtaken, add_counts, delay_runs, park_runs, read_due, remove_runs, write_moves
from uems.outreach.flows.steps import SECOND, Cohort, Effect, End, Knowing, Move, Run, Stay
from uems.outreach.flows.tables import flow_effects
from uems.outreach.flows.world import World
from uems.outreach.messages.model import Outgoing
from uems.outreach.messages.outbox import enqueue

_logger = logging.getLogger("uems.flows")
BATCH: Final = 20_000
PAUSE_SECONDS: Final = 0.25
DELAY_SECONDS: Final = 300
"""When those of a version that cannot be worked out are looked at again."""
_SAME: Final[Mapping[str, Sequence[str]]] = {
    "flow_trials": ("workspace_id", "flow_id", "node", "about", "person_id", "entry_no"),
    "flow_tasks": ("workspace_id", "key"),
    "conversations": ("workspace_id", "opened_by"),
}
"""By which columns a row that is written with a move is the same as one that is there."""
_PASSES: Final = 10_000
"""Rounds through nodes within one batch; a graph that passed the checks never comes near."""


@dataclass(slots=True)
class Walked:
    """What a round is about to write."""

    moved: list[Run] = field(default_factory=list)
    removed: list[Run] = field(default_factory=list)
    parked: list[Run] = field(default_factory=list)
    delayed: list[Run] = field(default_factory=list)
    sent: list[tuple[Run, Outgoing]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    kept: list[tuple[Table, Mapping[str, object]]] = field(default_factory=list)
    gates: dict[tuple[int, int, str], tuple[int, Gate]] = field(default_factory=dict)
    dry: "list[Walked]" = field(default_factory=list)
    """Of dry runs: what they would have said and done."""

    def add_dry(self, other: "Walked") -> None:
        """What a dry run is about to write: its moves and counts, and beside them what is not done."""
        self.add(replace(other, sent=[], effects=[], kept=[]))
        self.parked += other.parked
        self.delayed += other.delayed
        self.dry.append(other)

    def add(self, other: "Walked") -> None:
        """What another part of the round is about to write."""
        self.moved += other.moved
        self.removed += other.removed
        self.sent += other.sent
        self.effects += other.effects
        self.kept += other.kept
        self.gates.update(other.gates)
        self.counts.update(other.counts)

    def count(self, run: Run, node: str, way: str, people: int = 1) -> None:
        self.counts[run.workspace_id, run.flow_id, run.version, node, way] += people


class Scopes(Protocol):
    """Where workspaces are looked up."""

    def look(self, workspace_id: int) -> Scope | None: ...


Worlds: TypeAlias = Callable[[Scope, Sequence[int], datetime], Knowing]
"""What is known of these people at that time."""


class Engine:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand.

    batch: runs a round at most. worlds: what steps may ask about people; everything that is known of them now by default.
    """

    def __init__(
        self, house: House, workspaces: Scopes, clock: Callable[[], datetime], *, batch: int = BATCH, worlds: Worlds | None = None
    ) -> None:
        self._house, self._workspaces, self._clock, self._batch = house, workspaces, clock, batch
        self._worlds: Worlds = worlds or (lambda scope, people, now: World(house, scope, people, now))
        self._plans = Plans(house.store)
        self._most = batch
        self._loop = Loop("flows", self.step, store=house.store, still=2.0, pause=lambda worked, took: 0.0 if worked else PAUSE_SECONDS)
        self.moves = 0
        """Moves since the process began."""

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the round under way; returns when the thread has ended."""
        self._loop.stop()

    def step(self) -> bool:
        """One round; False when nobody's time had come."""
        now = self._clock()
        now_us = to_microseconds(now)
        store = self._house.store
        if store.dialect == "postgresql":
            try:
                with store.write() as conn:
                    self._plans.refresh(conn)
                    due = read_due(conn, now_us, self._batch)
                    self._write(conn, self._walk(due, now, now_us), now, now_us)
            except Overtaken:
                return True  # another worker was quicker at a rate limit: count anew
            return bool(due)
        with store.read() as conn:
            self._plans.refresh(conn)
            due = read_due(conn, now_us, self._most)
        if due:
            walked = self._walk(due, now, now_us)
            try:
                with store.write() as conn:
                    self._write(conn, walked, now, now_us)
                self._most = min(self._batch, 2 * self._most)
            except Overtaken:
                # Something woke one of them meanwhile. A smaller batch is sooner done, and so less likely to be overtaken.
                self._most = max(100, self._most // 2)
        return bool(due)

    def _write(self, conn: Connection, walked: Walked, now: datetime, now_us: int) -> None:
        write_moves(conn, walked.moved, now_us)
        remove_runs(conn, walked.removed)
        park_runs(conn, walked.parked)
        delay_runs(conn, walked.delayed, now_us + DELAY_SECONDS * SECOND)
        by_workspace: dict[int, list[Outgoing]] = {}
        for run, out in walked.sent:
            by_workspace.setdefault(run.workspace_id, []).append(out)
        for workspace_id, rows in by_workspace.items():
            scope = self._workspaces.look(workspace_id)
            if scope is not None:
                enqueue(conn, scope, rows, now)
        write_beside(conn, walked, now)
        for part in walked.dry:
            self._write_dry(conn, part, now)
        add_counts(conn, walked.counts)
        self.moves += sum(walked.counts.values())

    def _write_dry(self, conn: Connection, part: Walked, now: datetime) -> None:
        """What one dry run would have said and done: beside the outbox and the list of effects, from which nothing is done."""
        scope = self._workspaces.look(part.sent[0][0].workspace_id) if part.sent else None
        if scope is not None:
            write_messages(conn, scope, part.sent, now)
        write_effects(conn, part.effects, part.kept, now)

    def _walk(self, due: Sequence[Run], now: datetime, now_us: int) -> Walked:
        walked = Walked()
        by_workspace: dict[int, list[Run]] = {}
        for run in due:
            by_workspace.setdefault(run.workspace_id, []).append(run)
        for workspace_id, runs in by_workspace.items():
            scope = self._workspaces.look(workspace_id)
            if scope is None:
                for run in runs:
                    _end(run, "gone", walked)
                continue
            world = self._worlds(scope, [run.person_id for run in runs], now)
            by_plan: dict[tuple[int, int], list[Run]] = {}
            for run in runs:
                by_plan.setdefault((run.flow_id, run.version), []).append(run)
            for (flow_id, version), mine in by_plan.items():
                plan = self._plans.get(workspace_id, flow_id, version)
                if plan is None:
                    for run in mine:
                        _end(run, "archived", walked)
                elif plan.state == "paused":
                    walked.parked.extend(mine)
                else:
                    asked = world.watching() if plan.dry else world
                    at = Cohort(scope=scope, node="", salt=plan.salt, now=now, now_us=now_us, woken=False, runs=[], ask=asked)
                    if plan.dry:
                        part = Walked()
                        walk(plan, mine, at, part)
                        walked.add_dry(part)
                    else:
                        walk(plan, mine, at, walked)
        return walked


def walk(plan: Plan, mine: list[Run], at: Cohort, walked: Walked) -> None:
    """As ``through``; one version that cannot be worked out, as when a segment that it asks is archived, holds up none of the others."""
    part = Walked(gates=dict(walked.gates))
    try:
        through(plan, mine, at, part)
    except UemsError as error:
        if error.passes:
            raise
        _logger.error("version %d of flow %s cannot go on; its people wait: %s", plan.version, plan.key, error)
        walked.delayed.extend(mine)
    else:
        walked.add(part)


def write_beside(conn: Connection, walked: Walked, now: datetime) -> None:
    """What is written with the moves besides runs, messages and counts: effects, rows that nodes keep, rate limits."""
    insert_many(conn, flow_effects, [_effect_row(one, now) for one in walked.effects])
    for table in sorted({table for table, _ in walked.kept}, key=lambda one: one.name):
        upsert_many(conn, table, [row for mine, row in walked.kept if mine is table], _SAME[table.name], ())
    write_gates(conn, walked.gates)


def through(plan: Plan, runs: Sequence[Run], at: Cohort, walked: Walked) -> None:
    """Take the runs of one version from where they stand to where each next waits or ends. at: the round, without people."""
    going = _begin(plan, list(runs), at, walked)
    waiting: dict[tuple[str, bool], list[Run]] = {}
    # Who has waited at a node goes before those who have just come, also where the round is late for both.
    for run in sorted(going, key=lambda run: run.state != "active"):
        waiting.setdefault((run.node, run.state == "active"), []).append(run)
    for _ in range(_PASSES):
        if not waiting:
            return
        (node, woken) = next(iter(waiting))
        mine = waiting.pop((node, woken))
        stop = plan.stops.get(node)
        if stop is None:
            for run in mine:
                _end(run, "removed", walked)
            continue
        cohort = Cohort(
            scope=at.scope, node=node, salt=at.salt, now=at.now, now_us=at.now_us, woken=woken, runs=mine, ask=at.ask,
            sent=walked.sent, effects=walked.effects, kept=walked.kept, gates=walked.gates, trying=stop.trying,
            flow=plan.key,
        )  # fmt: skip
        _move(stop, cohort, stop.step.step(stop.config, cohort), waiting, walked)
    raise UemsError("endless_flow", f"{plan.key} goes round in a circle without a wait; pause it and put one in.", status=500)


def _move(stop: Stop, cohort: Cohort, given: "Move | Sequence[Move]", waiting: dict[tuple[str, bool], list[Run]], walked: Walked) -> None:
    """Do what the step said of each. All of them are of one version of one flow."""
    moves: Iterable[Move] = [given] * len(cohort.runs) if isinstance(given, str | Stay | End) else given
    node, now_us = cohort.node, cohort.now_us
    took: Counter[str] = Counter()
    for run, move in zip(cohort.runs, moves, strict=True):
        if isinstance(move, str):
            run.path += f"{(now_us - run.entered_at) // SECOND}|{node}|{move}\n"
            run.signal = ""
            took[move] += 1
            target = stop.to.get(move)
            if target is None:
                _end(run, "end", walked)
                continue
            run.node = target
            waiting.setdefault((target, False), []).append(run)
        elif isinstance(move, Stay):
            run.node, run.wake_at, run.state = node, move.until, "active"
            walked.moved.append(run)
        else:
            run.path += f"{(now_us - run.entered_at) // SECOND}|{node}|{move.reason}\n"
            took["end"] += 1
            _end(run, move.reason, walked)
    for way, people in took.items():
        walked.count(cohort.runs[0], node, way, people)


def _begin(plan: Plan, runs: list[Run], at: Cohort, walked: Walked) -> list[Run]:
    """Those who go on: not those for whom it is over, nor newcomers who may not come in or are held out."""
    going = []
    for run in runs:
        told = run.event()
        if told is not None and told["kind"] in ("goal", "exit"):
            walked.count(run, run.node, told["kind"])
            _end(run, told["kind"], walked)
        else:
            going.append(run)
    fresh = [run for run in going if run.state == "new"]
    if fresh:
        allowed = _welcome(plan, fresh, at, walked)
        going = [run for run in going if run.state in ("active", "before") or run.place in allowed]
    if plan.graph.exit.who is not None and going:
        leave = at.ask.holds(plan.graph.exit.who, going)
        for run, out in zip(going, leave.tolist(), strict=True):
            if out:
                walked.count(run, run.node, "exit")
                _end(run, "exit", walked)
        going = [run for run, out in zip(going, leave.tolist(), strict=True) if not out]
    return going


def _welcome(plan: Plan, fresh: Sequence[Run], at: Cohort, walked: Walked) -> set[tuple[int, int, int, int]]:
    """Newcomers who really come in. The others are counted; who is held out stays on the books and is sent nothing, ever."""
    good = list(fresh)
    if plan.graph.who is not None:
        holds = at.ask.holds(plan.graph.who, fresh).tolist()
        for run, ok in zip(fresh, holds, strict=True):
            if not ok:
                walked.count(run, "", "not_eligible")
                walked.removed.append(run)
        good = [run for run, ok in zip(fresh, holds, strict=True) if ok]
    share = plan.graph.holdout_percent / 100
    held = (buckets(f"{plan.salt}:holdout", [run.came_as for run in good]) < share).tolist() if share else [False] * len(good)
    allowed = set()
    for run, out in zip(good, held, strict=True):
        walked.count(run, "", "holdout" if out else "entered")
        if out:
            run.state, run.wake_at = "holdout", None
            walked.moved.append(run)
        else:
            allowed.add(run.place)
    return allowed


def _end(run: Run, reason: str, walked: Walked) -> None:
    run.state, run.reason, run.wake_at = "done", reason[:60], None
    walked.moved.append(run)


def _effect_row(one: Effect, now: datetime) -> dict[str, object]:
    return {
        "workspace_id": one.run.workspace_id,
        "flow_id": one.run.flow_id,
        "person_id": one.run.person_id,
        "kind": one.kind,
        "key": one.key,
        "body": dict(one.body),
        "attempts": 0,
        "next_at": now,
        "created_at": now,
    }
