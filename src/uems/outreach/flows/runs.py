"""How are thousands of runs read and moved at once, on SQLite and on PostgreSQL, each move once?"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql, sqlite

from uems.kernel.sql import Sql
from uems.outreach.flows.steps import Run
from uems.outreach.flows.tables import flow_counts

_COLUMNS: Final = Sql(
    "workspace_id, flow_id, person_id, entry_no, version, node, seq, signal, context, path, entered_at, came_as, state, wake_at"
)
_PLACE: Final = Sql("workspace_id = ? AND flow_id = ? AND person_id = ? AND entry_no = ? AND seq = ?")
_SET: Final = Sql(
    "node = ?, wake_at = ?, state = ?, reason = ?, path = ?, context = ?, version = ?, ended_at = ?, signal = '', seq = seq + 1"
)
_ARRAYS: Final = Sql(
    "%s::varchar[], %s::bigint[], %s::varchar[], %s::varchar[], %s::text[], %s::text[], %s::integer[], %s::bigint[],"
    " %s::bigint[], %s::integer[], %s::bigint[], %s::integer[], %s::integer[]"
)
_NAMES: Final = Sql("node, wake_at, state, reason, path, context, version, ended_at, workspace_id, flow_id, person_id, entry_no, seq")


def read_due(conn: Connection, now_us: int, limit: int) -> list[Run]:
    """Those whose time has come, the longest overdue first. On PostgreSQL they are locked, and those of other workers passed over."""
    tail = Sql(" FOR UPDATE SKIP LOCKED" if conn.dialect.name == "postgresql" else "")
    query = Sql(f"SELECT {_COLUMNS} FROM flow_runs WHERE wake_at IS NOT NULL AND wake_at <= :now ORDER BY wake_at LIMIT :most{tail}")
    return [_run(row) for row in conn.execute(text(query), {"now": now_us, "most": limit}).all()]


def runs_of(conn: Connection, workspace_id: int, flow_id: int, people: Iterable[int], *, lock: bool = False) -> list[Run]:
    """Every run of these people in a flow, done ones too. lock: nobody else moves them before this transaction ends."""
    found: list[Run] = []
    for part in _parts(sorted(set(people)), 5_000):
        query = Sql(f"SELECT {_COLUMNS} FROM flow_runs WHERE workspace_id = :workspace AND flow_id = :flow AND {_among(conn)}")
        tail = Sql(" ORDER BY person_id, entry_no")
        if lock and conn.dialect.name == "postgresql":
            tail = Sql(" ORDER BY person_id, entry_no FOR UPDATE")
        rows = conn.execute(text(Sql(f"{query}{tail}")), {"workspace": workspace_id, "flow": flow_id, "people": _bound(conn, part)})
        found.extend(_run(row) for row in rows.all())
    return found


def _among(conn: Connection) -> Sql:
    if conn.dialect.name == "postgresql":
        return Sql("person_id = ANY(:people)")
    return Sql("person_id IN (SELECT value FROM json_each(:people))")


def _bound(conn: Connection, people: Sequence[int]) -> object:
    return list(people) if conn.dialect.name == "postgresql" else json.dumps(people)


def _parts(numbers: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (numbers[start : start + size] for start in range(0, len(numbers), size))


def _run(row: Any) -> Run:
    workspace, flow, person, entry, version, node, seq, signal, context, path, entered, came_as, state, wake = row
    return Run(
        workspace_id=workspace,
        flow_id=flow,
        person_id=person,
        entry_no=entry,
        version=version,
        node=node,
        seq=seq,
        signal=signal,
        context=context,
        path=path,
        entered_at=entered,
        came_as=came_as,
        state=state,
        wake_at=wake,
    )


class Overtaken(Exception):
    """Somebody moved one of the runs meanwhile: nothing was written, read again."""


def write_moves(conn: Connection, runs: Sequence[Run], now_us: int) -> None:
    """Write where the runs stand now. Raises ``Overtaken`` if any was moved since it was read."""
    done = [
        (r.node, r.wake_at, r.state, r.reason, r.path, r.context, r.version, now_us if r.state == "done" else None, *r.place, r.seq)
        for r in runs
    ]
    if not done:
        return
    if conn.dialect.name == "postgresql":
        written = _write_postgres(conn, done)
    else:
        written = conn.exec_driver_sql(Sql(f"UPDATE flow_runs SET {_SET} WHERE {_PLACE}"), done).rowcount
    if written != len(done):
        raise Overtaken


def park_runs(conn: Connection, runs: Sequence[Run]) -> None:
    """Hold runs whose time has come while their flow is paused; ``release_runs`` lets them go on."""
    _guarded(conn, Sql("UPDATE flow_runs SET wake_at = NULL, signal = 'parked' || signal, seq = seq + 1"), runs)


def delay_runs(conn: Connection, runs: Sequence[Run], until_us: int) -> None:
    """Look at these again later; they stay where they are."""
    _guarded(conn, Sql("UPDATE flow_runs SET wake_at = :until, seq = seq + 1"), runs, until=until_us)


def remove_runs(conn: Connection, runs: Sequence[Run]) -> None:
    """Runs of people who were not to come in after all."""
    _guarded(conn, Sql("DELETE FROM flow_runs"), runs)


def _guarded(conn: Connection, what: Sql, runs: Sequence[Run], **more: object) -> None:
    if runs:
        mine = Sql("workspace_id = :w AND flow_id = :f AND person_id = :p AND entry_no = :e AND seq = :s")
        rows = [{**dict(zip("wfpes", (*run.place, run.seq), strict=True)), **more} for run in runs]
        if conn.execute(text(Sql(f"{what} WHERE {mine}")), rows).rowcount not in (len(rows), -1):
            raise Overtaken


def _write_postgres(conn: Connection, done: Sequence[tuple[object, ...]]) -> int:
    update = Sql(
        "UPDATE flow_runs AS t SET node = s.node, wake_at = s.wake_at, state = s.state, reason = s.reason, path = s.path,"
        " context = s.context, version = s.version, ended_at = s.ended_at, signal = '', seq = t.seq + 1"
        f" FROM unnest({_ARRAYS}) AS s({_NAMES})"
        " WHERE t.workspace_id = s.workspace_id AND t.flow_id = s.flow_id AND t.person_id = s.person_id AND t.entry_no = s.entry_no"
        " AND t.seq = s.seq"
    )
    # TRICKY: arrays have no statistics, and the planner would read the whole table.
    conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
    conn.exec_driver_sql("SET LOCAL enable_hashjoin = off")
    conn.exec_driver_sql("SET LOCAL enable_mergejoin = off")
    return conn.exec_driver_sql(update, tuple([list(column) for column in zip(*done, strict=True)])).rowcount


Told = tuple[Run, str, int | None, int | None]
"""(run, signal, when to wake, goal reached at)."""


def write_signals(conn: Connection, runs: Sequence[Told]) -> None:
    """What runs were told since they were read with ``lock``."""
    update = Sql(
        "UPDATE flow_runs SET signal = :signal, wake_at = :wake, goal_at = COALESCE(goal_at, :goal), seq = seq + 1"
        " WHERE workspace_id = :workspace AND flow_id = :flow AND person_id = :person AND entry_no = :entry"
    )
    rows = [
        {"signal": s, "wake": w, "goal": g, **dict(zip(("workspace", "flow", "person", "entry"), run.place, strict=True))}
        for run, s, w, g in runs
    ]
    if rows:
        conn.execute(text(update), rows)


Counts = Counter[tuple[int, int, int, str, str]]
"""(workspace, flow, version, node, way) → people."""


def add_counts(conn: Connection, counts: Mapping[tuple[int, int, int, str, str], int]) -> None:
    """Add to what was counted."""
    rows = [
        dict(zip(("workspace_id", "flow_id", "version", "node", "way"), key, strict=True), people=people)
        for key, people in sorted(counts.items())  # in one order, so that two workers never wait for each other
        if people
    ]
    if not rows:
        return
    insert = (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(flow_counts)
    keys = ["workspace_id", "flow_id", "version", "node", "way"]
    statement = insert.on_conflict_do_update(index_elements=keys, set_={"people": flow_counts.c.people + insert.excluded.people})
    conn.execute(statement, rows)


def release_runs(conn: Connection, workspace_id: int, flow_id: int, now_us: int) -> None:
    """Let those go on whose time came while their flow was paused."""
    update = Sql(
        "UPDATE flow_runs SET wake_at = :now, signal = substr(signal, 7), seq = seq + 1"
        " WHERE workspace_id = :workspace AND flow_id = :flow AND wake_at IS NULL AND signal LIKE 'parked%' AND state <> 'done'"
    )
    conn.execute(text(update), {"now": now_us, "workspace": workspace_id, "flow": flow_id})
