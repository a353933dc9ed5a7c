"""Push by JPush (极光推送), for Android, iOS and HarmonyOS: one call, with a cid by which it knows a repeated one."""

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, Literal

from uems.kernel.house import House
from uems.kernel.outbound import Outbound
from uems.kernel.scope import Scope
from uems.outreach.channel import ChannelBase, Content, Handed, Letter, Medium, Transport, Weight
from uems.outreach.channels._provider import (
    BUSY,
    NOBODY,
    SETUP,
    SOON,
    WRONG,
    Fault,
    Sending,
    call,
    fields,
    known_again,
    refused,
    status_fault,
)
from uems.outreach.channels._push import Line, Push, Trait, weighed

_LONGEST: Final = 1_800
"""Bytes: the whole call may have 4,000, and title and text stand in it once for each platform."""
_FAULTS: Final[Mapping[int, Fault]] = {
    1000: SOON,
    1003: WRONG,  # a parameter has a wrong value
    1004: SETUP,  # AppKey and master secret do not fit
    1005: WRONG,  # too large
    1008: SETUP,  # no such AppKey
    1011: NOBODY,  # nobody to push to: unknown, or not seen for a long time
    1020: SETUP,  # only https
    1030: SOON,
    2002: BUSY,  # more calls than allowed
    2003: SETUP,  # this server's address is not allowed
    2004: SETUP,  # no right
}


class JPush(Push):
    """app_key, master_secret: of the application. production: of iOS, "no" while it is developed.

    trait: where the registration id of the device stands.
    """

    app_key: Line = ""
    master_secret: Line = ""
    trait: Trait = "jpush_registration_id"
    production: Literal["yes", "no"] = "yes"
    base_url: Line = "https://api.jpush.cn"


class _Calls(Sending):
    def __init__(self, outbound: Outbound, config: JPush) -> None:
        self._outbound, self._config = outbound, config
        self._login = "Basic " + base64.b64encode(f"{config.app_key}:{config.master_secret}".encode()).decode()

    def hand_over(self, letter: Letter) -> Handed:
        return known_again(lambda: self._once(letter))

    def _once(self, letter: Letter) -> Handed:
        titled = {"title": letter.subject} if letter.subject else {}
        shown = {"title": letter.subject, "body": letter.text} if letter.subject else letter.text
        body = {
            "cid": f"{self._config.app_key}-{letter.key}",
            "platform": "all",
            "audience": {"registration_id": [letter.address]},
            "notification": {"android": {"alert": letter.text, **titled}, "ios": {"alert": shown}},
            "options": {"apns_production": self._config.production == "yes"},
        }
        answer = call(self._outbound, f"{self._config.base_url.rstrip('/')}/v3/push", headers={"authorization": self._login}, json=body)
        said = fields(answer)
        if answer.ok and said.get("msg_id"):
            return Handed(provider_id=str(said["msg_id"]), detail=f"sendno {said.get('sendno', '')}")
        found = said.get("error")
        error = found if isinstance(found, dict) else {}
        code = error.get("code")
        fault = _FAULTS.get(code) if isinstance(code, int) else None
        raise refused("JPush", code or answer.status, error.get("message", ""), fault or status_fault(answer))


class _JPush(ChannelBase):
    key: Final = "jpush"
    label_zh: Final = "极光推送"
    label_en: Final = "Push by JPush"
    Config: Final = JPush
    sample: Final = JPush(app_key="0123456789abcdef01234567", master_secret="a secret")
    medium: Medium = "device"
    content: Content = "note"
    secrets: Sequence[str] = ("master_secret",)
    needs: Sequence[str] = ("app_key", "master_secret", "base_url")

    def address_key(self, config: JPush) -> str:
        return config.trait

    def weigh(self, config: JPush, letter: Letter) -> Weight:
        return weighed(letter, _LONGEST)

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: JPush) -> AsyncIterator[Transport]:
        with Outbound(house.settings) as outbound:
            yield _Calls(outbound, config)


ITEM = _JPush()
