"""As of when are tags computed? As of now; in a workspace of history, as of the end of it, or everybody in it would be lost."""

from datetime import datetime

from sqlalchemy import select

from uems.access.api import Access, audit
from uems.kernel.errors import invalid
from uems.kernel.scope import Scope
from uems.kernel.store import Store, upsert_many
from uems.profiles.tables import profile_settings as t


def as_of(store: Store, scope: Scope, now: datetime) -> datetime:
    """``now``, or the instant at which the workspace stands still."""
    with store.read() as conn:
        found = conn.execute(select(t.c.as_of).where(t.c.workspace_id == scope.workspace_id)).scalar()
    return now if found is None else min(found, now)


def stand_still(store: Store, access: Access, instant: datetime | None) -> None:
    """Look at this workspace from ``instant`` on; None goes by the clock again. Audited."""
    if instant is not None and instant.tzinfo is None:
        raise invalid("as_of", instant.isoformat(), "must carry a time zone.")
    with store.write() as conn:
        before = conn.execute(select(t.c.as_of).where(t.c.workspace_id == access.scope.workspace_id)).scalar()
        row = {"workspace_id": access.scope.workspace_id, "as_of": instant, "relations": ""}
        upsert_many(conn, t, [row], ("workspace_id",), ("as_of",))
        facts = [{"as_of": one.isoformat() if one else None} for one in (before, instant)]
        audit(conn, access, "tags.clock_changed", "tags", facts[0], facts[1])
