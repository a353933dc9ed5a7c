"""Where is it kept by which terms actions are judged, what they cost beside messages, and what was decided about them?"""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

evaluation_terms = Table(
    "evaluation_terms",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

# What an action cost beside its messages: benefits, coupons, work.
evaluation_costs = Table(
    "evaluation_costs",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("kind", String(10), primary_key=True),
    Column("action", String(200), primary_key=True),
    Column("fixed_minor", BigInteger, nullable=False),
    Column("per_person_minor", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

# What was decided about an action, by whom, and by which numbers; never changed but to say that it was taken back.
evaluation_decisions = Table(
    "evaluation_decisions",
    metadata,
    Column("decision_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("action", String(200), nullable=False),
    # "scale", "keep", "fix" or "retire".
    Column("decision", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    # Who answers for scaling what harms health; "" where nobody had to.
    Column("approved_by", String(300), nullable=False),
    # Whether the flow or campaign was stopped by it.
    Column("stopped", Boolean, nullable=False),
    Column("facts", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
    Column("undone_at", UtcDateTime),
    Column("undone_by", String(300), nullable=False),
    Index("ix_evaluation_decisions_action", "workspace_id", "kind", "action"),
)
