"""How are scenes made, tried, started and looked at over HTTP, and what does a page of the company ask?"""

from typing import Annotated, Final, Literal

from fastapi import Path, Query, Request

from uems.access.api import Access, Visitor, Workspaces, guard, house_of, public
from uems.kernel.edge import Cursor, Limit, decode_cursor, encode_cursor
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.outreach.inbox.opening import usable
from uems.outreach.inbox.proof import Tickets
from uems.outreach.inbox.routes import Token
from uems.outreach.scenes import definitions, standing
from uems.outreach.scenes.bodies import (
    SceneExample,
    SceneExamples,
    SceneFitting,
    SceneLine,
    SceneList,
    SceneMatch,
    SceneMatches,
    SceneNeeds,
    SceneResonance,
    SceneRival,
    SceneRivalMade,
    SceneSave,
    SceneShown,
    SceneSlot,
    SceneTrial,
    SceneTry,
    SceneTurn,
    SceneWhole,
)
from uems.outreach.scenes.examples import EXAMPLES
from uems.outreach.scenes.fitting import fitting
from uems.outreach.scenes.needs import needs_of
from uems.outreach.scenes.resonance import make_rival, resonance
from uems.outreach.scenes.spec import SceneDraft
from uems.outreach.scenes.trying import try_scene
from uems.profiles import api as profiles

router = Routes()
_WORKSPACE: Final = "/workspaces/{workspace}"
_BASE: Final = f"{_WORKSPACE}/scenes"
_READ, _WRITE = guard("flows:read"), guard("flows:write")
SceneKey = Annotated[str, Path(min_length=1, max_length=100, pattern=f"^{definitions.KEY_PATTERN}$", description="Key of the scene.")]


@router.get(_BASE)
def list_scenes(request: Request, access: Annotated[Access, _READ]) -> SceneList:
    """All scenes but the archived ones, with how many people are in each now."""
    store = house_of(request).store
    counts = standing.tallies(store, access.scope, access.now)
    found = definitions.list_scenes(store, access.scope)
    return SceneList(items=[SceneLine.of(one, counts.get(one.scene_id, standing.Tally())) for one in found])


@router.get(f"{_WORKSPACE}/scene-examples")
def scene_examples(access: Annotated[Access, _READ]) -> SceneExamples:
    """Scenes to begin with."""
    return SceneExamples(items=[SceneExample.of(one) for one in EXAMPLES])


@router.post(f"{_WORKSPACE}/scene-trials")
def try_a_scene(request: Request, access: Annotated[Access, _READ], body: SceneTry) -> SceneTrial:
    """Whom it would have found in the last day. Nothing is written."""
    return SceneTrial.of(try_scene(house_of(request), access.scope, body.spec, access.now))


@router.get(_BASE + "/{key}")
def get_scene(request: Request, access: Annotated[Access, _READ], key: SceneKey) -> SceneWhole:
    """One scene with its versions and what it asks, in words."""
    house = house_of(request)
    return _whole(house, access, definitions.get_scene(house.store, access.scope, key))


@router.put(_BASE + "/{key}")
def put_scene(request: Request, access: Annotated[Access, _WRITE], key: SceneKey, body: SceneSave) -> SceneWhole:
    """Make it, paused, or change it; a change of a live one counts at once."""
    house = house_of(request)
    draft = SceneDraft(name=body.name, description=body.description, spec=body.spec)
    return _whole(house, access, definitions.save_scene(house, access, key, draft, base_version=body.base_version))


@router.post(_BASE + "/{key}/state")
def turn_scene(request: Request, access: Annotated[Access, _WRITE], key: SceneKey, body: SceneTurn) -> SceneWhole:
    """Start it, pause it, or put it away."""
    house = house_of(request)
    return _whole(house, access, definitions.turn_scene(house.store, access, key, body.state))


