"""What did the passes over everybody find?"""

from typing import Any

from sqlalchemy import select

from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.segments.tables import segment_passes


def passes(store: Store, scope: Scope, limit: int) -> list[dict[str, Any]]:
    """at, segments, people, differences, seconds and detail (segment → differences) of each pass, the latest first."""
    c = segment_passes.c
    query = select(c.at, c.segments, c.people, c.differences, c.seconds, c.detail).where(c.workspace_id == scope.workspace_id)
    with store.read() as conn:
        return [dict(row) for row in conn.execute(query.order_by(c.at.desc()).limit(limit)).mappings()]
