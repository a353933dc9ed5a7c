"""How are the ladder and its programme asked for, set and worked with over HTTP?"""

from typing import Annotated

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.kernel.edge import Id, Page
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.profiles import api as profiles
from uems.profiles.api import PersonRow
from uems.superusers.ladder import programme as running
from uems.superusers.ladder.bodies import (
    LadderAnswerBody,
    LadderArmBody,
    LadderBody,
    LadderCountsBody,
    LadderEffectBody,
    LadderEffects,
    LadderEntryBody,
    LadderInvitations,
    LadderInvited,
    LadderProgrammeBody,
    LadderResultBody,
    LadderSettingsBody,
)
from uems.superusers.ladder.criteria import LOWEST, STEPS, LadderSettings, criteria_of
from uems.superusers.ladder.effect import Side, difference, effects
from uems.superusers.ladder.making import opened
from uems.superusers.ladder.programme import EntryState, LadderProgramme
from uems.superusers.ties.bodies import WorkBody
from uems.superusers.work import ask_for_work, get_work, save_work_settings

router = Routes()
_W = "/workspaces/{workspace}/ladder"
_READ, _WRITE, _PEOPLE = guard("superusers:read"), guard("superusers:write"), guard("people:read")
PersonNumber = Annotated[Id, Path(description="Number of the person.")]


def _ladder(house: House, access: Access) -> LadderBody:
    work = get_work(house.store, access.scope, "ladder")
    settings = LadderSettings() if work is None else LadderSettings.model_validate(dict(work.settings))
    criteria = criteria_of(settings, profiles.roles_of(house.store, access.scope))
    return LadderBody(
        criteria={step: list(criteria[step]) for step in STEPS[1:]},
        own=settings.steps is not None,
        result=None if work is None or work.result is None else LadderResultBody.model_validate(dict(work.result)),
        result_at=None if work is None else work.result_at,
        work=None if work is None else WorkBody.of(work),
    )


@router.get(_W)
def get_ladder(request: Request, access: Annotated[Access, _READ]) -> LadderBody:
    """How many people stand on each step, what it takes, and what they lack."""
    return _ladder(house_of(request), access)


@router.put(_W)
def put_ladder(request: Request, access: Annotated[Access, _WRITE], body: LadderSettingsBody) -> LadderBody:
    """Other criteria, or the ready-made ones again. Everybody is placed anew at once."""
    house = house_of(request)
    settings = LadderSettings(steps=body.steps)
    if settings.steps is not None and not any(settings.steps.get(step) for step in LOWEST):
        text = "steps take nothing of a user, customer or regular, so everybody ever seen would enter the programme; give one a criterion."
        raise UemsError("invalid", text, status=422, details={"field": "steps"})
    for criteria in (settings.steps or {}).values():
        for one in criteria:
            opened(house.store, access.scope, one)  # refused here, and not at night
    save_work_settings(house.store, access, "ladder", settings)
    return _ladder(house, access)


@router.post(_W + "/runs")
def run_ladder(request: Request, access: Annotated[Access, _WRITE]) -> LadderBody:
    """Have a worker place everybody now; nothing more while it is under way."""
    house = house_of(request)
    ask_for_work(house.store, access, "ladder")
    return _ladder(house, access)


def _programme(house: House, access: Access) -> LadderProgrammeBody:
    counts = running.counts_of(house.store, access.scope)
    told = {state: counts.get(("invite", state), 0) for state in ("waiting", "invited", "accepted", "declined")}
    held = sum(n for (arm, _), n in counts.items() if arm == "held")
    return LadderProgrammeBody(programme=running.programme_of(house.store, access.scope), counts=LadderCountsBody(held=held, **told))


@router.get(_W + "/programme")
def get_ladder_programme(request: Request, access: Annotated[Access, _READ]) -> LadderProgrammeBody:
    """Whom the programme is for, what it offers, and how far it is."""
    return _programme(house_of(request), access)


@router.put(_W + "/programme")
def put_ladder_programme(request: Request, access: Annotated[Access, _WRITE], body: LadderProgramme) -> LadderProgrammeBody:
    """Another programme. Lots that were drawn stay as they are."""
    house = house_of(request)
    running.save_programme(house.store, access, body)
    return _programme(house, access)


@router.get(_W + "/programme/people")
def list_ladder_entries(
    request: Request,
    access: Annotated[Access, _PEOPLE],
    state: Annotated[EntryState, Query(description="waiting for an invitation, invited, or what they said.")] = "waiting",
) -> Page[LadderEntryBody]:
    """The 100 with the strongest ties of those who wait, are invited, or answered, each with their reasons; nobody who is held out."""
    house = house_of(request)
    rows = running.entries_of(house.store, access.scope, state, 100, access.now)
    now = {one.person_id: one for one in profiles.profiles_now(house, access.scope, [row["person_id"] for row in rows])}
    tags = profiles.tags_of(house, access.scope, list(now))
    items = []
    for row in rows:
        person = row["person_id"]
        if person in now:  # merged into another, or erased, since
            why = next((one.evidence for one in tags.get(person, ()) if one.tag == "tie_strength"), None) or {}
            told = {name: row[name] for name in ("state", "score", "entered_on", "invited_at", "invited_by")}
            items.append(LadderEntryBody(person=PersonRow.of(now[person]), zh=str(why.get("zh", "")), en=str(why.get("en", "")), **told))
    return Page(items=items)


@router.post(_W + "/programme/invitations")
def invite_to_ladder(request: Request, access: Annotated[Access, _WRITE], body: LadderInvitations) -> LadderInvited:
    """Invite people who wait. Each is told of as the event superuser.invited, once, which a flow can send the invitation by."""
    return LadderInvited(invited=running.invite(house_of(request), access, body.people))


@router.post(_W + "/programme/people/{person_id}/answer")
def answer_ladder(
    request: Request, access: Annotated[Access, _WRITE], person_id: PersonNumber, body: LadderAnswerBody
) -> LadderProgrammeBody:
    """Write down what somebody invited said."""
    house = house_of(request)
    running.answered(house, access, person_id, body.answer)
    return _programme(house, access)


@router.get(_W + "/programme/effect")
def get_ladder_effect(request: Request, access: Annotated[Access, _READ]) -> LadderEffects:
    """What those to be invited brought, beside those held out, over a month, a quarter, one year and two."""
    found = effects(house_of(request), access.scope, access.now)
    return LadderEffects(currency=access.scope.currency, items=[_effect(days, *sides) for days, sides in found.items()])


def _effect(days: int, invited: Side, held: Side) -> LadderEffectBody:
    value, retained = difference(invited.value, held.value), difference(invited.retained, held.retained)
    return LadderEffectBody(
        horizon_days=days,
        invited=_arm(invited),
        held=_arm(held),
        value_difference=value.value if value else None,
        value_low=value.low if value else None,
        value_high=value.high if value else None,
        retained_difference=retained.value if retained else None,
        retained_low=retained.low if retained else None,
        retained_high=retained.high if retained else None,
        reason="" if value else "too_few",
    )


def _arm(side: Side) -> LadderArmBody:
    some = len(side.value) > 0
    return LadderArmBody(
        people=len(side.value),
        retained=float(side.retained.mean()) if some else None,
        value=float(side.value.mean()) if some else None,
    )
