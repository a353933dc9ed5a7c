"""What must be remembered of ties? What is worked out for each workspace, and whom it was said of that they cool."""

from sqlalchemy import Column, Float, Index, String, Table

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

# One row for each kind of work that a workspace has: what it asks for, how it goes, and what was found last.
superuser_jobs = Table(
    "superuser_jobs",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("key", String(20), primary_key=True),
    Column("settings", Json, nullable=False),
    # NULL until the first run that came to something.
    Column("result", Json),
    Column("result_at", UtcDateTime),
    # "idle", "queued", "running" or "failed".
    Column("state", String(10), nullable=False),
    Column("step", String(40), nullable=False),
    Column("progress", Float, nullable=False),
    Column("error", Json),
    Column("started_at", UtcDateTime),
    # When it is to be made anew by itself.
    Column("run_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    # "" for the system.
    Column("updated_by", String(300), nullable=False),
    Index("ix_superuser_jobs_state", "state", "run_at"),
)

# A strong tie that cools, from when it was seen until it is strong again. Told of once.
tie_episodes = Table(
    "tie_episodes",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("person_id", BigId, primary_key=True, autoincrement=False),
    Column("began_on", String(10), primary_key=True),
    Column("before", Float, nullable=False),
    Column("score", Float, nullable=False),
    # NULL while the log has not heard of it.
    Column("told_at", UtcDateTime),
    Column("ended_on", String(10)),
    Index("ix_tie_episodes_open", "workspace_id", "ended_on"),
)
