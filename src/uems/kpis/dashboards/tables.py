"""What must be remembered of dashboards? Their tiles, their links, and to whom they are sent when, with what came of it."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

kpi_dashboards = Table(
    "kpi_dashboards",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("key", String(100), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("tiles", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
)

# The token itself is shown once and never kept.
kpi_dashboard_links = Table(
    "kpi_dashboard_links",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("link_id", String(40), primary_key=True),
    Column("key", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(300), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("opened", Integer, nullable=False),
    Column("opened_at", UtcDateTime),
    Index("ix_kpi_dashboard_links_workspace_id_key", "workspace_id", "key"),
)

kpi_schedules = Table(
    "kpi_schedules",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("schedule_id", String(40), primary_key=True),
    Column("key", String(100), nullable=False),
    # When, in which language, and to which addresses.
    Column("spec", Json, nullable=False),
    Column("enabled", Boolean, nullable=False),
    # Slots up to here are settled: sent, or passed over while it was paused.
    Column("settled_through", UtcDateTime, nullable=False),
    Column("failure", Text, nullable=False),
    Column("failed_at", UtcDateTime),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
    Index("ix_kpi_schedules_workspace_id_key", "workspace_id", "key"),
)

# At most one a slot, whoever looks how often.
kpi_mailings = Table(
    "kpi_mailings",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("schedule_id", String(40), primary_key=True),
    # The local day and hour, such as 2026-03-02T08.
    Column("slot", String(13), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("language", String(2), nullable=False),
    # Kept until its last letter is settled.
    Column("pdf", LargeBinary, nullable=False),
    Column("pdf_bytes", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

kpi_mailing_letters = Table(
    "kpi_mailing_letters",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("schedule_id", String(40), primary_key=True),
    Column("slot", String(13), primary_key=True),
    # The place of the receiver in the schedule.
    Column("receiver", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    Column("whom", String(300), nullable=False),
    # As of deliveries of alerts: "waiting", "sending", "delivered", "failed" or "uncertain".
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime),
    Column("message", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_kpi_mailing_letters_state", "state", "next_at"),
)
