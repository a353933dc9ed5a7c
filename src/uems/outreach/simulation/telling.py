"""Which of the events of history reach the runs of a simulation? The rules of listening, with no row made of what concerns nobody."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import TypeAlias

from uems.outreach.flows.graph import EventEntry
from uems.outreach.flows.listening import Happening, arrival_of, earliest
from uems.outreach.flows.plans import Plan
from uems.outreach.simulation.history import Stretch
from uems.outreach.simulation.ledger import Ledger

Reached: TypeAlias = dict[tuple[str, str], list[tuple[int, int]]]
"""(node, test) → (person, when) of those who did what an A/B test is for."""


class Told:
    """What is told to one flow, step by step. parts: history in its order, one part in memory at a time."""

    def __init__(self, plan: Plan, parts: Iterator[Stretch]) -> None:
        self._plan, self._parts = plan, parts
        entry = plan.graph.entry
        self._entry = entry if isinstance(entry, EventEntry) else None
        self._tests = [(node, stop.trying, stop.success) for node, stop in plan.stops.items() if stop.trying]
        self._part = next(parts, None)
        self._at = 0

    @property
    def next_at(self) -> int | None:
        """When the next event happened, microseconds since 1970; None when all are told."""
        return self._part.at_us[self._at] if self._part is not None else None

    def take(self, ledger: Ledger, now_us: int) -> Reached:
        """Tell everything until then: arrivals first, then what they do to those who are inside. What tests are to know of it."""
        told: dict[int, list[Happening]] = {}
        reached: Reached = {}
        heard: list[tuple[Stretch, int, dict[int, Happening]]] = []
        while self._part is not None and (end := bisect_right(self._part.at_us, now_us, self._at)) > self._at:
            made: dict[int, Happening] = {}
            heard += [(self._part, at, made) for at in self._hear(self._part, range(self._at, end), ledger, reached, made, now_us)]
            self._at = end
            if end == len(self._part):
                self._part, self._at = next(self._parts, None), 0
        for part, at, made in heard:
            person = part.person[at]
            if ledger.knows(person):
                told.setdefault(person, []).append(made.get(at) or part.happening(at))
        ledger.tell(told, now_us)
        return reached

    def soon(self) -> Iterator[int]:
        """People whom the next events bring to the door."""
        if self._part is not None and self._entry is not None:
            for at in range(self._at, len(self._part)):
                if self._part.event[at] == self._entry.event:
                    yield self._part.person[at]

    def _hear(self, part: Stretch, places: range, ledger: Ledger, reached: Reached, made: dict[int, Happening], now_us: int) -> list[int]:
        """Let people in; the places of events that concern those inside."""
        entry, telling, entering = self._entry, self._plan.telling, self._plan.entering
        oldest = earliest(entry, now_us) if entry is not None else 0
        inside: list[int] = []

        def happening(at: int) -> Happening:
            found = made.get(at)
            if found is None:
                found = made[at] = part.happening(at)
            return found

        for at in places:
            event = part.event[at]
            if (
                entry is not None
                and event == entry.event
                and part.at_us[at] >= oldest
                and (entering is None or happening(at).fits(entering))
            ):
                arrival = arrival_of(entry, happening(at), now_us) if entry.key else None
                person, at_us = part.person[at], part.at_us[at]
                if not ledger.refuses(person, arrival.key if arrival else "", at_us):
                    ledger.admit(arrival or arrival_of(entry, happening(at), now_us), now_us)
            for node, test, success in self._tests:
                if event in test.events and happening(at).fits(success):
                    reached.setdefault((node, test.about), []).append((part.person[at], part.at_us[at]))
            if event in telling:
                inside.append(at)
        return inside
