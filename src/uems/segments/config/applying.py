"""How do documents come into force? All of them in one transaction, or none; and only what somebody has agreed to."""

from collections.abc import Sequence

from sqlalchemy import Connection

from uems.access.api import Access, audit
from uems.collect import api as collect
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.store import lock
from uems.profiles import api as profiles
from uems.segments.config.kinds import RoomKind
from uems.segments.config.model import Change, Documents
from uems.segments.config.planning import fingerprint, plan
from uems.segments.definitions import turn_segment, write_segment
from uems.segments.uses import SegmentUsers, check_segment_uses


def apply(
    house: House,
    access: Access,
    found: Documents,
    *,
    prune: bool = False,
    agreed: str | None = None,
    note: str = "",
    users: Sequence[profiles.TagUsers],
    segment_users: Sequence[SegmentUsers] = (),
    rooms: Sequence[RoomKind] = (),
) -> list[Change]:
    """Do what ``plan`` says. Audited, each change and the whole. agreed: the fingerprint of the changes that were shown.

    users: what asks tags. segment_users: what names segments in the rooms above. rooms: their kinds. Raises ``config_changed`` (409)
    when other changes would be made by now, ``bad_config`` (422) when something is wrong, ``tag_in_use`` (409) when something began to
    ask a tag meanwhile that goes or changes its type, and ``segment_in_use`` (409) when a room above names one that goes.
    """
    workspace_id = access.scope.workspace_id
    for kind in rooms:
        for document in found.rooms.get(kind.kind, {}).values():
            kind.prepare(house, access, document)
    with house.store.write() as conn:
        ours = (f"tracking_plan:{workspace_id}", f"tags:{workspace_id}", f"segments:{workspace_id}")
        for name in (*ours, *(kind.lock_name(workspace_id) for kind in rooms)):
            lock(conn, name)  # what is compared now stands still until it is changed
        changes, problems = plan(house, access.scope, found, prune=prune, users=users, rooms=rooms)
        if problems:
            raise UemsError("bad_config", problems[0].message, status=422)
        if agreed is not None and agreed != fingerprint(changes):
            message = "Definitions were changed since the plan was made. Look at the new plan, then apply that."
            raise UemsError("config_changed", message, status=409)
        _tracking_plan(conn, access, found, changes, note)
        changed = _tags(conn, access, found, note)
        _segments(conn, access, found, changes)
        for kind in rooms:
            _room(conn, access, kind, found, changes)
        # Last, because what asks them may go with the same documents.
        gone = [one.key for one in changes if one.kind == "tag" and one.action == "archive"]
        profiles.remove_tags_in(conn, access, gone, users=users)
        away = [one.key for one in changes if one.kind == "segment" and one.action == "archive"]
        check_segment_uses(conn, access.scope, away, segment_users)
        known = profiles.tags_of_all(profiles.read_definitions(conn, workspace_id))
        profiles.check_uses(conn, access.scope, known, users, changed)
        done = [f"{one.action} {one.kind} {one.key}".rstrip() for one in changes if one.action != "keep"]
        if done:
            audit(conn, access, "config.applied", "config", None, {"changes": len(done), "changed": done[:100], "note": note})
    return changes


def _tracking_plan(conn: Connection, access: Access, found: Documents, changes: list[Change], note: str) -> None:
    if found.plan is not None and any(one.kind == "tracking_plan" and one.action != "keep" for one in changes):
        collect.write_plan(conn, access, found.plan, base_version=None, note=note)


def _tags(conn: Connection, access: Access, found: Documents, note: str) -> list[str]:
    """Add and change tags; the keys of those that are another now."""
    if not found.tags:
        return []
    done = profiles.apply_tags_in(conn, access, dict(found.tags), note=note)
    return [one.key for one in done if one.act == "change"]


def _room(conn: Connection, access: Access, kind: RoomKind, found: Documents, changes: list[Change]) -> None:
    for one in changes:
        if one.kind != kind.kind or one.action == "keep":
            continue
        if one.action == "archive":
            kind.archive(conn, access, one.key)
        else:
            kind.write(conn, access, one.key, found.rooms[kind.kind][one.key])


def _segments(conn: Connection, access: Access, found: Documents, changes: list[Change]) -> None:
    for one in changes:
        if one.kind != "segment" or one.action == "keep":
            continue
        if one.action == "archive":
            turn_segment(conn, access, one.key, archived=True)
        else:
            write_segment(conn, access, found.segments[one.key])
