"""What was spent to win people, by channel and day, and who said so? Saying the same again changes nothing; another amount replaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, select

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, invalid
from uems.kernel.money import MAX_MINOR
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock, upsert_many
from uems.kpis.model import Spend
from uems.kpis.tables import kpi_spend

MAX_ROWS: Final = 100_000
_C = kpi_spend.c


def spend_between(store: Store, scope: Scope, first: date, last: date, *, limit: int | None = None) -> list[Spend]:
    """What was spent on these days, by day and channel."""
    query = select(_C.day, _C.channel, _C.amount_minor).where(_C.workspace_id == scope.workspace_id, _between(first, last))
    with store.read() as conn:
        rows = conn.execute(query.order_by(_C.day, _C.channel).limit(limit)).all()
    return [Spend(day=date.fromisoformat(row.day), channel=row.channel, amount_minor=row.amount_minor) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendTold:
    """How rows stand to what is written. moved: those that are new or say another amount, with what stood before (None: nothing)."""

    new: int
    changed: int
    same: int
    moved: Sequence[tuple[Spend, int | None]]


def try_spend(store: Store, scope: Scope, rows: Sequence[Spend], currency: str) -> SpendTold:
    """What ``save_spend`` would do; nothing is written. Raises as it does."""
    _check(scope, rows, currency)
    with store.read() as conn:
        return _told(conn, scope, rows)


def save_spend(store: Store, access: Access, rows: Sequence[Spend], currency: str) -> SpendTold:
    """Write these amounts, each in place of what stood for its day and channel. Gives how many were new, changed and as before.

    Audited. Raises ``wrong_currency`` for any but the workspace's, ``invalid`` for amounts and days that cannot be, and
    ``repeated_spend`` for a day and channel that is there twice: nothing is added up that may be the same thing.
    """
    _check(access.scope, rows, currency)
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"kpi_spend:{workspace_id}")
        told = _told(conn, access.scope, rows)
        if not told.moved:
            return told
        facts = {"saved_at": access.now, "saved_by": access.actor.label[:300]}
        values = [
            {"workspace_id": workspace_id, "day": row.day.isoformat(), "channel": row.channel, "amount_minor": row.amount_minor, **facts}
            for row, _ in told.moved
        ]
        upsert_many(conn, kpi_spend, values, ("workspace_id", "day", "channel"))
        after = {
            "first_day": min(row.day for row in rows).isoformat(),
            "last_day": max(row.day for row in rows).isoformat(),
            "channels": sorted({row.channel for row, _ in told.moved})[:50],
            "rows": len(told.moved),
            "amount_minor": sum(row.amount_minor for row, _ in told.moved),
        }
        old = sum(before or 0 for _, before in told.moved)
        audit(conn, access, "kpi_spend.saved", "kpi_spend", {"amount_minor": old}, after)
    return told


def _told(conn: Connection, scope: Scope, rows: Sequence[Spend]) -> SpendTold:
    if not rows:
        return SpendTold(new=0, changed=0, same=0, moved=())
    between = _between(min(row.day for row in rows), max(row.day for row in rows))
    query = select(_C.day, _C.channel, _C.amount_minor).where(_C.workspace_id == scope.workspace_id, between)
    before = {(date.fromisoformat(row.day), row.channel): row.amount_minor for row in conn.execute(query)}
    found = [(row, before.get((row.day, row.channel))) for row in rows]
    moved = [(row, old) for row, old in found if old != row.amount_minor]
    new = sum(old is None for _, old in moved)
    return SpendTold(new=new, changed=len(moved) - new, same=len(rows) - len(moved), moved=moved)


def delete_spend(store: Store, access: Access, channel: str, first: date, last: date) -> int:
    """Take away what a channel cost on these days; how many days that were. Audited."""
    mine = (_C.workspace_id == access.scope.workspace_id, _C.channel == channel, _between(first, last))
    with store.write() as conn:
        gone = conn.execute(delete(kpi_spend).where(*mine)).rowcount
        if gone:
            facts = {"channel": channel, "first_day": first.isoformat(), "last_day": last.isoformat(), "rows": gone}
            audit(conn, access, "kpi_spend.deleted", "kpi_spend", facts, None)
    return gone


def _between(first: date, last: date) -> ColumnElement[bool]:
    return _C.day.between(first.isoformat(), last.isoformat())


def _check(scope: Scope, rows: Sequence[Spend], currency: str) -> None:
    if currency != scope.currency:
        raise UemsError(
            "wrong_currency",
            f"The spend is in {currency[:10]}, and this workspace counts in {scope.currency}. Convert the amounts first.",
            status=422,
            details={"got": currency[:10], "wanted": scope.currency},
        )
    if len(rows) > MAX_ROWS:
        raise invalid("rows", len(rows), f"must be at most {MAX_ROWS:,} at once.")
    seen: set[tuple[date, str]] = set()
    for row in rows:
        if not 0 <= row.amount_minor <= MAX_MINOR:
            raise invalid("amount", row.amount_minor, "must be 0 or more; a refund of a channel lowers the amount of its day.")
        if not 1970 <= row.day.year <= 2148:
            raise invalid("day", row.day.isoformat(), "must be in the years 1970 to 2148.")
        if not row.channel.strip() or len(row.channel) > 200:
            raise invalid("channel", row.channel[:60], "must be a name of 1 to 200 characters.")
        if (row.day, row.channel) in seen:
            raise UemsError(
                "repeated_spend",
                f"{row.day} and {row.channel!r} are there twice. Add them up to one row, or take one out.",
                status=422,
                details={"day": row.day.isoformat(), "channel": row.channel},
            )
        seen.add((row.day, row.channel))
