"""How far is a mailbox read, when, and why not further?"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from uems.outreach.mailbox.imap import Place
from uems.outreach.mailbox.tables import outreach_mailboxes as table


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Of the mailbox of a workspace. reports: mails that told something of a letter. replies: mails in which people answered.
    others: mails that did not, and were left as they are.

    read_at: when it was last read to its end; None for never. reason, failure: why it could not be read, in a word and in words; "" where
    it could.
    """

    source: str
    uid_validity: int
    last_uid: int
    reports: int
    replies: int
    others: int
    read_at: datetime | None
    reason: str
    failure: str
    tried_at: datetime
    next_at: datetime


def state_of(conn: Connection, workspace_id: int) -> State | None:
    """None where none was ever tried."""
    row = conn.execute(select(table).where(table.c.workspace_id == workspace_id)).mappings().first()
    return None if row is None else State(**{name: row[name] for name in State.__dataclass_fields__})


def source_of(place: Place) -> str:
    """What tells one mailbox from another; the password may change."""
    return hashlib.sha256(f"{place.server.lower()}\0{place.user}\0{place.folder}".encode()).hexdigest()
