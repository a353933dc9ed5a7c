"""What is said about conversations over HTTP?"""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from uems.kernel.edge import Body, Clean, Count, Id, Key, Name, NotBlank
from uems.outreach.talks.answering import Way
from uems.outreach.talks.measuring import Group, Measured
from uems.outreach.talks.model import Conversation, Entry
from uems.outreach.talks.quality import Part, Warning_
from uems.outreach.talks.settings import ConversationSettings, Team
from uems.outreach.talks.snippets import Snippet
from uems.outreach.talks.suggesting import Suggestion
from uems.profiles.api import PersonRow

ConversationStatus = Literal["open", "waiting_us", "waiting_them", "closed"]
Line = Annotated[str, Field(max_length=300), Clean]
Text = Annotated[str, Field(max_length=20_000), Clean]
ChannelName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


def _one_word(value: str) -> str:
    if not value.strip() or any(sign.isspace() or sign == '"' for sign in value):
        raise ValueError("must be one word without blanks")
    return value


Tag = Annotated[str, Field(min_length=1, max_length=40), Clean, AfterValidator(_one_word)]


class ConversationPerson(Body):
    """A person by number, or by one of their ids."""

    person_id: Id | None = None
    kind: Annotated[str, Field(max_length=100), Clean] = ""
    value: Annotated[str, Field(max_length=500), Clean] = ""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.person_id is None and not (self.kind and self.value):
            raise ValueError("name the person by person_id, or by kind and value")
        return self


class ConversationAttachment(Body):
    """Name and size in bytes; the file itself stays where it is."""

    name: Annotated[str, Field(max_length=300), Clean]
    size: Count = 0


