"""How are live events, receipts, health and dead letters reached over HTTP?"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request

from uems.access.api import Access, audit, guard, house_of
from uems.collect import dead_letters, receipts
from uems.collect.imports.routes import router as imports_router
from uems.collect.plan.routes import router as plan_router
from uems.collect.sources.routes import router as sources_router
from uems.kernel.edge import Body, Count, Cursor, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.errors import not_found
from uems.kernel.routing import Routes

router = Routes()
router.include(imports_router)
router.include(sources_router)
router.include(plan_router)

Status = Literal["accepted", "warned", "duplicate", "blocked", "invalid", "erased"]
_W = "/workspaces/{workspace}"
_REFUSED = ("blocked", "invalid")


class ReceiptBody(Body):
    """What became of one event. ``cursor`` is its place in the order of arrival, for ``after`` and ``before``.

    letter_id: the dead letter that holds it, where it was blocked or invalid.
    """

    cursor: str
    received_at: datetime
    message_id: str
    status: Status
    reason: str
    type: str
    event: str
    person_id: Count
    ts: datetime
    letter_id: str | None


class ReceiptAnswer(Body):
    """Every receipt of a messageId, oldest first, and the stored event if it was accepted."""

    items: list[ReceiptBody]
    event: dict[str, Any] | None


class HealthBody(Body):
    """Whether what was sent is also counted."""

    backlog_records: Count
    backlog_events: Count
    backlog_bytes: Count
    lag_seconds: float
    watermark: datetime | None
    events: Count
    open_dead_letters: Count


class DeadLetterBody(Body):
    letter_id: str
    received_at: datetime
    message_id: str
    status: str
    reason: str
    endpoint: str
    raw: str
    state: str

    @staticmethod
    def of(letter: dead_letters.DeadLetter) -> "DeadLetterBody":
        return DeadLetterBody(**asdict(letter))


class LetterChoice(Body):
    """Which letters, by id; at most 1000 at once."""

    letter_ids: list[Key]


class LetterCount(Body):
    count: Count


def _body(receipt: receipts.Receipt) -> ReceiptBody:
    place = receipt.place
    return ReceiptBody(
        cursor=encode_cursor(place.received_ms, place.log_partition, place.log_offset, place.log_index),
        received_at=receipt.received_at,
        message_id=receipt.message_id,
        status=receipt.status,
        reason=receipt.reason,
        type=receipt.type,
        event=receipt.event,
        person_id=receipt.person_id,
        ts=receipt.ts,
        letter_id=dead_letters.id_of(place.log_partition, place.log_offset, place.log_index) if receipt.status in _REFUSED else None,
    )


def _place(cursor: str | None) -> receipts.Place | None:
    if cursor is None:
        return None
    received_ms, partition, offset, index = decode_cursor(cursor, int, int, int, int)
    return receipts.Place(
        received_ms=min(max(received_ms, 0), 4_000_000_000_000),
        log_partition=min(max(partition, 0), 2**31),
        log_offset=max(offset, 0),
        log_index=min(max(index, 0), 2**31),
    )


@router.get(_W + "/events/live")
def live_events(
    request: Request,
    access: Annotated[Access, guard("events:read")],
    after: Annotated[Cursor | None, Query(description="Only what arrived after this place.")] = None,
    before: Annotated[Cursor | None, Query(description="Only what arrived before this place.")] = None,
    status: Annotated[Status | None, Query()] = None,
    event: Annotated[Key | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Page[ReceiptBody]:
    """The events as they arrive, newest first, with what became of each."""
    found = receipts.live(
        house_of(request).warehouse,
        access.scope,
        after=_place(after),
        before=_place(before),
        status=status or "",
        event=event or "",
        limit=limit,
    )
    items = [_body(r) for r in found]
    return Page[ReceiptBody](items=items, next_cursor=items[-1].cursor if len(items) == limit else None)


@router.get(_W + "/receipts/{message_id}")
def receipt(
    request: Request, access: Annotated[Access, guard("events:read")], message_id: Annotated[Key, Path(description="messageId as sent.")]
) -> ReceiptAnswer:
    """What became of the event with this messageId, and the event itself as it is stored."""
    warehouse = house_of(request).warehouse
    found = receipts.of_message(warehouse, access.scope, message_id)
    if not found:
        raise not_found("receipt", message_id)
    stored = next((r for r in found if r.status in ("accepted", "warned")), None)
    event = receipts.stored_event(warehouse, access.scope, stored) if stored else None
    return ReceiptAnswer(items=[_body(r) for r in found], event=event)


@router.get(_W + "/health")
def health(request: Request, access: Annotated[Access, guard("health:read")]) -> HealthBody:
    """Backlog, lag, watermark and open dead letters."""
    state = receipts.health(house_of(request), access.scope, access.now)
    return HealthBody(
        backlog_records=state.backlog_records,
        backlog_events=state.backlog_events,
        backlog_bytes=state.backlog_bytes,
        lag_seconds=state.lag_seconds,
        watermark=state.watermark,
        events=state.events,
        open_dead_letters=state.open_dead_letters,
    )


@router.get(_W + "/dead-letters")
def list_dead_letters(
    request: Request,
    access: Annotated[Access, guard("events:read")],
    state: Annotated[Literal["open", "replayed", "dismissed"], Query()] = "open",
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Page[DeadLetterBody]:
    """Events that could not be accepted, newest first, whole and with the reason."""
    before = dead_letters.place_of(str(decode_cursor(cursor, str)[0])) if cursor else None
    found = dead_letters.listed(house_of(request).warehouse, access.scope, state=state, before=before, limit=limit)
    items = [DeadLetterBody.of(letter) for letter in found]
    return Page[DeadLetterBody](items=items, next_cursor=encode_cursor(items[-1].letter_id) if len(items) == limit else None)


@router.get(_W + "/dead-letters/{letter_id}")
def dead_letter(
    request: Request,
    access: Annotated[Access, guard("events:read")],
    letter_id: Annotated[Key, Path(description="Id of the letter, as lists and receipts give it.")],
) -> DeadLetterBody:
    """One event that could not be accepted, whole, and whether it was sent again since."""
    return DeadLetterBody.of(dead_letters.one(house_of(request).warehouse, access.scope, letter_id))


@router.post(_W + "/dead-letters/replay")
def replay_dead_letters(request: Request, access: Annotated[Access, guard("events:write")], body: LetterChoice) -> LetterCount:
    """Send the chosen letters through the pipeline once more. Nothing is ever counted twice."""
    house = house_of(request)
    count = dead_letters.replay(house, access.scope, body.letter_ids, access.now)
    with house.store.write() as conn:
        audit(conn, access, "dead_letters.replayed", "dead_letters", None, {"count": count, "letter_ids": body.letter_ids[:20]})
    return LetterCount(count=count)


@router.post(_W + "/dead-letters/dismiss")
def dismiss_dead_letters(request: Request, access: Annotated[Access, guard("events:write")], body: LetterChoice) -> LetterCount:
    """Put the chosen letters aside; they stay readable."""
    house = house_of(request)
    count = dead_letters.dismiss(house, access.scope, body.letter_ids)
    with house.store.write() as conn:
        audit(conn, access, "dead_letters.dismissed", "dead_letters", None, {"count": count, "letter_ids": body.letter_ids[:20]})
    return LetterCount(count=count)
