"""Where does a rate limit stand, and how is it moved so that two who count at once never let through too many?"""

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from uems.kernel.store import Store, upsert_many
from uems.outreach.flows.gates import Gate
from uems.outreach.flows.runs import Overtaken
from uems.outreach.flows.tables import flow_gates as table

_C = table.c


def read_gate(store: Store, workspace_id: int, flow_id: int, node: str) -> tuple[int, Gate]:
    """(the count of its changes, 0 for none yet, how it stands)."""
    mine = (_C.workspace_id == workspace_id, _C.flow_id == flow_id, _C.node == node)
    with store.read() as conn:
        row = conn.execute(select(_C.seq, _C.state).where(*mine)).first()
    return (0, Gate()) if row is None else (row.seq, Gate.read(row.state))


def write_gates(conn: Connection, gates: Mapping[tuple[int, int, str], tuple[int, Gate]]) -> None:
    """(workspace, flow, node) → (the count it was read at, how it stands now). Raises ``Overtaken`` if another was quicker."""
    for (workspace_id, flow_id, node), (seq, gate) in sorted(gates.items(), key=lambda one: one[0]):
        place = {"workspace_id": workspace_id, "flow_id": flow_id, "node": node}
        if seq == 0:
            row = {**place, "seq": 1, "state": gate.dump()}
            written = upsert_many(conn, table, [row], list(place), ())
        else:
            mine = (_C.workspace_id == workspace_id, _C.flow_id == flow_id, _C.node == node, _C.seq == seq)
            written = conn.execute(update(table).where(*mine).values(seq=seq + 1, state=gate.dump())).rowcount
        if written != 1:
            raise Overtaken
