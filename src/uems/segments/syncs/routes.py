"""How are syncs made, tried, held and followed over HTTP?"""

from typing import Annotated

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.kernel.edge import Cursor, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.outbound import Outbound
from uems.kernel.routing import Routes
from uems.segments.definitions import segment
from uems.segments.exports.columns import wanted_of
from uems.segments.syncs import definitions
from uems.segments.syncs.bodies import DeliveryBody, NewSyncBody, SecretBody, SyncBody, SyncChange, SyncDraft, SyncsBody
from uems.segments.syncs.model import Sync
from uems.segments.syncs.sending import try_out

router = Routes()

_BASE = "/workspaces/{workspace}/syncs"
SyncId = Annotated[Key, Path(description="Id of the sync.")]


def _body(request: Request, access: Access, sync: Sync) -> SyncBody:
    return SyncBody.of(sync, definitions.segment_keys(house_of(request).store, access.scope).get(sync.segment_id, ""))


@router.get(_BASE)
def list_syncs(
    request: Request,
    access: Annotated[Access, guard("segments:read")],
    key: Annotated[Key | None, Query(alias="segment", description="Only of this segment.")] = None,
) -> SyncsBody:
    """Where the changes of segments are sent, and how that goes."""
    store = house_of(request).store
    only = segment(store, access.scope, key).segment_id if key is not None else None
    keys = definitions.segment_keys(store, access.scope)
    found = definitions.list_syncs(store, access.scope, segment_id=only)
    return SyncsBody(items=[SyncBody.of(one, keys.get(one.segment_id, "")) for one in found])


@router.post(_BASE, status_code=201)
def create_sync(request: Request, access: Annotated[Access, guard("people:write")], body: SyncDraft) -> NewSyncBody:
    """Tell an address who comes into a segment and who leaves it, from now on. The answer carries the secret, this once."""
    house = house_of(request)
    wanted = wanted_of(house, access.scope, ids=body.ids, traits=body.traits, tags=body.tags, totals=body.totals)
    made, secret = definitions.create_sync(
        house,
        access,
        body.segment,
        name=body.name,
        url=body.url,
        what=body.events,
        wanted=wanted,
        batch=body.batch,
        members_first=body.members_first,
    )
    return NewSyncBody(**SyncBody.of(made, body.segment).model_dump(), secret=secret)


@router.get(_BASE + "/{sync_id}")
def get_sync(request: Request, access: Annotated[Access, guard("segments:read")], sync_id: SyncId) -> SyncBody:
    """One sync."""
    return _body(request, access, definitions.get_sync(house_of(request).store, access.scope, sync_id))


@router.patch(_BASE + "/{sync_id}")
def change_sync(request: Request, access: Annotated[Access, guard("people:write")], sync_id: SyncId, body: SyncChange) -> SyncBody:
    """Give it another name or address; the secret and the place where it stands stay."""
    return _body(request, access, definitions.change_sync(house_of(request), access, sync_id, name=body.name, url=body.url))


@router.delete(_BASE + "/{sync_id}", status_code=204)
def delete_sync(request: Request, access: Annotated[Access, guard("people:write")], sync_id: SyncId) -> None:
    """Tell that address nothing any more."""
    definitions.delete_sync(house_of(request).store, access, sync_id)


@router.post(_BASE + "/{sync_id}/pause")
def pause_sync(request: Request, access: Annotated[Access, guard("people:write")], sync_id: SyncId) -> SyncBody:
    """Hold it; what happens meanwhile is told when it goes on."""
    return _body(request, access, definitions.pause_sync(house_of(request).store, access, sync_id))


@router.post(_BASE + "/{sync_id}/resume")
def resume_sync(request: Request, access: Annotated[Access, guard("people:write")], sync_id: SyncId) -> SyncBody:
    """Let it go on where it stopped, at once."""
    return _body(request, access, definitions.resume_sync(house_of(request).store, access, sync_id))


@router.post(_BASE + "/{sync_id}/secret")
def change_secret(request: Request, access: Annotated[Access, guard("people:write")], sync_id: SyncId) -> SecretBody:
    """Sign with a new secret from now on. The answer carries it, this once."""
    return SecretBody(secret=definitions.new_secret_of(house_of(request), access, sync_id))


@router.post(_BASE + "/{sync_id}/test")
def test_sync(request: Request, access: Annotated[Access, guard("people:write")], sync_id: SyncId) -> DeliveryBody:
    """Send one member now, marked as a test; what the address answered."""
    house = house_of(request)
    sync = definitions.get_sync(house.store, access.scope, sync_id)
    with Outbound(house.settings) as outbound:
        return DeliveryBody.of(try_out(outbound, house, access.scope, sync, access.now))


@router.get(_BASE + "/{sync_id}/deliveries")
def list_deliveries(
    request: Request,
    access: Annotated[Access, guard("segments:read")],
    sync_id: SyncId,
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Page[DeliveryBody]:
    """The latest attempts, the newest first."""
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    found = definitions.deliveries(house_of(request).store, access.scope, sync_id, before=before, limit=limit + 1)
    following = encode_cursor(found[limit - 1].number) if len(found) > limit else None
    return Page[DeliveryBody](items=[DeliveryBody.of(one) for one in found[:limit]], next_cursor=following)
