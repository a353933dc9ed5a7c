"""What must the KPI room remember? Spend, targets and how metrics are set up. Days are ISO 8601 texts, whose order is that of time."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text, text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata
from uems.kpis.dashboards.tables import kpi_dashboard_links, kpi_dashboards, kpi_mailing_letters, kpi_mailings, kpi_schedules

__all__ = [
    "kpi_alerts",
    "kpi_dashboard_links",
    "kpi_dashboards",
    "kpi_deliveries",
    "kpi_firings",
    "kpi_guardrails",
    "kpi_mailing_letters",
    "kpi_mailings",
    "kpi_metric_versions",
    "kpi_metrics",
    "kpi_schedules",
    "kpi_settings",
    "kpi_spend",
    "kpi_targets",
]

kpi_spend = Table(
    "kpi_spend",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("day", String(10), primary_key=True),
    Column("channel", String(200), primary_key=True),
    # In the currency of the workspace.
    Column("amount_minor", BigInteger, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

kpi_targets = Table(
    "kpi_targets",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("metric", String(100), primary_key=True),
    Column("unit", String(10), primary_key=True),
    # First day of the day, week or month.
    Column("bucket", String(10), primary_key=True),
    Column("value", Float, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

# The parameters with which a metric is shown where nobody says others.
kpi_settings = Table(
    "kpi_settings",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("metric", String(100), primary_key=True),
    Column("config", Json, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

kpi_metrics = Table(
    "kpi_metrics",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("key", String(100), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("spec", Json, nullable=False),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

kpi_metric_versions = Table(
    "kpi_metric_versions",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("key", String(100), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

kpi_guardrails = Table(
    "kpi_guardrails",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("guardrail_id", String(40), primary_key=True),
    Column("spec", Json, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

kpi_alerts = Table(
    "kpi_alerts",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("alert_id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("spec", Json, nullable=False),
    # Where it is sent, encrypted: the path of a webhook is often its password. What may be shown is in ``receivers``.
    Column("sealed", LargeBinary, nullable=False),
    Column("receivers", Json, nullable=False),
    Column("enabled", Boolean, nullable=False),
    # First day of the last day, week or month that was looked at; "" before the first.
    Column("looked_at_bucket", String(10), nullable=False),
    Column("looked_at", UtcDateTime),
    Column("failure", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

# At most one a bucket, whoever looks how often.
kpi_firings = Table(
    "kpi_firings",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("alert_id", String(40), primary_key=True),
    Column("bucket", String(10), primary_key=True),
    Column("told", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

kpi_deliveries = Table(
    "kpi_deliveries",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("alert_id", String(40), primary_key=True),
    Column("bucket", String(10), primary_key=True),
    # The place of the receiver in the alert.
    Column("receiver", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    Column("whom", String(300), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    # "waiting", "sending", "delivered", "failed" or "uncertain".
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime),
    Column("message", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_kpi_deliveries_state", "state", "next_at"),
)
