"""Where do messages lie that wait for a browser?"""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from uems.kernel.store import BigId, UtcDateTime, metadata

# One row a message, written when it is sent. address: one id of a person, "user_id:u-1" or "anonymous_id:…"; nobody else reads it.
outreach_inbox = Table(
    "outreach_inbox",
    metadata,
    Column("message_id", BigId, primary_key=True, autoincrement=False),
    Column("workspace_id", BigId, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("address", String(400), nullable=False),
    # "card", "banner" or "modal".
    Column("layout", String(10), nullable=False),
    Column("language", String(5), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("image_url", Text, nullable=False),
    Column("button", Text, nullable=False),
    Column("link", Text, nullable=False),
    # "yes" where the reader may answer it.
    Column("reply", String(3), nullable=False, server_default=""),
    Column("at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("shown_at", UtcDateTime),
    Column("clicked_at", UtcDateTime),
    Column("dismissed_at", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_outreach_inbox_address", "workspace_id", "address", "at"),
    # Browsers that listen are woken by what changed in the last seconds.
    Index("ix_outreach_inbox_changed", "changed_at"),
    Index("ix_outreach_inbox_expires", "expires_at"),
)
