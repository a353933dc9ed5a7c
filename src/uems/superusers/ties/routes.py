"""How are ties asked for, set and scored anew over HTTP?"""

from typing import Annotated, Literal

from fastapi import Query, Request
from pydantic import ValidationError

from uems.access.api import Access, guard, house_of
from uems.kernel.edge import Page
from uems.kernel.errors import UemsError
from uems.kernel.routing import Routes
from uems.profiles import api as profiles
from uems.profiles.api import PersonRow
from uems.superusers.ties.bodies import TiePerson, TiesBody, TieSettingsBody
from uems.superusers.ties.model import LEVELS
from uems.superusers.work import ask_for_work, get_work, save_work_settings

router = Routes()
_W = "/workspaces/{workspace}/ties"
_READ, _WRITE = guard("superusers:read"), guard("superusers:write")
Listed = Annotated[
    Literal["rising", "cooling", "strongest"], Query(description="Who changed most within 30 days, or has the strongest tie.")
]


@router.get(_W)
def get_ties(request: Request, access: Annotated[Access, _READ]) -> TiesBody:
    """How strong ties are, how they moved, how well the score foretold, and the work under way."""
    return TiesBody.of(get_work(house_of(request).store, access.scope, "ties"))


@router.put(_W)
def put_ties(request: Request, access: Annotated[Access, _WRITE], body: TieSettingsBody) -> TiesBody:
    """Other settings: window, weights, where strong begins, which events mean what. Everybody is scored anew at once."""
    try:
        settings = body.read()
    except ValidationError as error:
        said = "; ".join(one["msg"].removeprefix("Value error, ").rstrip(".") for one in error.errors())
        raise UemsError("invalid", f"{said}.", status=422) from error
    store = house_of(request).store
    save_work_settings(store, access, "ties", settings)
    return TiesBody.of(get_work(store, access.scope, "ties"))


@router.post(_W + "/runs")
def run_ties(request: Request, access: Annotated[Access, _WRITE]) -> TiesBody:
    """Have a worker score everybody now; nothing more while it is under way."""
    store = house_of(request).store
    ask_for_work(store, access, "ties")
    return TiesBody.of(get_work(store, access.scope, "ties"))


@router.get(_W + "/people")
def list_tie_people(request: Request, access: Annotated[Access, guard("people:read")], listed: Listed = "cooling") -> Page[TiePerson]:
    """At most 50 people who rise, cool, or have the strongest ties, as who they are now."""
    house = house_of(request)
    found = TiesBody.of(get_work(house.store, access.scope, "ties")).result
    if found is None:
        return Page(items=[])
    rows = getattr(found, listed)
    now = {one.person_id: one for one in profiles.profiles_now(house, access.scope, [row.person_id for row in rows])}
    borders = (found.scale.medium_at, found.scale.strong_at)
    items = [
        TiePerson(
            person=PersonRow.of(now[row.person_id]),
            score=row.score,
            change=row.change,
            level=LEVELS[sum(row.score >= border for border in borders)],
        )
        for row in rows
        if row.person_id in now  # merged into another, or erased, since
    ]
    return Page(items=items)
