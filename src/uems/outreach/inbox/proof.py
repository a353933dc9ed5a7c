"""Who sits at this browser? What they say of themselves is believed as far as somebody who may know has signed it.

An anonymous id is a secret of the browser that made it. A user id is known to many, so it counts only with the HMAC that the
company's own server made of it, with the secret of the channel: SHA-256, in hexadecimal. What is opened by that is a ticket, good for an
hour and sealed, so that neither the ids nor the proof stand in addresses, which logs keep.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from uems.collect import api as collect
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings

GOOD_FOR: Final = timedelta(hours=1)
_NONCE: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Whose messages may be read, and until when. addresses: as they stand in the inbox."""

    workspace_id: int
    addresses: Sequence[str]
    until: datetime


def addresses_of(secret: str, anonymous_id: str, user_id: str, proof: str) -> list[str]:
    """Whose messages somebody may read. Raises ``not_proven`` (401) for a proof that is wrong; a user id without one opens nothing.

    The ids are taken as they are: what is signed is what is opened.
    """
    found = [f"anonymous_id:{anonymous_id}"] if anonymous_id else []
    if not user_id or not proof:
        return found
    right = hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(right.encode(), proof.strip().lower().encode()):
        message = "The proof does not belong to this user id: it must be its HMAC-SHA256 with the secret of the channel, in hexadecimal."
        raise UemsError("not_proven", message, status=401)
    return [*found, f"user_id:{user_id}"]


class Tickets:
    """Makes and reads them."""

    def __init__(self, settings: Settings) -> None:
        self._sealed = AESGCM(collect.signing_key(settings, "inbox tickets"))

    def make(self, ticket: Ticket) -> str:
        """The ticket, of letters that an address can hold; two of the same differ."""
        parts = [ticket.workspace_id, list(ticket.addresses), ticket.until.timestamp()]
        body = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
        once = os.urandom(_NONCE)
        return base64.urlsafe_b64encode(once + self._sealed.encrypt(once, body, None)).rstrip(b"=").decode()

    def read(self, token: str, now: datetime) -> Ticket:
        """Raises ``ticket_over`` (401) for what was not made here, or is over."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            workspace_id, addresses, until = json.loads(self._sealed.decrypt(raw[:_NONCE], raw[_NONCE:], None))
        except (ValueError, binascii.Error, InvalidTag) as error:
            raise _over() from error
        if until <= now.timestamp():
            raise _over()
        return Ticket(workspace_id=workspace_id, addresses=addresses, until=datetime.fromtimestamp(until, now.tzinfo))


def _over() -> UemsError:
    return UemsError("ticket_over", "This ticket is over, or was not made here. Open the inbox again.", status=401)
