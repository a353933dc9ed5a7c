"""How do programs and people ask for a message of their own? By an idempotency key: the same asked twice is one message."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select, update

from uems.access.api import Access, audit
from uems.identity import api as identity
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.store import dump_json
from uems.outreach.messages.model import Origin, Outgoing
from uems.outreach.messages.outbox import enqueue
from uems.outreach.tables import outreach_messages as table
from uems.outreach.templates.definitions import template

MAX_CONTEXT: Final = 64_000
FURTHEST: Final = timedelta(days=400)
"""How far ahead a message can be asked for."""
_C = table.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """A person by number, or by one of their ids."""

    person_id: int | None = None
    kind: str = ""
    value: str = ""


def ask(
    house: House,
    access: Access,
    template_id: str,
    whom: Whom,
    *,
    key: str,
    context: Mapping[str, Any],
    priority: int = 0,
    expires_seconds: int = 3_600,
    not_before: datetime | None = None,
) -> tuple[int, bool]:
    """(number of the message, whether it is new). The same key with the same content is the same message.

    Raises ``not_found`` for a template or a person, ``invalid``, ``idempotency_conflict`` (409) for a key with another content.
    """
    one = template(house.store, access.scope, template_id)
    if one.archived:
        raise not_found("template", template_id)
    if len(dump_json(context)) > MAX_CONTEXT:
        raise invalid("context", "a large object", f"must have at most {MAX_CONTEXT} letters as JSON.")
    if not_before is not None and not_before > access.now + FURTHEST:
        raise invalid("not_before", not_before.isoformat(), f"must be within {FURTHEST.days} days; ask for it later.")
    begin = max(not_before or access.now, access.now)
    wanted = Outgoing(
        send_key=f"api:{key}",
        person_id=_person(house, access.scope, whom),
        channel=one.channel,
        template_id=template_id,
        kind=one.kind,
        topic=one.topic,
        origin=Origin(type="api", id=hashlib.sha256(dump_json([template_id, dict(context)]).encode()).hexdigest()[:32]),
        context=context,
        priority=priority,
        not_before=begin,
        expires_at=begin + timedelta(seconds=expires_seconds),
    )
    with house.store.write() as conn:
        new = enqueue(conn, access.scope, [wanted], access.now)
        number, origin, person = _known(conn, access.scope, wanted.send_key)
    if not new and (origin, person) != (wanted.origin.id, wanted.person_id):
        message = f"The key {key[:100]!r} was used for another message. Use a new key for each message."
        raise UemsError("idempotency_conflict", message, status=409, details={"message_id": number})
    return number, bool(new)


def ask_test(house: House, access: Access, template_id: str, whom: Whom, context: Mapping[str, Any]) -> int:
    """Send a template to one person at once, whatever caps and quiet hours say; the number of the message. Audited."""
    one = template(house.store, access.scope, template_id)
    wanted = Outgoing(
        send_key=new_id("test"),
        person_id=_person(house, access.scope, whom),
        channel=one.channel,
        template_id=template_id,
        kind=one.kind,
        topic=one.topic,
        origin=Origin(type="test", id=template_id),
        context=context,
        not_before=access.now,
        expires_at=access.now + timedelta(hours=1),
    )
    with house.store.write() as conn:
        enqueue(conn, access.scope, [wanted], access.now)
        audit(conn, access, "template.tested", f"template:{template_id}", None, {"person_id": wanted.person_id})
        return _known(conn, access.scope, wanted.send_key)[0]


def cancel_message(house: House, access: Access, message_id: int) -> None:
    """Take one message back. Audited. Raises ``not_found`` and ``message_gone`` (409) for one that does not wait any more."""
    mine = (_C.workspace_id == access.scope.workspace_id, _C.message_id == message_id)
    with house.store.write() as conn:
        state = conn.execute(select(_C.state).where(*mine)).scalar_one_or_none()
        if state is None:
            raise not_found("message", str(message_id))
        taken = update(table).where(*mine, _C.state == "queued").values(state="cancelled", reason="by_hand", changed_at=access.now)
        if not conn.execute(taken).rowcount:
            raise UemsError("message_gone", f"The message is {state}; only one that waits can be taken back.", status=409)
        audit(conn, access, "message.cancelled", f"message:{message_id}", {"state": state}, {"state": "cancelled"})


def _known(conn: Connection, scope: Scope, send_key: str) -> tuple[int, str, int]:
    query = select(_C.message_id, _C.origin_id, _C.person_id).where(_C.workspace_id == scope.workspace_id, _C.send_key == send_key)
    row = conn.execute(query).one()
    return row.message_id, row.origin_id, row.person_id


def _person(house: House, scope: Scope, whom: Whom) -> int:
    if whom.person_id is not None:
        return identity.person(house.store, scope, whom.person_id).person_id
    found = identity.find_person(house.store, scope, whom.kind, whom.value) if whom.kind and whom.value else None
    if found is None:
        raise not_found("person", f"{whom.kind}:{whom.value}"[:100])
    return found.person_id
