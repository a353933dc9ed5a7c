"""To which conversation does a message belong, and how is it kept once? Every channel brings what it heard through here.

A conversation is found by the mail or the message of ours that is answered, else by the name that the sender has for it, else it is the
latest of the person on that channel, unless it was closed long ago.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, or_, select, update

from uems.access.api import Access, audit
from uems.identity import api as identity
from uems.kernel.errors import UemsError, invalid
from uems.kernel.store import Store, lock, upsert_many
from uems.outreach.tables import outreach_messages
from uems.outreach.talks.counting import count_anew
from uems.outreach.talks.model import Incoming
from uems.outreach.talks.tables import conversation_messages, conversations
from uems.outreach.talks.telling import What, tell

REOPENED: Final = timedelta(days=14)
"""What comes within this time after a conversation was closed opens it again; later it is a new one."""
MOST_TEXT: Final = 100_000
_PREFIX: Final = re.compile(r"^(?:(?:re|aw|sv|fwd?|回复|回覆|答复|转发)\s*(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE)
_AHEAD: Final = timedelta(minutes=5)
_C, _M, _O = conversations.c, conversation_messages.c, outreach_messages.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Where it went. new: False for a message that was there already."""

    conversation_id: int
    entry_id: int
    new: bool


def key_of(*parts: str) -> str:
    """What tells one message from all others of a workspace, always as long."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def take(store: Store, access: Access, one: Incoming) -> Taken:
    """Keep a message, once, in its conversation; told as an event. Audited where it opens a conversation.

    Raises ``not_found`` for an unknown person, ``invalid`` for a text that is empty or too long.
    """
    if not one.text.strip() and not one.attachments and not one.original.strip():
        raise invalid("text", "", "must say something, or bring an attachment.")
    if max(len(one.text), len(one.original)) > MOST_TEXT:
        raise invalid("text", f"{len(one.text)} letters", f"may have at most {MOST_TEXT}.")
    scope, person = access.scope, identity.person(store, access.scope, one.person_id)
    source = key_of("in", one.channel, one.external_id)
    at = min(one.at, access.now) if one.at <= access.now + _AHEAD else access.now
    with store.write() as conn:
        lock(conn, f"conversations:{scope.workspace_id}:{person.person_id}")
        known = conn.execute(select(conversation_messages).where(_M.workspace_id == scope.workspace_id, _M.source_key == source)).first()
        if known is not None:
            return Taken(conversation_id=known.conversation_id, entry_id=known.entry_id, new=False)
        answered = _answered(conn, scope.workspace_id, one.answers)
        found = _conversation(conn, scope.workspace_id, person, one, at)
        if found is None and one.automatic:
            # A machine that says "I am away" begins no conversation.
            raise UemsError("nothing_to_keep", "An automatic answer belongs to no conversation here; it is left.", status=409)
        number = _begun(conn, access, person.person_id, one, at, source, answered) if found is None else int(found["conversation_id"])
        entry = _kept(conn, access, number, one, at, source)
        if one.automatic:
            return Taken(conversation_id=number, entry_id=entry, new=True)
        opened_again = found is not None and found["status"] == "closed"
        count_anew(conn, scope, number, access.now, access.actor.label, closed=None)
        conn.execute(update(conversations).where(_C.conversation_id == number).values(unread=True))
        if opened_again:
            audit(conn, access, "conversation.changed", f"conversation:{number}", {"status": "closed"}, {"status": "waiting_us"})
        said_out = found is not None and found["status"] == "waiting_them"
        if found is None or answered is not None or said_out:
            what: What = "conversation.started" if found is None and answered is None else "message.replied"
            tell(conn, scope, what, person.person_id, one.answers or 0, at, _facts(one, number, answered))
    return Taken(conversation_id=number, entry_id=entry, new=True)


def _answered(conn: Connection, workspace_id: int, number: int | None) -> RowMapping | None:
    """The message of ours that they answer."""
    if number is None:
        return None
    query = select(_O.message_id, _O.channel, _O.template_id, _O.kind, _O.topic, _O.origin_type, _O.origin_id, _O.origin_node)
    return conn.execute(query.where(_O.workspace_id == workspace_id, _O.message_id == number)).mappings().first()


def _conversation(conn: Connection, workspace_id: int, person: identity.Person, one: Incoming, at: datetime) -> RowMapping | None:
    """The one that it goes on with; None for a new one. A message never goes to another person's conversation."""
    inside = select(_M.conversation_id).where(_M.workspace_id == workspace_id)
    ways: list[ColumnElement[bool]] = []
    if one.answers is not None:
        ways.append(or_(_C.conversation_id.in_(inside.where(_M.message_id == one.answers)), _C.answers_message == one.answers))
    if one.refers:
        ways.append(_C.conversation_id.in_(inside.where(_M.wire_key.in_([key_of("wire", each) for each in one.refers]))))
    if one.thread:
        ways.append((_C.channel == one.channel) & (_C.thread == key_of(one.thread)))
    elif one.answers is None:
        # Mails bear subjects, and another subject is another matter; elsewhere people just go on writing.
        same = _C.subject == plain_subject(one.subject) if one.channel == "email" else _C.thread == ""
        ways.append((_C.channel == one.channel) & same)
    fresh = or_(_C.closed_at.is_(None), _C.closed_at > at - REOPENED)
    whose = (_C.workspace_id == workspace_id, _C.person_id.in_(person.node_ids), fresh)
    for way in ways:
        row = conn.execute(select(conversations).where(*whose, way).order_by(_C.last_at.desc()).limit(1)).mappings().first()
        if row is not None:
            return row
    return None


