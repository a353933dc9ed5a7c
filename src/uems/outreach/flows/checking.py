"""Does a graph make sense, and does what it names exist? Everything that is wrong at once, each with its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from uems.kernel.errors import UemsError, invalid, plain
from uems.outreach.flows.graph import FlowEdge, FlowNode, Graph
from uems.outreach.flows.names import Names, event_filter
from uems.outreach.flows.registry import STEPS
from uems.outreach.flows.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What keeps a graph from being published. node, way: where; "" for the flow itself. code: for a page to say it in any language."""

    code: str
    node: str = ""
    way: str = ""
    message: str
    details: Mapping[str, object] = field(default_factory=dict)


def step_of(node: FlowNode) -> tuple[Step, BaseModel]:
    """The kind of a node with its config. Raises ``not_found`` and ``invalid``."""
    item = STEPS.get(node.type)
    return item, config_of(item, node.config)


def config_of(item: Step, given: Mapping[str, Any]) -> BaseModel:
    """Raises ``invalid`` that names the first field that is wrong."""
    try:
        return item.Config.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "config"
        raise invalid(name, str(first.get("input"))[:60], plain(first) + ".") from error


def problems_of(graph: Graph, names: Names) -> list[Problem]:
    """Everything that is wrong with a graph; empty for one that can be published."""
    names = replace(names, has_goal=graph.goal is not None)
    found = [*_of_flow(graph, names), *_of_nodes(graph, names)]
    known = {node.id: node for node in graph.nodes}
    if len(known) < len(graph.nodes):
        found.append(Problem(code="twice", message="Two nodes have the same id; give one of them another."))
    found.extend(_of_edges(graph, known))
    if not found:
        found.extend(_unreachable(graph, known))
        found.extend(_endless(graph, known))
    return found


def _tried(code: str, work: Any, node: str = "") -> Iterator[Problem]:
    try:
        work()
    except UemsError as error:
        own = error.code in ("unknown_template", "unknown_topic", "no_topic", "no_signing_secret", "no_goal")
        yield Problem(code=error.code if own else code, node=node, message=error.message, details=error.details)


def _of_flow(graph: Graph, names: Names) -> Iterator[Problem]:
    entry = graph.entry
    if entry.type == "event":
        yield from _tried("bad_entry", lambda: event_filter(entry.where))
    elif entry.type == "segment":
        yield from _tried("bad_entry", lambda: names.segment(entry.segment))
    elif entry.type == "scene":
        yield from _tried("bad_entry", lambda: names.scene(entry.scene))
    elif entry.type == "schedule" and graph.who is None:
        yield Problem(code="no_audience", message="A flow by schedule needs a condition that says who comes in.")
    for code, condition in (("bad_who", graph.who), ("bad_exit", graph.exit.who)):
        if condition is not None:
            yield from _tried(code, lambda c=condition: names.condition(c))
    if graph.goal is not None:
        yield from _tried("bad_goal", lambda: event_filter(graph.goal.where if graph.goal else None))
    yield from _tried("bad_exit", lambda: event_filter(graph.exit.where))
    if not graph.start:
        yield Problem(code="no_start", message="The flow has no first node; connect its entry to one.")


def _of_nodes(graph: Graph, names: Names) -> Iterator[Problem]:
    for node in graph.nodes:

        def works(one: FlowNode = node) -> None:
            item, config = step_of(one)
            item.check(config, names)
            event_filter(item.events(config)[1])
            tested = item.trying(config, graph)
            event_filter(tested.where if tested else None)

        yield from _tried("bad_node", works, node.id)


def _of_edges(graph: Graph, known: Mapping[str, FlowNode]) -> Iterator[Problem]:
    if graph.start and graph.start not in known:
        yield Problem(code="no_start", message=f"The flow begins at {graph.start}, which is not there; choose another node.")
    taken: dict[tuple[str, str], FlowEdge] = {}
    for edge in graph.edges:
        if edge.source not in known or edge.target not in known:
            message = f"A connection leads from {edge.source} to {edge.target}, and one of them is not there."
            yield Problem(code="loose_edge", node=edge.source if edge.source in known else "", way=edge.way, message=message)
        elif (edge.source, edge.way) in taken:
            yield Problem(code="two_ways", node=edge.source, way=edge.way, message=f"{edge.way} of {edge.source} leads to two nodes.")
        taken[edge.source, edge.way] = edge
    for node in graph.nodes:
        try:
            item, config = step_of(node)
        except UemsError:
            continue  # said already
        ways = item.ways(config)
        for way in ways:
            if (node.id, way) not in taken:
                yield Problem(code="open_way", node=node.id, way=way, message=f"{way} of {node.id} leads nowhere; connect it to a node.")
        for source, way in taken:
            if source == node.id and way not in ways:
                yield Problem(code="no_such_way", node=node.id, way=way, message=f"{node.id} has no way {way!r}; remove the connection.")


def _unreachable(graph: Graph, known: Mapping[str, FlowNode]) -> Iterator[Problem]:
    reached, rest = {graph.start}, [graph.start]
    while rest:
        here = rest.pop()
        for edge in graph.edges:
            if edge.source == here and edge.target not in reached:
                reached.add(edge.target)
                rest.append(edge.target)
    for node in known:
        if node not in reached:
            yield Problem(code="unreachable", node=node, message=f"Nobody can come to {node}; connect it, or remove it.")


def _endless(graph: Graph, known: Mapping[str, FlowNode]) -> Iterator[Problem]:
    """A circle in which no time passes: whoever comes into it would go round for ever."""
    quick = {node.id for node in graph.nodes if not step_of(node)[0].rests}
    onward: dict[str, list[str]] = {}
    for edge in graph.edges:
        if edge.source in quick and edge.target in quick:
            onward.setdefault(edge.source, []).append(edge.target)
    open_: set[str] = set()
    done: set[str] = set()

    def circle(start: str) -> str | None:
        # Depth first with a stack of its own: a long flow must not run into the limit of recursion.
        stack = [(start, iter(onward.get(start, ())))]
        open_.add(start)
        while stack:
            here, ahead = stack[-1]
            step = next(ahead, None)
            if step is None:
                stack.pop()
                open_.discard(here)
                done.add(here)
            elif step in open_:
                return step
            elif step not in done:
                open_.add(step)
                stack.append((step, iter(onward.get(step, ()))))
        return None

    for node in sorted(quick):
        if node not in done:
            found = circle(node)
            if found is not None:
                yield Problem(code="endless", node=found, message=f"A circle through {found} has no wait in it; put one in.")
                return
