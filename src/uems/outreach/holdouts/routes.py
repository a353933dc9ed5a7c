"""Which routes have holdouts?"""

from typing import Annotated, Final

import numpy as np
from fastapi import Path, Request

from uems.access.api import Access, guard, house_of
from uems.identity import api as identity
from uems.kernel.edge import Key
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.outreach.holdouts.assigning import Holdout
from uems.outreach.holdouts.bodies import HoldoutBody, HoldoutDraft, HoldoutList
from uems.outreach.holdouts.definitions import end_holdout, holdouts, save_holdout
from uems.profiles.api import People

router = Routes()
_BASE: Final = "/workspaces/{workspace}/holdouts"
HoldoutKey = Annotated[Key, Path(description='Key of the programme, or "everything".')]


@router.get(_BASE)
def list_holdouts(request: Request, access: Annotated[Access, guard("campaigns:read")]) -> HoldoutList:
    """Who is never written to, so that everything, or a programme, can be measured. The global one first."""
    house = house_of(request)
    people = _everybody(house, access.scope)
    items = [_body(one, people, access) for one in holdouts(house.store, access.scope)]
    return HoldoutList(items=items, everybody=len(people))


@router.put(_BASE + "/{key}")
def put_holdout(request: Request, access: Annotated[Access, guard("campaigns:write")], key: HoldoutKey, body: HoldoutDraft) -> HoldoutBody:
    """Hold out this share from now on; it holds for everything that is sent, also for what waits. A larger share keeps those held out."""
    house = house_of(request)
    found = save_holdout(house.store, access, key, body.name, body.percent, body.renew_days, body.pairs())
    return _body(found, _everybody(house, access.scope), access)


@router.post(_BASE + "/{key}/end")
def end_a_holdout(request: Request, access: Annotated[Access, guard("campaigns:write")], key: HoldoutKey) -> HoldoutBody:
    """Hold nobody out any more. Begun again, it draws other people."""
    house = house_of(request)
    return _body(end_holdout(house.store, access, key), _everybody(house, access.scope), access)


def _everybody(house: House, scope: Scope) -> People:
    found = house.warehouse.query(Sql(f"SELECT person FROM {identity.everybody(house.store, scope)}"), {})
    return np.asarray(found.column("person").to_numpy(), np.uint64)


def _body(one: Holdout, people: People, access: Access) -> HoldoutBody:
    held = 0 if one.now.ended else int(one.held(people, access.now).sum())
    return HoldoutBody.of(one, held, len(people), access.now)