class ConversationIncoming(Body):
    """A message that somebody sent us elsewhere. message_id: at the sender; the same is kept once. thread: the sender's name for the talk.

    answers: number of the message of ours that they answer. at: when it was said, now when left out.
    """

    channel: ChannelName
    message_id: Key
    person: ConversationPerson
    text: Text = ""
    subject: Line = ""
    thread: Line = ""
    at: datetime | None = None
    answers: Id | None = None
    attachments: Annotated[list[ConversationAttachment], Field(max_length=50)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _aware(self) -> Self:
        if self.at is not None and self.at.tzinfo is None:
            raise ValueError("at needs a time zone, such as 2026-03-02T13:30:00Z")
        return self


class ConversationTaken(Body):
    """new: false for a message that was here already."""

    conversation_id: Count
    new: bool


class ConversationOpen(Body):
    """Begin one from our side. key: the same opens it once."""

    key: Annotated[str, Field(min_length=1, max_length=200), Clean]
    person: ConversationPerson
    channel: ChannelName = "email"
    subject: Line = ""
    team: Annotated[str, Field(max_length=64), Clean] = ""
    assignee: Line = ""


class ConversationLine(Body):
    """A conversation in the list. person: null for who is gone, or for whoever may not see people. overdue: they wait too long.

    Seconds are those of office hours.
    """

    conversation_id: Count
    person_id: Count
    person: PersonRow | None
    channel: str
    subject: str
    status: ConversationStatus
    assignee: str
    team: str
    tags: list[str]
    unread: bool
    started_by: Literal["them", "us"]
    origin_type: str
    origin_id: str
    origin_node: str
    said_in: Count
    said_out: Count
    last_text: str
    last_at: datetime
    waits_since: datetime | None
    overdue: bool
    first_in_at: datetime | None
    first_answer_at: datetime | None
    answer_seconds: Count | None
    close_seconds: Count | None
    created_at: datetime
    closed_at: datetime | None
    changed_at: datetime
    changed_by: str

    @staticmethod
    def of(one: Conversation, person: PersonRow | None, *, overdue: bool) -> "ConversationLine":
        known = {name: getattr(one, name) for name in Conversation.__dataclass_fields__}
        return ConversationLine(**known | {"tags": list(one.tags)}, person=person, overdue=overdue)


class ConversationPage(Body):
    """counts: by status, of all that fit the other filters."""

    items: list[ConversationLine]
    counts: dict[str, Count]
    next_cursor: str | None


class ConversationEntry(Body):
    """Something said. original: with what was quoted, "" where nothing was. state, reason, detail: of an answer, what became of it."""

    entry_id: Count
    direction: Literal["in", "out", "note", "auto"]
    channel: str
    text: str
    original: str
    attachments: list[ConversationAttachment]
    message_id: Count | None
    snippet: str
    taken_back: bool
    author: str
    at: datetime
    state: str
    reason: str
    detail: str
    undo_until: datetime | None

    @staticmethod
    def of(one: Entry) -> "ConversationEntry":
        known = {name: getattr(one, name) for name in Entry.__dataclass_fields__ if name != "attachments"}
        return ConversationEntry(**known, attachments=[ConversationAttachment.model_validate(each) for each in one.attachments])


class AnswerWay(Body):
    """why_not: in a word, "" where they can be answered so."""

    channel: str
    label_zh: str
    label_en: str
    why_not: str

    @staticmethod
    def of(one: Way) -> "AnswerWay":
        return AnswerWay(**{name: getattr(one, name) for name in AnswerWay.model_fields})


class ConversationWhole(Body):
    """With all that was said, the oldest first, and how they can be answered."""

    conversation: ConversationLine
    entries: list[ConversationEntry]
    ways: list[AnswerWay]


class ConversationChange(Body):
    """What is to be different; what is left out stays."""

    closed: bool | None = None
    assignee: Line | None = None
    team: Annotated[str, Field(max_length=64), Clean] | None = None
    tags: Annotated[list[Tag], Field(max_length=20)] | None = None
    unread: bool | None = None
    subject: Line | None = None


class ConversationChanged(Body):
    """undo: sent back as it is, it takes the change back."""

    conversation: ConversationLine
    undo: ConversationChange


class ConversationAnswer(Body):
    """channel: "" for the one on which they wrote. key: the same is one answer. snippet: the saved answer that it was made of."""

    text: Annotated[str, Field(min_length=1, max_length=20_000), Clean, NotBlank]
    channel: Annotated[str, Field(max_length=40), Clean] = ""
    key: Annotated[str, Field(min_length=1, max_length=200), Clean]
    snippet: Annotated[str, Field(max_length=63), Clean] = ""


class ConversationAnswered(Body):
    message_id: Count


class ConversationNote(Body):
    """For the team alone."""

    text: Annotated[str, Field(min_length=1, max_length=20_000), Clean, NotBlank]
    key: Annotated[str, Field(min_length=1, max_length=200), Clean]


class SuggestedAnswer(Body):
    """likeness: 0 to 1, of their question to ``like`` or to the saved answer itself. conversation_id, at: where it was answered before."""

    source: Literal["snippet", "answer"]
    key: str
    name: str
    text: str
    likeness: float
    like: str
    conversation_id: Count | None
    at: datetime | None

    @staticmethod
    def of(one: Suggestion) -> "SuggestedAnswer":
        return SuggestedAnswer(**{name: getattr(one, name) for name in SuggestedAnswer.model_fields})


class SnippetSave(Body):
    """zh, en: Liquid such as ``{{ person.first_name }}``; one language is enough."""

    name: Name
    zh: Text = ""
    en: Text = ""


class SnippetBody(Body):
    key: str
    name: str
    zh: str
    en: str
    saved_at: datetime
    saved_by: str

    @staticmethod
    def of(one: Snippet) -> "SnippetBody":
        return SnippetBody(**{name: getattr(one, name) for name in SnippetBody.model_fields})


class ConversationRules(Body):
    """As the workspace counts, with the channels on which anybody ever wrote."""

    settings: ConversationSettings
    zone: str
    channels: list[str]
    teams: list[Team]


class ConnectionGroup(Body):
    """A team, a flow, a campaign, or all of it together. parts: what the score is made of, 0 to 1, null where nothing is known of it."""

    by: Literal["all", "team", "flow", "campaign"]
    key: str
    name: str
    talks: Count
    started_by_them: Count
    answers: Count
    with_substance: Count
    our_answers: Count
    scripted: Count
    benefit: Count
    sales: Count
    median_answer_seconds: float | None
    parts: dict[Part, float | None]
    score: float | None
    warnings: list[Warning_]

    @staticmethod
    def of(one: Group) -> "ConnectionGroup":
        names = ("by", "key", "name", "parts", "warnings")
        counts = {name: getattr(one.quality, name) for name in ConnectionGroup.model_fields if name not in names}
        said = {"parts": dict(one.quality.parts), "warnings": list(one.quality.warnings)}
        return ConnectionGroup(by=one.by, key=one.key, name=one.name, **counts, **said)


class ConnectionPoint(Body):
    """score: of all together in a month; null for a month without a word."""

    month: str
    score: float | None
    talks: Count


class ConnectionQuality(Body):
    """weights: of the parts of the score. cut: only the latest words of the month were read. trend: six months, the oldest first."""

    month: str
    groups: list[ConnectionGroup]
    weights: dict[Part, Count]
    answer_within_minutes: Count
    trend: list[ConnectionPoint]
    cut: bool

    @staticmethod
    def of(one: Measured, weights: dict[Part, int], trend: list[ConnectionPoint]) -> "ConnectionQuality":
        return ConnectionQuality(
            month=one.month,
            groups=[ConnectionGroup.of(each) for each in one.groups],
            weights=weights,
            answer_within_minutes=one.settings.answer_within_minutes,
            trend=trend,
            cut=one.cut,
        )
