"""How are merges seen, made and undone over HTTP?"""

from typing import Annotated

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.identity import ledger
from uems.identity.bodies import (
    Joining,
    JunkBody,
    MergeBody,
    MergedBody,
    MergePreviewBody,
    ProfileBody,
    RedoneBody,
    RulesBody,
    RulesPreviewBody,
    UndoneBody,
)
from uems.identity.erasure.routes import router as erasure_router
from uems.identity.links import merges, place_of
from uems.identity.model import Cause, MergeState
from uems.identity.normal import JUNK
from uems.identity.people import find_nodes
from uems.identity.rules import change_rules, count_touched, rules_of
from uems.kernel.edge import Cursor, Id, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.errors import not_found
from uems.kernel.house import House
from uems.kernel.routing import Routes

router = Routes()
router.include(erasure_router)

MergeName = Annotated[Key, Path(description="Name of a link (two node numbers, `12-57`) or of a merge by hand (`merge_...`).")]


def _nodes(house: House, access: Access, joining: Joining) -> list[int]:
    """The numbers of the ids that are to be joined; raises ``not_found`` for one that was never seen."""
    found = find_nodes(house.store, access.scope, [(one.kind, one.value) for one in joining.ids])
    for one, number in zip(joining.ids, found, strict=True):
        if number is None:
            raise not_found("id", f"{one.kind} {one.value}")
    return [number for number in found if number is not None]


@router.get("/workspaces/{workspace}/merges")
def list_merges(
    request: Request,
    access: Annotated[Access, guard("merges:read")],
    state: Annotated[MergeState | None, Query(description="Only links in this state.")] = None,
    cause: Annotated[Cause | None, Query(description="Only links with this cause.")] = None,
    person_id: Annotated[Id | None, Query(description="Only links at the ids of this person.")] = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[MergeBody]:
    """The ledger of links, the latest first; refused and undone ones included."""
    after = tuple(decode_cursor(cursor, int, int, int)) if cursor else None
    place = (after[0], after[1], after[2]) if after else None
    found = merges(house_of(request).store, access.scope, state=state, cause=cause, person_id=person_id, after=place, limit=limit + 1)
    following = encode_cursor(*place_of(found[limit - 1])) if len(found) > limit else None
    return Page(items=[MergeBody.of(one) for one in found[:limit]], next_cursor=following)


@router.post("/workspaces/{workspace}/merges/preview")
def preview_merge(request: Request, access: Annotated[Access, guard("merges:read")], body: Joining) -> MergePreviewBody:
    """What a merge of the people who have these ids would join. Changes nothing."""
    house = house_of(request)
    preview = ledger.preview_merge(house, access.scope, _nodes(house, access, body))
    return MergePreviewBody(profiles=[ProfileBody.of(one) for one in preview.profiles], refused=preview.refused)


@router.post("/workspaces/{workspace}/merges")
def merge(request: Request, access: Annotated[Access, guard("merges:write")], body: Joining) -> MergedBody:
    """Make one person of those who have these ids."""
    house = house_of(request)
    merge_id, made = ledger.merge(house, access, _nodes(house, access, body))
    return MergedBody(merge_id=merge_id, person_id=made[0].a_person_id, links=[MergeBody.of(one) for one in made])


@router.post("/workspaces/{workspace}/merges/{merge_id}/undo")
def undo_merge(request: Request, access: Annotated[Access, guard("merges:write")], merge_id: MergeName) -> UndoneBody:
    """Part the ids of a merge again; both profiles and every report are as if it had never been."""
    undone = ledger.undo_merge(house_of(request), access, merge_id)
    return UndoneBody(undo_id=undone.undo_id, links=list(undone.merges), people=list(undone.people))


@router.post("/workspaces/{workspace}/merges/{merge_id}/redo")
def redo_merge(
    request: Request, access: Annotated[Access, guard("merges:write")], merge_id: Annotated[Key, Path(description="Name of an undo.")]
) -> RedoneBody:
    """Undo an undo (``undo_...``): the links that it took back are claimed again."""
    return RedoneBody(links=[MergeBody.of(one) for one in ledger.redo_merge(house_of(request), access, merge_id)])


@router.get("/workspaces/{workspace}/identity-rules")
def read_rules(request: Request, access: Annotated[Access, guard("merges:read")]) -> RulesBody:
    """Limits, the block list, and which traits are ids."""
    return RulesBody.of(rules_of(house_of(request).store, access.scope))


@router.put("/workspaces/{workspace}/identity-rules")
def put_rules(request: Request, access: Annotated[Access, guard("workspace:write")], body: RulesBody) -> RulesBody:
    """Put other rules in force. Whomever they touch is resolved anew before the answer."""
    return RulesBody.of(change_rules(house_of(request), access, body.rules()))


@router.post("/workspaces/{workspace}/identity-rules/preview")
def preview_rules(request: Request, access: Annotated[Access, guard("merges:read")], body: RulesBody) -> RulesPreviewBody:
    """Whom other rules would touch. Changes nothing."""
    return RulesPreviewBody(people=count_touched(house_of(request).store, access.scope, body.rules()))


@router.get("/workspaces/{workspace}/identity-rules/junk")
def builtin_junk(access: Annotated[Access, guard("merges:read")]) -> JunkBody:
    """The ids that name nobody anywhere; a workspace blocks more with ``blocked``."""
    return JunkBody(items=sorted(JUNK))
