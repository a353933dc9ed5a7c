"""How does a batch reach its address, and what becomes of it when it does not? Signed, once more later, or paused with the reason."""

import json
import time
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from uems.kernel import leases
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.outbound import Outbound, OutboundError, signature
from uems.kernel.scope import Scope
from uems.kernel.store import allocate
from uems.segments.syncs.batches import Place, next_batch, payload, sample, told_of
from uems.segments.syncs.definitions import address_of, segment_keys
from uems.segments.syncs.model import Delivery, Outcome, Pending, Sync, sync_of
from uems.segments.tables import segment_syncs, sync_deliveries

SECONDS: Final = 15.0
"""How long an address may take to answer."""
GIVE_UP: Final = timedelta(days=3)
KEPT: Final = 200
"""Attempts of one sync that are remembered."""
_WAITS: Final = (5, 15, 60, 300, 900, 1_800, 3_600)
_Y, _D = segment_syncs.c, sync_deliveries.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of an attempt. permanent: trying the same again is pointless."""

    ok: bool
    permanent: bool
    status: int | None
    milliseconds: int
    message: str
    retry_after_seconds: float | None = None


def post(outbound: Outbound, house: House, sync: Sync, body: dict[str, Any], now: datetime) -> Sent:
    """One attempt; never raises for what the other side does."""
    begun = time.perf_counter()
    try:
        url, secret = address_of(house.settings, sync)
    except UemsError:
        message = "The address was encrypted with another key (UEMS_SECRET_KEY or secret.key). Enter it again, with a new secret."
        return Sent(ok=False, permanent=True, status=None, milliseconds=0, message=message)
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "content-type": "application/json",
        "uems-signature": signature(secret, content, now),
        "idempotency-key": str(body["delivery_id"]),
    }
    status: int | None = None
    try:
        # A redirect to another host would lose the signature; the final address belongs into the sync.
        answer = outbound.request("POST", url, headers=headers, content=content, seconds=SECONDS, max_bytes=100_000, max_redirects=0)
        status = answer.status
        answer.require_ok()
    except OutboundError as error:
        wait = error.retry_after_seconds
        spent = _spent(begun)
        return Sent(ok=False, permanent=error.permanent, status=status, milliseconds=spent, message=error.message, retry_after_seconds=wait)
    return Sent(ok=True, permanent=False, status=status, milliseconds=_spent(begun), message="")


def deliver(outbound: Outbound, house: House, scope: Scope, sync: Sync, lease: leases.Lease, now: datetime) -> bool:
    """Send the next batch of a sync, or the one that is on its way again; whether there was anything to do."""
    pending = sync.pending
    if pending is None:
        pending, place = next_batch(house, scope, sync)
        if place is not None:
            _move(house, sync, lease, {"phase": place.phase, "version": place.version, "person_id": place.person_id})
            return True
        if pending is None:
            return False
    pending = replace(pending, attempts=pending.attempts + 1)
    # Written down before it is sent: whoever takes over after a crash sends the same under the same name.
    if not _move(house, sync, lease, {"pending": asdict(pending)}):
        return False
    told = told_of(house, scope, sync, pending)
    if not told:  # those who were to be told of as members have changed since; their changes follow
        _arrived(house, sync, pending, lease, None, 0, now)
        return True
    key = segment_keys(house.store, scope).get(sync.segment_id, "")
    sent = post(outbound, house, sync, payload(house, scope, sync, key, told, pending.delivery_id, now), now)
    if sent.ok:
        _arrived(house, sync, pending, lease, sent, len(told), now)
    else:
        _failed(house, sync, pending, lease, sent, len(told), now)
    return True


def try_out(outbound: Outbound, house: House, scope: Scope, sync: Sync, now: datetime) -> Delivery:
    """Send one member as a test, marked so; the place of the sync does not move."""
    key = segment_keys(house.store, scope).get(sync.segment_id, "")
    delivery_id = new_id("test")
    told = sample(house, scope, sync, now)
    sent = post(outbound, house, sync, payload(house, scope, sync, key, told, delivery_id, now, test=True), now)
    with house.store.write() as conn:
        message = sent.message or "Arrived."
        return _log(conn, sync, delivery_id, replace(sent, message=message), len(told), 1, "test", now)


def _move(house: House, sync: Sync, lease: leases.Lease, values: dict[str, Any]) -> bool:
    """Write the place or the batch of a sync that is still as it was read; False when somebody paused or deleted it meanwhile."""
    with house.store.write() as conn:
        leases.check(conn, lease)
        mine = (_Y.workspace_id == sync.workspace_id, _Y.sync_id == sync.sync_id, _Y.state == "active", _Y.deleted_at.is_(None))
        return bool(conn.execute(update(segment_syncs).where(*mine).values(**values)).rowcount)


def _arrived(house: House, sync: Sync, pending: Pending, lease: leases.Lease, sent: Sent | None, people: int, now: datetime) -> None:
    """It is told, also when somebody paused the sync while it was being sent."""
    place = Place(phase=pending.phase, version=pending.version, person_id=pending.person_id)
    with house.store.write() as conn:
        leases.check(conn, lease)
        now_is = _current(conn, sync)
        if now_is is None:
            return
        values: dict[str, Any] = {
            "phase": place.phase,
            "version": place.version,
            "person_id": place.person_id,
            "pending": None,
            "failures": 0,
            "failing_since": None,
            "next_at": None,
            "sent": now_is.sent + people,
        }
        if sent is not None:
            values["last_at"] = now
            _log(conn, sync, pending.delivery_id, sent, people, pending.attempts, "delivered", now)
        conn.execute(update(segment_syncs).where(_Y.workspace_id == sync.workspace_id, _Y.sync_id == sync.sync_id).values(**values))


def _failed(house: House, sync: Sync, pending: Pending, lease: leases.Lease, sent: Sent, people: int, now: datetime) -> None:
    since = sync.failing_since or now
    values: dict[str, Any] = {"failures": sync.failures + 1, "failing_since": since, "next_at": now + wait_of(sync.failures, sent)}
    if sent.permanent:
        values |= {"state": "paused", "reason": sent.message[:2000], "next_at": None}
    elif now - since >= GIVE_UP:
        values |= {"state": "paused", "reason": f"It failed for {GIVE_UP.days} days. {sent.message}"[:2000], "next_at": None}
    with house.store.write() as conn:
        leases.check(conn, lease)
        now_is = _current(conn, sync)
        if now_is is None:
            return
        if now_is.state == "paused":  # by hand, meanwhile: that reason stays
            values = {"failures": values["failures"], "failing_since": since}
        conn.execute(update(segment_syncs).where(_Y.workspace_id == sync.workspace_id, _Y.sync_id == sync.sync_id).values(**values))
        _log(conn, sync, pending.delivery_id, sent, people, pending.attempts, "failed", now)


def wait_of(failures: int, sent: Sent) -> timedelta:
    """How long to wait after so many failures before this one; at least as long as the other side asked for."""
    return timedelta(seconds=max(_WAITS[min(failures, len(_WAITS) - 1)], sent.retry_after_seconds or 0))


def _current(conn: Connection, sync: Sync) -> Sync | None:
    query = select(segment_syncs).where(_Y.workspace_id == sync.workspace_id, _Y.sync_id == sync.sync_id, _Y.deleted_at.is_(None))
    row = conn.execute(query).mappings().first()
    return sync_of(row) if row is not None else None


def _log(
    conn: Connection, sync: Sync, delivery_id: str, sent: Sent, people: int, attempt: int, outcome: Outcome, now: datetime
) -> Delivery:
    number = allocate(conn, f"sync_deliveries:{sync.workspace_id}")
    made = Delivery(
        number=number,
        delivery_id=delivery_id,
        at=now,
        people=people,
        attempt=attempt,
        outcome=outcome,
        status=sent.status,
        milliseconds=sent.milliseconds,
        message=sent.message[:2000],
    )
    conn.execute(insert(sync_deliveries).values(workspace_id=sync.workspace_id, sync_id=sync.sync_id, **asdict(made)))
    mine = (_D.workspace_id == sync.workspace_id, _D.sync_id == sync.sync_id)
    old = select(_D.number).where(*mine).order_by(_D.number.desc()).offset(KEPT).limit(1)
    oldest = conn.execute(old).scalar()
    if oldest is not None:
        conn.execute(delete(sync_deliveries).where(*mine, _D.number <= oldest))
    return made


def _spent(begun: float) -> int:
    return round((time.perf_counter() - begun) * 1000)
