"""Who looks whether an alert must go out? One loop in all processes together; a bucket is judged once, when it is complete.

What a round finds is written in one transaction under the lease: how far the alert was judged, that it went off, and the messages
that wait for it. A round that is killed before that has written nothing and is done again.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, insert, select, update

from uems.access.api import Workspaces
from uems.collect import api as collect
from uems.journeys import api as journeys
from uems.kernel import leases
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.outbound import Outbound
from uems.kernel.scope import Scope
from uems.kpis.alerts import sending
from uems.kpis.alerts.definitions import alert_from, receivers_of, secret_of
from uems.kpis.alerts.judging import explain, judge, metric_facts
from uems.kpis.alerts.model import Alert, Judged
from uems.kpis.arrived import all_arrived
from uems.kpis.measuring import find_metric
from uems.kpis.model import Unit
from uems.kpis.tables import kpi_alerts, kpi_deliveries, kpi_firings

PAUSE_SECONDS: Final = 5.0
LEASE_SECONDS: Final = 120.0
GRACE: Final = timedelta(minutes=15)
"""How long after the end of a day, week or month it is judged: so long its last events are on their way."""
CATCH_UP: Final = 7
"""Buckets that are judged at most after a pause; those before are passed over."""
AGAIN: Final = timedelta(minutes=10)
"""How long an alert that could not be judged waits, so that a metric too large to be measured does not hold up the others."""
_A, _F = kpi_alerts.c, kpi_firings.c


class Watcher:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand."""

    def __init__(self, house: House, workspaces: Workspaces, holder: str, clock: Callable[[], datetime]) -> None:
        self._house, self._workspaces, self._clock = house, workspaces, clock
        self._outbound = Outbound(house.settings)
        self._hold = leases.Hold(house.store, "kpi_alerts", holder, LEASE_SECONDS, clock)
        self._loop = Loop("alerts", self.step, store=house.store, pause=lambda worked, took: PAUSE_SECONDS, close=self.close)

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after what is under way; returns when the thread has ended."""
        self._loop.stop()

    def close(self) -> None:
        """Give the lease back and let the connections go."""
        try:
            self._hold.release()
        finally:
            self._outbound.close()

    def step(self) -> bool:
        """Judge what is due and send what waits; False when there was nothing to do, or another process does it."""
        alerts = self._enabled()
        if not alerts and not sending.under_way(self._house):
            return False
        lease = self._hold.take()
        if lease is None:
            return False
        sending.recover(self._house, lease, self._clock())
        worked = self._send()  # judging may take long, and what waits has waited long enough
        for alert in alerts:
            lease = self._hold.take()
            if self._loop.ending.is_set() or lease is None:
                return worked
            worked = self._look(alert, lease) or worked
        return self._send() or worked

    def _send(self) -> bool:
        """Send what is due; False when there was nothing."""
        worked = False
        for delivery in sending.due(self._house, self._clock()):
            lease = self._hold.take()
            if self._loop.ending.is_set() or lease is None:
                return worked
            sending.deliver(self._house, self._outbound, delivery, lease, self._clock())
            worked = True
        return worked

    def _enabled(self) -> list[Alert]:
        query = select(kpi_alerts).where(_A.enabled).order_by(_A.workspace_id, _A.alert_id)
        with self._house.store.read() as conn:
            return [alert_from(row) for row in conn.execute(query).mappings()]

    def _look(self, alert: Alert, lease: leases.Lease) -> bool:
        """Judge the buckets of an alert that are complete and were not judged yet, the oldest first."""
        now = self._clock()
        if alert.failure and alert.looked_at is not None and now < alert.looked_at + AGAIN:
            return False
        scope = self._workspaces.look(alert.workspace_id)
        if scope is None:
            return False
        try:
            ripens = find_metric(self._house, scope, alert.spec.metric).ripens_days
            buckets = due_buckets(alert, ripens, scope, now)
            if not buckets or not self._arrived(scope, buckets[-1], alert.spec.unit):
                return False
            with leases.keeping(self._house.store, lease, LEASE_SECONDS, self._clock):
                for bucket in buckets:
                    judged = judge(self._house, scope, alert.spec, bucket, now)
                    told = self._told(scope, alert, bucket, judged, now) if judged.fired else None
                    self._write(alert, bucket, told, judged.note, lease, now)
        except UemsError as error:
            if error.passes:
                raise
            self._fail(alert, error.message, now)
        return True

    def _arrived(self, scope: Scope, bucket: date, unit: Unit) -> bool:
        return all_arrived(self._house, start_of_day(journeys.following(bucket, unit), scope.zone))

    def _told(self, scope: Scope, alert: Alert, bucket: date, judged: Judged, now: datetime) -> dict[str, Any]:
        compared_with, parts = explain(self._house, scope, alert.spec, bucket, now)
        numbers = {name: value for name, value in asdict(judged).items() if name not in ("fired", "note")}
        return {
            "alert": alert.name,
            "alert_id": alert.alert_id,
            "workspace": scope.slug,
            "workspace_name": self._workspaces.name(alert.workspace_id),
            "currency": scope.currency,
            **metric_facts(self._house, scope, alert.spec.metric),
            "bucket": bucket.isoformat(),
            "bucket_unit": alert.spec.unit,
            "rule": alert.spec.rule.model_dump(mode="json"),
            **numbers,
            "compared_with": compared_with.isoformat(),
            "explanation": [asdict(part) for part in parts],
            "url": self._page(scope, alert.alert_id),
            "fired_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        }

    def _page(self, scope: Scope, alert_id: str) -> str:
        """Where an alert and its metric are shown; "" where nobody said how the server is reached."""
        address = self._house.settings.public_url
        return f"{address.rstrip('/')}/w/{scope.slug}/alerts/{alert_id}" if address else ""

    def _write(self, alert: Alert, bucket: date, told: Mapping[str, Any] | None, note: str, lease: leases.Lease, now: datetime) -> None:
        key = {"workspace_id": alert.workspace_id, "alert_id": alert.alert_id}
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            moved = update(kpi_alerts).where(*_as_read(alert), _A.enabled, _A.looked_at_bucket < bucket.isoformat())
            if not conn.execute(moved.values(looked_at_bucket=bucket.isoformat(), looked_at=now, failure=note)).rowcount:
                return  # changed, paused or deleted meanwhile, or judged by another
            known = select(_F.bucket).where(*[_F[name] == part for name, part in key.items()], _F.bucket == bucket.isoformat())
            if told is None or conn.execute(known).first() is not None:
                return
            conn.execute(insert(kpi_firings).values(**key, bucket=bucket.isoformat(), told=told, at=now))
            for place, receiver in enumerate(receivers_of(self._house.settings, alert)):
                # That of the alert signs its webhooks; a robot has its own, or none.
                own = {"secret": secret_of(self._house.settings, alert)} if receiver["kind"] == "webhook" else {}
                secrets = {**receiver, **own}
                row = {
                    **key,
                    "bucket": bucket.isoformat(),
                    "receiver": place,
                    "kind": receiver["kind"],
                    "whom": alert.receivers[place]["whom"],
                    "sealed": collect.seal(self._house.settings, secrets),
                    "state": "waiting",
                    "attempts": 0,
                    "next_at": now,
                    "message": "",
                    "changed_at": now,
                }
                conn.execute(insert(kpi_deliveries).values(**row))

    def _fail(self, alert: Alert, message: str, now: datetime) -> None:
        with self._house.store.write() as conn:
            conn.execute(update(kpi_alerts).where(*_as_read(alert)).values(failure=message[:2_000], looked_at=now))


def _as_read(alert: Alert) -> tuple[ColumnElement[bool], ...]:
    """The row of an alert as long as nobody has changed it since."""
    return _A.workspace_id == alert.workspace_id, _A.alert_id == alert.alert_id, _A.saved_at == alert.saved_at


def due_buckets(alert: Alert, ripens_days: int, scope: Scope, now: datetime) -> list[date]:
    """The complete buckets behind the last that was judged, the oldest first; of a new alert the latest one only."""
    unit = alert.spec.unit
    bucket = latest_bucket(unit, ripens_days, scope, now)
    if alert.looked_at_bucket is None:
        return [bucket]
    found: list[date] = []
    while bucket > alert.looked_at_bucket and len(found) < CATCH_UP:
        found.append(bucket)
        bucket = journeys.following(bucket, unit, -1)
    return found[::-1]


def latest_bucket(unit: Unit, ripens_days: int, scope: Scope, now: datetime) -> date:
    """The last day, week or month whose value stays as it is."""
    bucket = journeys.bucket_of(day_of(now, scope.zone), unit)
    while _ends(bucket, unit, ripens_days, scope) + GRACE > now:
        bucket = journeys.following(bucket, unit, -1)
    return bucket


def _ends(bucket: date, unit: Unit, ripens_days: int, scope: Scope) -> datetime:
    """When the last day that counts for a bucket is over."""
    return start_of_day(journeys.following(bucket, unit) + timedelta(days=ripens_days), scope.zone)
