"""How does the rest of the house hear what became of a message? As an event of the person, in the log, as everything that happens.

What is to be told is written with the change it tells of, and goes when the log has it. A process that dies in between tells it again
under the same message id, which the pipeline knows.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, or_, select

from uems.experiments import api as experiments
from uems.identity.api import tell_of_people
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.messages.attempts import Settled
from uems.outreach.messages.model import State
from uems.outreach.tables import outreach_news as table

EVENTS: Final[Mapping[State, str]] = {
    "accepted": "message.sent",
    "failed": "message.failed",
    "unknown": "message.unknown",
    "suppressed": "message.suppressed",
    "expired": "message.expired",
}
_UNSURE: Final = ("message.clicked", "conversation.answered")
"""Told only when it is sure that no machine did it, or that nobody takes it back."""
_NOT_THEIRS: Final = (experiments.EXPOSED, "conversation.answered")
"""Being given an arm, or an answer, is nothing that somebody does."""
_SURE: Final = timedelta(seconds=15)
_AT_ONCE: Final = 2_000
_C = table.c


def news_of(one: Settled, now: datetime) -> dict[str, object]:
    """A row of what is to be told."""
    message = one.message
    facts = {
        "message": message.message_id,
        "channel": message.channel,
        "template": message.template_id,
        "kind": message.kind,
        "topic": message.topic,
        "origin": message.origin_type,
        "origin_id": message.origin_id,
        "node": message.origin_node,
        "language": one.language,
        "reason": one.reason,
    }
    return {
        "workspace_id": message.workspace_id,
        "message_id": message.message_id,
        "person_id": message.person_id,
        "event": EVENTS[one.state],
        "at": now,
        "properties": {name: value for name, value in facts.items() if value != ""},
    }


def tell(house: House, scopes: Mapping[int, Scope | None], now: datetime) -> int:
    """Put what is to be told into the log; how many rows are done with. Raises what the log raises when it takes no more."""
    ripe = or_(_C.event.not_in(_UNSURE), _C.at <= now - _SURE)
    with house.store.read() as conn:
        rows = conn.execute(select(table).where(ripe).order_by(_C.news_id).limit(_AT_ONCE)).mappings().all()
    if not rows:
        return 0
    for workspace_id in {row["workspace_id"] for row in rows}:
        scope = scopes[workspace_id]
        if scope is not None:
            mine = [(row["person_id"], _call(dict(row))) for row in rows if row["workspace_id"] == workspace_id]
            tell_of_people(house, scope, mine, now)
    with house.store.write() as conn:
        # Only those that were read: another one may be written meanwhile with a smaller number on PostgreSQL.
        conn.execute(delete(table).where(_C.news_id.in_([row["news_id"] for row in rows])))
    return len(rows)


def _call(row: Mapping[str, Any]) -> dict[str, object]:
    return {
        "type": "track",
        "event": row["event"],
        # The number alone would begin anew with another store.
        "messageId": f"message-{row['at'].timestamp():.6f}-{row['news_id']}",
        "timestamp": row["at"].isoformat(),
        "properties": row["properties"],
        "context": {"library": {"name": "uems-outreach"}, **({"active": False} if row["event"] in _NOT_THEIRS else {})},
    }
