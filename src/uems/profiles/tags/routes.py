"""How are tags listed, defined, tried out, given and taken back over HTTP?"""

import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Path, Query, Request
from fastapi.concurrency import run_in_threadpool

from uems.access.api import Access, guard, house_of
from uems.identity import api as identity
from uems.kernel.edge import CleanStr, Cursor, Id, Limit, Page, decode_cursor, encode_cursor, takes_upload
from uems.kernel.errors import invalid, not_found
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.kernel.warehouse import Limits
from uems.profiles.bodies import PersonRow
from uems.profiles.people import profiles_now
from uems.profiles.tags.batches import MAX_PEOPLE, batches_of, import_values, set_tag, undo_batch
from uems.profiles.tags.bodies import (
    PersonTagBody,
    PersonTagList,
    TagActionBody,
    TagActionList,
    TagBody,
    TagChangeBody,
    TagClockBody,
    TagCountBody,
    TagDistributionBody,
    TagKey,
    TagList,
    TagRefreshBody,
    TagRuleBody,
    TagRuleList,
    TagSetBody,
    TagSetupBody,
    TagTrialBody,
    TagTrialRequest,
    TagVersionBody,
    TagVersionList,
)
from uems.profiles.tags.catalogue import Listed, Which, catalogue, distribution, labels_of, people_with, tags_of
from uems.profiles.tags.clock import as_of, check_instant, stand_still
from uems.profiles.tags.definitions import definition, definition_versions, definitions, remove_tag, save_tag
from uems.profiles.tags.files import MAX_BYTES, bad_file, read_rows
from uems.profiles.tags.refresh import refresh
from uems.profiles.tags.registry import TAG_RULES
from uems.profiles.tags.standard import install_standard_tags
from uems.profiles.tags.trial import try_tag
from uems.profiles.tags.uses import TagUsers

router = Routes()
_BASE = "/workspaces/{workspace}/tags"
_TAG = f"{_BASE}/{{tag}}"
_ACTIONS = "/workspaces/{workspace}/tag-actions"
PathKey = Annotated[TagKey, Path(description="Key of the tag.")]
_LIMITS = Limits(seconds=600)
Action = Annotated[Id, Path(description="Number of the action.")]


def _users(request: Request) -> Sequence[TagUsers]:
    """What asks tags in the rooms above."""
    users: Sequence[TagUsers] = request.app.state.tag_users
    return users


@router.get(_BASE)
def list_tags(request: Request, access: Annotated[Access, guard("tags:read")]) -> TagList:
    """Every tag with how it does, by key."""
    return TagList(items=[TagBody.of(one) for one in catalogue(house_of(request), access.scope, access.now, _users(request))])


@router.get("/workspaces/{workspace}/tag-rules")
def list_tag_rules(access: Annotated[Access, guard("tags:read")]) -> TagRuleList:
    """The ready-made rules that tags can be made of."""
    return TagRuleList(items=[TagRuleBody.of(rule) for rule in TAG_RULES])


@router.post("/workspaces/{workspace}/tag-trials")
def try_draft(request: Request, access: Annotated[Access, guard("tags:read")], body: TagTrialRequest) -> TagTrialBody:
    """What a definition would say of everybody. Nothing is kept."""
    house = house_of(request)
    now = as_of(house.store, access.scope, access.now)
    found = try_tag(house, access.scope, body.tag(body.key), now)
    return TagTrialBody(
        people=found.people,
        everybody=found.everybody,
        distinct=found.distinct,
        values=[TagCountBody.of(one) for one in found.values],
        missing=list(found.missing),
        sample=found.sample.tolist() if "people:read" in access.actor.permissions else [],
    )


@router.post("/workspaces/{workspace}/standard-tags")
def set_up_tags(request: Request, access: Annotated[Access, guard("tags:write")]) -> TagSetupBody:
    """Guess the roles of events, install the shipped tags that are missing, and compute all tags now. Safe to repeat."""
    house = house_of(request)
    made = install_standard_tags(house, access, access.now)
    done = refresh(house, access.scope, as_of(house.store, access.scope, access.now), limits=_LIMITS)
    return TagSetupBody(installed=[saved.tag.key for saved in made], people=len(done.people), failed=dict(done.failed))


