"""What is a flow made of? The graph as it is saved and edited; whether it makes sense says ``checking``."""

from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field

from uems.kernel.edge import Body, Clean, Day, Name

MAX_NODES: Final = 200
NodeId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$")]
"""Stays when the flow is edited: people stand at it."""
Event = Annotated[str, Field(min_length=1, max_length=200), Clean]
Condition: TypeAlias = dict[str, Any]
"""A condition on people, or a filter on events, in the one grammar; ``checking`` reads it."""
Time = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Weekdays = Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(max_length=7)]
"""1 is Monday."""


class EventEntry(Body):
    """Whoever does it. where: a filter on the event. key: the property that tells one case from another, such as an order."""

    type: Literal["event"] = "event"
    event: Event
    where: Condition | None = None
    key: Annotated[str, Field(max_length=200), Clean] = ""
    hours: Annotated[int, Field(ge=1, le=24 * 90)] = 24
    """Events that happened longer ago when they arrive, as in an import, bring nobody in."""


class SegmentEntry(Body):
    """Whoever comes into the segment, or leaves it. members: those who are in it when the flow is published come in too."""

    type: Literal["segment"] = "segment"
    segment: Annotated[str, Field(min_length=1, max_length=100), Clean]
    on: Literal["entered", "left"] = "entered"
    members: bool = False


class ScheduleEntry(Body):
    """Everybody whom ``who`` holds for, at that time of the workspace's clock. weekdays: empty is every day. day: of the month, 0 any."""

    type: Literal["schedule"] = "schedule"
    at: Time = "10:00"
    weekdays: Weekdays = Field(default_factory=list)
    day: Annotated[int, Field(ge=0, le=28)] = 0
    once_on: Day = ""


class DateEntry(Body):
    """Everybody whose trait names that day, so many days before it or (negative) after it. yearly: only month and day count."""

    type: Literal["date"] = "date"
    trait: Annotated[str, Field(min_length=1, max_length=200), Clean]
    yearly: bool = True
    days_before: Annotated[int, Field(ge=-365, le=365)] = 0
    at: Time = "09:00"


class ApiEntry(Body):
    """Whomever a program brings in."""

    type: Literal["api"] = "api"


class SceneEntry(Body):
    """Whoever is found in the scene, each time that they are."""

    type: Literal["scene"] = "scene"
    scene: Annotated[str, Field(min_length=1, max_length=100), Clean]


Entry = Annotated[EventEntry | SegmentEntry | ScheduleEntry | DateEntry | ApiEntry | SceneEntry, Field(discriminator="type")]


class Reentry(Body):
    """May somebody come in again? never; once out, always; or so many days after they came in last. Never while they are inside.

    With a key of the entry this holds for each key: one run per order.
    """

    allow: Literal["never", "always", "after_days"] = "never"
    days: Annotated[int, Field(ge=1, le=3650)] = 30


class FlowGoal(Body):
    """What the flow is for: one of these events within so many days of coming in. leave: whoever reached it leaves the flow."""

    events: Annotated[list[Event], Field(min_length=1, max_length=20)]
    where: Condition | None = None
    days: Annotated[int, Field(ge=1, le=365)] = 14
    leave: bool = True


class FlowExit(Body):
    """When people leave before the end: at one of these events, or when ``who`` holds as they are about to move on."""

    events: Annotated[list[Event], Field(max_length=20)] = Field(default_factory=list)
    where: Condition | None = None
    who: Condition | None = None


class FlowNode(Body):
    """One step. type: which kind; config: of that kind. x, y: where it is drawn; null for a place of the program's choice."""

    id: NodeId
    type: Annotated[str, Field(min_length=1, max_length=40)]
    config: dict[str, Any] = Field(default_factory=dict)
    name: Annotated[str, Field(max_length=200), Clean] = ""
    x: float | None = None
    y: float | None = None


class FlowEdge(Body):
    """From one way out of a node to the next node."""

    source: NodeId
    way: Annotated[str, Field(min_length=1, max_length=60)] = "next"
    target: NodeId


class Graph(Body):
    """A whole flow. start: the node at which people begin; "" while there is none. who: must hold when somebody comes in."""

    entry: Entry
    who: Condition | None = None
    reentry: Reentry = Field(default_factory=Reentry)
    goal: FlowGoal | None = None
    exit: FlowExit = Field(default_factory=FlowExit)
    holdout_percent: Annotated[float, Field(ge=0, le=50)] = 10
    start: Annotated[str, Field(max_length=40)] = ""
    nodes: Annotated[list[FlowNode], Field(max_length=MAX_NODES)] = Field(default_factory=list)
    edges: Annotated[list[FlowEdge], Field(max_length=4 * MAX_NODES)] = Field(default_factory=list)


class FlowDraft(Body):
    """What somebody wants a flow to be."""

    name: Name
    description: Annotated[str, Field(max_length=5_000), Clean] = ""
    graph: Graph
