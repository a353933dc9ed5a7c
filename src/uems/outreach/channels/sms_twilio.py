"""SMS by Twilio: a text of one's own to any country, from a number or a messaging service."""

import asyncio
import base64
import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Final
from urllib.parse import parse_qsl, quote, urlencode

from pydantic import Field

from uems.kernel.edge import Clean
from uems.kernel.house import House
from uems.kernel.outbound import Outbound
from uems.kernel.scope import Scope
from uems.outreach.channel import Door, Handed, Letter, Receipt, Told, Transport, Weight
from uems.outreach.channels._provider import BUSY, NOBODY, SETUP, SOON, WRONG, Fault, call, fields, refused, status_fault
from uems.outreach.channels._receipts import bad_receipt
from uems.outreach.channels._sms import Line, Sms, SmsBase, gsm_parts, weighed
from uems.outreach.phone import international

_LONGEST: Final = 1_600
"""Characters that Twilio takes at most."""
_FAULTS: Final[Mapping[int, Fault]] = {
    21211: NOBODY,  # not a phone number
    21214: NOBODY,  # cannot be reached
    21610: NOBODY,  # replied STOP
    21614: NOBODY,  # not a mobile number
    21611: BUSY,  # the queue of the sender is full
    20429: SOON,
    14107: SOON,
    20003: SETUP,  # wrong credentials
    20005: SETUP,  # account not active
    20404: SETUP,
    21408: WRONG,  # no permission for that country
    21606: SETUP,  # the sender is not ours
    21659: SETUP,
    21660: SETUP,
    30002: SETUP,  # account suspended
}


_DONE: Final[Mapping[str, bool]] = {"delivered": True, "read": True, "undelivered": False, "failed": False}
"""Status → whether it arrived; the others are on the way."""
_GONE: Final = frozenset({"30005", "30006", "21211", "21214", "21610", "21614"})
"""Unknown, or a landline, or one that replied STOP; 30003 (switched off) and 30004 (blocked) may be over tomorrow."""


class Twilio(Sms):
    """account_sid: of the account. key_sid: of an API key, empty for the account's own token. token: the token, or the key's secret.

    sender: a number such as +15005550006, or a messaging service, MG and 32 letters. auth_token: of the account, where an API key is used:
    Twilio signs its receipts with it; without it none are asked for.
    """

    account_sid: Annotated[str, Field(pattern=r"^(AC[0-9a-fA-F]{32})?$"), Clean] = ""
    key_sid: Line = ""
    token: Line = ""
    auth_token: Line = ""
    sender: Line = ""
    base_url: Line = "https://api.twilio.com"

    @property
    def signs_with(self) -> str:
        """With what receipts are signed; "" where that is not known."""
        return self.auth_token or ("" if self.key_sid else self.token)


class _Calls:
    def __init__(self, outbound: Outbound, config: Twilio) -> None:
        self._outbound, self._config = outbound, config
        user = config.key_sid or config.account_sid
        self._login = "Basic " + base64.b64encode(f"{user}:{config.token}".encode()).decode()

    async def send(self, letter: Letter) -> Handed:
        return await asyncio.to_thread(self._send, letter)

    def _send(self, letter: Letter) -> Handed:
        config = self._config
        sender = {"MessagingServiceSid" if config.sender.startswith("MG") else "From": config.sender}
        back = {"StatusCallback": letter.receipts_url} if letter.receipts_url and config.signs_with else {}
        body = urlencode({"To": international(letter.address, config.country), **sender, "Body": letter.text, **back}).encode()
        headers = {"authorization": self._login, "content-type": "application/x-www-form-urlencoded"}
        url = f"{config.base_url.rstrip('/')}/2010-04-01/Accounts/{quote(config.account_sid, safe='')}/Messages.json"
        answer = call(self._outbound, url, headers=headers, content=body)
        said = fields(answer)
        if answer.status == 201 and said.get("sid"):
            told = str(said.get("num_segments", ""))
            parts = int(told) if told.isdecimal() and int(told) else letter.parts
            return Handed(provider_id=str(said["sid"]), detail=str(said.get("status", "")), parts=parts, cost_micros=config.priced(parts))
        code = said.get("code")
        fault = _FAULTS.get(code) if isinstance(code, int) else None
        raise refused("Twilio", code or answer.status, said.get("message", ""), fault or status_fault(answer))


def signature(token: str, url: str, fields: Sequence[tuple[str, str]]) -> str:
    """X-Twilio-Signature of a form that is posted to an address."""
    said = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token.encode(), said.encode(), "sha1")).decode()


class _Twilio(SmsBase):
    key: Final = "sms_twilio"
    label_zh: Final = "Twilio 短信"
    label_en: Final = "SMS by Twilio"
    Config: Final = Twilio
    sample: Final = Twilio(account_sid="AC" + "0" * 32, token="a secret", sender="+15005550006")
    secrets: Sequence[str] = ("token", "auth_token")
    receipts: Door = "message"
    needs: Sequence[str] = ("account_sid", "token", "sender", "base_url")

    def weigh(self, config: Twilio, letter: Letter) -> Weight:
        found = weighed(config, letter, gsm_parts(letter.text))
        if not found.refusal and len(letter.text) > _LONGEST:
            return Weight(parts=found.parts, refusal="too_long", facts={"characters": len(letter.text), "limit": _LONGEST})
        return found

    def read_receipts(self, config: Twilio, told: Told) -> Sequence[Receipt]:
        try:
            pairs = parse_qsl(told.body.decode(), keep_blank_values=True, max_num_fields=200)
        except ValueError as error:
            raise bad_receipt(f"no form ({error})", 422) from error
        wanted = signature(config.signs_with, told.url, pairs)
        if not config.signs_with or not hmac.compare_digest(wanted.encode(), told.headers.get("x-twilio-signature", "").encode()):
            raise bad_receipt("not signed by the account of this channel", 403)
        said = dict(pairs)
        delivered = _DONE.get(said.get("MessageStatus", ""))
        if delivered is None:
            return ()
        code = said.get("ErrorCode", "")[:20]
        detail = f"Twilio {said['MessageStatus']} {code}".strip()
        sid = said.get("MessageSid", "")[:300]
        return (Receipt(provider_id=sid, delivered=delivered, permanent=code in _GONE, detail=detail),)

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: Twilio) -> AsyncIterator[Transport]:
        with Outbound(house.settings) as outbound:
            yield _Calls(outbound, config)


ITEM = _Twilio()
