"""Web push: a note to every browser in which somebody asked for it, sealed for each alone (RFC 8030, 8291, 8292)."""

import json
import re
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated, Final

from pydantic import Field, field_validator

from uems.kernel.house import House
from uems.kernel.outbound import Answer, Outbound
from uems.kernel.scope import Scope
from uems.outreach.channel import ChannelBase, Config, Content, Extra, Handed, Letter, Medium, Refused, Transport, Weight
from uems.outreach.channels._provider import BUSY, SECONDS, SETUP, UNSURE, WRONG, Fault, Sending, call, refused, status_fault
from uems.outreach.channels._push import Line, doubtful, weighed
from uems.outreach.push import subscriptions
from uems.outreach.push.sealing import own_key, sealed, signed, unpacked
from uems.outreach.push.services import known_service
from uems.outreach.push.subscriptions import Subscription

_LONGEST: Final = 3_993
"""Bytes of a note before it is sealed (RFC 8291, 4): 4,096 for all that a push service takes."""
_TOPIC: Final = re.compile(r"[^A-Za-z0-9_-]")
_GONE: Final = (404, 410)


class WebPush(Config):
    """contact: an address that a push service may write to, mailto: or https:. keep_hours: for how long it tries."""

    contact: Line = ""
    keep_hours: Annotated[int, Field(ge=1, le=672)] = 72

    @field_validator("contact")
    @classmethod
    def _can_be_reached(cls, value: str) -> str:
        if value and not re.fullmatch(r"(mailto:[^@\s]+@[^@\s]+|https://\S+)", value):
            raise ValueError("must be an address such as mailto:it@example.com or https://example.com/contact")
        return value


class _Calls(Sending):
    def __init__(self, house: House, scope: Scope, outbound: Outbound, config: WebPush) -> None:
        self._house, self._scope, self._outbound, self._config = house, scope, outbound, config
        self._key = own_key(house.settings, scope.workspace_id)

    def hand_over(self, letter: Letter) -> Handed:
        """To each browser, all at once and within ten seconds. What one has is not sent again for the sake of another."""
        browsers = subscriptions.subscriptions(self._house.store, self._scope, letter.address)
        if not browsers:
            raise Refused("No browser of this person takes notes any more.", permanent=True)
        until = time.monotonic() + SECONDS
        with ThreadPoolExecutor(len(browsers)) as pool:
            found = list(pool.map(lambda one: self._tried(one, letter, until), browsers))
        troubles = [one for one in found if isinstance(one, Refused)]
        taken, gone = found.count(True), found.count(False)
        if taken:
            return Handed(provider_id=letter.key, detail=f"browsers: {taken} taken, {gone} gone, {len(troubles)} not reached")
        if not troubles:
            raise Refused("No browser of this person takes notes any more.", permanent=True)
        raise next((one for one in troubles if one.uncertain), None) or next((one for one in troubles if not one.permanent), troubles[0])

    def _tried(self, one: Subscription, letter: Letter, until: float) -> bool | Refused:
        try:
            return self._to(one, letter, until)
        except Refused as trouble:
            return trouble

    def _to(self, one: Subscription, letter: Letter, until: float) -> bool:
        """Whether a browser has it; False for one that is gone, which is forgotten. until: monotonic time. Raises ``Refused``."""
        if not known_service(self._house.settings, one.endpoint):
            raise Refused("The push service of the browser is not one of UEMS_PUSH_SERVICES.", permanent=True)
        body = sealed(_note(letter), unpacked(one.p256dh), unpacked(one.auth))
        headers = {
            "authorization": signed(self._key, one.endpoint, self._config.contact, letter.at),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(self._config.keep_hours * 3_600),
            "urgency": "normal",
            # The same note twice is one where the first still waits at the service.
            "topic": _TOPIC.sub("-", letter.key)[:32],
        }
        answer = call(self._outbound, one.endpoint, headers=headers, content=body, seconds=max(until - time.monotonic(), 0.0))
        if answer.status in _GONE:
            subscriptions.forget(self._house.store, self._scope, one.endpoint)
            return False
        if not answer.ok:
            raise refused("The push service", answer.status, answer.body[:200].decode("utf-8", "replace"), _fault(answer))
        return True


def _note(letter: Letter) -> bytes:
    """What the service worker of the page reads."""
    note = {
        "title": letter.subject,
        "body": letter.text,
        "image": letter.parameters.get("image_url", ""),
        "link": letter.values.get("go") or letter.parameters.get("link", ""),
        "tag": letter.key,
    }
    return json.dumps(note, ensure_ascii=False, separators=(",", ":")).encode()


def _fault(answer: Answer) -> Fault:
    if answer.status == 429:
        return status_fault(answer)
    if answer.status in (401, 403):
        return SETUP
    if answer.status in (500, 502, 504):
        return UNSURE
    return BUSY if answer.status == 503 else WRONG


class _WebPush(ChannelBase):
    key: Final = "web_push"
    label_zh: Final = "网页推送"
    label_en: Final = "Web push notes"
    Config: Final = WebPush
    sample: Final = WebPush()
    medium: Medium = "browser"
    content: Content = "note"
    extras: Sequence[Extra] = ("image_url", "link")
    needs: Sequence[str] = ("contact",)

    def address_key(self, config: WebPush) -> str:
        return "web_push"

    def weigh(self, config: WebPush, letter: Letter) -> Weight:
        wrong = doubtful(letter)
        return Weight(refusal="bad_link", facts={"field": wrong}) if wrong else weighed(letter, _LONGEST, len(_note(letter)))

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: WebPush) -> AsyncIterator[Transport]:
        with Outbound(house.settings) as outbound:
            yield _Calls(house, scope, outbound, config)


ITEM = _WebPush()
