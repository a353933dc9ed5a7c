"""How are flows made, tried, published, held and followed over HTTP?"""

from typing import Annotated

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.identity import api as identity
from uems.kernel.edge import Cursor, Id, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.errors import UemsError, not_found
from uems.kernel.routing import Routes
from uems.kernel.store import to_microseconds
from uems.outreach.flows import bodies, definitions
from uems.outreach.flows.checking import step_of
from uems.outreach.flows.entering import Arrival, enter
from uems.outreach.flows.letters import make_letters
from uems.outreach.flows.plans import read_plan
from uems.outreach.flows.previewing import preview
from uems.outreach.flows.registry import RECIPES, STEPS
from uems.outreach.flows.reporting import people_at, report, totals
from uems.outreach.flows.task_routes import router as tasks
from uems.outreach.flows.testing import comparisons_of
from uems.outreach.flows.tracing import absences_of, ways_of

router = Routes()
router.include(tasks)

_BASE = "/workspaces/{workspace}/flows"
_READ = guard("flows:read")
_WRITE = guard("flows:write")
FlowKey = Annotated[Key, Path(description="Key of the flow.")]


@router.get(_BASE)
def list_flows(
    request: Request, access: Annotated[Access, _READ], archived: Annotated[bool, Query(description="The archived ones too.")] = False
) -> bodies.FlowsBody:
    """All flows by name, with how many are on their way in each."""
    store = house_of(request).store
    known = totals(store, access.scope)
    items = []
    for one in definitions.list_flows(store, access.scope, archived=archived):
        inside, entered, held = known.get(one.flow_id, (0, 0, 0))
        line = {name: getattr(one, name) for name in ("key", "name", "description", "state", "version", "changed_at", "changed_by")}
        items.append(bodies.FlowLine(**line, entry=one.graph.entry.type, inside=inside, entered=entered, holdout=held))
    return bodies.FlowsBody(items=items)


@router.get("/workspaces/{workspace}/flow-kinds")
def list_kinds(access: Annotated[Access, _READ]) -> bodies.FlowKinds:
    """Every kind of node, with the JSON schema of its config."""
    return bodies.FlowKinds(items=[bodies.FlowKind.of(one) for one in STEPS])


@router.get("/workspaces/{workspace}/flow-recipes")
def list_recipes(access: Annotated[Access, _READ]) -> bodies.FlowRecipes:
    """Flows that come ready made; save one under a key of your own to begin with it."""
    names = ("key", "label_zh", "label_en", "says_zh", "says_en")
    items = [bodies.FlowRecipe(**{name: getattr(one, name) for name in names}, graph=one.graph()) for one in RECIPES]
    return bodies.FlowRecipes(items=items)


@router.post("/workspaces/{workspace}/flow-checks")
def check_graph(request: Request, access: Annotated[Access, _READ], body: bodies.FlowGraph) -> bodies.FlowCheck:
    """What keeps a graph from being published, while it is drawn."""
    found = definitions.check_flow(house_of(request), access.scope, body.graph)
    ways: dict[str, list[str]] = {}
    for node in body.graph.nodes:
        try:
            item, config = step_of(node)
        except UemsError:
            continue  # said among the problems
        ways[node.id] = list(item.ways(config))
    return bodies.FlowCheck(problems=[bodies.FlowProblem.of(one) for one in found], ways=ways)


@router.get(_BASE + "/{key}")
def get_flow(request: Request, access: Annotated[Access, _READ], key: FlowKey) -> bodies.FlowWhole:
    """One flow with the graph being worked on."""
    return bodies.FlowWhole.of(definitions.get_flow(house_of(request).store, access.scope, key))


@router.put(_BASE + "/{key}")
def save_flow(request: Request, access: Annotated[Access, _WRITE], key: FlowKey, body: bodies.FlowSave) -> bodies.FlowWhole:
    """Make a flow, or change its draft. Nobody moves by it before it is published."""
    store = house_of(request).store
    recipe = RECIPES.get(body.recipe) if body.recipe else None
    if recipe is not None:
        access.require("messages:write")  # before anything is saved
    saved = definitions.save_flow(store, access, key, body, revision=body.revision)
    if recipe is not None:
        make_letters(store, access, recipe, body.language)
    return bodies.FlowWhole.of(saved)


@router.delete(_BASE + "/{key}", status_code=204)
def archive_flow(request: Request, access: Annotated[Access, _WRITE], key: FlowKey) -> None:
    """Put it away; whoever is inside leaves."""
    definitions.archive_flow(house_of(request).store, access, key)


@router.get(_BASE + "/{key}/preview")
def preview_flow(request: Request, access: Annotated[Access, _READ], key: FlowKey) -> bodies.FlowPreview:
    """Whom publishing the draft would concern: who may come in, and who is inside."""
    return preview(house_of(request), access.scope, definitions.get_flow(house_of(request).store, access.scope, key), access.now)


@router.post(_BASE + "/{key}/publish")
def publish_flow(request: Request, access: Annotated[Access, _WRITE], key: FlowKey, body: bodies.FlowPublish) -> bodies.FlowWhole:
    """Let people in by the draft from now on."""
    house = house_of(request)
    made = definitions.publish_flow(house, access, key, revision=body.revision, policy=body.policy, targets=body.targets)
    return bodies.FlowWhole.of(made)


