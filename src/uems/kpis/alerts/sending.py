"""How does the message of an alert reach its receiver? As every message does (``delivering``): by webhook, by a robot, or as a letter."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import select

from uems.collect import api as collect
from uems.kernel import leases, mail
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.outbound import Outbound, OutboundError, signature
from uems.kernel.robots import Call, call_of, read
from uems.kpis import delivering
from uems.kpis.alerts import letters
from uems.kpis.alerts.definitions import delivery_from
from uems.kpis.alerts.model import Delivery
from uems.kpis.delivering import DeliveryState, Outcome
from uems.kpis.tables import kpi_deliveries, kpi_firings

SECONDS: Final = 15.0
_F = kpi_firings.c


def recover(house: House, lease: leases.Lease, now: datetime) -> None:
    """Settle what was under way when a process died."""
    delivering.recover(house, kpi_deliveries, lease, now)


def under_way(house: House) -> bool:
    """Whether anything waits, or was being sent."""
    return delivering.under_way(house, kpi_deliveries)


def due(house: House, now: datetime) -> list[Delivery]:
    """What may be sent now, the oldest first."""
    return [delivery_from(row) for row in delivering.due(house, kpi_deliveries, now)]


def deliver(house: House, outbound: Outbound, delivery: Delivery, lease: leases.Lease, now: datetime) -> DeliveryState | None:
    """One attempt; None when somebody else has it, or the alert was deleted meanwhile."""
    key = _key(delivery)
    with house.store.write() as conn:
        leases.check(conn, lease)
        if not delivering.claim(conn, kpi_deliveries, key, delivery.attempts, now):
            return None
        firing = select(_F.told).where(
            _F.workspace_id == delivery.workspace_id, _F.alert_id == delivery.alert_id, _F.bucket == delivery.bucket.isoformat()
        )
        told = conn.execute(firing).scalar_one()
    return delivering.settle(house, kpi_deliveries, key, delivery.attempts, _sent(house, outbound, delivery, told, now), now)


def _sent(house: House, outbound: Outbound, delivery: Delivery, told: Mapping[str, Any], now: datetime) -> Outcome:
    try:
        opened = collect.unseal(house.settings, delivery.sealed)
    except UemsError:
        return Outcome(state="failed", message="The address was encrypted with another key. Enter it again.")
    if delivery.kind == "webhook":
        return _call(outbound, opened["url"], opened["secret"], delivery, told, now)
    language: Literal["zh", "en"] = "en" if opened.get("language") == "en" else "zh"
    if delivery.kind != "email":
        words = f"{letters.subject(told, language)}\n{letters.text(told, language)}".rstrip()
        return _say(outbound, call_of(delivery.kind, opened["url"], opened.get("secret", ""), words, now))
    message = mail.letter(
        house.settings,
        to=opened["to"],
        subject=letters.subject(told, language),
        text=letters.text(told, language),
        delivery_id=delivery.delivery_id,
        now=now,
    )
    return delivering.hand_over(house.settings, message)


def _say(outbound: Outbound, call: Call) -> Outcome:
    """Tell a group by its robot, which knows no repeated message: what may have arrived is not said again."""
    try:
        answer = outbound.request("POST", call.url, headers={"content-type": "application/json"}, content=call.body, seconds=SECONDS)
    except OutboundError as error:
        if not error.unsent:
            return Outcome(state="uncertain", message=error.message)
        return Outcome(
            state="failed" if error.permanent else "waiting", message=error.message, wait_seconds=error.retry_after_seconds or 0.0
        )
    said = read(answer)
    return Outcome(state="delivered" if said.taken else "waiting" if said.again else "failed", message=said.words)


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
