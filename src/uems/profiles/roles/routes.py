"""How are the roles of events shown, guessed and confirmed over HTTP?"""

from typing import Annotated

from fastapi import Path, Request

from uems.access.api import Access, guard, house_of
from uems.kernel.edge import Key
from uems.kernel.routing import Routes
from uems.profiles.roles.guess import observed_events
from uems.profiles.roles.mappings import forget_role, guess_roles, roles_of, set_role
from uems.profiles.roles.model import ROLES, Roles
from uems.profiles.tags.bodies import RoleBody, RoleCandidateBody, RoleCandidateList, RoleChangeBody, RoleList

router = Routes()
_BASE = "/workspaces/{workspace}/roles"
RoleKey = Annotated[Key, Path(description="Key of the role.")]


@router.get(_BASE)
def list_roles(request: Request, access: Annotated[Access, guard("tags:read")]) -> RoleList:
    """Every role, and what plays it."""
    return _list(roles_of(house_of(request).store, access.scope))


@router.get(f"{_BASE}/candidates")
def list_role_candidates(request: Request, access: Annotated[Access, guard("tags:read")]) -> RoleCandidateList:
    """The events that came in, the most frequent first."""
    return RoleCandidateList(items=[RoleCandidateBody.of(one) for one in observed_events(house_of(request), access.scope)])


@router.post(f"{_BASE}/guess")
def guess(request: Request, access: Annotated[Access, guard("tags:write")]) -> RoleList:
    """Guess every role that nobody confirmed, by the events and the plan as they are now."""
    return _list(guess_roles(house_of(request), access.scope, access.now, by=access))


@router.put(f"{_BASE}/{{role}}")
def put_role(request: Request, access: Annotated[Access, guard("tags:write")], role: RoleKey, body: RoleChangeBody) -> RoleBody:
    """Say what plays a role; nothing at all says that nothing does."""
    return RoleBody.of(role, set_role(house_of(request).store, access, role, events=body.events, property=body.property))


@router.delete(f"{_BASE}/{{role}}", status_code=204)
def delete_role(request: Request, access: Annotated[Access, guard("tags:write")], role: RoleKey) -> None:
    """Take back what was said of a role; the next guess may fill it again."""
    forget_role(house_of(request).store, access, role)


def _list(roles: Roles) -> RoleList:
    return RoleList(items=[RoleBody.of(key, roles.mapped.get(key)) for key in ROLES])
