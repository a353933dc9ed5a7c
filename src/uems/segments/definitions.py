"""Which segments are there, what do they ask, and who changed that?"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, RowMapping, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.filters import Node
from uems.kernel.scope import Scope
from uems.kernel.store import Store, allocate, lock
from uems.profiles import api as profiles
from uems.segments.lists.naming import check_lists
from uems.segments.model import Draft, SavedVersion, Segment
from uems.segments.tables import segment_syncs, segment_versions, segments
from uems.segments.uses import SegmentUsers, check_segment_uses

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,99}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_TAKEN: Final = frozenset({"passes", "preview", "why"})
"""Keys that are addresses of something else."""
MAX_SEGMENTS: Final = 1_000
"""Live segments of one workspace; each costs a part of every round."""
_S, _Y = segments.c, segment_syncs.c


def list_segments(store: Store, scope: Scope, *, archived: bool = False) -> list[Segment]:
    """All segments by name, the archived ones only when asked for."""
    with store.read() as conn:
        return read_segments(conn, scope.workspace_id, archived=archived)


def segment(store: Store, scope: Scope, key: str) -> Segment:
    """One segment by its key; raises ``not_found``."""
    with store.read() as conn:
        return read_segment(conn, scope.workspace_id, key)


def read_segment(conn: Connection, workspace_id: int, key: str) -> Segment:
    """As ``segment``, within a transaction."""
    row = conn.execute(select(segments).where(_S.workspace_id == workspace_id, _S.key == key)).mappings().one_or_none()
    if row is None:
        raise not_found("segment", key)
    return _segment(row)


def segment_versions_of(store: Store, scope: Scope, segment_id: int) -> list[SavedVersion]:
    """What the segment asked over time, the latest first."""
    v = segment_versions.c
    query = select(segment_versions).where(v.workspace_id == scope.workspace_id, v.segment_id == segment_id).order_by(v.version.desc())
    with store.read() as conn:
        rows = conn.execute(query.limit(200)).mappings().all()
    return [
        SavedVersion(
            version=row["version"],
            name=row["name"],
            description=row["description"],
            condition=profiles.parse_condition(row["condition"]),
            at=row["at"],
            by=row["by"],
        )
        for row in rows
    ]


def save_segment(store: Store, access: Access, draft: Draft, *, base_version: int | None = None) -> Segment:
    """Make the segment, or change the one with this key; the same again changes nothing.

    base_version: the version that the caller edited, 0 for none; raises ``segment_changed`` (409) when another one stands. None
    overwrites. Raises ``bad_filter`` for a condition that names a segment, a list or a tag that is not there, that asks a tag what it
    cannot answer, or that leads back to itself.
    """
    with store.write() as conn:
        return write_segment(conn, access, draft, base_version=base_version)


def write_segment(conn: Connection, access: Access, draft: Draft, *, base_version: int | None = None) -> Segment:
    """As ``save_segment``, within a transaction that changes more."""
    _check(draft)
    workspace_id = access.scope.workspace_id
    for name in (f"tags:{workspace_id}", f"segments:{workspace_id}"):  # what it asks stays until it is written
        lock(conn, name)
    known = {one.key: one for one in read_segments(conn, workspace_id, archived=True)}
    old = known.get(draft.key)
    _check_base(old, base_version, draft.key)
    if old is None and sum(not one.archived for one in known.values()) >= MAX_SEGMENTS:
        raise UemsError("too_many_segments", f"There are {MAX_SEGMENTS} segments already; archive some first.", status=409)
    conditions = {key: one.condition for key, one in known.items() if not one.archived} | {draft.key: draft.condition}
    resolve(draft.key, conditions)
    check_lists(conn, workspace_id, draft.condition)
    profiles.check_tags(conn, workspace_id, draft.condition)
    if old is not None and not old.archived and _same(old, draft):
        return old
    segment_id = old.segment_id if old else allocate(conn, f"segments:{workspace_id}")
    version = old.version + 1 if old else 1
    # Whoever names this segment asks something else now too.
    rebuilt = {draft.key} if old and not old.archived and old.condition == draft.condition else _depending(draft.key, conditions)
    _write(conn, access, draft, segment_id, version, new=old is None)
    touched = [known[key].segment_id for key in rebuilt if key != draft.key and key in known]
    if touched:
        conn.execute(
            update(segments).where(_S.workspace_id == workspace_id, _S.segment_id.in_(touched)).values(built_version=0, failure="")
        )
    if old is not None and not old.archived and old.condition == draft.condition:
        done = update(segments).where(_S.workspace_id == workspace_id, _S.segment_id == segment_id)
        conn.execute(done.values(built_version=version if old.built_version == old.version else 0))
    audit(conn, access, "segment.changed" if old else "segment.created", f"segment:{draft.key}", _facts(old), _facts_of(draft))

    return read_segment(conn, workspace_id, draft.key)


def archive_segment(store: Store, access: Access, key: str, *, archived: bool = True, users: Sequence[SegmentUsers] = ()) -> Segment:
    """Take the segment out of use, or back into it; its history stays. users: what names segments in the rooms above.

    Raises ``segment_in_use`` (409) while others name it.
    """
    with store.write() as conn:
        found = turn_segment(conn, access, key, archived=archived)
        if archived:
            check_segment_uses(conn, access.scope, [key], users)
        return found


def turn_segment(conn: Connection, access: Access, key: str, *, archived: bool) -> Segment:
    """As ``archive_segment``, within a transaction that changes more."""
    workspace_id = access.scope.workspace_id
    for name in (f"tags:{workspace_id}", f"segments:{workspace_id}"):  # what it asks stays until it is written
        lock(conn, name)
    known = {one.key: one for one in read_segments(conn, workspace_id, archived=True)}
    if key not in known:
        raise not_found("segment", key)
    conditions = {k: one.condition for k, one in known.items() if not one.archived and k != key}
    users = sorted(k for k, node in conditions.items() if key in profiles.segments_in(node))
    if archived and users:
        raise UemsError("segment_in_use", f"{key} is named by {', '.join(users)}; change those first.", status=409)
    if not archived:
        resolve(key, conditions | {key: known[key].condition})
        profiles.check_tags(conn, workspace_id, known[key].condition)
    change = update(segments).where(_S.workspace_id == workspace_id, _S.key == key)
    conn.execute(change.values(archived=archived, built_version=0, failure="", changed_at=access.now, changed_by=access.actor.label[:300]))
    audit(conn, access, "segment.archived" if archived else "segment.restored", f"segment:{key}", None, None)
    if archived:
        _pause_syncs(conn, access, known[key])
    return read_segment(conn, workspace_id, key)


def _pause_syncs(conn: Connection, access: Access, segment: Segment) -> None:
    """Nobody enters or leaves what is out of use; a sync of it says so instead of looking alive."""
    mine = (_Y.workspace_id == access.scope.workspace_id, _Y.segment_id == segment.segment_id, _Y.deleted_at.is_(None))
    stopped = update(segment_syncs).where(*mine, _Y.state == "active").returning(_Y.sync_id)
    reason = f"The segment {segment.key} was archived."
    for (sync_id,) in conn.execute(stopped.values(state="paused", reason=reason)).all():
        audit(conn, access, "sync.paused", f"sync:{sync_id}", None, None)


def resolve(key: str, conditions: Mapping[str, Node]) -> Node:
    """What the segment asks, with every segment inside it replaced by what that asks.

    Raises ``bad_filter`` for a segment that is not there and for one that leads back to itself.
    """

    def condition_of(path: tuple[str, ...]) -> Callable[[str], Node]:
        def look_up(name: str) -> Node:
            # Which of the segments that the condition itself names it is about, so that a page can show it there.
            details = {"segment": (*path, name)[min(1, len(path))][:100]}
            if name in path:
                circle = " → ".join((*path[path.index(name) :], name))
                message = f"segment: {circle} leads back to itself; take one of them out."
                raise UemsError("bad_filter", message, status=422, details={**details, "what": "circle"})
            if name not in conditions:
                known = ", ".join(sorted(conditions.keys() - {"", key})[:20]) or "none yet"
                raise UemsError(
                    "bad_filter",
                    f"segment: there is no segment {name[:60]!r}; there are {known}.",
                    status=422,
                    details={**details, "what": "unknown_segment", "name": name[:100]},
                )
            return profiles.expand(conditions[name], condition_of((*path, name)))

        return look_up

    return condition_of(())(key)


def resolve_node(node: Node, store: Store, scope: Scope) -> Node:
    """A condition that is not saved, with the segments inside it replaced."""
    if not profiles.segments_in(node):
        return node
    conditions = {one.key: one.condition for one in list_segments(store, scope)}
    return resolve("", conditions | {"": node})


def rebuild_where(conn: Connection, workspace_id: int, asks: Callable[[Node], bool]) -> list[str]:
    """Have everybody computed anew for the segments whose condition ``asks`` says yes to, and for those that contain them; their keys."""
    known = {one.key: one for one in read_segments(conn, workspace_id)}
    conditions = {key: one.condition for key, one in known.items()}
    touched = {key for key, node in conditions.items() if asks(node)}
    for key in list(touched):
        touched |= _depending(key, conditions)
    ids = [known[key].segment_id for key in touched]
    if ids:
        mine = (_S.workspace_id == workspace_id, _S.segment_id.in_(ids))
        conn.execute(update(segments).where(*mine).values(built_version=0, failure=""))
    return sorted(touched)


def naming(conn: Connection, workspace_id: int, asks: Callable[[Node], bool]) -> list[str]:
    """Keys of the segments in use whose own condition ``asks`` says yes to."""
    return sorted(one.key for one in read_segments(conn, workspace_id) if asks(one.condition))


def _depending(key: str, conditions: Mapping[str, Node]) -> set[str]:
    """The keys of everything whose condition contains this segment, directly or through others; itself included."""
    found = {key}
    while True:
        more = {k for k, node in conditions.items() if k not in found and profiles.segments_in(node) & found}
        if not more:
            return found
        found |= more


def _check(draft: Draft) -> None:
    if not _KEY.fullmatch(draft.key):
        raise invalid("key", draft.key[:100], "must be 1 to 100 of a-z, 0-9 and _, and not begin with _.")
    if draft.key in _TAKEN:
        raise invalid("key", draft.key, "is an address of its own; choose another.")
    if not draft.name.strip() or len(draft.name) > 200 or _CONTROL.search(draft.name):
        raise invalid("name", draft.name[:60], "must be a text of 1 to 200 characters, in one line.")
    if len(draft.description) > 5_000:
        raise invalid("description", draft.description[:60], "must have at most 5,000 characters.")


def _check_base(old: Segment | None, base_version: int | None, key: str) -> None:
    standing = old.version if old is not None and not old.archived else 0
    if base_version is not None and base_version != standing:
        raise UemsError(
            "segment_changed",
            f"{key} stands at version {standing}, and this change was made to version {base_version}. Load it again and repeat the change.",
            status=409,
        )


def _same(old: Segment, draft: Draft) -> bool:
    return (old.name, old.description, old.condition) == (draft.name, draft.description, draft.condition)


def _write(conn: Connection, access: Access, draft: Draft, segment_id: int, version: int, *, new: bool) -> None:
    workspace_id, now, by = access.scope.workspace_id, access.now, access.actor.label[:300]
    said = {"name": draft.name, "description": draft.description, "condition": profiles.dump_condition(draft.condition)}
    standing = {**said, "version": version, "archived": False, "failure": "", "changed_at": now, "changed_by": by}
    if new:
        conn.execute(insert(segments).values(workspace_id=workspace_id, segment_id=segment_id, key=draft.key, created_at=now, **standing))
    else:
        conn.execute(update(segments).where(_S.workspace_id == workspace_id, _S.segment_id == segment_id).values(**standing))
    conn.execute(insert(segment_versions).values(workspace_id=workspace_id, segment_id=segment_id, version=version, at=now, by=by, **said))


def _facts(old: Segment | None) -> dict[str, object] | None:
    if old is None:
        return None
    return {"name": old.name, "description": old.description, "condition": profiles.dump_condition(old.condition)}


def _facts_of(draft: Draft) -> dict[str, object]:
    return {"name": draft.name, "description": draft.description, "condition": profiles.dump_condition(draft.condition)}


def read_segments(conn: Connection, workspace_id: int, *, archived: bool = False) -> list[Segment]:
    """As ``list_segments``, within a transaction."""
    query = select(segments).where(_S.workspace_id == workspace_id)
    if not archived:
        query = query.where(_S.archived.is_(False))
    return [_segment(row) for row in conn.execute(query.order_by(_S.name, _S.segment_id)).mappings()]


def _segment(row: RowMapping) -> Segment:
    return Segment(
        segment_id=row["segment_id"],
        key=row["key"],
        name=row["name"],
        description=row["description"],
        condition=profiles.parse_condition(row["condition"]),
        version=row["version"],
        built_version=row["built_version"],
        size=row["size"],
        computed_at=row["computed_at"],
        failure=row["failure"],
        archived=row["archived"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
    )


def workspaces_with_segments(store: Store) -> list[int]:
    """Workspaces that have at least one segment in use."""
    with store.read() as conn:
        query = select(_S.workspace_id).where(_S.archived.is_(False)).distinct().order_by(_S.workspace_id)
        return list(conn.execute(query).scalars())


def mark_built(conn: Connection, workspace_id: int, one: Segment, *, size: int, now: datetime, failure: str = "") -> None:
    """Write that the members are those of the version that was evaluated; a newer version stays unbuilt."""
    change = update(segments).where(_S.workspace_id == workspace_id, _S.segment_id == one.segment_id, _S.version == one.version)
    built = one.built_version if failure else one.version
    conn.execute(change.values(built_version=built, size=size, computed_at=now, failure=failure[:2000]))


def set_sizes(conn: Connection, workspace_id: int, sizes: Mapping[int, int], now: datetime) -> None:
    """Write the sizes of segments whose members changed."""
    for segment_id, size in sizes.items():
        change = update(segments).where(_S.workspace_id == workspace_id, _S.segment_id == segment_id)
        conn.execute(change.values(size=size, computed_at=now))
