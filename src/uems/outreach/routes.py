"""Which routes has this room? Messages and people here; templates, settings and what strangers open in files of their own."""

from datetime import timedelta
from typing import Annotated, Final, Literal

from fastapi import Header, Path, Query, Request
from pydantic import AwareDatetime

from uems.access.api import Access, audit, guard, house_of
from uems.identity import api as identity
from uems.kernel.edge import Count, Cursor, Id, Limit, decode_cursor, encode_cursor
from uems.kernel.errors import invalid
from uems.kernel.routing import Routes
from uems.kernel.store import to_microseconds
from uems.outreach.bodies import (
    AskedBody,
    ConsentBody,
    ConsentDraft,
    MessageBody,
    MessagePage,
    MessageReport,
    PersonOutreach,
    SendBody,
    WholeMessage,
)
from uems.outreach.campaigns.routes import router as campaigns
from uems.outreach.confirm_routes import router as confirmations
from uems.outreach.consent import confirming, consents
from uems.outreach.consent.model import EVERYTHING
from uems.outreach.consent.settings import known_channel, restraints, topics
from uems.outreach.design_routes import router as design
from uems.outreach.dry.routes import router as dry_runs
from uems.outreach.flows.routes import router as flows
from uems.outreach.holdouts.routes import router as holdouts
from uems.outreach.inbox.routes import router as inbox
from uems.outreach.letter_routes import router as letters
from uems.outreach.messages import asking, log, reporting
from uems.outreach.messages.deciding import WEEK, past_of
from uems.outreach.messages.model import Kind, State
from uems.outreach.messages.reaching import reach
from uems.outreach.push.routes import router as push
from uems.outreach.receipt_routes import router as receipts
from uems.outreach.scenes.routes import router as scenes
from uems.outreach.setting_routes import router as settings
from uems.outreach.simulation.routes import router as simulation
from uems.outreach.talks.routes import router as conversations
from uems.outreach.talks.setting_routes import router as conversation_settings
from uems.outreach.template_routes import router as templates

router = Routes()
router.include(flows)
router.include(dry_runs)
router.include(campaigns)
router.include(simulation)
router.include(templates)
router.include(design)
router.include(settings)
router.include(holdouts)
router.include(letters)
router.include(receipts)
router.include(confirmations)
router.include(inbox)
router.include(push)
router.include(scenes)
router.include(conversations)
router.include(conversation_settings)
_BASE: Final = "/workspaces/{workspace}"
MessageNumber = Annotated[Id, Path(description="Number of the message.")]
PersonNumber = Annotated[Id, Path(description="Number of the person.")]


