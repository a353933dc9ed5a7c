"""Who sends a message, and what is known when that one dies? Taken for a while by one sender; every step is written before it is made.

claimed: nothing has left the house; when its time is over, another sender takes it. sending: it may have; then the channel says whether
it is sent again under the same key, or stays unknown.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, TextClause, bindparam, literal_column, or_, select, text, update

from uems.kernel.store import Store, insert_many
from uems.outreach.consent.suppressions import suppress
from uems.outreach.messages.attempts import Claimed, Settled
from uems.outreach.messages.news import EVENTS, news_of
from uems.outreach.registry import CHANNELS
from uems.outreach.tables import FLYING, QUEUED, outreach_bodies, outreach_news
from uems.outreach.tables import outreach_messages as table

LEASE: Final = timedelta(seconds=60)
ATTEMPTS: Final = 10
_WAITS: Final = (10, 30, 60, 300, 900, 1_800, 3_600)
_C = table.c


_FIELDS: Final = tuple(Claimed.__dataclass_fields__)


def any_due(store: Store, now: datetime) -> bool:
    """Whether a message may be sent now, or one that was taken has been left behind."""
    due = select(_C.message_id).where(literal_column(QUEUED.text), _C.next_at <= now).limit(1)
    left = select(_C.message_id).where(literal_column(FLYING.text), _C.claimed_until <= now).limit(1)
    with store.read() as conn:
        return conn.execute(due).first() is not None or conn.execute(left).first() is not None


def claim(store: Store, holder: str, now: datetime, limit: int) -> list[Claimed]:
    """Take the messages whose time has come, the oldest first. holder: unique for the process."""
    mine: Select[Any] = select(_C.message_id).where(literal_column(QUEUED.text), _C.next_at <= now).order_by(_C.next_at).limit(limit)
    if store.dialect == "postgresql":
        mine = mine.with_for_update(skip_locked=True)
    taken = update(table).where(_C.message_id.in_(mine.scalar_subquery()))
    values = taken.values(state="claimed", claimed_by=holder, claimed_until=now + LEASE, changed_at=now)
    with store.write() as conn:
        rows = conn.execute(values.returning(*[_C[name] for name in _FIELDS])).mappings().all()
    return [Claimed(**row) for row in rows]


def recover(store: Store, now: datetime, *, everything: bool = False) -> int:
    """Settle what a sender left behind; how many. everything: also what is not over yet, where no other process can be at work."""
    left = select(_C.message_id, _C.state, _C.channel, _C.workspace_id, _C.person_id).where(literal_column(FLYING.text))
    if not everything:
        left = left.where(_C.claimed_until <= now)
    with store.write() as conn:
        if store.dialect == "postgresql":
            left = left.with_for_update(skip_locked=True)
        rows = conn.execute(left.limit(10_000)).all()
        repeated = {channel.key for channel in CHANNELS if channel.unknown == "repeated"}
        again = [row.message_id for row in rows if row.state == "claimed" or row.channel in repeated]
        lost = [row for row in rows if row.state == "sending" and row.channel not in repeated]
        change(conn, again, state="queued", claimed_by="", claimed_until=None, sent_at=None, next_at=now, changed_at=now)
        gone: dict[str, Any] = {"state": "unknown", "reason": "sender_died", "sent_at": now, "claimed_until": None, "changed_at": now}
        change(conn, [row.message_id for row in lost], **gone)
        insert_many(conn, outreach_news, [_lost(row._mapping, now) for row in lost])
    return len(rows)


def _lost(row: Mapping[Any, Any], now: datetime) -> dict[str, object]:
    facts = {"message": row["message_id"], "channel": row["channel"], "reason": "sender_died"}
    known = {name: row[name] for name in ("workspace_id", "message_id", "person_id")}
    return {**known, "event": "message.unknown", "at": now, "properties": facts}


def among(dialect: str) -> TextClause:
    """``message_id`` is one of the bound ``ids``."""
    if dialect == "sqlite":
        return text("message_id IN (SELECT value FROM json_each(:ids))")
    return text("message_id = ANY(CAST(:ids AS bigint[]))")


def ids_bound(conn: Connection, ids: Collection[int]) -> dict[str, object]:
    """What ``among`` is given."""
    return {"ids": json.dumps(list(ids)) if conn.dialect.name == "sqlite" else list(ids)}


def change(conn: Connection, ids: Collection[int], **values: object) -> None:
    """Set the same values in these messages."""
    if ids:
        conn.execute(update(table).where(among(conn.dialect.name)).values(**values), ids_bound(conn, ids))


def begin(store: Store, holder: str, messages: Sequence[Claimed], now: datetime) -> set[int]:
    """Write down that these leave the house now; those that are still ours. Nothing else may be sent."""
    ours = update(table).where(among(store.dialect), _C.state == "claimed", _C.claimed_by == holder)
    values = ours.values(state="sending", attempts=_C.attempts + 1, claimed_until=now + LEASE, changed_at=now)
    with store.write() as conn:
        bound = ids_bound(conn, [one.message_id for one in messages])
        return set(conn.execute(values.returning(_C.message_id), bound).scalars())


def wait_until(attempts: int, asked_seconds: float, now: datetime) -> datetime:
    """When to try again after so many attempts."""
    return now + timedelta(seconds=max(_WAITS[min(attempts, len(_WAITS) - 1)], asked_seconds))


def settle(store: Store, holder: str, done: Sequence[Settled], now: datetime) -> None:
    """Write down what came of these attempts, with what is to be told of it. What was given up as unknown meanwhile is known now."""
    ours = or_(_C.state == "sending", _C.state == "claimed", _C.state == "unknown")  # TRICKY: IN cannot be bound for several rows at once
    mine = update(table).where(_C.message_id == bindparam("b_id"), _C.claimed_by == holder, ours)
    names = ("state", "reason", "detail", "provider_id", "address", "language", "template_version", "parts", "cost_micros")
    free = {"claimed_by": "", "claimed_until": None, "changed_at": now}
    statement = mine.values(
        **{name: bindparam(f"b_{name}") for name in names}, sent_at=bindparam("b_sent"), next_at=bindparam("b_next"), **free
    )
    rows = [
        {
            "b_id": one.message.message_id,
            **{f"b_{name}": getattr(one, name) for name in names},
            "b_detail": one.detail[:2_000],
            "b_address": one.address[:400],
            "b_provider_id": one.provider_id[:300],
            "b_sent": now if one.state in ("accepted", "unknown") else None,
            "b_next": one.next_at or now,
        }
        for one in done
    ]
    with store.write() as conn:
        conn.execute(statement, rows)
        insert_many(conn, outreach_news, [news_of(one, now) for one in done if one.state in EVENTS])
        for one in done:
            if one.reason == "bad_address" and one.address:
                where = (one.message.workspace_id, one.message.channel, one.address)
                suppress(conn, *where, "bounce", one.detail, now, "uems")
        kept = [one for one in done if one.packed and one.state in ("accepted", "unknown")]
        insert_many(conn, outreach_bodies, [_body(one, now) for one in kept])


def _body(one: Settled, now: datetime) -> dict[str, object]:
    message = one.message
    return {"message_id": message.message_id, "workspace_id": message.workspace_id, "at": now, "packed": one.packed}
