"""How does a conversation stand? Worked out of all that was said in it, with every change: nothing is added up that could drift.

Times are office hours of the workspace; what the office hours were at the time of the change holds.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update

from uems.kernel.scope import Scope
from uems.outreach.talks.hours import office_seconds
from uems.outreach.talks.settings import read_settings
from uems.outreach.talks.tables import conversation_messages, conversations

LAST_TEXT: Final = 200
_C, _M = conversations.c, conversation_messages.c


def count_anew(conn: Connection, scope: Scope, conversation_id: int, now: datetime, by: str, *, closed: datetime | None) -> None:
    """Write down how it stands. closed: when it was closed; None while it goes on."""
    mine = (_C.workspace_id == scope.workspace_id, _C.conversation_id == conversation_id)
    created = conn.execute(select(_C.created_at).where(*mine)).scalar_one()
    said = (_M.workspace_id == scope.workspace_id, _M.conversation_id == conversation_id, _M.taken_back.is_(False))
    query = select(_M.direction, _M.text, _M.at).where(*said, _M.direction.in_(("in", "out"))).order_by(_M.at, _M.entry_id)
    rows = conn.execute(query).all()
    ins = [row.at for row in rows if row.direction == "in"]
    first_in = ins[0] if ins else None
    answer = next((row.at for row in rows if row.direction == "out" and first_in is not None and row.at >= first_in), None)
    waits: datetime | None = None
    for row in rows:
        waits = None if row.direction == "out" else (waits or row.at)
    week = read_settings(conn, scope.workspace_id).openings
    values: dict[str, Any] = {
        "status": "closed" if closed else "open" if not rows else "waiting_us" if waits else "waiting_them",
        "said_in": len(ins),
        "said_out": len(rows) - len(ins),
        "last_text": " ".join(rows[-1].text.split())[:LAST_TEXT] if rows else "",
        "last_at": rows[-1].at if rows else created,
        "waits_since": None if closed else waits,
        "first_in_at": first_in,
        "first_answer_at": answer,
        "answer_seconds": None if first_in is None or answer is None else office_seconds(week, scope.zone, first_in, answer),
        "close_seconds": None if closed is None else office_seconds(week, scope.zone, first_in or created, closed),
        "closed_at": closed,
        "changed_at": now,
        "changed_by": by[:300],
    }
    conn.execute(update(conversations).where(*mine).values(**values))
