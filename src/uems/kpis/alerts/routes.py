"""How are alerts made, tried out and followed over HTTP?"""

from dataclasses import asdict
from typing import Annotated

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.kernel.edge import Cursor, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.routing import Routes
from uems.kpis.alerts import definitions
from uems.kpis.alerts.judging import explain, judge
from uems.kpis.alerts.model import AlertSpec
from uems.kpis.alerts.watcher import latest_bucket
from uems.kpis.measuring import find_metric
from uems.kpis.more_bodies import AlertBody, AlertChange, AlertDraft, AlertFiring, AlertList, AlertMade, AlertTrial

router = Routes()
_BASE = "/workspaces/{workspace}/alerts"
AlertId = Annotated[Key, Path(description="Id of the alert.")]


@router.get(_BASE)
def list_alerts(request: Request, access: Annotated[Access, guard("kpis:read")]) -> AlertList:
    """Every alert, and how far it has looked."""
    return AlertList(items=[AlertBody.of(one) for one in definitions.alerts_of(house_of(request).store, access.scope)])


@router.post(_BASE, status_code=201)
def create_alert(request: Request, access: Annotated[Access, guard("kpis:write")], body: AlertDraft) -> AlertMade:
    """Be told when a metric leaves its bounds. The answer carries the secret that signs webhooks, this once."""
    made, secret = definitions.create_alert(house_of(request), access, body.name, body.spec, body.receivers)
    return AlertMade(**AlertBody.of(made).model_dump(), secret=secret)


@router.post(f"{_BASE}/try")
def try_alert(request: Request, access: Annotated[Access, guard("kpis:read")], body: AlertSpec) -> AlertTrial:
    """What a rule says of the last complete day, week or month, and why; nothing is saved or sent."""
    house, scope = house_of(request), access.scope
    ripens = find_metric(house, scope, body.metric).ripens_days
    bucket = latest_bucket(body.unit, ripens, scope, access.now)
    found = judge(house, scope, body, bucket, access.now)
    compared, parts = explain(house, scope, body, bucket, access.now) if found.fired else (None, [])
    return AlertTrial(**asdict(found), bucket=bucket, compared_with=compared, explanation=[asdict(part) for part in parts])


@router.get(f"{_BASE}/{{alert_id}}")
def get_alert(request: Request, access: Annotated[Access, guard("kpis:read")], alert_id: AlertId) -> AlertBody:
    """One alert."""
    return AlertBody.of(definitions.get_alert(house_of(request).store, access.scope, alert_id))


@router.patch(f"{_BASE}/{{alert_id}}")
def change_alert(request: Request, access: Annotated[Access, guard("kpis:write")], alert_id: AlertId, body: AlertChange) -> AlertBody:
    """Change an alert, or switch it off and on."""
    changed = definitions.change_alert(
        house_of(request), access, alert_id, name=body.name, spec=body.spec, receivers=body.receivers, enabled=body.enabled
    )
    return AlertBody.of(changed)


@router.delete(f"{_BASE}/{{alert_id}}", status_code=204)
def delete_alert(request: Request, access: Annotated[Access, guard("kpis:write")], alert_id: AlertId) -> None:
    """Take an alert away with all that it ever said."""
    definitions.delete_alert(house_of(request).store, access, alert_id)


@router.get(f"{_BASE}/{{alert_id}}/firings")
def list_firings(
    request: Request,
    access: Annotated[Access, guard("kpis:read")],
    alert_id: AlertId,
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Page[AlertFiring]:
    """When an alert went off, what moved the metric, and whom it reached; the latest first."""
    store = house_of(request).store
    before = str(decode_cursor(cursor, str)[0]) if cursor else None
    found = definitions.firings_of(store, access.scope, alert_id, before=before, limit=limit + 1)
    page = found[:limit]
    deliveries = definitions.deliveries_of(store, access.scope, alert_id, [one.bucket for one in page])
    following = encode_cursor(page[-1].bucket.isoformat()) if len(found) > limit else None
    return Page(items=[AlertFiring.of(one, deliveries) for one in page], next_cursor=following)
