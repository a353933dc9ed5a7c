"""How does a dry run end? Whoever is inside leaves, what waits is never decided, and what was written down stays to be looked at."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from uems.kernel.store import to_microseconds
from uems.outreach.dry.tables import flow_dry_messages
from uems.outreach.flows.changing import leave_all
from uems.outreach.flows.tables import flows

_F, _M = flows.c, flow_dry_messages.c


def end_dry_runs(conn: Connection, workspace_id: int, flow_id: int, now: datetime, by: str) -> int:
    """End the dry run of a flow, if there is one under way; how many there were. The caller holds the lock of flows."""
    mine = (_F.workspace_id == workspace_id, _F.dry_of == flow_id, _F.state == "live")
    going = list(conn.execute(select(_F.flow_id).where(*mine)).scalars())
    for dry_id in going:
        leave_all(conn, workspace_id, dry_id, to_microseconds(now), reason="stopped")
        conn.execute(
            update(flow_dry_messages)
            .where(_M.workspace_id == workspace_id, _M.flow_id == dry_id, _M.state == "queued")
            .values(state="cancelled", decided_at=now)
        )
    conn.execute(update(flows).where(*mine).values(state="archived", changed_at=now, changed_by=by[:300]))
    return len(going)