@router.get(_TAG)
def get_tag(request: Request, access: Annotated[Access, guard("tags:read")], tag: PathKey) -> TagBody:
    """One tag with how it does."""
    return TagBody.of(_listed(request, access, tag))


@router.put(_TAG)
def put_tag(request: Request, access: Annotated[Access, guard("tags:write")], tag: PathKey, body: TagChangeBody) -> TagBody:
    """Define a tag, or change it: every change is a new version. It is computed by the next pass, or at once by ``refresh``."""
    house = house_of(request)
    save_tag(house.store, access, body.tag(tag), base_version=body.base_version, note=body.note, users=_users(request))
    return TagBody.of(_listed(request, access, tag))


@router.delete(_TAG, status_code=204)
def delete_tag(request: Request, access: Annotated[Access, guard("tags:write")], tag: PathKey) -> None:
    """Take a tag out of use; 409 while something asks it. Its values go with the next pass over everybody."""
    remove_tag(house_of(request).store, access, tag, users=_users(request))


@router.get(f"{_TAG}/versions")
def list_tag_versions(request: Request, access: Annotated[Access, guard("tags:read")], tag: PathKey) -> TagVersionList:
    """Every version of a definition, the newest first."""
    found = definition_versions(house_of(request).store, access.scope, tag)
    return TagVersionList(items=[TagVersionBody.of(saved, removed=removed) for saved, removed in found])


@router.get(f"{_TAG}/distribution")
def tag_distribution(request: Request, access: Annotated[Access, guard("tags:read")], tag: PathKey) -> TagDistributionBody:
    """How the values of a tag are spread over people now."""
    house = house_of(request)
    return TagDistributionBody.of(distribution(house, access.scope, definition(house.store, access.scope, tag).tag))


