"""Which workspace is number 7? The pipeline's view of the workspaces, for the moment before it stores events."""

from sqlalchemy import select

from uems.access.tables import workspaces
from uems.access.workspaces import mark_has_data
from uems.kernel.scope import Scope
from uems.kernel.store import Store


class Workspaces:
    """Scopes by number, kept in memory once they cannot change any more. One a process; thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._fixed: dict[int, Scope] = {}

    def scope(self, workspace_id: int) -> Scope | None:
        """The scope in which events are about to be stored; None for a workspace that does not exist.

        TRICKY: asking fixes zone and currency. Fixed only after the insert, a change of the zone could come between the
        reckoning of the days and the end of the insert, and those events would lie on days of another zone.
        """
        known = self._fixed.get(workspace_id)
        if known is not None:
            return known
        with self._store.write() as conn:
            mark_has_data(conn, workspace_id)
            columns = (workspaces.c.workspace_id, workspaces.c.slug, workspaces.c.zone, workspaces.c.currency)
            row = conn.execute(select(*columns).where(workspaces.c.workspace_id == workspace_id)).mappings().first()
        if row is None:
            return None
        scope = Scope(**row)
        self._fixed[workspace_id] = scope
        return scope

    def look(self, workspace_id: int) -> Scope | None:
        """The scope as it is now, for whoever stores nothing: zone and currency may still change. None if it does not exist."""
        known = self._fixed.get(workspace_id)
        if known is not None:
            return known
        columns = (workspaces.c.workspace_id, workspaces.c.slug, workspaces.c.zone, workspaces.c.currency)
        with self._store.read() as conn:
            row = conn.execute(select(*columns).where(workspaces.c.workspace_id == workspace_id)).mappings().first()
        return Scope(**row) if row is not None else None

    def name(self, workspace_id: int) -> str:
        """What people call it; empty for a workspace that does not exist."""
        with self._store.read() as conn:
            found = conn.execute(select(workspaces.c.name).where(workspaces.c.workspace_id == workspace_id)).scalar_one_or_none()
        return found or ""

    def with_data(self) -> list[Scope]:
        """Every workspace that has events, by number."""
        columns = (workspaces.c.workspace_id, workspaces.c.slug, workspaces.c.zone, workspaces.c.currency)
        query = select(*columns).where(workspaces.c.has_data).order_by(workspaces.c.workspace_id)
        with self._store.read() as conn:
            return [Scope(**row) for row in conn.execute(query).mappings()]

    def has_data(self, workspace_ids: set[int]) -> None:
        """Events of these workspaces are stored. ``scope`` has fixed them already unless the caller never asked."""
        for workspace_id in workspace_ids - self._fixed.keys():
            self.scope(workspace_id)
