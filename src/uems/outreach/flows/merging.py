"""Whose run is it, now that people were merged or parted? A run follows the number under which its person came in."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, select, update

from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import lock, upsert_many
from uems.outreach.flows.runs import Counts, add_counts, runs_of
from uems.outreach.flows.steps import INSIDE, Run, instant
from uems.outreach.flows.tables import flow_runs, flow_slots, flow_trials

_SLOT: Final = "changes"
_MOST: Final = 20_000
_R, _S, _K = flow_runs.c, flow_slots.c, flow_trials.c


def follow_merges(house: House, scope: Scope, flow_ids: Iterable[int], now_us: int) -> bool:
    """Give runs to whom they belong now; whether anybody's number changed since it was looked last."""
    last = identity.last_changes(house.store).get(scope.workspace_id, 0)
    with house.store.read() as conn:
        mark = _mark(conn, scope.workspace_id)
    if last <= mark:
        return False
    people, version = identity.changed_people(house.store, scope.workspace_id, mark, _MOST)
    now = {number: person.person_id for number, person in identity.people_of(house.store, scope, people).items()}
    with house.store.write() as conn:
        lock(conn, f"flow_merges:{scope.workspace_id}")
        if _mark(conn, scope.workspace_id) != mark:
            return True
        for flow_id in sorted(flow_ids):
            _give(conn, scope.workspace_id, flow_id, people, now, now_us)
        row = {"workspace_id": scope.workspace_id, "flow_id": 0, "slot": _SLOT, "after": version, "done": False, "people": 0}
        upsert_many(conn, flow_slots, [{**row, "at": instant(now_us)}], ["workspace_id", "flow_id", "slot"])
    return True


def _mark(conn: Connection, workspace_id: int) -> int:
    query = select(_S.after).where(_S.workspace_id == workspace_id, _S.flow_id == 0, _S.slot == _SLOT)
    return conn.execute(query).scalar() or 0


def _give(conn: Connection, workspace_id: int, flow_id: int, people: Iterable[int], now: dict[int, int], now_us: int) -> None:
    runs = runs_of(conn, workspace_id, flow_id, people, lock=True)
    moving = [run for run in runs if now.get(run.came_as, run.person_id) != run.person_id]
    if not moving:
        return
    targets = {now[run.came_as] for run in moving}
    there: dict[int, list[Run]] = {person: [] for person in targets}
    for run in runs_of(conn, workspace_id, flow_id, targets, lock=True):
        if run.came_as not in now or now[run.came_as] == run.person_id:
            there[run.person_id].append(run)
    counts: Counts = Counts()
    for run in sorted(moving, key=lambda one: (one.entered_at, one.entry_no)):
        person = now[run.came_as]
        mine = there[person]
        # Two ways through one flow at once would say everything twice: who came in first goes on.
        twice = run.state in INSIDE and any(one.state in INSIDE and _key(one) == _key(run) for one in mine)
        entry_no = 1 + max((one.entry_no for one in mine), default=0)
        values = {"person_id": person, "entry_no": entry_no, "seq": run.seq + 1}
        if twice:
            values |= {"state": "done", "reason": "merged", "wake_at": None, "signal": "", "ended_at": now_us}  # type: ignore[dict-item]
            counts[workspace_id, flow_id, run.version, run.node, "merged"] += 1
        mine.append(replace(run, person_id=person, entry_no=entry_no, state="done" if twice else run.state))
        place = (_R.workspace_id == workspace_id, _R.flow_id == flow_id, _R.person_id == run.person_id, _R.entry_no == run.entry_no)
        conn.execute(update(flow_runs).where(*place).values(**values))
        tried = (_K.workspace_id == workspace_id, _K.flow_id == flow_id, _K.person_id == run.person_id, _K.entry_no == run.entry_no)
        conn.execute(update(flow_trials).where(*tried).values(person_id=person, entry_no=entry_no))
    add_counts(conn, counts)


def _key(run: Run) -> str:
    return str(run.known().get("key", ""))
