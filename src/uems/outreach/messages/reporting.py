"""What did the provider say afterwards: that it arrived, that it came back, that somebody complained?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Select, and_, case, insert, literal_column, not_, select, true, update

from uems.access.api import Access, audit
from uems.identity import api as identity
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.store import Store
from uems.outreach.consent.consents import say
from uems.outreach.consent.model import EVERYTHING, ConsentState
from uems.outreach.consent.suppressions import suppress
from uems.outreach.tables import NAMED, outreach_news
from uems.outreach.tables import outreach_messages as table

Report: TypeAlias = Literal["delivered", "bounced", "complained"]
_EVENTS: Final[Mapping[Report, str]] = {
    "delivered": "message.delivered",
    "bounced": "message.bounced",
    "complained": "message.complained",
}
_LEFT: Final = ("sending", "accepted", "failed", "unknown")
"""States of a message that may have left the house, so that somebody can tell of it."""
_C = table.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """A message, by its number or by its id at the provider."""

    message_id: int | None = None
    provider_id: str = ""


def report(store: Store, access: Access, which: Which, what: Report, *, permanent: bool, detail: str) -> None:
    """Write it down, once. A permanent bounce and a complaint keep the address from being written to again. Audited where that changes.

    Raises ``invalid`` where no message is named, ``not_found``, and ``message_not_sent`` (409) for one that never left the house.
    """
    if which.message_id is None and not which.provider_id:
        raise invalid("message_id", "nothing", "name the message, or its id at the provider.")
    if which.message_id is not None:
        named = _C.message_id == which.message_id
    else:
        # The condition of the index stands there word for word: a bound value does not tell SQLite that it holds.
        named = and_(_C.provider_id == which.provider_id, literal_column(NAMED.text))
    query = select(table).where(_C.workspace_id == access.scope.workspace_id, named).order_by(_C.message_id.desc()).limit(1)
    numbers = _numbers(store, access, query)
    with store.write() as conn:
        row = conn.execute(query).mappings().first()
        if row is None:
            raise not_found("message", str(which.message_id or which.provider_id))
        if row["state"] not in _LEFT and not row["attempts"]:
            message = f"Message {row['message_id']} is {row['state']}: it was never sent. Check which message the report is of."
            raise UemsError("message_not_sent", message, status=409, details={"message_id": row["message_id"]})
        this = update(table).where(_C.message_id == row["message_id"])
        if what == "delivered":
            fresh = this.where(_C.delivered_at.is_(None)).values(delivered_at=access.now, changed_at=access.now)
        else:
            # A mailbox that was full and is gone now bounces twice; the second time says more. A complaint says most, and stays: reports
            # that are told again, in whatever order, change nothing.
            ends = what == "bounced" and permanent
            known = _C.reason.in_((what, "complained")) & ((_C.state == "failed") if ends else true())
            values = {"detail": detail or row["detail"], "changed_at": access.now} | ({"state": "failed"} if ends else {})
            fresh = this.where(not_(known)).values(reason=case((_C.reason == "complained", "complained"), else_=what), **values)
        changed = conn.execute(fresh).rowcount
        if not changed:
            return
        facts = {"message": row["message_id"], "channel": row["channel"], "template": row["template_id"], "origin_id": row["origin_id"]}
        mine = {"workspace_id": row["workspace_id"], "message_id": row["message_id"], "person_id": row["person_id"]}
        conn.execute(insert(outreach_news).values(**mine, event=_EVENTS[what], at=access.now, properties=facts))
        if row["address"] and (what == "complained" or (what == "bounced" and permanent)):
            why = "complaint" if what == "complained" else "bounce"
            where = (row["workspace_id"], row["channel"], row["address"])
            if suppress(conn, *where, why, detail, access.now, access.actor.label[:300]):
                audit(conn, access, "suppression.added", f"channel:{row['channel']}", None, {"added": 1, "reason": why})
        if what == "complained":
            said: list[tuple[str, str, ConsentState]] = [(EVERYTHING, EVERYTHING, "unsubscribed")]
            evidence = {"detail": detail}
            say(conn, access.scope, row["person_id"], said, source="complaint", evidence=evidence, now=access.now, numbers=numbers)


def _numbers(store: Store, access: Access, query: Select[Any]) -> tuple[int, ...]:
    """Every number that the person of a message ever had; read before the transaction that writes, which must not wait for another."""
    with store.read() as conn:
        row = conn.execute(query).mappings().first()
    if row is None:
        return ()
    found = identity.people_of(store, access.scope, [row["person_id"]])
    return found[row["person_id"]].node_ids if found else ()
