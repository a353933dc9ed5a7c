"""How is the tracking plan reached over HTTP? Read, save, compare versions, see what breaks it, and draft it from traffic."""

from datetime import timedelta
from typing import Annotated

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.collect.plan.bodies import (
    ChangeBody,
    DraftAnswer,
    DraftRequest,
    NewPlanBody,
    PlanAnswer,
    PlanVersionBody,
    Version,
    ViolationBody,
)
from uems.collect.plan.draft import draft_plan
from uems.collect.plan.history import current_plan, differences, plan_version, plan_versions, save_plan
from uems.collect.plan.violations import count_violations
from uems.kernel.clock import Period
from uems.kernel.edge import Cursor, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.routing import Routes

router = Routes()

_PLAN = "/workspaces/{workspace}/plan"


@router.get(_PLAN)
def get_plan(request: Request, access: Annotated[Access, guard("plan:read")]) -> PlanAnswer:
    """The tracking plan in force."""
    return PlanAnswer.of(current_plan(house_of(request).store, access.scope))


@router.put(_PLAN)
def put_plan(request: Request, access: Annotated[Access, guard("plan:write")], body: NewPlanBody) -> PlanAnswer:
    """Put a new version in force; events that are processed from now on are checked against it."""
    saved = save_plan(house_of(request).store, access, body.plan(), base_version=body.base_version, note=body.note)
    return PlanAnswer.of(saved)


@router.get(_PLAN + "/versions")
def list_plan_versions(
    request: Request,
    access: Annotated[Access, guard("plan:read")],
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Page[PlanVersionBody]:
    """Every version that was in force, the newest first."""
    before = min(int(decode_cursor(cursor, int)[0]), 2**31 - 1) if cursor else None
    found = plan_versions(house_of(request).store, access.scope, before=before, limit=limit)
    items = [PlanVersionBody.of(saved) for saved in found]
    return Page[PlanVersionBody](items=items, next_cursor=encode_cursor(items[-1].version) if len(items) == limit else None)


@router.get(_PLAN + "/versions/{version}")
def get_plan_version(
    request: Request, access: Annotated[Access, guard("plan:read")], version: Annotated[Version, Path(description="Number of the version.")]
) -> PlanAnswer:
    """One version as it was saved."""
    return PlanAnswer.of(plan_version(house_of(request).store, access.scope, version))


@router.get(_PLAN + "/changes")
def list_plan_changes(
    request: Request,
    access: Annotated[Access, guard("plan:read")],
    before: Annotated[Version, Query(description="The older version; 0 is the empty plan.")],
    after: Annotated[Version, Query(description="The newer version.")],
) -> Page[ChangeBody]:
    """What changed between two versions, field by field."""
    store = house_of(request).store
    old, new = (plan_version(store, access.scope, version) for version in (before, after))
    return Page[ChangeBody](items=[ChangeBody.of(change) for change in differences(old.plan, new.plan)])


@router.get(_PLAN + "/violations")
def list_plan_violations(
    request: Request,
    access: Annotated[Access, guard("plan:read")],
    days: Annotated[int, Query(ge=1, le=400, description="How many days back, by arrival.")] = 7,
    event: Annotated[Key | None, Query(description="Only this event.")] = None,
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 100,
) -> Page[ViolationBody]:
    """What came in that is not as planned, the most frequent first."""
    start = max(int(decode_cursor(cursor, int)[0]), 0) if cursor else 0
    period = Period(start=access.now - timedelta(days=days), end=access.now + timedelta(seconds=1))
    found = count_violations(house_of(request).warehouse, access.scope, period, event=event or "")
    items = [ViolationBody.of(violation) for violation in found[start : start + limit]]
    more = start + limit < len(found)
    return Page[ViolationBody](items=items, next_cursor=encode_cursor(start + limit) if more else None)


@router.post(_PLAN + "/draft")
def draft_from_traffic(request: Request, access: Annotated[Access, guard("plan:write")], body: DraftRequest) -> DraftAnswer:
    """Propose definitions from what came in; nothing is saved. The examples are values of real events."""
    access.require("events:read")
    house = house_of(request)
    period = Period(start=access.now - timedelta(days=body.days), end=access.now + timedelta(days=1))
    found = draft_plan(house.warehouse, access.scope, period, limit=body.limit, only=body.events)
    planned = frozenset(event.name for event in current_plan(house.store, access.scope).plan.events)
    return DraftAnswer.of(found, planned)
