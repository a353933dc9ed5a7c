"""How does the rest of the house hear that somebody wrote to us? By events of the person, which segments, flows and ties read.

``conversation.started``: they began one. ``message.replied``: they answered something of ours. ``conversation.answered``: we answered them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, TypeAlias

from sqlalchemy import Connection, delete, insert

from uems.kernel.scope import Scope
from uems.outreach.tables import outreach_news

What: TypeAlias = Literal["conversation.started", "message.replied", "conversation.answered"]
ANSWERED: Final[What] = "conversation.answered"


def tell(conn: Connection, scope: Scope, what: What, person_id: int, message_id: int, at: datetime, facts: Mapping[str, object]) -> None:
    """Have it told once this transaction holds. message_id: of the outbox, 0 for none. Texts are never told, only how long they are."""
    known = {name: value for name, value in facts.items() if value not in ("", None)}
    row = {"workspace_id": scope.workspace_id, "message_id": message_id, "person_id": person_id, "event": what, "at": at}
    conn.execute(insert(outreach_news).values(**row, properties=known))


def tell_not(conn: Connection, scope: Scope, message_id: int) -> None:
    """Of an answer that was taken back nothing is told."""
    c = outreach_news.c
    conn.execute(delete(outreach_news).where(c.workspace_id == scope.workspace_id, c.message_id == message_id, c.event == ANSWERED))
