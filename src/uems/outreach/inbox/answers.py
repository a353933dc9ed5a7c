"""What becomes of an answer that a reader types below a message? It goes to a conversation, as that of any other channel."""

from datetime import datetime
from typing import Final

from uems.access.api import Access, Actor, Workspaces
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.outreach.inbox import shelf
from uems.outreach.inbox.proof import Ticket
from uems.outreach.talks.incoming import take
from uems.outreach.talks.model import Incoming

_BY: Final = Actor(kind="operator", actor_id="in_app", label="UEMS", account_id=None, address="", role="owner")


def answer_note(house: House, ticket: Ticket, message_id: int, text: str, key: str, now: datetime) -> None:
    """Keep it, once by its key. Raises ``not_found`` for a message that is not theirs or takes no answer, and ``invalid``."""
    scope = Workspaces(house.store).look(ticket.workspace_id)
    if scope is None:
        raise UemsError("ticket_over", "What this ticket belongs to is gone. Open the inbox again.", status=401)
    person, title = shelf.answered(house.store, ticket.workspace_id, ticket.addresses, message_id, now)
    access = Access(scope=scope, actor=_BY, now=now)
    external = f"{message_id}:{key}"
    incoming = Incoming(person_id=person, channel="in_app", external_id=external, text=text, subject=title, at=now, answers=message_id)
    take(house.store, access, incoming)
