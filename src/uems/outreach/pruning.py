"""What may be forgotten after so many months? The traces of what is over: why it was decided, who touched what, which way somebody went.

Kept for ever, so that nothing is sent twice or counted otherwise: each message with its send key, person, times, state and cost (caps,
budgets, evaluation, the hash by which a key knows its content), each run with its entry number, end and goal (who may come in again,
holdouts, reports), consent and its changes. The limit is 13 months at least: goals are looked for 365 days, and caps, the best channel and
evaluation look back for less.

Rows go in small batches, each a transaction of its own. Decisions and touches are read in the order of their messages, which are numbered
as time goes by: the oldest stand in front, and a batch that is not all old ends it. A whole batch of recent touches of an old message holds
up what stands behind it until they are old too. Messages and runs are walked by their keys, a part of them at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Table, delete, func, select, tuple_, update

from uems.kernel.store import Store, to_microseconds
from uems.outreach.consent.settings import read_restraints
from uems.outreach.flows.tables import flow_runs
from uems.outreach.tables import outreach_decisions, outreach_messages, outreach_restraints, outreach_touches

BATCH: Final = 1_000
MOST: Final = 20
"""Batches of one kind and workspace in a round."""
_MONTH: Final = timedelta(days=31)
_OVER: Final = ("accepted", "failed", "unknown", "suppressed", "expired", "cancelled")
_M, _R = outreach_messages.c, flow_runs.c


@dataclass(slots=True)
class Pruner:
    """Goes on where the last round ended; places are of this process alone, since walking twice changes nothing."""

    store: Store
    places: dict[tuple[int, str], tuple[int, ...]] = field(default_factory=dict)

    def step(self, workspace_id: int, now: datetime, ended: Callable[[], bool] = lambda: False) -> dict[str, int]:
        """One round for a workspace: kind → rows that were removed or emptied; {} where it keeps everything."""
        with self.store.read() as conn:
            months = read_restraints(conn, workspace_id)[0].history_kept_months
        if months is None:
            return {}
        before = now - months * _MONTH
        works: dict[str, Callable[[], tuple[int, bool]]] = {
            "decisions": lambda: self._removed(outreach_decisions, "decision_id", workspace_id, before),
            "touches": lambda: self._removed(outreach_touches, "touch_id", workspace_id, before),
            "messages": lambda: self._messages(workspace_id, before),
            "runs": lambda: self._runs(workspace_id, before),
        }
        done = dict.fromkeys(works, 0)
        for kind, work in works.items():
            for _ in range(MOST):
                if ended():
                    return done
                changed, more = work()
                done[kind] += changed
                if not more:
                    break
        return done

    def _removed(self, table: Table, number: str, workspace_id: int, before: datetime) -> tuple[int, bool]:
        c = table.c
        front = select(c[number], c.at).where(c.workspace_id == workspace_id).order_by(c.message_id).limit(BATCH)
        with self.store.write() as conn:
            gone = [row[0] for row in conn.execute(front) if row.at < before]
            if gone:
                conn.execute(delete(table).where(c[number].in_(gone)))
        return len(gone), len(gone) == BATCH

    def _messages(self, workspace_id: int, before: datetime) -> tuple[int, bool]:
        """What a message was asked for with, and what the provider said of it."""
        place = self.places.get((workspace_id, "messages"), (0,))
        part = select(_M.message_id, _M.state, _M.changed_at, _M.context, _M.detail)
        part = part.where(_M.workspace_id == workspace_id, _M.message_id > place[0]).order_by(_M.message_id).limit(BATCH)
        with self.store.write() as conn:
            rows = conn.execute(part).all()
            old = [row for row in rows if row.changed_at < before]
            full = [row.message_id for row in old if row.state in _OVER and (row.context or row.detail)]
            if full:
                conn.execute(update(outreach_messages).where(_M.message_id.in_(full)).values(context={}, detail=""))
        # Messages are numbered as time goes by: behind a batch of young ones nothing is old enough.
        more = len(rows) == BATCH and bool(old)
        self.places[workspace_id, "messages"] = (rows[-1].message_id,) if more else (0,)
        return len(full), more

    def _runs(self, workspace_id: int, before: datetime) -> tuple[int, bool]:
        """The way somebody went, and what they came in by."""
        key = (_R.flow_id, _R.person_id, _R.entry_no)
        place: tuple[Any, ...] = self.places.get((workspace_id, "runs"), (0, 0, 0))
        part = select(*key, _R.state, _R.ended_at, _R.path, _R.context)
        part = part.where(_R.workspace_id == workspace_id, tuple_(*key) > tuple_(*place)).order_by(*key).limit(BATCH)
        limit = to_microseconds(before)
        with self.store.write() as conn:
            rows = conn.execute(part).all()
            full = [
                tuple(row[:3])
                for row in rows
                if row.state == "done" and row.ended_at is not None and row.ended_at < limit and (row.path or row.context != "{}")
            ]
            if full:
                these = update(flow_runs).where(_R.workspace_id == workspace_id, tuple_(*key).in_(full), _R.state == "done")
                conn.execute(these.values(path="", context="{}"))
        more = len(rows) == BATCH
        self.places[workspace_id, "runs"] = tuple(rows[-1][:3]) if more else (0, 0, 0)
        return len(full), more


def limited(store: Store) -> list[int]:
    """Workspaces that let go of history."""
    with store.read() as conn:
        rows = conn.execute(select(outreach_restraints.c.workspace_id, outreach_restraints.c.spec)).all()
    return sorted(row.workspace_id for row in rows if row.spec.get("history_kept_months"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How much there is, over all workspaces: at most so many rows, by their numbers. limited: workspaces that let go of history."""

    messages: int
    decisions: int
    limited: int


def kept(store: Store) -> Kept:
    """Counted by the numbers of rows, since counting many of them takes long."""
    m, d = _M.message_id, outreach_decisions.c.decision_id
    with store.read() as conn:
        messages = conn.execute(select(func.coalesce(func.max(m) - func.min(m) + 1, 0))).scalar_one()
        decisions = conn.execute(select(func.coalesce(func.max(d) - func.min(d) + 1, 0))).scalar_one()
    return Kept(messages=int(messages), decisions=int(decisions), limited=len(limited(store)))
