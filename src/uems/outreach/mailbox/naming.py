"""Which letter is a report of? Its name stands in the Message-ID and in the address that bounces go to, signed.

The numbers of messages can be guessed, and anybody may write to the mailbox: without the signature a stranger could have any address
suppressed by making up reports.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Final

from uems.collect import api as collect
from uems.kernel.settings import Settings

_NAME: Final = re.compile(r"(?<![a-z0-9])m(\d{1,18})-(\d{1,18})\.([a-z2-7]{13})(?![a-z0-9])")
_BYTES: Final = 8
LONGEST: Final = 36
"""Letters of a name, for up to a million workspaces and a trillion messages; servers take 64 before the @."""


class Names:
    """Makes and reads names; the key is read once. A name is of lower-case letters, digits, "-" and ".", as servers may fold case."""

    def __init__(self, settings: Settings) -> None:
        self._key = collect.signing_key(settings, "outreach letter names")

    def name(self, key: str) -> str:
        """The name of a letter, always the same. key: ``m<workspace>-<message>``."""
        digest = hmac.new(self._key, key.encode(), hashlib.sha256).digest()[:_BYTES]
        return f"{key}.{base64.b32encode(digest).decode().rstrip('=').lower()}"

    def read(self, texts: Iterable[str]) -> tuple[int, int] | None:
        """(workspace_id, message_id) of the first name in them that was made here; None where there is none."""
        for text in texts:
            for found in _NAME.finditer(text.lower()):
                if hmac.compare_digest(found.group(), self.name(f"m{found.group(1)}-{found.group(2)}")):
                    return int(found.group(1)), int(found.group(2))
        return None
