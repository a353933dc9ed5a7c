"""How does the computing of each tag go? When it was done last, how many have a value, and why it failed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select

from uems.kernel.scope import Scope
from uems.kernel.store import Store, upsert_many
from uems.profiles.tables import tag_states as t
from uems.profiles.tags.model import TagState

NEVER = TagState()


def states_of(store: Store, scope: Scope) -> dict[str, TagState]:
    """key → how it goes, for every tag that was ever computed."""
    with store.read() as conn:
        return read_states(conn, scope.workspace_id)


def read_states(conn: Connection, workspace_id: int) -> dict[str, TagState]:
    """As ``states_of``, within a transaction."""
    rows = conn.execute(select(t).where(t.c.workspace_id == workspace_id)).mappings()
    return {row["key"]: _state(row) for row in rows}


def write_states(store: Store, scope: Scope, changes: Mapping[str, TagState], dropped: Sequence[str] = ()) -> None:
    """Keep how it went. ``people`` below 0 or above is not checked: it is a count that the next full pass puts right."""
    if not changes and not dropped:
        return
    with store.write() as conn:
        if dropped:
            conn.execute(delete(t).where(t.c.workspace_id == scope.workspace_id, t.c.key.in_(dropped)))
        upsert_many(conn, t, [_row(scope, key, state) for key, state in changes.items()], ("workspace_id", "key"))


def succeeded(
    before: TagState, *, version: int, now: datetime, gained: int, lost: int, full: tuple[int, int, float] | None, waiting: str = ""
) -> TagState:
    """The state after a pass. full: (people with a value, everybody, seconds) of a pass over everybody. waiting: roles it lacks."""
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


def _row(scope: Scope, key: str, state: TagState) -> dict[str, object]:
    return {
        "workspace_id": scope.workspace_id,
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
