"""Where is it kept which holdouts there are, and what each was before?"""

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

outreach_holdouts = Table(
    "outreach_holdouts",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("holdout_id", Integer, primary_key=True, autoincrement=False),
    # "everything" for the global one; else the programme's.
    Column("key", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    # What people are hashed with, together with the number of the draw.
    Column("salt", String(40), nullable=False),
    # The version that counts.
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
    Index("uq_outreach_holdouts_key", "workspace_id", "key", unique=True),
)

# What a holdout was from ``at`` on; never changed, so that it can be said of any day who was held out.
outreach_holdout_versions = Table(
    "outreach_holdout_versions",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("holdout_id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("percent", Float, nullable=False),
    # After so many days other people are drawn; NULL for never.
    Column("renew_days", Integer),
    # The draw that stood when this version began, and since when: the next ones are counted from there.
    Column("draw", Integer, nullable=False),
    Column("drawn_at", UtcDateTime, nullable=False),
    # Flows and campaigns of a programme: [kind, key].
    Column("members", Json, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)