@router.get(f"{_TAG}/people")
def tag_people(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    tag: PathKey,
    value: Annotated[CleanStr, Query(description="A value as JSON; of a list an element, of a date a month. Empty: any.")] = "",
    low: Annotated[float | None, Query(allow_inf_nan=False, description="Only numbers from this on.")] = None,
    high: Annotated[float | None, Query(allow_inf_nan=False, description="Only numbers up to this.")] = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[PersonRow]:
    """The people whom a part of the distribution counts."""
    house = house_of(request)
    which = Which(value=_decoded(value), low=low, high=high)
    after = decode_cursor(cursor, int)[0] if cursor else None
    found = people_with(house, access.scope, definition(house.store, access.scope, tag).tag, which, after=after, limit=limit + 1)
    rows = profiles_now(house, access.scope, found[:limit])
    return Page(items=[PersonRow.of(one) for one in rows], next_cursor=encode_cursor(found[limit - 1]) if len(found) > limit else None)


@router.post(f"{_TAG}/refresh")
def refresh_tag(request: Request, access: Annotated[Access, guard("tags:write")], tag: PathKey) -> TagRefreshBody:
    """Compute a tag of everybody now."""
    return _refreshed(house_of(request), access, tag, None)


@router.post(f"{_TAG}/people")
def give_tag(request: Request, access: Annotated[Access, guard("tags:write")], tag: PathKey, body: TagSetBody) -> TagActionBody:
    """Give people a tag by hand, or take it away; see the actions to undo it."""
    access.require("people:read")
    house = house_of(request)
    batch = set_tag(house, access, tag, body.people, body.value, note=body.note)
    _refreshed(house, access, tag, body.people)
    return TagActionBody.of(batch)


@router.post(f"{_TAG}/import")
@takes_upload(MAX_BYTES)
async def import_tag(
    request: Request,
    access: Annotated[Access, guard("tags:write")],
    tag: PathKey,
    kind: Annotated[CleanStr, Query(description="Which id the file has: user_id, email, phone ...")] = "user_id",
    note: Annotated[CleanStr, Query(max_length=500)] = "",
) -> TagActionBody:
    """Give a tag by a CSV file as the body, with an id and a value in each row. All rows are taken, or none."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BYTES:
            raise bad_file(0, f"it is larger than {MAX_BYTES // 1_000_000} MB. Split it.")
    return await run_in_threadpool(_import, house_of(request), access, tag, kind, bytes(content), note)


def _import(house: House, access: Access, tag: str, kind: str, content: bytes, note: str) -> TagActionBody:
    rows = read_rows(content, definition(house.store, access.scope, tag).tag)
    batch = import_values(house, access, tag, kind, rows, note=note)
    _refreshed(house, access, tag, None)
    return TagActionBody.of(batch)


@router.get(_ACTIONS)
def list_tag_actions(
    request: Request,
    access: Annotated[Access, guard("tags:read")],
    tag: Annotated[CleanStr, Query(description="Only of this tag.")] = "",
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> TagActionList:
    """What was set by hand and imported, the newest first."""
    before = decode_cursor(cursor, int)[0] if cursor else None
    found = batches_of(house_of(request).store, access.scope, tag or None, before=before, limit=limit + 1)
    following = encode_cursor(found[limit - 1].batch) if len(found) > limit else None
    return TagActionList(items=[TagActionBody.of(one) for one in found[:limit]], next_cursor=following)


@router.post(f"{_ACTIONS}/{{action}}/undo")
def undo_tag_action(request: Request, access: Annotated[Access, guard("tags:write")], action: Action) -> TagActionBody:
    """Take an action back: what people had before it counts again."""
    return _undone(house_of(request), access, action, undo=True)


@router.post(f"{_ACTIONS}/{{action}}/redo")
def redo_tag_action(request: Request, access: Annotated[Access, guard("tags:write")], action: Action) -> TagActionBody:
    """Let an action count again that was undone."""
    return _undone(house_of(request), access, action, undo=False)


@router.get("/workspaces/{workspace}/people/{person_id}/tags")
def person_tags(request: Request, access: Annotated[Access, guard("people:read")], person_id: Id) -> PersonTagList:
    """The tags of a person, each with why."""
    house = house_of(request)
    person = identity.person(house.store, access.scope, person_id)
    known = definitions(house.store, access.scope)
    found = [one for one in tags_of(house, access.scope, [person.person_id])[person.person_id] if one.tag in known]
    return PersonTagList(items=[PersonTagBody.of(one, known[one.tag].tag, labels_of(known[one.tag].tag)) for one in found])


@router.get("/workspaces/{workspace}/tag-clock")
def get_tag_clock(request: Request, access: Annotated[Access, guard("tags:read")]) -> TagClockBody:
    """As of when tags are computed."""
    found = as_of(house_of(request).store, access.scope, access.now)
    return TagClockBody(as_of=None if found == access.now else found)


@router.put("/workspaces/{workspace}/tag-clock")
def put_tag_clock(request: Request, access: Annotated[Access, guard("tags:write")], body: TagClockBody) -> TagClockBody:
    """Compute tags as of an instant of the past, for a workspace of history; null goes by the clock again."""
    check_instant(house_of(request), access.scope, body.as_of, access.now)
    stand_still(house_of(request).store, access, body.as_of)
    return body


def _listed(request: Request, access: Access, tag: str) -> Listed:
    found = next((one for one in catalogue(house_of(request), access.scope, access.now, _users(request)) if one.saved.tag.key == tag), None)
    if found is None:
        raise not_found("tag", tag)
    return found


def _decoded(value: str) -> Any:
    if not value:
        return None
    try:
        return json.loads(value, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise invalid("value", value, 'must be JSON, such as "active" in quotes, or 3.') from error


def _refreshed(house: House, access: Access, tag: str, people: list[int] | None) -> TagRefreshBody:
    now = as_of(house.store, access.scope, access.now)
    some = people if people is not None and len(people) <= MAX_PEOPLE // 10 else None
    done = refresh(house, access.scope, now, some, tags=[tag])
    changed = done.changed.get(tag)
    return TagRefreshBody(people=len(done.people), changed=0 if changed is None else len(changed), failed=done.failed.get(tag, ""))


def _undone(house: House, access: Access, action: int, *, undo: bool) -> TagActionBody:
    batch, people = undo_batch(house, access, action, undo=undo)
    if batch.key in definitions(house.store, access.scope):
        _refreshed(house, access, batch.key, people)
    return TagActionBody.of(batch)
