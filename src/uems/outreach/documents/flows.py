"""How are flows kept as documents? A document says the draft, and whether that is what people come in by.

kind: flow
key: welcome
name: Welcome
publish: true        # false, which is usual: only the draft changes, and people go on by what is published
policy: pin          # what becomes of those inside when it is published: pin (usual), migrate or drain
targets: {old: new}  # with migrate: removed node → where those who stand there go on
graph: {...}         # as the API gives it
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, Field
from sqlalchemy import Connection, select

from uems.access.api import Access
from uems.kernel.edge import Body, Clean, Name
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.flows import definitions
from uems.outreach.flows.changing import LEAVE, Policy, standing
from uems.outreach.flows.checking import Problem, problems_of
from uems.outreach.flows.definitions import Flow
from uems.outreach.flows.graph import FlowDraft, Graph
from uems.outreach.flows.tables import flow_versions, flows
from uems.segments.api import After, Fault, FieldChange, Standing, field_changes

_UNFINISHED: Final = frozenset({"bad_who", "bad_exit", "bad_goal", "bad_entry"})
"""What must be right even in a draft: conditions that nobody could read. A draft may lack everything else."""
_PLACES: Final = {"bad_entry": "graph.entry", "no_audience": "graph.who", "bad_who": "graph.who", "bad_exit": "graph.exit"}
_MORE_PLACES: Final = {"bad_goal": "graph.goal", "no_start": "graph.start", "twice": "graph.nodes", "loose_edge": "graph.edges"}
_V = flow_versions.c


class FlowDocument(Body):
    """publish, policy, targets: see the module."""

    key: str
    name: Name
    description: Annotated[str, Field(max_length=5_000), Clean] = ""
    publish: bool = False
    policy: Policy = "pin"
    targets: Annotated[dict[str, Annotated[str, Field(max_length=40), Clean]], Field(max_length=200)] = Field(default_factory=dict)
    graph: Graph


class _Facts(Body):
    """What else is known of a flow. published: its graph in force, null for none. inside: how many are on their way."""

    state: str
    draft: Graph
    published: Graph | None
    version: int
    inside: int


class FlowDocuments:
    """Documents of kind ``flow``."""

    kind: Final = "flow"
    permission: Final = "flows"
    key_pattern: Final = definitions.KEY_PATTERN
    Document: ClassVar[type[BaseModel]] = FlowDocument

    def standing(self, conn: Connection, scope: Scope) -> Mapping[str, Standing]:
        query = select(flows).where(flows.c.workspace_id == scope.workspace_id, flows.c.dry_of.is_(None))
        found = [definitions.flow_of(row) for row in conn.execute(query).mappings()]
        both = (_V.workspace_id == flows.c.workspace_id) & (_V.flow_id == flows.c.flow_id) & (_V.version == flows.c.version)
        latest = select(_V.flow_id, _V.graph).join(flows, both).where(_V.workspace_id == scope.workspace_id)
        graphs = {row.flow_id: Graph.model_validate(row.graph) for row in conn.execute(latest)}
        return {one.key: _standing(conn, scope, one, graphs.get(one.flow_id)) for one in found}

    def changes(self, document: Any, before: Standing | None) -> tuple[FieldChange, ...]:
        if before is None:
            fields = field_changes(None, _shown(document.name, document.description, document.graph))
            return (*fields, FieldChange(field="publish", before=None, after=True)) if document.publish else fields
        facts: _Facts = before.facts
        graph = _placed(document.graph, facts.draft)
        publishes = _publishes(document, facts)
        base = facts.published if publishes and facts.published is not None else facts.draft
        old = _shown(before.body["name"], before.body.get("description", ""), base)
        found = [*field_changes(old, _shown(document.name, document.description, graph))]
        if publishes:
            found.append(FieldChange(field="version", before=facts.version or None, after=facts.version + 1))
            if facts.inside:
                found.append(FieldChange(field="policy", before=f"{facts.inside} inside", after=document.policy))
            if facts.state != "live":
                found.append(FieldChange(field="state", before=facts.state, after="live"))
        elif facts.state == "archived":
            found.append(FieldChange(field="state", before="archived", after="draft"))
        return tuple(found)

    def faults(self, house: House, scope: Scope, key: str, document: Any, before: Standing | None, after: After) -> list[Fault]:
        found = []
        if key in definitions.TAKEN:
            message = f"key is {key}, which is an address of something else; choose another."
            found.append(Fault(path="key", code="invalid", message=message))
        for at, to in document.targets.items():
            if to != LEAVE and to not in {node.id for node in document.graph.nodes}:
                message = f"targets.{at} is {to!r}, which is no node of the graph; choose another, or nothing for leaving."
                found.append(Fault(path=f"targets.{at}", code="invalid", message=message))
        problems = problems_of(document.graph, definitions.names_of(house, scope, after))
        wrong = [one for one in problems if document.publish or one.code in _UNFINISHED]
        return [*found, *(Fault(path=_place(document.graph, one), code=one.code, message=one.message) for one in wrong)]

    def parting(self, before: Standing) -> tuple[tuple[FieldChange, ...], list[Fault]]:
        inside = before.facts.inside
        return ((FieldChange(field="inside", before=inside, after=0),) if inside else ()), []

    def prepare(self, house: House, access: Access, document: Any) -> None:
        if document.publish:
            definitions.begin_to_follow(house, access.scope, document.graph)

    def write(self, conn: Connection, access: Access, key: str, document: Any) -> None:
        before = self.standing(conn, access.scope).get(key)
        graph = document.graph if before is None else _placed(document.graph, before.facts.draft)
        saved = definitions.write_flow(conn, access, key, FlowDraft(name=document.name, description=document.description, graph=graph))
        if document.publish and (before is None or _publishes(document, before.facts)):
            definitions.publish_in(conn, access, saved, policy=document.policy, targets=document.targets)

    def archive(self, conn: Connection, access: Access, key: str) -> None:
        definitions.archive_in(conn, access, definitions.read_flow(conn, access.scope.workspace_id, key))

    def lock_name(self, workspace_id: int) -> str:
        return f"flows:{workspace_id}"


def _standing(conn: Connection, scope: Scope, one: Flow, published: Graph | None) -> Standing:
    inside = sum(standing(conn, scope.workspace_id, one.flow_id).values())
    facts = _Facts(state=one.state, draft=one.graph, published=published, version=one.version, inside=inside)
    body: dict[str, Any] = {"name": one.name}
    if one.description:
        body["description"] = one.description
    if published == one.graph:
        body["publish"] = True
    body["graph"] = written_graph(one.graph)
    return Standing(name=one.name, body=body, archived=one.state == "archived", facts=facts)


def written_graph(graph: Graph) -> dict[str, Any]:
    """A graph as it is written, without what is usual."""
    said = graph.model_dump(mode="json", exclude_defaults=True)
    return {"entry": {"type": graph.entry.type, **said["entry"]}, **{name: value for name, value in said.items() if name != "entry"}}


def _publishes(document: FlowDocument, facts: _Facts) -> bool:
    """Whether the document asks for another version than the one that people come in by. A paused or stopped one stays so otherwise."""
    graph = _placed(document.graph, facts.draft)
    return document.publish and (facts.published != graph or facts.state == "archived")


def _placed(graph: Graph, standing_graph: Graph) -> Graph:
    """The graph with nodes where they are drawn already, if the document does not say where."""
    known = {node.id: node for node in standing_graph.nodes}
    nodes = [
        node.model_copy(update={"x": known[node.id].x, "y": known[node.id].y})
        if node.x is None and node.y is None and node.id in known
        else node
        for node in graph.nodes
    ]
    return graph.model_copy(update={"nodes": nodes})


def _shown(name: str, description: str, graph: Graph) -> dict[str, Any]:
    """For comparing: each connection by where it begins."""
    said = written_graph(graph)
    said["edges"] = {f"{edge.source}:{edge.way}": edge.target for edge in graph.edges}
    return {"name": name, **({"description": description} if description else {}), "graph": said}


def _place(graph: Graph, one: Problem) -> str:
    """Where in the document a problem is."""
    if not one.node:
        place = (_PLACES | _MORE_PLACES).get(one.code, "graph")
        inner = str(one.details.get("path", ""))
        return f"{place}.{inner}" if one.code == "bad_who" and inner else place
    if one.way:
        edge = next((n for n, edge in enumerate(graph.edges) if (edge.source, edge.way) == (one.node, one.way)), None)
        if edge is not None:
            return f"graph.edges[{edge}]"
    return next(f"graph.nodes[{n}]" for n, node in enumerate(graph.nodes) if node.id == one.node)
