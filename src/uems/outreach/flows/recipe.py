"""How is a ready-made flow written down shortly? Nodes in their order, and edges by names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel

from uems.kernel.edge import Body
from uems.outreach.flows.graph import (
    ApiEntry,
    DateEntry,
    EventEntry,
    FlowEdge,
    FlowExit,
    FlowGoal,
    FlowNode,
    Graph,
    Reentry,
    ScheduleEntry,
    SegmentEntry,
)


class NoConfig(Body):
    """A recipe is changed after it was taken, not before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a message of a recipe says, for whoever has no words of their own yet. Liquid, one paragraph."""

    subject_zh: str
    text_zh: str
    subject_en: str
    text_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A recipe. letters: template → what it says; an offer or a gift is a value without a fallback, so that nothing is promised that
    nobody filled in. nodes: id → (kind, config). edges: "node:way" → next node; the first node is where people begin."""

    key: str
    label_zh: str
    label_en: str
    says_zh: str
    says_en: str
    entry: EventEntry | SegmentEntry | ScheduleEntry | DateEntry | ApiEntry
    nodes: Mapping[str, tuple[str, Mapping[str, Any]]]
    edges: Mapping[str, str]
    who: Mapping[str, Any] | None = None
    reentry: Reentry = field(default_factory=Reentry)
    goal: FlowGoal | None = None
    exit: FlowExit = field(default_factory=FlowExit)
    letters: Mapping[str, Said] = field(default_factory=dict)
    Config: ClassVar[type[BaseModel]] = NoConfig
    sample: ClassVar[BaseModel] = NoConfig()

    def graph(self) -> Graph:
        nodes = [FlowNode(id=name, type=kind, config=dict(config)) for name, (kind, config) in self.nodes.items()]
        edges = [
            FlowEdge(source=place.partition(":")[0], way=place.partition(":")[2] or "next", target=to) for place, to in self.edges.items()
        ]
        return Graph(
            entry=self.entry,
            who=dict(self.who) if self.who is not None else None,
            reentry=self.reentry,
            goal=self.goal,
            exit=self.exit,
            start=next(iter(self.nodes)),
            nodes=nodes,
            edges=edges,
        )


def send(template: str, kind: str = "benefit", topic: str = "", hours: int = 24) -> tuple[str, Mapping[str, Any]]:
    return "send", {"template": template, "kind": kind, "topic": topic, "hours": hours}


def wait(amount: int, unit: str) -> tuple[str, Mapping[str, Any]]:
    return "wait", {"amount": amount, "unit": unit}


def until(event: str, amount: int, unit: str) -> tuple[str, Mapping[str, Any]]:
    return "wait_until", {"events": [event], "amount": amount, "unit": unit}


def daytime(at: str = "10:00") -> tuple[str, Mapping[str, Any]]:
    return "wait_time", {"at": at, "weekdays": [], "zone": "person"}


END: tuple[str, Mapping[str, Any]] = ("exit", {})
