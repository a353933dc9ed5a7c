"""Which routes has the inbox? Messages that come in, conversations and answers; settings, saved answers and quality beside them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.identity import api as identity
from uems.kernel.edge import Cursor, Id, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.errors import not_found
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.kernel.scope import Scope
from uems.kernel.store import from_microseconds, to_microseconds
from uems.outreach.talks import answering, bodies, changing, reading
from uems.outreach.talks.hours import office_seconds
from uems.outreach.talks.incoming import open_conversation, take
from uems.outreach.talks.model import Attachment, Conversation, Incoming, Wanted
from uems.outreach.talks.settings import ConversationSettings, settings_of
from uems.outreach.talks.suggesting import suggest
from uems.profiles import api as profiles

router = Routes()
_BASE: Final = "/workspaces/{workspace}/conversations"
_READ, _WRITE = guard("conversations:read"), guard("conversations:write")
Number = Annotated[Id, Path(description="Number of the conversation.")]
MessageNumber = Annotated[Id, Path(description="Number of the message.")]


@router.post("/workspaces/{workspace}/incoming-messages", status_code=201)
def take_incoming(
    request: Request, access: Annotated[Access, guard("incoming:write")], body: bodies.ConversationIncoming
) -> bodies.ConversationTaken:
    """Bring in what somebody wrote elsewhere: a chat program, a help desk, short messages. The same ``message_id`` is kept once.

    The person must be known by one of their ids; identify them first otherwise.
    """
    house = house_of(request)
    incoming = Incoming(
        person_id=_named(house, access.scope, body.person),
        channel=body.channel,
        external_id=body.message_id,
        text=body.text,
        subject=body.subject,
        thread=body.thread,
        at=body.at or access.now,
        answers=body.answers,
        attachments=[Attachment(name=one.name, size=one.size) for one in body.attachments],
    )
    taken = take(house.store, access, incoming)
    return bodies.ConversationTaken(conversation_id=taken.conversation_id, new=taken.new)


@router.get(_BASE)
def list_conversations(
    request: Request,
    access: Annotated[Access, _READ],
    status: Annotated[bodies.ConversationStatus | None, Query(description="All when left out.")] = None,
    assignee: Annotated[str, Query(max_length=300)] = "",
    team: Annotated[str, Query(max_length=64)] = "",
    channel: Annotated[str, Query(max_length=40)] = "",
    tag: Annotated[str, Query(max_length=40)] = "",
    text: Annotated[str, Query(max_length=200, description="Looked for in the subject and in everything said.")] = "",
    unread: bool | None = None,
    person_id: Id | None = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> bodies.ConversationPage:
    """Conversations, those in which something was said last first."""
    house, scope = house_of(request), access.scope
    nodes = () if person_id is None else identity.person(house.store, scope, person_id).node_ids
    wanted = Wanted(
        status=status or "", assignee=assignee, team=team, channel=channel, tag=tag, text=text.strip(), unread=unread, nodes=nodes
    )
    place = decode_cursor(cursor, int, int) if cursor else None
    after: tuple[datetime, int] | None = (from_microseconds(place[0]), place[1]) if place else None
    found = reading.list_conversations(house.store, scope, wanted, after=after, limit=limit + 1)
    page = found[:limit]
    following = encode_cursor(to_microseconds(page[-1].last_at), page[-1].conversation_id) if len(found) > limit else None
    counts = reading.count_conversations(house.store, scope, wanted)
    return bodies.ConversationPage(items=_lines(house, access, page), counts=counts, next_cursor=following)


@router.post(_BASE, status_code=201)
def begin_conversation(request: Request, access: Annotated[Access, _WRITE], body: bodies.ConversationOpen) -> bodies.ConversationTaken:
    """Begin one from our side; what is answered in it goes out."""
    house = house_of(request)
    person = _named(house, access.scope, body.person)
    taken = open_conversation(house.store, access, person, body.channel, body.subject, body.team, body.assignee, body.key)
    return bodies.ConversationTaken(conversation_id=taken.conversation_id, new=taken.new)


@router.get(_BASE + "/{conversation_id}")
def get_conversation(request: Request, access: Annotated[Access, _READ], conversation_id: Number) -> bodies.ConversationWhole:
    """One with all that was said in it, and how the person can be answered."""
    house, scope = house_of(request), access.scope
    found = reading.conversation(house.store, scope, conversation_id)
    return bodies.ConversationWhole(
        conversation=_lines(house, access, [found])[0],
        entries=[bodies.ConversationEntry.of(one) for one in reading.entries_of(house.store, scope, conversation_id)],
        ways=[bodies.AnswerWay.of(one) for one in answering.ways_to(house, scope, found.person_id)],
    )


@router.patch(_BASE + "/{conversation_id}")
def change_conversation(
    request: Request, access: Annotated[Access, _WRITE], conversation_id: Number, body: bodies.ConversationChange
) -> bodies.ConversationChanged:
    """Assign it, close or reopen it, name its team and tags, mark it read. The answer says how to take it back."""
    house = house_of(request)
    wanted = changing.Change(**{name: getattr(body, name) for name in changing.Change.__dataclass_fields__})
    changed, before = changing.change(house.store, access, conversation_id, wanted)
    undo = bodies.ConversationChange.model_validate(before)
    return bodies.ConversationChanged(conversation=_lines(house, access, [changed])[0], undo=undo)


@router.post(_BASE + "/{conversation_id}/answers", status_code=202)
def answer_conversation(
    request: Request, access: Annotated[Access, _WRITE], conversation_id: Number, body: bodies.ConversationAnswer
) -> bodies.ConversationAnswered:
    """Send an answer. It leaves after ten seconds; until then it can be taken back."""
    house = house_of(request)
    number = answering.answer(house, access, conversation_id, body.text, channel=body.channel, key=body.key, snippet=body.snippet)
    return bodies.ConversationAnswered(message_id=number)


@router.delete(_BASE + "/{conversation_id}/answers/{number}", status_code=204)
def take_answer_back(request: Request, access: Annotated[Access, _WRITE], conversation_id: Number, number: MessageNumber) -> None:
    """Take an answer back that has not left yet."""
    answering.take_back(house_of(request), access, conversation_id, number)


@router.post(_BASE + "/{conversation_id}/notes", status_code=204)
def note_conversation(request: Request, access: Annotated[Access, _WRITE], conversation_id: Number, body: bodies.ConversationNote) -> None:
    """Write something down for the team."""
    changing.add_note(house_of(request).store, access, conversation_id, body.text, body.key)


@router.get(_BASE + "/{conversation_id}/suggestions")
def suggest_answers(request: Request, access: Annotated[Access, _READ], conversation_id: Number) -> Page[bodies.SuggestedAnswer]:
    """What could be answered, the likeliest first, at most three. Nothing is sent by itself."""
    found = suggest(house_of(request), access.scope, conversation_id, access.now)
    return Page(items=[bodies.SuggestedAnswer.of(one) for one in found])


def _named(house: House, scope: Scope, who: bodies.ConversationPerson) -> int:
    if who.person_id is not None:
        return identity.person(house.store, scope, who.person_id).person_id
    found = identity.find_person(house.store, scope, who.kind, who.value)
    if found is None:
        raise not_found("person", f"{who.kind}:{who.value}"[:100])
    return found.person_id


def _lines(house: House, access: Access, found: Sequence[Conversation]) -> list[bodies.ConversationLine]:
    """With the people for whoever may see people."""
    people = _people(house, access.scope, {one.person_id for one in found}) if "people:read" in access.actor.permissions else {}
    rules = settings_of(house.store, access.scope)
    return [
        bodies.ConversationLine.of(one, people.get(one.person_id), overdue=_overdue(one, rules, access.scope, access.now)) for one in found
    ]


def _people(house: House, scope: Scope, numbers: Iterable[int]) -> dict[int, profiles.PersonRow]:
    return {one.person_id: profiles.PersonRow.of(one) for one in profiles.profiles_now(house, scope, sorted(numbers))}


def _overdue(one: Conversation, rules: ConversationSettings, scope: Scope, now: datetime) -> bool:
    if one.waits_since is None:
        return False
    return office_seconds(rules.openings, scope.zone, one.waits_since, now) > 60 * rules.answer_within_minutes
