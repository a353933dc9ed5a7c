"""How are definitions read, compared and put in force as documents over HTTP?"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Request

from uems.access.api import Access, guard, house_of
from uems.kernel.errors import UemsError
from uems.kernel.routing import Routes
from uems.profiles import api as profiles
from uems.segments.config.applying import apply
from uems.segments.config.bodies import (
    AppliedBody,
    ApplyBody,
    ConfigBody,
    ConfigChangeBody,
    ConfigPlanBody,
    ConfigProblemBody,
    DocumentsBody,
)
from uems.segments.config.kinds import RoomKind
from uems.segments.config.model import Documents, Problem
from uems.segments.config.planning import fingerprint, plan
from uems.segments.config.reading import read_documents
from uems.segments.config.writing import documents_of
from uems.segments.uses import SegmentUsers

router = Routes()

_BASE = "/workspaces/{workspace}/config"


def _rooms(request: Request) -> Sequence[RoomKind]:
    """The kinds of documents of the rooms above."""
    rooms: Sequence[RoomKind] = request.app.state.config_rooms
    return rooms


def _users(request: Request) -> Sequence[profiles.TagUsers]:
    """Everything that asks tags."""
    users: Sequence[profiles.TagUsers] = request.app.state.tag_users
    return users


@router.get(_BASE)
def get_config(
    request: Request,
    access: Annotated[Access, guard("segments:read")],
    standard: Annotated[bool, Query(description="Also tags as they were shipped.")] = False,
) -> ConfigBody:
    """The tracking plan, tags, segments and all other definitions as documents; of other rooms what the caller may read."""
    access.require("plan:read")
    access.require("tags:read")
    rooms = [one for one in _rooms(request) if f"{one.permission}:read" in access.actor.permissions]
    return ConfigBody(documents=documents_of(house_of(request).store, access.scope, standard=standard, rooms=rooms))


@router.post(f"{_BASE}/plan")
def plan_config(request: Request, access: Annotated[Access, guard("segments:read")], body: DocumentsBody) -> ConfigPlanBody:
    """What documents would change, field by field, and what is wrong with them. Nothing is changed."""
    access.require("plan:read")
    access.require("tags:read")
    rooms = _rooms(request)
    found, problems = read_documents(body.documents, rooms)
    for kind in _named(found, rooms):
        access.require(f"{kind.permission}:read")
    prune = body.prune and not problems
    changes, more = plan(house_of(request), access.scope, found, prune=prune, users=_users(request), rooms=rooms)
    return ConfigPlanBody(
        changes=[ConfigChangeBody.of(one) for one in changes],
        problems=[ConfigProblemBody.of(one) for one in (*problems, *more)],
        fingerprint=fingerprint(changes),
    )


@router.post(f"{_BASE}/apply")
def apply_config(request: Request, access: Annotated[Access, guard("segments:write")], body: ApplyBody) -> AppliedBody:
    """Put the documents in force, all of them or none."""
    rooms = _rooms(request)
    found, problems = read_documents(body.documents, rooms)
    _require(access, found)
    for kind in _named(found, rooms):
        access.require(f"{kind.permission}:write")
    if problems:
        raise _bad(problems)
    house = house_of(request)
    _, problems = plan(house, access.scope, found, prune=body.prune, users=_users(request), rooms=rooms)
    if problems:
        raise _bad(problems)
    named: Sequence[SegmentUsers] = request.app.state.segment_users
    told = apply(
        house,
        access,
        found,
        prune=body.prune,
        agreed=body.fingerprint,
        note=body.note,
        users=_users(request),
        segment_users=named,
        rooms=rooms,
    )
    return AppliedBody(changes=[ConfigChangeBody.of(one) for one in told])


def _require(access: Access, found: Documents) -> None:
    """Whoever changes a kind of definition by documents may change it otherwise too."""
    if found.plan is not None:
        access.require("plan:write")
    if found.tags or any(kind == "tag" for kind, _ in found.archived):
        access.require("tags:write")


def _named(found: Documents, rooms: Sequence[RoomKind]) -> list[RoomKind]:
    """The kinds of the rooms above that the documents are about."""
    archived = {kind for kind, _ in found.archived}
    return [one for one in rooms if found.rooms.get(one.kind) or one.kind in archived]


def _bad(problems: list[Problem]) -> UemsError:
    first = problems[0]
    more = f" There are {len(problems) - 1} more problems." if len(problems) > 1 else ""
    details = {"problems": [ConfigProblemBody.of(one).model_dump() for one in problems[:100]]}
    return UemsError("bad_config", f"Document {first.document + 1}: {first.message}{more}", status=422, details=details)
