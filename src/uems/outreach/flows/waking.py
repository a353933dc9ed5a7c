"""How does an answer from outside wake the one run that waits for it? In the transaction that settles the answer, so once."""

import json
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from uems.outreach.flows.runs import runs_of, write_signals
from uems.outreach.flows.steps import Run


def waiting_run(conn: Connection, workspace_id: int, flow_id: int, people: Iterable[int], node: str, visit: str) -> Run | None:
    """The run that still waits at the node on this visit, locked; None where it has gone on, or has left."""
    for run in runs_of(conn, workspace_id, flow_id, people, lock=True):
        if run.state == "active" and run.node == node and run.visit(node) == visit:
            return run
    return None


def wake(conn: Connection, run: Run, signal: Mapping[str, object], at_us: int) -> None:
    """Tell a run, read by ``waiting_run``, what it waited for; it goes on at that time, or when its flow is resumed."""
    body = json.dumps(signal, ensure_ascii=False, separators=(",", ":"))
    parked = run.signal.startswith("parked")
    write_signals(conn, [(run, "parked" + body, None, None) if parked else (run, body, at_us, None)])
