"""Where is it kept what people say to us and what we answer? Conversations, what was said in them, saved answers, and office hours."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

# person_id: the number that they had when it began. What can be counted from its messages is kept here, and worked out anew with each.
conversations = Table(
    "conversations",
    metadata,
    Column("conversation_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    # What it was opened by, so that the same opens it once: a task of a flow, the first message of a thread.
    Column("opened_by", String(300), nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("channel", String(40), nullable=False),
    # What the other side calls it; "" where it has no name for it.
    Column("thread", String(64), nullable=False),
    Column("subject", String(300), nullable=False),
    # "open" (nobody said anything yet), "waiting_us", "waiting_them" or "closed".
    Column("status", String(12), nullable=False),
    Column("assignee", String(300), nullable=False),
    Column("team", String(64), nullable=False),
    # One a line, with a line end before the first and behind each.
    Column("tags", Text, nullable=False),
    Column("unread", Boolean, nullable=False),
    # "them", or "us": a flow, a campaign or a member of the team spoke first.
    Column("started_by", String(4), nullable=False),
    # The message of ours that they answered, and what it was of.
    Column("answers_message", BigInteger),
    Column("origin_type", String(10), nullable=False),
    Column("origin_id", String(100), nullable=False),
    Column("origin_node", String(100), nullable=False),
    Column("said_in", BigInteger, nullable=False),
    Column("said_out", BigInteger, nullable=False),
    Column("last_text", String(200), nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    # Since when they wait for us; null where they do not.
    Column("waits_since", UtcDateTime),
    Column("first_in_at", UtcDateTime),
    Column("first_answer_at", UtcDateTime),
    # Within office hours: from their first word to our first answer, and to the end.
    Column("answer_seconds", BigInteger),
    Column("close_seconds", BigInteger),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
    Index("uq_conversations_opened_by", "workspace_id", "opened_by", unique=True),
    Index("ix_conversations_status", "workspace_id", "status", "last_at"),
    Index("ix_conversations_last", "workspace_id", "last_at"),
    Index("ix_conversations_person", "workspace_id", "person_id"),
)

conversation_messages = Table(
    "conversation_messages",
    metadata,
    Column("entry_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("conversation_id", BigInteger, nullable=False),
    # Whose conversation it was when it was said.
    Column("person_id", BigInteger, nullable=False),
    # SHA-256 of channel and id at the sender, or of the key under which it was answered: the same is kept once.
    Column("source_key", String(64), nullable=False),
    # "in", "out", "note" (for the team alone) or "auto" (a machine answered for them; kept aside, counted nowhere).
    Column("direction", String(4), nullable=False),
    Column("channel", String(40), nullable=False),
    # Without what they quote of us; ``original`` is all of it.
    Column("text", Text, nullable=False),
    Column("original", Text, nullable=False),
    Column("attachments", Json, nullable=False),
    # SHA-256 of the Message-ID of a mail, by which later ones refer to it; "" for what is none. wire: as it stands there.
    Column("wire_key", String(64), nullable=False),
    Column("wire", String(998), nullable=False),
    # Of an answer: its number in the log of messages, which knows what became of it.
    Column("message_id", BigInteger),
    # The saved answer that it was made of, and whether it was taken back before it left.
    Column("snippet", String(64), nullable=False),
    Column("taken_back", Boolean, nullable=False),
    Column("author", String(300), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Index("uq_conversation_messages_source", "workspace_id", "source_key", unique=True),
    Index("ix_conversation_messages_conversation", "workspace_id", "conversation_id", "at"),
    Index("ix_conversation_messages_person", "workspace_id", "person_id"),
    Index("ix_conversation_messages_at", "workspace_id", "at"),
    Index("ix_conversation_messages_wire", "workspace_id", "wire_key"),
    Index("ix_conversation_messages_message", "workspace_id", "message_id"),
)

conversation_snippets = Table(
    "conversation_snippets",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("key", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

conversation_settings = Table(
    "conversation_settings",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)
