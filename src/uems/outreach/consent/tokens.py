"""Which message does a link in a letter belong to? Signed, so that nobody can guess one, make one, or have us send people elsewhere."""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

from uems.collect import api as collect
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings

What: TypeAlias = Literal["c", "o", "p", "d", "r"]
"""c: a link that was clicked. o: the picture of an opening. p: preferences and unsubscribing. d: confirmation of a subscription.
r: the door of receipts; more: the channel; message_id: 0 for all of them."""
_WHATS: Final = ("c", "o", "p", "d", "r")
_SIGNATURE: Final = 12
MOST_TOKEN: Final = 6_000
"""Letters of a token that the routes take: an address of 4,300 bytes fits in whatever else it says."""
MOST_ADDRESS: Final = 4_300
"""Bytes of the address of a link that is counted; a longer one stands in the letter as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """What a token points at. more: the address of a link, or the topic that is confirmed. person_id: 0 where the message says it."""

    what: What
    workspace_id: int
    message_id: int
    person_id: int = 0
    more: str = ""


class Tokens:
    """Makes and reads tokens; the key is read once."""

    def __init__(self, settings: Settings) -> None:
        self._key = collect.signing_key(settings, "outreach links")

    def make(self, pointed: Pointed) -> str:
        """The token, of letters that an address can hold."""
        parts = [pointed.what, pointed.workspace_id, pointed.message_id, pointed.person_id, pointed.more]
        body = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sign(body) + body).rstrip(b"=").decode()

    def read(self, token: str, what: What) -> Pointed:
        """Raises ``unknown_link`` (404) for what was not made here."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            body = raw[_SIGNATURE:]
            if not hmac.compare_digest(raw[:_SIGNATURE], self._sign(body)):
                raise ValueError
            kind, workspace_id, message_id, person_id, more = json.loads(body)
        except (ValueError, binascii.Error, TypeError) as error:
            raise _unknown() from error
        if kind != what or kind not in _WHATS:
            raise _unknown()
        return Pointed(
            what=cast(What, kind), workspace_id=int(workspace_id), message_id=int(message_id), person_id=int(person_id), more=str(more)
        )

    def _sign(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()[:_SIGNATURE]


def _unknown() -> UemsError:
    return UemsError("unknown_link", "This link is not complete, or was not made here. Open it from the letter again.", status=404)
