"""How does a message reach its receiver? Claimed, sent, settled: once it has arrived it is never sent again.

A claim is written before anything leaves the house. Where a process dies in between, a webhook is called again with the same id, by
which the other side knows it; a letter or a word by a robot stays ``uncertain`` and is not sent again. What waits stands in a table of
the room with the columns ``kind``, ``state``, ``attempts``, ``next_at``, ``message`` and ``changed_at``; this is the same for alerts and
for papers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, or_, select, update

from uems.kernel import leases, mail
from uems.kernel.house import House
from uems.kernel.settings import Settings

DeliveryState: TypeAlias = Literal["waiting", "sending", "delivered", "failed", "uncertain"]
"""uncertain: it was handed over, and the answer never came; a letter is then not sent again."""
ATTEMPTS: Final = 12
_WAITS: Final = (10, 30, 60, 300, 900, 1_800, 3_600)
_LOST: Final = "The process ended while it was handed over; it is not sent again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an attempt. wait_seconds: what the other side asked for."""

    state: DeliveryState
    message: str
    wait_seconds: float = 0.0


def recover(house: House, table: Table, lease: leases.Lease, now: datetime) -> None:
    """Settle what was under way when a process died; whoever holds the lease sends alone."""
    with house.store.read() as conn:
        if conn.execute(select(table.c.workspace_id).where(table.c.state == "sending").limit(1)).first() is None:
            return
    with house.store.write() as conn:
        leases.check(conn, lease)
        mine = update(table).where(table.c.state == "sending")
        conn.execute(mine.where(table.c.kind == "webhook").values(state="waiting", next_at=now, changed_at=now))
        conn.execute(mine.where(table.c.kind != "webhook").values(state="uncertain", message=_LOST, next_at=None, changed_at=now))


def under_way(house: House, table: Table) -> bool:
    """Whether anything waits, or was being sent."""
    with house.store.read() as conn:
        query = select(table.c.workspace_id).where(table.c.state.in_(("waiting", "sending"))).limit(1)
        return conn.execute(query).first() is not None


def due(house: House, table: Table, now: datetime, limit: int = 50) -> list[RowMapping]:
    """What may be sent now, the oldest first."""
    query = select(table).where(table.c.state == "waiting", or_(table.c.next_at.is_(None), table.c.next_at <= now))
    with house.store.read() as conn:
        return list(conn.execute(query.order_by(table.c.next_at, *table.primary_key.columns).limit(limit)).mappings())


def claim(conn: Connection, table: Table, key: Mapping[str, Any], attempts: int, now: datetime) -> bool:
    """Take a message for one attempt, on the connection that has checked the lease; False when somebody else has it, or it is gone."""
    mine = update(table).where(*_is(table, key), table.c.state == "waiting")
    return bool(conn.execute(mine.values(state="sending", attempts=attempts + 1, changed_at=now)).rowcount)


def settle(house: House, table: Table, key: Mapping[str, Any], attempts: int, outcome: Outcome, now: datetime) -> DeliveryState:
    """Write down what came of the attempt that was claimed; after the last one a message has failed."""
    if outcome.state == "waiting" and attempts + 1 >= ATTEMPTS:
        outcome = Outcome(state="failed", message=f"Given up after {ATTEMPTS} attempts. {outcome.message}")
    next_at = None
    if outcome.state == "waiting":
        next_at = now + timedelta(seconds=max(_WAITS[min(attempts, len(_WAITS) - 1)], outcome.wait_seconds))
    with house.store.write() as conn:
        values = {"state": outcome.state, "message": outcome.message[:2_000], "next_at": next_at, "changed_at": now}
        conn.execute(update(table).where(*_is(table, key)).values(**values))
    return outcome.state


def hand_over(settings: Settings, message: EmailMessage) -> Outcome:
    """One attempt to hand a letter to the mail server."""
    try:
        return Outcome(state="delivered", message=mail.send(settings, message))
    except mail.Handed as error:
        return Outcome(state="uncertain" if error.uncertain else "failed" if error.permanent else "waiting", message=str(error))


def _is(table: Table, key: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [table.c[name] == part for name, part in key.items()]
