"""What does a step see of those who stand at it, and what can it answer? Always for many at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel
from sqlalchemy import Table

from uems.kernel.scope import Scope
from uems.outreach.exposing import exposure
from uems.outreach.flows.gates import Gate
from uems.outreach.flows.graph import Graph
from uems.outreach.flows.names import Names
from uems.outreach.messages.model import Kind, Outgoing

INSIDE: Final = ("new", "before", "active")
"""States of those who are on their way."""
Flags: TypeAlias = npt.NDArray[np.bool_]
SECOND: Final = 1_000_000
"""Microseconds; every time of a run is a whole number of them since 1970."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Wait here until then (microseconds), or until something else wakes the run; None is until something does."""

    until: int | None


@dataclass(frozen=True, slots=True)
class End:
    """Leave the flow."""

    reason: str


Move: TypeAlias = str | Stay | End
"""A way out by its name, or staying, or leaving."""


@dataclass(slots=True, kw_only=True, eq=False)
class Run:
    """One person's way, while it is worked on. signal: what woke it before its time, as JSON; "" for the clock.

    state: new (before the first node, not let in yet), before (a node that it was put to), active (waits at its node), holdout, done.
    """

    workspace_id: int
    flow_id: int
    person_id: int
    entry_no: int
    version: int
    node: str
    seq: int
    signal: str
    context: str
    path: str
    entered_at: int
    came_as: int = 0
    state: str = "active"
    reason: str = ""
    wake_at: int | None = None

    @property
    def place(self) -> tuple[int, int, int, int]:
        return self.workspace_id, self.flow_id, self.person_id, self.entry_no

    def known(self) -> dict[str, Any]:
        """The context, decoded; change it by ``note`` only."""
        return _decoded(self.context) if self.context else {}

    def note(self, name: str, value: object) -> None:
        self.context = json.dumps({**self.known(), name: value}, ensure_ascii=False, separators=(",", ":"))

    def marked(self, node: str) -> int | None:
        """A number that a node has set for itself, such as when its waiting ends; None for none."""
        found = self.known().get("marks", {}).get(node) if '"marks"' in self.context else None
        return found if isinstance(found, int) else None

    def mark(self, node: str, number: int | None) -> None:
        """Set the number of a node; None takes it away."""
        if self.marked(node) == number:
            return
        known = self.known()
        marks = {name: value for name, value in known.pop("marks", {}).items() if name != node}
        if number is not None:
            marks[node] = number
        self.context = json.dumps({**known, **({"marks": marks} if marks else {})}, ensure_ascii=False, separators=(",", ":"))

    def event(self) -> dict[str, Any] | None:
        """The event that woke the run; None when the clock did."""
        if not self.signal:
            return None
        found: dict[str, Any] = json.loads(self.signal)
        return found

    def visit(self, node: str) -> str:
        """Which run, and which of its passes through a node: the same after merges, which give a run other numbers."""
        return f"{self.came_as}:{self.entered_at}:{self.path.count(f'|{node}|')}:{self.known().get('key', '')}"

    def key(self, node: str) -> str:
        """What this run does at a node is known by this for ever. A node that is passed again has a later move."""
        return f"flow:{self.flow_id}:{self.version}:{self.person_id}:{self.entry_no}:{node}:{self.path.count(f'|{node}|')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something to do outside the store once the move stands. kind: event, exposure, webhook or tag."""

    run: Run
    kind: str
    key: str
    body: Mapping[str, object]


def _decoded(text: str) -> dict[str, Any]:
    """A JSON object, five times as fast as by the standard library; by that where it holds half a character or a number without end."""
    try:
        found: dict[str, Any] = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        found = json.loads(text)
    return found