@router.get(_BASE + "/{key}/matches")
def list_scene_matches(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    key: SceneKey,
    inside: Annotated[bool, Query(description="Only those who are in it now.")] = False,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> SceneMatches:
    """Who was found in it and when, the latest first."""
    store = house_of(request).store
    scene = definitions.get_scene(store, access.scope, key)
    before = decode_cursor(cursor, int)[0] if cursor else None
    wanted = access.now if inside else None
    found = standing.matches_of(store, access.scope, scene, inside_at=wanted, before=before, limit=limit + 1)
    page = found[:limit]
    more = encode_cursor(page[-1].match_id) if len(found) > limit else None
    return SceneMatches(items=[SceneMatch.of(one) for one in page], next_cursor=more)


@router.get(_BASE + "/{key}/needs")
def scene_needs(request: Request, access: Annotated[Access, guard("people:read")], key: SceneKey) -> SceneNeeds:
    """What those found in it need, by what they said and by what they did, and whether what is offered speaks of it."""
    house = house_of(request)
    return SceneNeeds.of(needs_of(house, access.scope, definitions.get_scene(house.store, access.scope, key), access.now))


@router.get(_BASE + "/{key}/resonance")
def scene_resonance(
    request: Request,
    access: Annotated[Access, _READ],
    key: SceneKey,
    flow: Annotated[str, Query(min_length=1, max_length=100, description="A flow that begins with the scene.")],
    against: Annotated[str, Query(min_length=1, max_length=100, description="A flow that takes people by what they are.")],
    event: Annotated[str, Query(min_length=1, max_length=200, description="What counts as converted.")] = "Order Completed",
    hours: Annotated[int, Query(ge=1, le=24 * 90, description="Within so many after somebody came in.")] = 48,
) -> SceneResonance:
    """The scene against as many people chosen by what they are, both against their own held out people."""
    found = resonance(house_of(request), access.scope, key, flow, against, event, hours, access.now)
    return SceneResonance.of(found)


@router.get(_BASE + "/{key}/fitting-groups")
def scene_fitting_groups(
    request: Request,
    access: Annotated[Access, _READ],
    key: SceneKey,
    event: Annotated[str, Query(min_length=1, max_length=200, description="What counts as converted.")] = "Order Completed",
    days: Annotated[int, Query(ge=1, le=730, description="Within so many days before now.")] = 90,
) -> SceneFitting:
    """The groups by one or two traits, of as many people as the scene found, that did it most: the strongest to set against the scene."""
    return SceneFitting.of(fitting(house_of(request), access.scope, key, event, days, access.now))


@router.post(_BASE + "/{key}/rivals", status_code=201)
def make_scene_rival(request: Request, access: Annotated[Access, _WRITE], key: SceneKey, body: SceneRival) -> SceneRivalMade:
    """Make a draft that says the same as a flow of the scene to people chosen by what they are. It sends nothing before it is published."""
    made = make_rival(house_of(request), access, key, body.flow, dict(body.who), body.key)
    return SceneRivalMade(key=made.key)


@router.get("/inbox/{token}/scenes")
def slot_of_scene(
    request: Request,
    visitor: Annotated[Visitor, public(anywhere=True)],
    token: Token,
    slot: Annotated[str, Query(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_]*$", description="Which place in the page.")],
    language: Annotated[Literal["zh", "en"], Query(description="What is not said in it comes in the other one.")] = "zh",
) -> SceneSlot:
    """What a place in the company's page shows whoever opened the inbox: the content of the scenes that they are in now."""
    house = house_of(request)
    ticket = Tickets(house.settings).read(token, visitor.now)
    usable(house, ticket.workspace_id, "in_app")
    scope = Workspaces(house.store).look(ticket.workspace_id)
    found = standing.shown_to(house, scope, ticket.addresses, slot, language, visitor.now) if scope else []
    return SceneSlot(items=[SceneShown.of(one) for one in found])


def _whole(house: House, access: Access, scene: definitions.Scene) -> SceneWhole:
    node = profiles.parse_condition(scene.spec.condition)
    said = profiles.say(node, "zh", access.scope.currency), profiles.say(node, "en", access.scope.currency)
    tally = standing.tallies(house.store, access.scope, access.now).get(scene.scene_id, standing.Tally())
    with house.store.read() as conn:
        flows = definitions.flows_by_scene(conn, access.scope.workspace_id, scene.key)
    versions = definitions.versions_of(house.store, access.scope, scene)
    return SceneWhole.whole(scene, tally, versions, said, list(flows))
