"""Where is it kept which campaigns there are, when each took place, and what became of each person then?"""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

DUE = text("due_at IS NOT NULL")

campaigns = Table(
    "campaigns",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("campaign_id", Integer, primary_key=True, autoincrement=False),
    Column("key", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    # draft, waiting (for approval), scheduled, running, paused, stopped (by itself), cancelled, done, archived.
    Column("state", String(10), nullable=False),
    # Why it is in this state: "" or one word, such as "late" or "bounces".
    Column("reason", String(40), nullable=False),
    Column("spec", Json, nullable=False),
    # Counts the edits, so that two who edit at once are told.
    Column("revision", Integer, nullable=False),
    # Counts the launches; 0 for none.
    Column("version", Integer, nullable=False),
    # What people are hashed with; it stays, so that those held out are the same people for ever.
    Column("salt", String(40), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
    Column("launched_at", UtcDateTime),
    # Who launched it, as the audit log names them: "kind:id"; and as people know them.
    Column("launched_by_id", String(200), nullable=False),
    Column("launched_by", String(300), nullable=False),
    Column("approved_by", String(300), nullable=False),
    # Since when it is paused or stopped; and since when bounces count for stopping it.
    Column("held_at", UtcDateTime),
    Column("watched_since", UtcDateTime),
    Index("uq_campaigns_key", "workspace_id", "key", unique=True),
)

# What was launched, as it was then; never changed.
campaign_versions = Table(
    "campaign_versions",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("campaign_id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

# One time that a campaign takes place.
campaign_occurrences = Table(
    "campaign_occurrences",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("campaign_id", Integer, primary_key=True, autoincrement=False),
    Column("occurrence", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    # Which opening of the schedule it is; each takes place once.
    Column("slot", String(60), nullable=False),
    # freezing (people are being written down, nobody is sent anything), running, done, cancelled.
    Column("state", String(10), nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    # How many were found, and how many of them were taken out by exclusion, held out, and are to be sent something.
    Column("found", Integer, nullable=False),
    Column("excluded", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("entered", Integer, nullable=False),
    # When the test is over; which variant goes to the rest, and by which numbers.
    Column("decide_at", UtcDateTime),
    Column("winner", Integer),
    Column("decision", Json),
    # Which share of people each variant got, where that follows the times before; NULL where it does not.
    Column("shares", Json),
    # Microseconds since 1970: when the throttle lets the next one through.
    Column("next_release", BigInteger, nullable=False),
    Index("uq_campaign_occurrences_slot", "workspace_id", "campaign_id", "slot", unique=True),
)

# What is planned for one person, and what became of it. On SQLite without a row id: a move touches one tree and not two.
campaign_people = Table(
    "campaign_people",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("campaign_id", Integer, primary_key=True, autoincrement=False),
    Column("occurrence", Integer, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    # The place of the variant; null for those held out and those who wait for the winner.
    Column("variant", Integer),
    # held, waiting (for the winner), ready, sent (is in the outbox), merged (the same person has another line), cancelled.
    Column("state", String(10), nullable=False),
    # Microseconds since 1970. planned_at: when it is their turn. due_at: the same while they are ready, else null.
    Column("planned_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Index("ix_campaign_people_due", "workspace_id", "campaign_id", "occurrence", "due_at", sqlite_where=DUE, postgresql_where=DUE),
    sqlite_with_rowid=False,
)
