"""Whose answer is a mail, and to which letter? By the name of a letter of ours that it refers to, else by who wrote it."""

from dataclasses import dataclass

from sqlalchemy import select

from uems.access.api import Access
from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.outreach.mailbox.naming import Names
from uems.outreach.mailbox.replies import Reply
from uems.outreach.tables import outreach_messages
from uems.outreach.talks.incoming import key_of, take
from uems.outreach.talks.model import Attachment, Incoming

_O = outreach_messages.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Mails:
    """Takes mails of one house. names: reads the names of letters."""

    house: House
    names: Names

    def take(self, access: Access, reply: Reply) -> bool:
        """Whether it belongs to a conversation now; the same mail again does too. False for one of a stranger, or of another workspace."""
        named = self.names.read(reply.places)
        if named is not None and named[0] != access.scope.workspace_id:
            return False
        person, answers = self._person(access, reply, None if named is None else named[1])
        if person is None:
            return False
        incoming = Incoming(
            person_id=person,
            channel="email",
            # A mail without a Message-ID is known by what it says.
            external_id=reply.wire or key_of(reply.from_address, reply.subject, reply.original, str(reply.at)),
            text=reply.text or ("" if reply.attachments else reply.subject),
            original=reply.original,
            subject=reply.subject,
            at=reply.at or access.now,
            attachments=[Attachment(name=one.name, size=one.size) for one in reply.attachments],
            answers=answers,
            wire=reply.wire,
            refers=reply.refers,
            automatic=reply.automatic,
        )
        try:
            take(self.house.store, access, incoming)
        except UemsError as error:
            if error.code not in ("nothing_to_keep", "invalid", "not_found"):
                raise
            return False
        return True

    def _person(self, access: Access, reply: Reply, number: int | None) -> tuple[int | None, int | None]:
        """(whose it is, number of the letter that it answers)."""
        scope = access.scope
        if number is not None:
            query = select(_O.person_id).where(_O.workspace_id == scope.workspace_id, _O.message_id == number)
            with self.house.store.read() as conn:
                found = conn.execute(query).scalar()
            if found is not None and found in identity.people_of(self.house.store, scope, [found]):
                return found, number
        owner = identity.find_person(self.house.store, scope, "email", reply.from_address)
        return (None if owner is None else owner.person_id), None
