"""How do changes of person reach the warehouse, although the process may die between the two databases?

The store marks what was sent only after the warehouse has it. Whatever was not marked is sent again, which does no harm.
"""

from typing import Final

import pyarrow as pa
from sqlalchemy import Connection, select, update

from uems.identity.model import USER_ID
from uems.identity.tables import UNSENT, identity_flushed, identity_nodes, identity_overrides
from uems.kernel.store import Store, sequences, upsert_many
from uems.kernel.warehouse import Warehouse

_MOST: Final = 50_000
_NUMBERS: Final = "person:"


def flush_overrides(store: Store, warehouse: Warehouse) -> int:
    """Send all changes of person, and all new user ids, that the warehouse may not have; how many rows that were."""
    sent = 0
    while count := _send_overrides(store, warehouse):
        sent += count
    return sent + _send_users(store, warehouse)


def _send_overrides(store: Store, warehouse: Warehouse) -> int:
    overrides = identity_overrides.c
    with store.read() as conn:
        first = select(overrides.workspace_id).where(UNSENT).limit(1)
        workspace_id = conn.execute(first).scalar_one_or_none()
        if workspace_id is None:
            return 0
        columns = (overrides.version, overrides.node_id, overrides.old_person_id, overrides.person_id)
        unsent = select(*columns).where(overrides.workspace_id == workspace_id, UNSENT)
        rows = conn.execute(unsent.order_by(overrides.version).limit(_MOST)).all()
    versions = [row.version for row in rows]
    table = pa.table(
        {
            "workspace_id": pa.array([workspace_id] * len(rows), pa.uint32()),
            "node_id": pa.array([row.node_id for row in rows], pa.uint64()),
            "old_person_id": pa.array([row.old_person_id for row in rows], pa.uint64()),
            "person_id": pa.array([row.person_id for row in rows], pa.uint64()),
            "version": pa.array(versions, pa.uint64()),
        }
    )
    warehouse.insert("person_overrides", table, token=f"overrides:{workspace_id}:{versions[0]}-{versions[-1]}:{len(rows)}")
    with store.write() as conn:
        mine = (overrides.workspace_id == workspace_id, overrides.version.between(versions[0], versions[-1]))
        conn.execute(update(identity_overrides).where(*mine, UNSENT).values(sent=True))
    return len(rows)


def _send_users(store: Store, warehouse: Warehouse) -> int:
    """The nodes of user ids, by their numbers: those are given out in the order in which transactions end."""
    sent = 0
    with store.read() as conn:
        waiting = _behind(conn)
    for workspace_id, (done, last) in waiting.items():
        nodes = identity_nodes.c
        with store.read() as conn:
            # The kind in an expression, so that no index of kinds looks better than the range of new numbers.
            mine = (nodes.workspace_id == workspace_id, nodes.node_id > done, nodes.node_id <= last, nodes.kind.concat("") == USER_ID)
            rows = conn.execute(select(nodes.node_id, nodes.person_id).where(*mine).order_by(nodes.node_id)).all()
        for start in range(0, len(rows), _MOST):
            part = rows[start : start + _MOST]
            table = pa.table(
                {
                    "workspace_id": pa.array([workspace_id] * len(part), pa.uint32()),
                    "node_id": pa.array([row.node_id for row in part], pa.uint64()),
                    "person_id": pa.array([row.person_id for row in part], pa.uint64()),
                }
            )
            warehouse.insert("person_users", table, token=f"users:{workspace_id}:{part[0].node_id}-{part[-1].node_id}:{len(part)}")
            sent += len(part)
        with store.write() as conn:
            upsert_many(conn, identity_flushed, [{"workspace_id": workspace_id, "node_id": last}], ["workspace_id"])
    return sent


def _behind(conn: Connection) -> dict[int, tuple[int, int]]:
    """workspace → (last node sent, last node there is), where they differ."""
    done = {row.workspace_id: row.node_id for row in conn.execute(select(identity_flushed))}
    numbers = select(sequences.c.name, sequences.c.next_value).where(sequences.c.name.startswith(_NUMBERS))
    last = {int(row.name.removeprefix(_NUMBERS)): row.next_value - 1 for row in conn.execute(numbers)}
    return {workspace: (done.get(workspace, 0), number) for workspace, number in last.items() if number > done.get(workspace, 0)}
