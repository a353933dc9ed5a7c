"""Where is it kept which experiments there are, how they were designed, and what was decided?"""

from sqlalchemy import Column, Index, Integer, String, Table

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

trials = Table(
    "trials",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("trial_id", Integer, primary_key=True, autoincrement=False),
    Column("key", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    # "draft", "running", "stopped", "decided" or "archived".
    Column("state", String(10), nullable=False),
    # Which tag is on trial; "" for other experiments.
    Column("tag", String(200), nullable=False, default=""),
    # The one that counts; what it says stands in ``trial_versions``.
    Column("version", Integer, nullable=False),
    Column("started_at", UtcDateTime),
    Column("stopped_at", UtcDateTime),
    # {"arm", "why", "by", "at"}; NULL until it is decided.
    Column("decision", Json),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
    Index("uq_trials_key", "workspace_id", "key", unique=True),
)

trial_versions = Table(
    "trial_versions",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("trial_id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)
