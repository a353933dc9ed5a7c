"""How far is each mailbox read?"""

from sqlalchemy import BigInteger, Column, String, Table, Text

from uems.kernel.store import BigId, UtcDateTime, metadata

# One row a workspace that ever had a mailbox.
outreach_mailboxes = Table(
    "outreach_mailboxes",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    # SHA-256 of server, user and folder: another mailbox is read from its own beginning.
    Column("source", String(64), nullable=False),
    # By these a server numbers its mails; where the first one changes, all numbers are new.
    Column("uid_validity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
    Column("reports", BigInteger, nullable=False),
    # Mails in which people answered, and those that said nothing here.
    Column("replies", BigInteger, nullable=False, server_default="0"),
    Column("others", BigInteger, nullable=False),
    # When it was last read to the end, and why it could not be since, in a word and in words; "" where it could.
    Column("read_at", UtcDateTime),
    Column("reason", String(20), nullable=False),
    Column("failure", Text, nullable=False),
    Column("tried_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
)
