"""Which dashboards are there, what is on them, and who changed that?"""

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from uems.access.api import Access, audit
from uems.journeys import api as journeys
from uems.kernel.clock import day_of
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.kpis.dashboards.model import Dashboard, DashboardDraft, MetricTile, ReportTile, Tile, as_kept, tiles_of
from uems.kpis.dashboards.tables import kpi_dashboard_links, kpi_dashboards, kpi_mailing_letters, kpi_mailings, kpi_schedules
from uems.kpis.frames import frame_of
from uems.kpis.measuring import find_metric
from uems.segments import api as segments

MAX_DASHBOARDS: Final = 200
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,99}")
_D = kpi_dashboards.c


def list_dashboards(store: Store, scope: Scope) -> list[Dashboard]:
    """All dashboards by name."""
    query = select(kpi_dashboards).where(_D.workspace_id == scope.workspace_id)
    with store.read() as conn:
        found = [_dashboard(row) for row in conn.execute(query).mappings()]
    # Sorted here: databases disagree on the order of letters beyond ASCII.
    return sorted(found, key=lambda one: (one.name.casefold(), one.key))


def get_dashboard(store: Store, scope: Scope, key: str) -> Dashboard:
    """One dashboard; raises ``not_found``."""
    with store.read() as conn:
        found = read_dashboard(conn, scope.workspace_id, key)
    if found is None:
        raise not_found("dashboard", key)
    return found


def read_dashboard(conn: Connection, workspace_id: int, key: str) -> Dashboard | None:
    """One dashboard within a transaction; None if there is none."""
    row = conn.execute(select(kpi_dashboards).where(_D.workspace_id == workspace_id, _D.key == key)).mappings().one_or_none()
    return None if row is None else _dashboard(row)


def save_dashboard(house: House, access: Access, key: str, draft: DashboardDraft, *, if_version: int | None = None) -> Dashboard:
    """Make a dashboard, or change it; the same again changes nothing. Audited.

    if_version: the version that the caller edited, 0 for none; raises ``dashboard_changed`` (409) when another one stands. None
    overwrites. Raises ``invalid``, ``not_found`` for what a tile shows, and ``too_many_dashboards`` (409).
    """
    if not _KEY.fullmatch(key):
        raise invalid("key", key[:100], "must be 1 to 100 of a-z, 0-9 and _, and not begin with _.")
    check_tiles(house, access, draft.tiles)
    workspace_id = access.scope.workspace_id
    with house.store.write() as conn:
        lock(conn, f"kpi_dashboards:{workspace_id}")
        old = read_dashboard(conn, workspace_id, key)
        _check_version(old, if_version, key)
        if old is None:
            _check_room(conn, workspace_id)
        if old is not None and _facts(old) == _facts(draft):
            return old
        said = {"name": draft.name, "description": draft.description, "tiles": as_kept(draft.tiles)}
        standing = {**said, "version": old.version + 1 if old else 1, "changed_at": access.now, "changed_by": access.actor.label[:300]}
        if old is None:
            conn.execute(insert(kpi_dashboards).values(workspace_id=workspace_id, key=key, created_at=access.now, **standing))
        else:
            conn.execute(update(kpi_dashboards).where(_D.workspace_id == workspace_id, _D.key == key).values(**standing))
        action = "dashboard.changed" if old else "dashboard.created"
        audit(conn, access, action, f"dashboard:{key}", _facts(old) if old else None, _facts(draft))
        saved = read_dashboard(conn, workspace_id, key)
    assert saved is not None
    return saved


def delete_dashboard(store: Store, access: Access, key: str) -> None:
    """Take a dashboard away with its links and schedules. Audited. Raises ``not_found``."""
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"kpi_dashboards:{workspace_id}")
        old = read_dashboard(conn, workspace_id, key)
        if old is None:
            raise not_found("dashboard", key)
        mine = select(kpi_schedules.c.schedule_id).where(kpi_schedules.c.workspace_id == workspace_id, kpi_schedules.c.key == key)
        for told in (kpi_mailing_letters, kpi_mailings):
            conn.execute(delete(told).where(told.c.workspace_id == workspace_id, told.c.schedule_id.in_(mine)))
        for table in (kpi_schedules, kpi_dashboard_links, kpi_dashboards):
            conn.execute(delete(table).where(table.c.workspace_id == workspace_id, table.c.key == key))
        audit(conn, access, "dashboard.deleted", f"dashboard:{key}", _facts(old), None)


def check_tiles(house: House, access: Access, tiles: Sequence[Tile]) -> None:
    """Whether every tile can be answered at all. Raises ``invalid``, and ``not_found`` for a metric, segment or report."""
    scope = access.scope
    known: set[str] = set()
    for tile in tiles:
        if tile.id in known:
            raise invalid("id", tile.id, "is the id of two tiles; give each its own.")
        known.add(tile.id)
        if isinstance(tile, MetricTile):
            _check_metric(house, access, tile)
        elif isinstance(tile, ReportTile):
            journeys.saved_report(house, scope, tile.report)


def _check_metric(house: House, access: Access, tile: MetricTile) -> None:
    scope, period = access.scope, tile.period
    find_metric(house, scope, tile.metric)
    frame_of(period.first_day, period.last_day, period.last_days, tile.unit, day_of(access.now, scope.zone))
    if tile.dimension is not None and tile.segments:
        raise invalid("segments", len(tile.segments), "and a dimension exclude each other; break down by one of them.")
    for key in tile.segments:
        segments.segment(house.store, scope, key)


def _check_version(old: Dashboard | None, if_version: int | None, key: str) -> None:
    standing = old.version if old else 0
    if if_version is not None and if_version != standing:
        message = f"{key} stands at version {standing}, and this change was made to version {if_version}. Load it again."
        raise UemsError("dashboard_changed", message, status=409)


def _check_room(conn: Connection, workspace_id: int) -> None:
    count = conn.execute(select(func.count()).select_from(kpi_dashboards).where(_D.workspace_id == workspace_id)).scalar_one()
    if count >= MAX_DASHBOARDS:
        raise UemsError("too_many_dashboards", f"There are {MAX_DASHBOARDS} dashboards already; delete some first.", status=409)


def _facts(one: Dashboard | DashboardDraft) -> dict[str, object]:
    return {"name": one.name, "description": one.description, "tiles": as_kept(one.tiles)}


def _dashboard(row: RowMapping) -> Dashboard:
    return Dashboard(
        key=row["key"],
        name=row["name"],
        description=row["description"],
        tiles=tiles_of(row["tiles"]),
        version=row["version"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
    )
