"""What is an alert? A metric, a rule, and who is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from uems.journeys import api as journeys
from uems.kernel.edge import Key
from uems.kernel.mail import Address
from uems.kpis.delivering import DeliveryState
from uems.kpis.model import Unit


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Strict):
    """threshold: outside of below and above. anomaly: further from what was to be expected than ``deviations`` and ``min_change``."""

    kind: Literal["threshold", "anomaly"]
    above: Annotated[float, Field(allow_inf_nan=False)] | None = None
    below: Annotated[float, Field(allow_inf_nan=False)] | None = None
    direction: Literal["both", "up", "down"] = "both"
    deviations: Annotated[float, Field(ge=1, le=20)] = 3.5
    min_change: Annotated[float, Field(ge=0, le=10)] = 0.05

    @model_validator(mode="after")
    def _fitting(self) -> "Rule":
        limits = [limit for limit in (self.above, self.below) if limit is not None]
        if (self.kind == "threshold") != bool(limits):
            raise ValueError("a threshold needs above, below or both; an anomaly takes neither")
        if self.above is not None and self.below is not None and self.above < self.below:
            raise ValueError(f"above {self.above} is less than below {self.below}, so every value would raise it; swap them")
        return self


class AlertSpec(_Strict):
    """dimensions: by which it is explained; left out: device, country and utm_source."""

    metric: Key
    config: dict[str, Any] | None = None
    unit: Unit = "day"
    rule: Rule
    dimensions: Annotated[list[journeys.Dimension], Field(max_length=6)] | None = None


class Receiver(_Strict):
    """A webhook by its address, somebody by e-mail, or a group of a chat program by its robot. secret: by which a robot asks signatures."""

    kind: Literal["webhook", "email", "dingtalk", "feishu", "wecom"]
    url: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    secret: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    to: Address | None = None
    language: Literal["zh", "en"] = "zh"

    @model_validator(mode="after")
    def _fitting(self) -> "Receiver":
        if (self.kind == "email") == (self.url is not None) or (self.kind == "email") != (self.to is not None):
            raise ValueError("an e-mail needs to only; a webhook and a robot need url only")
        if self.secret is not None and self.kind not in ("dingtalk", "feishu"):
            raise ValueError("only robots of DingTalk and Feishu are given a secret; that of a webhook is made here")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """receivers: what may be shown of them. looked_at_bucket: the last one that was judged. failure: why that did not work."""

    alert_id: str
    workspace_id: int
    name: str
    spec: AlertSpec
    receivers: tuple[Mapping[str, str], ...]
    sealed: bytes
    enabled: bool
    looked_at_bucket: date | None
    looked_at: datetime | None
    failure: str
    saved_at: datetime
    saved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the rule says of one value. low, high: between them it would have been fine; None: no limit there. yearly: whether the season of
    the year before moved what was to be expected."""

    fired: bool
    value: float | None
    expected: float | None
    low: float | None
    high: float | None
    note: Literal["", "no_value", "too_little_history"] = ""
    yearly: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """How much of a change one value of a dimension brought. share: of the whole change; parts overlap where people are in several."""

    dimension: str
    value: str
    before: float | None
    now: float | None
    contribution: float
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An alert that went off, once a bucket. told: what it said, as JSON."""

    alert_id: str
    bucket: date
    told: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one receiver."""

    workspace_id: int
    alert_id: str
    bucket: date
    receiver: int
    kind: Literal["webhook", "email", "dingtalk", "feishu", "wecom"]
    whom: str
    sealed: bytes
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    message: str
    changed_at: datetime

    @property
    def delivery_id(self) -> str:
        return f"{self.alert_id}-{self.bucket.isoformat()}-{self.receiver}"
