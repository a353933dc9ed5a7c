"""What do messages, templates, topics and restraints look like over HTTP?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from uems.kernel.edge import Body, Clean, CleanStr, Count, Id, Key
from uems.outreach.channel import Extra
from uems.outreach.consent.consents import Consent
from uems.outreach.consent.model import ConsentState, Restraints, Topic
from uems.outreach.consent.suppressions import Suppression
from uems.outreach.messages.log import Message, Whole
from uems.outreach.messages.model import Kind, State
from uems.outreach.templates.definitions import Template
from uems.outreach.templates.model import Language, TemplateSpec


class MessageBody(Body):
    """A message. address: where it went. cost_micros: millionths of the currency of the workspace. reason: one word why."""

    message_id: Id
    send_key: str
    person_id: Id
    channel: str
    template_id: str
    template_version: Count
    language: str
    kind: Kind
    topic: str
    origin_type: str
    origin_id: str
    origin_node: str
    state: State
    reason: str
    detail: str
    attempts: Count
    address: str
    provider_id: str
    parts: Count
    cost_micros: Count
    next_at: datetime
    expires_at: datetime
    enqueued_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    changed_at: datetime

    @staticmethod
    def of(one: Message) -> "MessageBody":
        return MessageBody(**{name: getattr(one, name) for name in Message.__dataclass_fields__})


class MessagePage(Body):
    """counts: messages of the last 30 days by state, for the same filter."""

    items: list[MessageBody]
    counts: dict[str, Count]
    next_cursor: str | None = None


class DecisionBody(Body):
    """One decision: send, hold, suppress or expire; why, and by which numbers."""

    at: datetime
    verdict: str
    reason: str
    facts: dict[str, Any]


class TouchBody(Body):
    """An opening or a click. verdict: "person", or why it is taken for a machine's and counts for nothing."""

    what: str
    at: datetime
    url: str
    agent: str
    verdict: str


class HeaderLine(Body):
    name: str
    value: str


class SentBody(Body):
    """What left the house. headers: beside the usual ones."""

    subject: str
    html: str
    text: str
    headers: list[HeaderLine]

    @staticmethod
    def of(body: Mapping[str, Any]) -> "SentBody":
        lines = [HeaderLine(name=name, value=value) for name, value in body["headers"]]
        return SentBody(subject=body["subject"], html=body["html"], text=body["text"], headers=lines)


class WholeMessage(MessageBody):
    """A message with its decisions, what was done with it, and as it was sent (null where it was not, or was kept long enough)."""

    context: dict[str, Any]
    decisions: list[DecisionBody]
    touches: list[TouchBody]
    body: SentBody | None

    @staticmethod
    def whole(one: Whole) -> "WholeMessage":
        facts = {name: getattr(one.message, name) for name in Message.__dataclass_fields__}
        return WholeMessage(
            **facts,
            context=dict(one.context),
            decisions=[DecisionBody(at=d.at, verdict=d.verdict, reason=d.reason, facts=dict(d.facts)) for d in one.decisions],
            touches=[TouchBody(what=t.what, at=t.at, url=t.url, agent=t.agent, verdict=t.verdict) for t in one.touches],
            body=None if one.body is None else SentBody.of(one.body),
        )


class MessageReport(Body):
    """What a provider says of a message afterwards. message_id or provider_id: which one. permanent: of a bounce.

    A permanent bounce and a complaint put the address on the suppression list; a complaint also unsubscribes from everything.
    """

    what: Literal["delivered", "bounced", "complained"]
    message_id: Id | None = None
    provider_id: Annotated[str, Field(max_length=300), Clean] = ""
    permanent: bool = True
    detail: Annotated[str, Field(max_length=2_000), Clean] = ""


class WhomBody(Body):
    """A person by number, or by an id: {"kind": "user_id", "value": "u-1"}."""

    person_id: Id | None = None
    kind: Annotated[str, Field(max_length=60), Clean] = ""
    value: Annotated[str, Field(max_length=500), Clean] = ""


class SendBody(Body):
    """key: idempotency key; the same one with the same content is the same message. expires_seconds: sent within, or never.

    not_before: with its zone, within 400 days.
    """

    template_id: Key
    to: WhomBody
    key: Annotated[str, Field(min_length=1, max_length=200), Clean]
    context: dict[str, Any] = Field(default_factory=dict)
    priority: Annotated[int, Field(ge=-1_000, le=1_000)] = 0
    not_before: AwareDatetime | None = None
    expires_seconds: Annotated[int, Field(ge=1, le=90 * 86_400)] = 3_600


class AskedBody(Body):
    """new: false where the key was known; then this is the message of the first time."""

    message_id: Id
    new: bool


class TestBody(Body):
    """Whom a template is sent to, to look at it."""

    to: WhomBody
    context: dict[str, Any] = Field(default_factory=dict)


