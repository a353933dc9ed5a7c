"""What do metrics by formula, guardrails and alerts look like over HTTP?"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from uems.kernel.edge import Body, Key, Name
from uems.kpis.alerts.model import Alert, AlertSpec, Delivery, Firing, Receiver
from uems.kpis.bodies import KpiPeriod
from uems.kpis.custom.model import CustomSpec, Saved, SavedVersion
from uems.kpis.delivering import DeliveryState
from uems.kpis.guardrails import Pair, Side, State, Verdict


class CustomMetricDraft(Body):
    """base_version: the version that was edited, 0 for a new metric; left out, whatever stands is overwritten."""

    spec: CustomSpec
    base_version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class CustomMetricTrial(KpiPeriod):
    """key: of the metric that is edited, so that it is not found to lead back to itself too late; left out for a new one."""

    spec: CustomSpec
    key: Key | None = None


class CustomMetricBody(Body):
    key: str
    version: int
    spec: CustomSpec
    saved_at: datetime
    saved_by: str

    @staticmethod
    def of(one: Saved) -> "CustomMetricBody":
        return CustomMetricBody(key=one.key, version=one.version, spec=one.spec, saved_at=one.saved_at, saved_by=one.saved_by)


class CustomMetricVersion(Body):
    version: int
    spec: dict[str, Any]
    at: datetime
    by: str

    @staticmethod
    def of(one: SavedVersion) -> "CustomMetricVersion":
        return CustomMetricVersion(version=one.version, spec=dict(one.spec), at=one.at, by=one.by)


class CustomMetricVersions(Body):
    items: list[CustomMetricVersion]


class GuardrailSide(Body):
    """moved: 1 better, 0 as usual, -1 worse; null where it cannot be said."""

    metric: str
    label_zh: str
    label_en: str
    value: float | None
    baseline: float | None
    deviation: float | None
    moved: int | None

    @staticmethod
    def of(one: Side) -> "GuardrailSide":
        return GuardrailSide(
            metric=one.metric.key,
            label_zh=one.metric.label_zh,
            label_en=one.metric.label_en,
            value=one.value,
            baseline=one.baseline,
            deviation=one.deviation,
            moved=one.moved,
        )


class GuardrailBody(Body):
    """A pair and what the test says of it. standard: comes with the system. bucket: the week or month that was judged."""

    guardrail_id: str
    pair: Pair
    standard: bool
    state: State
    bucket: date | None
    short: GuardrailSide
    long: GuardrailSide

    @staticmethod
    def of(one: Verdict) -> "GuardrailBody":
        return GuardrailBody(
            guardrail_id=one.guardrail.guardrail_id,
            pair=one.guardrail.pair,
            standard=one.guardrail.standard,
            state=one.state,
            bucket=one.bucket,
            short=GuardrailSide.of(one.short),
            long=GuardrailSide.of(one.long),
        )


class GuardrailList(Body):
    """rule: the test in words."""

    items: list[GuardrailBody]
    rule_zh: str
    rule_en: str


class GuardrailMade(Body):
    guardrail_id: str
    pair: Pair


class AlertDraft(Body):
    name: Name
    spec: AlertSpec
    receivers: Annotated[tuple[Receiver, ...], Field(max_length=10)] = ()


class AlertChange(Body):
    """What is left out stays."""

    name: Name | None = None
    spec: AlertSpec | None = None
    receivers: Annotated[tuple[Receiver, ...], Field(max_length=10)] | None = None
    enabled: bool | None = None


class AlertReceiver(Body):
    """whom: of a webhook or a robot its host only."""

    kind: str
    whom: str
    language: str


class AlertBody(Body):
    """looked_at_bucket: the last day, week or month that was judged. failure: why that did not work, or gave nothing."""

    alert_id: str
    name: str
    spec: AlertSpec
    receivers: list[AlertReceiver]
    enabled: bool
    looked_at_bucket: date | None
    looked_at: datetime | None
    failure: str
    saved_at: datetime
    saved_by: str

    @staticmethod
    def of(one: Alert) -> "AlertBody":
        return AlertBody(
            alert_id=one.alert_id,
            name=one.name,
            spec=one.spec,
            receivers=[AlertReceiver(kind=r["kind"], whom=r["whom"], language=r["language"]) for r in one.receivers],
            enabled=one.enabled,
            looked_at_bucket=one.looked_at_bucket,
            looked_at=one.looked_at,
            failure=one.failure,
            saved_at=one.saved_at,
            saved_by=one.saved_by,
        )


class AlertMade(AlertBody):
    """secret: signs what webhooks are sent; shown this once."""

    secret: str


class AlertList(Body):
    items: list[AlertBody]


class AlertDelivery(Body):
    """One message. message: what the other side said last."""

    kind: str
    whom: str
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    message: str
    changed_at: datetime

    @staticmethod
    def of(one: Delivery) -> "AlertDelivery":
        return AlertDelivery(
            kind=one.kind,
            whom=one.whom,
            state=one.state,
            attempts=one.attempts,
            next_at=one.next_at,
            message=one.message,
            changed_at=one.changed_at,
        )


class AlertFiring(Body):
    """When an alert went off, what it said, and to whom."""

    bucket: date
    told: dict[str, Any]
    at: datetime
    deliveries: list[AlertDelivery]

    @staticmethod
    def of(one: Firing, deliveries: list[Delivery]) -> "AlertFiring":
        mine = [AlertDelivery.of(delivery) for delivery in deliveries if delivery.bucket == one.bucket]
        return AlertFiring(bucket=one.bucket, told=dict(one.told), at=one.at, deliveries=mine)


class AlertTrial(Body):
    """What the rule says of the last complete day, week or month; nothing is sent. yearly: whether the season of the year before counts."""

    bucket: date
    fired: bool
    value: float | None
    expected: float | None
    low: float | None
    high: float | None
    note: str
    yearly: bool
    compared_with: date | None
    explanation: list[dict[str, Any]]