def _begun(conn: Connection, access: Access, person_id: int, one: Incoming, at: datetime, source: str, answered: RowMapping | None) -> int:
    """The number of a new conversation."""
    origin = answered if answered is not None else {"origin_type": "", "origin_id": "", "origin_node": ""}
    row = begin_row(access, person_id, one.channel, one.subject, opened_by=source, at=at) | {
        "thread": key_of(one.thread) if one.thread else "",
        "started_by": "them" if answered is None else "us",
        "answers_message": None if answered is None else answered["message_id"],
        **{name: origin[name] for name in ("origin_type", "origin_id", "origin_node")},
    }
    [number] = conn.execute(insert(conversations).values(**row)).inserted_primary_key or (0,)
    audit(conn, access, "conversation.opened", f"conversation:{number}", None, {"channel": one.channel, "person_id": person_id})
    return int(number)


def plain_subject(subject: str) -> str:
    """Without what mail programs put before it: "Re:", "回复：" and the like, however often."""
    return _PREFIX.sub("", " ".join(subject.split())).strip()[:300]


def begin_row(access: Access, person_id: int, channel: str, subject: str, *, opened_by: str, at: datetime) -> dict[str, Any]:
    """A conversation in which nothing was said yet. opened_by: the same opens it once."""
    return opened_row(access.scope.workspace_id, person_id, channel, subject, opened_by, at, access.actor.label)


def opened_row(workspace_id: int, person_id: int, channel: str, subject: str, opened_by: str, at: datetime, by: str) -> dict[str, Any]:
    """As ``begin_row``, for whoever has no access to show, such as a step of a flow."""
    return {
        "workspace_id": workspace_id,
        "opened_by": opened_by[:300],
        "person_id": person_id,
        "channel": channel,
        "thread": "",
        "subject": plain_subject(subject),
        "status": "open",
        "assignee": "",
        "team": "",
        "tags": "",
        "unread": False,
        "started_by": "us",
        "answers_message": None,
        "origin_type": "",
        "origin_id": "",
        "origin_node": "",
        "said_in": 0,
        "said_out": 0,
        "last_text": "",
        "last_at": at,
        "waits_since": None,
        "first_in_at": None,
        "first_answer_at": None,
        "answer_seconds": None,
        "close_seconds": None,
        "created_at": at,
        "closed_at": None,
        "changed_at": at,
        "changed_by": by[:300],
    }


def _kept(conn: Connection, access: Access, number: int, one: Incoming, at: datetime, source: str) -> int:
    row = entry_row(access, number, one.person_id, source, at) | {
        "direction": "auto" if one.automatic else "in",
        "channel": one.channel,
        "text": one.text.strip(),
        "original": one.original if one.original.strip() != one.text.strip() else "",
        "attachments": [asdict(each) for each in one.attachments],
        "wire_key": key_of("wire", one.wire) if one.wire else "",
        "wire": one.wire[:998],
    }
    [entry] = conn.execute(insert(conversation_messages).values(**row)).inserted_primary_key or (0,)
    return int(entry)


def entry_row(access: Access, number: int, person_id: int, source: str, at: datetime) -> dict[str, Any]:
    """Something said in a conversation, with nothing filled in."""
    return {
        "workspace_id": access.scope.workspace_id,
        "conversation_id": number,
        "person_id": person_id,
        "source_key": source,
        "original": "",
        "attachments": [],
        "wire_key": "",
        "wire": "",
        "message_id": None,
        "snippet": "",
        "taken_back": False,
        "author": "",
        "at": at,
        "received_at": access.now,
    }


def _facts(one: Incoming, number: int, answered: RowMapping | None) -> dict[str, object]:
    facts: dict[str, object] = {"conversation": number, "channel": one.channel, "characters": len(one.text.strip())}
    if answered is not None:
        names = {"message_id": "message", "template_id": "template", "kind": "kind", "topic": "topic", "origin_type": "origin"}
        facts |= {name: answered[column] for column, name in names.items()}
        facts |= {"origin_id": answered["origin_id"], "node": answered["origin_node"]}
    return facts


def open_conversation(
    store: Store, access: Access, person_id: int, channel: str, subject: str, team: str, assignee: str, key: str
) -> Taken:
    """Begin one from our side, with nothing said yet. The same key opens it once. Audited. Raises ``not_found``."""
    person, opened_by = identity.person(store, access.scope, person_id), f"key:{key_of(key)}"
    row = begin_row(access, person.person_id, channel, subject, opened_by=opened_by, at=access.now) | {"team": team, "assignee": assignee}
    with store.write() as conn:
        new = upsert_many(conn, conversations, [row], ("workspace_id", "opened_by"), ())
        mine = (_C.workspace_id == access.scope.workspace_id, _C.opened_by == opened_by)
        number = conn.execute(select(_C.conversation_id).where(*mine)).scalar_one()
        if new:
            told = {"channel": channel, "person_id": person.person_id}
            audit(conn, access, "conversation.opened", f"conversation:{number}", None, told)
    return Taken(conversation_id=number, entry_id=0, new=bool(new))


def read_row(conn: Connection, workspace_id: int, numbers: Sequence[int]) -> list[RowMapping]:
    """Conversations of one workspace by number."""
    query = select(conversations).where(_C.workspace_id == workspace_id, _C.conversation_id.in_(numbers))
    return list(conn.execute(query).mappings())
