"""Which browsers asked for notes?"""

from sqlalchemy import Column, Index, String, Table, Text

from uems.kernel.store import BigId, UtcDateTime, metadata

# One row a browser. endpoint: where its push service takes notes for it. address: whose it is, one id as in the inbox.
outreach_subscriptions = Table(
    "outreach_subscriptions",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    # SHA-256 of the endpoint, which is too long for a key.
    Column("endpoint_hash", String(64), primary_key=True),
    Column("address", String(400), nullable=False),
    Column("endpoint", Text, nullable=False),
    # The public key and the secret of the browser, base64url.
    Column("p256dh", String(100), nullable=False),
    Column("auth", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_outreach_subscriptions_address", "workspace_id", "address"),
)
