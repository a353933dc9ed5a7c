"""Where does a simulation write? Into tables of its own in a folder that goes away."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, event, insert
from sqlalchemy.schema import CreateTable

from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store, metadata, open_store, sequences
from uems.outreach.flows.definitions import Flow
from uems.outreach.flows.tables import flow_versions, flows

VERSION: Final = 1


@contextmanager
def scratch_store() -> Iterator[Store]:
    """An empty store with the tables of flows and messages; gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="uems-simulation-") as folder:
        store = open_store(Settings(home=Path(folder)))
        try:
            event.listen(store.engine, "connect", _quick)
            ours = [table for table in metadata.sorted_tables if table.name.startswith(("flow", "outreach_")) or table is sequences]
            with store.engine.begin() as conn:
                for table in ours:
                    # Without its indexes: nobody looks anything up, it is all counted at the end.
                    conn.execute(CreateTable(table))
            yield store
        finally:
            store.close()


def _quick(connection: Any, _: object) -> None:
    """Nothing of it has to survive anything."""
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-64000")


def publish(conn: Connection, scope: Scope, flow: Flow, since: datetime) -> None:
    """The draft of ``flow`` as if it had been published then; alone, with its own number and salt, so that it holds out the same people."""
    who = {"workspace_id": scope.workspace_id, "flow_id": flow.flow_id}
    graph = flow.graph.model_dump(mode="json")
    said = {"key": flow.key, "name": flow.name, "description": flow.description, "draft": graph, "salt": flow.salt}
    by = {"created_at": since, "changed_at": since, "changed_by": ""}
    conn.execute(insert(flows).values(**who, **said, **by, state="live", revision=1, version=VERSION, draining=False))
    conn.execute(insert(flow_versions).values(**who, version=VERSION, graph=graph, policy="pin", at=since, by=""))
