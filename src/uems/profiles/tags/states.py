"""How does the computing of each tag go? When it was done last, how many have a value, and why it failed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, select

from uems.kernel.scope import Scope
from uems.kernel.store import Store, upsert_many
from uems.profiles.tables import tag_states as t
from uems.profiles.tags.model import TagState

NEVER = TagState()
ROLES_CHANGED: Final = "roles_changed"
"""``error_code`` of a tag whose values go by roles that were changed since; a pass over everybody takes it away."""


def states_of(store: Store, scope: Scope) -> dict[str, TagState]:
    """key → how it goes, for every tag that was ever computed."""
    with store.read() as conn:
        return read_states(conn, scope.workspace_id)


def read_states(conn: Connection, workspace_id: int) -> dict[str, TagState]:
    """As ``states_of``, within a transaction."""
    rows = conn.execute(select(t).where(t.c.workspace_id == workspace_id)).mappings()
    return {row["key"]: _state(row) for row in rows}


def write_states(
    store: Store, scope: Scope, changes: Mapping[str, TagState], dropped: Sequence[str] = (), begun: Mapping[str, TagState] | None = None
) -> None:
    """Keep how it went. ``people`` below 0 or above is not checked: it is a count that the next full pass puts right.

    begun: the states that a pass began with; roles that were changed while it went on make what it computed old already.
    """
    if not changes and not dropped:
        return
    with store.write() as conn:
        if dropped:
            conn.execute(delete(t).where(t.c.workspace_id == scope.workspace_id, t.c.key.in_(dropped)))
        if begun is not None:
            changes = _still_marked(read_states(conn, scope.workspace_id), changes, begun)
        upsert_many(conn, t, [row_of(scope.workspace_id, key, state) for key, state in changes.items()], ("workspace_id", "key"))


def _still_marked(now: Mapping[str, TagState], changes: Mapping[str, TagState], begun: Mapping[str, TagState]) -> dict[str, TagState]:
    found = dict(changes)
    for key, state in now.items():
        if key in found and state.error_code == ROLES_CHANGED and state.error_at != begun.get(key, NEVER).error_at:
            found[key] = replace(found[key], full_at=None, error_code=ROLES_CHANGED, error="", error_at=state.error_at)
    return found


def succeeded(
    before: TagState, *, version: int, now: datetime, gained: int, lost: int, full: tuple[int, int, float] | None, waiting: str = ""
) -> TagState:
    """The state after a pass. full: (people with a value, everybody, seconds) of a pass over everybody. waiting: roles it lacks."""
    if full is None and before.error_code == ROLES_CHANGED:  # others still have what they had
        return replace(before, version=version, computed_at=now, people=max(before.people + gained - lost, 0))
    after = replace(
        before,
        version=version,
        computed_at=now,
        people=max(before.people + gained - lost, 0),
        error_code="roles_missing" if waiting else "",
        error=waiting,
        error_at=now if waiting else None,
    )
    return after if full is None else replace(after, full_at=now, people=full[0], everybody=full[1], seconds=full[2])


def failed(before: TagState, code: str, message: str, now: datetime) -> TagState:
    """The state after a pass that could not compute the tag; its values are those of before."""
    return replace(before, error_code=code[:100], error=message[:2000], error_at=now)


def row_of(workspace_id: int, key: str, state: TagState) -> dict[str, object]:
    """A state as it is stored."""
    return {
        "workspace_id": workspace_id,
        "key": key,
        "version": state.version,
        "computed_at": state.computed_at,
        "full_at": state.full_at,
        "people": state.people,
        "everybody": state.everybody,
        "seconds": state.seconds,
        "error_code": state.error_code,
        "error": state.error,
        "error_at": state.error_at,
    }


def _state(row: RowMapping) -> TagState:
    values: dict[str, Any] = {name: row[name] for name in row if name not in ("workspace_id", "key")}
    return TagState(**values)
