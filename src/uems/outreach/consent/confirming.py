"""Did whoever has this address really ask for it? A letter asks them, and only a button on the page it leads to says yes.

It is asked for in the transaction that writes "pending", so there is one letter for one request; who requests again soon, or for the fourth
time within thirty days, gets no other. The letter is a template of the workspace, made when it is first needed, so that it can be reworded.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from sqlalchemy import Connection, select

from uems.access.api import Access
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.consent.consents import read_consents, say
from uems.outreach.consent.model import EVERYTHING, ConsentState, Topic
from uems.outreach.consent.settings import read_topics
from uems.outreach.consent.tokens import Pointed
from uems.outreach.messages.model import Origin, Outgoing
from uems.outreach.messages.outbox import enqueue
from uems.outreach.messages.writing import CONFIRM
from uems.outreach.tables import outreach_messages as messages
from uems.outreach.templates.definitions import Template, read_template, write_template
from uems.outreach.templates.model import Language, TemplateDraft, TemplateSpec, Variant

GOOD_FOR: Final = timedelta(days=7)
PAUSE: Final = timedelta(days=1)
MOST: Final = 3
"""Letters to a person about a topic within thirty days."""
_MONTH: Final = timedelta(days=30)
_LONGEST_ORIGIN: Final = 100
_LETTERS: Final = "email"
"""The channel by which it is asked."""
_C = messages.c
Standing: TypeAlias = Literal["open", "done", "over", "off"]
"""open: waits for the button. done: it is confirmed. over: the letter is too old. off: nothing is asked any more."""


def ask(conn: Connection, access: Access, person: identity.Person, key: str, channel: str, topic: Topic) -> bool:
    """Have the letter sent, in this transaction; False where another one went out too lately."""
    origin = f"confirm:{key}"[:_LONGEST_ORIGIN]
    mine = (_C.workspace_id == access.scope.workspace_id, _C.person_id.in_(person.node_ids), _C.origin_id == origin)
    # The last one ever: its time makes the key of the next, and a key is used once for ever.
    times = list(conn.execute(select(_C.enqueued_at).where(*mine).order_by(_C.enqueued_at.desc()).limit(MOST)).scalars())
    last = times[0] if times else None
    if (len(times) == MOST and times[-1] > access.now - _MONTH) or (last is not None and last > access.now - PAUSE):
        return False
    known = read_template(conn, access.scope.workspace_id, CONFIRM)
    if known is None or known.archived:
        write_template(conn, access, CONFIRM, _draft() if known is None else _as_it_was(known))
    wanted = Outgoing(
        # Two requests at the same moment see the same number of letters before them, and make one.
        send_key=f"{origin}:{person.person_id}:{int(last.timestamp()) if last is not None else 0}",
        person_id=person.person_id,
        channel=_LETTERS,
        template_id=CONFIRM,
        kind="service",
        topic="",
        origin=Origin(type="api", id=origin),
        context={"confirm": key, "confirm_channel": channel, "topic_zh": topic.name_zh, "topic_en": topic.name_en},
        priority=1,
        not_before=access.now,
        expires_at=access.now + PAUSE,
    )
    return bool(enqueue(conn, access.scope, [wanted], access.now))


def _as_it_was(known: Template) -> TemplateDraft:
    """One that was put away is brought back: without it everybody who asks would wait for a letter that never comes."""
    return TemplateDraft(name=known.name, channel=known.channel, kind=known.kind, topic=known.topic, spec=known.spec)


def _draft() -> TemplateDraft:
    said: dict[Language, tuple[str, str, str, str]] = {
        "zh": (
            "请确认订阅：{{ context.topic_zh }}",
            "有人用此邮箱申请订阅 {{ workspace.name }} 的“{{ context.topic_zh }}”。如果是您本人，请在七天内确认。",
            "确认订阅",
            "如果不是您，请忽略这封邮件，您不会再收到相关内容。",
        ),
        "en": (
            "Please confirm: {{ context.topic_en }}",
            'Somebody asked for "{{ context.topic_en }}" of {{ workspace.name }} with this address. '
            "If it was you, confirm it within seven days.",
            "Confirm",
            "If it was not you, ignore this letter, and nothing will be sent.",
        ),
    }
    variants = {
        language: Variant(subject=subject, body=f'<p>{text}</p><p><a href="{{{{ links.confirm }}}}">{button}</a></p><p>{otherwise}</p>')
        for language, (subject, text, button, otherwise) in said.items()
    }
    spec = TemplateSpec(language="zh", variants=variants, track=False)
    return TemplateDraft(name="确认订阅 Confirm a subscription", channel="email", kind="service", topic="", spec=spec)


def is_subscribed(conn: Connection, scope: Scope, numbers: Sequence[int], topic: str, channel: str) -> bool:
    """Whether they said yes before, to this channel or to all, and did not say no to everything since."""
    holds = {(one.topic, one.channel): one.state for one in read_consents(conn, scope.workspace_id, numbers)}
    if "unsubscribed" in (holds.get((EVERYTHING, EVERYTHING)), holds.get((EVERYTHING, channel))):
        return False
    return (holds.get((topic, channel)) or holds.get((topic, EVERYTHING))) == "subscribed"


def standing(conn: Connection, pointed: Pointed, numbers: Sequence[int], now: datetime) -> tuple[Standing, str, Topic | None]:
    """(how it stands, on which channel it was asked for, the topic) of the letter to which a link belongs."""
    mine = (_C.workspace_id == pointed.workspace_id, _C.message_id == pointed.message_id)
    row = conn.execute(select(_C.context, _C.enqueued_at).where(*mine)).first()
    topic = read_topics(conn, pointed.workspace_id).get(pointed.more)
    if row is None or topic is None:
        return "off", "", topic
    channel = str(row.context.get("confirm_channel", ""))
    holds = {(one.topic, one.channel): one.state for one in read_consents(conn, pointed.workspace_id, numbers)}
    state = holds.get((pointed.more, channel))
    if state == "subscribed":
        return "done", channel, topic
    if state != "pending":
        return "off", channel, topic
    return ("over" if now > row.enqueued_at + GOOD_FOR else "open"), channel, topic


def confirm(house: House, scope: Scope, pointed: Pointed, evidence: Mapping[str, object], now: datetime) -> Standing:
    """Write down that they said yes, once, with from where; how it stands then. It lifts a no to everything for this topic alone."""
    person = identity.person(house.store, scope, pointed.person_id)
    with house.store.write() as conn:
        found, channel, _ = standing(conn, pointed, person.node_ids, now)
        if found != "open":
            return found
        said = _yes(conn, scope, person.node_ids, pointed.more, channel)
        about = {**evidence, "message": pointed.message_id}
        numbers, number = person.node_ids, pointed.message_id
        say(conn, scope, person.person_id, said, source="double_opt_in", evidence=about, now=now, numbers=numbers, message_id=number)
    return "done"


def _yes(conn: Connection, scope: Scope, numbers: Sequence[int], topic: str, channel: str) -> list[tuple[str, str, ConsentState]]:
    """Yes to this topic, and no longer no to everything: what was barred by that alone is barred by name from now on."""
    holds = {(one.topic, one.channel): one.state for one in read_consents(conn, scope.workspace_id, numbers)}
    said: list[tuple[str, str, ConsentState]] = [(topic, channel, "subscribed")]
    others = [key for key in read_topics(conn, scope.workspace_id) if key != topic]
    for barred in dict.fromkeys((EVERYTHING, _LETTERS if channel == EVERYTHING else channel)):
        if holds.get((EVERYTHING, barred)) == "unsubscribed":
            said += [(EVERYTHING, barred, "subscribed"), *((other, barred, "unsubscribed") for other in others)]
    return said
