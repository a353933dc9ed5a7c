"""What do flows look like over HTTP?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from uems.kernel.edge import Body, Clean, Count, Key
from uems.outreach.flows.changing import Policy
from uems.outreach.flows.checking import Problem
from uems.outreach.flows.definitions import Flow, State, Version
from uems.outreach.flows.graph import FlowDraft, Graph
from uems.outreach.flows.reporting import Against, Report
from uems.outreach.flows.steps import Step
from uems.outreach.flows.testing import Comparison
from uems.outreach.flows.tracing import Absent, Way


class FlowSave(FlowDraft):
    """revision: what the caller edited, 0 for a new flow; null overwrites whatever stands.

    recipe: the key of the recipe that it begins as; the templates which that sends are made too, where they were never there. language:
    of their names.
    """

    revision: Annotated[int, Field(ge=0)] | None = None
    recipe: Annotated[str, Field(max_length=100), Clean] = ""
    language: Literal["zh", "en"] = "zh"


class FlowWhole(Body):
    """graph: the one being worked on. version: the published one that takes people in, 0 for none."""

    key: str
    name: str
    description: str
    state: State
    graph: Graph
    revision: Count
    version: Count
    draining: bool
    created_at: datetime
    changed_at: datetime
    changed_by: str

    @staticmethod
    def of(one: Flow) -> "FlowWhole":
        return FlowWhole(**{name: getattr(one, name) for name in FlowWhole.model_fields})


class FlowLine(Body):
    """A flow in a list. inside: how many are on their way now. entered: ever."""

    key: str
    name: str
    description: str
    state: State
    version: Count
    entry: str
    inside: Count
    entered: Count
    holdout: Count
    changed_at: datetime
    changed_by: str


class FlowsBody(Body):
    items: list[FlowLine]


class FlowProblem(Body):
    code: str
    node: str
    way: str
    message: str
    details: dict[str, Any]

    @staticmethod
    def of(one: Problem) -> "FlowProblem":
        return FlowProblem(code=one.code, node=one.node, way=one.way, message=one.message, details=dict(one.details))


class FlowGraph(Body):
    graph: Graph


class FlowCheck(Body):
    """problems: empty for a graph that can be published. ways: node → its ways out, of nodes whose config can be read."""

    problems: list[FlowProblem]
    ways: dict[str, list[str]]


class FlowKind(Body):
    """A kind of node. config_schema: JSON schema of its config, from which a form can be drawn; sample: one that makes sense."""

    key: str
    label_zh: str
    label_en: str
    says_zh: str
    says_en: str
    group: str
    rests: bool
    ways: list[str]
    config_schema: dict[str, Any]
    sample: dict[str, Any]

    @staticmethod
    def of(one: Step) -> "FlowKind":
        return FlowKind(
            key=one.key,
            label_zh=one.label_zh,
            label_en=one.label_en,
            says_zh=one.says_zh,
            says_en=one.says_en,
            group=one.group,
            rests=one.rests,
            ways=list(one.ways(one.sample)),
            config_schema=one.Config.model_json_schema(),
            sample=one.sample.model_dump(mode="json"),
        )


class FlowKinds(Body):
    items: list[FlowKind]


class FlowRecipe(Body):
    """A flow that comes ready made."""

    key: str
    label_zh: str
    label_en: str
    says_zh: str
    says_en: str
    graph: Graph


class FlowRecipes(Body):
    items: list[FlowRecipe]


class FlowPublish(Body):
    """policy: what becomes of those inside. targets: removed node → where those at it go on, with ``migrate``; "" is out."""

    revision: Annotated[int, Field(ge=1)]
    policy: Policy = "pin"
    targets: Annotated[dict[str, Annotated[str, Field(max_length=40), Clean]], Field(max_length=200)] = Field(default_factory=dict)


class FlowInside(Body):
    """People on their way. there: whether the draft still has that node."""

    version: Count
    node: str
    people: Count
    there: bool


class FlowPreview(Body):
    """What publishing the draft would do. now: people for whom ``who`` holds, null where everybody may come in. members: of the segment.

    inside: those on their way by what is published.
    """

    problems: list[FlowProblem]
    everybody: Count
    eligible: Count | None
    members: Count | None
    holdout_percent: float
    inside: list[FlowInside]


class FlowResume(Body):
    """overdue: those whose time came while it was paused."""

    overdue: Literal["continue", "leave"] = "continue"


class FlowStop(Body):
    inside: Literal["finish", "leave"] = "finish"


class FlowEnterOne(Body):
    """user_id: of somebody who is known. key: what it is about, such as an order. properties: what templates may read."""

    user_id: Key
    key: Annotated[str, Field(max_length=200), Clean] = ""
    properties: dict[str, Any] = Field(default_factory=dict, max_length=50)


class FlowEnter(Body):
    people: Annotated[list[FlowEnterOne], Field(min_length=1, max_length=1_000)]


class FlowEntered(Body):
    """unknown: ids that nobody has. refused: by the rule of coming in again."""

    arrived: Count
    refused: Count
    unknown: list[str]


class FlowNodeCount(Body):
    node: str
    came: Count
    standing: Count
    ways: dict[str, Count]
    messages: dict[str, Count]


class FlowAgainst(Body):
    people: Count
    reached: Count
    held: Count
    held_reached: Count
    difference: float | None
    low: float | None
    high: float | None


class FlowVariant(Body):
    """people: whose days are over; reached: of them. waiting: whose days are not. best: the probability to be the best of all.

    rate: how many of everybody would have reached the goal this way, by inverse probability; null where that is not known.
    """

    way: str
    people: Count
    reached: Count
    waiting: Count
    best: float
    rate: float | None


class FlowTest(Body):
    """An A/B test. winner: empty while there is none; then the variants are those by which it was decided."""

    node: str
    winner: str
    decided_at: datetime | None
    variants: list[FlowVariant]

    @staticmethod
    def of(one: Comparison) -> "FlowTest":
        variants = [FlowVariant(**{name: getattr(each, name) for name in FlowVariant.model_fields}) for each in one.variants]
        return FlowTest(node=one.node, winner=one.winner, decided_at=one.decided_at, variants=variants)


class FlowReport(Body):
    """entries: what became of those who came to the door. nodes, tests: of this version. against: of all versions, null without a goal."""

    version: Count
    entries: dict[str, Count]
    nodes: list[FlowNodeCount]
    against: FlowAgainst | None
    tests: list[FlowTest]

    @staticmethod
    def of(one: Report, tests: Sequence[Comparison] = ()) -> "FlowReport":
        return FlowReport(
            version=one.version,
            entries=dict(one.entries),
            nodes=[
                FlowNodeCount(node=n.node, came=n.came, standing=n.standing, ways=dict(n.ways), messages=dict(n.messages))
                for n in one.nodes
            ],
            against=None if one.against is None else FlowAgainst(**{name: getattr(one.against, name) for name in Against.__slots__}),
            tests=[FlowTest.of(test) for test in tests],
        )


class FlowVersion(Body):
    version: Count
    policy: Policy
    at: datetime
    by: str
    graph: Graph

    @staticmethod
    def of(one: Version) -> "FlowVersion":
        return FlowVersion(version=one.version, policy=one.policy, at=one.at, by=one.by, graph=one.graph)


class FlowVersions(Body):
    items: list[FlowVersion]


class FlowStanding(Body):
    person_id: Count
    entry_no: Count
    state: str


class FlowPassed(Body):
    node: str
    type: str
    name: str
    way: str
    at: datetime
    held: str


class FlowWay(Body):
    """One run of a person, step by step. standing_held, held: the holdout by which nothing reaches them there; "" for none."""

    flow: str
    flow_name: str
    entry_no: Count
    version: Count
    state: str
    reason: str
    standing: str
    standing_type: str
    standing_held: str
    entered_at: datetime
    ended_at: datetime | None
    goal_at: datetime | None
    wakes_at: datetime | None
    event: str
    key: str
    passed: list[FlowPassed]

    @staticmethod
    def of(one: Way) -> "FlowWay":
        passed = [FlowPassed(node=p.node, type=p.type, name=p.name, way=p.way, at=p.at, held=p.held) for p in one.passed]
        return FlowWay(**{name: getattr(one, name) for name in Way.__slots__ if name != "passed"}, passed=passed)


class FlowAbsent(Body):
    """A flow in which the person never was, and what kept them out: not_eligible, no_event or not_arrived."""

    flow: str
    flow_name: str
    reason: str
    event: str

    @staticmethod
    def of(one: Absent) -> "FlowAbsent":
        return FlowAbsent(flow=one.flow, flow_name=one.flow_name, reason=one.reason, event=one.event)


class PersonFlowsBody(Body):
    ways: list[FlowWay]
    absent: list[FlowAbsent]
