"""How does an answer go out? Through the outbox, as every message: consent and suppressions are looked at when it is sent.

It waits for some seconds before it leaves, so that it can be taken back. A mail names those that it answers, so that both sides see one
thread.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import lock
from uems.outreach.consent.settings import Setup, setups
from uems.outreach.messages.model import Origin, Outgoing
from uems.outreach.messages.outbox import enqueue
from uems.outreach.messages.reaching import reach
from uems.outreach.tables import outreach_messages
from uems.outreach.talks.counting import count_anew
from uems.outreach.talks.incoming import entry_row, key_of
from uems.outreach.talks.reading import locked
from uems.outreach.talks.tables import conversation_messages
from uems.outreach.talks.telling import ANSWERED, tell, tell_not
from uems.outreach.templates.definitions import read_template, write_template
from uems.outreach.templates.model import Language, TemplateDraft, TemplateSpec, Variant

TEMPLATE: Final = "conversation_answer"
UNDO: Final = timedelta(seconds=10)
_KEPT: Final = timedelta(days=3)
"""How long the outbox tries, where a channel is down."""
MOST_REFERRED: Final = 10
_M, _O = conversation_messages.c, outreach_messages.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A channel by which somebody can be answered. why_not: in a word, "" where they can."""

    channel: str
    label_zh: str
    label_en: str
    why_not: str


def ways_to(house: House, scope: Scope, person_id: int) -> list[Way]:
    """How somebody can be answered; what is switched off or unknown of them says so."""
    person = reach(house, scope, [person_id]).get(person_id)
    with house.store.read() as conn:
        found = setups(conn, house.settings, scope.workspace_id)
    return [
        Way(
            channel=key,
            label_zh=one.channel.label_zh,
            label_en=one.channel.label_en,
            why_not=_why_not(one, "" if person is None else person.address(one.channel.address_key(one.config))),
        )
        for key, one in found.items()
    ]


def _why_not(setup: Setup, address: str) -> str:
    if setup.channel.provider_templates:
        return "approved_texts_only"
    if setup.channel.medium == "address":
        # A channel without addresses, such as a group of the team, reaches everybody or nobody in particular.
        return "nobody_in_particular"
    if not setup.usable:
        return "channel_off"
    return "" if address else "no_address"


def answer(house: House, access: Access, number: int, text: str, *, channel: str, key: str, snippet: str = "") -> int:
    """Have an answer sent; its number in the log of messages. The same key is one answer. Audited.

    channel: "" for the one on which they wrote, or where that cannot be answered, the first that can. Raises ``not_found``,
    ``no_way_to_answer`` (409).
    """
    scope, source = access.scope, key_of("out", str(number), key)
    with house.store.read() as conn:
        row = locked(conn, scope, number)
    way = _way(ways_to(house, scope, row["person_id"]), channel, row["channel"])
    wanted = Outgoing(
        send_key=f"talk:{number}:{key_of(key)}",
        person_id=row["person_id"],
        channel=way,
        template_id=TEMPLATE,
        kind="service",
        topic="",
        origin=Origin(type="talk", id=str(number)),
        priority=10,
        not_before=access.now + UNDO,
        expires_at=access.now + _KEPT,
    )
    with house.store.write() as conn:
        lock(conn, f"conversation:{number}")
        row = locked(conn, scope, number, lock=True)
        known = select(_M.message_id).where(_M.workspace_id == scope.workspace_id, _M.source_key == source)
        if (sent := conn.execute(known).scalar()) is not None:
            return int(sent)
        _ensure_template(conn, access)
        context: dict[str, object] = {
            "subject": _subject(row["subject"], row["said_in"]),
            "text": text.strip(),
            "thread": _thread(conn, scope, number),
        }
        enqueue(conn, scope, [_with(wanted, context)], access.now)
        mine = (_O.workspace_id == scope.workspace_id, _O.send_key == wanted.send_key)
        message_id = int(conn.execute(select(_O.message_id).where(*mine)).scalar_one())
        entry = entry_row(access, number, row["person_id"], source, access.now) | {
            "direction": "out",
            "channel": way,
            "text": text.strip(),
            "message_id": message_id,
            "snippet": snippet,
            "author": access.actor.label[:300],
        }
        conn.execute(insert(conversation_messages).values(**entry))
        count_anew(conn, scope, number, access.now, access.actor.label, closed=None)
        tell(conn, scope, ANSWERED, row["person_id"], message_id, access.now, {"conversation": number, "channel": way, "team": row["team"]})
        told = {"channel": way, "message": message_id, "letters": len(text)}
        audit(conn, access, "conversation.answered", f"conversation:{number}", None, told)
    return message_id


