"""Is everything current? For whoever looks after the installation: what cannot be computed, and whether the keeper keeps up."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from uems.kernel.house import House
from uems.kernel.leases import leases
from uems.segments.tables import segment_marks, segments


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """How current the segments of a house are.

    failed: how many cannot be computed. working: some process keeps them now. behind_seconds: how long ago the clock was followed
    last in the workspace that waits longest; 0 where nothing was ever followed.
    """

    failed: int
    working: bool
    behind_seconds: float


def currency(house: House, now: datetime) -> Currency:
    """As of ``now``, over all workspaces."""
    with house.store.read() as conn:
        bad = select(func.count()).select_from(segments).where(segments.c.failure != "", ~segments.c.archived)
        failed = conn.execute(bad).scalar_one()
        held = select(leases.c.name).where(leases.c.name == "segments", leases.c.expires_at > now)
        working = conn.execute(held).first() is not None
        oldest = conn.execute(select(func.min(segment_marks.c.value)).where(segment_marks.c.name.like("tick:%"))).scalar()
    behind = (now - datetime.fromtimestamp(oldest / 1000, UTC)).total_seconds() if oldest else 0.0
    return Currency(failed=failed, working=working, behind_seconds=max(0.0, behind))
