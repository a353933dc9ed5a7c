"""What do we want a metric to be, and who said so?"""

from datetime import date
from math import isfinite

from sqlalchemy import delete, select

from uems.access.api import Access, audit
from uems.journeys import api as journeys
from uems.kernel.errors import invalid
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock, upsert_many
from uems.kpis.model import Unit
from uems.kpis.tables import kpi_targets

_C = kpi_targets.c


def targets_of(store: Store, scope: Scope, metric: str) -> dict[tuple[Unit, date], float]:
    """(unit, first day) → what was wished."""
    query = select(_C.unit, _C.bucket, _C.value).where(_C.workspace_id == scope.workspace_id, _C.metric == metric)
    with store.read() as conn:
        return {(row.unit, date.fromisoformat(row.bucket)): row.value for row in conn.execute(query)}


def set_target(store: Store, access: Access, metric: str, unit: Unit, bucket: date, value: float | None) -> None:
    """Wish for a value in a day, week or month, or take the wish back. Audited. Raises ``invalid`` unless ``bucket`` begins one."""
    if journeys.bucket_of(bucket, unit) != bucket:
        raise invalid("bucket", bucket.isoformat(), f"must be the first day of a {unit}, such as {journeys.bucket_of(bucket, unit)}.")
    if value is not None and (not isfinite(value) or abs(value) > 1e15):
        raise invalid("value", value, "must be a number of at most 15 digits, or null for no target.")
    workspace_id = access.scope.workspace_id
    key = {"workspace_id": workspace_id, "metric": metric, "unit": unit, "bucket": bucket.isoformat()}
    with store.write() as conn:
        lock(conn, f"kpi_targets:{workspace_id}")
        mine = [_C[name] == part for name, part in key.items()]
        before = conn.execute(select(_C.value).where(*mine)).scalar_one_or_none()
        if before == value:
            return
        if value is None:
            conn.execute(delete(kpi_targets).where(*mine))
        else:
            row = {**key, "value": value, "saved_at": access.now, "saved_by": access.actor.label[:300]}
            upsert_many(conn, kpi_targets, [row], tuple(key))
        facts = {"unit": unit, "bucket": bucket.isoformat()}
        old = None if before is None else {**facts, "value": before}
        audit(conn, access, "kpi_target.changed", f"metric:{metric}", old, None if value is None else {**facts, "value": value})