def take_back(house: House, access: Access, number: int, message_id: int) -> None:
    """Take an answer back that has not left. Audited. Raises ``not_found`` and ``message_gone`` (409)."""
    scope = access.scope
    with house.store.write() as conn:
        row = locked(conn, scope, number, lock=True)
        mine = (_M.workspace_id == scope.workspace_id, _M.conversation_id == number, _M.message_id == message_id)
        waits = (_O.workspace_id == scope.workspace_id, _O.message_id == message_id, _O.state == "queued")
        ours = conn.execute(select(_M.entry_id).where(*mine, _M.taken_back.is_(False))).scalar()
        values = {"state": "cancelled", "reason": "by_hand", "changed_at": access.now}
        if ours is None or not conn.execute(update(outreach_messages).where(*waits).values(**values)).rowcount:
            raise UemsError("message_gone", "This answer has left, or was taken back; only one that waits can be.", status=409)
        conn.execute(update(conversation_messages).where(_M.entry_id == ours).values(taken_back=True))
        tell_not(conn, scope, message_id)
        count_anew(conn, scope, number, access.now, access.actor.label, closed=row["closed_at"])
        audit(conn, access, "conversation.taken_back", f"conversation:{number}", {"message": message_id}, None)


def _way(ways: list[Way], asked: str, theirs: str) -> str:
    can = [one.channel for one in ways if not one.why_not]
    if asked:
        found = next((one for one in ways if one.channel == asked), None)
        if found is None or found.why_not:
            why = "unknown_channel" if found is None else found.why_not
            message = f"They cannot be answered by {asked[:40]!r} ({why}). Channels that can: {', '.join(can) or 'none'}."
            raise UemsError("no_way_to_answer", message, status=409, details={"reason": why})
        return asked
    if theirs in can:
        return theirs
    if not can:
        message = "There is no channel by which they can be answered. Set one up under Consent and limits, or add an address of theirs."
        raise UemsError("no_way_to_answer", message, status=409, details={"reason": "no_channel"})
    return can[0]


def _with(wanted: Outgoing, context: dict[str, object]) -> Outgoing:
    known = {name: getattr(wanted, name) for name in Outgoing.__dataclass_fields__}
    return Outgoing(**known | {"context": context})


def _subject(subject: str, said_in: int) -> str:
    if not subject:
        return ""
    return f"Re: {subject}" if said_in else subject


def _thread(conn: Connection, scope: Scope, number: int) -> list[str]:
    """Message-IDs of the mails before it, the oldest first: theirs as they named them, ours as the mail server got them."""
    joined = (_O.workspace_id == _M.workspace_id) & (_O.message_id == _M.message_id) & (_O.channel == "email")
    query = select(_M.wire, _O.provider_id).select_from(conversation_messages.outerjoin(outreach_messages, joined))
    said = (_M.workspace_id == scope.workspace_id, _M.conversation_id == number, _M.direction.in_(("in", "out")))
    rows = conn.execute(query.where(*said).order_by(_M.at.desc(), _M.entry_id.desc()).limit(50)).all()
    found = [name for row in reversed(rows) if (name := row.wire or row.provider_id or "").startswith("<")]
    return found[-MOST_REFERRED:]


def _ensure_template(conn: Connection, access: Access) -> None:
    """The frame of every answer is a template of the workspace, made when it is first needed, so that a signature can be added."""
    known = read_template(conn, access.scope.workspace_id, TEMPLATE)
    if known is None:
        write_template(conn, access, TEMPLATE, _draft())
    elif known.archived:
        said = {"name": known.name, "channel": known.channel, "kind": known.kind, "topic": known.topic}
        write_template(conn, access, TEMPLATE, TemplateDraft(**said, spec=known.spec))


def _draft() -> TemplateDraft:
    subjects: dict[Language, str] = {"zh": "您的留言", "en": "Your message"}
    variants = {
        language: Variant(subject=f"{{{{ context.subject | default: '{subject}' }}}}", format="text", body="{{ context.text }}")
        for language, subject in subjects.items()
    }
    spec = TemplateSpec(language="zh", variants=variants, track=False, on_missing="blank")
    return TemplateDraft(name="会话回复 Answer in a conversation", channel="email", kind="service", topic="", spec=spec)
