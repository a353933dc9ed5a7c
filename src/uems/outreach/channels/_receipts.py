"""How are receipts of short messages read? The shapes of two providers that send lists, and when a number is of no use for ever.

Neither Alibaba (SmsReport, HTTP push) nor Tencent (SMS Sending Status Notification) signs what it sends, so the address is the secret.
"""

import json
import re
from typing import Any, Final

from uems.kernel.errors import UemsError

_GONE: Final = re.compile(r"空号|号码不存在|用户不存在|unknown subscriber|unallocated|invalid number|number does not exist", re.IGNORECASE)
_UNKNOWN_SUBSCRIBER: Final = frozenset({"MK:0001", "MN:0001", "MK:1", "MN:1"})
"""Error 1 of the Mobile Application Part (3GPP TS 29.002): no such subscriber, as the operators of the mainland pass it on."""
MOST_AT_ONCE: Final = 5_000


def listed(body: bytes) -> list[dict[str, Any]]:
    """The receipts of a body that is a JSON list. Raises ``bad_receipt`` (422)."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise bad_receipt(f"no JSON ({error})", 422) from error
    if not isinstance(found, list) or len(found) > MOST_AT_ONCE or not all(isinstance(one, dict) for one in found):
        raise bad_receipt(f"{type(found).__name__}; must be a list of at most {MOST_AT_ONCE} objects", 422)
    return found


def text(one: dict[str, Any], name: str) -> str:
    """A field as text; "" where there is none."""
    value = one.get(name)
    return str(value)[:300] if isinstance(value, str | int) else ""


def is_gone(code: str, words: str) -> bool:
    """Whether a failure says that there is no such number; anything else may be over tomorrow."""
    return code.upper() in _UNKNOWN_SUBSCRIBER or _GONE.search(words) is not None


def bad_receipt(why: str, status: int) -> UemsError:
    """What came is no receipt, or not from the provider."""
    message = f"The receipt is {why}. Give the provider the address that the channel shows, and the channel the provider's token."
    return UemsError("bad_receipt", message, status=status)
