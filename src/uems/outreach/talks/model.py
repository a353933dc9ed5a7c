"""What is a conversation, what is said in it, and what is a message that comes in?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

Status: TypeAlias = Literal["open", "waiting_us", "waiting_them", "closed"]
STATUSES: Final[tuple[Status, ...]] = ("open", "waiting_us", "waiting_them", "closed")
Direction: TypeAlias = Literal["in", "out", "note", "auto"]
Side: TypeAlias = Literal["them", "us"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What came along; name and size are all that is kept of it. size: in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message to us. external_id: at the sender, unique in its channel. thread: what the sender calls the conversation, "" for nothing.

    text: without what is quoted; original: all of it, "" where it is the same. answers: number of the message of ours that it answers.
    wire, refers: Message-ID of a mail, and those that it names. automatic: a machine wrote it for them.
    """

    person_id: int
    channel: str
    external_id: str
    text: str
    original: str = ""
    subject: str = ""
    thread: str = ""
    at: datetime
    attachments: Sequence[Attachment] = ()
    answers: int | None = None
    wire: str = ""
    refers: Sequence[str] = ()
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """person_id: the number that they had when it began; see ``reading`` for who has it now. Seconds are those of office hours."""

    conversation_id: int
    person_id: int
    channel: str
    subject: str
    status: Status
    assignee: str
    team: str
    tags: Sequence[str]
    unread: bool
    started_by: Side
    origin_type: str
    origin_id: str
    origin_node: str
    said_in: int
    said_out: int
    last_text: str
    last_at: datetime
    waits_since: datetime | None
    first_in_at: datetime | None
    first_answer_at: datetime | None
    answer_seconds: int | None
    close_seconds: int | None
    created_at: datetime
    closed_at: datetime | None
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something said. original: "" where nothing was cut off. state, reason, detail: of an answer, what became of it in the outbox.

    undo_until: until when an answer can be taken back; None for never.
    """

    entry_id: int
    direction: Direction
    channel: str
    text: str
    original: str
    attachments: Sequence[Mapping[str, object]]
    message_id: int | None
    snippet: str
    taken_back: bool
    author: str
    at: datetime
    state: str = ""
    reason: str = ""
    detail: str = ""
    undo_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which conversations; "" and None for any. nodes: every number that a person has."""

    status: str = ""
    assignee: str = ""
    team: str = ""
    channel: str = ""
    tag: str = ""
    text: str = ""
    unread: bool | None = None
    nodes: Sequence[int] = field(default_factory=tuple)