class Knowing(Protocol):
    """What a step may ask about people, all of a batch at once. Answers are in the order of the runs."""

    def holds(self, tree: object, runs: Sequence[Run]) -> Flags: ...
    def watching(self) -> Knowing:
        """The same for a dry run, in which nobody is acted on."""
        ...

    def zones(self, runs: Sequence[Run]) -> list[str]: ...
    def traits(self, name: str, runs: Sequence[Run]) -> list[object]: ...
    def channels(self, keys: Sequence[str], topic: str, kind: Kind, runs: Sequence[Run]) -> list[str]:
        """The channel on which each answers most, of those that can be used; "" for none."""
        ...

    def gate(self, flow_id: int, node: str) -> tuple[int, Gate]:
        """(the count that it was read at, how a rate limit stands)."""
        ...

    def winner(self, flow_id: int, node: str, about: str) -> str:
        """The way that has won a test; "" while none has."""
        ...

    def likely_best(self, flow_id: int, node: str, test: Trying) -> Sequence[float]:
        """Which share of people each way of a test should get, by how likely it is the best; see ``testing.thompson``."""
        ...

    def held(self, flow_id: int, runs: Sequence[Run]) -> list[str]:
        """The holdout that keeps the flow from each; "" for none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Trying:
    """What an A/B test compares. about: tells it from a test that was set otherwise. events, where: what counts as success, within
    ``window_us`` of coming. The rest is the rule by which it is decided; see ``testing``."""

    about: str
    ways: tuple[str, ...]
    events: frozenset[str]
    where: object | None
    window_us: int
    min_people: int
    after_people: int
    after_us: int
    sure: float


@dataclass(slots=True, kw_only=True, eq=False)
class Cohort:
    """Those who stand at one node, of one version of one flow, in one round. woken: they have waited here before, all of them.

    salt: the flow's own, for hashing. now_us: ``now`` in microseconds. trying: the test of the node, where it is one. kept: rows that are
    written with the move; one that is there already stays as it is. gates: rate limits that the round has asked. flow: its key.
    """

    scope: Scope
    node: str
    salt: str
    now: datetime
    now_us: int
    woken: bool
    runs: list[Run]
    ask: Knowing
    sent: list[tuple[Run, Outgoing]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    kept: list[tuple[Table, Mapping[str, object]]] = field(default_factory=list)
    trying: Trying | None = None
    gates: dict[tuple[int, int, str], tuple[int, Gate]] = field(default_factory=dict)
    flow: str = ""

    def expose(self, ways: Sequence[str], chances: Mapping[str, float] | None = None) -> None:
        """Tell the event log which way chance gave each, as exposures of the experiment ``flow:<key>:<node>``; with the move, or not.

        chances: with which probability each way was given.
        """
        experiment = f"flow:{self.flow}:{self.node}"
        for run, way in zip(self.runs, ways, strict=True):
            body = exposure(experiment, way, self.now, None if chances is None else chances[way])
            self.effects.append(Effect(run=run, kind="exposure", key=run.key(self.node), body=body))

    def spared(self) -> list[Run]:
        """Those whom no holdout keeps from being reached here; of the others their run says which one does, for whoever asks why."""
        kept = self.ask.held(self.runs[0].flow_id, self.runs)
        for run, holdout in zip(self.runs, kept, strict=True):
            if holdout:
                run.note("held", {**run.known().get("held", {}), self.node: holdout})
        return [run for run, holdout in zip(self.runs, kept, strict=True) if not holdout]

    def gate(self) -> Gate:
        """How the rate limit of the node stands, with what this round has let through."""
        run = self.runs[0]
        place = (run.workspace_id, run.flow_id, self.node)
        if place not in self.gates:
            self.gates[place] = self.ask.gate(run.flow_id, self.node)
        return self.gates[place][1]

    def change_gate(self, gate: Gate) -> None:
        """After ``gate``: what it comes to; written with the moves, or none of them is."""
        run = self.runs[0]
        place = (run.workspace_id, run.flow_id, self.node)
        self.gates[place] = (self.gates[place][0], gate)

    @property
    def people(self) -> list[int]:
        return [run.person_id for run in self.runs]

    def later(self, delay: timedelta) -> int:
        return self.now_us + int(delay / timedelta(microseconds=1))


class Step(Protocol):
    """A kind of node. group: under which heading a palette shows it: say, wait, decide, change, end."""

    @property
    def key(self) -> str: ...
    @property
    def label_zh(self) -> str: ...
    @property
    def label_en(self) -> str: ...
    @property
    def says_zh(self) -> str: ...
    @property
    def says_en(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def rests(self) -> bool:
        """Whether time passes here, so that a circle through it is no endless loop."""
        ...

    @property
    def Config(self) -> type[BaseModel]: ...
    @property
    def sample(self) -> BaseModel: ...

    def ways(self, config: BaseModel) -> tuple[str, ...]:
        """The ways out, each of which must lead somewhere; none at an end."""
        ...

    def check(self, config: BaseModel, names: Names) -> None:
        """Raise ``UemsError`` for what the config names and does not exist."""
        ...

    def events(self, config: BaseModel) -> tuple[tuple[str, ...], object | None]:
        """(names of events that wake those who wait here, a filter on them as JSON)."""
        ...

    def trying(self, config: BaseModel, graph: Graph) -> Trying | None:
        """What it compares, of a kind that is a test."""
        ...

    def step(self, config: BaseModel, cohort: Cohort) -> Move | Sequence[Move]:
        """One answer for everybody, or one for each run in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBase:
    """What a kind of node says of itself. says: one sentence for whoever picks it."""

    key: str
    label_zh: str
    label_en: str
    says_zh: str
    says_en: str
    group: str
    rests: bool = False

    def check(self, config: Any, names: Names) -> None:
        """Most name nothing that could be missing."""

    def events(self, config: Any) -> tuple[tuple[str, ...], object | None]:
        return (), None

    def trying(self, config: Any, graph: Graph) -> Trying | None:
        """Most are no test."""
        return None


def instant(us: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)


def each(flags: Flags, yes: Move, no: Move) -> list[Move]:
    """One of two moves for each."""
    return [yes if flag else no for flag in flags.tolist()]