@router.get(f"{_BASE}/messages")
def list_messages(
    request: Request,
    access: Annotated[Access, guard("messages:read")],
    state: State | None = None,
    channel: Annotated[str, Query(max_length=40)] = "",
    kind: Kind | None = None,
    template_id: Annotated[str, Query(max_length=100)] = "",
    origin_id: Annotated[str, Query(max_length=100)] = "",
    origin_node: Annotated[str, Query(max_length=100)] = "",
    person_id: Id | None = None,
    sent_since: Annotated[AwareDatetime | None, Query(description="Only what left the house then or later.")] = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> MessagePage:
    """Messages, the latest first: sent, waiting, and those that it was decided not to send."""
    house = house_of(request)
    wanted = log.Wanted(
        state=state or "",
        channel=channel,
        kind=kind or "",
        template_id=template_id,
        origin_id=origin_id,
        origin_node=origin_node,
        person_id=person_id,
        sent_since=sent_since,
    )
    before = decode_cursor(cursor, int)[0] if cursor else None
    found = log.messages(house, access.scope, wanted, before=before, limit=limit + 1)
    page = found[:limit]
    return MessagePage(
        items=[MessageBody.of(one) for one in page],
        counts=log.counts(house, access.scope, wanted, access.now - timedelta(days=30)),
        next_cursor=encode_cursor(page[-1].message_id) if len(found) > limit else None,
    )


@router.get(f"{_BASE}/messages/{{number}}")
def get_message(request: Request, access: Annotated[Access, guard("messages:read")], number: MessageNumber) -> WholeMessage:
    """One message: as it was sent, every decision about it, and what was done with it."""
    return WholeMessage.whole(log.message(house_of(request).store, access.scope, number))


@router.post(f"{_BASE}/messages", status_code=202)
def send_message(
    request: Request,
    access: Annotated[Access, guard("messages:write")],
    body: SendBody,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> AskedBody:
    """Send one message to one person; consent, caps and quiet hours are looked at when it is sent.

    The header ``Idempotency-Key`` may say the key too; where both do, they must be equal.
    """
    if idempotency_key is not None and idempotency_key != body.key:
        raise invalid("idempotency-key", idempotency_key[:100], "must be the key of the body, or left out.")
    number, new = asking.ask(
        house_of(request),
        access,
        body.template_id,
        asking.Whom(person_id=body.to.person_id, kind=body.to.kind, value=body.to.value),
        key=body.key,
        context=body.context,
        priority=body.priority,
        expires_seconds=body.expires_seconds,
        not_before=body.not_before,
    )
    return AskedBody(message_id=number, new=new)


@router.post(f"{_BASE}/message-reports", status_code=204)
def report_message(request: Request, access: Annotated[Access, guard("messages:write")], body: MessageReport) -> None:
    """Tell what a provider said of a message afterwards: delivered, bounced, complained of. The same again changes nothing."""
    which = reporting.Which(message_id=body.message_id, provider_id=body.provider_id)
    reporting.report(house_of(request).store, access, which, body.what, permanent=body.permanent, detail=body.detail)


@router.post(f"{_BASE}/messages/{{number}}/cancel", status_code=204)
def cancel_message(request: Request, access: Annotated[Access, guard("messages:write")], number: MessageNumber) -> None:
    """Take a message back that still waits."""
    asking.cancel_message(house_of(request), access, number)


@router.get(f"{_BASE}/people/{{person_id}}/outreach")
def person_outreach(request: Request, access: Annotated[Access, guard("people:read")], person_id: PersonNumber) -> PersonOutreach:
    """What a person allows, and how much of each kind they got in the last seven days."""
    house, scope = house_of(request), access.scope
    person = identity.person(house.store, scope, person_id)
    known = reach(house, scope, [person.person_id])[person.person_id]
    rules, _ = restraints(house.store, scope)
    with house.store.read() as conn:
        past = past_of(conn, scope, {person.person_id: known}, access.now).get(person.person_id, [])
    begin = to_microseconds(access.now - WEEK)
    week: dict[Literal["service", "benefit", "sales"], Count] = {"service": 0, "benefit": 0, "sales": 0}
    for at, _, kind in past:
        if at > begin and kind in week:
            week[kind] += 1
    most = rules.everything.week
    return PersonOutreach(
        consents=[ConsentBody.of(one) for one in consents.consents_of(house, scope, person_id)],
        history=[ConsentBody.of(one) for one in consents.history_of(house, scope, person_id)],
        week={str(kind): number for kind, number in week.items()},
        left_this_week=None if most is None else max(0, most - sum(week.values())),
        zone=known.zone,
        language=known.language,
    )


@router.put(f"{_BASE}/people/{{person_id}}/consent", status_code=204)
def put_consent(request: Request, access: Annotated[Access, guard("messages:write")], person_id: PersonNumber, body: ConsentDraft) -> None:
    """Write down what somebody said, on the phone for instance. ``pending`` has a topic with double opt-in ask them by letter; it takes
    nothing from whoever is subscribed already, as anybody may type anybody's address into a form."""
    house, scope = house_of(request), access.scope
    person = identity.person(house.store, scope, person_id)
    known = topics(house.store, scope)
    if body.topic != EVERYTHING and body.topic not in known:
        raise invalid("topic", body.topic, "is no topic of this workspace; * stands for all.")
    if body.channel != EVERYTHING:
        known_channel(body.channel)
    with house.store.write() as conn:
        said = [(body.topic, body.channel, body.state)]
        evidence = {"said_to": access.actor.label[:300], "evidence": body.evidence}
        numbers = person.node_ids
        asks = body.state == "pending" and body.topic in known and known[body.topic].double_opt_in
        if asks and confirming.is_subscribed(conn, scope, numbers, body.topic, body.channel):
            return
        consents.say(conn, scope, person.person_id, said, source="by_hand", evidence=evidence, now=access.now, numbers=numbers)
        told = {"topic": body.topic, "channel": body.channel, "state": body.state}
        audit(conn, access, "consent.changed", f"person:{person.person_id}", None, told)
        if asks:
            confirming.ask(conn, access, person, body.topic, body.channel, known[body.topic])
