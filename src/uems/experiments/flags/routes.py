"""How are flags made, tried, switched and looked at over HTTP? What their clients ask is answered by ``door``."""

from typing import Annotated, Final

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.experiments.flags import definitions
from uems.experiments.flags.asking import segments_of_user
from uems.experiments.flags.bodies import (
    FlagAsk,
    FlagLine,
    FlagList,
    FlagMoves,
    FlagPart,
    FlagParts,
    FlagPreview,
    FlagRestore,
    FlagSave,
    FlagSegments,
    FlagTrial,
    FlagTry,
    FlagTurn,
    FlagWhole,
    FlagWords,
)
from uems.experiments.flags.payload import feature_of
from uems.experiments.flags.spec import FLAG_PATTERN, FlagDraft, FlagSpec
from uems.experiments.flags.targeting import SEGMENTS
from uems.experiments.flags.trying import try_flag
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.profiles import api as profiles

router = Routes()
_WORKSPACE: Final = "/workspaces/{workspace}"
_BASE: Final = f"{_WORKSPACE}/flags"
_READ, _WRITE = guard("experiments:read"), guard("experiments:write")
Flag = Annotated[str, Path(min_length=1, max_length=100, pattern=f"^{FLAG_PATTERN}$", description="Key of the flag.")]


@router.get(_BASE)
def list_flags(
    request: Request, access: Annotated[Access, _READ], archived: Annotated[bool, Query(description="Also those put away.")] = False
) -> FlagList:
    """All flags by key."""
    found = definitions.list_flags(house_of(request).store, access.scope, archived=archived)
    return FlagList(items=[FlagLine.of(one, access.now) for one in found])


@router.get(f"{_WORKSPACE}/flag-namespaces")
def list_flag_namespaces(request: Request, access: Annotated[Access, _READ]) -> FlagParts:
    """Which parts of the namespaces are taken, and by which experiments."""
    found = definitions.list_flags(house_of(request).store, access.scope)
    parts = [
        FlagPart(namespace=space.key, start=space.start, end=space.end, experiment=rule.experiment, flag=flag.key)
        for flag in found
        for rule in flag.spec.splits
        if rule.on and (space := rule.namespace) is not None
    ]
    return FlagParts(items=sorted(parts, key=lambda part: (part.namespace, part.start)))


@router.get(f"{_WORKSPACE}/flag-segments")
def list_flag_segments(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    user_id: Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00]+$", description="User id.")],
) -> FlagSegments:
    """The segments that a user is in, for a program of one's own that evaluates flags by itself. Not for public pages."""
    found = segments_of_user(house_of(request), access.scope, user_id, access.now)
    return FlagSegments(segments=found or [], known=found is not None)


@router.post(f"{_WORKSPACE}/flag-previews")
def preview_flag(request: Request, access: Annotated[Access, _READ], body: FlagAsk) -> FlagPreview:
    """Whom saving a draft would move, and what clients would be given. Nothing is written."""
    moves = definitions.preview(house_of(request), access.scope, body.key, body.spec)
    return FlagPreview(
        moves=[FlagMoves.of(one) for one in moves], feature=feature_of(body.key, body.spec), words=_words(body.spec, access.scope.currency)
    )


@router.post(f"{_WORKSPACE}/flag-trials")
def try_a_flag(request: Request, access: Annotated[Access, _READ], body: FlagTry) -> FlagTrial:
    """What a flag would answer for these attributes, and what became of each rule. Nothing is written."""
    house = house_of(request)
    spec = body.spec
    if spec is None:
        spec = definitions.get_flag(house.store, access.scope, body.key).spec
    else:
        definitions.check_spec(house, access.scope, spec)
    inside: list[str] = []
    attributes = dict(body.attributes)
    if body.user_id:
        access.require("people:read")
        inside = segments_of_user(house, access.scope, body.user_id, access.now, told=False) or []
        attributes = {"id": body.user_id, **attributes, SEGMENTS: [*inside]}
    _, others = definitions.current(house.store, access.scope.workspace_id)
    return FlagTrial.of(try_flag(body.key, spec, others, attributes), inside)


@router.get(_BASE + "/{key}")
def get_flag(request: Request, access: Annotated[Access, _READ], key: Flag) -> FlagWhole:
    """One flag with its versions, what its conditions ask, and who needs it."""
    house = house_of(request)
    return _whole(house, access, definitions.get_flag(house.store, access.scope, key))


@router.put(_BASE + "/{key}")
def put_flag(request: Request, access: Annotated[Access, _WRITE], key: Flag, body: FlagSave) -> FlagWhole:
    """Make it, off, or change it; a change of one that is on reaches clients within a second."""
    house = house_of(request)
    draft = FlagDraft(name=body.name, description=body.description, owner=body.owner, spec=body.spec)
    saved = definitions.save_flag(house, access, key, draft, base_version=body.base_version, accept_moves=body.accept_moves)
    return _whole(house, access, saved)


@router.post(_BASE + "/{key}/state")
def turn_flag(request: Request, access: Annotated[Access, _WRITE], key: Flag, body: FlagTurn) -> FlagWhole:
    """Switch it on or off, or put it away."""
    house = house_of(request)
    return _whole(house, access, definitions.turn_flag(house.store, access, key, body.state))


@router.post(_BASE + "/{key}/restore")
def restore_flag(request: Request, access: Annotated[Access, _WRITE], key: Flag, body: FlagRestore) -> FlagWhole:
    """Make an older version count again, as a new one."""
    house = house_of(request)
    found = definitions.restore_flag(house, access, key, body.version, base_version=body.base_version, accept_moves=body.accept_moves)
    return _whole(house, access, found)


def _whole(house: House, access: Access, flag: definitions.Flag) -> FlagWhole:
    versions = definitions.versions_of(house.store, access.scope, flag)
    others = definitions.list_flags(house.store, access.scope)
    users = [one.key for one in others if flag.key in one.spec.parents]
    return FlagWhole.whole(flag, versions, _words(flag.spec, access.scope.currency), users, access.now)


def _words(spec: FlagSpec, currency: str) -> list[FlagWords]:
    asked = [(rule.id, profiles.parse_condition(rule.condition)) for rule in spec.rules if rule.condition is not None]
    return [FlagWords(rule_id=id_, zh=profiles.say(node, "zh", currency), en=profiles.say(node, "en", currency)) for id_, node in asked]