class MessageTemplate(Body):
    """A template as it stands. version: give it as ``if_version`` when you change it."""

    template_id: str
    name: str
    channel: str
    kind: Kind
    topic: str
    version: Count
    archived: bool
    spec: TemplateSpec
    saved_at: datetime
    saved_by: str

    @staticmethod
    def of(one: Template) -> "MessageTemplate":
        return MessageTemplate(**{name: getattr(one, name) for name in Template.__dataclass_fields__})


class MessageTemplateList(Body):
    items: list[MessageTemplate]


class TemplateTrial(Body):
    """What to show, to whom. person: null for nobody in particular: only fallbacks and ``sample`` are known then.

    sample: values of ``person`` that are put over what is known. channel: for parts and cost, empty for not asking.
    """

    spec: TemplateSpec
    channel: Annotated[str, Field(max_length=40)] = ""
    language: Language | None = None
    person_id: Id | None = None
    sample: dict[str, Any] = Field(default_factory=dict)
    context: dict[str, Any] = Field(default_factory=dict)


class TemplatePreview(Body):
    """What that person would read. checks: what is doubtful, by a word of the program.

    parts: messages that the provider bills. cost_micros: of all of them, in millionths of the currency. refusal: one word why the channel
    would not send it, with the numbers behind it.
    """

    language: Language
    subject: str
    html: str
    text: str
    bytes: Count
    checks: list[str]
    parts: Count
    cost_micros: Count
    refusal: str
    refusal_facts: dict[str, Any]


class TopicBody(Topic):
    key: str


class TopicList(Body):
    items: list[TopicBody]


class RestraintsBody(Body):
    """version: 0 while nobody has set any."""

    restraints: Restraints
    version: Count


class RestraintsDraft(Body):
    restraints: Restraints
    if_version: Annotated[int, Field(ge=0)] | None = None


class MailboxBody(Body):
    """How far the mailbox of bounces is read. reports: mails that told something of a letter. replies: those in which
    people answered. others: mails that did neither.

    read_at: when it was last read to its end. tried_at: when it was last opened. reason, failure: why it could not be read then, in a word
    and in words; "" where it could.
    """

    reports: int
    replies: int
    others: int
    read_at: datetime | None
    tried_at: datetime
    reason: Literal["", "refused", "unknown_host", "tls", "unreachable", "timeout", "login", "folder", "answer"]
    failure: str


class ChannelBody(Body):
    """A channel. lacks: what is missing before it can send. config: of secrets, whether there is one. schema: of the configuration.

    content: "letter" (subject, HTML, text), "note" (title, text) or "text". extras: what its notes may have beside these.
    receipts_url: what is entered at the provider, so that it tells what became of messages; "" where there is none.
    provider_templates: only approved texts go out, under a code. mailbox: of bounces, once it was opened; None where there is none.
    """

    key: str
    label_zh: str
    label_en: str
    medium: str
    content: Literal["letter", "note", "text"]
    extras: list[Extra]
    provider_templates: bool
    unknown: str
    enabled: bool
    lacks: str
    config: dict[str, Any]
    config_schema: dict[str, Any]
    secrets: list[str]
    mailbox: MailboxBody | None
    receipts_url: str = ""


class ChannelList(Body):
    """smtp: whether the installation has a mail server; without one, e-mails stay in the built-in outbox."""

    items: list[ChannelBody]
    smtp: bool


class ChannelDraft(Body):
    enabled: bool = True
    config: dict[str, Any] = Field(default_factory=dict)


class SuppressionBody(Body):
    channel: str
    address: str
    reason: str
    detail: str
    at: datetime
    by: str

    @staticmethod
    def of(one: Suppression) -> "SuppressionBody":
        return SuppressionBody(**{name: getattr(one, name) for name in Suppression.__dataclass_fields__})


class SuppressionDraft(Body):
    """addresses: one a line."""

    channel: Annotated[str, Field(max_length=40)] = "email"
    addresses: Annotated[str, Field(max_length=4_000_000), Clean]


class RefusedLine(Body):
    line: Count
    why: str


class SuppressionTaken(Body):
    added: Count
    known: Count
    refused: list[RefusedLine]


class ConsentBody(Body):
    """What somebody said of a topic on a channel; "*" for all. evidence: of a change, how it is known, such as from where it came."""

    topic: str
    channel: str
    state: ConsentState
    source: str
    at: datetime
    evidence: dict[str, Any] = Field(default_factory=dict)

    @staticmethod
    def of(one: Consent) -> "ConsentBody":
        return ConsentBody(topic=one.topic, channel=one.channel, state=one.state, source=one.source, at=one.at, evidence=dict(one.evidence))


class ConsentDraft(Body):
    """What somebody said, told by somebody who works here. evidence: how that is known."""

    topic: Key
    channel: Key = "*"
    state: ConsentState
    evidence: CleanStr = ""


class PersonOutreach(Body):
    """What a person allows, what of each kind they got in the last seven days, and how much of their budget is left (null: no limit)."""

    consents: list[ConsentBody]
    history: list[ConsentBody]
    week: dict[str, Count]
    left_this_week: int | None
    zone: str
    language: str
