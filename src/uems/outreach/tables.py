"""Where is it kept what was said to whom, and what they allow? Messages, decisions, templates, topics and consent."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text, text

import uems.outreach.campaigns.tables
import uems.outreach.dry.tables
import uems.outreach.flows.tables
import uems.outreach.holdouts.tables
import uems.outreach.inbox.tables
import uems.outreach.push.tables
import uems.outreach.scenes.tables
import uems.outreach.talks.tables  # noqa: F401  of the same room, so that they are declared with these
from uems.kernel.store import BigId, Json, UtcDateTime, metadata

QUEUED = text("state = 'queued'")
FLYING = text("state IN ('claimed', 'sending')")
SENT = text("sent_at IS NOT NULL")
NAMED = text("provider_id <> ''")

outreach_messages = Table(
    "outreach_messages",
    metadata,
    Column("message_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("send_key", String(300), nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("channel", String(40), nullable=False),
    Column("template_id", String(100), nullable=False),
    Column("template_version", Integer, nullable=False, default=0),
    Column("language", String(5), nullable=False, default=""),
    Column("kind", String(10), nullable=False),
    Column("topic", String(100), nullable=False),
    Column("origin_type", String(10), nullable=False),
    Column("origin_id", String(100), nullable=False),
    Column("origin_version", Integer, nullable=False),
    Column("origin_node", String(100), nullable=False),
    Column("origin_entry", Integer, nullable=False),
    Column("context", Json, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", String(12), nullable=False, default="queued"),
    # Why it is in this state: one word of the program; what the provider said is in ``detail``.
    Column("reason", String(60), nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    # Who has taken it, and until when; nobody else touches it before.
    Column("claimed_by", String(80), nullable=False, default=""),
    Column("claimed_until", UtcDateTime),
    Column("address", String(400), nullable=False, default=""),
    Column("provider_id", String(300), nullable=False, default=""),
    Column("parts", Integer, nullable=False, default=0),
    Column("cost_micros", BigInteger, nullable=False, default=0),
    Column("next_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("enqueued_at", UtcDateTime, nullable=False),
    # When the provider took it; caps count by this. Also set where that is unknown: it may have arrived.
    Column("sent_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Column("opened_at", UtcDateTime),
    Column("clicked_at", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("uq_outreach_messages_send_key", "workspace_id", "send_key", unique=True),
    Index("ix_outreach_messages_due", "next_at", sqlite_where=QUEUED, postgresql_where=QUEUED),
    Index("ix_outreach_messages_flying", "claimed_until", sqlite_where=FLYING, postgresql_where=FLYING),
    # All that a cap asks for, so that it is read from the index alone.
    Index("ix_outreach_messages_sent", "workspace_id", "person_id", "sent_at", "channel", "kind", sqlite_where=SENT, postgresql_where=SENT),
    Index("ix_outreach_messages_person", "workspace_id", "person_id"),
    # Reports of providers name nothing else.
    Index("ix_outreach_messages_provider", "workspace_id", "provider_id", sqlite_where=NAMED, postgresql_where=NAMED),
    Index("ix_outreach_messages_origin", "workspace_id", "origin_id", "origin_node"),
)

# What was decided each time somebody wanted to send it, and by which facts.
outreach_decisions = Table(
    "outreach_decisions",
    metadata,
    Column("decision_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # "send", "hold", "suppress" or "expire".
    Column("verdict", String(10), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("facts", Json, nullable=False),
    Index("ix_outreach_decisions_message", "workspace_id", "message_id"),
)

# What left the house, as it left it, packed; kept for as long as the restraints say.
outreach_bodies = Table(
    "outreach_bodies",
    metadata,
    Column("message_id", BigId, primary_key=True, autoincrement=False),
    Column("workspace_id", BigId, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Index("ix_outreach_bodies_at", "at"),
)

# What is to be told to the event log; gone once it is there. Written with the change that it tells of.
outreach_news = Table(
    "outreach_news",
    metadata,
    Column("news_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("event", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("properties", Json, nullable=False),
)

# Openings and clicks, also those of machines.
outreach_touches = Table(
    "outreach_touches",
    metadata,
    Column("touch_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    # "open" or "click".
    Column("what", String(10), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("url", Text, nullable=False),
    Column("agent", String(200), nullable=False),
    # "person", or why it is taken for a machine.
    Column("verdict", String(20), nullable=False),
    Index("ix_outreach_touches_message", "workspace_id", "message_id"),
)

outreach_templates = Table(
    "outreach_templates",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("template_id", String(100), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("topic", String(100), nullable=False),
    Column("version", Integer, nullable=False),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

outreach_template_versions = Table(
    "outreach_template_versions",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("template_id", String(100), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    # Which versions of the theme and of blocks it is made of; null: of none.
    Column("parts", Json),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

# How what a workspace sends looks; the latest version is the theme.
outreach_themes = Table(
    "outreach_themes",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

# Parts that templates share.
outreach_blocks = Table(
    "outreach_blocks",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("block_id", String(100), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

outreach_block_versions = Table(
    "outreach_block_versions",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("block_id", String(100), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

outreach_topics = Table(
    "outreach_topics",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("key", String(100), primary_key=True),
    Column("spec", Json, nullable=False),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

# What a person allows now. person_id: a number that they had then; it leads to who they are now. topic "*": all of them.
outreach_consents = Table(
    "outreach_consents",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("topic", String(100), primary_key=True),
    Column("channel", String(40), primary_key=True),
    # "subscribed", "pending" or "unsubscribed".
    Column("state", String(12), nullable=False),
    Column("source", String(60), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)

# Every change of it, never changed afterwards: the proof.
outreach_consent_changes = Table(
    "outreach_consent_changes",
    metadata,
    Column("change_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("topic", String(100), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("source", String(60), nullable=False),
    Column("evidence", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_outreach_consent_changes_person", "workspace_id", "person_id"),
)

# Addresses that nothing is sent to, whoever has them.
outreach_suppressions = Table(
    "outreach_suppressions",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("channel", String(40), primary_key=True),
    Column("address", String(400), primary_key=True),
    # "bounce", "complaint", "manual" or "import".
    Column("reason", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

outreach_restraints = Table(
    "outreach_restraints",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

outreach_channels = Table(
    "outreach_channels",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("channel", String(40), primary_key=True),
    Column("enabled", Boolean, nullable=False),
    # Encrypted: most of it is credentials. What may be shown is in ``shown``.
    Column("sealed", LargeBinary, nullable=False),
    Column("shown", Json, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)