@router.post(_BASE + "/{key}/pause")
def pause_flow(request: Request, access: Annotated[Access, _WRITE], key: FlowKey) -> bodies.FlowWhole:
    """Nobody comes in, and nobody moves, until it is resumed."""
    return bodies.FlowWhole.of(definitions.pause_flow(house_of(request).store, access, key))


@router.post(_BASE + "/{key}/resume")
def resume_flow(request: Request, access: Annotated[Access, _WRITE], key: FlowKey, body: bodies.FlowResume) -> bodies.FlowWhole:
    """Go on where it stopped."""
    return bodies.FlowWhole.of(definitions.resume_flow(house_of(request).store, access, key, overdue=body.overdue))


@router.post(_BASE + "/{key}/stop")
def stop_flow(request: Request, access: Annotated[Access, _WRITE], key: FlowKey, body: bodies.FlowStop) -> bodies.FlowWhole:
    """Let nobody in any more."""
    return bodies.FlowWhole.of(definitions.stop_flow(house_of(request).store, access, key, inside=body.inside))


@router.post(_BASE + "/{key}/enter")
def enter_flow(request: Request, access: Annotated[Access, _WRITE], key: FlowKey, body: bodies.FlowEnter) -> bodies.FlowEntered:
    """Bring people in. Raises ``flow_state`` (409) unless it is live and its entry is by API."""
    house = house_of(request)
    ids = [one.user_id for one in body.people]
    owners = identity.find_owners(house.store, access.scope, "user_id", ids)
    now_us = to_microseconds(access.now)
    arrivals = [
        Arrival(person_id=owner.person_id, at_us=now_us, key=one.key, context={"event": {"event": "", "properties": one.properties}})
        for one, owner in zip(body.people, owners, strict=True)
        if owner.person_id
    ]
    with house.store.write() as conn:
        plan = read_plan(conn, access.scope.workspace_id, definitions.read_flow(conn, access.scope.workspace_id, key).flow_id)
        if plan is None or not plan.open or plan.graph.entry.type != "api":
            raise UemsError("flow_state", f"{key} takes nobody in by API now; publish it with an entry by API.", status=409)
        counts = enter(conn, plan, arrivals, now_us)
    arrived = sum(people for place, people in counts.items() if place[4] == "arrived")
    unknown = [name for name, owner in zip(ids, owners, strict=True) if not owner.person_id]
    return bodies.FlowEntered(arrived=arrived, refused=len(arrivals) - arrived, unknown=unknown)


@router.get(_BASE + "/{key}/report")
def flow_report(
    request: Request,
    access: Annotated[Access, _READ],
    key: FlowKey,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The latest when left out.")] = None,
) -> bodies.FlowReport:
    """How many came, stand and went where, and what the flow changed against those held out.

    A flow that was never published has a report of nobody; a version that is not there is not found.
    """
    store = house_of(request).store
    flow = definitions.get_flow(store, access.scope, key)
    wanted = flow.version if version is None else version
    graphs = {one.version: one.graph for one in definitions.versions_of(store, access.scope, flow)} | (
        {0: flow.graph} if not flow.version else {}
    )
    graph = graphs.get(wanted)
    if graph is None:
        raise not_found("flow version", str(wanted))
    tests = comparisons_of(store, access.scope, flow.flow_id, graph, access.now) if flow.version else []
    return bodies.FlowReport.of(report(store, access.scope, flow.flow_id, wanted, graph), tests)


@router.get(_BASE + "/{key}/versions")
def list_versions(request: Request, access: Annotated[Access, _READ], key: FlowKey) -> bodies.FlowVersions:
    """What was published, the latest first."""
    store = house_of(request).store
    found = definitions.versions_of(store, access.scope, definitions.get_flow(store, access.scope, key))
    return bodies.FlowVersions(items=[bodies.FlowVersion.of(one) for one in found])


@router.get(_BASE + "/{key}/people")
def list_standing(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    key: FlowKey,
    node: Annotated[Key, Query(description='Id of a node, or "holdout".')],
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Page[bodies.FlowStanding]:
    """Who stands at a node now, or is held out."""
    store = house_of(request).store
    flow = definitions.get_flow(store, access.scope, key)
    after = decode_cursor(cursor, int, int) if cursor else [0, 0]
    found = people_at(store, access.scope, flow.flow_id, node=node, after=(after[0], after[1]), limit=limit + 1)
    following = encode_cursor(found[limit - 1][0], found[limit - 1][1]) if len(found) > limit else None
    items = [bodies.FlowStanding(person_id=person, entry_no=entry, state=state) for person, entry, state in found[:limit]]
    return Page[bodies.FlowStanding](items=items, next_cursor=following)


@router.get("/workspaces/{workspace}/people/{person_id}/flows")
def person_flows(request: Request, access: Annotated[Access, guard("people:read")], person_id: Id) -> bodies.PersonFlowsBody:
    """Every way of a person through flows, step by step, and why they never came into the others."""
    house = house_of(request)
    return bodies.PersonFlowsBody(
        ways=[bodies.FlowWay.of(one) for one in ways_of(house, access.scope, person_id)],
        absent=[bodies.FlowAbsent.of(one) for one in absences_of(house, access.scope, person_id, access.now)],
    )
