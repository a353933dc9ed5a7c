"""Which sources are to be read now? Those whose time has come, and those that somebody starts."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from uems.access.api import Access, audit
from uems.collect.imports.model import Run
from uems.collect.imports.runs import count_live, queue
from uems.collect.imports.saved import mapping_on
from uems.collect.sources.saved import next_time
from uems.collect.sources.tables import sources
from uems.kernel.errors import UemsError, not_found
from uems.kernel.store import Store, lock

_c = sources.c


def queue_due(store: Store, now: datetime) -> int:
    """Queue a run for each source whose time has come; how many. A source that is still being read waits for its next time."""
    due = (_c.next_run_at <= now) & _c.enabled.is_(True)
    with store.read() as conn:
        found = list(conn.execute(select(_c.source_id, _c.workspace_id).where(due).limit(100)).all())
    queued = 0
    for source_id, workspace_id in found:
        with store.write() as conn:
            lock(conn, f"sources:{workspace_id}")
            row = conn.execute(select(sources).where(_c.source_id == source_id, due)).mappings().first()
            if row is None or row["every_minutes"] is None:
                continue
            conn.execute(update(sources).where(_c.source_id == source_id).values(next_run_at=next_time(now, row["every_minutes"])))
            if not count_live(conn, source_id):
                _queue(conn, row, now, "schedule")
                queued += 1
    return queued


def run_now(store: Store, access: Access, source_id: str) -> Run:
    """Queue a run at somebody's request. Raises ``source_busy`` (409)."""
    with store.write() as conn:
        lock(conn, f"sources:{access.scope.workspace_id}")
        mine = (_c.workspace_id == access.scope.workspace_id) & (_c.source_id == source_id)
        row = conn.execute(select(sources).where(mine)).mappings().first()
        if row is None:
            raise not_found("source", source_id)
        if count_live(conn, source_id):
            raise UemsError("source_busy", f"{row['name']!r} is being read already.", status=409)
        run = _queue(conn, row, access.now, access.actor.label)
        audit(conn, access, "source.started", f"source:{source_id}", None, {"import_id": run.run_id})
        return run


def _queue(conn: Connection, row: RowMapping, now: datetime, by: str) -> Run:
    saved = mapping_on(conn, row["workspace_id"], row["mapping_id"])
    return queue(
        conn,
        row["workspace_id"],
        saved.mapping,
        now=now,
        by=by,
        name=row["name"],
        same_as=f"source:{row['source_id']}",
        source_id=row["source_id"],
        saved=saved,
    )
