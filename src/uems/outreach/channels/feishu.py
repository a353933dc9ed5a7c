"""Feishu or Lark (飞书): a message of the company's bot to one member, by the open_id that stands in a trait."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Literal

from uems.kernel.house import House
from uems.kernel.outbound import Outbound
from uems.kernel.scope import Scope
from uems.outreach.channel import ChannelBase, Content, Handed, Letter, Medium, Transport, Weight
from uems.outreach.channels._chat import Chat, Line, Trait, weighed
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
from uems.outreach.channels._tokens import Tokens

_LONGEST: Final = 30_000
_EXPIRED: Final = frozenset({99991661, 99991663, 99991664, 99991665})
_FAULTS: Final[Mapping[int, Fault]] = {
    10003: SETUP,  # app_id
    10014: SETUP,  # app_secret
    99991661: SETUP,
    99991663: SETUP,
    99991672: SETUP,  # a right of the application is missing
    230006: SETUP,  # the application has no bot
    230027: SETUP,
    99991400: SOON,
    230020: SOON,
    230049: SOON,
    230013: WRONG,  # outside what the bot may reach
    230053: NOBODY,  # does not want messages of this bot
    99992351: NOBODY,
    99992360: NOBODY,
    99992361: NOBODY,
}


class Feishu(Chat):
    """app_id, app_secret: of the application. id_type, trait: which id of a member stands in which trait."""

    app_id: Line = ""
    app_secret: Line = ""
    id_type: Literal["open_id", "user_id", "union_id", "email"] = "open_id"
    trait: Trait = "feishu_open_id"
    base_url: Line = "https://open.feishu.cn"


class _Calls(Sending):
    def __init__(self, outbound: Outbound, config: Feishu, tokens: Tokens) -> None:
        self._outbound, self._config, self._tokens = outbound, config, tokens
        self._base = config.base_url.rstrip("/")
        self._credentials = (self._base, config.app_id, config.app_secret)

    def hand_over(self, letter: Letter) -> Handed:
        return known_again(lambda: self._handed(letter))

    def _handed(self, letter: Letter) -> Handed:
        code, said = self._once(letter)
        if code in _EXPIRED:
            code, said = self._once(letter)
        if code != 0:
            raise refused("Feishu", code, said.get("msg", ""), _FAULTS.get(code, WRONG))
        data = said.get("data")
        return Handed(provider_id=str(data.get("message_id", "")) if isinstance(data, dict) else "", detail=str(said.get("msg", "")))

    def _once(self, letter: Letter) -> tuple[int, dict[str, Any]]:
        token = self._tokens.get(self._credentials, self._ask)
        kind, content = _content(letter)
        body = {"receive_id": letter.address, "msg_type": kind, "content": json.dumps(content, ensure_ascii=False), "uuid": letter.key}
        url = f"{self._base}/open-apis/im/v1/messages?receive_id_type={self._config.id_type}"
        code, said = _read(call(self._outbound, url, headers={"authorization": f"Bearer {token}"}, json=body))
        if code in _EXPIRED:
            self._tokens.drop(self._credentials, token)
        return code, said

    def _ask(self) -> tuple[str, float]:
        url = f"{self._base}/open-apis/auth/v3/tenant_access_token/internal"
        wanted = {"app_id": self._config.app_id, "app_secret": self._config.app_secret}
        code, said = _read(call(self._outbound, url, headers={}, json=wanted))
        if code != 0:
            raise refused("Feishu", code, said.get("msg", ""), _FAULTS.get(code, SETUP))
        return str(said["tenant_access_token"]), float(said.get("expire", 7_200))


def _content(letter: Letter) -> tuple[str, dict[str, Any]]:
    """(type of the message, its content): with a title a post, without one a text."""
    if not letter.subject:
        return "text", {"text": letter.text}
    language = "zh_cn" if letter.language == "zh" else "en_us"
    lines = [[{"tag": "text", "text": line}] for line in letter.text.splitlines()]
    return "post", {language: {"title": letter.subject, "content": lines}}


def _read(answer: Any) -> tuple[int, dict[str, Any]]:
    said = fields(answer)
    code = said.get("code")
    if not isinstance(code, int):
        raise refused("Feishu", answer.status, "no code in the answer", BUSY if answer.status == 429 else status_fault(answer))
    return code, said


class _Feishu(ChannelBase):
    key: Final = "feishu"
    label_zh: Final = "飞书机器人消息"
    label_en: Final = "Feishu or Lark bot message"
    Config: Final = Feishu
    sample: Final = Feishu(app_id="cli_example", app_secret="a secret")
    medium: Medium = "account"
    content: Content = "note"
    secrets: Sequence[str] = ("app_secret",)
    needs: Sequence[str] = ("app_id", "app_secret", "base_url")

    def __init__(self) -> None:
        self._tokens = Tokens()

    def address_key(self, config: Feishu) -> str:
        return config.trait

    def weigh(self, config: Feishu, letter: Letter) -> Weight:
        return weighed(letter, _LONGEST)

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: Feishu) -> AsyncIterator[Transport]:
        with Outbound(house.settings) as outbound:
            yield _Calls(outbound, config, self._tokens)


ITEM = _Feishu()
