"""Which alerts are there, who makes and changes them, and what came of them?"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from uems.access.api import Access, audit
from uems.collect import api as collect
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.house import House
from uems.kernel.ids import new_id, new_token
from uems.kernel.mail import require_smtp
from uems.kernel.outbound import host_of
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store, lock
from uems.kpis.alerts.model import Alert, AlertSpec, Delivery, Firing, Receiver
from uems.kpis.measuring import find_metric
from uems.kpis.setup import read_config
from uems.kpis.tables import kpi_alerts, kpi_deliveries, kpi_firings

MAX_ALERTS: Final = 200
MAX_RECEIVERS: Final = 10
_A, _F, _D = kpi_alerts.c, kpi_firings.c, kpi_deliveries.c


def alerts_of(store: Store, scope: Scope) -> list[Alert]:
    """All alerts of the workspace, the oldest first."""
    query = select(kpi_alerts).where(_A.workspace_id == scope.workspace_id).order_by(_A.alert_id)
    with store.read() as conn:
        return [alert_from(row) for row in conn.execute(query).mappings()]


def get_alert(store: Store, scope: Scope, alert_id: str) -> Alert:
    """Raises ``not_found``."""
    with store.read() as conn:
        return read_alert(conn, scope.workspace_id, alert_id)


def read_alert(conn: Connection, workspace_id: int, alert_id: str) -> Alert:
    """As ``get_alert``, within a transaction."""
    row = conn.execute(select(kpi_alerts).where(_A.workspace_id == workspace_id, _A.alert_id == alert_id)).mappings().one_or_none()
    if row is None:
        raise not_found("alert", alert_id)
    return alert_from(row)


def create_alert(house: House, access: Access, name: str, spec: AlertSpec, receivers: Sequence[Receiver]) -> tuple[Alert, str]:
    """(the alert, the secret that signs what its webhooks are sent). It judges the last complete bucket first. Audited.

    Raises ``not_found``, ``invalid``, ``invalid_config``, ``no_smtp`` and ``too_many_alerts`` (409).
    """
    _check(house, access.scope, spec, receivers)
    workspace_id, alert_id, secret = access.scope.workspace_id, new_id("alert"), new_token("whsec")
    with house.store.write() as conn:
        lock(conn, f"kpi_alerts:{workspace_id}")
        count = conn.execute(select(func.count()).select_from(kpi_alerts).where(_A.workspace_id == workspace_id)).scalar_one()
        if count >= MAX_ALERTS:
            raise UemsError("too_many_alerts", f"There are {MAX_ALERTS} alerts already; delete some first.", status=409)
        said = spec.model_dump(mode="json")
        row = {
            "workspace_id": workspace_id,
            "alert_id": alert_id,
            "name": name,
            "spec": said,
            **_receiving(house.settings, receivers, secret),
            "enabled": True,
            "looked_at_bucket": "",
            "failure": "",
            "saved_at": access.now,
            "saved_by": access.actor.label[:300],
        }
        conn.execute(insert(kpi_alerts).values(**row))
        audit(conn, access, "alert.created", f"alert:{alert_id}", None, {"name": name, **said, "receivers": row["receivers"]})
        return read_alert(conn, workspace_id, alert_id), secret


def change_alert(
    house: House,
    access: Access,
    alert_id: str,
    *,
    name: str | None = None,
    spec: AlertSpec | None = None,
    receivers: Sequence[Receiver] | None = None,
    enabled: bool | None = None,
) -> Alert:
    """Change what is given; the secret stays. What was judged is not judged again. Audited. Raises as ``create_alert``."""
    workspace_id = access.scope.workspace_id
    before = get_alert(house.store, access.scope, alert_id)
    if spec is not None or receivers is not None:
        _check(house, access.scope, spec or before.spec, receivers or ())
    values: dict[str, Any] = {"saved_at": access.now, "saved_by": access.actor.label[:300], "failure": ""}
    if name is not None:
        values["name"] = name
    if spec is not None:
        values["spec"] = spec.model_dump(mode="json")
        if (spec.metric, spec.unit) != (before.spec.metric, before.spec.unit):
            values["looked_at_bucket"] = ""
    if receivers is not None:
        values |= _receiving(house.settings, receivers, secret_of(house.settings, before))
    if enabled is not None:
        values["enabled"] = enabled
    with house.store.write() as conn:
        conn.execute(update(kpi_alerts).where(_A.workspace_id == workspace_id, _A.alert_id == alert_id).values(**values))
        after = read_alert(conn, workspace_id, alert_id)
        audit(conn, access, "alert.changed", f"alert:{alert_id}", _facts(before), _facts(after))
        return after


def delete_alert(store: Store, access: Access, alert_id: str) -> None:
    """Take it away with all that it ever said. Audited. Raises ``not_found``."""
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        before = read_alert(conn, workspace_id, alert_id)
        for table in (kpi_deliveries, kpi_firings, kpi_alerts):
            conn.execute(delete(table).where(table.c.workspace_id == workspace_id, table.c.alert_id == alert_id))
        audit(conn, access, "alert.deleted", f"alert:{alert_id}", _facts(before), None)


def firings_of(store: Store, scope: Scope, alert_id: str, *, before: str | None = None, limit: int) -> list[Firing]:
    """When an alert went off, the latest bucket first. Raises ``not_found``."""
    get_alert(store, scope, alert_id)
    query = select(kpi_firings).where(_F.workspace_id == scope.workspace_id, _F.alert_id == alert_id)
    if before is not None:
        query = query.where(_F.bucket < before)
    with store.read() as conn:
        rows = conn.execute(query.order_by(_F.bucket.desc()).limit(limit)).mappings().all()
    return [Firing(alert_id=row["alert_id"], bucket=date.fromisoformat(row["bucket"]), told=row["told"], at=row["at"]) for row in rows]


def deliveries_of(store: Store, scope: Scope, alert_id: str, buckets: Sequence[date]) -> list[Delivery]:
    """The messages of these firings, by bucket and receiver."""
    names = [bucket.isoformat() for bucket in buckets]
    query = select(kpi_deliveries).where(_D.workspace_id == scope.workspace_id, _D.alert_id == alert_id, _D.bucket.in_(names))
    with store.read() as conn:
        return [delivery_from(row) for row in conn.execute(query.order_by(_D.bucket, _D.receiver)).mappings()]


def secret_of(settings: Settings, alert: Alert) -> str:
    """What signs the messages of an alert."""
    return collect.unseal(settings, alert.sealed)["secret"]


def receivers_of(settings: Settings, alert: Alert) -> list[dict[str, str]]:
    """Where an alert is sent, in the order of ``Alert.receivers``."""
    found: list[dict[str, str]] = json.loads(collect.unseal(settings, alert.sealed)["receivers"])
    return found


def alert_from(row: RowMapping) -> Alert:
    bucket = row["looked_at_bucket"]
    values = {name: row[name] for name in Alert.__dataclass_fields__ if name not in ("spec", "receivers", "looked_at_bucket")}
    return Alert(
        **values,
        spec=AlertSpec.model_validate(row["spec"]),
        receivers=tuple(row["receivers"]),
        looked_at_bucket=date.fromisoformat(bucket) if bucket else None,
    )


def delivery_from(row: RowMapping) -> Delivery:
    values = {name: row[name] for name in Delivery.__dataclass_fields__ if name != "bucket"}
    return Delivery(**values, bucket=date.fromisoformat(row["bucket"]))


def _check(house: House, scope: Scope, spec: AlertSpec, receivers: Sequence[Receiver]) -> None:
    metric = find_metric(house, scope, spec.metric)
    if spec.config is not None:
        read_config(metric, spec.config)
    if len(receivers) > MAX_RECEIVERS:
        raise invalid("receivers", len(receivers), f"must be at most {MAX_RECEIVERS}.")
    if any(one.kind == "email" for one in receivers):
        require_smtp(house.settings)
    for one in receivers:
        if one.url is not None:
            host_of(one.url, private=house.settings.allow_private_outbound)


def _receiving(settings: Settings, receivers: Sequence[Receiver], secret: str) -> dict[str, Any]:
    private = settings.allow_private_outbound
    whom = [{"kind": one.kind, "whom": one.to or host_of(one.url or "", private=private), "language": one.language} for one in receivers]
    sealed = collect.seal(settings, {"secret": secret, "receivers": json.dumps([one.model_dump(exclude_none=True) for one in receivers])})
    return {"receivers": whom, "sealed": sealed}


def _facts(alert: Alert) -> dict[str, object]:
    whom = [dict(one) for one in alert.receivers]
    return {"name": alert.name, **alert.spec.model_dump(mode="json"), "enabled": alert.enabled, "receivers": whom}
