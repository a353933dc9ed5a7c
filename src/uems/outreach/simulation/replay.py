"""What would this flow have done? Its own engine and its own decisions, on a clock that goes through real history step by step.

The draft is published into a store of its own, real events and comings are told to it in their order, and at every step the same
engine moves people and the same code decides about messages as when it is live. Nothing reaches anybody, and nothing is written to the
real store. Events are those that really happened: nobody did anything because of a message that was never sent, so that whoever
reaches the goal would have done so anyway.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, TypeVar

from sqlalchemy import func, select

from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store, from_microseconds, to_microseconds
from uems.outreach.flows.definitions import Flow, must_be_sound
from uems.outreach.flows.engine import Engine
from uems.outreach.flows.entering import Arrival, enter
from uems.outreach.flows.listening import Happening, take_events
from uems.outreach.flows.plans import Plan, read_plan
from uems.outreach.flows.tables import flow_runs
from uems.outreach.messages import claiming
from uems.outreach.messages.attempts import Settled
from uems.outreach.messages.deciding import Rules, decide
from uems.outreach.messages.reaching import Reached, reach
from uems.outreach.messages.sender import frame_of, write_decisions
from uems.outreach.simulation.history import arrivals, first_known, happenings
from uems.outreach.simulation.past import PastWorld, Present
from uems.outreach.simulation.scratch import Lender, publish, scratch_store
from uems.outreach.tables import QUEUED, outreach_messages
from uems.profiles import api as profiles

T = TypeVar("T")
MAX_DAYS: Final = 366
SECONDS: Final = 240.0
"""How long one may take before it gives up."""
_HOLDER: Final = "simulation"
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


class _One:
    """Where the one workspace of a simulation is looked up."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def look(self, workspace_id: int) -> Scope | None:
        return self._scope if workspace_id == self._scope.workspace_id else None


def replay(
    house: House, scope: Scope, flow: Flow, days: int, now: datetime, use: Callable[[Replay], T], *, step: timedelta | None = None
) -> T:
    """Go through the last ``days`` of history with the draft of ``flow`` and give what ``use`` makes of it while its store is there.

    step: of the clock; a quarter of an hour, longer where a condition has to be asked at every step of a long stretch. Raises
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
        one = _Going(house, scope, flow, plan, scratch, first, last, step or step_of(flow, days))
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
        self, house: House, scope: Scope, flow: Flow, plan: Plan, scratch: Store, first: datetime, last: datetime, step: timedelta
    ) -> None:
        self.house, self.scope, self.flow, self.plan, self.scratch = house, scope, flow, plan, scratch
        self.first, self.last, self.step = first, last, step
        self.present = Present(house, scope, last)
        self.people: dict[int, Reached] = {}
        self._now = first
        self._lender = Lender(house, scope, flow, first, last)
        inside = House(settings=house.settings, warehouse=house.warehouse, store=scratch, log=house.log)
        self._engine = Engine(
            inside,
            _One(scope),
            lambda: self._now,
            batch=_BATCH,
            worlds=lambda scope, people, now: PastWorld(house, scope, people, now, self.present, scratch),
        )
        self._listeners = {event: [plan] for event in plan.listened}
        self._until = monotonic() + SECONDS

    def go(self) -> None:
        """All of it."""
        self._lender.lend_templates(self.scratch)
        with self.house.store.read() as conn:
            rules = frame_of(conn, self.house, self.scope).rules
        coming = arrivals(self.house, self.scope, self.plan, self.first, self.last, self.present)
        came, events = next(coming, None), self._events()
        event = next(events, None)
        while (then := self._next(event, came)) is not None:
            self._now, now_us = then, to_microseconds(then)
            if monotonic() > self._until:
                message = f"It took longer than {SECONDS:.0f} seconds and was given up on {then:%Y-%m-%d}. Simulate fewer days."
                raise UemsError("simulation_too_long", message, status=422)
            heard: list[Happening] = []
            while event is not None and event.at_us <= now_us:
                heard.append(event)
                event = next(events, None)
            with self.scratch.write() as conn:
                take_events(conn, self._listeners, heard, now_us)
                while came is not None and came[0] <= then:
                    enter(conn, self.plan, came[1], now_us)
                    came = next(coming, None)
            while self._engine.step():
                continue
            self._send(rules)

    def _events(self) -> Iterator[Happening]:
        """What the flow listens to, a day in memory at a time."""
        day = self.first
        while day < self.last:
            after = min(day + timedelta(days=1), self.last)
            yield from happenings(self.house, self.scope, self.plan, day, after)
            day = after

    def _next(self, event: Happening | None, came: tuple[datetime, list[Arrival]] | None) -> datetime | None:
        """The next step of the clock at which there is anything to do; None when the stretch is over."""
        with self.scratch.read() as conn:
            wake = conn.execute(select(func.min(flow_runs.c.wake_at)).where(flow_runs.c.wake_at.is_not(None))).scalar()
            due = conn.execute(select(outreach_messages.c.next_at).where(QUEUED).order_by(outreach_messages.c.next_at).limit(1)).scalar()
        times = [from_microseconds(one) for one in (wake, event.at_us if event else None) if one is not None]
        times += [one for one in (due, came[0] if came else None) if one is not None]
        if not times:
            return None
        if self._now >= self.last or min(times) > self.last:
            return None
        steps = -((self.first - max(min(times), self._now + self.step)) // self.step)
        return min(self.first + steps * self.step, self.last)

    def _send(self, rules: Rules) -> None:
        """Decide about every message whose time has come; those that may be sent count as sent."""
        now = self._now
        self._lender.catch_up(self.scratch, now)
        while batch := claiming.claim(self.scratch, _HOLDER, now, _BATCH):
            fresh = {one.person_id for one in batch} - self.people.keys()
            if fresh:
                found = reach(self.house, self.scope, fresh)
                self.people.update(found)
                self._lender.lend(self.scratch, list(found.values()), now)
            with self.scratch.write() as conn:
                decisions = decide(conn, self.scope, rules, batch, self.people, now)
                write_decisions(conn, _HOLDER, batch, decisions, now)
            sent = {one.message_id for one in decisions if one.verdict == "send"}
            settled = [Settled(message=one, state="accepted", parts=1) for one in batch if one.message_id in sent]
            if settled:
                claiming.settle(self.scratch, _HOLDER, settled, now)
