"""What must the KPI room remember? Spend, targets and how metrics are set up. Days are ISO 8601 texts, whose order is that of time."""

from sqlalchemy import BigInteger, Column, Float, String, Table

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

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
