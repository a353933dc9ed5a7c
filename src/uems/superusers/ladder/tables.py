"""What must be remembered of the programme? What it offers and holds out, and who was entered, invited, and what they said."""

from sqlalchemy import Column, Float, Index, String, Table

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

superuser_programmes = Table(
    "superuser_programmes",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

# Everybody who came far enough, with the lot that was drawn for them then; it never changes.
superuser_entries = Table(
    "superuser_entries",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("person_id", BigId, primary_key=True, autoincrement=False),
    # "invite" or "held".
    Column("arm", String(10), nullable=False),
    # The tenth of the tie score at the entry; lots are drawn within it.
    Column("stratum", String(10), nullable=False),
    Column("score", Float, nullable=False),
    Column("entered_on", String(10), nullable=False),
    # "waiting", "invited", "accepted" or "declined".
    Column("state", String(10), nullable=False),
    Column("invited_at", UtcDateTime),
    Column("invited_by", String(300), nullable=False),
    Column("answered_at", UtcDateTime),
    # The state that the log has heard of.
    Column("told", String(10), nullable=False),
    Index("ix_superuser_entries_state", "workspace_id", "arm", "state"),
)
