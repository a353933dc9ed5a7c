"""Who may look at a dashboard without a login? Whoever has one of its links, until it ends or is taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from uems.access.api import Access, Visitor, admit_guess, audit, forgive_guess
from uems.kernel.errors import UemsError, not_found
from uems.kernel.ids import new_id, new_token, token_hash
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.kpis.dashboards.definitions import get_dashboard, read_dashboard
from uems.kpis.dashboards.model import Dashboard
from uems.kpis.dashboards.tables import kpi_dashboard_links

LinkState: TypeAlias = Literal["open", "expired", "revoked"]
MAX_LINKS: Final = 100
"""Links of one dashboard, those that are over included."""
MAX_LINK_DAYS: Final = 366
PER_LINK: Final = 2_000
"""Requests by one link in 15 minutes: each tile is one, and each may be dear to answer."""
_L = kpi_dashboard_links.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A way in for whoever has the token, which is shown once and never kept. key: of the dashboard."""

    workspace_id: int
    link_id: str
    key: str
    name: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    opened: int
    opened_at: datetime | None

    def state(self, now: datetime) -> LinkState:
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= now else "open"


def links_of(store: Store, scope: Scope, key: str) -> list[Link]:
    """All links of a dashboard, the latest first. Raises ``not_found``."""
    get_dashboard(store, scope, key)
    query = select(kpi_dashboard_links).where(_L.workspace_id == scope.workspace_id, _L.key == key)
    with store.read() as conn:
        return [_link(row) for row in conn.execute(query.order_by(_L.link_id.desc())).mappings()]


def create_link(store: Store, access: Access, key: str, name: str, days: int) -> tuple[Link, str]:
    """(the link, its token). Audited. Raises ``not_found`` and ``too_many_links`` (409)."""
    workspace_id, link_id, token = access.scope.workspace_id, new_id("link"), new_token("dsh")
    with store.write() as conn:
        lock(conn, f"kpi_dashboards:{workspace_id}")
        if read_dashboard(conn, workspace_id, key) is None:
            raise not_found("dashboard", key)
        mine = select(func.count()).select_from(kpi_dashboard_links).where(_L.workspace_id == workspace_id, _L.key == key)
        if conn.execute(mine).scalar_one() >= MAX_LINKS:
            raise UemsError("too_many_links", f"The dashboard has {MAX_LINKS} links already; delete it and make it anew.", status=409)
        expires_at = access.now + timedelta(days=days)
        row = {
            "workspace_id": workspace_id,
            "link_id": link_id,
            "key": key,
            "name": name,
            "token_hash": token_hash(token),
            "created_at": access.now,
            "created_by": access.actor.label[:300],
            "expires_at": expires_at,
            "opened": 0,
        }
        conn.execute(insert(kpi_dashboard_links).values(**row))
        facts = {"link_id": link_id, "name": name, "expires_at": expires_at.isoformat(timespec="seconds")}
        audit(conn, access, "dashboard.shared", f"dashboard:{key}", None, facts)
        return _read(conn, workspace_id, key, link_id), token


def revoke_link(store: Store, access: Access, key: str, link_id: str) -> Link:
    """Take a link back: from now on it opens nothing. Audited, once. Raises ``not_found``."""
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"kpi_dashboards:{workspace_id}")
        old = _read(conn, workspace_id, key, link_id)
        if old.revoked_at is None:
            mine = update(kpi_dashboard_links).where(_L.workspace_id == workspace_id, _L.link_id == link_id)
            conn.execute(mine.values(revoked_at=access.now))
            audit(conn, access, "dashboard.link_revoked", f"dashboard:{key}", {"link_id": link_id, "name": old.name}, None)
        return _read(conn, workspace_id, key, link_id)


def open_link(store: Store, visitor: Visitor, token: str, *, looks: bool) -> tuple[Link, Dashboard]:
    """The dashboard that a token opens. looks: it is opened, and not only asked for a tile.

    Raises ``nothing_here`` (404) for a token that never was, ``link_over`` (410) for one that is revoked or expired, and
    ``too_many_attempts`` (429) for whoever guesses, or for a link that is opened all the time.
    """
    now = visitor.now
    with store.write() as conn:
        admit_guess(conn, visitor.address, now)
        row = conn.execute(select(kpi_dashboard_links).where(_L.token_hash == token_hash(token))).mappings().one_or_none()
        link = None if row is None else _link(row)
        dashboard = None if link is None else read_dashboard(conn, link.workspace_id, link.key)
        if link is not None:
            forgive_guess(conn, visitor.address, link.link_id, PER_LINK, now)
            if looks and link.state(now) == "open":
                mine = update(kpi_dashboard_links).where(_L.workspace_id == link.workspace_id, _L.link_id == link.link_id)
                conn.execute(mine.values(opened=_L.opened + 1, opened_at=now))
    if link is None or dashboard is None:
        raise UemsError("nothing_here", "There is nothing at this address. Check that the whole link was copied.", status=404)
    if link.state(now) != "open":
        raise UemsError("link_over", "This link does not open the dashboard any more. Ask whoever sent it for a new one.", status=410)
    return link, dashboard


def _read(conn: Connection, workspace_id: int, key: str, link_id: str) -> Link:
    query = select(kpi_dashboard_links).where(_L.workspace_id == workspace_id, _L.key == key, _L.link_id == link_id)
    row = conn.execute(query).mappings().one_or_none()
    if row is None:
        raise not_found("link", link_id)
    return _link(row)


def _link(row: RowMapping) -> Link:
    return Link(**{name: row[name] for name in Link.__dataclass_fields__})
