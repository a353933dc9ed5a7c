"""Where is it kept which scenes there are, and who was found in one?"""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

scenes = Table(
    "scenes",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("scene_id", Integer, primary_key=True, autoincrement=False),
    Column("key", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    # "live", "paused" or "archived".
    Column("state", String(10), nullable=False),
    # The one that counts; what it says stands in ``scene_versions``.
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
    Index("uq_scenes_key", "workspace_id", "key", unique=True),
)

scene_versions = Table(
    "scene_versions",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("scene_id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

# Somebody was found in a scene. person_id: the number that they had then.
scene_matches = Table(
    "scene_matches",
    metadata,
    Column("match_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("scene_id", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    # Which time of this person in this scene it is: no two processes can write the same one.
    Column("match_no", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # Until when they count as being in it.
    Column("until", UtcDateTime, nullable=False),
    Index("uq_scene_matches_no", "workspace_id", "scene_id", "person_id", "match_no", unique=True),
    Index("ix_scene_matches_at", "workspace_id", "scene_id", "at"),
    Index("ix_scene_matches_until", "workspace_id", "until"),
)

# How far the loop that watches scenes has come behind the pipeline.
scene_marks = Table(
    "scene_marks",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
