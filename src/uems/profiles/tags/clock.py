"""As of when are tags computed? As of now; in a workspace of history, as of the end of it, or everybody in it would be lost."""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from uems.access.api import Access, audit
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import Store, upsert_many
from uems.profiles.tables import profile_settings as t

_FIRST: Final = Sql("SELECT min(ts) AS first, count() AS events FROM events WHERE workspace_id = {workspace:UInt32}")


def as_of(store: Store, scope: Scope, now: datetime) -> datetime:
    """``now``, or the instant at which the workspace stands still."""
    with store.read() as conn:
        found = conn.execute(select(t.c.as_of).where(t.c.workspace_id == scope.workspace_id)).scalar()
    return now if found is None else min(found, now)


def check_instant(house: House, scope: Scope, instant: datetime | None, now: datetime) -> None:
    """Raises ``invalid`` for an instant at which the workspace had no history yet, or that is still to come.

    Tags of such an instant would be kept as what was known then, and no later pass takes a past back.
    """
    if instant is None:
        return
    if instant.tzinfo is None:
        raise invalid("as_of", instant.isoformat(), "must carry a time zone.")
    rows = house.warehouse.query(_FIRST, {"workspace": scope.workspace_id})
    first = rows.column("first")[0].as_py() if rows.column("events")[0].as_py() else now
    if not first <= instant <= now:
        raise invalid("as_of", instant.isoformat(), f"must lie between the first event, {first.isoformat()}, and now.")


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
