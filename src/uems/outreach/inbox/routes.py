"""Which routes does a browser on the company's pages call? Open the inbox, listen to it, tell what was done.

Bodies are plain text that holds JSON, so that a page of another origin needs no preflight; no cookie is read or set.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Header, Path, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from uems.access.api import Visitor, house_of, public
from uems.kernel.edge import MAX_INT, Clean, Id
from uems.kernel.routing import Routes
from uems.kernel.store import to_microseconds
from uems.outreach.inbox import shelf
from uems.outreach.inbox.answers import answer_note
from uems.outreach.inbox.bodies import InboxAnswer, InboxBody, InboxItem, InboxOpening, InboxReport
from uems.outreach.inbox.opening import Raw, opened, read, usable
from uems.outreach.inbox.proof import GOOD_FOR, Ticket, Tickets
from uems.outreach.inbox.streams import Place, Streams

router = Routes()
Token = Annotated[str, Path(min_length=1, max_length=4_000, description="The ticket of an opened inbox."), Clean]
MessageId = Annotated[Id, Path(description="Number of the message.")]
_POLL_SECONDS: Final = 30
_RETRY: Final = "retry: 5000\n\n"


@router.post("/inbox")
def open_inbox(request: Request, visitor: Annotated[Visitor, public(anywhere=True)], raw: Raw) -> InboxBody:
    """The messages of whoever sits at a browser, and a ticket with which it goes on. Asking again and again is fine."""
    house = house_of(request)
    scope, addresses = opened(house, read(InboxOpening, raw), "in_app")
    ticket = Ticket(workspace_id=scope.workspace_id, addresses=addresses, until=visitor.now + GOOD_FOR)
    found = shelf.items(house.store, scope.workspace_id, addresses, visitor.now)
    return InboxBody(
        ticket=Tickets(house.settings).make(ticket),
        items=[InboxItem.of(one) for one in found],
        unread=shelf.unread(house.store, scope.workspace_id, addresses, visitor.now),
        poll_seconds=_POLL_SECONDS,
    )


@router.get(
    "/inbox/{token}/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Messages as they come and change."}},
)
async def stream_inbox(
    request: Request,
    visitor: Annotated[Visitor, public(anywhere=True)],
    token: Token,
    last_event_id: Annotated[str | None, Header(max_length=30)] = None,
) -> StreamingResponse:
    """Server-sent events: each message as it comes and changes. ``Last-Event-ID`` goes on where a connection broke."""
    house = house_of(request)
    ticket = Tickets(house.settings).read(token, visitor.now)
    await asyncio.to_thread(usable, house, ticket.workspace_id, "in_app")
    streams = request.app.state.streams
    assert isinstance(streams, Streams)
    place = streams.enter(ticket, visitor.address)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return _Stream(place, _events(streams, place, _since(last_event_id)), headers)


@router.post("/inbox/{token}/messages/{number}", status_code=204, response_class=Response)
def report_inbox(
    request: Request, visitor: Annotated[Visitor, public(anywhere=True)], token: Token, number: MessageId, raw: Raw
) -> Response:
    """What the reader did with a message: shown, clicked, dismissed. The same again changes nothing."""
    house = house_of(request)
    ticket = Tickets(house.settings).read(token, visitor.now)
    done = read(InboxReport, raw).what
    agent = request.headers.get("user-agent", "")[:200]
    shelf.report(house.store, ticket.workspace_id, ticket.addresses, number, done, agent, visitor.now)
    return Response(status_code=204)


@router.post("/inbox/{token}/messages/{number}/answer", status_code=204, response_class=Response)
def answer_inbox(
    request: Request, visitor: Annotated[Visitor, public(anywhere=True)], token: Token, number: MessageId, raw: Raw
) -> Response:
    """What the reader answers to a message that allows it. The same key again changes nothing."""
    house = house_of(request)
    ticket = Tickets(house.settings).read(token, visitor.now)
    said = read(InboxAnswer, raw)
    answer_note(house, ticket, number, said.text, said.key, visitor.now)
    return Response(status_code=204)


class _Stream(StreamingResponse):
    """Gives the place back when it is over, also where whoever asked went before a word was said."""

    def __init__(self, place: Place, events: AsyncGenerator[str], headers: Mapping[str, str]) -> None:
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._place = place

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._place.leave()


async def _events(streams: Streams, place: Place, since: datetime | None) -> AsyncGenerator[str]:
    yield _RETRY
    async with aclosing(streams.changes(place, since)) as changes:
        async for item in changes:
            if item is None:
                yield ": still here\n\n"
            else:
                yield f"id: {to_microseconds(item.changed_at)}\nevent: message\ndata: {InboxItem.of(item).model_dump_json()}\n\n"


def _since(said: str | None) -> datetime | None:
    """The instant of the last event that a browser got; None where it got none."""
    if said is None or not said.isdecimal() or int(said) > MAX_INT:
        return None
    try:
        return datetime.fromtimestamp(int(said) / 1_000_000, UTC)
    except (OverflowError, ValueError):
        return None
