"""Where is it kept which flags there are, what they were before, and how often their payload changed?"""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

import uems.experiments.trials.tables  # noqa: F401  of the same room, so that they are declared with these
from uems.kernel.store import BigId, Json, UtcDateTime, metadata

flags = Table(
    "flags",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("flag_id", Integer, primary_key=True, autoincrement=False),
    Column("key", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("owner", String(200), nullable=False),
    # "on", "off" or "archived".
    Column("state", String(10), nullable=False),
    # The one that counts; what it says stands in ``flag_versions``.
    Column("version", Integer, nullable=False),
    # When a ramp takes its next step; NULL while none is under way.
    Column("step_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
    Index("uq_flags_key", "workspace_id", "key", unique=True),
    Index("ix_flags_step_at", "step_at"),
)

flag_versions = Table(
    "flag_versions",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("flag_id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

# One row a workspace: grows with every change of what clients are given, so that a process sees with one look whether to read again.
flag_heads = Table(
    "flag_heads",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)
