"""What would this flow have done? Its own engine and its own decisions, on a clock that goes through real history step by step.

The draft is published into a store of its own, real events and comings are told to it in their order, and at every step the same
engine moves people and the same code decides about messages as when it is live; only that those inside are kept in memory. Nothing
reaches anybody, and nothing is written to the real store. Events are those that really happened: nobody did anything because of a
message that was never sent, so that whoever reaches the goal would have done so anyway.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, TypeVar

from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store, from_microseconds, to_microseconds
from uems.outreach.flows.definitions import Flow, must_be_sound
from uems.outreach.flows.engine import Walked, walk, write_beside
from uems.outreach.flows.entering import Arrival
from uems.outreach.flows.plans import Plan, read_plan
from uems.outreach.flows.steps import Cohort, Run
from uems.outreach.flows.testing import reach_goals
from uems.outreach.messages.sender import frame_of
from uems.outreach.simulation.history import arrivals, first_known, stretches
from uems.outreach.simulation.ledger import Ledger
from uems.outreach.simulation.letters import Letters
from uems.outreach.simulation.past import PastWorld, Present
from uems.outreach.simulation.scratch import publish, scratch_store
from uems.outreach.simulation.telling import Told
from uems.profiles import api as profiles

T = TypeVar("T")
MAX_DAYS: Final = 366
SECONDS: Final = 3_600.0
"""How long one may take before it gives up."""
_BATCH: Final = 20_000
_QUARTER: Final = 15


@dataclass(slots=True, kw_only=True)
class Replay:
    """One simulation, over. scratch: the store that it wrote to. step: of its clock. present: conditions that were asked as of today."""

    flow: Flow
    scratch: Store
    first: datetime
    last: datetime
    step: timedelta
    present: int
    known_since: datetime | None


def replay(
    house: House,
    scope: Scope,
    flow: Flow,
    days: int,
    now: datetime,
    use: Callable[[Replay], T],
    *,
    step: timedelta | None = None,
    tick: Callable[[float], None] = lambda share: None,
) -> T:
    """Go through the last ``days`` of history with the draft of ``flow`` and give what ``use`` makes of it while its store is there.

    step: of the clock; a quarter of an hour, longer where a condition has to be asked at every step of a long stretch. tick: is told at
    every step which share of the stretch is behind; what it raises ends the simulation, and nothing of it stays. Raises
    ``bad_flow`` (422) for a draft that could not be published, ``no_history`` (422) and ``simulation_too_long`` (422).
    """
    must_be_sound(house, scope, flow.graph, "simulated")
    last = profiles.as_of(house.store, scope, now).replace(second=0, microsecond=0)
    first = last - timedelta(days=days)
    with scratch_store() as scratch:
        with scratch.write() as conn:
            publish(conn, scope, flow, first)
        with scratch.read() as conn:
            plan = read_plan(conn, scope.workspace_id, flow.flow_id)
        assert plan is not None, "it was found sound"
        known = first_known(house, scope, plan)
        if known is None or known >= last:
            raise UemsError("no_history", "There is no history yet that this flow could be tried on.", status=422)
        one = _Going(house, scope, flow, plan, scratch, first, last, step or step_of(flow, days), tick)
        one.go()
        return use(
            Replay(
                flow=flow,
                scratch=scratch,
                first=first,
                last=last,
                step=one.step,
                present=one.present.asked,
                known_since=known if known > first else None,
            )
        )


def step_of(flow: Flow, days: int) -> timedelta:
    """How far the clock goes at once. Asking a condition costs the same however few people stand there, so they are gathered."""
    graph = flow.graph
    asks = graph.who is not None or graph.exit.who is not None or any(_asks(node.config) for node in graph.nodes)
    if not asks:
        return timedelta(minutes=_QUARTER if days <= 31 else 60)
    return timedelta(hours=1 if days <= 7 else 3 if days <= 31 else 6)


def _asks(config: object) -> bool:
    """Whether a config holds a condition on people."""
    if isinstance(config, dict):
        return bool(config.get("who")) or any(_asks(one) for one in config.values())
    return isinstance(config, list) and any(_asks(one) for one in config)


class _Going:
    """A replay under way."""

    def __init__(
        self,
        house: House,
        scope: Scope,
        flow: Flow,
        plan: Plan,
        scratch: Store,
        first: datetime,
        last: datetime,
        step: timedelta,
        tick: Callable[[float], None],
    ) -> None:
        self.house, self.scope, self.plan, self.scratch = house, scope, plan, scratch
        self.first, self.last, self.step, self.tick = first, last, step, tick
        self.present = Present(house, scope, last)
        self._now = first
        with house.store.read() as conn:
            rules = frame_of(conn, house, scope).rules
        self._ledger = Ledger(plan)
        self._letters = Letters(house, scope, rules, flow.flow_id, first, last)
        self._told = Told(plan, stretches(house, scope, plan, first, last))
        self._until = monotonic() + SECONDS

    def go(self) -> None:
        """All of it."""
        coming = arrivals(self.house, self.scope, self.plan, self.first, self.last, self.present)
        came = next(coming, None)
        while (then := self._next(came)) is not None:
            self._now, now_us = then, to_microseconds(then)
            self.tick((then - self.first) / (self.last - self.first))
            if monotonic() > self._until:
                message = f"It took longer than {SECONDS:.0f} seconds and was given up on {then:%Y-%m-%d}. Simulate fewer days."
                raise UemsError("simulation_too_long", message, status=422)
            reached = self._told.take(self._ledger, now_us)
            if reached:
                with self.scratch.write() as conn:
                    reach_goals(conn, self.plan.workspace_id, self.plan.flow_id, reached)
            while came is not None and came[0] <= then:
                for one in sorted(came[1], key=lambda arrival: (arrival.at_us, arrival.person_id)):
                    if not self._ledger.refuses(one.person_id, one.key, one.at_us):
                        self._ledger.admit(one, now_us)
                came = next(coming, None)
            while runs := self._ledger.take_due(now_us, _BATCH):
                self._walk(runs, now_us)
            self._letters.decide(then, self._soon())
            self._ledger.write(self.scratch)
            self._letters.write(self.scratch)
        self._ledger.write(self.scratch, everything=True)
        self._letters.write(self.scratch, everything=True)

    def _next(self, came: tuple[datetime, list[Arrival]] | None) -> datetime | None:
        """The next step of the clock at which there is anything to do; None when the stretch is over."""
        known = (self._ledger.next_at, self._letters.next_at, self._told.next_at, to_microseconds(came[0]) if came else None)
        times = [one for one in known if one is not None]
        if not times or self._now >= self.last or min(times) > to_microseconds(self.last):
            return None
        steps = -((self.first - max(from_microseconds(min(times)), self._now + self.step)) // self.step)
        return min(self.first + steps * self.step, self.last)

    def _walk(self, runs: list[Run], now_us: int) -> None:
        """One round of the engine, kept in memory; what nodes keep beside the runs is written."""
        saved = self._ledger.save(runs)
        world = PastWorld(self.house, self.scope, [run.person_id for run in runs], self._now, self.present, self.scratch)
        at = Cohort(scope=self.scope, node="", salt=self.plan.salt, now=self._now, now_us=now_us, woken=False, runs=[], ask=world)
        walked = Walked()
        walk(self.plan, runs, at, walked)
        if walked.delayed:
            self._ledger.restore(runs, saved)
        self._ledger.moved(walked, now_us)
        self._letters.ask(walked.sent, self._now)
        if walked.effects or walked.kept or walked.gates:
            with self.scratch.write() as conn:
                write_beside(conn, walked, self._now)

    def _soon(self) -> Iterator[int]:
        """People to whom a message may be sent next: those inside, then those of the next events. Looked up together it is far quicker."""
        yield from self._ledger.inside()
        yield from self._told.soon()
