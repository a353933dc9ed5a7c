"""How is it known that nobody may write to an address again, without knowing the address? By a keyed hash in its place."""

import hashlib
import hmac
from typing import Final

from uems.collect import api as collect
from uems.kernel.settings import Settings

ERASED: Final = "erased"
_MARK: Final = "#"
"""In front of the hash of an address: no address begins so."""


def sealed_address(key: bytes, workspace_id: int, channel: str, address: str) -> str:
    """What the list of suppressed addresses holds in place of the address of somebody who was erased."""
    said = f"{workspace_id}\0{channel}\0{address.strip().lower()}".encode("utf-8", "replace")
    return _MARK + hmac.new(key, said, hashlib.sha256).hexdigest()[:48]


def address_key(settings: Settings) -> bytes:
    """What addresses are hashed with."""
    return collect.signing_key(settings, "erased addresses")
