"""What became of which message, and why? The log of messages, one of them whole, and those of a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select

from uems.identity import api as identity
from uems.kernel.errors import UemsError, not_found
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.outreach.messages.model import Kind, State
from uems.outreach.messages.sender import unpacked
from uems.outreach.tables import outreach_bodies, outreach_decisions, outreach_touches
from uems.outreach.tables import outreach_messages as table

_C, _D, _T = table.c, outreach_decisions.c, outreach_touches.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as the log has it. address: where it went, "" before that."""

    message_id: int
    send_key: str
    person_id: int
    channel: str
    template_id: str
    template_version: int
    language: str
    kind: Kind
    topic: str
    origin_type: str
    origin_id: str
    origin_node: str
    state: State
    reason: str
    detail: str
    attempts: int
    address: str
    provider_id: str
    parts: int
    cost_micros: int
    next_at: datetime
    expires_at: datetime
    enqueued_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    changed_at: datetime


_FIELDS: Final = tuple(Message.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One decision of the trace."""

    at: datetime
    verdict: str
    reason: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """An opening or a click, also those of machines."""

    what: str
    at: datetime
    url: str
    agent: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A message with everything that is known of it. body: as it left the house; None where it did not, or was kept long enough."""

    message: Message
    context: Mapping[str, Any]
    decisions: Sequence[Decided]
    touches: Sequence[Touched]
    body: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which messages; "" and None for any. sent_since: those that left the house then or later."""

    state: str = ""
    channel: str = ""
    kind: str = ""
    template_id: str = ""
    origin_id: str = ""
    origin_node: str = ""
    person_id: int | None = None
    sent_since: datetime | None = None


def messages(house: House, scope: Scope, wanted: Wanted, *, before: int | None = None, limit: int = 50) -> list[Message]:
    """The latest first; before: the number of the last one of the page before."""
    query = select(*[_C[name] for name in _FIELDS]).where(*_conditions(house, scope, wanted))
    if before is not None:
        query = query.where(_C.message_id < before)
    with house.store.read() as conn:
        rows = conn.execute(query.order_by(_C.message_id.desc()).limit(limit)).mappings().all()
    return [Message(**row) for row in rows]


def counts(house: House, scope: Scope, wanted: Wanted, since: datetime) -> dict[str, int]:
    """State → messages that were asked for since then."""
    query = select(_C.state, func.count()).where(*_conditions(house, scope, wanted), _C.enqueued_at >= since).group_by(_C.state)
    with house.store.read() as conn:
        return {row[0]: row[1] for row in conn.execute(query)}


def message(store: Store, scope: Scope, message_id: int) -> Whole:
    """One message whole. Raises ``not_found``."""
    mine = (_C.workspace_id == scope.workspace_id, _C.message_id == message_id)
    decided = select(_D.at, _D.verdict, _D.reason, _D.facts).where(_D.workspace_id == scope.workspace_id, _D.message_id == message_id)
    touched = select(_T.what, _T.at, _T.url, _T.agent, _T.verdict).where(_T.workspace_id == scope.workspace_id, _T.message_id == message_id)
    with store.read() as conn:
        row = conn.execute(select(table).where(*mine)).mappings().first()
        if row is None:
            raise not_found("message", str(message_id))
        decisions = conn.execute(decided.order_by(_D.decision_id).limit(1_000)).mappings().all()
        touches = conn.execute(touched.order_by(_T.touch_id).limit(1_000)).mappings().all()
        body = conn.execute(select(outreach_bodies.c.packed).where(outreach_bodies.c.message_id == message_id)).scalar_one_or_none()
    return Whole(
        message=Message(**{name: row[name] for name in _FIELDS}),
        context=row["context"],
        decisions=[Decided(**one) for one in decisions],
        touches=[Touched(**one) for one in touches],
        body=None if body is None else unpacked(body),
    )


def _conditions(house: House, scope: Scope, wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [_C.workspace_id == scope.workspace_id]
    names = ("state", "channel", "kind", "template_id", "origin_id", "origin_node")
    found += [_C[name] == value for name in names if (value := getattr(wanted, name))]
    if wanted.sent_since is not None:
        found.append(_C.sent_at >= wanted.sent_since)
    if wanted.person_id is not None:
        found.append(_C.person_id.in_(_numbers(house, scope, wanted.person_id)))
    return found


def _numbers(house: House, scope: Scope, person_id: int) -> Sequence[int]:
    try:
        return identity.person(house.store, scope, person_id).node_ids
    except UemsError:
        return (person_id,)
