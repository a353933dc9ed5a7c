"""Where is it kept what people suggested, said and tried, and how they were thanked? person_id: the number that they had then."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from uems.kernel.store import BigId, UtcDateTime, metadata

cocreation_ideas = Table(
    "cocreation_ideas",
    metadata,
    Column("idea_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    # Whose idea it is; NULL for the team's own.
    Column("person_id", BigId),
    Column("title", String(200), nullable=False),
    Column("text", Text, nullable=False),
    # "new", "planned", "doing", "done" or "declined".
    Column("state", String(10), nullable=False),
    Column("answer", Text, nullable=False),
    Column("votes", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
    Index("ix_cocreation_ideas_votes", "workspace_id", "state", "votes"),
    Index("ix_cocreation_ideas_person", "workspace_id", "person_id"),
)

cocreation_votes = Table(
    "cocreation_votes",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("idea_id", BigId, primary_key=True, autoincrement=False),
    Column("person_id", BigId, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_cocreation_votes_person", "workspace_id", "person_id"),
)

# Who is named as an author beside the one who had the idea.
cocreation_credits = Table(
    "cocreation_credits",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("idea_id", BigId, primary_key=True, autoincrement=False),
    Column("person_id", BigId, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_cocreation_credits_person", "workspace_id", "person_id"),
)

cocreation_voices = Table(
    "cocreation_voices",
    metadata,
    Column("voice_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("person_id", BigId, nullable=False),
    # "review" or "story".
    Column("kind", String(10), nullable=False),
    Column("title", String(200), nullable=False),
    Column("text", Text, nullable=False),
    # 1 to 5; NULL for none.
    Column("rating", Integer),
    # Quotable from the first until the second; NULL for never.
    Column("consented_at", UtcDateTime),
    Column("withdrawn_at", UtcDateTime),
    # How they said so, in words.
    Column("consent_note", String(500), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_cocreation_voices_person", "workspace_id", "person_id"),
)

beta_groups = Table(
    "beta_groups",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("key", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
)

beta_members = Table(
    "beta_members",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("key", String(64), primary_key=True),
    Column("person_id", BigId, primary_key=True, autoincrement=False),
    # "invited", "accepted", "declined" or "left".
    Column("state", String(10), nullable=False),
    Column("invited_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_beta_members_person", "workspace_id", "person_id"),
)

advocate_thanks = Table(
    "advocate_thanks",
    metadata,
    Column("thanks_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("person_id", BigId, nullable=False),
    # "words", "call", "gift", "points", "coupon", "named" or "early_access".
    Column("how", String(20), nullable=False),
    Column("what_for", String(500), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
    Index("ix_advocate_thanks_person", "workspace_id", "person_id"),
)
