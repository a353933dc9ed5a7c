"""How does a message reach its receiver? Claimed, sent, recorded: once it has arrived it is never sent again.

A claim is written before anything leaves the house. Where a process dies in between, a webhook is called again with the same
``delivery_id``, by which the other side knows it; a letter stays ``uncertain`` and is not sent again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import or_, select, update

from uems.collect import api as collect
from uems.kernel import leases
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.outbound import Outbound, OutboundError, signature
from uems.kpis.alerts import letters, mail
from uems.kpis.alerts.definitions import delivery_from
from uems.kpis.alerts.model import Delivery, DeliveryState
from uems.kpis.tables import kpi_deliveries, kpi_firings

SECONDS: Final = 15.0
ATTEMPTS: Final = 12
_WAITS: Final = (10, 30, 60, 300, 900, 1_800, 3_600)
_D, _F = kpi_deliveries.c, kpi_firings.c
_LOST: Final = "The process ended while the letter was handed over; it is not sent again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an attempt. wait_seconds: what the other side asked for."""

    state: DeliveryState
    message: str
    wait_seconds: float = 0.0


def recover(house: House, lease: leases.Lease, now: datetime) -> None:
    """Settle what was under way when a process died; whoever holds the lease sends alone."""
    with house.store.read() as conn:
        if conn.execute(select(_D.alert_id).where(_D.state == "sending").limit(1)).first() is None:
            return
    with house.store.write() as conn:
        leases.check(conn, lease)
        mine = update(kpi_deliveries).where(_D.state == "sending")
        conn.execute(mine.where(_D.kind == "webhook").values(state="waiting", next_at=now, changed_at=now))
        conn.execute(mine.where(_D.kind == "email").values(state="uncertain", message=_LOST, next_at=None, changed_at=now))


def under_way(house: House) -> bool:
    """Whether anything waits, or was being sent."""
    with house.store.read() as conn:
        return conn.execute(select(_D.alert_id).where(_D.state.in_(("waiting", "sending"))).limit(1)).first() is not None


def due(house: House, now: datetime) -> list[Delivery]:
    """What may be sent now, the oldest first."""
    query = select(kpi_deliveries).where(_D.state == "waiting", or_(_D.next_at.is_(None), _D.next_at <= now))
    with house.store.read() as conn:
        return [delivery_from(row) for row in conn.execute(query.order_by(_D.next_at, _D.alert_id, _D.receiver).limit(50)).mappings()]


def deliver(house: House, outbound: Outbound, delivery: Delivery, lease: leases.Lease, now: datetime) -> DeliveryState | None:
    """One attempt; None when somebody else has it, or the alert was deleted meanwhile."""
    mine = [_D[name] == part for name, part in _key(delivery).items()]
    with house.store.write() as conn:
        leases.check(conn, lease)
        claim = update(kpi_deliveries).where(*mine, _D.state == "waiting")
        if not conn.execute(claim.values(state="sending", attempts=delivery.attempts + 1, changed_at=now)).rowcount:
            return None
        firing = select(_F.told).where(
            _F.workspace_id == delivery.workspace_id, _F.alert_id == delivery.alert_id, _F.bucket == delivery.bucket.isoformat()
        )
        told = conn.execute(firing).scalar_one()
    outcome = _sent(house, outbound, delivery, told, now)
    if outcome.state == "waiting" and delivery.attempts + 1 >= ATTEMPTS:
        outcome = Outcome(state="failed", message=f"Given up after {ATTEMPTS} attempts. {outcome.message}")
    next_at = None
    if outcome.state == "waiting":
        next_at = now + timedelta(seconds=max(_WAITS[min(delivery.attempts, len(_WAITS) - 1)], outcome.wait_seconds))
    with house.store.write() as conn:
        values = {"state": outcome.state, "message": outcome.message[:2_000], "next_at": next_at, "changed_at": now}
        conn.execute(update(kpi_deliveries).where(*mine).values(**values))
    return outcome.state


def _sent(house: House, outbound: Outbound, delivery: Delivery, told: Mapping[str, Any], now: datetime) -> Outcome:
    try:
        opened = collect.unseal(house.settings, delivery.sealed)
    except UemsError:
        return Outcome(state="failed", message="The address was encrypted with another key. Enter it again.")
    if delivery.kind == "webhook":
        return _call(outbound, opened["url"], opened["secret"], delivery, told, now)
    language: Literal["zh", "en"] = "en" if opened.get("language") == "en" else "zh"
    message = mail.letter(
        house.settings,
        to=opened["to"],
        subject=letters.subject(told, language),
        text=letters.text(told, language),
        delivery_id=delivery.delivery_id,
        now=now,
    )
    try:
        return Outcome(state="delivered", message=mail.send(house.settings, message))
    except mail.Handed as error:
        return Outcome(state="uncertain" if error.uncertain else "failed" if error.permanent else "waiting", message=str(error))


def _call(outbound: Outbound, url: str, secret: str, delivery: Delivery, told: Mapping[str, Any], now: datetime) -> Outcome:
    body = json.dumps({"delivery_id": delivery.delivery_id, **told}, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "content-type": "application/json",
        "uems-signature": signature(secret, body, now),
        "uems-delivery": delivery.delivery_id,
    }
    try:
        answer = outbound.request("POST", url, headers=headers, content=body, seconds=SECONDS).require_ok()
    except OutboundError as error:
        wait = error.retry_after_seconds or 0.0
        return Outcome(state="failed" if error.permanent else "waiting", message=error.message, wait_seconds=wait)
    return Outcome(state="delivered", message=f"{answer.status}")


def _key(delivery: Delivery) -> dict[str, Any]:
    return {
        "workspace_id": delivery.workspace_id,
        "alert_id": delivery.alert_id,
        "bucket": delivery.bucket.isoformat(),
        "receiver": delivery.receiver,
    }
